"""Plans to restore what a run took out: who repairs what, in which order, and when power is back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade import models
from cascade.engine.decisions.crew_schedule import Schedule, Travel, milestones, schedule, staged_travel
from cascade.engine.decisions.kinds import RepairCrew, StudyKind
from cascade.engine.decisions.restoration_jobs import GridJobs, RestoredStep, restored_mw
from cascade.engine.decisions.restoration_times import RestorationTimes, restoration_times
from cascade.engine.decisions.staging import ANY_CREW, equipped
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
from cascade.services.decisions.studies import start_study
from flux_site.api.errors import BadInput
from flux_site.jobs.context import JobContext
from grid.powerflow.arrays import BoolArray
from grid.selectors.network import name_assets

SHARES = (0.25, 0.5, 0.75, 0.9, 1.0)
PROBABILITIES = (0.2, 0.5, 0.8)
MAX_CREWS = 2000
MAX_STAGES = 50
MAX_SAMPLES = 5000
MAX_VERIFIED = 300
"""Steps simulated one by one; a plan with more is not checked in this way, and says so."""
MAX_TRAVELLED = 4_000
MAX_DRAWS = 5_000_000
"""Repair times drawn at most: repairs times samples."""
IMPROVED_UP_TO = 120
IMPROVE_STEPS = 3000


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Hold a place that crews start from.

    Attributes:
        longitude: degrees east.
        latitude: degrees north.
        crews: how many.
        crew_kind: what they are equipped for; None: for every repair.
    """

    longitude: float
    latitude: float
    crews: int
    crew_kind: str | None = None


def start_restoration(
    *,
    run_id: int,
    crews: int,
    stages: Sequence[Stage],
    speed_kmh: float | None,
    detour_frac: float,
    is_critical_first: bool,
    first_substations: Sequence[str],
    repairs: Sequence[ExtraRepair],
    samples: int,
    seed: int,
    user: Any,
) -> models.DecisionStudy:
    """Queue a restoration plan of a finished run.

    Raises:
        NotFound: if there is no such run.
        BadInput: naming the field.
        AssumptionsMissing: if there are no current assumptions.
    """
    run = find_run(run_id, user)
    require_finished(run)
    _within("crews", crews, 1, MAX_CREWS)
    _within("samples", samples, 1, MAX_SAMPLES)
    _within("seed", seed, 0, 2**32 - 1)
    if len(stages) > MAX_STAGES:
        raise BadInput(f"{len(stages)} stages; at most {MAX_STAGES}.", field="stages")
    if bool(stages) != (speed_kmh is not None):
        raise BadInput("Travel needs both stages and speedKmh; give both or neither.", field="speedKmh")
    if stages and sum(stage.crews for stage in stages) != crews:
        raise BadInput(
            f"The stages have {sum(stage.crews for stage in stages)} crews, the plan {crews}.", field="stages"
        )
    for stage in stages:
        if not (abs(stage.longitude) <= 180.0 and abs(stage.latitude) <= 90.0 and stage.crews >= 1):
            raise BadInput("A stage lies at degrees east and north and has at least a crew.", field="stages")
        if stage.crew_kind is not None and stage.crew_kind not in set(RepairCrew):
            raise BadInput(
                f"{stage.crew_kind!r} is no kind of crew; allowed: {', '.join(RepairCrew)}.", field="stages"
            )
    check_repairs(repairs)
    inputs = {
        "crews": crews,
        "stages": [vars(stage) for stage in stages],
        "speed_kmh": speed_kmh,
        "detour_frac": detour_frac,
        "is_critical_first": is_critical_first,
        "first_substations": list(first_substations),
        "repairs": [vars(repair) for repair in repairs],
        "samples": samples,
        "seed": seed,
    }
    return start_study(kind=StudyKind.RESTORATION, run=run, name=run.name, inputs=inputs, user=user)


