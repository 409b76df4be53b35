"""Line outage distribution factors as arrays, for work on pairs of outages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade.engine.native.compile import LANES, kernel
from cascade.engine.native.factor import Pattern, Values, backward_block, forward_block, solve_branches
from cascade.engine.native.monitored import Monitored
from cascade.engine.native.splits import SplitCases, common_loadings, place_split
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


class OutageRows(NamedTuple):
    """Hold what each of some outages does to the watched branches and to the other outages' branches.

    With x the outage's strength, its row times x is added to the loadings. The strength of a branch that is
    no bridge is the flow it would carry; of a bridge it is 1.

    Attributes:
        row: change of each watched branch's flow / rating, shape (outages, monitored).
        cross_mw: change of the flow of each outage's branch, shape (outages, outages). -1 times the strength
            at the branch itself, so that it carries nothing afterwards.
        singular: outages that leave B nearly singular; their rows are 0.
    """

    row: FloatArray
    cross_mw: FloatArray
    singular: BoolArray


@kernel
def outage_rows(
    pattern: Pattern,
    values: Values,
    cases: SplitCases,
    branches: IntArray,
    flow_mw: FloatArray,
    susceptance_mw: FloatArray,
    watch: Monitored,
    nearly_singular: float,
) -> OutageRows:
    """Return the rows of some outages.

    Args:
        pattern: pattern of L.
        values: factors of the intact network.
        cases: the bridges and their balances.
        branches: the outages, best in the order of their earlier place.
        flow_mw: base-case flow of every branch, from the earlier place to the later.
        susceptance_mw: susceptance of every branch.
        watch: the branches to watch.
        nearly_singular: |1 - PTDF| from which an outage counts as singular.
    """
    n, count = len(pattern.order), len(branches)
    row = np.zeros((count, len(watch.branch)))
    cross_mw = np.zeros((count, count))
    singular = np.zeros(count, dtype=np.bool_)
    common = common_loadings(pattern, values, cases, watch.low, watch.high, watch.stiffness)
    low, high = pattern.low[branches], pattern.high[branches]
    own = common_loadings(pattern, values, cases, low, high, susceptance_mw[branches])
    x = np.empty((n, LANES))
    shares = np.zeros((LANES, 3))
    for kind in range(2):
        chosen = np.flatnonzero((cases.below[branches] >= 0) == (kind == 1))
        for first in range(0, len(chosen), LANES):
            at = chosen[first : first + LANES]
            shares[:] = 0.0
            if kind == 0:
                solve_branches(pattern, values, branches[at], x)
            else:
                x[:] = 0.0
                head = n
                for lane in range(len(at)):
                    head = min(head, place_split(pattern, cases, branches[at[lane]], lane, x, shares))
                forward_block(pattern, values, head, x)
                backward_block(pattern, values, x)
            for lane in range(len(at)):
                k = at[lane]
                branch = branches[k]
                scale = 1.0
                if kind == 0:
                    left = 1.0 - susceptance_mw[branch] * (x[low[k], lane] - x[high[k], lane])
                    if not abs(left) > nearly_singular:
                        singular[k] = True
                        continue
                    scale = 1.0 / left
                root = cases.forest.root[pattern.order[low[k]]]
                r0, r1, r2 = shares[lane, 0], shares[lane, 1], shares[lane, 2]
                for m in range(len(watch.branch)):
                    moved = watch.stiffness[m] * (x[watch.low[m], lane] - x[watch.high[m], lane]) * scale
                    if kind == 1 and watch.tree[m] == root:
                        moved += common[m, 0] * r0 + common[m, 1] * r1 + common[m, 2] * r2
                    if watch.branch[m] == branch:
                        moved = (
                            -watch.loading[m] if kind == 1 else -watch.stiffness[m] / susceptance_mw[branch]
                        )
                    row[k, m] = moved
                for j in range(count):
                    other = branches[j]
                    moved = susceptance_mw[other] * (x[low[j], lane] - x[high[j], lane]) * scale
                    if kind == 1 and cases.forest.root[pattern.order[low[j]]] == root:
                        moved += own[j, 0] * r0 + own[j, 1] * r1 + own[j, 2] * r2
                    cross_mw[k, j] = moved
                cross_mw[k, k] = -flow_mw[branch] if kind == 1 else -1.0
    return OutageRows(row, cross_mw, singular)
