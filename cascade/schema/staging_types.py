"""API types of staging: where crews wait, how many, and what one more saves."""

from typing import Any

import strawberry

from cascade.schema.figures import FigureRange, figure_range


@strawberry.input(description="A place that crews could wait at.")
class StagingPlaceInput:
    """A place."""

    name: str
    longitude: float
    latitude: float


@strawberry.type(description="A place that crews could wait at.")
class StagingPlace:
    """A place."""

    place_id: str | None = strawberry.field(description="The asset there; null for a place that was given.")
    name: str | None
    kind: str = strawberry.field(
        description="DEPOT: crews are at home there; SUBSTATION; JOB_SITE: a repair's own place; GIVEN."
    )
    longitude: float
    latitude: float


@strawberry.type(description="The places from which all repairs are reached with the least weighted driving.")
class StagingPlaces:
    """Places, for one number of them."""

    place_count: int
    weighted_hours: float = strawberry.field(
        description="What waits for each repair times the hours of driving to it from the nearest place."
    )
    lower_bound_hours: float = strawberry.field(description="No choice of as many places goes below this.")
    gap_frac: float | None = strawberry.field(description="How far above the best it may be at most.")
    is_exact: bool = strawberry.field(description="Whether it is proved to be the best.")
    places: list[StagingPlace]


@strawberry.type(description="Crews of one kind at one place, as startRestorationStudy takes them.")
class StagedCrews:
    """Crews."""

    place: StagingPlace
    crews: int
    crew_kind: str | None = strawberry.field(
        description="What they are equipped for; null: for every repair."
    )
    crews_on_record: int | None = strawberry.field(
        description="Crews of that kind at home there; null where that is not on record."
    )


@strawberry.type(description="What is repaired by one kind of crew.")
class StagingCrewKind:
    """A kind of crew."""

    crew_kind: str | None = strawberry.field(description="Null: every crew does it.")
    jobs: int
    work_hours: float = strawberry.field(description="By mean repair times, without driving.")


@strawberry.type(description="A number of crews, where they wait, and the plan of restoration they give.")
class StagingPlan:
    """A plan."""

    crews: int
    place_count: int
    stages: list[StagedCrews]
    weighted_hours: float = strawberry.field(
        description="Customer-hours (or MWh) without supply in the plan, by mean repair times."
    )
    lower_bound_hours: float = strawberry.field(description="No plan of as many crews goes below this.")
    gap_frac: float | None = strawberry.field(description="How far above the best it may be at most.")
    makespan_h: float
    drawn_hours: FigureRange = strawberry.field(
        description="Customer-hours (or MWh) without supply over draws of the repair times: P20, P50, P80."
    )
    all_back_h: FigureRange | None = strawberry.field(
        description="When all is back: P20, P50, P80; null if nothing is to be brought back."
    )
    damage_usd: FigureRange = strawberry.field(
        description="Cost to customers by damage functions, for the times of P20, P50 and P80."
    )
    voll_usd: FigureRange = strawberry.field(description="The same by the value of lost load.")
    saved_hours: FigureRange | None = strawberry.field(
        description="What the last crew saves, draw by draw: P20, P50, P80; null of the least number."
    )
    saved_damage_usd: FigureRange | None = strawberry.field(
        description="What it saves customers by damage functions: the differences of the figures above."
    )
    saved_voll_usd: FigureRange | None = strawberry.field(description="The same by the value of lost load.")
    crew_usd: float | None = strawberry.field(
        description="What that crew costs, held until the last repair of its kind is finished; null if no "
        "rate is on record for an hour of a crew."
    )
    stopped_by: str | None = strawberry.field(
        description="Why the last crew does not pay: RANGE_TOUCHES_ZERO or COSTS_MORE_THAN_IT_SAVES; null if "
        "it does."
    )


@strawberry.type(description="Where crews should wait to restore what a run took out, and how many of them.")
class StagingResult:
    """The result."""

    result: strawberry.Private[dict[str, Any]]
    unit: str = strawberry.field(description="CUSTOMERS or MW: what repairs are weighed by.")
    coverage_frac: float | None
    candidate_count: int = strawberry.field(description="Places looked at.")
    left_out_count: int = strawberry.field(description="Places farther away that were not looked at.")
    samples: int | None
    recommended_crews: int | None = strawberry.field(
        description="The number up to which one more crew pays; null if there is nothing to repair."
    )
    stopped_by: str = strawberry.field(
        description="RANGE_TOUCHES_ZERO, COSTS_MORE_THAN_IT_SAVES, MOST_CREWS (one more might pay) or "
        "NOTHING_TO_REPAIR."
    )

    @strawberry.field(description="What each kind of crew repairs, with the least number of crews.")
    def kinds(self) -> list[StagingCrewKind]:
        """Return the kinds."""
        return [StagingCrewKind(**each) for each in self.result["kinds"]]

    @strawberry.field(description="The best places, for each number of them.")
    def placings(self) -> list[StagingPlaces]:
        """Return the places."""
        return [
            StagingPlaces(**{**each, "places": [StagingPlace(**place) for place in each["places"]]})
            for each in self.result["placings"]
        ]

    @strawberry.field(description="A plan for each number of crews, the least first.")
    def plans(self) -> list[StagingPlan]:
        """Return the plans."""
        return [_plan(each) for each in self.result["plans"]]

    @strawberry.field(description="The plan with the recommended number of crews.")
    def recommended(self) -> StagingPlan | None:
        """Return the plan."""
        wanted = self.result["recommended_crews"]
        return next((_plan(each) for each in self.result["plans"] if each["crews"] == wanted), None)


def staging_result(result: dict[str, Any]) -> StagingResult:
    """Return a stored result as the API shows it."""
    plain = ("unit", "coverage_frac", "candidate_count", "left_out_count", "samples")
    found = ("recommended_crews", "stopped_by")
    return StagingResult(result=result, **{name: result[name] for name in (*plain, *found)})


def _plan(found: dict[str, Any]) -> StagingPlan:
    plain = ("crews", "place_count", "weighted_hours", "lower_bound_hours", "gap_frac", "makespan_h")
    return StagingPlan(
        **{name: found[name] for name in (*plain, "crew_usd", "stopped_by")},
        stages=[_stage(each) for each in found["stages"]],
        drawn_hours=_drawn(found["drawn_hours"]),
        all_back_h=None if found["all_hours"] is None else _drawn(found["all_hours"]),
        damage_usd=figure_range(found["damage_usd"]),
        voll_usd=figure_range(found["voll_usd"]),
        saved_hours=None if found["saved_hours"] is None else _drawn(found["saved_hours"]),
        saved_damage_usd=_figure(found["saved_damage_usd"]),
        saved_voll_usd=_figure(found["saved_voll_usd"]),
    )


def _stage(found: dict[str, Any]) -> StagedCrews:
    own = {name: found[name] for name in ("crews", "crew_kind", "crews_on_record")}
    return StagedCrews(place=StagingPlace(**{key: found[key] for key in found if key not in own}), **own)


def _figure(found: dict[str, Any] | None) -> FigureRange | None:
    return None if found is None else figure_range(found)


def _drawn(hours: list[float]) -> FigureRange:
    low, mid, high = hours
    return FigureRange(low=low, mid=mid, high=high, reasons=[])
