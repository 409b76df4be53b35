"""The rows with which the map begins, each as few columns as it draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.contrib.gis.db.models.functions import AsGeoJSON

from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES

DIGITS = 5
"""Of a degree in an outline: about 1 m."""

MOST_OUTAGES = 2_000

SUBSTATION_LAYERS = ("substations", "circuits", "outages", "outage_interruptions", "transformer_load")
CIRCUIT_LAYERS = ("circuits", "outages", "outage_interruptions", "transformer_load")
OUTAGE_LAYERS = ("outages",)

_STATE = {
    "status": "status",
    "load_class": "load_class",
    "active_outages": "active_outages",
    "customers": "customers",
    "customers_out": "customers_out",
    "load_hour": "load_hour",
    "load_mw": "load_mw",
    "loading_pct": "loading_pct",
    "load_coverage_pct": "load_coverage_pct",
}
_SUBSTATION = _STATE | {
    "asset_id": "pk",
    "name": "substation__name",
    "location": "substation__location",
    "circuit_count": "circuit_count",
    "circuits_out": "circuits_out",
    "warning_circuits": "warning_circuits",
    "critical_circuits": "critical_circuits",
    "worst_circuit_id": "worst_circuit_id",
    "worst_loading_pct": "worst_loading_pct",
}
_CIRCUIT = _STATE | {
    "asset_id": "pk",
    "name": "circuit__name",
    "substation_id": "substation_id",
    "worst_transformer_id": "worst_transformer_id",
    "worst_loading_pct": "worst_loading_pct",
}
_OUTAGE = {
    name: name
    for name in (
        "circuit_id",
        "substation_id",
        "status",
        "cause_code",
        "is_planned",
        "started_at",
        "estimated_restoration_at",
        "customers_interrupted",
        "customers_out",
        "crew_id",
        "location",
        "version",
    )
} | {"asset_id": "pk"}


def substations(user: Any) -> list[dict[str, Any]]:
    """Return the state of the substations that feed circuits, by key."""
    return _rows(models.SubstationStatus, _SUBSTATION, user)


def circuits(user: Any) -> list[dict[str, Any]]:
    """Return the state of the circuits, by key."""
    return _rows(models.CircuitStatus, _CIRCUIT, user)


def active_outages(user: Any) -> list[dict[str, Any]]:
    """Return the active outages, the newest first."""
    rows = models.Outage.objects.visible_to(user).filter(status__in=ACTIVE_OUTAGE_STATUSES)
    found = rows.order_by("-started_at", "pk").values_list(*_OUTAGE.values())[:MOST_OUTAGES]
    return [_named(_OUTAGE, row) for row in found]


def service_areas(user: Any) -> list[dict[str, Any]]:
    """Return the ground of each circuit, its outline as a GeoJSON object."""
    rows = models.ServiceArea.objects.visible_to(user).order_by("pk")
    outline = AsGeoJSON("boundary", precision=DIGITS)
    found = rows.values_list("pk", "substation_id", "area_km2", outline)
    names = ("circuit_id", "substation_id", "area_km2")
    return [dict(zip(names, row[:3], strict=True)) | {"boundary": orjson.loads(row[3])} for row in found]


def _rows(model: Any, columns: Mapping[str, str], user: Any) -> list[dict[str, Any]]:
    rows = model.objects.visible_to(user).order_by("pk").values_list(*columns.values())
    return [_named(columns, row) for row in rows]


def _named(columns: Mapping[str, str], row: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row by name, its location as lon and lat."""
    named = dict(zip(columns, row, strict=True))
    place = named.pop("location", None)
    return named if place is None else named | {"lon": place.x, "lat": place.y}
