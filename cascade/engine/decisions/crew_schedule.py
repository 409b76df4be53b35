"""Schedules of several crews, with travel, and what they achieve."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cascade.engine.decisions.crew_order import (
    best_order,
    energised_at,
    lower_bound_hours,
    one_crew_hours,
    unlimited_crews_hours,
    weighted_hours,
)
from cascade.engine.decisions.outage_tree import OutageTree
from cascade.engine.decisions.ranges import InvalidDecisionInput
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

MAX_CREWS = 10_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Travel:
    """Hold travelling times, hours.

    Attributes:
        to_first_h: per crew (row), to each job (column) from where the crew starts.
        between_h: from each job (row) to each job (column).
    """

    to_first_h: FloatArray
    between_h: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Schedule:
    """Hold who does what when; arrays have an element a job.

    Attributes:
        order: positions of the jobs, in the order they were given out.
        crew: the crew of each job.
        leaves_h: when the crew sets out for it.
        starts_h: when work starts.
        finished_h: when it ends.
        energised_h: when its customers come back.
        weighted_hours: customer-hours (or MWh) without supply, Σ w E.
        lower_bound_hours: no schedule of as many crews goes below this.
        guarantee_hours: without travel and ranks, list scheduling never exceeds this: H₁/m + (m-1)/m · H_∞.
    """

    order: IntArray
    crew: IntArray
    leaves_h: FloatArray
    starts_h: FloatArray
    finished_h: FloatArray
    energised_h: FloatArray
    weighted_hours: float
    lower_bound_hours: float
    guarantee_hours: float

    @property
    def gap_frac(self) -> float | None:
        """Return how far it may be above the best, at most; None where the bound is 0."""
        bound = self.lower_bound_hours
        return self.weighted_hours / bound - 1.0 if bound > 0.0 else None

    @property
    def makespan_h(self) -> float:
        """Return when the last job is finished."""
        return float(self.finished_h.max(initial=0.0))

    @property
    def crew_hours(self) -> float:
        """Return the hours of all crews, travel included."""
        return float((self.finished_h - self.leaves_h).sum())


def schedule(
    tree: OutageTree,
    *,
    crews: int,
    travel: Travel | None = None,
    can_do: BoolArray | None = None,
    improve_steps: int = 0,
) -> Schedule:
    """Return a schedule: the best order of one crew, given out to the crew that can finish each job first.

    Without travel, ranks and kinds of crews this is at most H₁/m + (m-1)/m · H_∞ and so within 2 - 1/m of the
    best (Tan et al. 2019); with one crew it is the best. Then, if asked for, a job at a time is moved to an
    earlier place where that helps; the result is never worse for it.

    Args:
        tree: the jobs.
        crews: how many crews, 1 to 10,000.
        travel: travelling times; None counts none.
        can_do: per crew (row) and job (column), whether the crew is equipped for it; None: for all.
        improve_steps: how many schedules may be tried for improvement.

    Raises:
        InvalidDecisionInput: naming the field.
    """
    if isinstance(crews, bool) or not 1 <= crews <= MAX_CREWS:
        raise InvalidDecisionInput(field="crews", message=f"is {crews}; allowed: 1 to {MAX_CREWS}")
    _check_travel(tree, crews, travel)
    _check_equipment(tree, crews, can_do)
    order = best_order(tree)
    repair_h = np.array([job.repair_h for job in tree.jobs])
    if improve_steps and len(order) > 1:
        order = _improved(tree, order, repair_h, crews, travel, can_do, improve_steps)
    crew, leaves_h, starts_h, finished_h = give_out(
        order, repair_h[:, None], crews=crews, travel=travel, can_do=can_do
    )
    finished_h = finished_h[:, 0]
    free = one_crew_hours(tree) / crews
    return Schedule(
        order=order,
        crew=crew[:, 0],
        leaves_h=leaves_h[:, 0],
        starts_h=starts_h[:, 0],
        finished_h=finished_h,
        energised_h=energised_at(tree, finished_h),
        weighted_hours=weighted_hours(tree, finished_h),
        lower_bound_hours=lower_bound_hours(tree, crews),
        guarantee_hours=free + (crews - 1) / crews * unlimited_crews_hours(tree),
    )


def give_out(
    order: IntArray,
    repair_h: FloatArray,
    *,
    crews: int,
    travel: Travel | None,
    can_do: BoolArray | None = None,
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return crew, setting out, start and end of each job (row) in each sample (column).

    Jobs are given out in the order, each to the crew equipped for it that can finish it first; of equal crews
    the first.
    """
    n, samples = repair_h.shape
    free_h = np.zeros((crews, samples))
    at = np.full((crews, samples), -1)
    crew = np.zeros((n, samples), dtype=np.int64)
    leaves_h, starts_h, finished_h = (np.zeros((n, samples)) for _ in range(3))
    column = np.arange(samples)
    for job in order:
        arrives_h = free_h
        if travel is not None:
            way_h = np.where(at < 0, travel.to_first_h[:, [job]], travel.between_h[:, job][at])
            arrives_h = free_h + way_h
        if can_do is not None:
            arrives_h = np.where(can_do[:, [job]], arrives_h, np.inf)
        chosen = arrives_h.argmin(axis=0)
        crew[job] = chosen
        leaves_h[job] = free_h[chosen, column]
        starts_h[job] = arrives_h[chosen, column]
        finished_h[job] = starts_h[job] + repair_h[job]
        free_h[chosen, column] = finished_h[job]
        at[chosen, column] = job
    return crew, leaves_h, starts_h, finished_h


