"""What has to be done after a cascade: the repairs and switching jobs, and what each brings back.

Rules (deterministic):

- Components are the islands of the final state; a bus taken out is a component of its own. The *anchor* is
  the component in service with the greatest capacity of units; all others are to be reached from it.
- Every branch out of service that was named among the initial outages or tripped is a job. So is every
  substation taken out with all its buses, and every other bus taken out. A branch that is out only because
  its bus is hangs on that bus's job and has none of its own.
- Components are reached over branches out of service along the ways of least working time (Dijkstra from the
  anchor). A component's loss is brought back by the last job on its way; a job hangs on the job before it on
  the way. Jobs on no way bring back nothing and hang on nothing.
- A loss within the anchor itself, and in components no way leads to, belongs to no job: it is reported apart.

What the order of these jobs really brings back is then computed by :func:`restored_mw`, step by step.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.cascade import simulate
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.decisions.outage_tree import RepairJob
from cascade.engine.outages import NoOutage, Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.result import CascadeResult
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network

LOSS_TOLERANCE_MW = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True)
class GridJob:
    """Hold one job on the transmission network.

    Attributes:
        id: the asset: a branch, a substation, or a bus taken out by itself.
        kind: LINE_OUTAGE or TRANSFORMER_OUTAGE for a branch that went out first (one with a tap is a
            transformer), BRANCH_TRIP for one that tripped, SUBSTATION or BUS.
        branches: indices of the branches it puts back; those of buses follow from the buses.
        buses: indices of the buses it puts back.
        parent: id of the job it hangs on; None for none.
        restores_mw: load it brings back by the rules above.
        substations: per substation, the MW of it that this job brings back.
    """

    id: str
    kind: str
    branches: tuple[int, ...]
    buses: tuple[int, ...]
    parent: str | None
    restores_mw: float
    substations: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class GridJobs:
    """Hold the jobs after a cascade.

    Attributes:
        jobs: the jobs.
        lost_mw: load lost in the cascade.
        unattributed_mw: of that, what no single job brings back.
    """

    jobs: tuple[GridJob, ...]
    lost_mw: float
    unattributed_mw: float


def grid_jobs(
    network: Network,
    result: CascadeResult,
    *,
    named_branches: IntArray,
    hours_of: Callable[[str], float],
) -> GridJobs:
    """Return the jobs after a cascade on a network.

    Args:
        network: the network as it was given to the cascade.
        result: the cascade.
        named_branches: branches that the initial outages named for themselves.
        hours_of: working time by kind of job, for finding the shortest ways.
    """
    lost_mw = np.maximum(result.bus_base_served_mw - result.bus_served_mw, 0.0)
    bus_out = np.zeros(network.n_buses, dtype=np.bool_)
    bus_out[result.outage_buses] = True
    jobs, of_branch, of_bus = _jobs(network, result, named_branches, bus_out)
    label, count = _components(network, result, bus_out)
    anchor = _anchor(network, label, count, bus_out)
    if anchor is None:
        return GridJobs(
            jobs=_finish(network, jobs, {}, {}, lost_mw),
            lost_mw=float(lost_mw.sum()),
            unattributed_mw=float(lost_mw.sum()),
        )
    last_job, parent = _ways(network, result, label, count, anchor, jobs, of_branch, of_bus, hours_of)
    losses: dict[int, list[int]] = {}
    unattributed_mw = 0.0
    for bus in np.flatnonzero(lost_mw > LOSS_TOLERANCE_MW):
        job = last_job.get(int(label[bus]), -1)
        if job < 0:
            unattributed_mw += float(lost_mw[bus])
        else:
            losses.setdefault(job, []).append(int(bus))
    return GridJobs(
        jobs=_finish(network, jobs, parent, losses, lost_mw),
        lost_mw=float(lost_mw.sum()),
        unattributed_mw=unattributed_mw,
    )


@dataclass(frozen=True)
class _Job:
    id: str
    kind: str
    branches: tuple[int, ...]
    buses: tuple[int, ...]


def _jobs(
    network: Network, result: CascadeResult, named: IntArray, bus_out: BoolArray
) -> tuple[list[_Job], dict[int, int], dict[int, int]]:
    """Return the jobs, and the job of each branch and of each bus that has one."""
    jobs: list[_Job] = []
    of_branch: dict[int, int] = {}
    of_bus: dict[int, int] = {}
    for went_first, branches in ((True, named), (False, result.tripped)):
        for branch in branches.tolist():
            if branch not in of_branch:
                of_branch[branch] = len(jobs)
                kind = "BRANCH_TRIP"
                if went_first:
                    kind = "TRANSFORMER_OUTAGE" if network.tap[branch] != 0.0 else "LINE_OUTAGE"
                jobs.append(_Job(network.branch_ids[branch], kind, (branch,), ()))
    at = network.bus_substation
    whole: dict[int, list[int]] = {}
    for bus in np.flatnonzero(bus_out).tolist():
        members = np.flatnonzero(at == at[bus]) if at[bus] >= 0 else np.array([bus])
        if at[bus] >= 0 and bus_out[members].all():
            whole.setdefault(int(at[bus]), members.tolist())
        else:
            of_bus[bus] = len(jobs)
            jobs.append(_Job(network.bus_ids[bus], "BUS", (), (bus,)))
    for substation, buses in whole.items():
        of_bus |= dict.fromkeys(buses, len(jobs))
        jobs.append(_Job(network.substation_ids[substation], "SUBSTATION", (), tuple(buses)))
    return jobs, of_branch, of_bus


def _components(network: Network, result: CascadeResult, bus_out: BoolArray) -> tuple[IntArray, int]:
    """Return the component of each bus; buses of one substation taken out are one component."""
    finder = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    )
    islands = finder.find(result.branch_in_service)
    label = np.array(islands.label, dtype=np.int64)
    at = network.bus_substation
    for substation in np.unique(at[bus_out & (at >= 0)]):
        members = np.flatnonzero(at == substation)
        if bus_out[members].all():
            label[members] = label[members[0]]
    return label, islands.count


def _anchor(network: Network, label: IntArray, count: int, bus_out: BoolArray) -> int | None:
    """Return the component to restore from; None where no unit is left. Black start is not modelled."""
    in_service = ~bus_out[network.unit_bus]
    capacity_mw = np.bincount(
        label[network.unit_bus[in_service]],
        np.maximum(network.unit_pmax_mw, network.unit_p_mw).clip(min=0.0)[in_service],
        minlength=count,
    )
    return int(np.argmax(capacity_mw)) if capacity_mw.max(initial=0.0) > 0.0 else None


def _ways(
    network: Network,
    result: CascadeResult,
    label: IntArray,
    count: int,
    anchor: int,
    jobs: Sequence[_Job],
    of_branch: Mapping[int, int],
    of_bus: Mapping[int, int],
    hours_of: Callable[[str], float],
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the last job on the way to each component (-1: none needed), and the job each job hangs on."""
    own_job: dict[int, int] = {int(label[bus]): job for bus, job in of_bus.items()}
    edges: dict[int, list[tuple[int, int]]] = {}
    for branch in np.flatnonzero(~result.branch_in_service).tolist():
        start, end = int(label[network.branch_from[branch]]), int(label[network.branch_to[branch]])
        if start != end:
            edges.setdefault(start, []).append((end, branch))
            edges.setdefault(end, []).append((start, branch))
    reached_h = {anchor: 0.0}
    last_job: dict[int, int] = {}
    parent: dict[int, int] = {}
    queue: list[tuple[float, int, int, tuple[int, ...]]] = [(0.0, anchor, -1, ())]
    while queue:
        hours, component, before, chain = heapq.heappop(queue)
        if component in last_job:
            continue
        for job in chain:
            if job != before and job not in parent:
                parent[job] = before
            before = job
        last_job[component] = before
        for neighbour, branch in edges.get(component, ()):
            steps = tuple(job for job in (of_branch.get(branch), own_job.get(neighbour)) if job is not None)
            total_h = hours + sum(hours_of(jobs[job].kind) for job in steps)
            if neighbour not in last_job and total_h < reached_h.get(neighbour, np.inf):
                reached_h[neighbour] = total_h
                heapq.heappush(queue, (total_h, neighbour, before, steps))
    return last_job, parent


