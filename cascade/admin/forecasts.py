"""Forecasts of runs in the admin: what was said beforehand, beside what happened."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cascade import models
from flux_site.admin.display import UNKNOWN, ago, badge, duration, link, list_url, number, pretty_json
from flux_site.admin.read_only import ReadOnlyAdmin


@admin.register(models.RunForecast)
class RunForecastAdmin(ReadOnlyAdmin):
    """Forecasts, newest first."""

    list_display = (
        "__str__",
        "computed",
        "tripped_count",
        "said_count",
        "hit_count",
        "expected_shown",
        "precision_shown",
        "familiarity",
        "took",
        "job",
    )
    list_filter = ("is_unfamiliar", "run__interconnect")
    list_select_related = ("job", "run")
    search_fields = ("run__name__icontains",)
    search_help_text = "Name of the run"
    fields = (
        "run",
        "model",
        "job",
        "created_at",
        "computed_at",
        "familiarity",
        "threshold",
        "out_count",
        "first_count",
        "first_agrees",
        "open_count",
        "tripped_count",
        "expected_shown",
        "said_count",
        "hit_count",
        "precision_shown",
        "roc_auc",
        "brier",
        "notes_shown",
        "latency_shown",
        "branches_link",
    )

    @admin.display(description="Computed", ordering="computed_at")
    def computed(self, row: models.RunForecast) -> SafeString | str:
        """Return when."""
        return ago(row.computed_at)

    @admin.display(description="Expected trips", ordering="expected_count")
    def expected_shown(self, row: models.RunForecast) -> str:
        """Return the sum of the probabilities."""
        return number(row.expected_count, digits=1)

    @admin.display(description="Average precision", ordering="average_precision")
    def precision_shown(self, row: models.RunForecast) -> str:
        """Return how well the ranking found the trips."""
        return number(row.average_precision, digits=2)

    @admin.display(description="Like what was learned from", ordering="is_unfamiliar")
    def familiarity(self, row: models.RunForecast) -> str:
        """Return whether probabilities can be trusted."""
        if row.is_unfamiliar is None:
            return UNKNOWN
        return "no: trust the order only" if row.is_unfamiliar else "yes"

    @admin.display(description="Took")
    def took(self, row: models.RunForecast) -> str:
        """Return how long it took."""
        return duration(sum(row.latency_ms.values()) / 1000.0 if row.latency_ms else None)

    @admin.display(description="Notes")
    def notes_shown(self, row: models.RunForecast) -> SafeString | str:
        """Return the notes."""
        if not row.notes:
            return UNKNOWN
        lines = format_html_join("", "<li>{}</li>", ((each,) for each in row.notes))
        return format_html("<ul>{}</ul>", lines)

    @admin.display(description="Time by step, ms")
    def latency_shown(self, row: models.RunForecast) -> SafeString | str:
        """Return the times."""
        if not row.latency_ms:
            return UNKNOWN
        return pretty_json({step: round(ms, 1) for step, ms in row.latency_ms.items()})

    @admin.display(description="Branches")
    def branches_link(self, row: models.RunForecast) -> SafeString | str:
        """Return a link to the branches."""
        if row.computed_at is None:
            return UNKNOWN
        return link(list_url(models.ForecastBranch, forecast__id__exact=row.pk), "branches")


@admin.register(models.ForecastBranch)
class ForecastBranchAdmin(ReadOnlyAdmin):
    """What was predicted of each branch, the likeliest first, and what happened."""

    list_display = ("branch_id", "rank", "probability_shown", "trip_wave", "outcome_shown", "forecast")
    list_filter = ("outcome",)
    ordering = ("-forecast_id", "rank")
    show_full_result_count = False
    search_fields = ("branch_id__startswith",)
    search_help_text = "Start of a branch's id"
    list_select_related = ("forecast__run",)
    fields = ("forecast", "branch_id", "zone_id", "rank", "probability_shown", "trip_wave", "outcome_shown")

    @admin.display(description="Predicted probability", ordering="probability")
    def probability_shown(self, row: models.ForecastBranch) -> str:
        """Return the probability."""
        return number(100.0 * row.probability, "%")

    @admin.display(description="Outcome", ordering="outcome")
    def outcome_shown(self, row: models.ForecastBranch) -> SafeString | str:
        """Return what became of it."""
        return badge(row.outcome, row.get_outcome_display())
