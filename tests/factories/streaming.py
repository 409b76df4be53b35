"""Rows of the streams."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from grid import models
from tests.factories.grid import make_meter, number


def make_consumer(**fields: Any) -> models.StreamConsumer:
    """Create a consumer of readings that told of itself just now."""
    now = timezone.now()
    defaults = {
        "name": f"host-{number()}-readings",
        "stream": "readings",
        "started_at": now - timedelta(hours=1),
        "beat_at": now,
        "landed_count": 1000,
        "dead_count": 2,
        "rate_per_s": 125.0,
        "last_record_at": now - timedelta(minutes=15),
    }
    return models.StreamConsumer.objects.create(**{**defaults, **fields})


def make_dead_letter(**fields: Any) -> models.StreamDeadLetter:
    """Create a dead letter that is no JSON."""
    n = number()
    now = timezone.now()
    defaults = {
        "stream": "readings",
        "digest": f"{n:064}",
        "message_id": f"17-{n}",
        "code": "NOT_JSON",
        "reason": "not JSON: unexpected character",
        "body": f"<reading>{n}</reading>".encode(),
        "first_at": now,
        "last_at": now,
    }
    return models.StreamDeadLetter.objects.create(**{**defaults, **fields})


def make_pending(**fields: Any) -> models.StreamPending:
    """Create rows that wait for the warehouse."""
    defaults = {"stream": "readings", "row_count": 25, "rows": b"", "landed_at": timezone.now()}
    return models.StreamPending.objects.create(**{**defaults, **fields})


def make_device_event(**fields: Any) -> models.DeviceEvent:
    """Create a last gasp of a meter."""
    meter = fields.pop("meter", None) or make_meter()
    now = timezone.now()
    defaults = {
        "event_id": f"event-{number()}",
        "device_kind": "METER",
        "device_id": meter.pk,
        "event_kind": "LAST_GASP",
        "occurred_at": now,
        "received_at": now,
        "zone_id": meter.zone_id,
    }
    return models.DeviceEvent.objects.create(**{**defaults, **fields})


def make_realtime_reading(*, meter_id: str, **fields: Any) -> models.RealtimeReading:
    """Create a hot reading of the interval that ended last, with its partition."""
    from grid.services.streaming import partitions

    now = timezone.now()
    defaults = {
        "reading_at": now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0),
        "interval_minutes": 15,
        "usage_kwh": 0.25,
        "voltage_v": 239.5,
        "quality": "ACTUAL",
        "received_at": now,
    }
    row = models.RealtimeReading(meter_id=meter_id, **{**defaults, **fields})
    partitions.make_hours([partitions.hour_of(row.reading_at)])
    models.RealtimeReading.objects.bulk_create([row])
    return row