def _finish(
    network: Network,
    jobs: Sequence[_Job],
    parent: Mapping[int, int],
    losses: Mapping[int, list[int]],
    lost_mw: FloatArray,
) -> tuple[GridJob, ...]:
    finished = []
    for index, job in enumerate(jobs):
        substations: dict[str, float] = {}
        for bus in losses.get(index, ()):
            at = int(network.bus_substation[bus])
            if at >= 0:
                name = network.substation_ids[at]
                substations[name] = substations.get(name, 0.0) + float(lost_mw[bus])
        above = parent.get(index, -1)
        finished.append(
            GridJob(
                id=job.id,
                kind=job.kind,
                branches=job.branches,
                buses=job.buses,
                parent=jobs[above].id if above >= 0 else None,
                restores_mw=float(sum(lost_mw[bus] for bus in losses.get(index, ()))),
                substations=substations,
            )
        )
    return tuple(finished)


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """Hold jobs ready to be put in order.

    Attributes:
        jobs: the repairs, weighed.
        customers: per job, the customers it brings back; None if not known.
        unit: CUSTOMERS if the customers of all load lost are known, else MW.
        coverage_frac: share of the load lost, 0 to 1, at substations whose customers are known; None if
            nothing was lost.
    """

    jobs: tuple[RepairJob, ...]
    customers: tuple[float | None, ...]
    unit: str
    coverage_frac: float | None


