"""The best order of repairs for one crew.

Minimise Σ w_j E_j, where E_j is when job j and all it hangs on are done. With one crew that is the scheduling
problem 1 | outtree | Σ w_j C_j, which Horn's algorithm solves exactly.

Sources: Horn, "Single-machine job sequencing with treelike precedence ordering and linear delay penalties",
SIAM J. Appl. Math. 23 (1972); Sidney, "Decomposition algorithms for single-machine sequencing with precedence
relations and deferral costs", Oper. Res. 23 (1975); for power systems Tan, Qiu, Das, Kirschen, Arabshahi and
Wang, "Scheduling post-disaster repairs in electricity distribution networks", IEEE Trans. Power Syst. 34
(2019).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace

import numpy as np

from cascade.engine.decisions.outage_tree import OutageTree
from grid.powerflow.arrays import FloatArray, IntArray


@dataclass(order=True)
class _Piece:
    """Hold a chain of blocks that an optimal order keeps together; the dearest per hour sorts first."""

    minus_ratio: float
    first: int
    members: list[int] = field(compare=False)
    repair_h: float = field(compare=False)
    weight: float = field(compare=False)


def best_order(tree: OutageTree) -> IntArray:
    """Return the positions of the jobs in the best order for one crew, rank by rank.

    The piece of highest weight per hour goes first if it hangs on nothing that is still to be done, else it
    is tied to the end of the piece it hangs on. Equal pieces go in the order given. O(n log n).
    """
    blocks = tree.blocks
    order: list[int] = []
    done = np.zeros(len(blocks) + 1, dtype=np.bool_)
    done[-1] = True  # the parent -1
    for rank in sorted({block.rank for block in blocks}):
        places = [place for place, block in enumerate(blocks) if block.rank == rank]
        for place in _horn(tree, places, done):
            done[place] = True
            order.extend(blocks[place].jobs)
    return np.array(order, dtype=np.int64)


def _horn(tree: OutageTree, places: list[int], done: np.ndarray) -> list[int]:
    """Return blocks of one rank in the best order; those done already are no obstacle."""
    owner = {place: place for place in places}
    pieces = {place: _piece(tree, place) for place in places}
    queue = list(pieces.values())
    heapq.heapify(queue)
    order: list[int] = []

    def find(place: int) -> int:
        while owner[place] != place:
            owner[place] = owner[owner[place]]
            place = owner[place]
        return place

    while queue:
        piece = heapq.heappop(queue)
        if pieces.get(piece.first) is not piece:
            continue  # has grown or been tied to another since
        parent = tree.blocks[piece.first].parent
        del pieces[piece.first]
        if done[parent] or find(parent) not in pieces:
            order.extend(piece.members)
            continue
        above = pieces[find(parent)]
        owner[piece.first] = above.first
        grown = _tied(above, piece)
        pieces[above.first] = grown
        heapq.heappush(queue, grown)
    return order


def _piece(tree: OutageTree, place: int) -> _Piece:
    block = tree.blocks[place]
    return _Piece(-block.weight / block.repair_h, place, [place], block.repair_h, block.weight)


def _tied(above: _Piece, below: _Piece) -> _Piece:
    repair_h, weight = above.repair_h + below.repair_h, above.weight + below.weight
    above.members.extend(below.members)
    return _Piece(-weight / repair_h, above.first, above.members, repair_h, weight)


def energised_at(tree: OutageTree, finished_h: FloatArray) -> FloatArray:
    """Return when each job's customers come back: its block and all blocks above it are finished.

    Args:
        tree: the jobs.
        finished_h: when each job is finished; a second axis for samples is allowed.
    """
    finished_h = np.asarray(finished_h, dtype=np.float64)
    at = np.empty_like(finished_h)
    block_at: dict[int, FloatArray] = {}
    for place in tree.downwards:
        block = tree.blocks[place]
        latest = finished_h[list(block.jobs)].max(axis=0)
        if block.parent >= 0:
            latest = np.maximum(latest, block_at[block.parent])
        block_at[place] = latest
        at[list(block.jobs)] = latest
    return at


def weighted_hours(tree: OutageTree, finished_h: FloatArray) -> float:
    """Return Σ w E: customer-hours (or MWh) without supply."""
    weight = np.array([job.weight for job in tree.jobs])
    return float(weight @ energised_at(tree, finished_h)) if len(weight) else 0.0


def one_crew_hours(tree: OutageTree) -> float:
    """Return Σ w E of the best order for one crew, without travel."""
    return weighted_hours(tree, _finished_in(tree, best_order(tree)))


def unlimited_crews_hours(tree: OutageTree) -> float:
    """Return Σ w E if every job had a crew of its own at once."""
    return weighted_hours(tree, np.array([job.repair_h for job in tree.jobs]))


def lower_bound_hours(tree: OutageTree, crews: int) -> float:
    """Return a bound no schedule of m crews goes below: max(H₁/m, H_∞), ranks and travel left out.

    Tan et al. 2019. Ranks only restrict the choice, and travel only adds time.
    """
    free = OutageTree(tuple(replace(job, rank=0) for job in tree.jobs))
    return max(one_crew_hours(free) / crews, unlimited_crews_hours(free))


def _finished_in(tree: OutageTree, order: IntArray) -> FloatArray:
    repair_h = np.array([job.repair_h for job in tree.jobs])
    finished_h = np.empty(len(repair_h))
    finished_h[order] = np.cumsum(repair_h[order])
    return finished_h
