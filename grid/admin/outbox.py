"""Operators' edits on their way to the warehouse, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, pretty_json
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from grid import models


class DeliveredFilter(admin.SimpleListFilter):
    """Edits that wait, or that have arrived."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("waiting", "Waiting"), ("delivered", "Delivered")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the edits of the choice."""
        if self.value() not in {"waiting", "delivered"}:
            return queryset
        return queryset.filter(delivered_at__isnull=self.value() == "waiting")


@admin.register(models.OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    """Edits; written by the services that make them."""

    list_display = ("sequence", "kind", "key", "action", "actor", "made", "arrived", "attempts", "last_error")
    list_filter = (DeliveredFilter, "kind", "action")
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("kind", "key", "actor")
    search_help_text = "Kind, key or user"
    fields = (
        "sequence",
        "kind",
        "key",
        "action",
        "actor",
        "made",
        "arrived",
        "attempts",
        "next_attempt_at",
        "last_error",
        "batch_id",
        "payload_shown",
    )

    @admin.display(description="made", ordering="recorded_at")
    def made(self, event: models.OutboxEvent) -> SafeString | str:
        """Return how long ago the edit was made."""
        return ago(event.recorded_at)

    @admin.display(description="delivered", ordering="delivered_at")
    def arrived(self, event: models.OutboxEvent) -> SafeString | str:
        """Return how long ago it arrived."""
        return ago(event.delivered_at) if event.delivered_at else "waits"

    @admin.display(description="row after the edit")
    def payload_shown(self, event: models.OutboxEvent) -> SafeString | str:
        """Return the row after the edit."""
        return "deleted" if event.payload is None else pretty_json(event.payload)
