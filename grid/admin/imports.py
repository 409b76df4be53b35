"""Imports of files in the admin: bringing a file, mapping its columns, looking at what would happen."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from flux_site.admin.display import ago, badge, change_url, link, list_url, number, pretty_json
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from flux_site.jobs.models import Job
from grid import models
from grid.admin.import_mapping_form import MappingForm
from grid.layers import LAYERS
from grid.models.base import granted_zone_ids
from grid.selectors import imports as selectors
from grid.services import imports as services

OPTIONS = ("crs", "encoding", "delimiter", "gpkg_layer")
MODES = (
    ("MERGE", "Merge by key: rows of the file change or join those there"),
    ("REPLACE", "Replace all rows"),
)


class FileForm(forms.Form):
    """Which file goes into which layer."""

    layer = forms.ChoiceField(choices=lambda: [(key, LAYERS[key].title) for key in services.IMPORTABLE])
    upload = forms.FileField(
        required=False,
        help_text="CSV, CSV.gz, GeoPackage, GeoJSON, a zipped shapefile, Parquet or GeoParquet.",
    )
    known = forms.ChoiceField(
        required=False, label="Or a file that is there", choices=lambda: [("", "—"), *known_files()]
    )
    mode = forms.ChoiceField(choices=MODES)
    mapping_name = forms.ChoiceField(
        required=False,
        label="Stored mapping",
        choices=lambda: [("", "as the names of the columns suggest"), *stored_mappings()],
    )
    crs = forms.CharField(
        required=False,
        max_length=4000,
        label="Reference system",
        help_text="Where the file states none, such as EPSG:2278.",
    )
    encoding = forms.CharField(
        required=False, max_length=20, help_text="Of text that is not UTF-8, such as cp1252."
    )
    delimiter = forms.CharField(
        required=False, max_length=1, help_text="Of a CSV file, where its header does not show it."
    )
    gpkg_layer = forms.CharField(
        required=False, max_length=200, label="Layer", help_text="Of a GeoPackage with several."
    )

    def clean(self) -> dict[str, Any]:
        """Ask for exactly one file."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("upload")) == bool(cleaned.get("known")):
            self.add_error("upload", "Bring one file, or choose one that is there.")
        return cleaned


def known_files() -> list[tuple[str, str]]:
    """Return the files that can be chosen: received ones, and those placed in the inbox."""
    kept = models.ImportFile.objects.filter(removed_at=None)[:100]
    received = [
        (row.digest, f"{row.name}, {row.size_bytes:,} bytes, {row.received_at:%Y-%m-%d}") for row in kept
    ]
    return [*received, *((name, f"{name} (inbox)") for name in services.placed_names())]


def stored_mappings() -> list[tuple[str, str]]:
    """Return the stored mappings with their layers."""
    return [(row.name, f"{row.name} ({row.layer})") for row in models.ImportMapping.objects.all()]