def weigh(
    found: GridJobs,
    *,
    hours_of: Callable[[str], float],
    substation_load_mw: Mapping[str, float],
    customers_of: Mapping[str, float],
    critical: Mapping[str, int],
) -> Weighed:
    """Return the jobs weighed by customers where those of all load lost are known, else by MW.

    Where a substation lost part of its load, which of its customers is not known: the expected number is the
    share of its load that was lost, as if load were shed by rotation.

    Args:
        found: the jobs.
        hours_of: planned working time by kind.
        substation_load_mw: load of each substation in the balanced intact network.
        customers_of: customers of each substation known.
        critical: rank of substations that go first (0 before 1 …); others go last.
    """
    customers: list[float | None] = []
    covered_mw = 0.0
    for job in found.jobs:
        known = [name for name in job.substations if name in customers_of]
        covered_mw += sum(job.substations[name] for name in known)
        whole = len(known) == len(job.substations) and sum(job.substations.values()) >= (
            job.restores_mw - LOSS_TOLERANCE_MW
        )
        count = sum(
            customers_of[name] * min(job.substations[name] / substation_load_mw[name], 1.0) for name in known
        )
        customers.append(count if whole else None)
    attributed_mw = found.lost_mw - found.unattributed_mw
    by_customers = attributed_mw > 0.0 and all(count is not None for count in customers)
    last = max(critical.values(), default=0) + 1
    jobs = tuple(
        RepairJob(
            id=job.id,
            repair_h=hours_of(job.kind),
            weight=(count or 0.0) if by_customers else job.restores_mw,
            parent=job.parent,
            rank=min((critical[name] for name in job.substations if name in critical), default=last),
        )
        for job, count in zip(found.jobs, customers, strict=True)
    )
    return Weighed(
        jobs=jobs,
        customers=tuple(customers),
        unit="CUSTOMERS" if by_customers else "MW",
        coverage_frac=covered_mw / found.lost_mw if found.lost_mw > 0.0 else None,
    )


@dataclass(frozen=True, kw_only=True)
class RestoredStep:
    """Hold what is served once a job is done, computed anew from the network.

    Attributes:
        job_id: the job.
        served_mw: load served with all that is still out left out.
        restored_mw: of the load lost, what is back.
        would_trip: branches that would trip then: above 0 the step is unsafe without redispatch.
    """

    job_id: str
    served_mw: float
    restored_mw: float
    would_trip: int


def restored_mw(
    prepared: Prepared,
    result: CascadeResult,
    jobs: Sequence[GridJob],
    order: Sequence[int],
    *,
    outages: Outages,
    conditions: Conditions = AS_STORED,
) -> list[RestoredStep]:
    """Return what is back after each job in turn, by simulating the network with the rest left out.

    A job counts as done when it is finished, whatever it hangs on: what is energised then follows from the
    network itself. Generators start where they stood before the cascade; those that were out stay out.

    Raises:
        SingularIsland: if a step's power flow has no unique solution.
    """
    network = prepared.source
    branch_out = ~result.branch_in_service
    bus_out = np.zeros(network.n_buses, dtype=np.bool_)
    bus_out[result.outage_buses] = True
    own = np.zeros(network.n_branches, dtype=np.bool_)
    for job in jobs:
        own[list(job.branches)] = True
    branch_out = branch_out & own
    params = result.params
    steps = []
    for position in order:
        job = jobs[position]
        branch_out[list(job.branches)] = False
        bus_out[list(job.buses)] = False
        served_mw, trips = _served(
            prepared, outages, branch_out, bus_out, params, conditions, result.base_served_mw
        )
        steps.append(
            RestoredStep(
                job_id=job.id,
                served_mw=served_mw,
                restored_mw=served_mw - result.served_mw,
                would_trip=trips,
            )
        )
    return steps


def _served(
    prepared: Prepared,
    initial: Outages,
    branch_out: BoolArray,
    bus_out: BoolArray,
    params: CascadeParams,
    conditions: Conditions,
    intact_mw: float,
) -> tuple[float, int]:
    try:
        outages = replace(initial, branch_out=branch_out, bus_out=bus_out)
    except NoOutage:
        return intact_mw, 0
    found = simulate(network=prepared, outages=outages, params=params, conditions=conditions, parents=False)
    first = found.waves[0]
    return first.served_mw, first.n_overloads
