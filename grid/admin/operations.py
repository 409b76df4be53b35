"""Transformer load, weather, outages and work orders in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, badge, duration, number
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.map_widget import feature


@admin.register(models.Outage)
class OutageAdmin(AssetAdmin):
    """Outages, the newest first."""

    id_prefix = "OUT-"
    parents = ("circuit", "substation")
    geometry_field = "location"
    ordering = ("-started_at", "id")
    list_display = (
        "id",
        "status_badge",
        "cause_code",
        "circuit_link",
        "substation_link",
        "started",
        "lasted",
        "customers_interrupted",
        "customers_out",
    )
    list_filter = ("status", "cause_code", "zone", "started_at")
    search_fields = ("id__icontains", "circuit__name__icontains", "substation__name__icontains")
    search_help_text = "Id or name of its circuit or substation"
    children = (("Work orders", "WorkOrder", "outage"),)
    circuit_link = parent_column("circuit")
    substation_link = parent_column("substation")

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.Outage) -> SafeString | str:
        """Return the status."""
        return badge(row.status)

    @admin.display(description="started", ordering="started_at")
    def started(self, row: models.Outage) -> SafeString | str:
        """Return how long ago it began."""
        return ago(row.started_at)

    @admin.display(description="lasted")
    def lasted(self, row: models.Outage) -> str:
        """Return how long it lasted; a dash while it is active."""
        ended = row.restored_at
        return duration(None if ended is None else (ended - row.started_at).total_seconds())


@admin.register(models.WorkOrder)
class WorkOrderAdmin(AssetAdmin):
    """Work orders, the newest first."""

    id_prefix = "WO-"
    parents = ("circuit", "outage")
    geometry_field = "location"
    ordering = ("-created_at", "id")
    list_display = (
        "id",
        "work_type",
        "priority_badge",
        "status_badge",
        "asset_id",
        "circuit_link",
        "outage_link",
        "created",
    )
    list_filter = ("status", "priority", "work_type", "zone", "created_at")
    search_fields = ("id__icontains", "asset_id__iexact", "crew_id__iexact")
    search_help_text = "Id, id of its asset, or crew"
    circuit_link = parent_column("circuit")
    outage_link = parent_column("outage")

    @admin.display(description="priority", ordering="priority")
    def priority_badge(self, row: models.WorkOrder) -> SafeString | str:
        """Return the priority."""
        return badge(row.priority)

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.WorkOrder) -> SafeString | str:
        """Return the status."""
        return badge(row.status)

    @admin.display(description="created", ordering="created_at")
    def created(self, row: models.WorkOrder) -> SafeString | str:
        """Return how long ago it was created."""
        return ago(row.created_at)


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
