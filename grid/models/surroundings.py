"""What stands around the lines: trees, buildings, water, and the ground that floods."""

from typing import Any, Self

from django.contrib.gis.db import models

from grid.models.base import Asset, search_indexes


class PublicQuerySet(models.QuerySet[Any]):
    """Queries over rows that belong to no load zone."""

    def visible_to(self, user: Any) -> Self:
        """Return all rows: what lies open on every map is shown to whoever may see the kind."""
        return self


class Public(models.Model):
    """A row of the cache that is no asset and lies open on every public map; written only by sync."""

    id = models.CharField(primary_key=True, max_length=64, help_text="Natural key, the same in both stores.")

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return str(getattr(self, "name", "") or self.pk)


class BuildingUse(models.TextChoices):
    """What a building is for."""

    RESIDENTIAL = "RESIDENTIAL"
    COMMERCIAL = "COMMERCIAL"
    INDUSTRIAL = "INDUSTRIAL"
    OUTBUILDING = "OUTBUILDING"


class WaterKind(models.TextChoices):
    """What a water body is."""

    POND = "POND"
    LAKE = "LAKE"
    RESERVOIR = "RESERVOIR"
    BAYOU = "BAYOU"


class Tree(Asset):
    """A single tree."""

    species = models.CharField(max_length=64, null=True, help_text="Botanical name; null if unknown.")
    common_name = models.CharField(max_length=64, null=True, help_text="Its usual name.")
    height_m = models.FloatField(null=True, help_text="Height, m.")
    crown_radius_m = models.FloatField(null=True, help_text="Radius of its crown, m.")
    growth_m_per_year = models.FloatField(null=True, help_text="Height gained in the coming year, m.")
    location = models.PointField(srid=4326)


class Building(Asset):
    """A building, by its outline on the ground."""

    zone = models.ForeignKey(
        "grid.Zone",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,  # a zone holds so many that an index would never be used
        help_text="Load zone; decides who may see the row.",
    )
    building_use = models.CharField(
        max_length=16, null=True, choices=BuildingUse.choices, help_text="What it is for; null if unknown."
    )
    height_m = models.FloatField(null=True, help_text="Of the roof's top above the ground, m.")
    floor_count = models.IntegerField(null=True, help_text="Floors above the ground.")
    footprint_m2 = models.FloatField(help_text="Area of its outline, m².")
    outline = models.PolygonField(srid=4326)


class WaterBody(Public):
    """A pond, lake, reservoir or stretch of a bayou; its outline is a polygon or several."""

    name = models.CharField(max_length=128, null=True, help_text="Its name; null if it has none.")
    water_kind = models.CharField(max_length=16, choices=WaterKind.choices)
    area_m2 = models.FloatField(help_text="Area of its surface, m².")
    outline = models.GeometryField(srid=4326)

    class Meta(Public.Meta):
        verbose_name_plural = "water bodies"
        indexes = search_indexes("waterbody", has_name=True)


class FloodZone(Public):
    """Ground that floods, as a polygon or several. Zones overlap: a likelier one lies in a rarer."""

    zone_code = models.CharField(max_length=16, help_text="As FEMA's flood maps name it: AE, X and so on.")
    zone_subtype = models.CharField(max_length=128, null=True, help_text="FEMA's words for it; null if none.")
    annual_chance_pct = models.FloatField(
        null=True, help_text="Chance that it floods within a year, %; null if not determined."
    )
    base_flood_elevation_m = models.FloatField(
        null=True,
        help_text="Level of the water then, m above its source's datum; null if not determined.",
    )
    base_flood_depth_m = models.FloatField(
        null=True, help_text="Depth of the water then, m; null if not determined."
    )
    outline = models.GeometryField(srid=4326)

    class Meta(Public.Meta):
        indexes = [models.Index(fields=["zone_code"], name="floodzone_code")]
