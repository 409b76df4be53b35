"""Plans to restore what a run took out: who repairs what, in which order, and when power is back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade import models
from cascade.engine.decisions.crew_schedule import Schedule, Travel, milestones, schedule, staged_travel
from cascade.engine.decisions.kinds import RepairKind, StudyKind
from cascade.engine.decisions.outage_tree import OutageTree, RepairJob
from cascade.engine.decisions.repair_times import RepairTime
from cascade.engine.decisions.restoration_jobs import (
    GridJobs,
    RestoredStep,
    Weighed,
    grid_jobs,
    restored_mw,
    weigh,
)
from cascade.engine.decisions.restoration_times import RestorationTimes, restoration_times
from cascade.services.decisions.assumptions import thawed_repair_times
from cascade.services.decisions.local_repairs import LocalPlan, local_plan, repair_jobs, switching_report
from cascade.services.decisions.repeated import Repeated, find_run, repeat, require_finished
from cascade.services.decisions.studies import start_study
from flux_site.api.errors import BadInput
from flux_site.jobs.context import JobContext
from grid.selectors import initiators
from grid.selectors.element_places import element_places
from grid.selectors.network import name_assets
from grid.selectors.substation_customers import branch_substations, bus_substations, substation_places
from grid.standards.circuit_rating import distance_km

SHARES = (0.25, 0.5, 0.75, 0.9, 1.0)
PROBABILITIES = (0.2, 0.5, 0.8)
MAX_CREWS = 2000
MAX_STAGES = 50
MAX_REPAIRS = 2000
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
    """Hold a place that crews start from."""

    longitude: float
    latitude: float
    crews: int


@dataclass(frozen=True, kw_only=True)
class ExtraRepair:
    """Hold damage that is not the run's: of the distribution network, or reported.

    Attributes:
        asset_id: what is damaged.
        kind: what kind of repair it is.
        customers: customers it alone brings back.
        parent_id: the repair it hangs on: another one here, or a branch, bus or substation of the run.
        is_critical: whether it goes first.
        section: repairs of one section are energised together.
    """

    asset_id: str
    kind: str
    customers: float
    parent_id: str | None = None
    is_critical: bool = False
    section: str | None = None


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
    for field, given, most in (("stages", stages, MAX_STAGES), ("repairs", repairs, MAX_REPAIRS)):
        if len(given) > most:
            raise BadInput(f"{len(given)} {field}; at most {most}.", field=field)
    if bool(stages) != (speed_kmh is not None):
        raise BadInput("Travel needs both stages and speedKmh; give both or neither.", field="speedKmh")
    if stages and sum(stage.crews for stage in stages) != crews:
        raise BadInput(
            f"The stages have {sum(stage.crews for stage in stages)} crews, the plan {crews}.", field="stages"
        )
    for stage in stages:
        if not (abs(stage.longitude) <= 180.0 and abs(stage.latitude) <= 90.0 and stage.crews >= 1):
            raise BadInput("A stage lies at degrees east and north and has at least a crew.", field="stages")
    kinds = {each.value for each in RepairKind}
    for repair in repairs:
        if repair.kind not in kinds:
            raise BadInput(
                f"{repair.kind!r} is no kind of repair; allowed: {', '.join(sorted(kinds))}.", field="repairs"
            )
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
    times = thawed_repair_times(inputs)
    context.progress(0.05, "Computing the run once more")
    assert study.run is not None  # noqa: S101 - start_restoration gives it one
    found = repeat(study.run)
    grid = grid_jobs(
        found.network,
        found.result,
        named_branches=found.named_branches,
        hours_of=lambda kind: times[kind].mean_h,
    )
    local = local_plan(found)
    weighed = weigh(
        grid,
        hours_of=lambda kind: times[kind].mean_h,
        substation_load_mw=found.intact_mw,
        customers_of={
            name: max(0, customers.count - local.repairs.not_by_supply.get(name, 0))
            for name, customers in found.customers.items()
        },
        critical=_critical(found, inputs),
    )
    repairs = [ExtraRepair(**repair) for repair in inputs["repairs"]]
    tree, kinds = _tree(grid, weighed, local, repairs, times, is_critical_first=inputs["is_critical_first"])
    context.progress(0.2, f"Putting {len(tree.jobs)} jobs in order")
    travel = _travel(tree, inputs, local)
    plan = schedule(
        tree,
        crews=inputs["crews"],
        travel=travel,
        improve_steps=IMPROVE_STEPS if len(tree.jobs) <= IMPROVED_UP_TO else 0,
    )
    context.progress(0.4, "Drawing repair times")
    samples = min(inputs["samples"], max(1, MAX_DRAWS // max(1, len(tree.jobs))))
    quantiles = restoration_times(
        tree,
        [times[kind] for kind in kinds],
        order=plan.order,
        crews=inputs["crews"],
        travel=travel,
        samples=samples,
        rng=np.random.default_rng(inputs["seed"]),
        shares=SHARES,
        probabilities=PROBABILITIES,
    )
    context.progress(0.7, "Checking each step on the network")
    checked = _checked(found, grid, plan, context)
    report = _report(tree, kinds, grid, weighed, local, plan, quantiles, checked, travel)
    return {
        **report,
        "samples": samples,
        "switching": switching_report(local),
        "unattributed_customers": local.repairs.unattributed_customers,
        "without_place_count": len(local.without_place),
    }


def _critical(found: Repeated, inputs: dict[str, Any]) -> dict[str, int]:
    """Return the substations that go first."""
    first = set(inputs["first_substations"])
    unknown = sorted(first - set(found.network.substation_ids))
    if unknown:
        raise BadInput(f"No such substation: {', '.join(unknown[:10])}.", field="firstSubstations")
    if inputs["is_critical_first"]:
        first |= {name for name, customers in found.customers.items() if customers.critical}
    return dict.fromkeys(first, 0)


def _tree(
    grid: GridJobs,
    weighed: Weighed,
    local: LocalPlan,
    repairs: Sequence[ExtraRepair],
    times: dict[str, RepairTime],
    *,
    is_critical_first: bool,
) -> tuple[OutageTree, list[str]]:
    """Return all jobs with their kinds: of the transmission network, of the run's local damage, by hand.

    Raises:
        BadInput: if repairs given by hand are of the run's own, or are counted in customers where losses are
            whose customers are not known.
    """
    unit = _unit(grid, weighed)
    own = {job.id for job in local.repairs.jobs}
    if twice := sorted(repair.asset_id for repair in repairs if repair.asset_id in own):
        raise BadInput(f"The run itself broke {', '.join(twice[:10])}; leave them out.", field="repairs")
    if repairs and unit != "CUSTOMERS":
        raise BadInput(
            "Repairs are weighed by customers, and the customers of part of the run's lost load are not on "
            "record: the two cannot be put in one order.",
            field="repairs",
        )
    last = max([1, *(job.rank for job in weighed.jobs)])
    of_run = repair_jobs(
        local,
        grid,
        unit=unit,
        mean_h={kind: time.mean_h for kind, time in times.items()},
        last=last,
        is_critical_first=is_critical_first,
    )
    extra = tuple(
        RepairJob(
            id=repair.asset_id,
            repair_h=times[repair.kind].mean_h,
            weight=repair.customers,
            parent=repair.parent_id,
            rank=0 if repair.is_critical else last,
            section=repair.section,
        )
        for repair in repairs
    )
    return OutageTree((*weighed.jobs, *of_run, *extra)), [
        *(job.kind for job in grid.jobs),
        *(job.kind for job in local.repairs.jobs),
        *(repair.kind for repair in repairs),
    ]


def _unit(grid: GridJobs, weighed: Weighed) -> str:
    """Return what jobs are weighed by: where the transmission network lost nothing that counts, customers."""
    return weighed.unit if grid.lost_mw > grid.unattributed_mw else "CUSTOMERS"


def _travel(tree: OutageTree, inputs: dict[str, Any], local: LocalPlan) -> Travel | None:
    """Return travelling times over great circles with a detour; a branch lies midway between its ends.

    Raises:
        BadInput: if the place of a job is not known, or there are too many jobs.
    """
    if not inputs["stages"] or not tree.jobs:
        return None
    if len(tree.jobs) > MAX_TRAVELLED:
        raise BadInput(
            f"{len(tree.jobs):,} repairs; travel is planned for {MAX_TRAVELLED:,} at most. Leave out stages.",
            field="stages",
        )
    ids = [job.id for job in tree.jobs]
    ends: dict[str, tuple[str, ...]] = {**branch_substations(ids)}
    ends |= {name: (at,) for name, at in bus_substations(ids).items()}
    ends |= {name: (name,) for name in ids if name.startswith("SUB-")}
    places = substation_places({name for each in ends.values() for name in each})
    at = {
        name: (
            float(np.mean([places[end].longitude for end in ends[name]])),
            float(np.mean([places[end].latitude for end in ends[name]])),
        )
        for name in ids
        if name in ends and all(end in places for end in ends[name])
    }
    at |= {name: place for name, place in local.places.items() if name in set(ids)}
    nowhere = [name for name in ids if name not in at]
    if nowhere:  # given by hand
        at |= element_places(initiators.known(nowhere)[0])
        nowhere = [name for name in nowhere if name not in at]
    if nowhere:
        raise BadInput(
            f"No place on record for {', '.join(nowhere[:10])}; plan without stages.", field="stages"
        )
    longitude, latitude = (np.array([at[name][axis] for name in ids]) for axis in (0, 1))
    starts = [stage for stage in inputs["stages"] for _ in range(stage["crews"])]
    from_longitude = np.array([stage["longitude"] for stage in starts])
    from_latitude = np.array([stage["latitude"] for stage in starts])
    return staged_travel(
        distance_km(from_longitude[:, None], from_latitude[:, None], longitude[None], latitude[None]),
        distance_km(longitude[:, None], latitude[:, None], longitude[None], latitude[None]),
        speed_kmh=inputs["speed_kmh"],
        detour_frac=inputs["detour_frac"],
    )


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
    tree: OutageTree,
    kinds: Sequence[str],
    grid: GridJobs,
    weighed: Weighed,
    local: LocalPlan,
    plan: Schedule,
    quantiles: RestorationTimes,
    checked: dict[str, RestoredStep] | None,
    travel: Travel | None,
) -> dict[str, Any]:
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
                "p50_h": float(quantiles.job_h[job, 1]),
                "p80_h": float(quantiles.job_h[job, 2]),
                "restores_mw": restores_mw[job],
                "customers": customers[job],
                "verified_restored_mw": None if step is None else step.restored_mw,
                "would_trip": None if step is None else step.would_trip,
            }
        )
    planned = milestones(tree, plan.energised_h, SHARES)
    all_hours = quantiles.milestone_h[-1] if tree.weight > 0.0 else np.zeros(len(PROBABILITIES))
    return {
        "counts": {"jobs": len(steps), "lost_mw": round(grid.lost_mw, 3)},
        "unit": _unit(grid, weighed),
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
                "p50_h": _known(quantiles.milestone_h[index, 1]),
                "p80_h": _known(quantiles.milestone_h[index, 2]),
            }
            for index, share in enumerate(SHARES)
        ],
        "steps": steps,
        "substation_hours": {
            name: [float(hours) for hours in quantiles.job_h[index]]
            for index, job in enumerate(grid.jobs)
            for name in job.substations
        },
        "local_hours": {
            job.id: [float(hours) for hours in quantiles.job_h[index]]
            for index, job in enumerate(of_run, start=len(grid.jobs))
        },
        "all_hours": [float(hours) for hours in all_hours],
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _within(field: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise BadInput(f"{field} is {value}; allowed: {lowest} to {highest}.", field=field)
