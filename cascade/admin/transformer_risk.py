"""Transformers to come in the admin: failures, the list of maintenance, forecasts of the next day."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cascade import models
from cascade.ml.transformers.words import RiskTier
from cascade.services.learning.transformer_starting import (
    start_transformer_forecast,
    start_transformer_prediction,
)
from flux_site.admin.display import UNKNOWN, ago, badge, number, pretty_json
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError

MINUTES = "customer-min"


def percent(value: float | None) -> str:
    """Return a probability in per cent, with about as many digits as it is good to."""
    if value is None:
        return UNKNOWN
    whole = 100.0 * value
    return number(whole, "%", digits=0 if whole >= 10.0 else 1 if whole >= 1.0 else 2)


class StartedHere(ReadOnlyAdmin):
    """A list of runs from which a new one can be started."""

    change_list_template = "admin/cascade/started_here/change_list.html"
    permission = ""
    button = ""
    start: Callable[..., Any]

    def get_urls(self) -> list[Any]:
        """Add the button's address."""
        own = path("start/", self.admin_site.admin_view(self.start_view), name=self._name("start"))
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the button to those who may use it."""
        own = {
            "may_start": request.user.has_perm(self.permission),
            "start_url": reverse(f"admin:{self._name('start')}"),
            "button": self.button,
        }
        return super().changelist_view(request, {**(extra_context or {}), **own})

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Start a job and show the list again."""
        if request.method == "POST" and request.user.has_perm(self.permission):
            try:
                job = type(self).start(user=request.user)
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                address = reverse("admin:jobs_job_change", args=[job.pk])
                text = format_html('It is queued: <a href="{}">its job</a>.', address)
                self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"admin:{self._name('changelist')}"))

    def _name(self, page: str) -> str:
        options = self.model._meta
        return f"{options.app_label}_{options.model_name}_{page}"


@admin.register(models.TransformerRiskRun)
class TransformerRiskRunAdmin(StartedHere):
    """Predictions of the failures of all transformers, newest first."""

    permission = "cascade.add_transformerriskrun"
    button = "Predict failures now"
    start = staticmethod(start_transformer_prediction)
    list_display = ("__str__", "made", "model", "transformer_count", "critical", "high", "a_year", "reason")
    list_select_related = ("model",)
    fields = (
        "as_of",
        "created_at",
        "model",
        "reason",
        "transformer_count",
        "tiers_shown",
        "expected_shown",
        "base_rate_shown",
        "failure_shown",
        "planned_shown",
        "rows_link",
        "latency_shown",
        "job",
    )

    @admin.display(description="Made", ordering="created_at")
    def made(self, run: models.TransformerRiskRun) -> SafeString | str:
        """Return when."""
        return ago(run.created_at)

    @admin.display(description="Critical")
    def critical(self, run: models.TransformerRiskRun) -> str:
        """Return how many are critical."""
        return self._count(run, RiskTier.CRITICAL)

    @admin.display(description="High")
    def high(self, run: models.TransformerRiskRun) -> str:
        """Return how many are high."""
        return self._count(run, RiskTier.HIGH)

    @admin.display(description="Failures expected in a year")
    def a_year(self, run: models.TransformerRiskRun) -> str:
        """Return how many."""
        return number(run.expected_failures.get("365"))

    @admin.display(description="Tiers")
    def tiers_shown(self, run: models.TransformerRiskRun) -> SafeString | str:
        """Return how many transformers each tier has."""
        found = [(badge(tier.value), run.tiers[tier.value]) for tier in RiskTier if run.tiers.get(tier.value)]
        return format_html_join(" ", "{} {}", found) if found else UNKNOWN

    @admin.display(description="Failures expected")
    def expected_shown(self, run: models.TransformerRiskRun) -> SafeString | str:
        """Return how many within each horizon, or why it is not known."""
        found = [
            (days, number(value) if value is not None else run.missing.get(days, UNKNOWN))
            for days, value in sorted(run.expected_failures.items(), key=lambda each: int(each[0]))
        ]
        return format_html_join("; ", "within {} days {}", found) if found else UNKNOWN

    @admin.display(description="Failed within a year in training")
    def base_rate_shown(self, run: models.TransformerRiskRun) -> str:
        """Return the base rate."""
        return percent(run.base_rate)

    @admin.display(description="Mean outage of a failure")
    def failure_shown(self, run: models.TransformerRiskRun) -> str:
        """Return how long failures lasted."""
        return number(run.failure_minutes, "min")

    @admin.display(description="Mean outage of planned work")
    def planned_shown(self, run: models.TransformerRiskRun) -> str:
        """Return how long planned outages lasted."""
        return number(run.planned_minutes, "min")

    @admin.display(description="Transformers")
    def rows_link(self, run: models.TransformerRiskRun) -> SafeString | str:
        """Return a link to the rows, which are kept of the newest run alone."""
        if not run.predictions.exists():
            return "kept of the newest prediction alone" if run.transformer_count else UNKNOWN
        address = reverse("admin:cascade_transformerprediction_changelist")
        return format_html('<a href="{}">all transformers</a>', address)

    @admin.display(description="Time taken, ms")
    def latency_shown(self, run: models.TransformerRiskRun) -> SafeString | str:
        """Return how long each step took."""
        return pretty_json(run.latency_ms) if run.latency_ms else UNKNOWN

    @staticmethod
    def _count(run: models.TransformerRiskRun, tier: RiskTier) -> str:
        return number(None if run.transformer_count is None else run.tiers.get(tier.value, 0))


