"""What decisions rest on, in the admin, and the studies made with it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from cascade import models
from cascade.admin.study_results import result_shown
from cascade.services.decisions.versions import make_current
from flux_site.admin.display import UNKNOWN, ago, badge, pretty_json, row_link
from flux_site.admin.read_only import ReadOnlyAdmin


class VersionAdmin(admin.ModelAdmin):
    """Versions of which one is current. The current one is not changed: a new one takes its place."""

    actions = ("use_selected",)
    search_fields = ("name", "source")
    list_per_page = 50

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Refuse changes of the version in use, on which studies rest."""
        return super().has_change_permission(request, obj) and not (obj is not None and obj.is_current)

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Refuse to delete the version in use."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.is_current)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say that a version in use is protected, when several are deleted at once."""
        deleted, counts, needed, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, needed, [*protected, *(str(each) for each in objs if each.is_current)]

    @admin.action(description="Use the selected version from now on", permissions=["change"])
    def use_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Make one version the current one."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Select one version.", level=messages.ERROR)
            return
        make_current(chosen[0])
        self.message_user(request, f"{chosen[0]} is used from now on.")


class DamageFunctionInline(admin.TabularInline):
    """The functions of a table, one a class."""

    model = models.DamageFunction
    extra = 0


@admin.register(models.DamageTable)
class DamageTableAdmin(VersionAdmin):
    """Damage functions: what an interruption costs a customer."""

    list_display = ("name", "is_current", "dollar_year", "longest_h", "created_at")
    fields = ("name", "source", "dollar_year", "longest_h", "is_current", "created_at")
    readonly_fields = ("is_current", "created_at")
    inlines = (DamageFunctionInline,)


@admin.register(models.CostAssumptions)
class CostAssumptionsAdmin(VersionAdmin):
    """Rates and prices."""

    list_display = (
        "name",
        "is_current",
        "voll_usd_per_mwh",
        "price_factor",
        "crew_hour_usd",
        "margin_usd_per_mwh",
    )
    fields = (
        "name",
        "source",
        "voll_usd_per_mwh",
        "price_factor",
        "crew_hour_usd",
        "margin_usd_per_mwh",
        "is_current",
        "created_at",
    )
    readonly_fields = ("is_current", "created_at")


@admin.register(models.RepairTime)
class RepairTimeAdmin(admin.ModelAdmin):
    """Repair times and crews by kind; a study freezes those of its day."""

    list_display = ("kind", "median_h", "sigma", "material_usd", "crew_kind", "updated_at")
    readonly_fields = ("updated_at",)
    search_fields = ("kind", "source")


@admin.register(models.SeverityThreshold)
class SeverityThresholdAdmin(admin.ModelAdmin):
    """Tiers of severity, lowest first."""

    list_display = ("name", "level", "min_customers", "min_mw")
    search_fields = ("name", "source")


@admin.register(models.DecisionStudy)
class DecisionStudyAdmin(ReadOnlyAdmin):
    """Studies, the newest first."""

    list_display = ("name", "kind", "status", "run_link", "owner", "created")
    list_filter = ("kind", "job__status", "created_at")
    list_select_related = ("job__owner", "run")
    search_fields = ("name", "job__owner__username")
    list_per_page = 50
    fieldsets = (
        (None, {"fields": ("name", "kind", "status", "error", "run_link", "owner", "created_at")}),
        ("Result", {"fields": ("found",)}),
        ("Inputs", {"fields": ("inputs_shown",), "classes": ("collapse",)}),
    )

    @admin.display(description="Status", ordering="job__status")
    def status(self, study: models.DecisionStudy) -> SafeString | str:
        """Return the status of the job."""
        return badge(study.job.status)

    @admin.display(description="Run")
    def run_link(self, study: models.DecisionStudy) -> SafeString | str:
        """Return a link to the run."""
        return row_link(study.run)

    @admin.display(description="Owner", ordering="job__owner__username")
    def owner(self, study: models.DecisionStudy) -> str:
        """Return who asked."""
        return str(study.job.owner or "")

    @admin.display(description="Inputs")
    def inputs_shown(self, study: models.DecisionStudy) -> SafeString:
        """Return what it was worked out from."""
        return pretty_json(study.inputs)

    @admin.display(description="Error")
    def error(self, study: models.DecisionStudy) -> str:
        """Return why it failed; a dash if it did not."""
        return study.job.error_message or UNKNOWN

    @admin.display(description="Found")
    def found(self, study: models.DecisionStudy) -> SafeString | str:
        """Return what it found."""
        return result_shown(study.kind, study.result)

    @admin.display(description="Created", ordering="created_at")
    def created(self, study: models.DecisionStudy) -> SafeString | str:
        """Return when."""
        return ago(study.created_at)
