"""API types of restoration plans."""

from typing import Any

import strawberry

from cascade.schema.figures import FigureRange
from flux_site.api.errors import BadInput

MAX_STEPS = 1000


@strawberry.type(description="When a share of what was lost is back.")
class RestorationPlanMilestone:
    """A milestone."""

    share_frac: float
    planned_h: float | None
    p50_h: float | None
    p80_h: float | None
    p20_h: float | None = strawberry.field(default=None, description="Null also of old plans.")


@strawberry.type(description="One repair or switching job; a row of the Gantt chart.")
class RestorationPlanStep:
    """A step."""

    sequence: int = strawberry.field(description="The order in which jobs are given out.")
    asset_id: str
    name: str | None
    kind: str
    parent_id: str | None = strawberry.field(description="The job it hangs on.")
    is_critical: bool
    section: str | None
    crew: int
    leaves_h: float = strawberry.field(description="When its crew sets out, hours from the start.")
    starts_h: float
    finished_h: float
    energised_h: float = strawberry.field(description="When what it brings back is energised.")
    p50_h: float
    p80_h: float
    restores_mw: float | None = strawberry.field(
        description="Load it brings back; of repairs in the distribution network the peaks of their "
        "transformers. Null if that is not known, or the repair is not of the run."
    )
    customers: float | None = strawberry.field(description="Customers it brings back; null if not on record.")
    verified_restored_mw: float | None = strawberry.field(
        description="Load back in all once it is finished, simulated; null if not simulated."
    )
    would_trip: int | None = strawberry.field(
        description="Branches overloaded then: above 0, redispatch before the step."
    )
    p20_h: float | None = strawberry.field(default=None, description="Null of old plans.")
    needs_crew: str | None = strawberry.field(
        default=None, description="What its crew must be equipped for; null: any crew does, or an old plan."
    )


@strawberry.type(description="A trip, or an operation of a switch, before the repairs.")
class RestorationSwitchingStep:
    """A step."""

    at_h: float = strawberry.field(description="Hours after the failure.")
    kind: str = strawberry.field(description="TRIP, OPEN or CLOSE.")
    switch_id: str
    switch_kind: str | None
    circuit_id: str | None
    is_by_hand: bool
    restored_customers: int
    restored_by: str | None = strawberry.field(description="Id of the circuit that then feeds them.")


@strawberry.type(description="How faults are isolated and ties used, before anything is repaired.")
class RestorationSwitching:
    """The switching."""

    all_steps: strawberry.Private[list[dict[str, Any]]]
    done_h: float = strawberry.field(description="When the last step is done, hours after the failure.")
    restored_customers: int = strawberry.field(description="Customers whom it brings back.")
    step_count: int = strawberry.field(description="How many steps there are; 2,000 of them are kept.")

    @strawberry.field(description="The steps, in the order of time.")
    def steps(self, first: int = 100, skip: int = 0) -> list[RestorationSwitchingStep]:
        """Return steps."""
        check_page(first, skip)
        return [RestorationSwitchingStep(**step) for step in self.all_steps[skip : skip + first]]


@strawberry.type(description="Who repairs what in which order, and when power is back.")
class RestorationPlan:
    """A plan."""

    result: strawberry.Private[dict[str, Any]]
    unit: str = strawberry.field(description="CUSTOMERS or MW: what jobs are weighed by.")
    coverage_frac: float | None
    lost_mw: float
    unattributed_mw: float = strawberry.field(description="Load lost that no single job brings back.")
    has_travel: bool
    is_verified: bool = strawberry.field(description="Whether each step was simulated on the network.")
    weighted_hours: float = strawberry.field(description="Customer-hours (or MWh) without supply.")
    lower_bound_hours: float = strawberry.field(description="No plan of as many crews goes below this.")
    gap_frac: float | None = strawberry.field(description="How far above the best it may be at most.")
    makespan_h: float
    crew_hours: FigureRange = strawberry.field(description="Hours of all crews: P20, P50, P80.")
    milestones: list[RestorationPlanMilestone]
    samples: int | None = strawberry.field(
        description="Draws of the repair times: fewer than asked for where there are very many repairs; null "
        "of old plans."
    )
    unattributed_customers: int | None = strawberry.field(
        description="Customers out by damage to the distribution network whom no repair brings back; null of "
        "old plans."
    )
    without_place_count: int | None = strawberry.field(
        description="Failed elements that have no place in the network, so that no repair follows; null of "
        "old plans."
    )
    switching: RestorationSwitching | None = strawberry.field(
        description="What is switched before the repairs; the plan's hours begin when it is done. Null of "
        "old plans."
    )

    @strawberry.field(description="The jobs, in the order they are given out.")
    def steps(self, first: int = 100, skip: int = 0) -> list[RestorationPlanStep]:
        """Return steps."""
        check_page(first, skip)
        return [RestorationPlanStep(**step) for step in self.result["steps"][skip : skip + first]]

    @strawberry.field(description="How many jobs there are.")
    def step_count(self) -> int:
        """Return the count."""
        return len(self.result["steps"])


def check_page(first: int, skip: int) -> None:
    """Refuse a page that is too long or begins before the first step.

    Raises:
        BadInput: naming the field.
    """
    if not 0 <= first <= MAX_STEPS:
        raise BadInput(f"first is {first}; it must be 0 to {MAX_STEPS}.", field="first")
    if skip < 0:
        raise BadInput(f"skip is {skip}; it must be 0 or more.", field="skip")


def restoration_plan(result: dict[str, Any]) -> RestorationPlan:
    """Return a stored plan as the API shows it."""
    low, mid, high = result["crew_hours"]
    same = ("unit", "coverage_frac", "lost_mw", "unattributed_mw", "has_travel", "is_verified")
    figures = ("weighted_hours", "lower_bound_hours", "gap_frac", "makespan_h")
    return RestorationPlan(
        result=result,
        **{name: result[name] for name in (*same, *figures)},
        crew_hours=FigureRange(low=low, mid=mid, high=high, reasons=[]),
        milestones=[RestorationPlanMilestone(**milestone) for milestone in result["milestones"]],
        samples=result.get("samples"),
        unattributed_customers=result.get("unattributed_customers"),
        without_place_count=result.get("without_place_count"),
        switching=_switching(result.get("switching")),
    )


def _switching(found: dict[str, Any] | None) -> RestorationSwitching | None:
    if found is None:
        return None
    same = {name: found[name] for name in ("done_h", "restored_customers", "step_count")}
    return RestorationSwitching(all_steps=found["steps"], **same)
