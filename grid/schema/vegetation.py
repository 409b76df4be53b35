"""Trees near overhead lines: their risk, where it gathers, the work, and the assessment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login, user_of, visible
from flux_site.jobs.schema import Job
from grid import models
from grid.schema.areas import AreaInput
from grid.schema.types.outages import WorkOrder
from grid.schema.types.vegetation import (
    SpanAtRisk,
    TreeRisk,
    VegetationCell,
    VegetationCluster,
    VegetationExplanation,
    VegetationMeasureEnum,
    VegetationWorkPackage,
    explanation_of,
)
from grid.selectors.spatial.areas import parse_area
from grid.selectors.vegetation import patterns
from grid.selectors.vegetation.patterns import VegetationMeasure
from grid.services import vegetation

SEE_TREES = "grid.view_treerisk"


@strawberry.input(description="What an inspection of a tree found, by ISA TRAQ.")
class RecordTreeInspectionInput:
    """An inspection."""

    tree_id: str
    failure_likelihood: str = strawberry.field(description="IMPROBABLE, POSSIBLE, PROBABLE or IMMINENT.")
    lean: str | None = strawberry.field(
        default=None, description="TOWARD the line, UPRIGHT or AWAY; null: not noted."
    )
    inspected_at: datetime | None = strawberry.field(default=None, description="Null: now.")
    note: str | None = None


@strawberry.input(description="Which work package becomes an order.")
class CreateVegetationWorkOrderInput:
    """A work package."""

    package_id: str
    scheduled_at: datetime | None = None
    note: str | None = strawberry.field(default=None, description="Kept in the history.")


StartVegetationAssessmentPayload = Annotated[
    Job | Fault, strawberry.union("StartVegetationAssessmentPayload")
]
RecordTreeInspectionPayload = Annotated[TreeRisk | Fault, strawberry.union("RecordTreeInspectionPayload")]
CreateVegetationWorkOrderPayload = Annotated[
    WorkOrder | Fault, strawberry.union("CreateVegetationWorkOrderPayload")
]


@strawberry.type
class VegetationQuery:
    """Questions about trees near lines. Kept with the cache: not answered while PostGIS is away."""

    @strawberry_django.connection(
        DjangoCursorConnection[TreeRisk],
        extensions=[Requires(SEE_TREES)],
        description="Trees and what they are to the lines near them; in an area, on a circuit, or all.",
    )
    def vegetation_risk(
        self, info: Info, area: AreaInput | None = None, circuit_id: str | None = None
    ) -> Iterable[models.TreeRisk]:
        """Return the trees."""
        rows = visible(models.TreeRisk.objects.all(), info)
        if area is not None:
            rows = rows.filter(location__intersects=parse_area(area.spec()))
        return rows if circuit_id is None else rows.filter(circuit_id=circuit_id)

    @strawberry_django.field(
        extensions=[Requires(SEE_TREES)],
        description="A tree and what it is to the lines near it; null if there is none you may see.",
    )
    def tree_risk(self, info: Info, asset_id: str) -> TreeRisk | None:
        """Return the tree."""
        rows = visible(models.TreeRisk.objects.all(), info)
        return first_of(rows.filter(pk=asset_id), info)  # type: ignore[no-any-return]

    @strawberry_django.field(
        extensions=[Requires(SEE_TREES)],
        description="How each number of a tree's risk comes about; null if there is none you may see.",
    )
    def vegetation_explanation(self, info: Info, tree_id: str) -> VegetationExplanation | None:
        """Return the explanation."""
        is_there = visible(models.TreeRisk.objects.all(), info).filter(pk=tree_id).exists()
        return explanation_of(tree_id) if is_there else None

    @strawberry_django.field(
        extensions=[Requires(SEE_TREES)],
        description="Clusters of trees in an area (DBSCAN in metres), the costliest first; at most "
        f"{patterns.MOST_CLUSTERS}, of at most {patterns.MOST_TREES} trees.",
    )
    def vegetation_clusters(
        self,
        info: Info,
        area: AreaInput,
        within_m: float = 50.0,
        min_trees: int = 5,
        levels: list[str] | None = None,
    ) -> list[VegetationCluster]:
        """Return the clusters."""
        found = patterns.clusters(
            area=parse_area(area.spec()),
            user=user_of(info),
            within_m=within_m,
            min_trees=min_trees,
            levels=levels,
        )
        return [VegetationCluster(**vars(each)) for each in found]

    @strawberry_django.field(
        extensions=[Requires(SEE_TREES)],
        description="H3 cells of an area that hold trees, with the sum of a measure; resolution 4 to 11. "
        "What is unknown counts as nothing.",
    )
    def vegetation_heatmap(
        self,
        info: Info,
        area: AreaInput,
        resolution: int = 8,
        measure: VegetationMeasureEnum = VegetationMeasure.CUSTOMER_MINUTES,  # type: ignore[valid-type]
    ) -> list[VegetationCell]:
        """Return the cells."""
        found = patterns.heatmap(
            area=parse_area(area.spec()), user=user_of(info), resolution=resolution, measure=measure
        )
        return [VegetationCell(**vars(each)) for each in found]

    @strawberry_django.field(
        extensions=[Requires(SEE_TREES)],
        description="Spans by the customer-minutes that their trees are expected to cost a year, the most "
        f"first; at most {patterns.MOST_SPANS}. `levels`: of their worst tree.",
    )
    def spans_at_risk(
        self,
        info: Info,
        area: AreaInput | None = None,
        circuit_id: str | None = None,
        first: int = 50,
        line_id: str | None = None,
        levels: list[str] | None = None,
    ) -> list[SpanAtRisk]:
        """Return the spans."""
        found = patterns.spans_at_risk(
            area=None if area is None else parse_area(area.spec()),
            circuit_id=circuit_id,
            user=user_of(info),
            first=first,
            line_id=line_id,
            levels=levels,
        )
        return [SpanAtRisk(**vars(each)) for each in found]

    vegetation_work_packages: DjangoCursorConnection[VegetationWorkPackage] = strawberry_django.connection(
        extensions=[Requires("grid.view_vegetationworkpackage")],
        description="Trees to trim, span by span.",
    )


@strawberry.type
class VegetationMutation:
    """The assessment of trees, their inspections, and orders to trim them."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_synclayer")],
        description="Assess the trees near overhead lines, as a job: those that changed, or near lines that "
        "did. Returns the job under way if there is one. A schedule does so every day.",
    )
    def start_vegetation_assessment(self, info: Info) -> StartVegetationAssessmentPayload:
        """Start an assessment."""

        def start() -> Any:
            return vegetation.start_assessment(user=require_login(info))

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.add_treeinspection")],
        description="Record what an inspection of a tree found; the next assessment takes it in.",
    )
    def record_tree_inspection(
        self, info: Info, input: RecordTreeInspectionInput
    ) -> RecordTreeInspectionPayload:
        """Record an inspection."""

        def record() -> Any:
            return vegetation.record_inspection(**vars(input), actor=require_login(info))

        return expected_failures(record)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.add_workorder")],
        description="Make an order to trim the trees of a work package.",
    )
    def create_vegetation_work_order(
        self, info: Info, input: CreateVegetationWorkOrderInput
    ) -> CreateVegetationWorkOrderPayload:
        """Make an order."""

        def create() -> Any:
            return vegetation.create_work_order_of(**vars(input), actor=require_login(info))

        return expected_failures(create)