def plan_restoration(study: models.DecisionStudy, context: JobContext) -> dict[str, Any]:
    """Return the plan of a study.

    Raises:
        BadInput: naming the field.
        CascadeInputError: if the repairs are no forest.
        RunNotRepeatable: if the run cannot be computed once more.
    """
    inputs = study.inputs
    context.progress(0.05, "Computing the run once more")
    assert study.run is not None  # noqa: S101 - start_restoration gives it one
    found = repeat(study.run)
    work = repair_work(found, inputs)
    context.progress(0.2, f"Putting {len(work.tree.jobs)} jobs in order")
    travel, can_do = _travel(work, inputs)
    planned = plan_work(
        work, crews=inputs["crews"], travel=travel, can_do=can_do, seed=inputs["seed"],
        samples=inputs["samples"], drawing=lambda: context.progress(0.4, "Drawing repair times"),
    )  # fmt: skip
    context.progress(0.7, "Checking each step on the network")
    checked = _checked(found, work.grid, planned.plan, context)
    return {
        **_report(work, work.crew_kinds(inputs), planned.plan, planned.quantiles, checked, travel),
        "samples": planned.samples,
        "switching": switching_report(work.local),
        "unattributed_customers": work.local.repairs.unattributed_customers,
        "without_place_count": len(work.local.without_place),
    }


@dataclass(frozen=True, eq=False, kw_only=True)
class PlannedWork:
    """Hold a plan of all repairs, and the quantiles of when things come back.

    Attributes:
        plan: who does what when, by mean repair times.
        quantiles: over draws of the repair times.
        samples: how many draws there were.
    """

    plan: Schedule
    quantiles: RestorationTimes
    samples: int


