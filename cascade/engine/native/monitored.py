"""The branches a screening watches, and the pass over them for eight contingencies at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade.engine.native.base import NativeBase
from cascade.engine.native.compile import kernel
from cascade.engine.native.elimination import UInt32Array
from grid.powerflow.arrays import FloatArray, IntArray

TILE = 64
"""Branches between two looks at whether a new maximum or an overload has turned up."""


class Monitored(NamedTuple):
    """Hold the rated branches in live islands, in the order of their earlier place.

    Flows are divided by the rating and positive from the earlier place to the later one.

    Attributes:
        branch: index of the branch.
        low: earlier place of its ends.
        high: later place.
        loading: base-case flow / rating.
        stiffness: susceptance / rating, per radian.
        tree: root bus of the island.
    """

    branch: IntArray
    low: UInt32Array
    high: UInt32Array
    loading: FloatArray
    stiffness: FloatArray
    tree: IntArray


class Found(NamedTuple):
    """Hold what the passes find, one number per lane.

    Attributes:
        worst: highest |flow| / rating.
        at: position among the monitored branches where it is, -1 if nothing is monitored.
        overloads: branches above the limit.
    """

    worst: FloatArray
    at: IntArray
    overloads: IntArray


class Sweep(NamedTuple):
    """Hold what one pass needs, one number per lane; a row per monitored branch where said.

    Attributes:
        x: angles by place and lane.
        scale: factor on them.
        skip: position of the contingency itself among the monitored branches, -1 if it is not monitored.
        own_tree: root bus of the contingency's island.
        common: loadings that the shares of the balance add, shape (monitored, 3).
        shares: factor on each of the three, shape (lanes, 3); all 0 if the island does not split.
    """

    x: FloatArray
    scale: FloatArray
    skip: IntArray
    own_tree: IntArray
    common: FloatArray
    shares: FloatArray


def monitored(base: NativeBase, root: IntArray) -> Monitored:
    """Return the branches to watch; ``root`` is the root bus of every bus's island."""
    pattern, network = base.pattern, base.prepared.network
    chosen = np.flatnonzero(base.prepared.rated & base.live_on)
    branch = chosen[np.lexsort((pattern.high[chosen], pattern.low[chosen]))]
    forwards = pattern.position[network.branch_from[branch]] == pattern.low[branch]
    rate = base.rate_mva[branch]
    return Monitored(
        branch=branch,
        low=pattern.low[branch],
        high=pattern.high[branch],
        loading=np.where(forwards, 1.0, -1.0) * base.flow_mw[branch] / rate,
        stiffness=network.susceptance_mw[branch] / rate,
        tree=root[network.branch_from[branch]],
    )


@kernel
def sweep_plain(watch: Monitored, sweep: Sweep, limit: float, found: Found) -> None:
    """Look at every monitored branch for eight contingencies that split nothing.

    The loading of branch m is |f_m + b_m (x_low - x_high) scale|, divided by the rating. The fast loop counts
    the contingency's own branch too; where that could matter the tile is looked at again, and leaves it out.
    """
    x, scale = sweep.x, sweep.scale
    found.worst[:] = -1.0
    found.at[:] = -1
    found.overloads[:] = 0
    s0, s1, s2, s3 = scale[0], scale[1], scale[2], scale[3]
    s4, s5, s6, s7 = scale[4], scale[5], scale[6], scale[7]
    size = len(watch.branch)
    for first in range(0, size, TILE):
        last = min(first + TILE, size)
        t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = 0.0
        for m in range(first, last):
            i, j = watch.low[m], watch.high[m]
            f, h = watch.loading[m], watch.stiffness[m]
            v0 = abs(f + h * (x[i, 0] - x[j, 0]) * s0)
            v1 = abs(f + h * (x[i, 1] - x[j, 1]) * s1)
            v2 = abs(f + h * (x[i, 2] - x[j, 2]) * s2)
            v3 = abs(f + h * (x[i, 3] - x[j, 3]) * s3)
            v4 = abs(f + h * (x[i, 4] - x[j, 4]) * s4)
            v5 = abs(f + h * (x[i, 5] - x[j, 5]) * s5)
            v6 = abs(f + h * (x[i, 6] - x[j, 6]) * s6)
            v7 = abs(f + h * (x[i, 7] - x[j, 7]) * s7)
            t0 = v0 if v0 > t0 else t0  # noqa: FURB136
            t1 = v1 if v1 > t1 else t1  # noqa: FURB136
            t2 = v2 if v2 > t2 else t2  # noqa: FURB136
            t3 = v3 if v3 > t3 else t3  # noqa: FURB136
            t4 = v4 if v4 > t4 else t4  # noqa: FURB136
            t5 = v5 if v5 > t5 else t5  # noqa: FURB136
            t6 = v6 if v6 > t6 else t6  # noqa: FURB136
            t7 = v7 if v7 > t7 else t7  # noqa: FURB136
        for lane, top in enumerate((t0, t1, t2, t3, t4, t5, t6, t7)):
            if top > found.worst[lane] or top > limit:
                look_closely(watch, sweep, limit, found, lane, first, last)


@kernel
def sweep_split(watch: Monitored, sweep: Sweep, limit: float, found: Found, lanes: int) -> None:
    """Look at every monitored branch for outages that split an island, in the lanes used."""
    found.worst[:] = -1.0
    found.at[:] = -1
    found.overloads[:] = 0
    for lane in range(lanes):
        look_closely(watch, sweep, limit, found, lane, 0, len(watch.branch))


@kernel
def look_closely(
    watch: Monitored, sweep: Sweep, limit: float, found: Found, lane: int, first: int, last: int
) -> None:
    """Find the highest loading and count the overloads of some branches in one lane."""
    scale, skip, own_tree = sweep.scale[lane], sweep.skip[lane], sweep.own_tree[lane]
    r0, r1, r2 = sweep.shares[lane, 0], sweep.shares[lane, 1], sweep.shares[lane, 2]
    splits = r0 != 0.0 or r1 != 0.0 or r2 != 0.0
    for m in range(first, last):
        if m == skip:
            continue
        moved = watch.stiffness[m] * (sweep.x[watch.low[m], lane] - sweep.x[watch.high[m], lane]) * scale
        if splits and watch.tree[m] == own_tree:
            moved += sweep.common[m, 0] * r0 + sweep.common[m, 1] * r1 + sweep.common[m, 2] * r2
        size = abs(watch.loading[m] + moved)
        if size > found.worst[lane]:
            found.worst[lane] = size
            found.at[lane] = m
        if size > limit:
            found.overloads[lane] += 1
