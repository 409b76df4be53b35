"""Runs of sync layers and the rows they refused, in the admin."""

import csv
import io
import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
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
    pretty_json,
    row_link,
)
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.masking import mask_address, mask_contact, mask_name, user_may_see_pii
from grid import models
from grid.models.base import granted_zone_ids

MASKS = {
    "full_name": mask_name,
    "service_address": mask_address,
    "phone": mask_contact,
    "email": mask_contact,
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_AT_MOST = 100_000


def may_see_rejects(user: Any) -> bool:
    """Return whether a user may see refused rows: they belong to no zone, so nobody limited to zones may."""
    return not granted_zone_ids(user)


def shown_row(row: Any, *, has_pii: bool) -> Any:
    """Return a refused source row, its personal data masked unless ``has_pii``."""
    if has_pii or not isinstance(row, dict):
        return row
    return {key: MASKS[key](str(value)) if key in MASKS and value else value for key, value in row.items()}


def shown_detail(reject: models.SyncReject, *, has_pii: bool) -> str:
    """Return why a row was refused, without the personal data that the text may quote."""
    is_personal = isinstance(reject.row, dict) and not MASKS.keys().isdisjoint(reject.row)
    if has_pii or not is_personal:
        return reject.detail
    return "Hidden: the text may quote personal data."


def cell(value: Any) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@admin.register(models.SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """Runs of layers, the newest first."""

    list_display = (
        "id",
        "layer_link",
        "status_badge",
        "started",
        "took",
        "read",
        "inserted",
        "updated",
        "deleted",
        "rejected",
    )
    list_filter = ("status", "layer", "started_at")
    list_select_related = ("layer",)
    search_fields = ("layer__key", "error_code", "error_message")
    search_help_text = "Layer or error"
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-started_at", "-id")
    actions = None
    fieldsets = (
        (None, {"fields": ("layer_link", "status_badge", "job_link", "error")}),
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


@admin.register(models.SyncReject)
class SyncRejectAdmin(ReadOnlyAdmin):
    """Refused rows; personal data in them is masked unless ``grid.view_customer_pii`` is held."""

    list_display = ("key", "reason", "layer", "detail_shown", "run_link")
    list_filter = ("reason", "run__layer")
    list_select_related = ("run",)
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    ordering = ("-run", "id")
    actions = None
    fields = ("key", "layer", "run_link", "reason", "detail_shown", "row_shown")
    search_fields = ("row_key",)
    search_help_text = "Key, reason or detail"
    change_list_template = "admin/grid/syncreject/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows, each knowing whether its personal data may be shown."""
        rows = super().get_queryset(request)
        if not may_see_rejects(request.user):
            return rows.none()
        return rows.annotate(is_open=Value(user_may_see_pii(request.user)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search key, reason and detail; a detail that may quote personal data only if it may be seen."""
        term = search_term.strip()
        if not term:
            return queryset, False
        detail = Q(detail__icontains=term)
        if not user_may_see_pii(request.user):
            detail &= ~Q(row__has_any_keys=list(MASKS))
        return queryset.filter(Q(row_key__icontains=term) | Q(reason__icontains=term) | detail), False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse filters on the row and its detail in the address, which would answer guesses about them."""
        if lookup.split("__", maxsplit=1)[0] in {"row", "detail"}:
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list[Any]:
        """Add the CSV file."""
        file = self.admin_site.admin_view(self.csv_view)
        return [path("csv/", file, name="grid_syncreject_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the rows of the list, with its filters and search, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = self.get_changelist_instance(request)
        rows: Any = page.queryset[:CSV_AT_MOST]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["layer", "run", "row_key", "reason", "detail", "row"])
        for reject in rows:
            source = json.dumps(shown_row(reject.row, has_pii=reject.is_open), ensure_ascii=False)
            detail = shown_detail(reject, has_pii=reject.is_open)
            cells = (reject.run.layer_id, reject.run_id, reject.row_key, reject.reason, detail, source)
            writer.writerow([cell(value) for value in cells])
        name = f"rejects-{timezone.now():%Y%m%d-%H%M%S}.csv"
        return HttpResponse(
            text.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )

    @admin.display(description="detail")
    def detail_shown(self, reject: Any) -> str:
        """Return why the row was refused, as far as the user may see it."""
        return shown_detail(reject, has_pii=reject.is_open)

    @admin.display(description="source row")
    def row_shown(self, reject: Any) -> SafeString:
        """Return the source row, as far as the user may see it."""
        return pretty_json(shown_row(reject.row, has_pii=reject.is_open))

    @admin.display(description="key", ordering="row_key")
    def key(self, reject: models.SyncReject) -> str:
        """Return the row's key."""
        return reject.row_key or "(no key)"

    @admin.display(description="layer", ordering="run__layer")
    def layer(self, reject: models.SyncReject) -> SafeString | str:
        """Return a link to the layer."""
        return link(change_url(models.SyncLayer, reject.run.layer_id), reject.run.layer_id)

    @admin.display(description="run", ordering="run")
    def run_link(self, reject: models.SyncReject) -> SafeString | str:
        """Return a link to the run."""
        return link(change_url(models.SyncRun, reject.run_id), f"Run {reject.run_id}")
