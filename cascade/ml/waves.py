"""The first waves of outages of a state, from distribution factors alone.

With S the branches out so far, none of which splits the network, the flows are

    f_m + Σ_{j in S} LODF_jm x_j,      x_j = f_j + Σ_{i in S, i ≠ j} LODF_ij x_i

as in the screening of pairs (:mod:`cascade.engine.native.pairs`), so a wave costs one small system and a few
rows. These are the flows of the cascade itself as long as nothing splits. A branch that would split the
network, alone or together with those in S, is counted and left out of S; from then on the numbers are
estimates. Branches join S from the highest loading down, so which of several closes a cut does not depend on
their order in the list.
"""

from __future__ import annotations

import numpy as np

from cascade.engine.native.compile import kernel
from cascade.ml.topology import Float32Array
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

WAVES = 3
"""Waves looked at: what the outage overloads, what these overload together, and once more."""
MOST_OUT = 96
"""Branches out in the equations; of a longer list only the most loaded are taken, which is counted."""
SMALLEST_PIVOT = 1e-3
"""Share of a branch's own flow that still finds another way once S is out, up to which the branch counts as
one that splits the network together with S. The factors are in single precision: less may be nothing."""

COUNT, EXCESS, WORST, FLOW, CUT, CUT_FLOW, NEAR, SECOND, FULL, JOINT, JOINT_FLOW = range(11)
PER_WAVE = 11
"""Columns per wave: branches newly overloaded; their flow above the limit, MW; highest |flow| / limit in
service; the flow of the overloaded, MW; overloaded ones that split the network alone; what these carry, MW;
branches loaded above 95 %; second highest loading; whether the list was too long; overloaded ones that split
the network together with others; what these carry, MW."""
NEAR_FRAC = 0.95
ALMOST = 0.999999
"""Share of a loading from which on it is looked at exactly."""


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
    factors = np.empty((MOST_OUT, MOST_OUT))
    over = np.empty(m, dtype=np.int64)
    inverse = 1.0 / limit_mva
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
                elif _joins(lodf, listed, size, k, factors):
                    size += 1
        found[row] = 0.0
        for wave in range(WAVES):
            tell = found[row, wave]
            count = 0
            for i in range(m):
                # Most branches are neither near their limit nor the second: a product tells that quicker.
                about = abs(now[i]) * inverse[i]
                if about < ALMOST * NEAR_FRAC and about < ALMOST * tell[SECOND]:
                    continue
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
                    tell[EXCESS] += carried - limit_mva[i]
                    tell[FLOW] += carried
                    over[count] = i
                    count += 1
            tell[COUNT] = count
            if count == 0:
                break
            order = np.argsort(-np.abs(now[over[:count]]) / limit_mva[over[:count]], kind="mergesort")
            for place in order:
                i = over[place]
                out[i] = True
                if splits[i]:
                    tell[CUT] += 1.0
                    tell[CUT_FLOW] += abs(now[i])
                elif size == MOST_OUT:
                    tell[FULL] = 1.0
                elif _joins(lodf, listed, size, i, factors):
                    size += 1
                else:
                    tell[JOINT] += 1.0
                    tell[JOINT_FLOW] += abs(now[i])
            if wave < WAVES - 1:
                _flows_without(lodf, base, listed[:size], factors, now)


@kernel
def _joins(lodf: Float32Array, listed: IntArray, size: int, branch: int, factors: FloatArray) -> bool:
    """Add a branch to those out and to the triangular factors of their equations, unless it closes a cut.

    The equations are (I - Lᵀ) x = f with L the distribution factors among those listed. Without row exchanges
    the pivots are what is left of each branch's own flow to take another way, so a row can be added to the
    factors at any time, and a pivot next to 0 tells a cut.
    """
    listed[size] = branch
    for a in range(size):
        value = -lodf[branch, listed[a]]
        for b in range(a):
            value -= factors[a, b] * factors[b, size]
        factors[a, size] = value
    for a in range(size):
        value = -lodf[listed[a], branch]
        for b in range(a):
            value -= factors[size, b] * factors[b, a]
        factors[size, a] = value / factors[a, a]
    pivot = 1.0
    for a in range(size):
        pivot -= factors[size, a] * factors[a, size]
    factors[size, size] = pivot
    return pivot > SMALLEST_PIVOT


@kernel
def _flows_without(
    lodf: Float32Array, base: FloatArray, listed: IntArray, factors: FloatArray, now: FloatArray
) -> None:
    """Fill in the flows without the listed branches."""
    size = len(listed)
    x = np.empty(size)
    for a in range(size):
        value = base[listed[a]]
        for b in range(a):
            value -= factors[a, b] * x[b]
        x[a] = value
    for a in range(size - 1, -1, -1):
        value = x[a]
        for b in range(a + 1, size):
            value -= factors[a, b] * x[b]
        x[a] = value / factors[a, a]
    now[:] = base
    for a in range(size):
        row = lodf[listed[a]]
        for i in range(len(now)):
            now[i] += row[i] * x[a]
