"""Imports of files, their refused rows, stored mappings and edits for tests."""

from typing import Any

from grid import models
from tests.factories.grid import MOMENT, number


def make_import_file(**fields: Any) -> models.ImportFile:
    """Create the row of a received file, without the file."""
    defaults = {
        "digest": f"{number():064x}",
        "name": "poles.csv",
        "file_format": "CSV",
        "size_bytes": 1234,
        "received_at": MOMENT,
    }
    return models.ImportFile.objects.create(**{**defaults, **fields})


def make_file_import(**fields: Any) -> models.FileImport:
    """Create a finished import of poles."""
    file = fields.pop("file", None) or make_import_file()
    defaults = {
        "layer": "poles",
        "file": file,
        "mode": "MERGE",
        "mapping": {"pole_id": {"column": "POLE_ID"}},
        "batch_id": f"import/{file.digest}",
        "created_at": MOMENT,
        "rows_read": 3,
        "rows_refused": 1,
        "rows_new": 2,
        "rows_known": 0,
        "rows_kept": 5,
        "written_at": MOMENT,
    }
    return models.FileImport.objects.create(**{**defaults, **fields})


def make_import_reject(**fields: Any) -> models.ImportReject:
    """Create a row refused for its latitude."""
    file_import = fields.pop("file_import", None) or make_file_import()
    defaults = {
        "file_import": file_import,
        "row_number": number(),
        "row_key": "POLE-9",
        "reason": "OUT_OF_RANGE",
        "column": "latitude",
        "detail": "latitude is outside -90 to 90 degrees: '91'",
        "row": {"POLE_ID": "POLE-9", "LATITUDE": "91"},
    }
    return models.ImportReject.objects.create(**{**defaults, **fields})


def make_import_mapping(**fields: Any) -> models.ImportMapping:
    """Create a stored mapping of poles."""
    defaults = {"name": f"poles {number()}", "layer": "poles", "mapping": {"pole_id": {"column": "POLE_ID"}}}
    return models.ImportMapping.objects.create(**{**defaults, **fields})


def make_outbox_event(**fields: Any) -> models.OutboxEvent:
    """Create an edit that waits."""
    defaults = {
        "kind": "cascade.scenario",
        "key": str(number()),
        "action": "UPDATE",
        "payload": {"name": "Storm"},
        "actor": "pia",
        "recorded_at": MOMENT,
    }
    return models.OutboxEvent.objects.create(**{**defaults, **fields})
