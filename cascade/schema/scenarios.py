"""Root fields of scenarios."""

import json
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.schema.row_ids import parse_row_id
from cascade.schema.types import CascadeRun, Scenario, ScenarioVersion
from cascade.selectors.load_curve import load_curve
from cascade.services import scenarios
from flux_site.api.errors import BadInput, NotFound
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login
from flux_site.jobs.schema import JSONObject
from grid.schema.areas import AreaInput
from grid.schema.spatial_types import PlacedClass
from grid.selectors.initiators import IN_AREA

MAX_DIFFERENCES = 1_000


@strawberry.input
class CreateScenarioInput:
    """A scenario to keep: outages and multipliers, or all of it as a document."""

    name: str
    description: str = ""
    outages: list[str] = strawberry.field(default_factory=list)
    load_multiplier: float = 1.0
    rating_multiplier: float = 1.0
    spec: JSONObject | None = strawberry.field(
        default=None,
        description="All that it says, instead of outages and multipliers.",
    )
    interconnect: str | None = strawberry.field(
        default=None, description="Needed where no outage tells it and there are several networks."
    )


@strawberry.input
class UpdateScenarioInput:
    """What to change; what is left out stays."""

    scenario_id: strawberry.ID
    name: str | None = None
    description: str | None = None
    spec: JSONObject | None = strawberry.field(default=None, description="All that it says from now on.")
    note: str = strawberry.field(default="", description="Why it is changed.")
    based_on: int | None = strawberry.field(
        default=None,
        description="Number of the version that was looked at; NEWER_VERSION if there is a newer one.",
    )


@strawberry.input
class CopyScenarioInput:
    """Which scenario, and what to call the copy."""

    scenario_id: strawberry.ID
    name: str | None = None
    version: int | None = strawberry.field(default=None, description="Number; the newest if left out.")


@strawberry.input
class DeleteScenarioInput:
    """Which scenario."""

    scenario_id: strawberry.ID


@strawberry.input
class RunScenarioInput:
    """Which scenario, and what fails beside what it says."""

    scenario_id: strawberry.ID
    version: int | None = strawberry.field(default=None, description="Number; the newest if left out.")
    outages: list[str] = strawberry.field(
        default_factory=list, description="Fail first, beside what it says: a patient zero."
    )
    elements: list[str] = strawberry.field(
        default_factory=list, description="Elements of the distribution network that fail too."
    )
    area: AreaInput | None = strawberry.field(
        default=None, description="Everything of some classes that meets it fails too."
    )
    classes: list[PlacedClass] | None = strawberry.field(
        default=None, description="Classes that fail in the area; as in startCascadeRun."
    )
    name: str | None = None


@strawberry.type(description="A scenario was deleted; its runs are still there.")
class DeletedScenario:
    """What was deleted."""

    scenario_id: strawberry.ID


@strawberry.type(
    description="How demand follows temperature: base + heatingPerC * max(0, heatingBelowC - T)"
    " + coolingPerC * max(0, T - coolingAboveC), in kW per meter."
)
class LoadCurve:
    """A fitted curve with its error."""

    base: float
    heating_per_c: float
    heating_below_c: float
    cooling_per_c: float
    cooling_above_c: float
    rmse_frac: float | None = strawberry.field(
        description="Root of the mean squared error over the mean load: how far the curve misses its hours."
    )
    sample_count: int
    min_c: float | None = strawberry.field(description="Coldest hour; below it the curve extrapolates.")
    max_c: float | None = strawberry.field(description="Hottest hour; above it the curve extrapolates.")
    basis: str
    source: str


