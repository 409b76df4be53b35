"""Operators' own edits on their way to the warehouse."""

import uuid

from django.db import models


def new_stream_id() -> str:
    """Return an identity that no other database has."""
    return str(uuid.uuid4())


class OutboxStream(models.Model):
    """The identity of this database's edits: one row, kept when edits are restored into a new database."""

    is_this = models.BooleanField(primary_key=True, default=True, editable=False)
    id_text = models.CharField(max_length=36, default=new_stream_id)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(is_this=True), name="outboxstream_one_row")]

    def __str__(self) -> str:
        return self.id_text


class OutboxEventQuerySet(models.QuerySet["OutboxEvent"]):
    """Queries over edits."""

    def pending(self) -> "OutboxEventQuerySet":
        """Return the edits that the warehouse is not known to hold, oldest first."""
        return self.filter(delivered_at__isnull=True).order_by("sequence")


class OutboxEvent(models.Model):
    """An edit of an operator's own row, written in the transaction of the edit."""

    sequence = models.BigAutoField(primary_key=True, help_text="Order of the edits; may have gaps.")
    kind = models.CharField(max_length=64, help_text="What was edited, such as cascade.scenario.")
    key = models.CharField(max_length=64, help_text="Which one.")
    action = models.CharField(max_length=8, help_text="INSERT, UPDATE or DELETE.")
    payload = models.JSONField(null=True, help_text="The whole row after the edit; null when deleted.")
    actor = models.CharField(max_length=150, null=True, help_text="Who did it; null: the system.")
    recorded_at = models.DateTimeField()
    batch_id = models.CharField(max_length=100, blank=True, help_text="The delivery it belongs to.")
    attempts = models.IntegerField(default=0, help_text="How often it was sent.")
    next_attempt_at = models.DateTimeField(null=True, help_text="Not sent before; null: at once.")
    last_error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True, help_text="When the warehouse held it; null: waiting.")
    applied_at = models.DateTimeField(
        null=True, help_text="When its table in the warehouse held the row; null: waiting, or has no table."
    )

    objects = OutboxEventQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        indexes = [
            models.Index(
                fields=["sequence"], condition=models.Q(delivered_at__isnull=True), name="outbox_pending"
            ),
            models.Index(fields=["delivered_at"], name="outbox_delivered"),
            models.Index(
                fields=["kind", "sequence"],
                condition=models.Q(applied_at__isnull=True),
                name="outbox_unapplied",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.lower()} of {self.kind} {self.key}"
