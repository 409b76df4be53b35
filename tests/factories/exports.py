"""Exports of layers for tests."""

from typing import Any

from grid import models
from tests.factories.grid import MOMENT


def make_file_export(**fields: Any) -> models.FileExport:
    """Create an export of poles whose file was made and removed since."""
    defaults = {
        "layer": "poles",
        "file_format": "GEOPACKAGE",
        "created_at": MOMENT,
        "data_version": "poles=0@then",
        "row_count": 3,
        "size_bytes": 98304,
        "digest": "0" * 64,
        "ready_at": MOMENT,
        "expires_at": MOMENT,
        "removed_at": MOMENT,
    }
    return models.FileExport.objects.create(**{**defaults, **fields})
