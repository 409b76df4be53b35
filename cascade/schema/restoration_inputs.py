"""API inputs of restoration: a plan, and a search for where crews should wait."""

import strawberry

from cascade.schema.staging_types import StagingPlaceInput


@strawberry.input(description="A place that crews start from.")
class StageInput:
    """A stage."""

    longitude: float
    latitude: float
    crews: int
    crew_kind: str | None = strawberry.field(
        default=None,
        description="What they are equipped for: TROUBLE, LINE, UNDERGROUND, TREE or SUBSTATION, see the "
        "repair times; null: for every repair.",
    )


@strawberry.input(description="Damage beside that of the run: of the distribution network, or reported.")
class ExtraRepairInput:
    """A repair."""

    asset_id: str
    kind: str = strawberry.field(description="POLE, OVERHEAD_SPAN, POLE_TRANSFORMER …: see the repair times.")
    customers: float = strawberry.field(description="Customers it alone brings back.")
    parent_id: str | None = strawberry.field(
        default=None,
        description="What it hangs on: another repair, or a branch, bus or substation of the run.",
    )
    is_critical: bool = False
    section: str | None = strawberry.field(
        default=None, description="Repairs between the same switches are energised together."
    )


@strawberry.input(description="A plan to restore what a finished run took out.")
class StartRestorationStudyInput:
    """A plan."""

    run_id: strawberry.ID
    crews: int
    stages: list[StageInput] = strawberry.field(
        default_factory=list, description="Where crews start; with speedKmh. Without, travel is not counted."
    )
    speed_kmh: float | None = strawberry.field(default=None, description="Mean speed on the road.")
    detour_frac: float = strawberry.field(
        default=0.2, description="How much longer the road is than the straight line."
    )
    is_critical_first: bool = strawberry.field(
        default=False, description="Substations with critical customers go before all others."
    )
    first_substations: list[str] = strawberry.field(
        default_factory=list, description="Substations that go before all others."
    )
    repairs: list[ExtraRepairInput] = strawberry.field(default_factory=list)
    samples: int = strawberry.field(default=1000, description="Draws of the repair times.")
    seed: int = 0


@strawberry.input(description="A search for where crews should wait after a finished run, and how many.")
class StartStagingStudyInput:
    """A search."""

    run_id: strawberry.ID
    speed_kmh: float = strawberry.field(description="Mean speed on the road.")
    detour_frac: float = strawberry.field(
        default=0.2, description="How much longer the road is than the straight line."
    )
    most_places: int = strawberry.field(default=3, description="How many places at most, up to 10.")
    most_crews: int = strawberry.field(default=20, description="How many crews at most, up to 100.")
    is_by_kind: bool = strawberry.field(
        default=True, description="Crews do only what they are equipped for; else each does every repair."
    )
    is_critical_first: bool = strawberry.field(
        default=False, description="Substations with critical customers go before all others."
    )
    first_substations: list[str] = strawberry.field(
        default_factory=list, description="Substations that go before all others."
    )
    places: list[StagingPlaceInput] = strawberry.field(
        default_factory=list,
        description="The places to choose from. Without: substations, homes of crews and places of repairs "
        "that you may see.",
    )
    repairs: list[ExtraRepairInput] = strawberry.field(default_factory=list)
    crew_hour_usd: float | None = strawberry.field(
        default=None, description="An hour of a crew; without, the rate of the current cost assumptions."
    )
    samples: int = strawberry.field(default=1000, description="Draws of the repair times.")
    seed: int = 0
