"""What there is to repair after a run, in both networks, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade.engine.decisions.kinds import RepairKind
from cascade.engine.decisions.outage_tree import OutageTree, RepairJob
from cascade.engine.decisions.repair_times import RepairTime
from cascade.engine.decisions.restoration_jobs import GridJobs, Weighed, grid_jobs, weigh
from cascade.services.decisions.assumptions import thawed_repair_times
from cascade.services.decisions.local_repairs import LocalPlan, local_plan, repair_jobs
from cascade.services.decisions.repeated import Repeated
from flux_site.api.errors import BadInput
from grid.powerflow.arrays import FloatArray
from grid.selectors import initiators
from grid.selectors.element_places import element_places
from grid.selectors.substation_customers import branch_substations, bus_substations, substation_places
from grid.standards.circuit_rating import distance_km

MAX_REPAIRS = 2000


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


@dataclass(frozen=True, eq=False, kw_only=True)
class RepairWork:
    """Hold all repairs after a run.

    Attributes:
        grid: those of the transmission network.
        weighed: them as jobs with their weights.
        local: those of the distribution network, and the switching before them.
        tree: all jobs, with those given by hand.
        kinds: the kind of each job.
        times: repair time by kind.
        unit: CUSTOMERS or MW: what jobs are weighed by.
    """

    grid: GridJobs
    weighed: Weighed
    local: LocalPlan
    tree: OutageTree
    kinds: list[str]
    times: dict[str, RepairTime]
    unit: str

    @property
    def job_times(self) -> list[RepairTime]:
        """Return the repair time of each job."""
        return [self.times[kind] for kind in self.kinds]

    def crew_kinds(self, inputs: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what a crew must be equipped for, per job; empty for what any crew can do."""
        named = inputs["assumptions"].get("crew_kinds", {})
        return tuple(named.get(kind, "") for kind in self.kinds)


def check_repairs(repairs: Sequence[ExtraRepair]) -> None:
    """Refuse repairs given by hand that no plan takes.

    Raises:
        BadInput: naming the field.
    """
    if len(repairs) > MAX_REPAIRS:
        raise BadInput(f"{len(repairs)} repairs; at most {MAX_REPAIRS}.", field="repairs")
    kinds = {each.value for each in RepairKind}
    for repair in repairs:
        if repair.kind not in kinds:
            raise BadInput(
                f"{repair.kind!r} is no kind of repair; allowed: {', '.join(sorted(kinds))}.", field="repairs"
            )


def repair_work(found: Repeated, inputs: Mapping[str, Any]) -> RepairWork:
    """Return all repairs after a run.

    Args:
        found: the run, computed once more.
        inputs: of the study: its frozen assumptions, which substations go first, repairs given by hand.

    Raises:
        BadInput: naming the field.
        CascadeInputError: if the repairs are no forest.
    """
    times = thawed_repair_times(inputs)
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
    return RepairWork(
        grid=grid,
        weighed=weighed,
        local=local,
        tree=tree,
        kinds=kinds,
        times=times,
        unit=_unit(grid, weighed),
    )


def job_places(work: RepairWork, *, most: int) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude of each job; a branch lies midway between its ends.

    Raises:
        BadInput: if the place of a job is not known, or there are too many jobs.
    """
    jobs = work.tree.jobs
    if len(jobs) > most:
        raise BadInput(
            f"{len(jobs):,} repairs; travel is planned for {most:,} at most. Leave out stages.",
            field="stages",
        )
    ids = [job.id for job in jobs]
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
    at |= {name: place for name, place in work.local.places.items() if name in set(ids)}
    nowhere = [name for name in ids if name not in at]
    if nowhere:  # given by hand
        at |= element_places(initiators.known(nowhere)[0])
        nowhere = [name for name in nowhere if name not in at]
    if nowhere:
        raise BadInput(
            f"No place on record for {', '.join(nowhere[:10])}; plan without stages.", field="stages"
        )
    longitude, latitude = (np.array([at[name][axis] for name in ids]) for axis in (0, 1))
    return longitude, latitude


def distances_km(
    longitude: FloatArray, latitude: FloatArray, to_longitude: FloatArray, to_latitude: FloatArray
) -> FloatArray:
    """Return great-circle distances from each place (row) to each other one (column)."""
    return distance_km(longitude[:, None], latitude[:, None], to_longitude[None], to_latitude[None])


def _critical(found: Repeated, inputs: Mapping[str, Any]) -> dict[str, int]:
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
