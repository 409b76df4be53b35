"""The risk of now in the admin: samples, what adds most to them, the networks looked at, the assumptions."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from cascade import models
from cascade.engine.risk_now.parts import RiskPart
from flux_site.admin.display import UNKNOWN, ago, badge, duration, number, pretty_json
from flux_site.admin.read_only import ReadOnlyAdmin

HOURS = "customer-h"


def _part_column(part: RiskPart) -> Callable[[Any, models.RiskSample], str]:
    """Return the column of a part's customer-hours."""
    name = models.RiskSample.COLUMNS[part]

    @admin.display(description=part.value.capitalize(), ordering=name)
    def column(self: Any, sample: models.RiskSample) -> str:
        return number(getattr(sample, name), "h")

    return column


PARTS = ("outages", "equipment", "weather", "contingencies", "vegetation", "background")


@admin.register(models.RiskSample)
class RiskSampleAdmin(ReadOnlyAdmin):
    """Samples of the risk, zone by zone, the newest first."""

    list_display = ("at", "zone_id", "total", "ordinary", *PARTS)
    list_filter = ("at", "zone_id")
    search_fields = ("zone_id__icontains",)
    search_help_text = "Id of the zone"
    show_full_result_count = False
    list_per_page = 50
    fields = (
        "at",
        "zone_id",
        "customers",
        "total",
        "ordinary",
        *PARTS,
        "reasons_shown",
        "coverage_shown",
    )

    outages = _part_column(RiskPart.OUTAGES)
    equipment = _part_column(RiskPart.EQUIPMENT)
    weather = _part_column(RiskPart.WEATHER)
    contingencies = _part_column(RiskPart.CONTINGENCIES)
    vegetation = _part_column(RiskPart.VEGETATION)
    background = _part_column(RiskPart.BACKGROUND)

    @admin.display(description="Known parts together")
    def total(self, sample: models.RiskSample) -> str:
        """Return the sum of the parts that are known."""
        values = [getattr(sample, models.RiskSample.COLUMNS[part]) for part in RiskPart]
        known = [value for value in values if value is not None]
        return number(sum(known) if known else None, HOURS)

    @admin.display(description="Ordinary day", ordering="ordinary_day_h")
    def ordinary(self, sample: models.RiskSample) -> str:
        """Return what an ordinary day costs."""
        return number(sample.ordinary_day_h, HOURS)

    @admin.display(description="Why parts are not known")
    def reasons_shown(self, sample: models.RiskSample) -> SafeString | str:
        """Return the reasons."""
        return pretty_json(sample.reasons) if sample.reasons else UNKNOWN

    @admin.display(description="Assets known, and all")
    def coverage_shown(self, sample: models.RiskSample) -> SafeString:
        """Return how much of each part is known."""
        return pretty_json(sample.coverage)


@admin.register(models.RiskContribution)
class RiskContributionAdmin(ReadOnlyAdmin):
    """What adds most to the newest sample, the most first."""

    list_display = ("asset_id", "kind", "part_shown", "zone_id", "hours_shown", "at")
    list_filter = ("part", "zone_id")
    search_fields = ("asset_id__icontains",)
    search_help_text = "Id of the asset"
    list_per_page = 50
    fields = ("at", "part_shown", "zone_id", "kind", "asset_id", "hours_shown", "details_shown")

    @admin.display(description="Part", ordering="part")
    def part_shown(self, row: models.RiskContribution) -> SafeString | str:
        """Return the part."""
        return badge(row.part)

    @admin.display(description="Expected in 24 h", ordering="customer_hours")
    def hours_shown(self, row: models.RiskContribution) -> str:
        """Return what it is expected to cost."""
        return number(row.customer_hours, HOURS, digits=3)

    @admin.display(description="Made of")
    def details_shown(self, row: models.RiskContribution) -> SafeString:
        """Return the numbers it is made of."""
        return pretty_json(row.details)


@admin.register(models.RiskNetwork)
class RiskNetworkAdmin(ReadOnlyAdmin):
    """Transmission networks as they stood when last looked at."""

    list_display = (
        "interconnect",
        "computed",
        "load_multiplier",
        "branch_count",
        "losing_count",
        "overload_count",
        "took",
    )
    fields = (
        "interconnect",
        "computed_at",
        "reason",
        "load_multiplier",
        "load_hour",
        "rated_hour",
        "branch_count",
        "rated_count",
        "secured_count",
        "unsolved_count",
        "losing_count",
        "overload_count",
        "is_relievable",
        "overloads_shown",
        "relief_shown",
        "took",
        "digest",
    )

    @admin.display(description="Looked at", ordering="computed_at")
    def computed(self, network: models.RiskNetwork) -> SafeString | str:
        """Return when."""
        return ago(network.computed_at)

    @admin.display(description="Branches whose loss costs load")
    def losing_count(self, network: models.RiskNetwork) -> str:
        """Return how many."""
        return number(None if network.reason else len(network.losses))

    @admin.display(description="Branches above their rating")
    def overload_count(self, network: models.RiskNetwork) -> str:
        """Return how many of the intact network."""
        return number(None if network.reason else len(network.overloads))

    @admin.display(description="Above their rating: MW, MVA")
    def overloads_shown(self, network: models.RiskNetwork) -> SafeString | str:
        """Return the branches above their rating."""
        return pretty_json(network.overloads) if network.overloads else UNKNOWN

    @admin.display(description="Shed to relieve them")
    def relief_shown(self, network: models.RiskNetwork) -> SafeString | str:
        """Return the load shed."""
        return pretty_json(network.relief) if network.relief else UNKNOWN

    @admin.display(description="Took")
    def took(self, network: models.RiskNetwork) -> str:
        """Return how long it took."""
        return duration(None if network.elapsed_ms is None else network.elapsed_ms / 1000.0)


@admin.register(models.RiskAssumption)
class RiskAssumptionAdmin(admin.ModelAdmin):
    """Rates and limits. The figures may be replaced; which there are is fixed."""

    list_display = ("key", "value", "unit", "basis", "updated_at")
    list_filter = ("basis",)
    search_fields = ("key__icontains", "source__icontains")
    fields = ("key", "value", "unit", "basis", "source", "updated_at")
    readonly_fields = ("key", "unit", "updated_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse more: the formulas know those there are."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Refuse to delete one: the formulas need it."""
        return False
