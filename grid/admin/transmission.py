"""Zones, substations, buses, branches and plants in the admin."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from flux_site.admin.display import badge, number
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.map_widget import feature


@admin.register(models.Zone)
class ZoneAdmin(AssetAdmin):
    """Load zones."""

    id_prefix = "ZONE-"
    list_display = ("id", "name", "state", "interconnect", "time_zone")
    list_filter = ("interconnect",)
    search_fields = ("id__icontains", "name__icontains", "state__icontains")
    search_help_text = "Id, name or state"
    children = (
        ("Substations", "Substation", "zone"),
        ("Buses", "Bus", "zone"),
        ("Branches", "Branch", "zone"),
        ("Plants", "Plant", "zone"),
        ("Circuits", "Circuit", "zone"),
        ("Outages", "Outage", "zone"),
    )


@admin.register(models.Substation)
class SubstationAdmin(AssetAdmin):
    """Substations."""

    id_prefix = "SUB-"
    parents = ("zone",)
    geometry_field = "location"
    list_display = ("id", "name", "zone_link", "max_kv", "load_shown", "generation_shown", "status_badge")
    list_filter = ("zone", "status", "max_kv")
    search_fields = ("id__icontains", "name__icontains")
    search_help_text = "Id or name"
    children = (
        ("Buses", "Bus", "substation"),
        ("Branches from here", "Branch", "from_substation"),
        ("Branches to here", "Branch", "to_substation"),
        ("Plants", "Plant", "substation"),
        ("Circuits", "Circuit", "substation"),
        ("Transformers", "Transformer", "substation"),
        ("Meters", "Meter", "substation"),
        ("Outages", "Outage", "substation"),
    )
    zone_link = parent_column("zone")

    @admin.display(description="load", ordering="load_mw")
    def load_shown(self, row: models.Substation) -> str:
        """Return the demand."""
        return number(row.load_mw, "MW")

    @admin.display(description="generation capacity", ordering="generation_capacity_mw")
    def generation_shown(self, row: models.Substation) -> str:
        """Return the capacity of its plants."""
        return number(row.generation_capacity_mw, "MW")

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.Substation) -> SafeString | str:
        """Return the status."""
        return badge(row.status)


@admin.register(models.Bus)
class BusAdmin(AssetAdmin):
    """Buses; the map shows their substation."""

    id_prefix = "BUS-"
    parents = ("zone", "substation")
    list_display = ("id", "number", "substation_link", "zone_link", "base_kv", "load_shown")
    list_filter = ("zone", "base_kv")
    search_fields = ("id__icontains", "substation__name__icontains")
    search_help_text = "Id or name of its substation"
    children = (
        ("Branches from here", "Branch", "from_bus"),
        ("Branches to here", "Branch", "to_bus"),
        ("Plants", "Plant", "bus"),
    )
    zone_link = parent_column("zone")
    substation_link = parent_column("substation")

    @admin.display(description="load", ordering="load_mw")
    def load_shown(self, row: models.Bus) -> str:
        """Return the demand."""
        return number(row.load_mw, "MW")

    def features(self, row: models.Bus) -> list[dict[str, Any]]:
        """Return the place of its substation."""
        return [feature(row.substation.location, id=row.pk, title=f"{row.pk} in {row.substation}")]


@admin.register(models.Branch)
class BranchAdmin(AssetAdmin):
    """Transmission lines and transformers; inside one substation the map shows the substation."""

    id_prefix = "BR-"
    parents = ("zone", "from_substation", "to_substation")
    geometry_field = "route"
    list_display = (
        "id",
        "kind",
        "from_link",
        "to_link",
        "base_kv",
        "rating_shown",
        "flow_shown",
        "loading_shown",
    )
    list_filter = ("kind", "zone", "base_kv", "in_service", "is_rating_adjusted")
    search_fields = ("id__icontains", "from_substation__name__icontains", "to_substation__name__icontains")
    search_help_text = "Id or name of a substation at either end"
    from_link = parent_column("from_substation", "from")
    to_link = parent_column("to_substation", "to")

    @admin.display(description="rating", ordering="rating_mva")
    def rating_shown(self, row: models.Branch) -> str:
        """Return the rating in force; none means unlimited."""
        return "unlimited" if row.rating_mva is None else number(row.rating_mva, "MVA")

    @admin.display(description="base flow", ordering="base_flow_mw")
    def flow_shown(self, row: models.Branch) -> str:
        """Return the flow in the base case."""
        return number(row.base_flow_mw, "MW")

    @admin.display(description="base loading", ordering="base_loading_pct")
    def loading_shown(self, row: models.Branch) -> str:
        """Return the loading in the base case."""
        return number(row.base_loading_pct, "%")

    def features(self, row: models.Branch) -> list[dict[str, Any]]:
        """Return the route with both substations."""
        ends = {end.pk: end for end in (row.from_substation, row.to_substation)}
        places = [feature(end.location, id=end.pk, title=str(end)) for end in ends.values()]
        return [*super().features(row), *places]


@admin.register(models.Plant)
class PlantAdmin(AssetAdmin):
    """Generating units; the map shows their substation."""

    id_prefix = "PLANT-"
    parents = ("zone", "substation")
    list_display = (
        "id",
        "fuel_type",
        "substation_link",
        "zone_link",
        "output_shown",
        "maximum_shown",
        "in_service",
    )
    list_filter = ("fuel_type", "zone", "in_service")
    search_fields = ("id__icontains", "fuel_type__iexact", "substation__name__icontains")
    search_help_text = "Id, fuel or name of its substation"
    zone_link = parent_column("zone")
    substation_link = parent_column("substation")

    @admin.display(description="dispatch", ordering="p_mw")
    def output_shown(self, row: models.Plant) -> str:
        """Return the dispatch in the base case."""
        return number(row.p_mw, "MW")

    @admin.display(description="maximum", ordering="p_max_mw")
    def maximum_shown(self, row: models.Plant) -> str:
        """Return the maximum output."""
        return number(row.p_max_mw, "MW")

    def features(self, row: models.Plant) -> list[dict[str, Any]]:
        """Return the place of its substation."""
        return [feature(row.substation.location, id=row.pk, title=f"{row.pk} in {row.substation}")]