@strawberry.enum(description="How a place in a document differs.")
class ScenarioDifferenceKind(Enum):
    """How."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@strawberry.type(description="A place at which two versions differ.")
class ScenarioDifference:
    """A difference."""

    kind: ScenarioDifferenceKind
    path: str = strawberry.field(
        description="Such as load.demand_mw or wind.points[2]; of what was removed, its place in the first."
    )
    before: str | None = strawberry.field(description="What the first says, as JSON; null if nothing.")
    after: str | None = strawberry.field(description="What the second says, as JSON; null if nothing.")


@strawberry.type(description="What differs between two versions.")
class ScenarioComparison:
    """Two versions beside each other."""

    first: ScenarioVersion
    second: ScenarioVersion
    total_count: int
    differences: list[ScenarioDifference] = strawberry.field(
        description="The first of them, up to the limit."
    )


CreateScenarioPayload = Annotated[Scenario | Fault, strawberry.union("CreateScenarioPayload")]
UpdateScenarioPayload = Annotated[Scenario | Fault, strawberry.union("UpdateScenarioPayload")]
CopyScenarioPayload = Annotated[Scenario | Fault, strawberry.union("CopyScenarioPayload")]
DeleteScenarioPayload = Annotated[DeletedScenario | Fault, strawberry.union("DeleteScenarioPayload")]
RunScenarioPayload = Annotated[CascadeRun | Fault, strawberry.union("RunScenarioPayload")]


@strawberry.type
class ScenarioQuery:
    """Questions about scenarios."""

    scenarios: DjangoCursorConnection[Scenario] = strawberry_django.connection(
        extensions=[Requires("cascade.view_scenario")], description="Scenarios, newest first."
    )

    @strawberry_django.field(
        extensions=[Requires("cascade.view_scenario")], description="One scenario; null if there is none."
    )
    def scenario(self, info: Info, id: strawberry.ID) -> Scenario | None:
        """Return a scenario."""
        rows = models.Scenario.objects.filter(pk=parse_row_id(id, "id"))
        return first_of(rows, info)  # type: ignore[no-any-return]

    @strawberry_django.field(
        extensions=[Requires("cascade.view_scenario")],
        description="What differs between two versions of a scenario, or of a scenario and another, such as "
        "its copy: name, description, and place by place what they say.",
    )
    def compare_scenario_versions(
        self,
        scenario_id: strawberry.ID,
        first: int,
        second: int,
        other_scenario_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of the second version; the same if null.")
        ] = None,
        limit: int = 200,
    ) -> ScenarioComparison:
        """Return the comparison."""
        if not 1 <= limit <= MAX_DIFFERENCES:
            raise BadInput(f"limit is {limit}; it must be 1 to {MAX_DIFFERENCES}.", field="limit")
        one = parse_row_id(scenario_id, "scenarioId")
        other = one if other_scenario_id is None else parse_row_id(other_scenario_id, "otherScenarioId")
        before, after = scenarios.find_version(one, first), scenarios.find_version(other, second)
        found = scenarios.compare_versions(before, after)
        return ScenarioComparison(
            first=before,  # type: ignore[arg-type]
            second=after,  # type: ignore[arg-type]
            total_count=len(found),
            differences=[
                ScenarioDifference(
                    kind=ScenarioDifferenceKind(each.kind.value),
                    path=each.path,
                    before=None if each.before is None else json.dumps(each.before, ensure_ascii=False),
                    after=None if each.after is None else json.dumps(each.after, ensure_ascii=False),
                )
                for each in found[:limit]
            ],
        )

    @strawberry_django.field(
        extensions=[Requires("cascade.view_scenario", without_database=True)],
        description="The curve of demand by temperature that fits the hours from start to before end best, "
        "from our own meters and weather stations. From the warehouse.",
    )
    def load_curve(self, start: datetime, end: datetime) -> LoadCurve:
        """Return the curve."""
        found = load_curve(start=start, end=end)
        return LoadCurve(**{**vars(found), "basis": found.basis.value})


@strawberry.type
class ScenarioMutation:
    """Keeping scenarios and running them."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_scenario")],
        description="Keep a scenario.",
    )
    def create_scenario(self, info: Info, input: CreateScenarioInput) -> CreateScenarioPayload:
        """Create a scenario."""

        def create() -> Any:
            return scenarios.create_scenario(
                name=input.name,
                description=input.description,
                outages=input.outages,
                load_multiplier=input.load_multiplier,
                rating_multiplier=input.rating_multiplier,
                spec=input.spec,
                interconnect=input.interconnect,
                user=require_login(info),
            )

        return expected_failures(create)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.change_scenario")],
        description="Change a scenario; what it says gets a new version, earlier ones and their runs stay.",
    )
    def update_scenario(self, info: Info, input: UpdateScenarioInput) -> UpdateScenarioPayload:
        """Change a scenario."""

        def update() -> Any:
            return scenarios.update_scenario(
                scenario_id=parse_row_id(input.scenario_id, "scenarioId"),
                name=input.name,
                description=input.description,
                spec=input.spec,
                note=input.note,
                based_on=input.based_on,
                user=require_login(info),
            )

        return expected_failures(update)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_scenario")],
        description="Copy a scenario, its newest version unless another is named, into one of one's own.",
    )
    def copy_scenario(self, info: Info, input: CopyScenarioInput) -> CopyScenarioPayload:
        """Copy a scenario."""

        def copy() -> Any:
            return scenarios.copy_scenario(
                scenario_id=parse_row_id(input.scenario_id, "scenarioId"),
                name=input.name,
                number=input.version,
                user=require_login(info),
            )

        return expected_failures(copy)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.delete_scenario")],
        description="Delete a scenario with its versions; its runs stay.",
    )
    def delete_scenario(self, info: Info, input: DeleteScenarioInput) -> DeleteScenarioPayload:
        """Delete a scenario."""

        def delete() -> Any:
            scenario_id = parse_row_id(input.scenario_id, "scenarioId")
            if not scenarios.delete_scenarios(scenario_ids=[scenario_id], user=require_login(info)):
                raise NotFound(f"There is no scenario {scenario_id}.", field="scenarioId")
            return DeletedScenario(scenario_id=strawberry.ID(str(scenario_id)))

        return expected_failures(delete)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascaderun")],
        description="Queue a run of a scenario, its newest version unless another is named.",
    )
    def run_scenario(self, info: Info, input: RunScenarioInput) -> RunScenarioPayload:
        """Run a scenario."""

        def start() -> Any:
            return scenarios.run_scenario(
                scenario_id=parse_row_id(input.scenario_id, "scenarioId"),
                number=input.version,
                outages=input.outages,
                elements=input.elements,
                area=None if input.area is None else input.area.spec(),
                classes=IN_AREA if input.classes is None else input.classes,
                name=input.name,
                user=require_login(info),
            )

        return expected_failures(start)
