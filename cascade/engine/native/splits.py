"""What the loss of a bridge does: both sides of the split island are balanced anew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade.engine.native.base import NativeBase
from cascade.engine.native.bridges import Forest, balance_side, find_bridges, sums_over
from cascade.engine.native.compile import LANES, kernel
from cascade.engine.native.elimination import UInt32Array
from cascade.engine.native.factor import Pattern, Values, backward_block, forward_block, solve_one
from cascade.engine.native.monitored import Found, Monitored, Sweep, sweep_split
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


class SplitCases(NamedTuple):
    """Hold the balance after the loss of every bridge, and what its flows are made of.

    With raised, lowered and cut the shares of a side (:func:`.bridges.balance_side`), its injections become
    ``P + raised · headroom - lowered · output + cut · load``.

    Attributes:
        forest: depth-first forest of the buses.
        below: per branch, the bus under it if it is a bridge, else -1.
        per_bus: headroom, output and load at each bus, MW, shape (buses, 3).
        island_mw: the same per root bus of an island, summed over the island.
        smaller: per branch and kind, the signed shares of the smaller side, shape (branches, 3).
        larger: the same of the larger side.
        subtree_is_smaller: per branch, whether the smaller side is the one under it.
        shed_mw: per branch, the load that the split costs.
        by_reference: per branch, whether only the reference path covers it.
    """

    forest: Forest
    below: IntArray
    per_bus: FloatArray
    island_mw: FloatArray
    smaller: FloatArray
    larger: FloatArray
    subtree_is_smaller: BoolArray
    shed_mw: FloatArray
    by_reference: BoolArray


def split_cases(base: NativeBase) -> SplitCases:
    """Find the bridges of the intact network and balance both sides of each."""
    network = base.prepared.network
    every = np.ones(network.n_branches, dtype=np.bool_)
    forest = find_bridges(network.n_buses, network.branch_from, network.branch_to, every)
    output_mw = base.per_bus(base.unit_p_mw)
    capacity_mw = base.per_bus(np.where(base.bus_dead[network.unit_bus], 0.0, base.unit_pmax_mw))
    per_bus = np.column_stack([capacity_mw - output_mw, output_mw, base.bus_load_mw])
    shifters = np.bincount(
        network.branch_from[base.prepared.model.shift_flow_mw != 0.0], minlength=network.n_buses
    ).astype(np.float64)
    smaller = np.zeros((network.n_branches, 3))
    larger = np.zeros((network.n_branches, 3))
    subtree_is_smaller = np.zeros(network.n_branches, dtype=np.bool_)
    shed_mw = np.zeros(network.n_branches)
    by_reference = np.zeros(network.n_branches, dtype=np.bool_)
    island_mw = np.zeros((network.n_buses, 3))
    _balance_splits(
        forest,
        per_bus,
        capacity_mw,
        shifters,
        island_mw,
        smaller,
        larger,
        subtree_is_smaller,
        shed_mw,
        by_reference,
    )
    return SplitCases(
        forest, forest.below, per_bus, island_mw, smaller, larger, subtree_is_smaller, shed_mw, by_reference
    )


@kernel
def _balance_splits(
    forest: Forest,
    per_bus: FloatArray,
    capacity_mw: FloatArray,
    shifters: FloatArray,
    island_mw: FloatArray,
    smaller: FloatArray,
    larger: FloatArray,
    subtree_is_smaller: BoolArray,
    shed_mw: FloatArray,
    by_reference: BoolArray,
) -> None:
    output = sums_over(forest, per_bus[:, 1])
    load = sums_over(forest, per_bus[:, 2])
    capacity = sums_over(forest, capacity_mw)
    with_load = sums_over(forest, (per_bus[:, 2] > 0.0).astype(np.float64))
    with_capacity = sums_over(forest, (capacity_mw > 0.0).astype(np.float64))
    shifts = sums_over(forest, shifters)
    for bus in range(len(per_bus)):
        for kind in range(3):
            island_mw[forest.root[bus], kind] += per_bus[bus, kind]
    for branch in range(len(forest.below)):
        under = forest.below[branch]
        if under < 0:
            continue
        a, z = forest.entered[under], forest.left[under]
        root = forest.root[under]
        first, last = forest.entered[root], forest.left[root]
        whole_load = load[last] - load[first]
        if whole_load == 0.0:
            continue  # a dead island stays dead
        inside_load, outside_load = load[z] - load[a], whole_load - (load[z] - load[a])
        inside_output = output[z] - output[a]
        inside_capacity = capacity[z] - capacity[a]
        n_load, n_capacity = with_load[z] - with_load[a], with_capacity[z] - with_capacity[a]
        inside = balance_side(inside_load, inside_output, inside_capacity, n_load > 0.0, n_capacity > 0.0)
        outside = balance_side(
            outside_load,
            output[last] - output[first] - inside_output,
            capacity[last] - capacity[first] - inside_capacity,
            with_load[last] - with_load[first] > n_load,
            with_capacity[last] - with_capacity[first] > n_capacity,
        )
        shed_mw[branch] = inside.cut * inside_load + outside.cut * outside_load
        inside_dead = inside.cut == 1.0 and inside.lowered == 1.0
        outside_dead = outside.cut == 1.0 and outside.lowered == 1.0
        inside_shifts = shifts[z] - shifts[a]
        by_reference[branch] = (inside_dead and inside_shifts > 0.0) or (
            outside_dead and shifts[last] - shifts[first] > inside_shifts
        )
        subtree_is_smaller[branch] = 2 * (z - a) <= last - first
        near, far = (inside, outside) if subtree_is_smaller[branch] else (outside, inside)
        smaller[branch, 0], smaller[branch, 1], smaller[branch, 2] = near.raised, -near.lowered, near.cut
        larger[branch, 0], larger[branch, 1], larger[branch, 2] = far.raised, -far.lowered, far.cut


@kernel
def common_loadings(
    pattern: Pattern,
    values: Values,
    cases: SplitCases,
    low: UInt32Array,
    high: UInt32Array,
    stiffness: FloatArray,
) -> FloatArray:
    """Return what headroom, output and load of whole islands cause on some branches, shape (branches, 3).

    Load is subtracted from headroom and output in proportion, so that these two balance and only the third,
    whose share is small, leaves through the reference bus.
    """
    n = len(pattern.order)
    result = np.empty((len(low), 3))
    x = np.empty(n)
    for kind in range(3):
        for bus in range(n):
            value = cases.per_bus[bus, kind]
            root = cases.forest.root[bus]
            if kind < 2 and cases.island_mw[root, 2] > 0.0:
                value -= cases.per_bus[bus, 2] * (cases.island_mw[root, kind] / cases.island_mw[root, 2])
            x[pattern.position[bus]] = value
        solve_one(pattern, values, x)
        for m in range(len(low)):
            result[m, kind] = stiffness[m] * (x[low[m]] - x[high[m]])
    return result


@kernel
def place_split(
    pattern: Pattern, cases: SplitCases, branch: int, lane: int, x: FloatArray, shares: FloatArray
) -> int:
    """Write the right-hand side of one bridge into a lane and its common shares into ``shares``.

    Returns the earliest place written to.
    """
    forest = cases.forest
    under = cases.below[branch]
    root = forest.root[under]
    large, small = cases.larger[branch], cases.smaller[branch]
    head = len(x)
    shares[lane] = 0.0
    if cases.island_mw[root, 2] > 0.0:
        shares[lane, 0], shares[lane, 1], shares[lane, 2] = large[0], large[1], large[2]
        for kind in range(2):
            shares[lane, 2] += large[kind] * (cases.island_mw[root, kind] / cases.island_mw[root, 2])
    a, z = forest.entered[under], forest.left[under]
    first, last = forest.entered[root], forest.left[root]
    inside = cases.subtree_is_smaller[branch]
    for at in range(a if inside else first, z if inside else last):
        if not inside and a <= at < z:
            continue
        bus = forest.preorder[at]
        place = pattern.position[bus]
        value = 0.0
        for kind in range(3):
            value += (small[kind] - large[kind]) * cases.per_bus[bus, kind]
        if value != 0.0:
            x[place, lane] = value
            head = min(head, place)
    return head


@kernel
def screen_splits(
    pattern: Pattern,
    values: Values,
    cases: SplitCases,
    branches: IntArray,
    skip: IntArray,
    watch: Monitored,
    limit: float,
    found: Found,
) -> None:
    """Screen the loss of bridges, eight at a time, in the order given."""
    n = len(pattern.order)
    common = common_loadings(pattern, values, cases, watch.low, watch.high, watch.stiffness)
    x = np.empty((n, LANES))
    shares = np.zeros((LANES, 3))
    lanes = Found(np.empty(LANES), np.empty(LANES, dtype=np.int64), np.empty(LANES, dtype=np.int64))
    skipped = np.full(LANES, -1, dtype=np.int64)
    own_tree = np.full(LANES, -1, dtype=np.int64)
    sweep = Sweep(x, np.ones(LANES), skipped, own_tree, common, shares)
    for first in range(0, len(branches), LANES):
        count = min(LANES, len(branches) - first)
        x[:] = 0.0
        head = n
        for lane in range(count):
            branch = branches[first + lane]
            head = min(head, place_split(pattern, cases, branch, lane, x, shares))
            skipped[lane] = skip[first + lane]
            own_tree[lane] = cases.forest.root[cases.below[branch]]
        forward_block(pattern, values, head, x)
        backward_block(pattern, values, x)
        sweep_split(watch, sweep, limit, lanes, count)
        for lane in range(count):
            found.worst[first + lane] = lanes.worst[lane]
            found.at[first + lane] = lanes.at[lane]
            found.overloads[first + lane] = lanes.overloads[lane]
