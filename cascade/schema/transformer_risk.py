"""GraphQL of what is predicted of distribution transformers: failures, maintenance, the next day."""

from collections.abc import Iterable
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.ml.transformers.words import RiskTier
from cascade.schema.transformer_types import (
    FailureHorizon,
    TierCount,
    TransformerFailure,
    TransformerForecast,
    TransformerForecastOutcome,
    TransformerForecastRun,
    TransformerRiskRun,
)
from cascade.selectors import transformer_risk as selectors
from cascade.services.learning.transformer_starting import (
    start_transformer_forecast,
    start_transformer_prediction,
)
from flux_site.api.extending import extend
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login, visible
from flux_site.jobs.schema import Job
from grid.schema.types.distribution import Transformer

SEE_FAILURES = "cascade.view_transformerprediction"
SEE_FORECASTS = "cascade.view_transformerforecast"

StartTransformerPredictionPayload = Annotated[
    Job | Fault, strawberry.union("StartTransformerPredictionPayload")
]
StartTransformerForecastPayload = Annotated[Job | Fault, strawberry.union("StartTransformerForecastPayload")]


@extend(Transformer)
class TransformerOutlook:
    """What is predicted of a transformer, on the transformer itself."""

    failure_risk: TransformerFailure | None = strawberry_django.field(
        description="What a model says of its failure; null: it was not predicted, see transformerRiskRun."
    )
    next_day: TransformerForecast | None = strawberry_django.field(
        description="Its next day as forecast; null: it was not, see transformerForecastRun."
    )


@strawberry.type
class TransformerRiskQuery:
    """Questions about transformers to come. Kept with the cache: not answered while PostGIS is away."""

    transformer_failures: DjangoCursorConnection[TransformerFailure] = strawberry_django.connection(
        extensions=[Requires(SEE_FAILURES)],
        description="Every transformer with its chance to fail within 30, 90 and 365 days, the likeliest "
        "first. PREDICTED by the model in service; empty if none is, see transformerRiskRun.",
    )
    transformer_forecasts: DjangoCursorConnection[TransformerForecast] = strawberry_django.connection(
        extensions=[Requires(SEE_FORECASTS)],
        description="The next day of every transformer: peak, hot spot, chance of an overload; the likeliest "
        "overload first. FORECAST; empty if it could not be, see transformerForecastRun.",
    )

    @strawberry_django.connection(
        DjangoCursorConnection[TransformerFailure],
        extensions=[Requires(SEE_FAILURES)],
        description="Transformers whose replacement avoids most customer-minutes, the most first; those "
        "where a new unit avoids nothing are left out.",
    )
    def maintenance_list(self, info: Info) -> Iterable[models.TransformerPrediction]:
        """Return the list."""
        return selectors.maintenance(visible(models.TransformerPrediction.objects.all(), info))

    @strawberry_django.field(
        extensions=[Requires(SEE_FAILURES)],
        description="The newest prediction of failures: its model, what it expects of all transformers, and "
        "why there is none. Null: none was ever asked for.",
    )
    def transformer_risk_run(self) -> TransformerRiskRun | None:
        """Return the newest run."""
        found = selectors.newest_risk_run()
        return None if found is None else _risk_run(found)

    @strawberry_django.field(
        extensions=[Requires(SEE_FORECASTS)],
        description="Forecasts of the next day, the newest first, with how good they were; 1 to 250.",
    )
    def transformer_forecast_runs(self, first: int = 30) -> list[TransformerForecastRun]:
        """Return runs."""
        return [_forecast_run(row) for row in selectors.forecast_runs(first)]


@strawberry.type
class TransformerRiskMutation:
    """Asking for predictions outside the schedule."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_transformerriskrun")],
        description="Predict the failures of all transformers by the model in service, as a job. While one "
        "is under way, that one is returned.",
    )
    def start_transformer_prediction(self, info: Info) -> StartTransformerPredictionPayload:
        """Start a prediction."""

        def start() -> Any:
            return start_transformer_prediction(user=require_login(info))

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_transformerforecastrun")],
        description="Forecast the next day of all transformers, as a job. While one is under way, that one "
        "is returned.",
    )
    def start_transformer_forecast(self, info: Info) -> StartTransformerForecastPayload:
        """Start a forecast."""

        def start() -> Any:
            return start_transformer_forecast(user=require_login(info))

        return expected_failures(start)


def _risk_run(row: models.TransformerRiskRun) -> TransformerRiskRun:
    model = row.model
    trained_on = None
    if model is not None:
        trained_on = "FORGED" if model.manifest.get("is_forged") else "RECORDS"
    return TransformerRiskRun(
        created_at=row.created_at,
        as_of=row.as_of,
        reason=row.reason or None,
        model_id=None if model is None else strawberry.ID(str(model.pk)),
        model_version=None if model is None else model.version,
        algorithm=None if model is None else model.algorithm,
        trained_on=trained_on,
        transformer_count=row.transformer_count,
        base_rate=row.base_rate,
        tiers=[
            TierCount(tier=tier, transformers=row.tiers[tier.value])
            for tier in RiskTier
            if row.tiers.get(tier.value)
        ],
        horizons=[
            FailureHorizon(days=int(days), expected_failures=value, reason=row.missing.get(days))
            for days, value in sorted(row.expected_failures.items(), key=lambda each: int(each[0]))
        ],
        failure_minutes=row.failure_minutes,
        planned_minutes=row.planned_minutes,
        latency_ms=row.latency_ms,
    )


def _forecast_run(row: models.TransformerForecastRun) -> TransformerForecastRun:
    plain = (
        "created_at",
        "day",
        "known_until",
        "transformer_count",
        "unknown_count",
        "overload_pu",
        "hot_c",
        "expected_overloads",
        "expected_hot",
        "fitted_days",
        "fitted_transformers",
        "latency_ms",
    )
    return TransformerForecastRun(
        **{name: getattr(row, name) for name in plain},
        reason=row.reason or None,
        air=row.air or None,
        outcome=None if row.outcome is None else _outcome(row.outcome),
    )


def _outcome(values: dict[str, Any]) -> TransformerForecastOutcome:
    told = {}
    for name, value in values.items():
        if isinstance(value, list):
            told[name], told[f"yesterday_{name}"] = value
        else:
            told[name] = value
    return TransformerForecastOutcome(**told)
