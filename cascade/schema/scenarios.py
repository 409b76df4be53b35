"""Root fields of scenarios."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.schema.row_ids import parse_row_id
from cascade.schema.types import CascadeRun, Scenario
from cascade.selectors.load_curve import load_curve
from cascade.services import scenarios
from flux_site.api.errors import NotFound
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login
from flux_site.jobs.schema import JSONObject


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


@strawberry.input
class CopyScenarioInput:
    """Which scenario, and what to call the copy."""

    scenario_id: strawberry.ID
    name: str | None = None


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
                user=require_login(info),
            )

        return expected_failures(update)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_scenario")],
        description="Copy a scenario as it is now into one of one's own.",
    )
    def copy_scenario(self, info: Info, input: CopyScenarioInput) -> CopyScenarioPayload:
        """Copy a scenario."""

        def copy() -> Any:
            return scenarios.copy_scenario(
                scenario_id=parse_row_id(input.scenario_id, "scenarioId"),
                name=input.name,
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
                name=input.name,
                user=require_login(info),
            )

        return expected_failures(start)
