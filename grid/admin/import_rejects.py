"""Rows of files that were refused, in the admin: looking at them, downloading them, importing them again."""

import csv
import io
import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, change_url, link, pretty_json
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.audit.personal import note_shown
from flux_site.api.errors import FluxError
from flux_site.api.masking import user_may_see_pii
from flux_site.jobs.models import Job
from grid import models
from grid.admin.sync_rejects import CSV_AT_MOST, MendedFilter, cell
from grid.selectors.imports import PERSONAL_LAYERS
from grid.services import imports as services

HIDDEN = "Hidden: the row is personal data."


def is_shown(reject: Any) -> bool:
    """Return whether the user who asked sees the content of a row; if it is personal, that goes on record."""
    if reject.file_import.layer not in PERSONAL_LAYERS:
        return True
    return bool(reject.is_open) and note_shown("row", reject.row_key or f"refused row {reject.pk}")


@admin.register(models.ImportReject)
class ImportRejectAdmin(ReadOnlyAdmin):
    """Refused rows; those of customers are hidden unless ``grid.view_customer_pii`` is held."""

    list_display = ("position", "key", "reason", "column", "detail_shown", "import_link", "mended")
    list_filter = (MendedFilter, "reason", "file_import__layer")
    list_select_related = ("file_import", "file_import__file", "resolved_by")
    paginator = EstimatingPaginator
    list_per_page = 100
    show_full_result_count = False
    ordering = ("-file_import", "row_number")
    actions = ("replay",)
    fields = ("position", "key", "import_link", "reason", "column", "detail_shown", "mended", "row_shown")
    search_fields = ("row_key",)
    search_help_text = "Key"
    change_list_template = "admin/grid/importreject/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows, each knowing whether personal data may be shown."""
        return super().get_queryset(request).annotate(is_open=Value(user_may_see_pii(request.user)))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse filters on the row and its detail in the address, which would answer guesses about them."""
        if lookup.split("__", maxsplit=1)[0] in {"row", "detail"}:
            return False
        return lookup == "file_import__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list[Any]:
        """Add the CSV file."""
        file = self.admin_site.admin_view(self.csv_view)
        return [path("csv/", file, name="grid_importreject_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the rows of the list, with its filters and search, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows: Any = self.get_changelist_instance(request).queryset[:CSV_AT_MOST]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(
            ["import", "layer", "file", "row_number", "row_key", "reason", "column", "detail", "row"]
        )
        for reject in rows:
            shown = is_shown(reject)
            cells = (
                reject.file_import_id,
                reject.file_import.layer,
                reject.file_import.file.name,
                reject.row_number,
                reject.row_key,
                reject.reason,
                reject.column,
                reject.detail if shown else HIDDEN,
                json.dumps(reject.row, ensure_ascii=False) if shown else HIDDEN,
            )
            writer.writerow([cell(value) for value in cells])
        name = f"refused-rows-{timezone.now():%Y%m%d-%H%M%S}.csv"
        return HttpResponse(
            text.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Holders of ``grid.add_fileimport`` import refused rows again."""
        return bool(request.user.has_perm("grid.add_fileimport"))

    @admin.action(description="Try again: import the open rows of the import anew", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Queue an import of all open refused rows of the import that the ticked rows belong to."""
        waiting = queryset.filter(resolved_at__isnull=True).order_by()
        imports = sorted(set(waiting.values_list("file_import_id", flat=True)))
        if len(imports) != 1:
            self.message_user(request, "Tick open rows of one import.", messages.WARNING)
            return None
        try:
            started = services.replay_rejects(import_id=imports[0], user=request.user)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        self.message_user(request, "The refused rows were queued to be imported again.", messages.SUCCESS)
        address = change_url(Job, started.job_id)
        return HttpResponseRedirect(address) if address else None

    @admin.display(description="row", ordering="row_number")
    def position(self, reject: models.ImportReject) -> int:
        """Return the position in the file."""
        return reject.row_number

    @admin.display(description="key", ordering="row_key")
    def key(self, reject: models.ImportReject) -> str:
        """Return the row's key."""
        return reject.row_key or "(no key)"

    @admin.display(description="detail")
    def detail_shown(self, reject: Any) -> str:
        """Return why the row was refused, as far as the user may see it."""
        return reject.detail if is_shown(reject) else HIDDEN

    @admin.display(description="row of the file")
    def row_shown(self, reject: Any) -> SafeString | str:
        """Return the row, as far as the user may see it."""
        return pretty_json(reject.row) if is_shown(reject) else HIDDEN

    @admin.display(description="import", ordering="file_import")
    def import_link(self, reject: models.ImportReject) -> SafeString | str:
        """Return a link to the import."""
        return link(change_url(models.FileImport, reject.file_import_id), reject.file_import)

    @admin.display(description="mended", ordering="resolved_at")
    def mended(self, reject: models.ImportReject) -> SafeString | str:
        """Return when its key was accepted."""
        return ago(reject.resolved_at) if reject.resolved_at else "not yet"
