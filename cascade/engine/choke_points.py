"""Choke points: branches through which cascades pass.

H is the influence of branches on each other with every trip shared among what went out before it: h_ij trips
of j are brought about by a loss of i. With n0 the branches taken out first, the losses counted obey
``n = n0 + Hᵀ n`` exactly, so ``n = N n0`` with ``N = (I - Hᵀ)⁻¹``. If nothing followed from branch i, row i
of H would be zero; by the matrix inversion lemma the losses in total would then be fewer by

    avoided_i = n_i (y_i - 1) / N_ii,    (I - H) y = 1

where y_i is the number of losses that a loss of i comes to, itself included. The matrix is that of Hines,
Dobson, Rezaei (*IEEE Trans. Power Syst.* 32(2), 2017) but for the shared credit, which keeps it below 1; they
too rank components by what blocking their propagation would save. It holds for the contingencies of the
batch, and shows association, not proven cause.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from cascade.engine.statistics import InfluenceGraph
from grid.powerflow.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class ChokePoints:
    """Hold the branches that most trips pass through, the first one the narrowest.

    Attributes:
        branch: indices.
        n_out: times each went out.
        later_trips: mean number of trips, in all later generations, that a loss of it came to.
        avoided_trips: trips in the batch that would not have been if nothing had followed from it.
        avoided_frac: the same over all trips of the batch.
    """

    branch: IntArray
    n_out: IntArray
    later_trips: FloatArray
    avoided_trips: FloatArray
    avoided_frac: FloatArray


def choke_points(graph: InfluenceGraph, *, count: int) -> ChokePoints:
    """Return up to ``count`` branches with trips behind them, those that most would be avoided at first."""
    active = np.flatnonzero(graph.n_out > 0)
    influence = graph.mean_trips[active][:, active]
    n_out = graph.n_out[active].astype(np.float64)
    trips = float((graph.n_out - graph.n_first).sum())
    if trips == 0.0:
        none = np.empty(0)
        return ChokePoints(
            branch=active[:0],
            n_out=graph.n_out[:0],
            later_trips=none,
            avoided_trips=none,
            avoided_frac=none,
        )
    factor = splu(csc_array(eye_array(len(active)) - influence.T))
    total = factor.solve(np.ones(len(active)), trans="T")  # type: ignore[call-overload]  # the stubs lack it
    most = n_out * (total - 1.0)  # N_ii >= 1, so no branch can avoid more than this
    order = np.argsort(-most, kind="stable")
    found = np.full(len(active), -np.inf)
    best_so_far: list[float] = []
    for at in order.tolist():
        # No one that is left can come before the ones found.
        if most[at] <= 0.0 or (len(best_so_far) == count and most[at] <= best_so_far[0]):
            break
        unit = np.zeros(len(active))
        unit[at] = 1.0
        found[at] = most[at] / factor.solve(unit)[at]
        heapq.heappush(best_so_far, found[at])
        if len(best_so_far) > count:
            heapq.heappop(best_so_far)
    best = np.argsort(-found, kind="stable")[:count]
    best = best[found[best] > 0.0]
    return ChokePoints(
        branch=active[best],
        n_out=graph.n_out[active[best]],
        later_trips=total[best] - 1.0,
        avoided_trips=found[best],
        avoided_frac=found[best] / trips,
    )
