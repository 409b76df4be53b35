"""API types of what is predicted of distribution transformers."""

from datetime import date, datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django import ComparisonFilterLookup, Ordering, StrFilterLookup

from cascade import models
from cascade.ml.transformers.words import Action, RiskTier
from flux_site.api.ordering import UnknownLast, in_default_order
from flux_site.api.visibility import visible
from flux_site.jobs.schema import JSONObject
from grid.schema.types.distribution import Transformer

Text = StrFilterLookup | None
Number = ComparisonFilterLookup[float] | None
Whole = ComparisonFilterLookup[int] | None

RiskTierEnum = strawberry.enum(
    RiskTier,
    name="TransformerRiskTier",
    description="How much likelier than usual a failure within a year is: CRITICAL ten times and more, HIGH "
    "five, ELEVATED twice, else NORMAL; UNKNOWN: there is no model of a year.",
)
ActionEnum = strawberry.enum(
    Action,
    name="MaintenanceAction",
    description="REPLACE_LARGER: load or heat speaks most for a failure. INSPECT: nobody has seen the unit "
    "for four years and it is not known to be bad. REPLACE: all others.",
)


def _ordered(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows if rows.query.order_by else in_default_order(rows)


@strawberry.type(description="What moves a prediction.")
class FailureContribution:
    """A contribution."""

    feature: str = strawberry.field(description="Such as age_years, over_120_h_per_year, condition_code.")
    evidence: str = strawberry.field(
        description="AGE, MAKE, LOADING, AGEING, VOLTAGE, FAULTS, INSPECTION or SEASON."
    )
    value: float | None = strawberry.field(description="Of the feature; null: not known.")
    log_odds: float = strawberry.field(
        description="What it adds to the log-odds of a failure within a year; negative: it speaks against."
    )


@strawberry_django.filter_type(models.TransformerPrediction)
class TransformerFailureFilter:
    """Filter of predicted failures."""

    transformer_id: Text
    zone_id: Text
    tier: Text
    action: Text
    main_evidence: Text
    rank: Whole
    avoided_rank: Whole
    probability_30d: Number
    probability_90d: Number
    probability_365d: Number
    customers: Whole
    age_years: Number
    peak_loading_pct: Number
    avoided_minutes: Number


@strawberry_django.order_type(models.TransformerPrediction)
class TransformerFailureOrder(UnknownLast):
    """Order of predicted failures."""

    rank: Ordering | None
    avoided_rank: Ordering | None
    probability_30d: auto
    probability_90d: auto
    probability_365d: auto
    avoided_minutes: auto
    age_years: auto
    peak_loading_pct: auto
    customers: auto


@strawberry_django.type(
    models.TransformerPrediction,
    name="TransformerFailure",
    filters=TransformerFailureFilter,
    ordering=TransformerFailureOrder,
)
class TransformerFailure(relay.Node):
    """What a model says of a transformer's failure. PREDICTED, not observed."""

    transformer: Transformer | None
    unit_id: auto
    rank: auto
    probability_30d: auto
    probability_90d: auto
    probability_365d: auto
    times_base_rate: auto
    renewed_probability: auto
    customers: auto
    age_years: auto
    peak_loading_pct: auto
    peak_hot_spot_c: auto
    failure_minutes: auto
    avoided_minutes: auto
    planned_minutes: auto
    avoided_rank: auto

    @strawberry_django.field(only=["transformer_id"], description="Natural key of the transformer.")
    def transformer_id(self) -> str:
        """Return the key."""
        return self.transformer_id  # type: ignore[return-value]

    @strawberry_django.field(only=["tier"], description="How much likelier than usual it is.")
    def tier(self) -> RiskTierEnum:
        """Return the tier."""
        return RiskTier(self.tier)  # type: ignore[arg-type]

    @strawberry_django.field(only=["action"], description="What to do.")
    def action(self) -> ActionEnum:
        """Return the action."""
        return Action(self.action)  # type: ignore[arg-type]

    @strawberry_django.field(
        only=["main_evidence"],
        description="Kind of evidence that speaks most for a failure; null: none speaks for it.",
    )
    def main_evidence(self) -> str | None:
        """Return the kind."""
        return self.main_evidence or None  # type: ignore[return-value]

    @strawberry_django.field(only=["contributions"], description="What moves it most, the strongest first.")
    def contributions(self) -> list[FailureContribution]:
        """Return the contributions."""
        return [FailureContribution(**each) for each in self.contributions]  # type: ignore[attr-defined]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the rows the user may see, the likeliest failure first unless another order is asked for."""
        return _ordered(visible(queryset, info))


@strawberry_django.filter_type(models.TransformerForecast)
class TransformerForecastFilter:
    """Filter of forecasts."""

    transformer_id: Text
    zone_id: Text
    peak_pct: Number
    hot_spot_c: Number
    overload_probability: Number
    hot_probability: Number


@strawberry_django.order_type(models.TransformerForecast)
class TransformerForecastOrder(UnknownLast):
    """Order of forecasts."""

    overload_probability: auto
    hot_probability: auto
    peak_pct: auto
    hot_spot_c: auto


@strawberry_django.type(
    models.TransformerForecast, filters=TransformerForecastFilter, ordering=TransformerForecastOrder
)
class TransformerForecast(relay.Node):
    """The next day of a transformer. FORECAST, not observed; null where its hours are not on record."""

    transformer: Transformer | None
    peak_pct: auto
    peak_hour: auto
    hot_spot_c: auto
    overload_probability: auto
    hot_probability: auto
    yesterday_peak_pct: auto
    yesterday_hot_spot_c: auto

    @strawberry_django.field(only=["transformer_id"], description="Natural key of the transformer.")
    def transformer_id(self) -> str:
        """Return the key."""
        return self.transformer_id  # type: ignore[return-value]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the rows the user may see, the likeliest overload first unless ordered otherwise."""
        return _ordered(visible(queryset, info))


@strawberry.type(description="A horizon of a prediction.")
class FailureHorizon:
    """A horizon."""

    days: int
    expected_failures: float | None = strawberry.field(
        description="Sum of the chances over all transformers; null: there is no model of it."
    )
    reason: str | None = strawberry.field(description="Why it is not predicted.")


@strawberry.type(description="How many transformers a tier has.")
class TierCount:
    """A tier."""

    tier: RiskTierEnum
    transformers: int


@strawberry.type(description="A prediction of the failures of all transformers.")
class TransformerRiskRun:
    """A run; of all zones together."""

    created_at: datetime
    as_of: datetime | None = strawberry.field(description="Records were read up to here.")
    reason: str | None = strawberry.field(description="Why nothing could be predicted.")
    model_id: strawberry.ID | None = strawberry.field(description="The learned model that predicted.")
    model_version: int | None
    algorithm: str | None = strawberry.field(description="What it is, such as AGE_WEIBULL or BOOSTING.")
    trained_on: str | None = strawberry.field(
        description="RECORDS of this grid, or FORGED ones; null: no model."
    )
    transformer_count: int | None
    base_rate: float | None = strawberry.field(
        description="Share of the training rows that failed within a year."
    )
    tiers: list[TierCount]
    horizons: list[FailureHorizon]
    failure_minutes: float | None = strawberry.field(
        description="Mean outage of past failures of units, min; null: none is on record."
    )
    planned_minutes: float | None = strawberry.field(
        description="Mean outage of past planned work, min; null: none is on record."
    )
    latency_ms: JSONObject = strawberry.field(description="Time of each step: read, predict, explain, store.")


@strawberry.type(description="How good a forecast was once its day was over, beside yesterday's values.")
class TransformerForecastOutcome:
    """An outcome."""

    sample_count: int
    overload_count: int
    hot_count: int
    peak_error_pct: float | None = strawberry.field(description="Mean error of the peak, % of the rating.")
    yesterday_peak_error_pct: float | None
    hot_spot_error_k: float | None
    yesterday_hot_spot_error_k: float | None
    overload_precision: float | None = strawberry.field(
        description="Average precision of overloads; null: there was none."
    )
    yesterday_overload_precision: float | None
    hot_precision: float | None = strawberry.field(
        description="Average precision of hot spots above the limit; null: there was none."
    )
    yesterday_hot_precision: float | None
    overload_skill: float | None = strawberry.field(
        description="By how much the Brier score is below that of yesterday's values."
    )
    hot_skill: float | None


@strawberry.type(description="A forecast of the next day of all transformers.")
class TransformerForecastRun:
    """A run; of all zones together."""

    created_at: datetime
    day: date | None = strawberry.field(description="Local day that is forecast.")
    known_until: datetime | None = strawberry.field(description="Hours were known up to here.")
    reason: str | None = strawberry.field(description="Why nothing could be forecast.")
    transformer_count: int | None
    unknown_count: int | None = strawberry.field(description="Transformers without all hours on record.")
    overload_pu: float = strawberry.field(description="Load from which one is overloaded, of its rating.")
    hot_c: float = strawberry.field(description="Hot spot from which one is too hot, °C.")
    expected_overloads: float | None = strawberry.field(description="Sum of the chances.")
    expected_hot: float | None
    air: str | None = strawberry.field(
        description="What was taken for the air: AS_YESTERDAY, hour by hour, as no weather forecast is known."
    )
    fitted_days: int | None
    fitted_transformers: int | None
    latency_ms: JSONObject = strawberry.field(description="Time of each step: fit, forecast.")
    outcome: TransformerForecastOutcome | None = strawberry.field(
        description="Null: its day is not over, or it was not looked at."
    )
