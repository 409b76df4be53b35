"""Sync layers, their runs and refused rows for tests."""

from datetime import timedelta
from typing import Any

from grid import models
from tests.factories.grid import MOMENT, number


def make_sync_layer(**fields: Any) -> models.SyncLayer:
    """Create the state of a layer that was synced once; an existing layer of that key is changed instead."""
    key = fields.pop("key", None) or f"layer_{number()}"
    defaults = {
        "is_paused": False,
        "source_version": "v1",
        "row_count": 10,
        "reject_count": 0,
        "checksum": "0" * 64,
        "synced_at": MOMENT,
        "confirmed_at": fields.get("synced_at", MOMENT),
    }
    return models.SyncLayer.objects.update_or_create(key=key, defaults={**defaults, **fields})[0]


def make_sync_run(**fields: Any) -> models.SyncRun:
    """Create a successful run of a layer."""
    layer = fields.pop("layer", None) or make_sync_layer()
    defaults = {
        "layer": layer,
        "started_at": MOMENT,
        "finished_at": MOMENT + timedelta(seconds=2.5),
        "status": "SUCCEEDED",
        "source_version": "v1",
        "rows_read": 10,
        "rows_inserted": 8,
        "rows_updated": 1,
        "rows_deleted": 0,
        "rows_rejected": 1,
        "duration_s": 2.5,
    }
    return models.SyncRun.objects.create(**{**defaults, **fields})


def make_sync_reject(**fields: Any) -> models.SyncReject:
    """Create a row refused for its geometry."""
    run = fields.pop("run", None) or make_sync_run()
    key = fields.pop("row_key", f"SUB-{number()}")
    defaults = {
        "run": run,
        "row_key": key,
        "reason": "BAD_GEOMETRY",
        "detail": "latitude 123.4 is outside -90..90",
        "row": {"substation_id": key, "latitude": 123.4, "longitude": -95.0},
    }
    return models.SyncReject.objects.create(**{**defaults, **fields})


def make_sync_alert(**fields: Any) -> models.SyncAlert:
    """Create an open alert of a layer that was not confirmed in time."""
    layer = fields.pop("layer", None) or make_sync_layer(key="weather")
    defaults = {
        "layer": layer,
        "raised_at": MOMENT,
        "age_s": 930.0,
        "max_age_s": 900.0,
        "reason": "NOT_CONFIRMED",
    }
    return models.SyncAlert.objects.create(**{**defaults, **fields})


def mark_network_synced() -> None:
    """Let processes that keep the network in memory know that its rows are others than before."""
    make_sync_layer(key="branches", checksum=f"{number():064}")


def make_sync_checkpoint(**fields: Any) -> models.SyncCheckpoint:
    """Create the note of a layer whose first chunk of three is staged."""
    layer = fields.pop("layer", None) or make_sync_layer()
    defaults = {
        "layer": layer,
        "source_version": "v2",
        "bounds": ["K-100", "K-200"],
        "chunks_done": 1,
        "rows_read": 100,
        "rows_staged": 99,
        "rows_rejected": 1,
        "updated_at": MOMENT,
    }
    return models.SyncCheckpoint.objects.create(**{**defaults, **fields})
