"""Rows that a sync refused, in the admin: looking at them, downloading them and trying them again."""

import csv
import io
import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, change_url, link, pretty_json
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.audit.personal import note_shown
from flux_site.api.errors import FluxError
from flux_site.api.masking import mask_address, mask_contact, mask_name, user_may_see_pii
from flux_site.jobs.models import Job
from grid import models
from grid.models.base import granted_zone_ids
from grid.services import sync as services

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


def is_personal(reject: models.SyncReject) -> bool:
    """Return whether a refused row holds personal data."""
    return isinstance(reject.row, dict) and not MASKS.keys().isdisjoint(reject.row)


def shown_row(reject: Any) -> Any:
    """Return a refused source row as far as the user who asked may see it; what is shown goes on record."""
    if not is_personal(reject) or (reject.is_open and note_shown("row", reject_id(reject))):
        return reject.row
    return {
        key: MASKS[key](str(value)) if key in MASKS and value else value for key, value in reject.row.items()
    }


def shown_detail(reject: Any) -> str:
    """Return why a row was refused, without personal data that the text may quote unless it may be seen."""
    if not is_personal(reject) or (reject.is_open and note_shown("detail", reject_id(reject))):
        return str(reject.detail)
    return "Hidden: the text may quote personal data."


def reject_id(reject: models.SyncReject) -> str:
    """Return what the audit log calls the person of a refused row: the row's key, which may be missing."""
    return reject.row_key or f"refused row {reject.pk}"


def cell(value: Any) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class MendedFilter(admin.SimpleListFilter):
    """Rows still refused, or accepted since."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("open", "Open"), ("mended", "Mended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the choice."""
        if self.value() not in {"open", "mended"}:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


@admin.register(models.SyncReject)
class SyncRejectAdmin(ReadOnlyAdmin):
    """Refused rows; personal data in them is masked unless ``grid.view_customer_pii`` is held."""

    list_display = ("key", "reason", "layer", "detail_shown", "run_link", "mended")
    list_filter = (MendedFilter, "reason", "run__layer")
    list_select_related = ("run", "resolved_by")
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    ordering = ("-run", "id")
    actions = ("replay",)
    fields = ("key", "layer", "run_link", "reason", "detail_shown", "mended", "row_shown")
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
        writer.writerow(["layer", "run", "row_key", "reason", "detail", "row", "resolved_at", "resolved_by"])
        for reject in rows:
            source = json.dumps(shown_row(reject), ensure_ascii=False)
            detail = shown_detail(reject)
            cells = (
                reject.run.layer_id,
                reject.run_id,
                reject.row_key,
                reject.reason,
                detail,
                source,
                reject.resolved_at.isoformat() if reject.resolved_at else None,
                reject.resolved_by_id,
            )
            writer.writerow([cell(value) for value in cells])
        name = f"rejects-{timezone.now():%Y%m%d-%H%M%S}.csv"
        return HttpResponse(
            text.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Holders of ``grid.change_synclayer`` try rows again, as they may start any sync."""
        return bool(request.user.has_perm("grid.change_synclayer"))

    @admin.action(description="Try again: sync the layers of the selected rows", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Queue a sync of the layers of the selected rows and lead to its job."""
        waiting = queryset.filter(resolved_at__isnull=True).order_by()
        layers = sorted(set(waiting.values_list("run__layer_id", flat=True)))
        if not layers:
            self.message_user(request, "The selected rows are mended already.", messages.WARNING)
            return None
        try:
            job = services.replay_rejects(layers=layers, user=request.user)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        self.message_user(request, f"{job.title} was queued; this page follows it.", messages.SUCCESS)
        address = change_url(Job, job.pk)
        return HttpResponseRedirect(address) if address else None

    @admin.display(description="mended", ordering="resolved_at")
    def mended(self, reject: models.SyncReject) -> SafeString | str:
        """Return when its key was accepted, and by which run."""
        if reject.resolved_at is None:
            return "not yet"
        run = reject.resolved_by_id
        by = link(change_url(models.SyncRun, run), f"Run {run}") if run else "a run no longer kept"
        return format_html("{} by {}", ago(reject.resolved_at), by)

    @admin.display(description="detail")
    def detail_shown(self, reject: Any) -> str:
        """Return why the row was refused, as far as the user may see it."""
        return shown_detail(reject)

    @admin.display(description="source row")
    def row_shown(self, reject: Any) -> SafeString:
        """Return the source row, as far as the user may see it."""
        return pretty_json(shown_row(reject))

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
