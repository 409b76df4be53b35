"""How many crews of which kind wait where: one more at a time, each number of crews planned by itself.

Rules:

- For every number of places up to the most allowed the places are the weighted medians of the repairs: what
  hangs on a repair times the hours of driving to it from the nearest place.
- Crews begin with one of every kind that a repair needs. Then one more is added at a time, of the kind and at
  the place where the plan of restoration has the fewest customer-hours (list scheduling, mean times).
- Of all numbers of places the one whose plan has the fewest customer-hours is taken; of equal ones the least.

A crew added where it helps most is a greedy choice: the numbers of crews are those of plans that exist, not
proved to be the best there could be. With the order fixed and no driving, one crew more delays no job. With
driving it may delay one (who was near is elsewhere by then); if it costs more than it brings, the saving is
below 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cascade.engine.decisions.crew_order import best_order, weighted_hours
from cascade.engine.decisions.crew_schedule import Travel, give_out
from cascade.engine.decisions.outage_tree import OutageTree
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.staging_places import Placing, choose_places
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

ANY_CREW = ""
"""The kind of a crew that can do everything, and of a repair that any crew can do."""

Crews = Mapping[tuple[int, str], int]
"""How many crews, by place and kind."""


@dataclass(frozen=True, eq=False, kw_only=True)
class StagingProblem:
    """Hold the repairs and the places that crews may start from.

    Attributes:
        tree: the repairs.
        to_first_h: per place (row), driving to each job (column), hours.
        between_h: from each job (row) to each job (column), hours.
        crew_kinds: what a crew must be equipped for, per job; ``ANY_CREW`` for nothing.

    Raises:
        InvalidDecisionInput: if the shapes do not fit.
    """

    tree: OutageTree
    to_first_h: FloatArray
    between_h: FloatArray
    crew_kinds: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the shapes."""
        n = len(self.tree.jobs)
        if len(self.crew_kinds) != n or self.to_first_h.shape[1:] != (n,) or self.between_h.shape != (n, n):
            raise InvalidDecisionInput(field="jobs", message=f"times and kinds must be of {n} jobs")

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of crews there must be: those of the jobs, ``ANY_CREW`` only if it is alone."""
        named = sorted(set(self.crew_kinds))
        return tuple(kind for kind in named if kind != ANY_CREW) or tuple(named)

    def stages(self, crews: Crews) -> list[tuple[int, str]]:
        """Return place and kind of each crew, by place and then kind."""
        return [key for key in sorted(crews) for _ in range(crews[key])]

    def equipment(self, crews: Crews) -> tuple[Travel, BoolArray]:
        """Return how the crews travel, and who can do what."""
        stages = self.stages(crews)
        places = [place for place, _ in stages]
        return Travel(to_first_h=self.to_first_h[places], between_h=self.between_h), equipped(
            [kind for _, kind in stages], self.crew_kinds
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Staged:
    """Hold crews at places.

    Attributes:
        crews: how many, by place and kind.
        placing: the places they were chosen from.
        hours: customer-hours of their plan by list scheduling and mean times.
    """

    crews: Crews
    placing: Placing
    hours: float

    @property
    def count(self) -> int:
        """Count the crews."""
        return sum(self.crews.values())


def equipped(crew_kinds: Sequence[str], job_kinds: Sequence[str]) -> BoolArray:
    """Return per crew (row) and job (column) whether the crew can do it."""
    crew, job = np.array(crew_kinds, dtype=object)[:, None], np.array(job_kinds, dtype=object)[None]
    return np.asarray((crew == job) | (crew == ANY_CREW) | (job == ANY_CREW), dtype=np.bool_)


def hanging_weight(tree: OutageTree) -> FloatArray:
    """Return per job what waits for it: its block's own weight and that of all blocks that hang on it."""
    below = [block.weight for block in tree.blocks]
    for place in reversed(tree.downwards):
        parent = tree.blocks[place].parent
        if parent >= 0:
            below[parent] += below[place]
    weight = np.zeros(len(tree.jobs))
    for block, waiting in zip(tree.blocks, below, strict=True):
        weight[list(block.jobs)] = waiting
    return weight


