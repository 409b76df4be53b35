"""Pages of what stands around the lines."""

from django.contrib import admin

from flux_site.admin.display import number
from grid import models
from grid.admin.asset_pages import AssetAdmin


@admin.register(models.Tree)
class TreeAdmin(AssetAdmin):
    """Single trees."""

    id_prefix = "TREE-"
    parents = ("zone",)
    geometry_field = "location"
    search_fields = ("species__icontains", "common_name__icontains")
    search_help_text = "Beginning of an id, or part of a name of the species"
    list_display = ("id", "common_name", "species", "height_shown", "crown_shown", "growth_shown", "zone")
    list_filter = ("common_name", "zone")

    @admin.display(description="height", ordering="height_m")
    def height_shown(self, row: models.Tree) -> str:
        """Return the height."""
        return number(row.height_m, "m")

    @admin.display(description="crown radius", ordering="crown_radius_m")
    def crown_shown(self, row: models.Tree) -> str:
        """Return the radius of the crown."""
        return number(row.crown_radius_m, "m")

    @admin.display(description="growth in a year", ordering="growth_m_per_year")
    def growth_shown(self, row: models.Tree) -> str:
        """Return the growth."""
        return number(row.growth_m_per_year, "m")


@admin.register(models.Building)
class BuildingAdmin(AssetAdmin):
    """Buildings."""

    id_prefix = "BLD-"
    parents = ("zone",)
    geometry_field = "outline"
    search_fields = ("id__startswith",)
    search_help_text = "Beginning of an id"
    list_display = ("id", "building_use", "height_shown", "floor_count", "footprint_shown", "zone")
    list_filter = ("building_use", "zone")

    @admin.display(description="height")
    def height_shown(self, row: models.Building) -> str:
        """Return the height."""
        return number(row.height_m, "m")

    @admin.display(description="footprint")
    def footprint_shown(self, row: models.Building) -> str:
        """Return the area of the outline."""
        return number(row.footprint_m2, "m²")


@admin.register(models.WaterBody)
class WaterBodyAdmin(AssetAdmin):
    """Ponds, lakes, reservoirs and bayous."""

    id_prefix = "WAT-"
    geometry_field = "outline"
    search_fields = ("id__icontains", "name__icontains")
    search_help_text = "Part of an id or a name"
    list_display = ("id", "name", "water_kind", "area_shown")
    list_filter = ("water_kind",)

    @admin.display(description="area", ordering="area_m2")
    def area_shown(self, row: models.WaterBody) -> str:
        """Return the area of the surface."""
        return number(row.area_m2, "m²")


@admin.register(models.FloodZone)
class FloodZoneAdmin(AssetAdmin):
    """Ground that floods."""

    id_prefix = "FLD-"
    geometry_field = "outline"
    search_fields = ("id__icontains",)
    search_help_text = "Part of an id"
    list_display = ("id", "zone_code", "zone_subtype", "chance_shown")
    list_filter = ("zone_code", "annual_chance_pct")

    @admin.display(description="chance in a year", ordering="annual_chance_pct")
    def chance_shown(self, row: models.FloodZone) -> str:
        """Return the chance."""
        return number(row.annual_chance_pct, "%")
