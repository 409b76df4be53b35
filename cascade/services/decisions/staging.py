"""Where crews should wait, and how many: every number of crews planned anew by the plan of restoration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade import models
from cascade.engine.decisions.crew_schedule import staged_travel
from cascade.engine.decisions.damage_functions import check_hours
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range
from cascade.engine.decisions.staging import (
    ANY_CREW,
    Staged,
    StagingProblem,
    kinds_added,
    place_crews,
    released_h,
    stage_crews,
)
from cascade.engine.decisions.staging_places import MAX_EXACT_PAIRS, Placing
from cascade.services.decisions.assumptions import current, frozen_prices, thawed_table
from cascade.services.decisions.customer_losses import customer_loss
from cascade.services.decisions.local_losses import LocalDamage, OutageTimes, local_damage
from cascade.services.decisions.local_repairs import switching_report
from cascade.services.decisions.repair_work import (
    ExtraRepair,
    RepairWork,
    check_repairs,
    distances_km,
    job_places,
    repair_work,
)
from cascade.services.decisions.repeated import Repeated, find_run, repeat, require_finished
from cascade.services.decisions.restoration import (
    MAX_SAMPLES,
    PROBABILITIES,
    PlannedWork,
    plan_work,
    planned_hours,
)
from cascade.services.decisions.staging_candidates import Candidate, GivenPlace, candidates_of
from cascade.services.decisions.studies import start_study
from flux_site.api.errors import BadInput
from flux_site.jobs.context import JobContext
from grid.powerflow.arrays import FloatArray

MAX_PLACES = 10
MAX_CREWS = 100
MAX_GIVEN = 200
MAX_STAGED = 2_000


def start_staging(
    *,
    run_id: int,
    most_places: int,
    most_crews: int,
    speed_kmh: float,
    detour_frac: float,
    is_by_kind: bool,
    is_critical_first: bool,
    first_substations: Sequence[str],
    places: Sequence[GivenPlace],
    repairs: Sequence[ExtraRepair],
    crew_hour_usd: float | None,
    samples: int,
    seed: int,
    user: Any,
) -> models.DecisionStudy:
    """Queue a search for the places and the number of crews to restore what a finished run took out.

    Raises:
        NotFound: if there is no such run.
        BadInput: naming the field.
        AssumptionsMissing: if there are no current assumptions.
    """
    run = find_run(run_id, user)
    require_finished(run)
    for name, value, highest in (
        ("mostPlaces", most_places, MAX_PLACES),
        ("mostCrews", most_crews, MAX_CREWS),
        ("samples", samples, MAX_SAMPLES),
    ):
        if not 1 <= value <= highest:
            raise BadInput(f"{name} is {value}; allowed: 1 to {highest}.", field=name)
    if not 0 <= seed < 2**32:
        raise BadInput(f"seed is {seed}; allowed: 0 to {2**32 - 1}.", field="seed")
    if not 0.0 < speed_kmh < float("inf"):
        raise BadInput(f"speedKmh is {speed_kmh}; allowed: above 0.", field="speedKmh")
    if not 0.0 <= detour_frac < float("inf"):
        raise BadInput(f"detourFrac is {detour_frac}; allowed: 0 or more.", field="detourFrac")
    if len(places) > MAX_GIVEN:
        raise BadInput(f"{len(places)} places; at most {MAX_GIVEN}.", field="places")
    for place in places:
        if not (abs(place.longitude) <= 180.0 and abs(place.latitude) <= 90.0):
            raise BadInput(f"{place.name} does not lie at degrees east and north.", field="places")
    check_repairs(repairs)
    prices = frozen_prices(current())
    if crew_hour_usd is not None:
        try:
            check_hours("crew_hour_usd", crew_hour_usd)
        except InvalidDecisionInput as error:
            raise BadInput(str(error), field="crewHourUsd") from error
        prices["crew_hour_usd"] = crew_hour_usd
    inputs = {
        "most_places": most_places,
        "most_crews": most_crews,
        "speed_kmh": speed_kmh,
        "detour_frac": detour_frac,
        "is_by_kind": is_by_kind,
        "is_critical_first": is_critical_first,
        "first_substations": list(first_substations),
        "places": [vars(place) for place in places],
        "repairs": [vars(repair) for repair in repairs],
        "samples": samples,
        "seed": seed,
        "prices": prices,
    }
    return start_study(kind=StudyKind.STAGING, run=run, name=run.name, inputs=inputs, user=user)


def find_staging(study: models.DecisionStudy, context: JobContext) -> dict[str, Any]:
    """Return the places and numbers of crews of a study.

    Raises:
        BadInput: naming the field.
        RunNotRepeatable: if the run cannot be computed once more.
    """
    inputs = study.inputs
    context.progress(0.05, "Computing the run once more")
    assert study.run is not None  # noqa: S101 - start_staging gives it one
    found = repeat(study.run)
    work = repair_work(found, inputs)
    if not work.tree.jobs:
        return _result(work, [], [], 0, [], "NOTHING_TO_REPAIR")
    context.progress(0.1, "Looking for places")
    longitude, latitude = job_places(work, most=MAX_STAGED)
    candidates, left_out = candidates_of(work, inputs, longitude, latitude, user=study.job.owner)
    problem = _problem(work, inputs, candidates, longitude, latitude)
    if len(problem.kinds) > inputs["most_crews"]:
        raise BadInput(
            f"The repairs need crews of {len(problem.kinds)} kinds ({', '.join(problem.kinds)}); "
            f"mostCrews is {inputs['most_crews']}.",
            field="mostCrews",
        )
    placings = place_crews(problem, most_places=inputs["most_places"], most_exact_pairs=MAX_EXACT_PAIRS)
    pricing = _pricing(found, work, inputs)
    plans: list[_Plan] = []
    for staged in stage_crews(problem, placings):
        context.check_cancelled()
        context.progress(
            0.2 + 0.75 * staged.count / (inputs["most_crews"] + 1), f"Planning with {staged.count} crews"
        )
        plans.append(_planned(work, problem, staged, inputs, pricing, plans[-1] if plans else None))
        stopped = plans[-1].stopped_by
        if stopped or staged.count >= inputs["most_crews"]:
            break
    return _result(work, candidates, plans, left_out, placings, plans[-1].stopped_by or "MOST_CREWS")


def _problem(
    work: RepairWork,
    inputs: dict[str, Any],
    candidates: Sequence[Candidate],
    longitude: FloatArray,
    latitude: FloatArray,
) -> StagingProblem:
    from_longitude = np.array([place.longitude for place in candidates])
    from_latitude = np.array([place.latitude for place in candidates])
    driving = staged_travel(
        distances_km(from_longitude, from_latitude, longitude, latitude),
        distances_km(longitude, latitude, longitude, latitude),
        speed_kmh=inputs["speed_kmh"],
        detour_frac=inputs["detour_frac"],
    )
    kinds = work.crew_kinds(inputs) if inputs["is_by_kind"] else (ANY_CREW,) * len(work.kinds)
    return StagingProblem(
        tree=work.tree, to_first_h=driving.to_first_h, between_h=driving.between_h, crew_kinds=kinds
    )


Pricing = Callable[[PlannedWork], tuple[Range, Range]]


def _pricing(found: Repeated, work: RepairWork, inputs: dict[str, Any]) -> Pricing:
    """Return a function that prices a plan: by damage functions, and by the value of lost load."""
    damage: LocalDamage = local_damage(found, has_plan=True)
    table, voll = thawed_table(inputs["prices"]), inputs["prices"]["voll_usd_per_mwh"]
    switching = switching_report(work.local)

    def price(planned: PlannedWork) -> tuple[Range, Range]:
        plan = {**planned_hours(work, planned.quantiles), "switching": switching}
        loss = customer_loss(found, damage, OutageTimes(plan=plan), table=table, voll_usd_per_mwh=voll)
        by_damage, by_voll = (line.usd for line in loss.ledger.lines)
        return by_damage, by_voll

    return price


@dataclass(frozen=True, eq=False, kw_only=True)
class _Plan:
    """Hold a number of crews, its plan, and what the last crew saves."""

    staged: Staged
    planned: PlannedWork
    damage_usd: Range
    voll_usd: Range
    saved_hours: tuple[float, float, float] | None
    saved_damage_usd: Range | None
    saved_voll_usd: Range | None
    crew_usd: float | None
    stopped_by: str | None


def _planned(
    work: RepairWork,
    problem: StagingProblem,
    staged: Staged,
    inputs: dict[str, Any],
    pricing: Pricing,
    before: _Plan | None,
) -> _Plan:
    """Return the plan of some crews beside that of one crew less."""
    travel, can_do = problem.equipment(staged.crews)
    planned = plan_work(
        work,
        crews=staged.count,
        travel=travel,
        can_do=can_do if inputs["is_by_kind"] else None,
        samples=inputs["samples"],
        seed=inputs["seed"],
    )
    damage_usd, voll_usd = pricing(planned)
    if before is None:
        return _Plan(
            staged=staged, planned=planned, damage_usd=damage_usd, voll_usd=voll_usd, saved_hours=None,
            saved_damage_usd=None, saved_voll_usd=None, crew_usd=None, stopped_by=None,
        )  # fmt: skip
    saved = np.quantile(
        before.planned.quantiles.sample_hours - planned.quantiles.sample_hours, list(PROBABILITIES)
    )
    saved_hours = (float(saved[0]), float(saved[1]), float(saved[2]))
    saved_damage_usd = _less(before.damage_usd, damage_usd)
    saved_voll_usd = _less(before.voll_usd, voll_usd)
    crew_usd = _held_usd(problem, before, staged, planned, inputs["prices"]["crew_hour_usd"])
    usd = saved_voll_usd.mid if saved_damage_usd.mid is None else saved_damage_usd.mid
    stopped_by = None
    if saved_hours[0] <= 0.0:
        stopped_by = "RANGE_TOUCHES_ZERO"
    elif crew_usd is not None and usd is not None and usd < crew_usd:
        stopped_by = "COSTS_MORE_THAN_IT_SAVES"
    return _Plan(
        staged=staged, planned=planned, damage_usd=damage_usd, voll_usd=voll_usd, saved_hours=saved_hours,
        saved_damage_usd=saved_damage_usd, saved_voll_usd=saved_voll_usd, crew_usd=crew_usd,
        stopped_by=stopped_by,
    )  # fmt: skip


def _less(before: Range, after: Range) -> Range:
    """Return what is saved, bound by bound. Where the middle is unknown the low value is only a floor."""
    reasons = tuple(dict.fromkeys((*before.reasons, *after.reasons)))
    if before.mid is None or after.mid is None:
        return Range(low=None, mid=None, high=None, reasons=reasons)
    pairs = ((before.low, after.low), (before.mid, after.mid), (before.high, after.high))
    low, mid, high = (None if was is None or now is None else was - now for was, now in pairs)
    return Range(low=low, mid=mid, high=high, reasons=reasons)


def _held_usd(
    problem: StagingProblem, before: _Plan, staged: Staged, planned: PlannedWork, rate: float | None
) -> float | None:
    """Return what one more crew costs: held until the last repair by crews of its kind is finished."""
    if rate is None:
        return None
    kinds = [kind for _, kind in problem.stages(staged.crews)]
    released = released_h(kinds, planned.plan.crew, planned.plan.finished_h)
    return rate * max(released[kind] for kind in kinds_added(before.staged.crews, staged.crews))


def _result(
    work: RepairWork,
    candidates: Sequence[Candidate],
    plans: Sequence[_Plan],
    left_out: int,
    placings: Sequence[Placing],
    stopped_by: str,
) -> dict[str, Any]:
    paying = [plan for plan in plans if plan.stopped_by is None]
    best = paying[-1] if paying else None
    return {
        "counts": {
            "jobs": len(work.tree.jobs),
            "places": len(candidates),
            "crews": 0 if best is None else best.staged.count,
        },
        "unit": work.unit,
        "coverage_frac": work.weighed.coverage_frac,
        "candidate_count": len(candidates),
        "left_out_count": left_out,
        "recommended_crews": None if best is None else best.staged.count,
        "stopped_by": stopped_by,
        "samples": plans[0].planned.samples if plans else None,
        "kinds": _kinds(work, plans),
        "placings": [
            {
                "place_count": len(placing.places),
                "weighted_hours": placing.cost,
                "lower_bound_hours": placing.lower_bound,
                "gap_frac": placing.gap_frac,
                "is_exact": placing.is_exact,
                "places": [_place(candidates[at]) for at in placing.places],
            }
            for placing in placings
        ],
        "plans": [_plan(candidates, plan) for plan in plans],
    }


def _kinds(work: RepairWork, plans: Sequence[_Plan]) -> list[dict[str, Any]]:
    """Return the repairs that each kind of crew does in the first plan."""
    if not plans:
        return []
    kinds = [kind for (_, kind), count in sorted(plans[0].staged.crews.items()) for _ in range(count)]
    jobs: Counter[str] = Counter()
    hours: dict[str, float] = {}
    for job, crew in zip(work.tree.jobs, plans[0].planned.plan.crew.tolist(), strict=True):
        kind = kinds[crew]
        jobs[kind] += 1
        hours[kind] = hours.get(kind, 0.0) + job.repair_h
    return [
        {"crew_kind": kind or None, "jobs": jobs[kind], "work_hours": hours[kind]} for kind in sorted(jobs)
    ]


def _place(place: Candidate) -> dict[str, Any]:
    return {
        "place_id": place.id,
        "name": place.name,
        "kind": place.kind,
        "longitude": place.longitude,
        "latitude": place.latitude,
    }


def _plan(candidates: Sequence[Candidate], plan: _Plan) -> dict[str, Any]:
    schedule, quantiles = plan.planned.plan, plan.planned.quantiles
    return {
        "crews": plan.staged.count,
        "place_count": len({at for at, _ in plan.staged.crews}),
        "stages": [
            {
                **_place(candidates[at]),
                "crew_kind": kind or None,
                "crews": count,
                "crews_on_record": candidates[at].on_record(kind),
            }
            for (at, kind), count in sorted(plan.staged.crews.items())
        ],
        "weighted_hours": schedule.weighted_hours,
        "lower_bound_hours": schedule.lower_bound_hours,
        "gap_frac": schedule.gap_frac,
        "makespan_h": schedule.makespan_h,
        "drawn_hours": [float(each) for each in quantiles.weighted_hours],
        "all_hours": None
        if np.isnan(quantiles.milestone_h[-1]).any()
        else quantiles.milestone_h[-1].tolist(),
        "damage_usd": _range(plan.damage_usd),
        "voll_usd": _range(plan.voll_usd),
        "saved_hours": None if plan.saved_hours is None else list(plan.saved_hours),
        "saved_damage_usd": _range(plan.saved_damage_usd),
        "saved_voll_usd": _range(plan.saved_voll_usd),
        "crew_usd": plan.crew_usd,
        "stopped_by": plan.stopped_by,
    }


def _range(figure: Range | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {"low": figure.low, "mid": figure.mid, "high": figure.high, "reasons": list(figure.reasons)}
