"""Rows that are computed from other rows: health, key figures, the state of circuits, service areas."""

from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon

from grid import models
from tests.factories.grid import HOUSTON, MOMENT, make_circuit, make_substation, make_transformer, make_zone

STATE: dict[str, Any] = {
    "status": "ENERGIZED",
    "load_class": "UNKNOWN",
    "active_outages": 0,
    "customers": 6,
    "customers_out": 0,
    "meter_count": 6,
    "transformer_count": 1,
    "transformers_with_load": 0,
    "overloaded_transformers": 0,
}


def make_asset_health(**fields: Any) -> models.AssetHealth:
    """Create the health of an asset: ``transformer`` by default, or ``pole``, ``circuit``, ``substation``."""
    kinds = ("transformer", "pole", "circuit", "substation")
    kind = next((each for each in kinds if each in fields), "transformer")
    asset = fields.get(kind) or make_transformer()
    on_circuit = {"circuit": asset, "substation": None}.get(kind, getattr(asset, "circuit", None))
    defaults = {
        "id": asset.pk,
        "zone": asset.zone,
        "asset_kind": kind.upper(),
        kind: asset,
        "on_circuit": on_circuit,
        "in_substation": asset if kind == "substation" else asset.substation,
        "as_of": MOMENT,
        "health_index": 75.0,
        "health_score": 2.875,
        "band": "HI1",
        "confidence_frac": 0.5,
        "failures_per_year": 0.002,
        "contributions": '[["AGE", -25.0, 31.5], ["INSPECTION", 0.0, null]]',
        "reason": None,
    }
    return models.AssetHealth.objects.create(**{**defaults, **fields})


def make_kpi_sample(**fields: Any) -> models.KpiSample:
    """Create what key figures were made of at a moment."""
    zone = fields.pop("zone", None) or make_zone()
    defaults = {
        "at": MOMENT,
        "zone": zone,
        "active_customers": 100,
        "customers_out": 4,
        "crews_active": 2,
        "health_index_sum": 750.0,
        "health_count": 10,
    }
    return models.KpiSample.objects.create(**{**defaults, **fields})


def make_circuit_status(**fields: Any) -> models.CircuitStatus:
    """Create the state of a circuit that is supplied and whose load is unknown."""
    circuit = fields.pop("circuit", None) or make_circuit()
    return models.CircuitStatus.objects.create(
        **{"id": circuit.pk, "circuit": circuit, "substation": circuit.substation, "zone": circuit.zone}
        | STATE
        | fields
    )


def make_substation_status(**fields: Any) -> models.SubstationStatus:
    """Create the state of a substation with one circuit, supplied, its load unknown."""
    substation = fields.pop("substation", None) or make_substation()
    counts = {"circuit_count": 1, "circuits_out": 0, "warning_circuits": 0, "critical_circuits": 0}
    return models.SubstationStatus.objects.create(
        **{"id": substation.pk, "substation": substation, "zone": substation.zone} | STATE | counts | fields
    )


def make_service_area(**fields: Any) -> models.ServiceArea:
    """Create the ground of a circuit: a small square."""
    circuit = fields.pop("circuit", None) or make_circuit()
    west, south = HOUSTON
    square = Polygon.from_bbox((west, south, west + 0.01, south + 0.01))
    square.srid = 4326
    defaults = {
        "id": circuit.pk,
        "circuit": circuit,
        "substation": circuit.substation,
        "zone": circuit.zone,
        "boundary": MultiPolygon(square, srid=4326),
        "area_km2": 1.07,
        "transformer_count": 1,
        "computed_at": MOMENT,
    }
    return models.ServiceArea.objects.create(**{**defaults, **fields})
