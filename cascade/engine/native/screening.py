"""N-1 screening: what every single branch outage does to the flows, before anything else trips.

The outage of branch k adds to every flow its line outage distribution factor times f_k,

    f_m' = f_m + b_m (u_from - u_to) f_k / (1 - b_k (u_from - u_to at k)),      u = B⁻¹ (e_from - e_to of k)

(Alsac, Stott, Tinney, "Sparsity-oriented compensation methods for modified network solutions", IEEE TPAS
102(5), 1983): one solve and one pass over the watched branches, for eight outages at a time.

A bridge splits an island. Both sides are then balanced by the rules of :mod:`grid.powerflow.balance`. These
scale output, headroom and load of a side, so the flows are a combination of the base case, three solves
common to all bridges, and one solve whose right-hand side lives on the smaller side. The bridge may stay in
B: with both sides balanced it carries nothing.

What neither formula covers goes to the reference path, one outage at a time: an outage that leaves B nearly
singular (negative reactances), and a split that leaves phase shifters in a dead side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cascade.engine.native.base import NativeBase
from cascade.engine.native.compile import LANES, kernel
from cascade.engine.native.factor import Pattern, Values, solve_branches
from cascade.engine.native.monitored import Found, Monitored, Sweep, monitored, sweep_plain
from cascade.engine.native.splits import screen_splits, split_cases
from cascade.engine.outages import branch_outage
from cascade.engine.state import CascadeState
from cascade.engine.sweep import chosen_branches
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dcflow import SingularIsland

NEARLY_SINGULAR = 1e-6
"""|1 - PTDF_kk| below which the update loses too many digits and the reference path decides."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Screening:
    """Hold one row per contingency. Only branches with a rating are looked at.

    Attributes:
        branch: index of the branch taken out.
        worst_loading_frac: highest |flow| / rating after the outage; NaN where unsolved or nothing is rated.
        worst_branch: index of the branch that has it; -1 where unsolved or nothing is rated.
        n_overloaded: branches above their limit; -1 where unsolved.
        splits: whether the outage splits an island.
        shed_mw: load lost because the outage splits an island; NaN where unsolved.
        solved: whether the power flow has a unique solution.
        by_reference: outages that the reference path decided.
    """

    branch: IntArray
    worst_loading_frac: FloatArray
    worst_branch: IntArray
    n_overloaded: IntArray
    splits: BoolArray
    shed_mw: FloatArray
    solved: BoolArray
    by_reference: BoolArray


def screen_n_minus_1(base: NativeBase, branch_indices: Sequence[int] | IntArray | None = None) -> Screening:
    """Screen single branch outages of the balanced network.

    Args:
        base: the intact network.
        branch_indices: the branches, in the order of the rows wanted; None for all.

    Raises:
        UnknownAsset: if an entry is no branch index.
    """
    network = base.prepared.network
    branch = chosen_branches(network, branch_indices)
    rows = len(branch)
    result = Screening(
        branch=branch,
        worst_loading_frac=np.full(rows, np.nan),
        worst_branch=np.full(rows, -1, dtype=np.int64),
        n_overloaded=np.full(rows, -1, dtype=np.int64),
        splits=np.zeros(rows, dtype=np.bool_),
        shed_mw=np.full(rows, np.nan),
        solved=np.zeros(rows, dtype=np.bool_),
        by_reference=np.zeros(rows, dtype=np.bool_),
    )
    cases = split_cases(base)
    result.splits[:] = cases.below[branch] >= 0
    live = base.live_on[branch]
    by_reference = cases.by_reference[branch]
    if base.factors is None:
        by_reference[:] = True
    else:
        watch = monitored(base, cases.forest.root)
        place = np.full(network.n_branches, -1, dtype=np.int64)
        place[watch.branch] = np.arange(len(watch.branch))
        limit = 1.0 + base.params.overload_tolerance_frac
        order = np.argsort(base.pattern.low[branch], kind="stable")
        plain = order[(~result.splits & ~by_reference)[order]]
        found = _room(len(plain))
        singular = _screen_plain(
            base.pattern,
            base.factors.values,
            branch[plain],
            np.where(live[plain], forward_flow(base, branch[plain]), 0.0),
            network.susceptance_mw,
            place[branch[plain]],
            watch,
            limit,
            found,
        )
        by_reference[plain[singular]] = True
        _put(result, plain, found, watch)
        result.shed_mw[plain] = 0.0
        split = order[(result.splits & ~by_reference)[order]]
        found = _room(len(split))
        screen_splits(
            base.pattern,
            base.factors.values,
            cases,
            branch[split],
            place[branch[split]],
            watch,
            limit,
            found,
        )
        _put(result, split, found, watch)
        result.shed_mw[split] = cases.shed_mw[branch[split]]
    for row in np.flatnonzero(by_reference):
        _by_reference(base, result, int(row))
    return result


