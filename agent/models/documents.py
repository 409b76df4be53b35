"""Documents that the assistant cites: what they are, their files, and the passages they were cut into."""

from django.conf import settings
from django.db import models

from agent.documents.kinds import DocumentFormat, DocumentKind


class DocumentState(models.TextChoices):
    """How far the reading of a document is."""

    WAITING = "WAITING", "Waiting"
    READY = "READY", "Ready"
    FAILED = "FAILED", "Failed"


class Document(models.Model):
    """A document. Its passages are found once it is read; until a new reading ends, the old ones stay."""

    key = models.SlugField(max_length=80, unique=True, help_text="In the links to it.")
    title = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.value.capitalize()) for kind in DocumentKind]
    )
    format = models.CharField(
        max_length=16, choices=[(each.value, each.value.capitalize()) for each in DocumentFormat]
    )
    standard = models.CharField(max_length=200, blank=True, help_text="The standard or rule it is about.")
    edition = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(
        max_length=500, blank=True, help_text="Where the original stands.", verbose_name="source"
    )
    file_name = models.CharField(max_length=200)
    size_bytes = models.PositiveIntegerField()
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the file; the same file comes once."
    )
    is_built_in = models.BooleanField(default=False, help_text="Comes with the product and is renewed by it.")
    state = models.CharField(
        max_length=16, choices=DocumentState.choices, default=DocumentState.WAITING, db_index=True
    )
    error = models.TextField(blank=True, help_text="Why it could not be read.")
    passage_count = models.PositiveIntegerField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True, help_text="When its passages were made.")
    embedding_model = models.CharField(
        max_length=200, blank=True, help_text="What made its vectors; empty where passages have none."
    )
    job = models.ForeignKey(
        "jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="documents"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return f"/documents/{self.key}"


class DocumentFile(models.Model):
    """A document's file, apart from its row so that lists never load it; every worker can read it."""

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField(help_text="The file as it came.")

    def __str__(self) -> str:
        return f"file of document {self.document_id}"


class Passage(models.Model):
    """A piece of one section of a document: what is found, quoted and cited."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="passages")
    ordinal = models.PositiveIntegerField(help_text="0 for the document's first.")
    section = models.CharField(max_length=500, blank=True, help_text="The headings it stands under.")
    anchor = models.CharField(max_length=100, help_text="Of its section, in links.")
    page = models.PositiveIntegerField(null=True, blank=True, help_text="Of a PDF file.")
    text = models.TextField()
    digest = models.CharField(
        max_length=64, db_index=True, help_text="SHA-256 of its words; the same text is found once."
    )
    vector = models.BinaryField(null=True, help_text="Its embedding: 32-bit floats, of length 1.")

    class Meta:
        ordering = ["document", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["document", "ordinal"], name="agent_passage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.ordinal} {self.section}"
