"""How far unfinished readings of large layers got, in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, change_url, link, number
from flux_site.admin.read_only import ReadOnlyAdmin
from grid import models


@admin.register(models.SyncCheckpoint)
class SyncCheckpointAdmin(ReadOnlyAdmin):
    """Checkpoints: from each the next run of its layer goes on; for everybody who may see the layers."""

    list_display = ("layer_id", "chunks", "read", "rejected", "updated")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("layer_id",)
    search_fields = ("layer__key",)
    search_help_text = "Layer"
    actions = None
    fields = ("layer_link", "chunks", "read", "rejected", "updated", "source_version")

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Who may see the layers may see how far they are."""
        return bool(request.user.has_perm("grid.view_synclayer"))

    @admin.display(description="layer")
    def layer_link(self, checkpoint: models.SyncCheckpoint) -> SafeString | str:
        """Return a link to the layer."""
        return link(change_url(models.SyncLayer, checkpoint.layer_id), checkpoint.layer_id)

    @admin.display(description="chunks staged")
    def chunks(self, checkpoint: models.SyncCheckpoint) -> str:
        """Return how many chunks are staged, of how many."""
        return f"{checkpoint.chunks_done} of {len(checkpoint.bounds) + 1}"

    @admin.display(description="rows read", ordering="rows_read")
    def read(self, checkpoint: models.SyncCheckpoint) -> str:
        """Return the rows read."""
        return number(checkpoint.rows_read)

    @admin.display(description="refused", ordering="rows_rejected")
    def rejected(self, checkpoint: models.SyncCheckpoint) -> str:
        """Return the rows refused."""
        return number(checkpoint.rows_rejected)

    @admin.display(description="last chunk", ordering="updated_at")
    def updated(self, checkpoint: models.SyncCheckpoint) -> SafeString | str:
        """Return how long ago the last chunk was staged."""
        return ago(checkpoint.updated_at)