def _room(rows: int) -> Found:
    return Found(np.empty(rows), np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int64))


def _put(result: Screening, rows: IntArray, found: Found, watch: Monitored) -> None:
    """Write what the passes found into some rows of the result."""
    seen = found.at >= 0
    result.worst_loading_frac[rows] = np.where(seen, found.worst, np.nan)
    result.worst_branch[rows[seen]] = watch.branch[found.at[seen]]
    result.n_overloaded[rows] = found.overloads
    result.solved[rows] = True


def _by_reference(base: NativeBase, result: Screening, row: int) -> None:
    """Let the reference path decide one outage."""
    state = CascadeState(prepared=base.prepared, params=base.params)
    state.take_out(branch_outage(base.prepared.network, int(result.branch[row])))
    result.by_reference[row] = True
    result.worst_loading_frac[row], result.worst_branch[row] = np.nan, -1
    try:
        state.settle()
    except SingularIsland:
        result.shed_mw[row], result.n_overloaded[row], result.solved[row] = np.nan, -1, False
        return
    result.solved[row] = True
    result.shed_mw[row] = state.base_served_mw - state.served_mw
    result.n_overloaded[row] = len(state.overloaded)
    watched = np.flatnonzero(
        base.prepared.rated & base.live_on & (np.arange(len(base.live_on)) != result.branch[row])
    )
    if len(watched):
        loading = np.abs(state.flow_mw[watched]) / base.rate_mva[watched]
        worst = int(np.argmax(loading))
        result.worst_loading_frac[row], result.worst_branch[row] = loading[worst], watched[worst]


@kernel
def _screen_plain(
    pattern: Pattern,
    values: Values,
    branches: IntArray,
    flow_mw: FloatArray,
    susceptance_mw: FloatArray,
    skip: IntArray,
    watch: Monitored,
    limit: float,
    found: Found,
) -> BoolArray:
    """Screen outages that split nothing, eight at a time, and return which were nearly singular.

    ``flow_mw`` are the outaged branches' flows from the earlier place to the later one.
    """
    singular = np.zeros(len(branches), dtype=np.bool_)
    x = np.empty((len(pattern.order), LANES))
    scale = np.zeros(LANES)
    lanes = Found(np.empty(LANES), np.empty(LANES, dtype=np.int64), np.empty(LANES, dtype=np.int64))
    skipped = np.full(LANES, -1, dtype=np.int64)
    nothing = np.zeros((LANES, 3))
    sweep = Sweep(x, scale, skipped, skipped, np.empty((0, 3)), nothing)
    for first in range(0, len(branches), LANES):
        count = min(LANES, len(branches) - first)
        solve_branches(pattern, values, branches[first : first + count], x)
        scale[:] = 0.0
        skipped[:] = -1
        for lane in range(count):
            branch = branches[first + lane]
            spread = x[pattern.low[branch], lane] - x[pattern.high[branch], lane]
            left = 1.0 - susceptance_mw[branch] * spread
            if abs(left) > NEARLY_SINGULAR:
                scale[lane] = flow_mw[first + lane] / left
            else:
                singular[first + lane] = True
            skipped[lane] = skip[first + lane]
        sweep_plain(watch, sweep, limit, lanes)
        for lane in range(count):
            found.worst[first + lane] = lanes.worst[lane]
            found.at[first + lane] = lanes.at[lane]
            found.overloads[first + lane] = lanes.overloads[lane]
    return singular


def forward_flow(base: NativeBase, branches: IntArray) -> FloatArray:
    """Return the base-case flows of some branches, from the earlier place of the order to the later."""
    forwards = (
        base.pattern.position[base.prepared.network.branch_from[branches]] == base.pattern.low[branches]
    )
    return np.where(forwards, base.flow_mw[branches], -base.flow_mw[branches])
