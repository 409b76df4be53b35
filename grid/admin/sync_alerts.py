"""Alerts of layers that are or were too old, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, badge, change_url, duration, link
from flux_site.admin.read_only import ReadOnlyAdmin
from grid import models


class OpenFilter(admin.SimpleListFilter):
    """Layers that are too old now, or were."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("open", "Open"), ("cleared", "Cleared")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the alerts of the choice."""
        if self.value() not in {"open", "cleared"}:
            return queryset
        return queryset.filter(cleared_at__isnull=self.value() == "open")


@admin.register(models.SyncAlert)
class SyncAlertAdmin(ReadOnlyAdmin):
    """Alerts, the newest first; for everybody who may see the layers."""

    list_display = ("id", "layer_link", "state", "raised", "cleared", "age", "limit", "reason")
    list_filter = (OpenFilter, "reason", "layer")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-raised_at", "-id")
    search_fields = ("layer__key", "reason", "detail")
    search_help_text = "Layer, reason or error"
    actions = None
    fields = (
        "layer_link",
        "state",
        "raised_at",
        "cleared_at",
        "age",
        "limit",
        "reason",
        "detail",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Who may see the layers may see their alerts."""
        return bool(request.user.has_perm("grid.view_synclayer"))

    @admin.display(description="layer", ordering="layer")
    def layer_link(self, alert: models.SyncAlert) -> SafeString | str:
        """Return a link to the layer."""
        return link(change_url(models.SyncLayer, alert.layer_id), alert.layer_id)

    @admin.display(description="state")
    def state(self, alert: models.SyncAlert) -> SafeString | str:
        """Return whether the layer is still too old."""
        return badge("TOO_OLD") if alert.cleared_at is None else "cleared"

    @admin.display(description="raised", ordering="raised_at")
    def raised(self, alert: models.SyncAlert) -> SafeString | str:
        """Return how long ago the layer was found too old."""
        return ago(alert.raised_at)

    @admin.display(description="cleared", ordering="cleared_at")
    def cleared(self, alert: models.SyncAlert) -> SafeString | str:
        """Return how long ago the layer was fresh again."""
        return "not yet" if alert.cleared_at is None else ago(alert.cleared_at)

    @admin.display(description="age when raised", ordering="age_s")
    def age(self, alert: models.SyncAlert) -> str:
        """Return how old the layer was."""
        return duration(alert.age_s)

    @admin.display(description="limit", ordering="max_age_s")
    def limit(self, alert: models.SyncAlert) -> str:
        """Return how old it may become."""
        return duration(alert.max_age_s)