@admin.register(models.FileImport)
class FileImportAdmin(ReadOnlyAdmin):
    """Imports of files."""

    list_display = (
        "title",
        "mode",
        "status",
        "read",
        "refused",
        "new",
        "known",
        "kept",
        "started_by",
        "when",
    )
    list_filter = ("layer", "mode")
    list_select_related = ("file", "job", "started_by")
    list_per_page = 50
    search_fields = ("file__name", "layer")
    search_help_text = "Name of the file, or layer"
    ordering = ("-pk",)
    change_list_template = "admin/grid/fileimport/change_list.html"
    fields = (
        "title",
        "layer",
        "mode",
        "job_link",
        "started_by",
        "when",
        "read",
        "refused",
        "new",
        "known",
        "kept",
        "written_at",
        "mapping_shown",
        "options_shown",
        "file_digest",
        "batch_id",
    )
    readonly_fields = fields

    def has_start_permission(self, request: HttpRequest) -> bool:
        """Holders of ``grid.add_fileimport`` import files, unless they are limited to zones."""
        return bool(request.user.has_perm("grid.add_fileimport")) and not granted_zone_ids(request.user)

    def get_urls(self) -> list[Any]:
        """Add the two pages of a new import."""
        return [
            path("new/", self.admin_site.admin_view(self.new_view), name="grid_fileimport_new"),
            path("plan/", self.admin_site.admin_view(self.plan_view), name="grid_fileimport_plan"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the imports, with a button for a new one."""
        new_url = reverse("admin:grid_fileimport_new") if self.has_start_permission(request) else None
        return super().changelist_view(request, {**(extra_context or {}), "new_url": new_url})

    # A new import

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file and lead to its plan."""
        if not self.has_start_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                return HttpResponseRedirect(self._plan_url(request, form.cleaned_data))
            except FluxError as error:
                form.add_error("upload", error.message)
        context = {**self._context(request), "title": "Import a file", "form": form}
        return TemplateResponse(request, "admin/grid/fileimport/new.html", context)

    def _plan_url(self, request: HttpRequest, chosen: dict[str, Any]) -> str:
        if chosen["upload"]:
            upload = chosen["upload"]
            file = services.receive(chunks=upload.chunks(), name=upload.name, user=request.user)
        else:
            file = services.find_file(chosen["known"], user=request.user)
        query = {"layer": chosen["layer"], "file": file.digest, "mode": chosen["mode"]}
        query |= {name: chosen[name] for name in (*OPTIONS, "mapping_name") if chosen[name]}
        return f"{reverse('admin:grid_fileimport_plan')}?{urlencode(query)}"

    def plan_view(self, request: HttpRequest) -> HttpResponse:
        """Show the mapping and what it would do; start the import when asked."""
        if not self.has_start_permission(request):
            raise PermissionDenied
        back = reverse("admin:grid_fileimport_new")
        layer, mode = request.GET.get("layer", ""), request.GET.get("mode", "")
        options = {name: request.GET[name] for name in OPTIONS if request.GET.get(name)}
        if "gpkg_layer" in options:
            options["layer"] = options.pop("gpkg_layer")
        try:
            file = services.find_file(request.GET.get("file", ""), user=request.user)
            mapping = None
            if name := request.GET.get("mapping_name"):
                stored = services.find_mapping(name, layer=layer)
                mapping, options = stored.mapping, {**stored.options, **options}
            guessed = self._preview(file, layer, mapping, options, mode, row_limit=1)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(back)
        form = MappingForm(request.POST or None, layer=layer, preview=guessed)
        if request.method == "POST" and form.is_valid() and "start" in request.POST:
            job_url = self._start(request, form, file=file, layer=layer, mode=mode, options=options)
            if job_url:
                return HttpResponseRedirect(job_url)
        shown, problem = guessed, None
        try:
            wanted = form.mapping() if form.is_bound and form.is_valid() else guessed.mapping
            shown = self._preview(file, layer, wanted, options, mode)
            problem = shown.problem.message if shown.problem else None
        except FluxError as error:
            problem = error.message
        may_see = selectors.shows_rows(request.user, layer=layer, subject=f"file {file.pk}")
        context = {
            **self._context(request),
            "title": f"Import {file.name} into {LAYERS[layer].title.lower()}",
            "form": form,
            "file": file,
            "mode": dict(MODES)[mode],
            "preview": shown,
            "problem": problem,
            "headings": list(shown.rows[0]) if shown.rows and may_see else [],
            "rows": [list(row.values()) for row in shown.rows] if may_see else [],
            "refused": [selectors.shown_refusal(each, may_see=may_see) for each in shown.refused[:20]],
        }
        return TemplateResponse(request, "admin/grid/fileimport/plan.html", context)

    def _preview(self, file: Any, layer: str, mapping: Any, options: Any, mode: str, **limit: Any) -> Any:
        return services.preview(
            file=file,
            layer=layer,
            mapping=mapping,
            options=services.parse_options(options),
            mode=mode,
            **limit,
        )

    def _start(
        self, request: HttpRequest, form: MappingForm, *, file: Any, layer: str, mode: str, options: Any
    ) -> str | None:
        chosen = form.cleaned_data
        try:
            if chosen["save_as"]:
                if not request.user.has_perm("grid.change_importmapping"):
                    raise PermissionDenied
                services.save_mapping(
                    name=chosen["save_as"],
                    layer=layer,
                    mapping=form.mapping(),
                    options=options,
                    user=request.user,
                )
            started = services.start_import(
                layer=layer,
                file=file.digest,
                mode=mode,
                mapping=form.mapping(),
                options=options,
                again=chosen["again"],
                force=chosen["force"],
                user=request.user,
            )
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        self.log_addition(request, started, f"Import of {file.name} into {layer} started.")
        self.message_user(request, f"The import of {file.name} was queued.", messages.SUCCESS)
        return change_url(Job, started.job_id)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}

    # Columns

    @admin.display(description="import", ordering="pk")
    def title(self, row: models.FileImport) -> str:
        """Return the file and the layer."""
        return f"{row.file.name} into {row.layer}"

    @admin.display(description="status")
    def status(self, row: models.FileImport) -> SafeString | str:
        """Return the status of the job."""
        return badge(row.job.status if row.job else None)

    @admin.display(description="job")
    def job_link(self, row: models.FileImport) -> SafeString | str:
        """Return a link to the job."""
        return link(change_url(Job, row.job_id), row.job) if row.job else "no longer kept"

    @admin.display(description="started", ordering="created_at")
    def when(self, row: models.FileImport) -> SafeString | str:
        """Return how long ago it was started."""
        return ago(row.created_at)

    @admin.display(description="rows read")
    def read(self, row: models.FileImport) -> str:
        """Return the rows read."""
        return number(row.rows_read)

    @admin.display(description="refused")
    def refused(self, row: models.FileImport) -> SafeString | str:
        """Return the number of refused rows, as a link to them."""
        text = number(row.rows_refused)
        return (
            link(list_url(models.ImportReject, file_import__id__exact=row.pk), text)
            if row.rows_refused
            else text
        )

    @admin.display(description="new")
    def new(self, row: models.FileImport) -> str:
        """Return the rows that the table did not hold."""
        return number(row.rows_new)

    @admin.display(description="known")
    def known(self, row: models.FileImport) -> str:
        """Return the rows that the table held."""
        return number(row.rows_known)

    @admin.display(description="kept")
    def kept(self, row: models.FileImport) -> str:
        """Return the rows of the table that the file did not touch."""
        return number(row.rows_kept)

    @admin.display(description="mapping")
    def mapping_shown(self, row: models.FileImport) -> SafeString:
        """Return the mapping."""
        return pretty_json(row.mapping)

    @admin.display(description="options")
    def options_shown(self, row: models.FileImport) -> SafeString:
        """Return the options."""
        return pretty_json(row.options)

    @admin.display(description="digest of the file")
    def file_digest(self, row: models.FileImport) -> str:
        """Return the digest of the file."""
        return row.file_id


@admin.register(models.ImportMapping)
class ImportMappingAdmin(admin.ModelAdmin):
    """Stored mappings: they are made on the page of an import and can be renamed or deleted here."""

    list_display = ("name", "layer", "owner", "updated_at")
    list_filter = ("layer",)
    search_fields = ("name", "layer")
    fields = ("name", "layer", "mapping_shown", "options_shown", "owner", "updated_at")
    readonly_fields = ("layer", "mapping_shown", "options_shown", "owner", "updated_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Mappings are made where a file shows what its columns are."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the mappings with their owners."""
        return super().get_queryset(request).select_related("owner")

    @admin.display(description="mapping")
    def mapping_shown(self, row: models.ImportMapping) -> SafeString:
        """Return the mapping."""
        return pretty_json(row.mapping)

    @admin.display(description="options")
    def options_shown(self, row: models.ImportMapping) -> SafeString:
        """Return the options."""
        return pretty_json(row.options)


@admin.register(models.ImportFile)
class ImportFileAdmin(ReadOnlyAdmin):
    """Files received for import."""

    list_display = ("name", "file_format", "size_bytes", "received_at", "received_by", "removed_at")
    list_filter = ("file_format",)
    list_select_related = ("received_by",)
    search_fields = ("name", "digest")
    search_help_text = "Name or digest"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the files; none for users limited to zones, since a file may hold rows of any."""
        rows = super().get_queryset(request)
        return rows.none() if granted_zone_ids(request.user) else rows
