"""Repairs and what hangs on what: a forest of jobs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cascade.engine.decisions.ranges import InvalidDecisionInput

_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class RepairJob:
    """Hold one repair.

    Attributes:
        id: the damaged asset.
        repair_h: working time of a crew, hours, > 0.
        weight: customers (or MW) that this repair alone brings back, once what it hangs on is energised.
        parent: the job it hangs on; None for one that hangs on nothing damaged. It can be carried out before
            its parent is, but energises nothing until then.
        rank: jobs of a lower rank go first, before any of a higher one: critical customers.
        section: jobs of one section between switches are energised together, when the last is done; None for
            a job that can be energised alone.
    """

    id: str
    repair_h: float
    weight: float
    parent: str | None = None
    rank: int = 0
    section: str | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """Hold jobs that are energised together: one job, or those of a section.

    Attributes:
        jobs: positions of its jobs.
        repair_h: their working time together.
        weight: what they bring back together.
        parent: position of the block it hangs on, -1 for none.
        rank: the lowest rank of it and of all that hangs on it, so that a critical customer's whole way comes
            first.
    """

    jobs: tuple[int, ...]
    repair_h: float
    weight: float
    parent: int
    rank: int


@dataclass(frozen=True)
class OutageTree:
    """Hold the jobs, checked to be a forest.

    Raises:
        InvalidDecisionInput: naming the field and the jobs: ids given twice, unknown parents, circles, times
            not above 0, weights below 0, a section that hangs on two others.
    """

    jobs: tuple[RepairJob, ...]

    def __post_init__(self) -> None:
        """Check the jobs."""
        counts = Counter(job.id for job in self.jobs)
        _refuse("id", "given more than once", (name for name, count in counts.items() if count > 1))
        _refuse(
            "repair_h",
            "the time must be a finite number above 0",
            (job.id for job in self.jobs if not (math.isfinite(job.repair_h) and job.repair_h > 0.0)),
        )
        _refuse(
            "weight",
            "the weight must be a finite number >= 0",
            (job.id for job in self.jobs if not (math.isfinite(job.weight) and job.weight >= 0.0)),
        )
        _refuse(
            "parent",
            "hangs on a job that is not there",
            (job.id for job in self.jobs if job.parent is not None and job.parent not in counts),
        )
        _ = self.downwards

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks, in the order of their first jobs."""
        number: dict[str, int] = {}
        of_job: dict[str, int] = {}
        members: list[list[int]] = []
        for index, job in enumerate(self.jobs):
            if job.section is not None and job.section in number:
                place = number[job.section]
            else:
                place = len(members)
                members.append([])
                if job.section is not None:
                    number[job.section] = place
            members[place].append(index)
            of_job[job.id] = place
        parents = [self._parent_of(place, those, of_job) for place, those in enumerate(members)]
        found = [
            Block(
                jobs=tuple(those),
                repair_h=sum(self.jobs[index].repair_h for index in those),
                weight=sum(self.jobs[index].weight for index in those),
                parent=parent,
                rank=min(self.jobs[index].rank for index in those),
            )
            for those, parent in zip(members, parents, strict=True)
        ]
        return _with_inherited_ranks(found)

    @cached_property
    def downwards(self) -> tuple[int, ...]:
        """Return the positions of the blocks, each after the one it hangs on."""
        children: dict[int, list[int]] = {}
        for place, block in enumerate(self.blocks):
            children.setdefault(block.parent, []).append(place)
        order: list[int] = []
        open_places = list(reversed(children.get(-1, [])))
        while open_places:
            place = open_places.pop()
            order.append(place)
            open_places.extend(reversed(children.get(place, [])))
        if len(order) < len(self.blocks):
            missing = set(range(len(self.blocks))) - set(order)
            names = (self.jobs[self.blocks[place].jobs[0]].id for place in sorted(missing))
            _refuse("parent", "hangs on itself in a circle", names)
        return tuple(order)

    @cached_property
    def weight(self) -> float:
        """Return all that is to be brought back."""
        return sum(job.weight for job in self.jobs)

    def _parent_of(self, place: int, those: list[int], of_job: dict[str, int]) -> int:
        outside = {
            of_job[parent]
            for parent in (self.jobs[index].parent for index in those)
            if parent is not None and of_job[parent] != place
        }
        if len(outside) > 1:
            _refuse(
                "section", "hangs on more than one other job or section", [str(self.jobs[those[0]].section)]
            )
        alone = len(those) == 1 and self.jobs[those[0]].parent == self.jobs[those[0]].id
        return place if alone else outside.pop() if outside else -1


def _with_inherited_ranks(blocks: list[Block]) -> tuple[Block, ...]:
    rank = [block.rank for block in blocks]
    for place in range(len(blocks)):
        above, steps = blocks[place].parent, 0
        while above >= 0 and rank[above] > blocks[place].rank and steps <= len(blocks):
            rank[above] = blocks[place].rank
            above, steps = blocks[above].parent, steps + 1
    return tuple(
        Block(
            jobs=block.jobs,
            repair_h=block.repair_h,
            weight=block.weight,
            parent=block.parent,
            rank=rank[place],
        )
        for place, block in enumerate(blocks)
    )


def _refuse(field_name: str, problem: str, names: Iterable[str]) -> None:
    found = list(names)
    if found:
        more = "" if len(found) <= _SHOWN else f" and {len(found) - _SHOWN} more"
        raise InvalidDecisionInput(field=field_name, message=f"{problem}: {', '.join(found[:_SHOWN])}{more}")