def plan_work(
    work: RepairWork,
    *,
    crews: int,
    travel: Travel | None,
    can_do: BoolArray | None,
    samples: int,
    seed: int,
    drawing: Callable[[], None] = lambda: None,
) -> PlannedWork:
    """Return the plan of all repairs by some crews. The same inputs give the same.

    Args:
        work: the repairs.
        crews: how many crews.
        travel: travelling times, or none.
        can_do: which crew is equipped for which job; None: each for all.
        samples: draws of the repair times; fewer where there are very many repairs.
        seed: where chance comes from; the same seed draws the same times for any number of crews.
        drawing: called when the order stands and times are about to be drawn.

    Raises:
        InvalidDecisionInput: naming the field.
    """
    n = len(work.tree.jobs)
    plan = schedule(
        work.tree,
        crews=crews,
        travel=travel,
        can_do=can_do,
        improve_steps=IMPROVE_STEPS if n <= IMPROVED_UP_TO else 0,
    )
    drawing()
    samples = min(samples, max(1, MAX_DRAWS // max(1, n)))
    quantiles = restoration_times(
        work.tree,
        work.job_times,
        order=plan.order,
        crews=crews,
        travel=travel,
        can_do=can_do,
        samples=samples,
        rng=np.random.default_rng(seed),
        shares=SHARES,
        probabilities=PROBABILITIES,
    )
    return PlannedWork(plan=plan, quantiles=quantiles, samples=samples)


def planned_hours(work: RepairWork, quantiles: RestorationTimes) -> dict[str, Any]:
    """Return when substations and local repairs bring back supply: P20, P50, P80, as economics read it."""
    all_hours = quantiles.milestone_h[-1] if work.tree.weight > 0.0 else np.zeros(len(PROBABILITIES))

    def hours(index: int) -> list[float]:
        return [float(each) for each in quantiles.job_h[index]]

    return {
        "substation_hours": {
            name: hours(index) for index, job in enumerate(work.grid.jobs) for name in job.substations
        },
        "local_hours": {
            job.id: hours(index)
            for index, job in enumerate(work.local.repairs.jobs, start=len(work.grid.jobs))
        },
        "all_hours": [float(each) for each in all_hours],
    }


def _travel(work: RepairWork, inputs: dict[str, Any]) -> tuple[Travel | None, BoolArray | None]:
    """Return travelling times over great circles with a detour, and who can do what.

    Raises:
        BadInput: if the place of a job is not known, there are too many jobs, or a kind of crew is missing.
    """
    if not inputs["stages"] or not work.tree.jobs:
        return None, None
    longitude, latitude = job_places(work, most=MAX_TRAVELLED)
    starts = [stage for stage in inputs["stages"] for _ in range(stage["crews"])]
    from_longitude = np.array([stage["longitude"] for stage in starts])
    from_latitude = np.array([stage["latitude"] for stage in starts])
    travel = staged_travel(
        distances_km(from_longitude, from_latitude, longitude, latitude),
        distances_km(longitude, latitude, longitude, latitude),
        speed_kmh=inputs["speed_kmh"],
        detour_frac=inputs["detour_frac"],
    )
    of_crews = [stage.get("crew_kind") or ANY_CREW for stage in starts]
    if not any(of_crews):
        return travel, None
    job_kinds = work.crew_kinds(inputs)
    can_do = equipped(of_crews, job_kinds)
    missing = Counter(job_kinds[job] for job in np.flatnonzero(~can_do.any(axis=0)).tolist())
    if missing:
        needed = ", ".join(f"{kind} ({count} repairs)" for kind, count in sorted(missing.items()))
        raise BadInput(f"No stage has crews for: {needed}.", field="stages")
    return travel, can_do


def _checked(
    found: Repeated, grid: GridJobs, plan: Schedule, context: JobContext
) -> dict[str, RestoredStep] | None:
    """Return what is really served after each job of the grid, in the order they are finished."""
    n = len(grid.jobs)
    if n > MAX_VERIFIED:
        return None
    order = [int(job) for job in np.argsort(plan.finished_h[:n], kind="stable")]
    context.check_cancelled()
    steps = restored_mw(
        found.prepared,
        found.result,
        grid.jobs,
        order,
        outages=found.outages,
        conditions=found.conditions,
    )
    return {step.job_id: step for step in steps}


def _report(
    work: RepairWork,
    crew_kinds: Sequence[str],
    plan: Schedule,
    quantiles: RestorationTimes,
    checked: dict[str, RestoredStep] | None,
    travel: Travel | None,
) -> dict[str, Any]:
    tree, grid, weighed, local, kinds = work.tree, work.grid, work.weighed, work.local, work.kinds
    names = {asset.asset_id: asset.name for asset in name_assets([job.id for job in tree.jobs])}
    of_run = local.repairs.jobs
    by_hand = tree.jobs[len(grid.jobs) + len(of_run) :]
    customers = [
        *weighed.customers,
        *(float(job.customers) for job in of_run),
        *(job.weight for job in by_hand),
    ]
    restores_mw = [
        *(job.restores_mw for job in grid.jobs),
        *(None if job.unknown_loads else local.load_mw(job) for job in of_run),
        *(None for _ in by_hand),
    ]
    last = max((job.rank for job in tree.jobs), default=0)
    steps = []
    for sequence, job in enumerate(plan.order.tolist(), start=1):
        each = tree.jobs[job]
        step = checked.get(each.id) if checked else None
        steps.append(
            {
                "sequence": sequence,
                "asset_id": each.id,
                "name": names.get(each.id),
                "kind": kinds[job],
                "parent_id": each.parent,
                "is_critical": each.rank < last,
                "section": each.section,
                "crew": int(plan.crew[job]) + 1,
                "leaves_h": float(plan.leaves_h[job]),
                "starts_h": float(plan.starts_h[job]),
                "finished_h": float(plan.finished_h[job]),
                "energised_h": float(plan.energised_h[job]),
                "p20_h": float(quantiles.job_h[job, 0]),
                "p50_h": float(quantiles.job_h[job, 1]),
                "p80_h": float(quantiles.job_h[job, 2]),
                "restores_mw": restores_mw[job],
                "customers": customers[job],
                "verified_restored_mw": None if step is None else step.restored_mw,
                "would_trip": None if step is None else step.would_trip,
                "needs_crew": crew_kinds[job] or None,
            }
        )
    planned = milestones(tree, plan.energised_h, SHARES)
    return {
        "counts": {"jobs": len(steps), "lost_mw": round(grid.lost_mw, 3)},
        "unit": work.unit,
        "coverage_frac": weighed.coverage_frac,
        "lost_mw": grid.lost_mw,
        "unattributed_mw": grid.unattributed_mw,
        "has_travel": travel is not None,
        "is_verified": checked is not None,
        "weighted_hours": plan.weighted_hours,
        "lower_bound_hours": plan.lower_bound_hours,
        "gap_frac": plan.gap_frac,
        "makespan_h": plan.makespan_h,
        "crew_hours": [float(hours) for hours in quantiles.crew_hours],
        "repairs": dict(Counter(kinds)),
        "milestones": [
            {
                "share_frac": share,
                "planned_h": planned[index],
                "p20_h": _known(quantiles.milestone_h[index, 0]),
                "p50_h": _known(quantiles.milestone_h[index, 1]),
                "p80_h": _known(quantiles.milestone_h[index, 2]),
            }
            for index, share in enumerate(SHARES)
        ],
        "steps": steps,
        **planned_hours(work, quantiles),
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _within(field: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise BadInput(f"{field} is {value}; allowed: {lowest} to {highest}.", field=field)
