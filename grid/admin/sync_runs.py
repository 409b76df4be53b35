"""Runs of sync layers, in the admin."""

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flux_site.admin.display import (
    ago,
    badge,
    change_url,
    data_table,
    duration,
    link,
    list_url,
    number,
    row_link,
)
from flux_site.admin.read_only import ReadOnlyAdmin
from grid import models
from grid.admin.sync_layers import run_mode_text


@admin.register(models.SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """Runs of layers, the newest first."""

    list_display = (
        "id",
        "layer_link",
        "status_badge",
        "how",
        "started",
        "took",
        "read",
        "inserted",
        "updated",
        "deleted",
        "rejected",
    )
    list_filter = ("status", "mode", "fallback_reason", "layer", "started_at")
    list_select_related = ("layer",)
    search_fields = ("layer__key", "error_code", "error_message")
    search_help_text = "Layer or error"
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-started_at", "-id")
    actions = None
    fieldsets = (
        (None, {"fields": ("layer_link", "status_badge", "how", "job_link", "error")}),
        ("Rows", {"fields": ("read", "inserted", "updated", "deleted", "rejected", "rate")}),
        ("Refused rows", {"fields": ("reject_reasons", "reject_links")}),
        ("Times", {"fields": ("started_at", "finished_at", "took")}),
        ("Source", {"fields": ("source_version",)}),
    )

    @admin.display(description="layer", ordering="layer")
    def layer_link(self, run: models.SyncRun) -> SafeString | str:
        """Return a link to the layer."""
        return link(change_url(models.SyncLayer, run.layer_id), run.layer_id)

    @admin.display(description="status", ordering="status")
    def status_badge(self, run: models.SyncRun) -> SafeString | str:
        """Return the status."""
        return badge(run.status)

    @admin.display(description="mode", ordering="mode")
    def how(self, run: models.SyncRun) -> str:
        """Return how the run found its rows, and why not in the layer's own way."""
        return run_mode_text(run)

    @admin.display(description="job")
    def job_link(self, run: models.SyncRun) -> SafeString | str:
        """Return a link to the job."""
        return row_link(run.job)

    @admin.display(description="error")
    def error(self, run: models.SyncRun) -> SafeString | str:
        """Return why the run failed."""
        if not run.error_code and not run.error_message:
            return "none"
        return format_html('<span class="flux-error"><b>{}</b> {}</span>', run.error_code, run.error_message)

    @admin.display(description="started", ordering="started_at")
    def started(self, run: models.SyncRun) -> SafeString | str:
        """Return how long ago the run began."""
        return ago(run.started_at)

    @admin.display(description="took", ordering="duration_s")
    def took(self, run: models.SyncRun) -> str:
        """Return how long the run lasted."""
        return duration(run.duration_s)

    @admin.display(description="read", ordering="rows_read")
    def read(self, run: models.SyncRun) -> str:
        """Return the rows read from the source."""
        return number(run.rows_read)

    @admin.display(description="new", ordering="rows_inserted")
    def inserted(self, run: models.SyncRun) -> str:
        """Return the rows added."""
        return number(run.rows_inserted)

    @admin.display(description="changed", ordering="rows_updated")
    def updated(self, run: models.SyncRun) -> str:
        """Return the rows changed."""
        return number(run.rows_updated)

    @admin.display(description="deleted", ordering="rows_deleted")
    def deleted(self, run: models.SyncRun) -> str:
        """Return the rows deleted."""
        return number(run.rows_deleted)

    @admin.display(description="refused", ordering="rows_rejected")
    def rejected(self, run: models.SyncRun) -> SafeString | str:
        """Return the rows refused, as a link to them."""
        text = number(run.rows_rejected)
        return link(list_url(models.SyncReject, run__id__exact=run.pk), text) if run.rows_rejected else text

    @admin.display(description="speed")
    def rate(self, run: models.SyncRun) -> str:
        """Return the rows read per second."""
        if not run.duration_s or run.rows_read is None:
            return number(None)
        return number(run.rows_read / run.duration_s, "rows/s", 0)

    @admin.display(description="reasons")
    def reject_reasons(self, run: models.SyncRun) -> SafeString | str:
        """Return how many kept rows were refused for which reason."""
        counted = (
            run.rejects.order_by().values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
        )
        rows = [
            (link(list_url(models.SyncReject, run__id__exact=run.pk, reason=reason), reason), number(n))
            for reason, n in counted
        ]
        return data_table(("Reason", "Rows kept"), rows) if rows else "none kept"

    @admin.display(description="rows")
    def reject_links(self, run: models.SyncRun) -> SafeString | str:
        """Return links to the refused rows as a list and as CSV."""
        if not run.rows_rejected:
            return "none"
        shown = link(list_url(models.SyncReject, run__id__exact=run.pk), "List")
        file = f"{reverse('admin:grid_syncreject_csv')}?run__id__exact={run.pk}"
        return format_html("{} · {}", shown, link(file, "Download CSV"))
