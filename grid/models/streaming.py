"""What the stream brought: hot readings and events, rows on their way to the warehouse, dead letters."""

from typing import Any

from django.db import models

from grid.models.base import AssetQuerySet
from grid.streaming import DeviceKind, EventKind, ReadingQuality
from grid.streaming.transport import StreamName


def choices(kinds: Any) -> list[tuple[str, str]]:
    """Return the values of an enumeration as a column's choices."""
    return [(kind.value, kind.value) for kind in kinds]


class RealtimeReading(models.Model):
    """A reading of the last 48 hours, as the stream brought it. Partitioned by the hour of reading_at."""

    pk = models.CompositePrimaryKey("meter_id", "reading_at")
    meter_id = models.CharField(max_length=64)
    reading_at = models.DateTimeField(help_text="Start of the interval.")
    interval_minutes = models.SmallIntegerField()
    usage_kwh = models.DecimalField(max_digits=12, decimal_places=4, help_text="Energy in the interval, kWh.")
    voltage_v = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, help_text="Null if not measured or without supply, V."
    )
    quality = models.CharField(max_length=16, choices=choices(ReadingQuality))
    received_at = models.DateTimeField(help_text="When it was written here.")

    class Meta:
        db_table = "ami_realtime"
        ordering = ["meter_id", "-reading_at"]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.reading_at:%Y-%m-%d %H:%M}"


class DeviceEvent(models.Model):
    """What happened to a meter, a transformer or a switch within the last 48 hours."""

    event_id = models.CharField(primary_key=True, max_length=64, help_text="Given by the sender.")
    device_kind = models.CharField(max_length=16, choices=choices(DeviceKind))
    device_id = models.CharField(max_length=64)
    event_kind = models.CharField(max_length=16, choices=choices(EventKind))
    occurred_at = models.DateTimeField(help_text="By the device's clock.")
    received_at = models.DateTimeField(help_text="When it was written here.")
    zone = models.ForeignKey(
        "grid.Zone",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Load zone of the device when the event came; decides who may see the row.",
    )
    detail = models.JSONField(null=True, help_text="What else the sender said.")

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "event_id"]
        indexes = [
            models.Index(fields=["occurred_at"], name="deviceevent_occurred"),
            models.Index(fields=["device_id", "occurred_at"], name="deviceevent_device"),
        ]

    def __str__(self) -> str:
        return f"{self.event_kind} of {self.device_id}"


class StreamPending(models.Model):
    """Rows that PostGIS holds and the warehouse is not known to hold: one per batch of the stream."""

    stream = models.CharField(max_length=16, choices=choices(StreamName))
    row_count = models.IntegerField()
    rows = models.BinaryField(help_text="Arrow, compressed; the columns of the warehouse's table.")
    landed_at = models.DateTimeField()
    batch_id = models.CharField(max_length=64, blank=True, help_text="The delivery it belongs to.")
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "stream pending"

    def __str__(self) -> str:
        return f"{self.row_count:,} rows of {self.stream}"


class StreamDeadLetter(models.Model):
    """A message that could not be taken, with the reason; kept until it is replayed or deleted."""

    stream = models.CharField(max_length=16, choices=choices(StreamName))
    digest = models.CharField(max_length=64, help_text="SHA-256 of the message.")
    message_id = models.CharField(max_length=64, help_text="Where it stood in the stream the last time.")
    code = models.CharField(max_length=32, help_text="Why, for programs.")
    reason = models.TextField(help_text="Why, for people.")
    body = models.BinaryField(help_text="The message as it came.")
    seen_count = models.IntegerField(default=1, help_text="How often it came.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "digest"], name="streamdeadletter_once"),
        ]
        indexes = [models.Index(fields=["last_at"], name="streamdeadletter_last")]
        permissions = [("replay_streamdeadletter", "Can send dead letters to their stream again")]

    def __str__(self) -> str:
        return f"{self.code} in {self.stream}"


class StreamConsumer(models.Model):
    """A reader of a stream, as it last told of itself."""

    name = models.CharField(primary_key=True, max_length=128)
    stream = models.CharField(max_length=16, choices=choices(StreamName))
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(help_text="When it last told of itself.")
    landed_count = models.BigIntegerField(default=0, help_text="Records written since it started.")
    dead_count = models.BigIntegerField(default=0, help_text="Messages refused since it started.")
    rate_per_s = models.FloatField(null=True, help_text="Records a second, lately.")
    last_record_at = models.DateTimeField(null=True, help_text="Newest moment of a record it wrote.")
    last_error = models.TextField(blank=True, help_text="What holds it up now.")

    class Meta:
        ordering = ["stream", "name"]

    def __str__(self) -> str:
        return self.name
