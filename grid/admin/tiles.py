"""What the tiles of low zoom were made from, in the admin."""

from django.contrib import admin

from flux_site.admin.read_only import ReadOnlyAdmin
from grid import models


@admin.register(models.TileBuild)
class TileBuildAdmin(ReadOnlyAdmin):
    """When the cells and shapes of each layer were made."""

    list_display = ("layer", "built_at", "duration_s", "row_count", "cell_count", "shape_count")
    list_per_page = 100
    search_fields = ("layer__startswith",)
    search_help_text = "Start of a layer's key"
    fields = ("layer", "built_at", "duration_s", "row_count", "cell_count", "shape_count", "version")
