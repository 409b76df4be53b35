"""What map tiles of low zoom are drawn from: rows counted in square cells, and generalised shapes.

They are computed from other tables of the cache and made anew when those change; nothing refers to them.
Their geometry is in Web Mercator (SRID 3857), the plane of the tiles.
"""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex


class TileCell(models.Model):
    """The rows of a layer that stand in one square cell, of one zone; a tile has 32 by 32 cells."""

    layer = models.CharField(max_length=32, help_text="Key of the layer of the map.")
    zoom = models.SmallIntegerField(help_text="Zoom of the tiles it is for.")
    tile = models.BigIntegerField(help_text="Number of the tile: y times the tiles of a row, plus x.")
    zone_id = models.CharField(max_length=64, null=True, help_text="Load zone; decides who may see it.")
    feature = models.BigIntegerField(help_text="Id of the feature in tiles; the same after a rebuild.")
    count = models.IntegerField(help_text="Rows it stands for.")
    location = models.PointField(srid=3857, spatial_index=False, help_text="Mean place of its rows.")
    properties = models.JSONField(help_text="What is folded together of its rows.")

    class Meta:
        indexes = [models.Index(fields=["layer", "zoom", "tile"], name="tilecell_tile")]

    def __str__(self) -> str:
        return f"{self.layer} {self.zoom}/{self.tile}: {self.count}"


class TileShape(models.Model):
    """Generalised geometry of one row, or of a group of rows, for the tiles of one zoom."""

    layer = models.CharField(max_length=32, help_text="Key of the layer of the map.")
    zoom = models.SmallIntegerField(help_text="Zoom of the tiles it is for.")
    zone_id = models.CharField(max_length=64, null=True, help_text="Load zone; decides who may see it.")
    key = models.CharField(max_length=200, help_text="Id of the row, or what its group has in common.")
    count = models.IntegerField(help_text="Rows it stands for.")
    geometry = models.GeometryField(srid=3857, spatial_index=False)
    properties = models.JSONField(help_text="What its group has in common or folded together.")

    class Meta:
        indexes = [GistIndex(fields=["layer", "zoom", "geometry"], name="tileshape_place")]

    def __str__(self) -> str:
        return f"{self.layer} {self.zoom}: {self.key}"


class TileBuild(models.Model):
    """When the cells and shapes of a layer were last made, and from what."""

    layer = models.CharField(primary_key=True, max_length=32, help_text="Key of the layer of the map.")
    version = models.CharField(max_length=64, help_text="Of the rows and the rules they were made from.")
    built_at = models.DateTimeField(help_text="When they were made.")
    duration_s = models.FloatField(help_text="How long that took, s.")
    row_count = models.BigIntegerField(help_text="Rows of the layer then.")
    cell_count = models.BigIntegerField(help_text="Cells made, over all zooms.")
    shape_count = models.BigIntegerField(help_text="Shapes made, over all zooms.")

    class Meta:
        ordering = ["layer"]

    def __str__(self) -> str:
        return self.layer
