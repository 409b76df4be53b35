"""API types of the state of circuits and substations, and of service areas."""

from collections.abc import Sequence
from typing import Any

import strawberry_django
from strawberry import auto

from grid import models
from grid.schema.types import filters, ordering
from grid.schema.types.base import Asset, GeoJSON, geojson
from grid.schema.types.distribution import Circuit, Transformer
from grid.schema.types.transmission import Substation


@strawberry_django.type(
    models.CircuitStatus, filters=filters.CircuitStatusFilter, ordering=ordering.CircuitStatusOrder
)
class CircuitStatus(Asset):
    """The state of a circuit: whether its customers are supplied, and its load over its rating."""

    circuit: Circuit
    substation: Substation
    status: auto
    load_class: auto
    active_outages: auto
    customers: auto
    customers_out: auto
    outage_started_at: auto
    estimated_restoration_at: auto
    load_hour: auto
    load_mw: auto
    load_mva: auto
    loading_pct: auto
    load_coverage_pct: auto
    meter_count: auto
    transformer_count: auto
    transformers_with_load: auto
    overloaded_transformers: auto
    worst_transformer: Transformer | None
    worst_loading_pct: auto
    updated_at: auto


@strawberry_django.type(
    models.SubstationStatus, filters=filters.SubstationStatusFilter, ordering=ordering.SubstationStatusOrder
)
class SubstationStatus(Asset):
    """The state of a substation that feeds circuits; its load class is that of its worst circuit."""

    substation: Substation
    status: auto
    load_class: auto
    active_outages: auto
    customers: auto
    customers_out: auto
    outage_started_at: auto
    estimated_restoration_at: auto
    load_hour: auto
    load_mw: auto
    load_mva: auto
    loading_pct: auto
    load_coverage_pct: auto
    meter_count: auto
    transformer_count: auto
    transformers_with_load: auto
    overloaded_transformers: auto
    circuit_count: auto
    circuits_out: auto
    warning_circuits: auto
    critical_circuits: auto
    worst_circuit: Circuit | None
    worst_loading_pct: auto
    updated_at: auto


@strawberry_django.type(
    models.ServiceArea, filters=filters.ServiceAreaFilter, ordering=ordering.ServiceAreaOrder
)
class ServiceArea(Asset):
    """The ground that a circuit serves: what is nearer to its transformers than to any other."""

    circuit: Circuit
    substation: Substation
    area_km2: auto
    transformer_count: auto
    computed_at: auto

    @strawberry_django.field(only=["boundary"], description="Its outline as a GeoJSON MultiPolygon, to 1 m.")
    def boundary(self) -> GeoJSON:
        """Return the outline."""
        return _rounded(geojson(self.boundary))  # type: ignore[arg-type,return-value]


DIGITS = 5
"""Of a degree in an outline: about 1 m, a third of the bytes."""


def _rounded(shape: dict[str, Any]) -> dict[str, Any]:
    def rounded(part: Sequence[Any]) -> Any:
        if isinstance(part[0], float):
            return [round(value, DIGITS) for value in part]
        return [rounded(each) for each in part]

    return shape | {"coordinates": rounded(shape["coordinates"])}
