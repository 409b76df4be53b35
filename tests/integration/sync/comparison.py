"""The cache against its source, by code of the tests' own: plain rows, compared one by one in Python."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone

from grid.layers import LAYERS
from grid.services.sync.source import query_of
from grid.warehouse import Warehouse


def rows_of_cache(key: str) -> dict[str, dict[str, Any]]:
    """Return the cached rows of a layer by key, read through the model."""
    model: Any = LAYERS[key].model
    return {row["id"]: row for row in model.objects.values()}


def rows_of_source(warehouse: Warehouse, key: str) -> dict[str, dict[str, Any]]:
    """Return the rows of the source of a layer by key, in the form the cache keeps them."""
    rows = warehouse.select_rows(query_of(LAYERS[key], warehouse, now=timezone.now()))
    found = {row["id"]: _as_cached(row) for row in rows}
    assert len(found) == len(rows), f"keys of {key} occur more than once"
    return found


def assert_equals_source(warehouse: Warehouse, key: str) -> None:
    """Fail unless the cache holds exactly the rows of the source, value by value."""
    assert rows_of_cache(key) == rows_of_source(warehouse, key)


def _as_cached(row: dict[str, Any]) -> dict[str, Any]:
    values = dict(row)
    if "lon" in values:
        lon, lat = values.pop("lon"), values.pop("lat")
        values["location"] = None if lon is None else GEOSGeometry(f"SRID=4326;POINT({lon!r} {lat!r})")
    for name in [name for name in values if name.endswith("_wkt")]:
        text = values.pop(name)
        values[name.removesuffix("_wkt")] = text and GEOSGeometry(text, srid=4326)
    return {
        name: value.replace(tzinfo=UTC) if hasattr(value, "tzinfo") and value.tzinfo is None else value
        for name, value in values.items()
    }
