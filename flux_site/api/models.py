"""Access tokens for programs that use the API, the audit log, and views that users keep."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from flux_site.api.errors import PermissionRefused


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Queries over tokens."""

    def usable(self) -> "ApiTokenQuerySet":
        """Return the tokens that are neither revoked nor expired, of active users."""
        return self.filter(user__is_active=True, revoked_at=None, expires_at__gt=timezone.now())


class ApiToken(models.Model):
    """A bearer token; only the SHA-256 of its secret is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, help_text="What the token is used for.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False, help_text="First characters of the secret.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class AuditKind(models.TextChoices):
    """What was done."""

    CHANGE = "CHANGE", "change"
    PERSONAL_READ = "PERSONAL_READ", "personal data shown"


class AuditSource(models.TextChoices):
    """Through what it was done."""

    GRAPHQL = "GRAPHQL", "GraphQL"
    WEB = "WEB", "admin and other pages"


class AuditResult(models.TextChoices):
    """How a change ended."""

    DONE = "DONE", "done"
    ANSWERED = "ANSWERED", "a page came back: a form with errors, or a question to confirm"
    REFUSED = "REFUSED", "refused"
    FAILED = "FAILED", "failed"


AUDIT_PERMISSION = "api.view_auditrecord"


class AuditRecordQuerySet(models.QuerySet["AuditRecord"]):
    """Queries over the audit log."""

    def visible_to(self, user: Any) -> "AuditRecordQuerySet":
        """Return all records; they belong to no zone, so a user limited to zones is refused.

        Raises:
            PermissionRefused: to users limited to zones.
        """
        if user.zone_grants.exists():
            raise PermissionRefused("The audit log is of all zones; you are limited to some.")
        return self


class AuditRecord(models.Model):
    """One change that somebody asked for, or one answer that showed personal data. Written before it happens.

    The database refuses to change rows, and to delete them before their time. No foreign keys: what is named
    here may be gone.
    """

    at = models.DateTimeField(db_default=Now(), editable=False)
    kind = models.CharField(max_length=16, choices=AuditKind.choices)
    source = models.CharField(max_length=8, choices=AuditSource.choices)
    action = models.CharField(max_length=100, help_text="Mutation, or page.")
    user_id = models.BigIntegerField(null=True, help_text="Null: nobody was logged in.")
    username = models.CharField(max_length=150, null=True)
    token_name = models.CharField(max_length=100, null=True, help_text="Null: by a session.")
    client_address = models.GenericIPAddressField(null=True, help_text="Null: unknown.")
    targets = ArrayField(
        models.TextField(),
        default=list,
        help_text="Ids of what was to be changed, or of whom data was shown.",
    )
    personal_fields = ArrayField(
        models.CharField(max_length=40), default=list, help_text="Which personal data was shown."
    )

    objects = AuditRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["username", "-at"], name="audit_by_user"),
            GinIndex(fields=["targets"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.username or 'nobody known'}"


class AuditOutcome(models.Model):
    """How a change ended. A change without one was never finished, or its end could not be written."""

    record = models.OneToOneField(
        AuditRecord, primary_key=True, on_delete=models.DO_NOTHING, related_name="outcome"
    )
    at = models.DateTimeField(db_default=Now(), editable=False)
    result = models.CharField(max_length=8, choices=AuditResult.choices)
    error_code = models.CharField(max_length=40, null=True)
    error_field = models.CharField(max_length=100, null=True, help_text="The input at fault.")
    targets = ArrayField(models.TextField(), default=list, help_text="Ids of what was made or changed.")

    def __str__(self) -> str:
        return f"{self.result} {self.error_code or ''}".strip()


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Queries over saved views."""

    def visible_to(self, user: Any) -> "SavedViewQuerySet":
        """Return the user's own views and those shared with everyone."""
        return self.filter(models.Q(user=user) | models.Q(is_shared=True))


class SavedView(models.Model):
    """An address of the application that a user gave a name; it holds all of what the page shows."""

    MAX_ADDRESS = 2_000

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=MAX_ADDRESS, help_text="Path and query, without the host.")
    is_default = models.BooleanField(default=False, help_text="Opens after login. One a user.")
    is_shared = models.BooleanField(default=False, help_text="Everybody sees it.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        permissions = [("share_savedview", "Can share saved views with everyone")]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="savedview_one_of_a_name"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="savedview_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
