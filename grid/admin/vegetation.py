"""Trees near overhead lines in the admin: their risk, inspections, the lines, and the work."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from flux_site.admin.display import badge, change_url, link, number
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from flux_site.jobs.models import Job
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.models.base import granted_zone_ids
from grid.selectors.vegetation.explaining import explain_tree
from grid.services import vegetation
from grid.standards.tree_risk import VegetationLevel


@admin.register(models.TreeRisk)
class TreeRiskAdmin(AssetAdmin):
    """Trees, those whose fall is expected to cost most first; above them how the assessment stands."""

    id_prefix = "TREE-"
    geometry_field = "location"
    parents = ("circuit",)
    list_display = (
        "id",
        "common_name",
        "circuit_link",
        "level_badge",
        "years_shown",
        "deficit_shown",
        "overstrike_shown",
        "cost_shown",
        "score_shown",
    )
    list_filter = (
        "level",
        "grow_in_level",
        "fall_in_level",
        "risk_rating",
        "nearest_line_kind",
        "is_route_approximate",
        "is_stale",
        "zone",
    )
    search_fields = ("id__icontains", "circuit__id__iexact", "nearest_line_id__iexact")
    search_help_text = "Id of the tree, its circuit or its line"
    change_list_template = "admin/grid/treerisk/change_list.html"
    circuit_link = parent_column("circuit")

    def get_urls(self) -> list[Any]:
        """Add the addresses that the buttons post to."""
        start = self.admin_site.admin_view(self.start_view)
        canopy = self.admin_site.admin_view(self.canopy_view)
        return [
            path("start/", start, name="grid_treerisk_start"),
            path("canopy/", canopy, name="grid_treerisk_canopy"),
            *super().get_urls(),
        ]

    def get_fields(self, request: HttpRequest, obj: Any | None = None) -> list[str]:
        """Add how the numbers come about."""
        return [*super().get_fields(request, obj), "explanation"]

    def get_ordering(self, request: HttpRequest) -> Any:
        """Put what is unknown last."""
        return (F("customer_minutes_per_year").desc(nulls_last=True), "id")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how many trees there are of each level above the list."""
        rows = models.TreeRisk.objects.visible_to(request.user)
        counted = dict(rows.order_by().values_list("level").annotate(Count("pk")))
        context = {
            "tree_count": sum(counted.values()),
            "stale_count": rows.filter(is_stale=True).count(),
            "levels": [(str(level), counted.get(level, 0)) for level in reversed(VegetationLevel)],
            "may_start": request.user.has_perm("grid.change_synclayer"),
            "may_import": self.has_canopy_permission(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Start an assessment and show its job.

        Raises:
            PermissionDenied: without the permission to start jobs.
        """
        back = reverse("admin:grid_treerisk_changelist")
        if request.method != "POST":
            return HttpResponseRedirect(back)
        if not request.user.has_perm("grid.change_synclayer"):
            raise PermissionDenied
        try:
            job = vegetation.start_assessment(user=request.user)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(back)
        self.message_user(request, f"{job.title} was queued; this page follows it.", messages.SUCCESS)
        return HttpResponseRedirect(change_url(Job, job.pk) or back)

    def has_canopy_permission(self, request: HttpRequest) -> bool:
        """Holders of ``grid.add_fileimport`` bring rasters, unless they are limited to zones."""
        return bool(request.user.has_perm("grid.add_fileimport")) and not granted_zone_ids(request.user)

    def canopy_view(self, request: HttpRequest) -> HttpResponse:
        """Take a raster of canopy heights and show the job that finds trees in it.

        Raises:
            PermissionDenied: without the permission to import files.
        """
        back = reverse("admin:grid_treerisk_changelist")
        if request.method != "POST":
            return HttpResponseRedirect(back)
        if not self.has_canopy_permission(request):
            raise PermissionDenied
        upload = request.FILES.get("raster")
        if upload is None:
            self.message_user(request, "Choose a GeoTIFF of canopy heights.", messages.ERROR)
            return HttpResponseRedirect(back)
        try:
            job = vegetation.start_canopy_import(
                chunks=upload.chunks(), name=upload.name or "", user=request.user
            )
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(back)
        self.message_user(request, f"{job.title} was queued; this page follows it.", messages.SUCCESS)
        return HttpResponseRedirect(change_url(Job, job.pk) or back)

    @admin.display(description="level", ordering="level")
    def level_badge(self, row: models.TreeRisk) -> SafeString | str:
        """Return the level."""
        return badge(row.level)

    @admin.display(description="encroaches in", ordering="years_to_encroachment")
    def years_shown(self, row: models.TreeRisk) -> str:
        """Return the years until it encroaches."""
        return number(row.years_to_encroachment, "years")

    @admin.display(description="inside the clearance by", ordering="clearance_deficit_m")
    def deficit_shown(self, row: models.TreeRisk) -> str:
        """Return how deep it is inside the clearance."""
        return number(row.clearance_deficit_m, "m")

    @admin.display(description="overstrike", ordering="overstrike_m")
    def overstrike_shown(self, row: models.TreeRisk) -> str:
        """Return its height over its reach."""
        return number(row.overstrike_m, "m")

    @admin.display(description="customer-minutes a year", ordering="customer_minutes_per_year")
    def cost_shown(self, row: models.TreeRisk) -> str:
        """Return what its fall is expected to cost."""
        return number(row.customer_minutes_per_year)

    @admin.display(description="composite score", ordering="original_score")
    def score_shown(self, row: models.TreeRisk) -> str:
        """Return the composite score."""
        return number(row.original_score, digits=2)

    @admin.display(description="how the numbers come about")
    def explanation(self, row: models.TreeRisk) -> SafeString:
        """Return the steps, line by line."""
        rows = [
            (line.line_id, step.name, number(step.value, step.unit or "", 3), step.text)
            for line in explain_tree(row.pk).lines
            for step in line.steps
        ]
        return format_html_join("", "<p>{} · <b>{}</b> {}<br>{}</p>", rows)


@admin.register(models.TreeInspection)
class TreeInspectionAdmin(ReadOnlyAdmin):
    """What inspections of trees found; recorded through the API."""

    list_display = ("id", "tree_id", "inspected_at", "failure_badge", "lean", "inspector")
    list_filter = ("failure_likelihood", "lean", "inspected_at")
    search_fields = ("tree_id__icontains",)
    search_help_text = "Id of the tree"

    @admin.display(description="failure", ordering="failure_likelihood")
    def failure_badge(self, row: models.TreeInspection) -> SafeString | str:
        """Return the likelihood of failure."""
        return badge(row.failure_likelihood)


@admin.register(models.VegetationClearance)
class VegetationClearanceAdmin(admin.ModelAdmin):
    """What must stay free around lines of a class; without a row the settings hold.

    A change counts from the next assessment on, which then judges every tree anew.
    """

    list_display = ("line_class", "clearance_m")
    fields = ("line_class", "clearance_m")

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        """The class of a row stays."""
        return () if obj is None else ("line_class",)


@admin.register(models.VegetationLine)
class VegetationLineAdmin(ReadOnlyAdmin):
    """Overhead lines as trees were judged against them."""

    list_display = (
        "id",
        "line_kind",
        "line_class",
        "voltage_kv",
        "lowest_m",
        "clearance_m",
        "device_id",
        "customers",
        "outage_min",
    )
    list_filter = ("line_kind", "line_class", "outage_basis")
    search_fields = ("id__icontains", "device_id__iexact")
    search_help_text = "Id of the line or its device"
    exclude = ("route",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the lines of the zones that the user may see, without their routes."""
        rows = super().get_queryset(request).defer("route")
        granted = granted_zone_ids(request.user)
        return rows.filter(zone_id__in=granted) if granted else rows


@admin.register(models.VegetationWorkPackage)
class VegetationWorkPackageAdmin(AssetAdmin):
    """Trees to trim, span by span; orders can be made of them."""

    geometry_field = "location"
    parents = ("circuit",)
    list_display = (
        "id",
        "circuit_link",
        "level_badge",
        "tree_count",
        "encroaching_count",
        "years_shown",
        "cost_shown",
        "effort_shown",
        "order_link",
    )
    list_filter = ("level", "zone")
    search_fields = ("id__icontains", "circuit__id__iexact")
    search_help_text = "Id of the line section or its circuit"
    actions = ("make_orders",)
    circuit_link = parent_column("circuit")

    def get_ordering(self, request: HttpRequest) -> Any:
        """Put what is unknown last."""
        return (F("customer_minutes_per_year").desc(nulls_last=True), "id")

    def has_order_permission(self, request: HttpRequest) -> bool:
        """Say who may make orders."""
        return bool(request.user.has_perm("grid.add_workorder"))

    @admin.action(description="Make work orders of the selected packages", permissions=["order"])
    def make_orders(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Make an order of each package."""
        made = []
        for package_id in queryset.order_by("pk").values_list("pk", flat=True):
            try:
                made.append(vegetation.create_work_order_of(package_id=package_id, actor=request.user))
            except FluxError as error:
                self.message_user(request, f"{package_id}: {error.message}", messages.ERROR)
        if made:
            self.message_user(request, f"Orders made: {len(made)}.", messages.SUCCESS)

    @admin.display(description="level", ordering="level")
    def level_badge(self, row: models.VegetationWorkPackage) -> SafeString | str:
        """Return the level of its worst tree."""
        return badge(row.level)

    @admin.display(description="first encroaches in", ordering="earliest_years")
    def years_shown(self, row: models.VegetationWorkPackage) -> str:
        """Return the years until its first tree encroaches."""
        return number(row.earliest_years, "years")

    @admin.display(description="customer-minutes a year", ordering="customer_minutes_per_year")
    def cost_shown(self, row: models.VegetationWorkPackage) -> str:
        """Return what its trees are expected to cost."""
        return number(row.customer_minutes_per_year)

    @admin.display(description="effort", ordering="effort_h")
    def effort_shown(self, row: models.VegetationWorkPackage) -> str:
        """Return the hours of a crew."""
        return number(row.effort_h, "h")

    @admin.display(description="order")
    def order_link(self, row: models.VegetationWorkPackage) -> SafeString | str:
        """Return the order last made of it."""
        if row.work_order_id is None:
            return ""
        return link(change_url(models.WorkOrder, row.work_order_id), row.work_order_id)
