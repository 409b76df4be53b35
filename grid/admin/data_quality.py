"""Findings of the check of the grid's records."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flux_site.admin.display import badge
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from grid import models
from grid.services import data_quality


@admin.register(models.DataQualityFinding)
class DataQualityFindingAdmin(ReadOnlyAdmin):
    """What the last check found wrong, the gravest first; a new check can be started from the list."""

    change_list_template = "admin/grid/dataqualityfinding/change_list.html"
    list_display = ("severity_badge", "kind", "asset_kind", "asset_link", "explanation", "zone", "checked_at")
    list_display_links = ("kind",)
    list_filter = ("severity", "kind", "asset_kind", "zone")
    list_select_related = ("zone",)
    list_per_page = 100
    search_fields = ("asset_id__startswith", "other_id__startswith")
    search_help_text = "Start of an asset's id"
    fields = (
        "severity",
        "kind",
        "asset_kind",
        "asset_link",
        "other_id",
        "explanation",
        "value",
        "zone",
        "checked_at",
    )
    readonly_fields = ("asset_link",)

    def get_urls(self) -> list[Any]:
        """Add the button's address."""
        own = path(
            "check/", self.admin_site.admin_view(self.check_view), name="grid_dataqualityfinding_check"
        )
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the button to those who may use it."""
        may_check = request.user.has_perm("grid.change_synclayer")
        return super().changelist_view(request, {**(extra_context or {}), "may_check": may_check})

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Start a check and show the list again."""
        if request.method == "POST" and request.user.has_perm("grid.change_synclayer"):
            try:
                job = data_quality.start_check(user=request.user)
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                address = reverse("admin:jobs_job_change", args=[job.pk])
                text = format_html('The check is queued: <a href="{}">its job</a>.', address)
                self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:grid_dataqualityfinding_changelist"))

    @admin.display(description="severity", ordering="severity")
    def severity_badge(self, row: models.DataQualityFinding) -> SafeString | str:
        """Return the severity."""
        return badge(row.severity, row.get_severity_display())

    @admin.display(description="asset", ordering="asset_id")
    def asset_link(self, row: models.DataQualityFinding) -> SafeString | str:
        """Return the asset's id, as a link where it has a page."""
        try:
            apps.get_model("grid", row.asset_kind)
        except LookupError:
            return row.asset_id
        address = reverse(f"admin:grid_{row.asset_kind.lower()}_change", args=[row.asset_id])
        return format_html('<a href="{}">{}</a>', address, row.asset_id)
