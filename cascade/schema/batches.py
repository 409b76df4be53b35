"""GraphQL of batches: start one, look at its ranked report."""

from typing import Annotated, Any, TypeVar

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.engine.batch.adjustment import Adjustment
from cascade.schema.batch_types import (
    BatchPart,
    BranchInfluence,
    ChokePoint,
    Contingency,
    InitiatingBranch,
    PairScreening,
    SpreadingBranch,
)
from cascade.schema.row_ids import parse_row_id
from cascade.schema.types import CascadeInputs, RunFormat, ScenarioVersion
from cascade.selectors.contingencies import MAX_ROWS, report_rows
from cascade.selectors.influence import MAX_EDGES, Direction, influence_rows
from cascade.services import batch_publishing, batches
from cascade.services.batch_statistics import MOST_NAMED
from cascade.services.contingencies import BatchKind, Choice
from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import first_of, require_login
from flux_site.jobs.schema import Job, JSONObject

Row = TypeVar("Row")


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
        only=["choice"],
        description="What was chosen beside the kind: first_losses, adjustment, branches; empty: all.",
    )
    def choice(self) -> JSONObject:
        """Return the choice."""
        return self.choice  # type: ignore[return-value]

    @strawberry_django.field(
        only=["screening"], description="What the screening of pairs left; null for kinds without one."
    )
    def screening(self) -> PairScreening | None:
        """Return what became of the pairs."""
        found: Any = self.screening
        return None if found is None else PairScreening(**found)

    @strawberry_django.field(
        only=["statistics"],
        description="Branches that cascades begin with, the most frequent first; 1 to 50. Null at first.",
    )
    def initiators(self, first: int = 20) -> list[InitiatingBranch] | None:
        """Return the most frequent initiators."""
        return _listed(self.statistics, "initiators", InitiatingBranch, first)

    @strawberry_django.field(
        only=["statistics"],
        description="Branches whose loss most trips follow, the most first; 1 to 50. Null at first.",
    )
    def spreaders(self, first: int = 20) -> list[SpreadingBranch] | None:
        """Return the branches that spread cascades."""
        return _listed(self.statistics, "spreaders", SpreadingBranch, first)

    @strawberry_django.field(
        only=["statistics"],
        description="Branches that most trips pass through, the most first; 1 to 50. Null at first.",
    )
    def choke_points(self, first: int = 20) -> list[ChokePoint] | None:
        """Return the choke points."""
        return _listed(self.statistics, "choke_points", ChokePoint, first)

    @strawberry_django.field(
        only=["id"],
        description="Which branch's trips followed which branch's loss, the most frequent first; of one "
        "branch if one is named. 1 to 1,000 from offset on; at most 100,000 pairs are kept.",
    )
    def influence(
        self,
        first: int = 100,
        offset: int = 0,
        branch_id: str | None = None,
        direction: Direction = Direction.OUT,
    ) -> list[BranchInfluence]:
        """Return pairs of the influence graph."""
        _check_page(first, offset, MAX_EDGES)
        rows = influence_rows(
            self.pk,  # type: ignore[attr-defined]
            first=first,
            offset=offset,
            branch_id=branch_id,
            direction=direction,
        )
        return [BranchInfluence(**row) for row in rows]

    @strawberry_django.field(
        only=["id"], description="Address of a download of one part; the batch must have finished."
    )
    def export_url(
        self,
        part: BatchPart = BatchPart.CONTINGENCIES,
        format: RunFormat = RunFormat.CSV,  # type: ignore[assignment]
    ) -> str:
        """Return the address of a download."""
        name = f"{part.value.lower()}.{format.value.lower()}"
        return f"/exports/cascade-batches/{self.pk}/{name}"  # type: ignore[attr-defined]

    @strawberry_django.field(
        only=["id"], description="Contingencies by severity, from the rank after offset on; 1 to 1,000."
    )
    def contingencies(self, first: int = 100, offset: int = 0) -> list[Contingency]:
        """Return rows of the report."""
        _check_page(first, offset, MAX_ROWS)
        return [Contingency(**row) for row in report_rows(self.pk, first, offset)]  # type: ignore[attr-defined]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the batches the user may see."""
        visible = queryset.visible_to(require_login(info))  # type: ignore[attr-defined]
        return in_default_order(visible)


def _check_page(first: int, offset: int, most: int) -> None:
    if not 1 <= first <= most:
        raise BadInput(f"first is {first}; it must be 1 to {most}.", field="first")
    if offset < 0:
        raise BadInput(f"offset is {offset}; it must be 0 or more.", field="offset")


def _listed(statistics: Any, name: str, kind: type[Row], first: int) -> list[Row] | None:
    """Return the first rows of a list of the statistics.

    None if there are no statistics yet, or they are of before there was such a list.
    """
    _check_page(first, 0, MOST_NAMED)
    rows = None if statistics is None else statistics.get(name)
    return None if rows is None else [kind(**row) for row in rows[:first]]


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
    first_losses: list[str] = strawberry.field(
        default_factory=list,
        description="Of N1_1: ids of substations, buses, branches and units, each lost first and alone; "
        "every branch if left out.",
    )
    adjustment: Adjustment = strawberry.field(
        default=Adjustment.NONE, description="Of N1_1: what is done between the losses."
    )
    branches: list[str] = strawberry.field(
        default_factory=list, description="Of N2_SCREENED: ids of the branches to pair; all if left out."
    )
    name: str | None = None


@strawberry.input
class PublishCascadeBatchInput:
    """Which batch, and how much of it."""

    batch_id: strawberry.ID
    worst: int | None = strawberry.field(
        default=None,
        description="How many contingencies, the most severe first: 1 to 500, 100 by default; of N1_1, whose "
        "first cascades are computed once more, 1 to 50.",
    )


PublishCascadeBatchPayload = Annotated[CascadeBatch | Fault, strawberry.union("PublishCascadeBatchPayload")]
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
                choice=Choice(
                    count=input.count,
                    seed=int(input.seed),
                    first_losses=tuple(dict.fromkeys(input.first_losses)),
                    adjustment=input.adjustment,
                    branches=tuple(dict.fromkeys(input.branches)),
                ),
                name=input.name,
                user=require_login(info),
            )

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascadebatch")],
        description="Write the most severe contingencies of a finished batch to the warehouse, each as a "
        "cascade computed beforehand.",
    )
    def publish_cascade_batch(
        self, info: Info, input: PublishCascadeBatchInput
    ) -> PublishCascadeBatchPayload:
        """Write a batch to the warehouse."""

        def publish() -> Any:
            return batch_publishing.publish_batch(
                batch_id=parse_row_id(input.batch_id, "batchId"),
                worst=input.worst,
                user=require_login(info),
            )

        return expected_failures(publish)
