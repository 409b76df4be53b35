"""Every order there is: the slow and certain way to the best restoration."""

from __future__ import annotations

from itertools import permutations

from cascade.engine.decisions.outage_tree import RepairJob


def job(name: str, repair_h: float, weight: float, parent: str | None = None, rank: int = 0) -> RepairJob:
    return RepairJob(id=name, repair_h=repair_h, weight=weight, parent=parent, rank=rank)


TEST_6 = (
    job("S", 4, 0),
    job("F1", 2, 100, "S"),
    job("L1", 1, 5000, "F1"),
    job("L3", 4, 800, "F1"),
    job("F2", 3, 600, "S"),
    job("L2", 2, 900, "F2"),
)
TEST_6B = (
    job("S", 4, 0),
    job("F1", 2, 300, "S"),
    job("F2", 3, 1200, "S"),
    job("L1", 1, 200, "F1"),
    job("L2", 6, 2500, "F1"),
    job("L3", 1, 150, "F2"),
    job("L4", 2, 900, "F2"),
)


def cost_of(jobs: tuple[RepairJob, ...], order: tuple[int, ...], crews: int) -> float:
    """Return Σ w E of giving the jobs out in an order to whichever crew is free first."""
    free = [0.0] * crews
    finished: dict[str, float] = {}
    for position in order:
        crew = free.index(min(free))
        free[crew] += jobs[position].repair_h
        finished[jobs[position].id] = free[crew]
    parents = {each.id: each.parent for each in jobs}
    total = 0.0
    for each in jobs:
        at, above = 0.0, each.id
        while above is not None:
            at, above = max(at, finished[above]), parents[above]
        total += each.weight * at
    return total


def cheapest(jobs: tuple[RepairJob, ...], crews: int) -> float:
    """Return the least Σ w E over all orders; no crew gains by waiting, so this is the optimum."""
    return min(cost_of(jobs, order, crews) for order in permutations(range(len(jobs))))