def _improved(
    tree: OutageTree,
    order: IntArray,
    repair_h: FloatArray,
    crews: int,
    travel: Travel | None,
    can_do: BoolArray | None,
    steps: int,
) -> IntArray:
    """Return an order at least as good, found by moving single jobs forward within their rank."""
    rank = np.empty(len(order), dtype=np.int64)
    for block in tree.blocks:
        rank[list(block.jobs)] = block.rank
    cost = cost_of_orders(tree, repair_h, crews, travel, can_do)
    best, left, moved = order.tolist(), steps, True
    best_cost = cost(best)
    while moved and left > 0:
        moved = False
        for source in range(1, len(order)):
            for target in range(source - 1, -1, -1):
                if rank[best[target]] != rank[best[source]] or left <= 0:
                    break
                candidate = best[:source] + best[source + 1 :]
                candidate.insert(target, best[source])
                left -= 1
                found = cost(candidate)
                if found < best_cost * (1.0 - 1e-12):
                    best, best_cost, moved = candidate, found, True
                    break
    return np.array(best, dtype=np.int64)


def cost_of_orders(
    tree: OutageTree,
    repair_h: FloatArray,
    crews: int,
    travel: Travel | None,
    can_do: BoolArray | None,
) -> Callable[[list[int]], float]:
    """Return a function that gives Σ w E of an order, as ``give_out`` with one sample and ``weighted_hours``.

    Plain numbers: for the few crews and jobs of one schedule that is several times faster than arrays.
    """
    n = len(tree.jobs)
    repair, everyone = repair_h.tolist(), range(crews)
    first = None if travel is None else travel.to_first_h.T.tolist()
    between = None if travel is None else travel.between_h.tolist()
    able = [list(everyone) if can_do is None else np.flatnonzero(can_do[:, job]).tolist() for job in range(n)]
    blocks = [
        (place, tree.blocks[place].jobs, tree.blocks[place].parent, tree.blocks[place].weight)
        for place in tree.downwards
    ]

    def cost(order: list[int]) -> float:
        free, at = [0.0] * crews, [-1] * crews
        finished = [0.0] * n
        for job in order:
            chosen, earliest = -1, math.inf
            for crew in able[job]:
                arrives = free[crew]
                if first is not None and between is not None:
                    here = at[crew]
                    arrives += first[job][crew] if here < 0 else between[here][job]
                if arrives < earliest:
                    chosen, earliest = crew, arrives
            free[chosen] = finished[job] = earliest + repair[job]
            at[chosen] = job
        energised = [0.0] * len(blocks)
        total = 0.0
        for place, jobs, parent, weight in blocks:
            latest = max([finished[job] for job in jobs])
            if parent >= 0 and energised[parent] > latest:
                latest = energised[parent]
            energised[place] = latest
            total += weight * latest
        return total

    return cost


def _check_travel(tree: OutageTree, crews: int, travel: Travel | None) -> None:
    if travel is None:
        return
    n = len(tree.jobs)
    for name, shape in (("to_first_h", (crews, n)), ("between_h", (n, n))):
        times = getattr(travel, name)
        if times.shape != shape or not (np.isfinite(times) & (times >= 0.0)).all():
            raise InvalidDecisionInput(
                field=name, message=f"must be {shape[0]} times {shape[1]} finite numbers >= 0"
            )


def _check_equipment(tree: OutageTree, crews: int, can_do: BoolArray | None) -> None:
    if can_do is None:
        return
    if can_do.shape != (crews, len(tree.jobs)):
        raise InvalidDecisionInput(field="can_do", message=f"must be {crews} times {len(tree.jobs)}")
    nobody = [tree.jobs[job].id for job in np.flatnonzero(~can_do.any(axis=0)).tolist()]
    if nobody:
        raise InvalidDecisionInput(
            field="can_do", message=f"no crew is equipped for {len(nobody)} jobs, such as {nobody[0]}"
        )


def staged_travel(
    distance_to_first_km: FloatArray, distance_between_km: FloatArray, *, speed_kmh: float, detour_frac: float
) -> Travel:
    """Return travelling times from straight distances: distance · (1 + detour) / speed.

    Args:
        distance_to_first_km: per crew, to each job.
        distance_between_km: from job to job.
        speed_kmh: mean speed, > 0.
        detour_frac: how much longer the road is than the straight line; 0.2 in the United States (Ballou,
            Rahardja, Sakai, "Selected country circuity factors for road travel distance estimation",
            Transp. Res. A 36, 2002).

    Raises:
        InvalidDecisionInput: naming the field.
    """
    if not 0.0 < speed_kmh < float("inf"):
        raise InvalidDecisionInput(field="speed_kmh", message=f"is {speed_kmh}; allowed: above 0")
    if not 0.0 <= detour_frac < float("inf"):
        raise InvalidDecisionInput(field="detour_frac", message=f"is {detour_frac}; allowed: 0 or more")
    factor = (1.0 + detour_frac) / speed_kmh
    return Travel(to_first_h=distance_to_first_km * factor, between_h=distance_between_km * factor)


def milestones(tree: OutageTree, energised_h: FloatArray, shares: Sequence[float]) -> list[float | None]:
    """Return when each share (0 to 1) of the weight is back; None if there is nothing to bring back."""
    if tree.weight <= 0.0:
        return [None for _ in shares]
    weight = np.array([job.weight for job in tree.jobs])
    by_time = np.argsort(energised_h, kind="stable")
    back = np.cumsum(weight[by_time]) / tree.weight
    # a share of all must not hang on the rounding of a sum
    return [
        float(energised_h[by_time[min(int(np.searchsorted(back, share - 1e-12)), len(back) - 1)]])
        for share in shares
    ]