@admin.register(models.TransformerPrediction)
class TransformerPredictionAdmin(ReadOnlyAdmin):
    """Every transformer with its predicted failure; sorted by what a new unit avoids: maintenance."""

    list_display = (
        "transformer_id",
        "rank",
        "tier_shown",
        "year",
        "quarter",
        "age",
        "peak",
        "customers",
        "action_shown",
        "avoided",
        "zone_id",
    )
    list_filter = ("tier", "action", "main_evidence", "zone_id")
    search_fields = ("transformer_id__startswith", "unit_id__startswith")
    search_help_text = "Start of the id of a transformer or unit"
    show_full_result_count = False
    list_per_page = 50
    fields = (
        "transformer_id",
        "zone_id",
        "unit_id",
        "rank",
        "tier_shown",
        "month",
        "quarter",
        "year",
        "times",
        "renewed",
        "age",
        "peak",
        "hot_spot",
        "customers",
        "failure",
        "avoided",
        "planned",
        "avoided_rank",
        "action_shown",
        "main_evidence",
        "why",
        "run",
    )
    list_select_related = ()

    @admin.display(description="Tier", ordering="rank")
    def tier_shown(self, row: models.TransformerPrediction) -> SafeString | str:
        """Return the tier."""
        return badge(row.tier)

    @admin.display(description="Fails within 30 days", ordering="probability_30d")
    def month(self, row: models.TransformerPrediction) -> str:
        """Return the chance."""
        return percent(row.probability_30d)

    @admin.display(description="Fails within 90 days", ordering="probability_90d")
    def quarter(self, row: models.TransformerPrediction) -> str:
        """Return the chance."""
        return percent(row.probability_90d)

    @admin.display(description="Fails within a year", ordering="probability_365d")
    def year(self, row: models.TransformerPrediction) -> str:
        """Return the chance."""
        return percent(row.probability_365d)

    @admin.display(description="Times the base rate", ordering="times_base_rate")
    def times(self, row: models.TransformerPrediction) -> str:
        """Return how much likelier than usual."""
        return number(row.times_base_rate)

    @admin.display(description="A new unit would, within a year", ordering="renewed_probability")
    def renewed(self, row: models.TransformerPrediction) -> str:
        """Return the chance with a new unit."""
        return percent(row.renewed_probability)

    @admin.display(description="Age", ordering="age_years")
    def age(self, row: models.TransformerPrediction) -> str:
        """Return the age."""
        return number(row.age_years, "years")

    @admin.display(description="Highest load of a year", ordering="peak_loading_pct")
    def peak(self, row: models.TransformerPrediction) -> str:
        """Return the load."""
        return number(row.peak_loading_pct, "%")

    @admin.display(description="Highest hot spot of a year", ordering="peak_hot_spot_c")
    def hot_spot(self, row: models.TransformerPrediction) -> str:
        """Return the temperature."""
        return number(row.peak_hot_spot_c, "°C")

    @admin.display(description="Expected of its failure", ordering="failure_minutes")
    def failure(self, row: models.TransformerPrediction) -> str:
        """Return the minutes."""
        return number(row.failure_minutes, MINUTES)

    @admin.display(description="A new unit avoids", ordering="avoided_minutes")
    def avoided(self, row: models.TransformerPrediction) -> str:
        """Return the minutes."""
        return number(row.avoided_minutes, MINUTES)

    @admin.display(description="Replacing it costs, if supply is off", ordering="planned_minutes")
    def planned(self, row: models.TransformerPrediction) -> str:
        """Return the minutes."""
        return number(row.planned_minutes, MINUTES)

    @admin.display(description="What to do", ordering="avoided_rank")
    def action_shown(self, row: models.TransformerPrediction) -> SafeString | str:
        """Return the action."""
        return badge(row.action)

    @admin.display(description="What moves it most")
    def why(self, row: models.TransformerPrediction) -> SafeString | str:
        """Return the contributions as a table."""
        if not row.contributions:
            return UNKNOWN
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    each["feature"],
                    each["evidence"].capitalize(),
                    number(each["value"]),
                    f"{each['log_odds']:+.3f}",
                )
                for each in row.contributions
            ),
        )
        head = "<tr><th>feature</th><th>evidence</th><th>value</th><th>log-odds</th></tr>"
        return format_html("<table><thead>" + head + "</thead><tbody>{}</tbody></table>", rows)


