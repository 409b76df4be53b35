"""API types of weather, and of the load and the voltages of transformers."""

from typing import Any

import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info

from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import require, visible
from grid import models
from grid.schema.fast.columns import read_from, shows_rows
from grid.schema.types import filters, ordering


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
    @shows_rows(permission="grid.view_transformer")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the loads, for users who may see transformers."""
        require(info, "grid.view_transformer")
        return queryset


@strawberry_django.type(models.TransformerVoltage)
class TransformerVoltage:
    """The voltages at the meters of a transformer over the newest week of local days with readings."""

    first_day: auto
    last_day: auto
    day_count: auto
    meter_count: auto
    reading_count: auto
    judged_count: auto
    below_b_count: auto
    b_low_count: auto
    in_a_count: auto
    b_high_count: auto
    above_b_count: auto
    outside_a_pct: auto
    outside_b_pct: auto

    @classmethod
    @shows_rows(permission="grid.view_transformervoltage", zone="zone_id")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the voltages the user may see."""
        return visible(queryset, info)


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

    @strawberry_django.field(
        only=["location"], metadata=read_from("location", "ST_X"), description="Longitude, degrees."
    )
    def lon(self) -> float:
        """Return the longitude."""
        return self.location.x  # type: ignore[attr-defined,no-any-return]

    @strawberry_django.field(
        only=["location"], metadata=read_from("location", "ST_Y"), description="Latitude, degrees."
    )
    def lat(self) -> float:
        """Return the latitude."""
        return self.location.y  # type: ignore[attr-defined,no-any-return]

    @classmethod
    @shows_rows(permission="grid.view_weatherobservation")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the weather, which belongs to no zone."""
        require(info, "grid.view_weatherobservation")
        return in_default_order(queryset)
