"""API types of what stands around the lines: trees, buildings, water, and the ground that floods."""

from typing import Any

import strawberry_django
from django.db.models import QuerySet
from strawberry import auto
from strawberry.types import Info

from flux_site.api.visibility import visible
from grid import models
from grid.schema.fast.columns import shows_rows
from grid.schema.types import filters, ordering
from grid.schema.types.base import Asset, GeoJSON, LocatedAsset, geojson
from grid.schema.types.transmission import Zone


@strawberry_django.federation.type(
    models.Tree, keys=["assetId"], filters=filters.TreeFilter, ordering=ordering.TreeOrder
)
class Tree(LocatedAsset):
    """A single tree."""

    zone: Zone | None
    species: auto
    common_name: auto
    height_m: auto
    crown_radius_m: auto
    growth_m_per_year: auto


@strawberry_django.federation.type(
    models.Building, keys=["assetId"], filters=filters.BuildingFilter, ordering=ordering.BuildingOrder
)
class Building(Asset):
    """A building, by its outline on the ground."""

    zone: Zone | None
    building_use: auto
    height_m: auto
    floor_count: auto
    footprint_m2: auto

    @strawberry_django.field(only=["outline"], description="Its outline as a GeoJSON Polygon.")
    def outline(self) -> GeoJSON:
        """Return the outline."""
        return geojson(self.outline)  # type: ignore[return-value,arg-type]


@strawberry_django.federation.type(
    models.WaterBody, keys=["assetId"], filters=filters.WaterBodyFilter, ordering=ordering.WaterBodyOrder
)
class WaterBody(Asset):
    """A pond, lake, reservoir or stretch of a bayou; it belongs to no load zone."""

    name: auto
    water_kind: auto
    area_m2: auto

    @strawberry_django.field(
        only=["outline"], description="Its outline as a GeoJSON Polygon or MultiPolygon."
    )
    def outline(self) -> GeoJSON:
        """Return the outline."""
        return geojson(self.outline)  # type: ignore[return-value,arg-type]

    @classmethod
    @shows_rows(permission="grid.view_{model}")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the rows, for users who may see water."""
        return visible(queryset, info)


@strawberry_django.federation.type(
    models.FloodZone, keys=["assetId"], filters=filters.FloodZoneFilter, ordering=ordering.FloodZoneOrder
)
class FloodZone(Asset):
    """Ground that floods; it belongs to no load zone. A likelier zone lies within a rarer one."""

    zone_code: auto
    zone_subtype: auto
    annual_chance_pct: auto
    base_flood_elevation_m: auto
    base_flood_depth_m: auto

    @strawberry_django.field(
        only=["outline"], description="Its outline as a GeoJSON Polygon or MultiPolygon."
    )
    def outline(self) -> GeoJSON:
        """Return the outline."""
        return geojson(self.outline)  # type: ignore[return-value,arg-type]

    @classmethod
    @shows_rows(permission="grid.view_{model}")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the rows, for users who may see flood zones."""
        return visible(queryset, info)
