"""The state after some branches have been lost at once: islands, balance, flows.

The factors of the intact network are kept and the losses applied by the matrix inversion lemma
(:mod:`grid.powerflow.flow_updates`), here without shunts for the parts that come loose: of the lost branches
as many stay in B as hold its islands together, one between any two parts. Each part is balanced, so these
carry nothing. Beyond :data:`MAX_LOST` losses B is factorised afresh on the same pattern. A result that does
not balance at every bus is left to the reference solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.errors import CascadeInputError
from cascade.engine.native.base import NativeBase
from cascade.engine.native.bridges import balance_side
from cascade.engine.native.compile import LANES, kernel
from cascade.engine.native.elimination import UInt32Array
from cascade.engine.native.factor import Pattern, Values, empty_values, refactor, solve_branches, solve_one
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dcflow import mismatch_tolerance_mw, solve_flows
from grid.powerflow.islands import Islands

MAX_LOST = 24
"""More losses than this cost more as an update than a new factorisation."""
SMALLEST_PIVOT = 1e-7
"""Pivot of the update's small system, relative to its diagonal, from which it counts as singular."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Wave:
    """Hold the state after the losses.

    Attributes:
        flow_mw: flow of every branch, positive from its from end; 0 out of service and in dead islands.
        overloaded: branches above their limit.
        island: number of the island of every bus.
        n_islands: count of islands.
        bus_load_mw: load served at each bus.
        unit_p_mw: output of each unit.
        shed_mw: load lost against the intact network.
        by_reference: whether the reference solver decided.
    """

    flow_mw: FloatArray
    overloaded: IntArray
    island: IntArray
    n_islands: int
    bus_load_mw: FloatArray
    unit_p_mw: FloatArray
    shed_mw: float
    by_reference: bool


def flows_without(base: NativeBase, lost: IntArray) -> Wave:
    """Return the state after the loss of some branches, each given once.

    Raises:
        CascadeInputError: if an entry is no branch index or comes twice.
        SingularIsland: if a live island's equations have no unique solution.
    """
    network, model = base.prepared.network, base.prepared.model
    lost = np.asarray(lost, dtype=np.int64)
    branch_on = np.ones(network.n_branches, dtype=np.bool_)
    if len(lost):
        if lost.min() < 0 or lost.max() >= network.n_branches:
            raise CascadeInputError(field="lost", message=f"allowed: 0 to {network.n_branches - 1}")
        branch_on[lost] = False
        if np.count_nonzero(~branch_on) != len(lost):
            raise CascadeInputError(field="lost", message="holds a branch twice")
    island, count, removed = _islands(
        network.n_buses, network.branch_from, network.branch_to, branch_on, lost
    )
    load_mw, unit_p_mw, bus_dead = base.bus_load_mw, base.unit_p_mw, base.bus_dead
    changed = count != base.prepared.islands.count
    if changed:
        load_mw, unit_p_mw, bus_dead = _balance(
            island, count, load_mw, network.unit_bus, unit_p_mw, base.unit_pmax_mw
        )
    injection_mw = (
        model.injections(bus_load_mw=load_mw, unit_p_mw=unit_p_mw) if changed else base.injection_mw
    )
    live_on = branch_on & ~bus_dead[network.branch_from]
    flow_mw = np.empty(network.n_branches)
    solved = False
    if base.factors is not None:
        new_right = changed or bool(np.any(model.shift_flow_mw[lost]))
        right = model.right_side(live_on=live_on, injection_mw=injection_mw) if new_right else injection_mw
        if len(removed) > MAX_LOST:
            values = empty_values(base.pattern)
            weight = model.susceptance_mw.copy()
            weight[removed] = 0.0
            solved = refactor(base.pattern, weight, base.shunt_mw, values, np.empty(network.n_buses)) < 0
            angle = right[base.pattern.order]
            if solved:
                solve_one(base.pattern, values, angle)
        else:
            angle = base.angle_rad.copy() if not new_right else right[base.pattern.order]
            if new_right:
                solve_one(base.pattern, base.factors.values, angle)
            solved = _update(base.pattern, base.factors.values, model.susceptance_mw, removed, angle)
        if solved:
            mismatch_mw = _flows(
                base.pattern.position,
                network.branch_from,
                network.branch_to,
                model.susceptance_mw,
                model.shift_flow_mw,
                live_on,
                angle,
                injection_mw,
                flow_mw,
            )
            # Written so that NaN fails it.
            solved = mismatch_mw <= mismatch_tolerance_mw(injection_mw)
    if not solved:
        islands = Islands(label=island, count=count)
        alive = np.zeros(count, dtype=np.bool_)
        alive[island] = ~bus_dead
        flow_mw = solve_flows(
            model, islands=islands, alive=alive, branch_on=branch_on, injection_mw=injection_mw
        )[0].flow_mw
    return Wave(
        flow_mw=flow_mw,
        overloaded=np.flatnonzero(np.abs(flow_mw) > base.limit_mva),
        island=island,
        n_islands=count,
        bus_load_mw=load_mw,
        unit_p_mw=unit_p_mw,
        shed_mw=float(base.bus_load_mw.sum() - load_mw.sum()) if changed else 0.0,
        by_reference=not solved,
    )


