"""The state of each sync layer, its runs and the rows it refused."""

from collections.abc import Sequence

from django.contrib.gis.db import models


class SyncLayerQuerySet(models.QuerySet["SyncLayer"]):
    """Queries over layers."""

    def never_synced(self, layers: Sequence[str]) -> list[str]:
        """Return those of ``layers`` that no sync has ever filled, in the order given."""
        filled = set(self.filter(pk__in=layers, synced_at__isnull=False).values_list("pk", flat=True))
        return [layer for layer in layers if layer not in filled]


class SyncLayer(models.Model):
    """A layer of the cache: what it holds, when it was synced, and whether it is paused."""

    key = models.CharField(primary_key=True, max_length=64)
    is_paused = models.BooleanField(default=False, help_text="A paused layer is skipped by schedules.")
    source_version = models.CharField(max_length=128, blank=True, help_text="Warehouse version last synced.")
    table_versions = models.JSONField(default=dict, help_text="That version, table by table.")
    definition = models.CharField(max_length=64, blank=True, help_text="Of the layer as last synced.")
    watermark_at = models.DateTimeField(
        null=True, help_text="Newest moment among the rows last synced, of those not after the clock."
    )
    row_count = models.BigIntegerField(null=True, help_text="Rows in the cache after the last good run.")
    reject_count = models.BigIntegerField(null=True, help_text="Rows refused by the last good run.")
    checksum = models.CharField(max_length=64, blank=True, help_text="Of the rows in the cache.")
    synced_at = models.DateTimeField(null=True, help_text="End of the last good run.")
    confirmed_at = models.DateTimeField(
        null=True, help_text="Newest moment at which the cache is known to have equalled its source."
    )

    objects = SyncLayerQuerySet.as_manager()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class SyncRun(models.Model):
    """One run of one layer."""

    layer = models.ForeignKey(SyncLayer, on_delete=models.CASCADE, related_name="runs")
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="sync_runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=16)
    mode = models.CharField(max_length=16, blank=True, help_text="FULL, WATERMARK or CHANGES.")
    fallback_reason = models.CharField(
        max_length=32, blank=True, help_text="Why it was a full run where an incremental one was asked for."
    )
    source_version = models.CharField(max_length=128, blank=True)
    rows_read = models.BigIntegerField(null=True)
    rows_inserted = models.BigIntegerField(null=True)
    rows_updated = models.BigIntegerField(null=True)
    rows_deleted = models.BigIntegerField(null=True)
    rows_rejected = models.BigIntegerField(null=True)
    duration_s = models.FloatField(null=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.layer_id} at {self.started_at:%Y-%m-%d %H:%M}"


class SyncCheckpoint(models.Model):
    """How far a run got that reads a large source in chunks, so that the next one can go on from there."""

    layer = models.OneToOneField(SyncLayer, on_delete=models.CASCADE, primary_key=True)
    source_version = models.CharField(max_length=128, help_text="Of the source that is being read.")
    bounds = models.JSONField(help_text="The last key of each chunk but the last one.")
    chunks_done = models.IntegerField(help_text="Chunks that are staged.")
    rows_read = models.BigIntegerField()
    rows_staged = models.BigIntegerField()
    rows_rejected = models.BigIntegerField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.layer_id}: {self.chunks_done} of {len(self.bounds) + 1} chunks"


class SyncRejectQuerySet(models.QuerySet["SyncReject"]):
    """Queries over refused rows."""

    def unresolved(self) -> "SyncRejectQuerySet":
        """Return those whose key no later run has accepted."""
        return self.filter(resolved_at__isnull=True)


class SyncReject(models.Model):
    """A source row the cache refused, with the reason."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="rejects")
    row_key = models.CharField(max_length=200, null=True)
    reason = models.CharField(max_length=32)
    detail = models.TextField()
    row = models.JSONField()
    resolved_at = models.DateTimeField(null=True, help_text="When its key was accepted; null: still open.")
    resolved_by = models.ForeignKey(
        SyncRun,
        null=True,
        on_delete=models.SET_NULL,
        related_name="resolved_rejects",
        help_text="The run that accepted its key.",
    )

    objects = SyncRejectQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.row_key}: {self.reason}"


class SyncAlertQuerySet(models.QuerySet["SyncAlert"]):
    """Queries over alerts."""

    def unresolved(self) -> "SyncAlertQuerySet":
        """Return those of layers that are still too old."""
        return self.filter(cleared_at__isnull=True)


class SyncAlert(models.Model):
    """A layer was older than its limit, from ``raised_at`` until ``cleared_at``."""

    layer = models.ForeignKey(SyncLayer, on_delete=models.CASCADE, related_name="alerts")
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, help_text="When it was fresh again; null: still too old.")
    age_s = models.FloatField(help_text="Age of the layer when the alert was raised, s.")
    max_age_s = models.FloatField(help_text="Limit of the layer when the alert was raised, s.")
    reason = models.CharField(max_length=32)
    detail = models.TextField(blank=True, help_text="What the layer's newest run said went wrong.")

    objects = SyncAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["layer"],
                condition=models.Q(cleared_at__isnull=True),
                name="syncalert_one_open_per_layer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.layer_id} at {self.raised_at:%Y-%m-%d %H:%M}"
