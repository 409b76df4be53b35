"""Bridges: the branches whose loss splits an island, and what lies behind each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade.engine.native.compile import kernel
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


class Forest(NamedTuple):
    """Hold a depth-first forest of the buses, one tree per island.

    Attributes:
        preorder: buses, every subtree without a gap.
        entered: position of each bus in ``preorder``.
        left: position after the last bus of its subtree.
        root: root of each bus's tree.
        below: per branch, the bus under it if it is a bridge, else -1.
    """

    preorder: IntArray
    entered: IntArray
    left: IntArray
    root: IntArray
    below: IntArray


@kernel
def find_bridges(n_buses: int, branch_from: IntArray, branch_to: IntArray, branch_on: BoolArray) -> Forest:
    """Find the bridges among the branches in service.

    Source: Tarjan, "A note on finding the bridges of a graph", Inf. Process. Lett. 2(6), 1974.

    Parallel branches are no bridges.
    """
    n_branches = len(branch_from)
    start = np.zeros(n_buses + 1, dtype=np.int64)
    for branch in range(n_branches):
        if branch_on[branch]:
            start[branch_from[branch] + 1] += 1
            start[branch_to[branch] + 1] += 1
    for bus in range(n_buses):
        start[bus + 1] += start[bus]
    fill = start[:n_buses].copy()
    at = np.empty(start[n_buses], dtype=np.int64)
    for branch in range(n_branches):
        if branch_on[branch]:
            for bus in (branch_from[branch], branch_to[branch]):
                at[fill[bus]] = branch
                fill[bus] += 1
    preorder = np.empty(n_buses, dtype=np.int64)
    entered = np.full(n_buses, -1, dtype=np.int64)
    left = np.empty(n_buses, dtype=np.int64)
    root = np.empty(n_buses, dtype=np.int64)
    below = np.full(n_branches, -1, dtype=np.int64)
    lowest = np.empty(n_buses, dtype=np.int64)
    arrived_by = np.full(n_buses, -1, dtype=np.int64)
    next_branch = start[:n_buses].copy()
    stack = np.empty(n_buses, dtype=np.int64)
    count = 0
    for top_bus in range(n_buses):
        if entered[top_bus] >= 0:
            continue
        stack[0] = top_bus
        depth = 0
        entered[top_bus] = lowest[top_bus] = count
        preorder[count] = top_bus
        count += 1
        while depth >= 0:
            bus = stack[depth]
            if next_branch[bus] < start[bus + 1]:
                branch = at[next_branch[bus]]
                next_branch[bus] += 1
                if branch == arrived_by[bus]:
                    continue
                other = branch_to[branch] if branch_from[branch] == bus else branch_from[branch]
                if entered[other] >= 0:
                    lowest[bus] = min(lowest[bus], entered[other])
                    continue
                entered[other] = lowest[other] = count
                preorder[count] = other
                count += 1
                arrived_by[other] = branch
                depth += 1
                stack[depth] = other
                continue
            root[bus] = top_bus
            left[bus] = count
            depth -= 1
            if depth >= 0:
                above = stack[depth]
                lowest[above] = min(lowest[above], lowest[bus])
                if lowest[bus] == entered[bus]:
                    below[arrived_by[bus]] = bus
    return Forest(preorder, entered, left, root, below)


class Shares(NamedTuple):
    """Say what the balance does to one side of a split, as shares of what was there.

    Attributes:
        raised: share of the headroom that units are raised by.
        lowered: share of the output that units are lowered by.
        cut: share of the load that is lost.
    """

    raised: float
    lowered: float
    cut: float


@kernel
def balance_side(
    load_mw: float, output_mw: float, capacity_mw: float, has_load: bool, has_capacity: bool
) -> Shares:
    """Return what the balance of :func:`grid.powerflow.balance.balance_islands` does to an island.

    Whether there is load and capacity at all comes separately, because the sums may be differences that
    rounding keeps from being 0.
    """
    if not (has_load and has_capacity):
        return Shares(0.0, 1.0, 1.0)
    if load_mw > capacity_mw:
        return Shares(1.0, 0.0, 1.0 - capacity_mw / load_mw)
    if output_mw < load_mw:
        return Shares((load_mw - output_mw) / (capacity_mw - output_mw), 0.0, 0.0)
    if output_mw > load_mw:
        return Shares(0.0, 1.0 - load_mw / output_mw, 0.0)
    return Shares(0.0, 0.0, 0.0)


@kernel
def sums_over(forest: Forest, per_bus: FloatArray) -> FloatArray:
    """Return running sums over the preorder, so that a subtree's sum is a difference of two."""
    running = np.zeros(len(per_bus) + 1)
    for place in range(len(per_bus)):
        running[place + 1] = running[place] + per_bus[forest.preorder[place]]
    return running