@kernel
def _root(above: IntArray, bus: int) -> int:
    while above[bus] != bus:
        above[bus] = above[above[bus]]
        bus = above[bus]
    return bus


@kernel
def _islands(
    n_buses: int, branch_from: IntArray, branch_to: IntArray, branch_on: BoolArray, lost: IntArray
) -> tuple[IntArray, int, IntArray]:
    """Return the island of every bus, their count, and the lost branches that hold nothing together."""
    above = np.arange(n_buses)
    for branch in range(len(branch_from)):
        if branch_on[branch]:
            a, b = _root(above, branch_from[branch]), _root(above, branch_to[branch])
            if a < b:
                above[b] = a
            elif b < a:
                above[a] = b
    island = np.empty(n_buses, dtype=np.int64)
    count = 0
    for bus in range(n_buses):  # the root of an island is its lowest bus
        root = _root(above, bus)
        if root == bus:
            island[bus] = count
            count += 1
        else:
            island[bus] = island[root]
    removed = np.empty(len(lost), dtype=np.int64)
    n_removed = 0
    for branch in lost:
        a, b = _root(above, branch_from[branch]), _root(above, branch_to[branch])
        if a == b:
            removed[n_removed] = branch
            n_removed += 1
        elif a < b:
            above[b] = a
        else:
            above[a] = b
    return island, count, removed[:n_removed]


