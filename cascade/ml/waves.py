"""The first waves of outages of a state, from distribution factors alone.

With S the branches out so far, none of which splits the network, the flows are

    f_m + Σ_{j in S} LODF_jm x_j,      x_j = f_j + Σ_{i in S, i ≠ j} LODF_ij x_i

as in the screening of pairs (:mod:`cascade.engine.native.pairs`), so a wave costs one small system and a few
rows. These are the flows of the cascade itself as long as nothing splits. A split is counted and its branch
left out of S; from then on the numbers are estimates.
"""

from __future__ import annotations

import numpy as np

from cascade.engine.native.compile import kernel
from cascade.engine.native.wave import solve_small
from cascade.ml.topology import Float32Array
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

WAVES = 3
"""Waves looked at: what the outage overloads, what these overload together, and once more."""
MOST_OUT = 96
"""Branches out in the equations; of a longer list only these are taken, which is counted."""

MOST_GROWTH = 100.0
"""A solution larger than this times the flows that went out counts as none."""

COUNT, EXCESS, WORST, FLOW, CUT, CUT_FLOW, NEAR, SECOND, FULL = range(9)
PER_WAVE = 9
"""Columns per wave: branches newly overloaded; their flow above the limit, MW; highest |flow| / limit in
service; the flow of the overloaded, MW; overloaded ones that split the network; what these carry, MW;
branches loaded above 95 %; second highest loading; whether the list was too long or had no solution."""
NEAR_FRAC = 0.95


@kernel
def n_minus_1_worst(
    lodf: Float32Array, outages: IntArray, flow_mw: FloatArray, limit_mva: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return the highest |flow| / limit after each single outage, and how many branches are above 95 %."""
    worst = np.zeros(len(outages))
    near = np.zeros(len(outages), dtype=np.int64)
    m = len(flow_mw)
    base = np.empty(m, dtype=np.float32)
    inverse = np.empty(m, dtype=np.float32)
    for i in range(m):
        inverse[i] = np.float32(0.0) if np.isinf(limit_mva[i]) else np.float32(1.0 / limit_mva[i])
        base[i] = np.float32(flow_mw[i])
    least = np.float32(NEAR_FRAC)
    for row in range(len(outages)):
        k = outages[row]
        x = np.float32(flow_mw[k])
        factors = lodf[k]
        count = np.int32(0)
        for i in range(m):
            count += np.int32(1) if abs(base[i] + factors[i] * x) * inverse[i] > least else np.int32(0)
        near[row] = count
        if count > 0:
            for i in range(m):
                if i != k:
                    size = abs(flow_mw[i] + factors[i] * flow_mw[k]) / limit_mva[i]
                    worst[row] = max(worst[row], size)
    return worst, near


@kernel
def first_waves(
    lodf: Float32Array,
    splits: BoolArray,
    outages: IntArray,
    start_flow_mw: FloatArray,
    flow_mw: FloatArray,
    limit_mva: FloatArray,
    found: FloatArray,
) -> None:
    """Fill in the waves of some outages.

    Args:
        lodf: outage distribution factors, a row per outage.
        splits: outages that split the network.
        outages: the branches that go out together, a row each; -1 fills up. A row with a branch that splits
            the network holds no other.
        start_flow_mw: per row, the flows after the outage alone; for those that split, as balanced.
        flow_mw: flows with nothing out.
        limit_mva: flow from which a branch trips; infinite without a limit.
        found: the result, shape (outages, WAVES, PER_WAVE).
    """
    m = len(flow_mw)
    out = np.zeros(m, dtype=np.bool_)
    now = np.empty(m)
    base = np.empty(m)
    listed = np.empty(MOST_OUT, dtype=np.int64)
    for row in range(len(outages)):
        out[:] = False
        now[:] = start_flow_mw[row]
        base[:] = flow_mw
        size = 0
        for k in outages[row]:
            if k >= 0:
                out[k] = True
                if splits[k]:
                    base[:] = start_flow_mw[row]
                else:
                    listed[size] = k
                    size += 1
        for wave in range(WAVES):
            tell = found[row, wave]
            tell[:] = 0.0
            before = size
            for i in range(m):
                if out[i]:
                    continue
                carried = abs(now[i])
                loading = carried / limit_mva[i]
                if loading > tell[WORST]:
                    tell[SECOND] = tell[WORST]
                    tell[WORST] = loading
                elif loading > tell[SECOND]:
                    tell[SECOND] = loading
                if loading > NEAR_FRAC:
                    tell[NEAR] += 1.0
                if loading > 1.0:
                    tell[COUNT] += 1.0
                    tell[EXCESS] += carried - limit_mva[i]
                    tell[FLOW] += carried
                    if splits[i]:
                        tell[CUT] += 1.0
                        tell[CUT_FLOW] += carried
                    elif size < MOST_OUT:
                        listed[size] = i
                        size += 1
                    else:
                        tell[FULL] = 1.0
            if tell[COUNT] == 0.0 or wave == WAVES - 1:
                for later in range(wave + 1, WAVES):
                    found[row, later] = 0.0
                break
            for i in range(m):
                if not out[i] and abs(now[i]) > limit_mva[i]:
                    out[i] = True
            size, sound = _flows_without(lodf, base, listed, size, before, now)
            if not sound:
                tell[FULL] = 1.0


@kernel
def _flows_without(
    lodf: Float32Array, base: FloatArray, listed: IntArray, size: int, before: int, now: FloatArray
) -> tuple[int, bool]:
    """Fill in the flows without the listed branches; leave the later ones out if they split the network."""
    sound = True
    while size > 0:
        matrix = np.empty((size, size))
        right = np.empty(size)
        for a in range(size):
            for b in range(size):
                matrix[a, b] = 1.0 if a == b else -lodf[listed[b], listed[a]]
            right[a] = base[listed[a]]
        largest = 0.0
        for a in range(size):
            largest += abs(right[a])
        solved = solve_small(matrix, right)
        for a in range(size):
            # The factors are in single precision: a set that splits the network may seem to have a solution.
            solved = solved and abs(right[a]) <= MOST_GROWTH * largest
        if solved:
            now[:] = base
            for a in range(size):
                row = lodf[listed[a]]
                x = right[a]
                for i in range(len(now)):
                    now[i] += row[i] * x
            return size, sound
        sound = False
        # Together these split the network: leave half of the wave out of the equations and try again.
        size = before + (size - before) // 2 if size > before else size - 1
    now[:] = base
    return size, sound