@admin.register(models.TransformerForecastRun)
class TransformerForecastRunAdmin(StartedHere):
    """Forecasts of the next day of all transformers, newest first, with what came of them."""

    permission = "cascade.add_transformerforecastrun"
    button = "Forecast the next day now"
    start = staticmethod(start_transformer_forecast)
    list_display = ("__str__", "made", "transformer_count", "overloads", "hot", "peak_error", "reason")
    fields = (
        "day",
        "created_at",
        "known_until",
        "reason",
        "transformer_count",
        "unknown_count",
        "overload_limit",
        "hot_limit",
        "overloads",
        "hot",
        "air",
        "fitted_days",
        "fitted_transformers",
        "outcome_shown",
        "latency_shown",
        "job",
    )

    @admin.display(description="Made", ordering="created_at")
    def made(self, run: models.TransformerForecastRun) -> SafeString | str:
        """Return when."""
        return ago(run.created_at)

    @admin.display(description="Overloads expected", ordering="expected_overloads")
    def overloads(self, run: models.TransformerForecastRun) -> str:
        """Return how many."""
        return number(run.expected_overloads)

    @admin.display(description="Hot spots above the limit expected", ordering="expected_hot")
    def hot(self, run: models.TransformerForecastRun) -> str:
        """Return how many."""
        return number(run.expected_hot)

    @admin.display(description="Overload from")
    def overload_limit(self, run: models.TransformerForecastRun) -> str:
        """Return the limit."""
        return number(100.0 * run.overload_pu, "%")

    @admin.display(description="Too hot from")
    def hot_limit(self, run: models.TransformerForecastRun) -> str:
        """Return the limit."""
        return number(run.hot_c, "°C")

    @admin.display(description="Error of the peak (yesterday's)")
    def peak_error(self, run: models.TransformerForecastRun) -> str:
        """Return how far the forecast was off, once the day was over."""
        if run.outcome is None:
            return UNKNOWN
        mine, naive = run.outcome["peak_error_pct"]
        return f"{number(mine, '%')} ({number(naive, '%')})"

    @admin.display(description="What came: forecast, yesterday")
    def outcome_shown(self, run: models.TransformerForecastRun) -> SafeString | str:
        """Return how good it was."""
        return UNKNOWN if run.outcome is None else pretty_json(run.outcome)

    @admin.display(description="Time taken, ms")
    def latency_shown(self, run: models.TransformerForecastRun) -> SafeString | str:
        """Return how long each step took."""
        return pretty_json(run.latency_ms) if run.latency_ms else UNKNOWN


@admin.register(models.TransformerForecast)
class TransformerForecastAdmin(ReadOnlyAdmin):
    """The next day of every transformer, the likeliest overload first."""

    list_display = ("transformer_id", "peak", "peak_hour", "overload", "hot_spot", "too_hot", "zone_id")
    list_filter = ("zone_id",)
    search_fields = ("transformer_id__startswith",)
    search_help_text = "Start of the id of a transformer"
    show_full_result_count = False
    list_per_page = 50
    fields = (
        "transformer_id",
        "zone_id",
        "peak",
        "peak_hour",
        "overload",
        "hot_spot",
        "too_hot",
        "peak_before",
        "hot_spot_before",
        "run",
    )

    @admin.display(description="Peak", ordering="peak_pct")
    def peak(self, row: models.TransformerForecast) -> str:
        """Return the load."""
        return number(row.peak_pct, "%")

    @admin.display(description="Chance of an overload", ordering="overload_probability")
    def overload(self, row: models.TransformerForecast) -> str:
        """Return the chance."""
        return percent(row.overload_probability)

    @admin.display(description="Hot spot", ordering="hot_spot_c")
    def hot_spot(self, row: models.TransformerForecast) -> str:
        """Return the temperature."""
        return number(row.hot_spot_c, "°C")

    @admin.display(description="Chance that it is too hot", ordering="hot_probability")
    def too_hot(self, row: models.TransformerForecast) -> str:
        """Return the chance."""
        return percent(row.hot_probability)

    @admin.display(description="Peak the day before", ordering="yesterday_peak_pct")
    def peak_before(self, row: models.TransformerForecast) -> str:
        """Return the load."""
        return number(row.yesterday_peak_pct, "%")

    @admin.display(description="Hot spot the day before", ordering="yesterday_hot_spot_c")
    def hot_spot_before(self, row: models.TransformerForecast) -> str:
        """Return the temperature."""
        return number(row.yesterday_hot_spot_c, "°C")
