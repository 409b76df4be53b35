"""Load and voltages of transformers, and weather, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from flux_site.admin.display import number
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.map_widget import feature


@admin.register(models.TransformerLoad)
class TransformerLoadAdmin(AssetAdmin):
    """The latest load of each transformer."""

    id_prefix = "XFMR-"
    parents = ("transformer",)
    list_display = ("id", "transformer_link", "load_hour", "energy_shown", "load_shown", "loading_shown")
    search_fields = ("id__icontains", "transformer__name__icontains")
    search_help_text = "Id or name of the transformer"
    transformer_link = parent_column("transformer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Limit the rows to the transformers the user may see."""
        rows = super().get_queryset(request)
        zones = models.Zone.objects.visible_to(request.user)
        return rows.filter(transformer__zone__in=zones) if zones.query.where else rows

    @admin.display(description="energy", ordering="energy_kwh")
    def energy_shown(self, row: models.TransformerLoad) -> str:
        """Return the energy of the hour."""
        return number(row.energy_kwh, "kWh")

    @admin.display(description="load", ordering="load_kva")
    def load_shown(self, row: models.TransformerLoad) -> str:
        """Return the mean load."""
        return number(row.load_kva, "kVA")

    @admin.display(description="loading", ordering="loading_pct")
    def loading_shown(self, row: models.TransformerLoad) -> str:
        """Return the load over the rating."""
        return number(row.loading_pct, "%")

    def features(self, row: models.TransformerLoad) -> list[dict[str, Any]]:
        """Return the place of the transformer."""
        return [feature(row.transformer.location, id=row.pk, title=str(row.transformer))]


@admin.register(models.TransformerVoltage)
class TransformerVoltageAdmin(AssetAdmin):
    """The voltages at each transformer's meters over a week, the worst first."""

    id_prefix = "XFMR-"
    parents = ("transformer",)
    ordering = (
        F("outside_b_pct").desc(nulls_last=True),
        F("outside_a_pct").desc(nulls_last=True),
        "id",
    )
    list_display = (
        "id",
        "transformer_link",
        "last_day",
        "meter_count",
        "judged_shown",
        "outside_a_shown",
        "outside_b_shown",
    )
    list_filter = ("zone",)
    search_fields = ("id__icontains", "transformer__name__icontains")
    search_help_text = "Id or name of the transformer"
    transformer_link = parent_column("transformer")

    @admin.display(description="judged readings", ordering="judged_count")
    def judged_shown(self, row: models.TransformerVoltage) -> str:
        """Return how many readings could be judged, of how many."""
        return f"{row.judged_count:,} of {row.reading_count:,}"

    @admin.display(description="outside range A", ordering="outside_a_pct")
    def outside_a_shown(self, row: models.TransformerVoltage) -> str:
        """Return the share of the judged readings outside range A."""
        return number(row.outside_a_pct, "%", digits=3)

    @admin.display(description="outside range B", ordering="outside_b_pct")
    def outside_b_shown(self, row: models.TransformerVoltage) -> str:
        """Return the share of the judged readings outside range B."""
        return number(row.outside_b_pct, "%", digits=3)

    def features(self, row: models.TransformerVoltage) -> list[dict[str, Any]]:
        """Return the place of the transformer."""
        return [feature(row.transformer.location, id=row.pk, title=str(row.transformer))]


@admin.register(models.WeatherObservation)
class WeatherObservationAdmin(AssetAdmin):
    """Hourly weather."""

    geometry_field = "location"
    ordering = ("-observed_at", "station")
    list_display = ("id", "station", "observed_at", "temperature", "humidity", "wind", "rain")
    list_filter = ("station", "observed_at")
    search_fields = ("station__icontains",)
    search_help_text = "Station"

    @admin.display(description="temperature", ordering="temperature_c")
    def temperature(self, row: models.WeatherObservation) -> str:
        """Return the air temperature."""
        return number(row.temperature_c, "°C")

    @admin.display(description="humidity", ordering="humidity_pct")
    def humidity(self, row: models.WeatherObservation) -> str:
        """Return the relative humidity."""
        return number(row.humidity_pct, "%", 0)

    @admin.display(description="wind", ordering="wind_speed_mps")
    def wind(self, row: models.WeatherObservation) -> str:
        """Return the wind speed."""
        return number(row.wind_speed_mps, "m/s")

    @admin.display(description="precipitation", ordering="precipitation_mm")
    def rain(self, row: models.WeatherObservation) -> str:
        """Return the precipitation of the hour."""
        return number(row.precipitation_mm, "mm")
