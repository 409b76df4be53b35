"""GraphQL of batches: start one, look at its ranked report."""

from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.schema.row_ids import parse_row_id
from cascade.schema.types import CascadeInputs, ScenarioVersion
from cascade.selectors.contingencies import MAX_ROWS, report_rows
from cascade.services import batches
from cascade.services.contingencies import BatchKind
from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import first_of, require_login
from flux_site.jobs.schema import Job, JSONObject

strawberry.enum(BatchKind, name="CascadeBatchKind", description="Which contingencies a batch runs.")


@strawberry.type(description="A contingency of a batch, ranked by severity.")
class Contingency:
    """A row of the report."""

    rank: int
    contingency: int = strawberry.field(description="Its number in the batch, from 0.")
    label: str = strawberry.field(description="What it takes out.")
    is_solved: bool
    shed_mw: float | None = strawberry.field(description="Load it loses; null if it could not be solved.")
    tripped_count: int | None
    wave_count: int | None
    worst_branch_id: str | None = strawberry.field(description="The most loaded branch right after it.")
    worst_loading_pct: float | None = strawberry.field(description="What that branch carries then, %.")
    base_loading_pct: float | None = strawberry.field(description="What it carried before, %.")
    delta_pct: float | None = strawberry.field(description="The difference, percentage points.")
    over_mva: float | None = strawberry.field(description="What it carries above its rating, MVA.")
    closest_margin_frac: float | None = strawberry.field(description="How near a decision was to another.")


@strawberry_django.type(models.CascadeBatch)
class CascadeBatch(relay.Node):
    """Many contingencies computed at once; results are null until its job has succeeded."""

    name: auto
    interconnect: auto
    kind: auto
    contingency_count: auto
    chunk_count: auto
    created_at: auto
    base_shed_mw: auto
    unsolved_count: auto
    losing_count: auto
    worst_shed_mw: auto
    mean_shed_mw: auto
    version: ScenarioVersion | None

    @strawberry_django.field(only=["seed"], description="Of contingencies that are drawn; a whole number.")
    def seed(self) -> str:
        """Return the seed, which may be longer than 32 bits."""
        return str(self.seed)

    @strawberry_django.field(only=["id"], description="The batch's plain id, as cascadeBatch takes it.")
    def batch_id(self) -> strawberry.ID:
        """Return the plain id."""
        return strawberry.ID(str(self.pk))  # type: ignore[attr-defined]

    @strawberry_django.field(select_related=["job__owner"], description="The job that computes it.")
    def job(self) -> Job:
        """Return the job; whoever may see the batch may see it."""
        return self.job  # type: ignore[return-value]

    @strawberry_django.field(select_related=["inputs"], description="What it was computed on.")
    def inputs(self) -> CascadeInputs:
        """Return the frozen inputs."""
        return CascadeInputs.of(self.inputs)  # type: ignore[arg-type]

    @strawberry_django.field(
        only=["statistics"],
        description="Distribution of losses, branching ratio, most frequent trips, worst initiators.",
    )
    def statistics(self) -> JSONObject | None:
        """Return the statistics."""
        return self.statistics  # type: ignore[return-value]

    @strawberry_django.field(
        only=["id"], description="Contingencies by severity, from the rank after offset on; 1 to 1,000."
    )
    def contingencies(self, first: int = 100, offset: int = 0) -> list[Contingency]:
        """Return rows of the report."""
        if not 1 <= first <= MAX_ROWS:
            raise BadInput(f"first is {first}; it must be 1 to {MAX_ROWS}.", field="first")
        if offset < 0:
            raise BadInput(f"offset is {offset}; it must be 0 or more.", field="offset")
        return [Contingency(**row) for row in report_rows(self.pk, first, offset)]  # type: ignore[attr-defined]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the batches the user may see."""
        visible = queryset.visible_to(require_login(info))  # type: ignore[attr-defined]
        return in_default_order(visible)


@strawberry.input
class StartCascadeBatchInput:
    """Which contingencies, on what."""

    kind: BatchKind
    scenario_id: strawberry.ID | None = strawberry.field(
        default=None, description="Says load, units and wind; the planning base case if left out."
    )
    version: int | None = strawberry.field(default=None, description="Number; the newest if left out.")
    interconnect: str | None = None
    load_multiplier: float = 1.0
    rating_multiplier: float = 1.0
    options: JSONObject | None = strawberry.field(default=None, description="As of startCascadeRun.")
    count: int | None = strawberry.field(default=None, description="How many, of kinds that are drawn.")
    seed: str = strawberry.field(default="0", description="What is drawn by: a whole number from 0.")
    name: str | None = None


StartCascadeBatchPayload = Annotated[CascadeBatch | Fault, strawberry.union("StartCascadeBatchPayload")]


@strawberry.type
class BatchQuery:
    """Questions about batches."""

    cascade_batches: DjangoCursorConnection[CascadeBatch] = strawberry_django.connection(
        extensions=[Requires()],
        description="Batches, newest first: all for those who may see all, else one's own.",
    )

    @strawberry_django.field(
        extensions=[Requires()], description="One batch; null if there is none you may see."
    )
    def cascade_batch(self, info: Info, id: strawberry.ID) -> CascadeBatch | None:
        """Return a batch."""
        visible = models.CascadeBatch.objects.visible_to(require_login(info))
        return first_of(visible.filter(pk=parse_row_id(id, "id")), info)  # type: ignore[no-any-return]


@strawberry.type
class BatchMutation:
    """Starting batches."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascadebatch")],
        description="Queue a batch of cascades; workers share its chunks, finished ones are kept.",
    )
    def start_cascade_batch(self, info: Info, input: StartCascadeBatchInput) -> StartCascadeBatchPayload:
        """Start a batch."""

        def start() -> Any:
            if not (input.seed.isascii() and input.seed.isdigit() and len(input.seed) <= 19):
                raise BadInput(f"seed is {input.seed!r}; it must be a whole number from 0.", field="seed")
            scenario_id = input.scenario_id
            return batches.start_batch(
                kind=input.kind,
                scenario_id=None if scenario_id is None else parse_row_id(scenario_id, "scenarioId"),
                number=input.version,
                interconnect=input.interconnect,
                load_multiplier=input.load_multiplier,
                rating_multiplier=input.rating_multiplier,
                options=input.options,  # type: ignore[arg-type]
                count=input.count,
                seed=int(input.seed),
                name=input.name,
                user=require_login(info),
            )

        return expected_failures(start)
