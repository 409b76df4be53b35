"""API types of operations."""

from typing import Any

import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import require
from grid import models
from grid.schema.types import filters, ordering
from grid.schema.types.base import LocatedAsset
from grid.schema.types.distribution import Circuit, Switch, Transformer
from grid.schema.types.transmission import Substation


@strawberry_django.type(models.TransformerLoad)
class TransformerLoad:
    """The latest hourly load of a transformer."""

    load_hour: auto
    energy_kwh: auto
    load_kva: auto
    loading_pct: auto
    meter_count: auto
    coverage_pct: auto

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the loads, for users who may see transformers."""
        require(info, "grid.view_transformer")
        return queryset


@strawberry_django.type(
    models.WeatherObservation, filters=filters.WeatherFilter, ordering=ordering.WeatherOrder
)
class WeatherObservation(relay.Node):
    """Hourly weather at a station."""

    station: auto
    observed_at: auto
    temperature_c: auto
    humidity_pct: auto
    wind_speed_mps: auto
    precipitation_mm: auto

    @strawberry_django.field(only=["location"], description="Longitude, degrees.")
    def lon(self) -> float:
        """Return the longitude."""
        return self.location.x  # type: ignore[attr-defined,no-any-return]

    @strawberry_django.field(only=["location"], description="Latitude, degrees.")
    def lat(self) -> float:
        """Return the latitude."""
        return self.location.y  # type: ignore[attr-defined,no-any-return]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the weather, which belongs to no zone."""
        require(info, "grid.view_weatherobservation")
        return in_default_order(queryset)


@strawberry_django.federation.type(
    models.Outage, keys=["assetId"], filters=filters.OutageFilter, ordering=ordering.OutageOrder
)
class Outage(LocatedAsset):
    """An interruption behind one device."""

    substation: Substation
    circuit: Circuit
    switch: Switch | None
    transformer: Transformer | None
    status: auto
    cause_code: auto
    started_at: auto
    restored_at: auto
    estimated_restoration_at: auto
    customers_interrupted: auto
    customers_out: auto
    work_orders: DjangoCursorConnection["WorkOrder"] = strawberry_django.connection()


@strawberry_django.federation.type(
    models.WorkOrder, keys=["assetId"], filters=filters.WorkOrderFilter, ordering=ordering.WorkOrderOrder
)
class WorkOrder(LocatedAsset):
    """A piece of field work."""

    work_type: auto
    priority: auto
    status: auto
    asset_kind: auto
    target_asset_id: str = strawberry_django.field(
        field_name="asset_id", description="The asset the work is done on."
    )
    substation: Substation
    circuit: Circuit
    outage: Outage | None
    crew_id: auto
    description: auto
    created_at: auto
    scheduled_at: auto
    completed_at: auto
    estimated_hours: auto
    actual_hours: auto