@kernel
def _balance(
    island: IntArray,
    count: int,
    load_mw: FloatArray,
    unit_bus: IntArray,
    unit_p_mw: FloatArray,
    unit_pmax_mw: FloatArray,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Balance every island and return loads, outputs, and the buses in dead islands."""
    sums = np.zeros((count, 3))
    for bus in range(len(load_mw)):
        sums[island[bus], 0] += load_mw[bus]
    for unit in range(len(unit_bus)):
        sums[island[unit_bus[unit]], 1] += unit_p_mw[unit]
        sums[island[unit_bus[unit]], 2] += unit_pmax_mw[unit]
    raised, lowered, cut = np.empty(count), np.empty(count), np.empty(count)
    dead = np.empty(count, dtype=np.bool_)
    for k in range(count):
        load, output, capacity = sums[k, 0], sums[k, 1], sums[k, 2]
        dead[k] = not (load > 0.0 and capacity > 0.0)
        raised[k], lowered[k], cut[k] = balance_side(load, output, capacity, load > 0.0, capacity > 0.0)
    served = np.empty_like(load_mw)
    bus_dead = np.empty(len(load_mw), dtype=np.bool_)
    for bus in range(len(load_mw)):
        bus_dead[bus] = dead[island[bus]]
        served[bus] = load_mw[bus] * (1.0 - cut[island[bus]])
    output_mw = np.empty_like(unit_p_mw)
    for unit in range(len(unit_bus)):
        k = island[unit_bus[unit]]
        p = unit_p_mw[unit]
        output_mw[unit] = p + raised[k] * (unit_pmax_mw[unit] - p) - lowered[k] * p
    return served, output_mw, bus_dead


@kernel
def _update(
    pattern: Pattern, values: Values, susceptance_mw: FloatArray, removed: IntArray, angle: FloatArray
) -> bool:
    """Turn the angles with all branches into those without some; False if that is nearly singular."""
    count = len(removed)
    if count == 0:
        return True
    n_blocks = (count + LANES - 1) // LANES
    z = np.empty((n_blocks, len(angle), LANES))
    for block in range(n_blocks):
        solve_branches(pattern, values, removed[block * LANES : (block + 1) * LANES], z[block])
    small = np.empty((count, count))
    right = np.empty(count)
    for row in range(count):
        i, j = pattern.low[removed[row]], pattern.high[removed[row]]
        for column in range(count):
            block, lane = column // LANES, column % LANES
            small[row, column] = z[block, j, lane] - z[block, i, lane]
        small[row, row] += 1.0 / susceptance_mw[removed[row]]
        right[row] = angle[i] - angle[j]
    if not solve_small(small, right):
        return False
    weights = np.zeros(LANES)
    for block in range(n_blocks):
        weights[:] = 0.0
        for lane in range(min(LANES, count - block * LANES)):
            weights[lane] = right[block * LANES + lane]
        for place in range(len(angle)):
            moved = 0.0
            for lane in range(LANES):
                moved += z[block, place, lane] * weights[lane]
            angle[place] += moved
    return True


@kernel
def solve_small(matrix: FloatArray, right: FloatArray) -> bool:
    """Solve a small dense system in place with row exchanges; False if it is nearly singular."""
    n = len(right)
    for k in range(n):
        scale = abs(matrix[k, k])
        best = k
        for row in range(k + 1, n):
            if abs(matrix[row, k]) > abs(matrix[best, k]):
                best = row
        for row in range(n):
            scale = max(scale, abs(matrix[row, row]))
        if not abs(matrix[best, k]) > SMALLEST_PIVOT * scale:
            return False
        if best != k:
            for column in range(n):
                matrix[k, column], matrix[best, column] = matrix[best, column], matrix[k, column]
            right[k], right[best] = right[best], right[k]
        for row in range(k + 1, n):
            factor = matrix[row, k] / matrix[k, k]
            if factor != 0.0:
                for column in range(k + 1, n):
                    matrix[row, column] -= factor * matrix[k, column]
                right[row] -= factor * right[k]
    for k in range(n - 1, -1, -1):
        for column in range(k + 1, n):
            right[k] -= matrix[k, column] * right[column]
        right[k] /= matrix[k, k]
    return True


@kernel
def _flows(
    position: UInt32Array,
    branch_from: IntArray,
    branch_to: IntArray,
    susceptance_mw: FloatArray,
    shift_flow_mw: FloatArray,
    live_on: BoolArray,
    angle: FloatArray,
    injection_mw: FloatArray,
    flow_mw: FloatArray,
) -> float:
    """Fill in the flows and return the largest mismatch of a bus."""
    left = injection_mw.copy()
    for branch in range(len(flow_mw)):
        flow_mw[branch] = 0.0
        if live_on[branch]:
            i, j = branch_from[branch], branch_to[branch]
            flow = susceptance_mw[branch] * (angle[position[i]] - angle[position[j]]) - shift_flow_mw[branch]
            flow_mw[branch] = flow
            left[i] -= flow
            left[j] += flow
    worst = 0.0
    for bus in range(len(left)):
        if not abs(left[bus]) <= worst:
            worst = abs(left[bus])
    return worst
