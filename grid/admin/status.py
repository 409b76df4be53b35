"""The state of circuits and substations, weather ratings and service areas in the admin. All are computed."""

from typing import Any

from django.contrib import admin
from django.db.models import F

from flux_site.admin.display import number
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.map_widget import feature


class StatusAdmin(AssetAdmin):
    """Supply and load."""

    list_filter = ("status", "load_class", "zone")
    search_help_text = "Id"

    @admin.display(description="load", ordering="load_mw")
    def load_shown(self, row: Any) -> str:
        """Return the load."""
        return number(row.load_mw, "MW")

    @admin.display(description="loading", ordering="loading_pct")
    def loading_shown(self, row: Any) -> str:
        """Return the load over the rating."""
        return number(row.loading_pct, "%")


@admin.register(models.CircuitStatus)
class CircuitStatusAdmin(StatusAdmin):
    """The state of each circuit."""

    id_prefix = "CKT-"
    parents = ("circuit", "substation")
    search_fields = ("id__icontains",)
    list_display = (
        "id",
        "circuit_link",
        "status",
        "load_class",
        "active_outages",
        "customers_out",
        "load_shown",
        "loading_shown",
        "updated_at",
    )
    circuit_link = parent_column("circuit")


@admin.register(models.SubstationStatus)
class SubstationStatusAdmin(StatusAdmin):
    """The state of each substation that feeds circuits."""

    id_prefix = "SUB-"
    parents = ("substation",)
    search_fields = ("id__icontains",)
    list_display = (
        "id",
        "substation_link",
        "status",
        "load_class",
        "active_outages",
        "customers_out",
        "load_shown",
        "loading_shown",
        "updated_at",
    )
    substation_link = parent_column("substation")


@admin.register(models.ServiceArea)
class ServiceAreaAdmin(AssetAdmin):
    """The ground each circuit serves."""

    id_prefix = "CKT-"
    parents = ("circuit", "substation")
    search_fields = ("id__icontains",)
    search_help_text = "Id of the circuit"
    list_display = ("id", "circuit_link", "area_shown", "transformer_count", "computed_at")
    list_filter = ("zone",)
    circuit_link = parent_column("circuit")

    @admin.display(description="area", ordering="area_km2")
    def area_shown(self, row: models.ServiceArea) -> str:
        """Return the area."""
        return number(row.area_km2, "km²")

    def features(self, row: models.ServiceArea) -> list[dict[str, Any]]:
        """Return the outline."""
        return [feature(row.boundary, id=row.pk, title=str(row.circuit))]


@admin.register(models.WeatherRating)
class WeatherRatingAdmin(AssetAdmin):
    """How near circuits and transmission lines are to their rating in the weather of the newest hour."""

    search_fields = ("id__icontains",)
    search_help_text = "Id of the circuit or branch"
    list_display = (
        "id",
        "asset_kind",
        "rated_hour",
        "rated_shown",
        "weather_shown",
        "loading_shown",
        "reason",
    )
    list_filter = ("asset_kind", "zone")

    def get_ordering(self, request: Any) -> Any:
        """Put the most loaded first and what is unknown last."""
        return (F("weather_loading_pct").desc(nulls_last=True), "id")

    @admin.display(description="static rating", ordering="rated_mva")
    def rated_shown(self, row: models.WeatherRating) -> str:
        """Return the static rating."""
        return number(row.rated_mva, "MVA")

    @admin.display(description="rating in the weather", ordering="weather_rated_mva")
    def weather_shown(self, row: models.WeatherRating) -> str:
        """Return the rating in the weather."""
        return number(row.weather_rated_mva, "MVA")

    @admin.display(description="loading", ordering="weather_loading_pct")
    def loading_shown(self, row: models.WeatherRating) -> str:
        """Return the load over the rating in the weather."""
        return number(row.weather_loading_pct, "%")
