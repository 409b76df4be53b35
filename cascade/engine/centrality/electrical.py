"""Betweenness by where power flows, not by where paths are short.

Source: Wang, Scaglione, Thomas, "Electrical centrality measures for electric power grid vulnerability
analysis", *IEEE CDC* 2010; Xu, Wang, Zhang et al., "Electrical betweenness" (sum over pairs of source and
load of the flow that a unit of power between them puts on a branch, weighted by both). Here a pair of a
unit's bus g and a load bus d weighs with Pmax_g · P_d, so that the sum splits into sorted sums and all pairs
are counted exactly.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cascade.engine.errors import CascadeInputError
from cascade.engine.prepared import Prepared
from grid.powerflow.arrays import FloatArray, IntArray, sum_by

BRANCHES_AT_ONCE = 256

Progress = Callable[[float, str], None]


def electrical_betweenness(
    prepared: Prepared, *, progress: Progress | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the electrical betweenness of branches and buses.

    A branch's is the mean, over all pairs of a unit's bus and a load bus in one island, weighted by capacity
    and load, of the share of a transfer between the two that flows over it. A bus's is half the sum of its
    branches' plus half its own share as a source and as a sink: what passes through it.

    Args:
        prepared: the network.
        progress: called with the share done and what is done; to stop, raise from it.

    Returns:
        Branches' values, 0 to 1, and buses', 0 to 1.

    Raises:
        CascadeInputError: if the power flow of the intact network has no unique solution.
    """
    network, islands, factor = prepared.network, prepared.islands, prepared.factor
    if factor is None:
        raise CascadeInputError(
            field="network", message="its power flow has no unique solution; allowed: one that has"
        )
    n, m = network.n_buses, network.n_branches
    capacity = np.maximum(sum_by(network.unit_bus, network.unit_pmax_mw, n), 0.0)
    load = np.maximum(network.bus_load_mw, 0.0)
    per_island = _pair_weight(islands.label, capacity, load, islands.count)
    total = per_island.sum()
    if total == 0.0:
        return np.zeros(m), np.zeros(n)
    position = prepared.model.position
    island_of = islands.label[network.branch_from]
    members = [np.flatnonzero(islands.label == label) for label in range(islands.count)]
    branch = np.zeros(m)
    for first in range(0, m, BRANCHES_AT_ONCE):
        rows = np.arange(first, min(first + BRANCHES_AT_ONCE, m))
        if progress is not None:
            progress(first / m, f"Transfer factors of {first} of {m} branches")
        right = np.zeros((n, len(rows)))
        right[position[network.branch_from[rows]], np.arange(len(rows))] += 1.0
        right[position[network.branch_to[rows]], np.arange(len(rows))] -= 1.0
        factors = factor.lu.solve(right)[position] * network.susceptance_mw[rows]
        for column, row in enumerate(rows.tolist()):
            own = members[island_of[row]]
            branch[row] = _mean_distance(factors[own, column], capacity[own], load[own])
    branch /= total
    ends = sum_by(network.branch_from, branch, n) + sum_by(network.branch_to, branch, n)
    island_capacity = sum_by(islands.label, capacity, islands.count)[islands.label]
    island_load = sum_by(islands.label, load, islands.count)[islands.label]
    same = capacity * load
    own_share = (capacity * island_load + load * island_capacity - 2.0 * same) / total
    return branch, 0.5 * (ends + own_share)


def _pair_weight(label: IntArray, capacity: FloatArray, load: FloatArray, count: int) -> FloatArray:
    """Return per island the weight of its pairs of two different buses."""
    both = sum_by(label, capacity, count) * sum_by(label, load, count)
    return both - sum_by(label, capacity * load, count)


def _mean_distance(values: FloatArray, left: FloatArray, right: FloatArray) -> float:
    """Return Σ left_i right_j |values_i - values_j| by sorting once."""
    order = np.argsort(values, kind="stable")
    v, a, b = values[order], left[order], right[order]
    below_b, below_bv = np.cumsum(b) - b, np.cumsum(b * v) - b * v
    over_b, over_bv = b.sum() - np.cumsum(b), (b * v).sum() - np.cumsum(b * v)
    return float(np.sum(a * (v * below_b - below_bv + over_bv - v * over_b)))