def place_crews(problem: StagingProblem, *, most_places: int, most_exact_pairs: int) -> list[Placing]:
    """Return the best places for every number of them up to the most allowed.

    Where nothing waits for any job, all jobs count alike.

    Raises:
        InvalidDecisionInput: if there is no place.
    """
    weight = hanging_weight(problem.tree)
    cost = (weight if weight.any() else np.ones_like(weight))[:, None] * problem.to_first_h.T
    return [
        choose_places(cost, count=count, max_exact_pairs=most_exact_pairs)
        for count in range(1, min(most_places, len(problem.to_first_h)) + 1)
    ]


def stage_crews(problem: StagingProblem, placings: Sequence[Placing]) -> Iterator[Staged]:
    """Yield the crews for the least number there can be, then for one more each time, without end.

    Args:
        problem: the repairs; at least one.
        placings: the places to choose from, one choice for each number of places.
    """
    order = best_order(problem.tree)
    repair_h = np.array([job.repair_h for job in problem.tree.jobs])[:, None]

    def hours(crews: Crews) -> float:
        travel, can_do = problem.equipment(crews)
        found = give_out(order, repair_h, crews=len(can_do), travel=travel, can_do=can_do)
        return weighted_hours(problem.tree, found[3][:, 0])

    grown = [_first_crews(problem, placing, hours) for placing in placings]
    while True:
        yield min(grown, key=lambda each: (each.hours, len(each.placing.places)))
        grown = [_one_more(problem, each, hours) for each in grown]


def _first_crews(problem: StagingProblem, placing: Placing, hours: Callable[[Crews], float]) -> Staged:
    """Return one crew of every kind: first each nearest to its own jobs, then moved while that helps."""
    weight = hanging_weight(problem.tree)
    at: dict[str, int] = {}
    for kind in problem.kinds:
        own = np.array([each in {kind, ANY_CREW} for each in problem.crew_kinds])
        driving = problem.to_first_h[list(placing.places)][:, own] @ np.maximum(weight[own], 1e-9)
        at[kind] = placing.places[int(driving.argmin())]

    def crews() -> dict[tuple[int, str], int]:
        return {(place, kind): 1 for kind, place in at.items()}

    best, moved = hours(crews()), True
    while moved:
        moved = False
        for kind in problem.kinds:
            for place in placing.places:
                before, at[kind] = at[kind], place
                found = hours(crews())
                if found < best * (1.0 - 1e-12):
                    best, moved = found, True
                else:
                    at[kind] = before
    return Staged(crews=crews(), placing=placing, hours=best)


def _one_more(problem: StagingProblem, staged: Staged, hours: Callable[[Crews], float]) -> Staged:
    """Return the crews with one more, where it helps most; of equal choices the first place and kind."""
    choices = []
    for place in staged.placing.places:
        for kind in problem.kinds:
            crews = dict(staged.crews)
            crews[place, kind] = crews.get((place, kind), 0) + 1
            choices.append(Staged(crews=crews, placing=staged.placing, hours=hours(crews)))
    return min(choices, key=lambda each: each.hours)


def released_h(crew_kinds: Sequence[str], crew: IntArray, finished_h: FloatArray) -> dict[str, float]:
    """Return when the last repair by crews of each kind is finished, hours; 0 for a kind that does nothing.

    Args:
        crew_kinds: the kind of each crew.
        crew: the crew of each job.
        finished_h: when each job is finished.
    """
    last = dict.fromkeys(crew_kinds, 0.0)
    for hours, who in zip(finished_h.tolist(), crew.tolist(), strict=True):
        last[crew_kinds[who]] = max(last[crew_kinds[who]], hours)
    return last


def kinds_added(before: Crews, after: Crews) -> list[str]:
    """Return the kinds of which there are more crews than before."""
    counts: dict[str, int] = {}
    for crews, sign in ((after, 1), (before, -1)):
        for (_, kind), count in crews.items():
            counts[kind] = counts.get(kind, 0) + sign * count
    return sorted(kind for kind, more in counts.items() if more > 0)
