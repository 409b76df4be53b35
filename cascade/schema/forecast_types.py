"""GraphQL types of the forecasts of runs."""

from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info

from cascade import models
from cascade.selectors import run_forecasts as selectors
from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job

ForecastOutcomeEnum = strawberry.enum(
    models.ForecastOutcome,
    name="ForecastOutcome",
    description="HIT: said to trip, and tripped. MISS: not said to, and tripped. FALSE_ALARM: said to, and "
    "did not. QUIET: neither.",
)


@strawberry.type(description="What was predicted of a branch, and what happened to it in the run.")
class ForecastBranch:
    """A branch."""

    rank: int = strawberry.field(description="1 was the likeliest.")
    branch_id: str
    name: str | None = strawberry.field(description="Null if the cache no longer holds it.")
    predicted_probability: float = strawberry.field(
        description="That it trips after the first wave, 0 to 1, as predicted from the first outages alone."
    )
    simulated_trip_wave: int | None = strawberry.field(
        description="The wave in which it tripped in the run; null: it did not."
    )
    outcome: ForecastOutcomeEnum


@strawberry.type(description="A page of branches.")
class ForecastBranches:
    """A page."""

    total_count: int
    items: list[ForecastBranch]


@strawberry.type(description="What predicted.")
class ForecastModel:
    """A model."""

    model_id: strawberry.ID
    version: int
    algorithm: str
    weights_sha256: str


@strawberry.type(description="The time of one step.")
class ForecastLatency:
    """A step."""

    step: str
    elapsed_ms: float


@strawberry_django.type(models.RunForecast)
class RunForecast(relay.Node):
    """What a model says of a run as if it knew the first outages alone, beside what happened.

    It explains the run and never stands for it. Results are null until the job is done.
    """

    created_at: auto
    computed_at: auto
    threshold: auto
    is_unfamiliar: auto
    out_count: auto
    first_count: auto
    first_agrees: auto
    open_count: auto
    tripped_count: auto
    expected_count: auto
    said_count: auto
    hit_count: auto
    average_precision: auto
    roc_auc: auto
    brier: auto

    @strawberry_django.field(only=["run_id"], description="The plain id of the run.")
    def run_id(self) -> strawberry.ID:
        """Return the plain id of the run."""
        return strawberry.ID(str(self.run_id))

    @strawberry_django.field(select_related=["job__owner"], description="The job that computes it.")
    def job(self) -> Job:
        """Return the job; whoever may see the run may see it."""
        return self.job  # type: ignore[return-value]

    @strawberry_django.field(select_related=["model"], description="What predicted; null before it has.")
    def model(self) -> ForecastModel | None:
        """Return the model."""
        row: Any = self.model
        if row is None:
            return None
        return ForecastModel(
            model_id=strawberry.ID(str(row.pk)),
            version=row.version,
            algorithm=row.algorithm,
            weights_sha256=row.weights_id,
        )

    @strawberry_django.field(only=["notes"], description="What else is to be known.")
    def notes(self) -> list[str]:
        """Return the notes."""
        return list(self.notes)  # type: ignore[call-overload]

    @strawberry_django.field(only=["latency_ms"], description="Time by step, ms.")
    def latency(self) -> list[ForecastLatency]:
        """Return the latencies."""
        laps: Any = self.latency_ms  # type: ignore[attr-defined]
        return [ForecastLatency(step=step, elapsed_ms=ms) for step, ms in laps.items()]

    @strawberry_django.field(
        only=["id"],
        description="The branches that you may see of those that tripped or were likely to, the likeliest "
        "first; 1 to 250 a page. All that tripped later or were said to are kept, and the 200 likeliest "
        "others.",
    )
    def branches(
        self,
        info: Info,
        first: int = 50,
        offset: int = 0,
        outcomes: list[ForecastOutcomeEnum] | None = None,
    ) -> ForecastBranches:
        """Return a page."""
        page = selectors.branches(
            self.pk,  # type: ignore[attr-defined]
            outcomes=outcomes,
            first=first,
            offset=offset,
            user=require_login(info),
        )
        return ForecastBranches(
            total_count=page.total_count,
            items=[
                ForecastBranch(
                    rank=row.rank,
                    branch_id=row.branch_id,
                    name=page.names.get(row.branch_id),
                    predicted_probability=row.probability,
                    simulated_trip_wave=row.trip_wave,
                    outcome=models.ForecastOutcome(row.outcome),
                )
                for row in page.items
            ],
        )

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the forecasts of the runs that the user may see."""
        visible = queryset.visible_to(require_login(info))  # type: ignore[attr-defined]
        return in_default_order(visible)
