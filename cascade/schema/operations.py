"""Root fields of the cascade laboratory."""

from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry import relay
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.schema.types import CascadeRun, Scenario
from cascade.services import runs, scenarios
from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login


def parse_row_id(text: str, field: str) -> int:
    """Return a row id, given plain or as a Relay id.

    Raises:
        BadInput: if it is neither.
    """
    for candidate in (text, _node_id(text)):
        if candidate is not None and candidate.isascii() and candidate.isdigit() and len(candidate) < 19:
            return int(candidate)
    raise BadInput(f"{text!r} is not an id.", field=field)


def _node_id(text: str) -> str | None:
    try:
        return relay.GlobalID.from_id(text).node_id
    except (relay.GlobalIDValueError, ValueError):
        return None


@strawberry.input
class StartCascadeRunInput:
    """What fails first, and how hard the grid is used."""

    outages: list[str] = strawberry.field(description="Ids of substations, buses and branches.")
    load_multiplier: float = strawberry.field(default=1.0, description="Factor on every load.")
    rating_multiplier: float = strawberry.field(default=1.0, description="Factor on every rating.")
    name: str | None = None


@strawberry.input
class CreateScenarioInput:
    """A scenario to keep."""

    name: str
    description: str = ""
    outages: list[str]
    load_multiplier: float = 1.0
    rating_multiplier: float = 1.0


@strawberry.input
class RunScenarioInput:
    """Which scenario."""

    scenario_id: strawberry.ID


StartCascadeRunPayload = Annotated[CascadeRun | Fault, strawberry.union("StartCascadeRunPayload")]
CreateScenarioPayload = Annotated[Scenario | Fault, strawberry.union("CreateScenarioPayload")]
RunScenarioPayload = Annotated[CascadeRun | Fault, strawberry.union("RunScenarioPayload")]


@strawberry.type
class CascadeQuery:
    """Questions about cascades."""

    scenarios: DjangoCursorConnection[Scenario] = strawberry_django.connection(
        extensions=[Requires("cascade.view_scenario")], description="Scenarios, newest first."
    )
    cascade_runs: DjangoCursorConnection[CascadeRun] = strawberry_django.connection(
        extensions=[Requires()],
        description="Runs, newest first: all for those who may see all, else one's own.",
    )

    @strawberry_django.field(
        extensions=[Requires()], description="One run; null if there is none you may see."
    )
    def cascade_run(self, info: Info, id: strawberry.ID) -> CascadeRun | None:
        """Return a run."""
        visible = models.CascadeRun.objects.visible_to(require_login(info))
        return first_of(visible.filter(pk=parse_row_id(id, "id")), info)  # type: ignore[no-any-return]


@strawberry.type
class CascadeMutation:
    """Starting cascades and keeping scenarios."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascaderun")],
        description="Queue a cascade run.",
    )
    def start_cascade_run(self, info: Info, input: StartCascadeRunInput) -> StartCascadeRunPayload:
        """Start a run."""

        def start() -> Any:
            return runs.start_run(
                outages=input.outages,
                load_multiplier=input.load_multiplier,
                rating_multiplier=input.rating_multiplier,
                name=input.name,
                user=require_login(info),
            )

        return expected_failures(start)

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
                user=require_login(info),
            )

        return expected_failures(create)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascaderun")],
        description="Queue a run of a scenario as it stands now.",
    )
    def run_scenario(self, info: Info, input: RunScenarioInput) -> RunScenarioPayload:
        """Run a scenario."""

        def start() -> Any:
            scenario_id = parse_row_id(input.scenario_id, "scenarioId")
            return scenarios.run_scenario(scenario_id=scenario_id, user=require_login(info))

        return expected_failures(start)
