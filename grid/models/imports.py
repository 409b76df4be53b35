"""Files received for import, what was imported from them, stored mappings and refused rows."""

from typing import Any

from django.conf import settings
from django.db import models


class ImportFile(models.Model):
    """A file in the import folder, kept under the digest of its content."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of its content.")
    name = models.CharField(max_length=200, help_text="What it was called when it was received.")
    file_format = models.CharField(max_length=16)
    size_bytes = models.BigIntegerField()
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, help_text="When it was deleted for its age; null: kept.")

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def stored_name(self) -> str:
        """Its name in the import folder, made of nothing that a user chose."""
        return f"{self.digest}.{self.file_format.lower()}"


class ImportMapping(models.Model):
    """A mapping that is kept to be used again by its name."""

    name = models.CharField(max_length=120, unique=True)
    layer = models.CharField(max_length=64, help_text="The layer it is for.")
    mapping = models.JSONField(help_text="By target column: a column with its unit, a constant, and so on.")
    options = models.JSONField(default=dict, blank=True, help_text="crs, encoding, delimiter and layer.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FileImportQuerySet(models.QuerySet["FileImport"]):
    """Queries over imports."""

    def visible_to(self, user: Any) -> "FileImportQuerySet":
        """Return the imports a user may see: rows belong to no zone, so none for users limited to zones."""
        from grid.models.base import granted_zone_ids

        return self.none() if granted_zone_ids(user) else self


class FileImport(models.Model):
    """One import of a file into a layer: its frozen inputs and its outcome."""

    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="file_import")
    layer = models.CharField(max_length=64)
    file = models.ForeignKey(ImportFile, on_delete=models.PROTECT, related_name="imports")
    mode = models.CharField(max_length=16, help_text="REPLACE or MERGE.")
    mapping = models.JSONField()
    options = models.JSONField(default=dict)
    is_forced = models.BooleanField(default=False, help_text="May take away most rows of the layer.")
    batch_id = models.CharField(max_length=200, help_text="What the warehouse knows the batch by.")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    rows_read = models.BigIntegerField(null=True)
    rows_refused = models.BigIntegerField(null=True)
    rows_new = models.BigIntegerField(null=True, help_text="Rows whose key the table did not hold.")
    rows_known = models.BigIntegerField(null=True, help_text="Rows whose key the table held.")
    rows_kept = models.BigIntegerField(null=True, help_text="Rows of the table that the file did not touch.")
    written_at = models.DateTimeField(null=True, help_text="When the warehouse held the batch.")

    objects = FileImportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.layer} from {self.file.name}"


class ImportRejectQuerySet(models.QuerySet["ImportReject"]):
    """Queries over refused rows."""

    def visible_to(self, user: Any) -> "ImportRejectQuerySet":
        """Return the rows a user may see: they belong to no zone, so none for users limited to zones."""
        from grid.models.base import granted_zone_ids

        return self.none() if granted_zone_ids(user) else self

    def unresolved(self) -> "ImportRejectQuerySet":
        """Return those whose key no later import has accepted."""
        return self.filter(resolved_at__isnull=True)


class ImportReject(models.Model):
    """A row of a file that was refused, with the reason."""

    file_import = models.ForeignKey(FileImport, on_delete=models.CASCADE, related_name="rejects")
    row_number = models.BigIntegerField(help_text="Position in the file; the first row is 1.")
    row_key = models.CharField(max_length=200, null=True)
    reason = models.CharField(max_length=32)
    column = models.CharField(max_length=64, help_text="Target column at fault.")
    detail = models.TextField()
    row = models.JSONField(help_text="The row as the file has it.")
    resolved_at = models.DateTimeField(null=True, help_text="When its key was accepted; null: still open.")
    resolved_by = models.ForeignKey(
        FileImport,
        null=True,
        on_delete=models.SET_NULL,
        related_name="resolved_rejects",
        help_text="The import that accepted its key.",
    )

    objects = ImportRejectQuerySet.as_manager()

    class Meta:
        ordering = ["file_import", "row_number"]
        indexes = [models.Index(fields=["row_key"], name="importreject_key")]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.reason}"
