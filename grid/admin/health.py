"""The health of assets and the samples of key figures in the admin."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from flux_site.admin.display import badge, number
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.map_widget import feature


@admin.register(models.AssetHealth)
class AssetHealthAdmin(AssetAdmin):
    """The health of assets, the worst first."""

    ordering = ("health_index", "id")
    parents = ("on_circuit", "in_substation")
    list_display = (
        "id",
        "asset_kind",
        "on_circuit_link",
        "in_substation_link",
        "index_shown",
        "band_badge",
        "confidence_shown",
        "as_of",
    )
    list_filter = ("asset_kind", "band", "zone")
    search_fields = ("id__icontains",)
    search_help_text = "Id of the asset"
    on_circuit_link = parent_column("on_circuit", "circuit")
    in_substation_link = parent_column("in_substation", "substation")

    @admin.display(description="index", ordering="health_index")
    def index_shown(self, row: models.AssetHealth) -> str:
        """Return the index."""
        return number(row.health_index)

    @admin.display(description="band", ordering="band")
    def band_badge(self, row: models.AssetHealth) -> SafeString | str:
        """Return the band."""
        return badge(row.band, row.band)

    @admin.display(description="confidence", ordering="confidence_frac")
    def confidence_shown(self, row: models.AssetHealth) -> str:
        """Return the share of the evidence that is known."""
        return number(100.0 * row.confidence_frac, "%")

    def features(self, row: models.AssetHealth) -> list[dict[str, Any]]:
        """Return the place of the asset, or of the substation it belongs to."""
        at = row.transformer or row.pole or row.in_substation
        return [feature(at.location, id=row.pk, title=str(row))]


@admin.register(models.KpiSample)
class KpiSampleAdmin(AssetAdmin):
    """What key figures were made of."""

    ordering = ("-at", "zone")
    parents = ("zone",)
    list_display = (
        "id",
        "at",
        "zone",
        "active_customers",
        "customers_out",
        "crews_active",
        "health_count",
    )
    list_filter = ("zone", "at")
    search_fields = ("zone__id__icontains", "zone__name__icontains")
    search_help_text = "Id or name of the zone"
