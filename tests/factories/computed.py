"""Rows that are computed from other rows: health, key figures, the state of circuits, service areas."""

from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon

from grid import models
from tests.factories.grid import (
    HOUSTON,
    MOMENT,
    make_circuit,
    make_line_section,
    make_substation,
    make_transformer,
    make_zone,
    number,
    point,
)

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


def make_tree_risk(**fields: Any) -> models.TreeRisk:
    """Create the risk of a tall tree near a line, which it may strike."""
    n = number()
    circuit = fields.pop("circuit", None) or make_circuit()
    defaults = {
        "id": f"TREE-{n:06}",
        "zone": circuit.zone,
        "circuit": circuit,
        "location": point(n),
        "species": "Quercus nigra",
        "common_name": "Water oak",
        "height_m": 18.0,
        "crown_radius_m": 5.4,
        "growth_m_per_year": 0.6,
        "nearest_line_id": f"LINE-{n}",
        "nearest_line_kind": "SECTION",
        "nearest_line_kv": 12.47,
        "distance_m": 10.0,
        "growth_basis": "RECORDED",
        "grow_in_line_id": f"LINE-{n}",
        "grow_in_distance_m": 10.0,
        "clearance_m": 3.05,
        "clearance_deficit_m": -1.0,
        "years_to_encroachment": 5.5,
        "earliest_years": 1.1,
        "latest_years": 11.0,
        "grow_in_level": "LOW",
        "fall_in_line_id": f"LINE-{n}",
        "fall_in_distance_m": 10.0,
        "reach_m": 13.5,
        "overstrike_m": 4.5,
        "direction_frac": 0.27,
        "strikes_per_year": 0.00085,
        "strikes_per_year_low": 0.00001,
        "strikes_per_year_high": 0.05,
        "impact_likelihood": "HIGH",
        "consequence": "SIGNIFICANT",
        "fall_in_level": "LOW",
        "device_id": f"SW-{n}",
        "customers": 120,
        "outage_min": 180.0,
        "customer_minutes_per_year": 18.4,
        "customer_minutes_low": 0.2,
        "customer_minutes_high": 1080.0,
        "original_score": 0.62,
        "original_band": "HIGH",
        "level": "LOW",
        "trim_h": 1.0,
        "fingerprint": "0" * 32,
        "is_stale": False,
        "computed_at": MOMENT,
    }
    return models.TreeRisk.objects.create(**{**defaults, **fields})


def make_tree_inspection(**fields: Any) -> models.TreeInspection:
    """Create an inspection that found a tree likely to fail."""
    tree = fields.pop("tree", None) or make_tree_risk()
    defaults = {
        "tree_id": tree.pk,
        "zone": tree.zone,
        "inspected_at": MOMENT,
        "failure_likelihood": "PROBABLE",
        "lean": "TOWARD",
        "note": None,
        "inspector": "arborist",
    }
    return models.TreeInspection.objects.create(**{**defaults, **fields})


def make_vegetation_line(**fields: Any) -> models.VegetationLine:
    """Create a section as trees are judged against it."""
    line = fields.pop("line", None) or make_line_section()
    defaults = {
        "id": line.pk,
        "line_kind": models.VegetationLine.SECTION,
        "line_class": line.line_class,
        "zone": line.zone,
        "circuit": line.circuit,
        "voltage_kv": 12.47,
        "lowest_m": 9.0,
        "sag_m": 1.2,
        "blowout_m": 0.6,
        "mvcd_m": None,
        "clearance_m": 3.05,
        "device_id": "SW-1",
        "customers": 120,
        "has_critical": False,
        "outage_min": 180.0,
        "outage_basis": "PUBLISHED_REPAIRS",
        "fingerprint": "0" * 32,
        "route": line.route,
    }
    return models.VegetationLine.objects.create(**{**defaults, **fields})


def make_work_package(**fields: Any) -> models.VegetationWorkPackage:
    """Create the package of two trees along a section."""
    line = fields.pop("line", None) or make_line_section()
    defaults = {
        "id": line.pk,
        "zone": line.zone,
        "circuit": line.circuit,
        "line": line,
        "location": point(number()),
        "tree_count": 2,
        "encroaching_count": 1,
        "striking_count": 2,
        "level": "HIGH",
        "earliest_years": 0.0,
        "customer_minutes_per_year": 30.0,
        "effort_h": 2.5,
        "work_order": None,
        "computed_at": MOMENT,
    }
    return models.VegetationWorkPackage.objects.create(**{**defaults, **fields})


def make_tile_build(**fields: Any) -> models.TileBuild:
    """Create the note that the cells of the poles were made."""
    defaults = {
        "layer": "poles",
        "version": "v1",
        "built_at": MOMENT,
        "duration_s": 1.5,
        "row_count": 10,
        "cell_count": 20,
        "shape_count": 0,
    }
    return models.TileBuild.objects.create(**{**defaults, **fields})


def make_data_quality_finding(**fields: Any) -> models.DataQualityFinding:
    """Create a finding about a transformer that nothing feeds."""
    defaults = {
        "kind": "NOT_FED",
        "severity": "ERROR",
        "asset_kind": "Transformer",
        "asset_id": f"XFMR-{number()}",
        "explanation": "No closed way leads from its node to a substation.",
        "checked_at": MOMENT,
    }
    return models.DataQualityFinding.objects.create(**{**defaults, **fields})


def make_weather_rating(**fields: Any) -> models.WeatherRating:
    """Create the loading of a circuit against its rating in the weather."""
    circuit = fields.pop("circuit", None) or make_circuit()
    defaults = {
        "id": circuit.pk,
        "zone": circuit.zone,
        "asset_kind": "CIRCUIT",
        "rated_hour": MOMENT,
        "rated_mva": 10.0,
        "weather_rated_mva": 12.5,
        "weather_loading_pct": 64.0,
        "reason": None,
        "updated_at": MOMENT,
    }
    return models.WeatherRating.objects.create(**{**defaults, **fields})


def make_clearance(**fields: Any) -> models.VegetationClearance:
    """Create a clearance that differs from the settings."""
    return models.VegetationClearance.objects.create(
        **{"line_class": "LATERAL", "clearance_m": 4.0, **fields}
    )
