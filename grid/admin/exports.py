"""Exports of layers to files in the admin."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, badge, change_url, link, number, pretty_json
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.jobs.models import Job
from grid import models
from grid.selectors.exports import download_path


@admin.register(models.FileExport)
class FileExportAdmin(ReadOnlyAdmin):
    """Exports of layers to files."""

    list_display = ("title", "status", "rows", "size", "asked_by", "when", "expires_at", "download")
    list_filter = ("layer", "file_format", "has_personal")
    list_select_related = ("job", "asked_by")
    list_per_page = 50
    search_fields = ("layer", "asked_by__username")
    search_help_text = "Layer, or who asked"
    ordering = ("-created_at",)
    fields = (
        "title",
        "download",
        "job_link",
        "asked_by",
        "when",
        "rows",
        "size",
        "ready_at",
        "expires_at",
        "removed_at",
        "has_personal",
        "zone_ids",
        "area_shown",
        "filters_shown",
        "data_version",
        "digest",
    )
    readonly_fields = fields

    @admin.display(description="export", ordering="layer")
    def title(self, row: models.FileExport) -> str:
        """Return the layer and the format."""
        return str(row)

    @admin.display(description="status")
    def status(self, row: models.FileExport) -> SafeString | str:
        """Return the status of the job."""
        return badge(row.job.status if row.job else None)

    @admin.display(description="job")
    def job_link(self, row: models.FileExport) -> SafeString | str:
        """Return a link to the job."""
        return link(change_url(Job, row.job_id), row.job) if row.job else "no longer kept"

    @admin.display(description="rows", ordering="row_count")
    def rows(self, row: models.FileExport) -> str:
        """Return the rows in the file."""
        return number(row.row_count)

    @admin.display(description="bytes", ordering="size_bytes")
    def size(self, row: models.FileExport) -> str:
        """Return the size of the file."""
        return number(row.size_bytes)

    @admin.display(description="asked for", ordering="created_at")
    def when(self, row: models.FileExport) -> SafeString | str:
        """Return how long ago it was asked for."""
        return ago(row.created_at)

    @admin.display(description="file")
    def download(self, row: models.FileExport) -> SafeString | str:
        """Return a link to the file."""
        if row.removed_at is not None:
            return "removed"
        if row.ready_at is None:
            return "not made"
        return format_html('<a href="{}">download</a>', download_path(row.pk))

    @admin.display(description="area")
    def area_shown(self, row: models.FileExport) -> SafeString | str:
        """Return the area."""
        return "everywhere" if row.area is None else pretty_json(row.area)

    @admin.display(description="filters")
    def filters_shown(self, row: models.FileExport) -> SafeString | str:
        """Return the conditions."""
        return pretty_json(row.filters) if row.filters else "none"
