"""What is known of each branch right after a set of outages, to tell which of them trip later.

What the first power flow decides is not asked: the branches that it overloads trip, and those without a limit
never do. Of every other branch there is a row of numbers without dimension: no ids, no coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cascade.ml.outage_sets import Followed, PreparedState, follow
from grid.powerflow.arrays import FloatArray, IntArray

PROPAGATION_VERSION = 1
"""Raised when the meaning of a feature changes; models say which version they were trained on."""
WAVES = 3
"""Waves that are followed by distribution factors."""
NEAR_FRAC = 0.8
"""Loading from which a branch counts as one that may trip next."""
MOST_LOADING = 5.0

_BRANCH = (
    "loading_before",
    "limit_share",
    "flow_share",
    "splits",
    "is_transformer",
    "kv_ratio",
    "degree_low",
    "degree_high",
    "struck_count",
    "struck_worst",
)
_PAIR = (
    "loading_start",
    *(f"loading_wave{wave}" for wave in range(1, WAVES + 1)),
    "loading_highest",
    "loading_rise",
    "wave_by_factors",
    "push_of_set",
    "push_of_tripped",
    "push_of_near",
    "factor_of_tripped",
    "hops",
)
_SET = (
    "out_count",
    "out_flow_share",
    "out_splits",
    *(f"wave{wave}_{name}" for wave in range(1, WAVES + 2) for name in ("count", "excess", "flow")),
    "near_count",
    "cut_flow_share",
    "is_sound",
)
_STATE = ("reserve_frac", "loading_mean", "loading_p95", "loading_p99", "share_above_80")
PROPAGATION_FEATURES: tuple[str, ...] = (*_BRANCH, *_PAIR, *_SET, *_STATE)


@dataclass(frozen=True, eq=False, kw_only=True)
class OutageView:
    """Hold what is known right after a set of outages.

    Attributes:
        out: the set.
        first: branches that trip in the first wave, which the first power flow tells.
        branch: those that it leaves open, ascending.
        x: their features, columns :data:`PROPAGATION_FEATURES`.
        trip_wave: of each of them, the wave in which it trips by distribution factors; 0: not in these waves.
        loading: the highest loading of each in the waves followed.
    """

    out: IntArray
    first: IntArray
    branch: IntArray
    x: FloatArray
    trip_wave: IntArray
    loading: FloatArray


def view_outage(prepared: PreparedState, out: Sequence[int] | IntArray) -> OutageView:
    """Compute the features of every branch that the first power flow after a set of outages leaves open.

    Raises:
        InvalidTrainingData: if the set is empty or names a branch twice.
    """
    followed = follow(prepared, out, waves=WAVES)
    limit = prepared.base.limit_mva
    is_open = np.isfinite(limit) & (followed.trip_wave != 1)
    is_open[followed.out] = False
    branch = np.flatnonzero(is_open)
    shared = np.concatenate([_of_set(prepared, followed), _of_state(prepared)])
    x = np.column_stack(
        [
            _of_branches(prepared, branch),
            _of_pairs(prepared, followed, branch),
            np.broadcast_to(shared, (len(branch), len(shared))),
        ]
    )
    return OutageView(
        out=followed.out,
        first=np.flatnonzero(followed.trip_wave == 1),
        branch=branch,
        x=x,
        trip_wave=followed.trip_wave[branch],
        loading=followed.loading[:, branch].max(axis=0),
    )


def _of_branches(prepared: PreparedState, branch: IntArray) -> FloatArray:
    topology, base = prepared.topology, prepared.base
    network = topology.network
    degree = np.column_stack(
        [topology.degree[network.branch_from[branch]], topology.degree[network.branch_to[branch]]]
    )
    return np.column_stack(
        [
            prepared.loading[branch],
            _log_share(base.limit_mva[branch], prepared.demand_mw),
            _log_share(np.abs(base.flow_mw[branch]), prepared.demand_mw),
            topology.splits[branch],
            topology.is_transformer[branch],
            np.log(topology.branch_kv[branch]),
            np.log(degree.min(axis=1)),
            np.log(degree.max(axis=1)),
            np.log1p(prepared.struck_count[branch]),
            np.minimum(prepared.struck_worst[branch], MOST_LOADING),
        ]
    )


def _of_pairs(prepared: PreparedState, followed: Followed, branch: IntArray) -> FloatArray:
    loading = np.minimum(followed.loading[:, branch], MOST_LOADING)
    tripped = np.flatnonzero(followed.trip_wave > 0)
    last = followed.loading[-1]
    weight = np.clip((last - NEAR_FRAC) / (1.0 - NEAR_FRAC), 0.0, 1.0)
    weight[tripped] = 0.0
    weight[followed.out] = 0.0
    near = np.flatnonzero(weight)
    limit = prepared.base.limit_mva[branch]
    factor = np.abs(prepared.topology.lodf[tripped][:, branch]).max(axis=0, initial=0.0)
    highest = loading.max(axis=0)
    return np.column_stack(
        [
            *loading,
            highest,
            highest - prepared.loading[branch],
            followed.trip_wave[branch],
            _push(prepared, followed.out, np.ones(len(followed.out)), branch, limit),
            _push(prepared, tripped, np.ones(len(tripped)), branch, limit),
            _push(prepared, near, weight[near], branch, limit),
            np.minimum(factor, 2.0),
            _hops(prepared, np.concatenate([followed.out, tripped]), branch),
        ]
    )


def _push(
    prepared: PreparedState, source: IntArray, weight: FloatArray, branch: IntArray, limit: FloatArray
) -> FloatArray:
    """Return the loading that some branches would push onto others if each were lost alone, added up."""
    flow = np.abs(prepared.base.flow_mw[source]) * weight
    pushed = flow.astype(np.float32) @ np.abs(prepared.topology.lodf[source][:, branch])
    value: FloatArray = np.log1p(pushed.astype(np.float64) / limit)
    return value


def _hops(prepared: PreparedState, source: IntArray, branch: IntArray) -> FloatArray:
    """Return log(1 + branches between each branch and the nearest of some others)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    network = prepared.topology.network
    start, end = network.branch_from, network.branch_to
    links = coo_array((np.ones(len(start)), (start, end)), shape=(network.n_buses, network.n_buses)).tocsr()
    at = np.unique(np.concatenate([start[source], end[source]]))
    far = dijkstra(links, directed=False, indices=at, unweighted=True, min_only=True)
    nearest: FloatArray = np.minimum(far[start[branch]], far[end[branch]])
    return np.log1p(np.minimum(nearest, network.n_buses))


def _of_set(prepared: PreparedState, followed: Followed) -> FloatArray:
    topology, base, demand_mw = prepared.topology, prepared.base, prepared.demand_mw
    out, limit = followed.out, base.limit_mva
    values = [
        np.log1p(float(len(out))),
        _log_share(np.abs(base.flow_mw[out]).sum(), demand_mw),
        np.log1p(float(np.count_nonzero(topology.splits[out]))),
    ]
    for wave in range(1, WAVES + 2):
        tripped = np.flatnonzero(followed.trip_wave == wave)
        flow = followed.loading[wave - 1, tripped] * limit[tripped]
        values += [
            np.log1p(float(len(tripped))),
            _log_share((flow - limit[tripped]).sum(), demand_mw),
            _log_share(flow.sum(), demand_mw),
        ]
    cut = np.flatnonzero((followed.trip_wave > 0) & topology.splits)
    values += [
        np.log1p(float(np.count_nonzero((followed.loading[-1] > NEAR_FRAC) & (followed.trip_wave == 0)))),
        _log_share(np.abs(base.flow_mw[cut]).sum(), demand_mw),
        float(followed.is_sound),
    ]
    return np.array(values, dtype=np.float64)


def _of_state(prepared: PreparedState) -> FloatArray:
    base = prepared.base
    loading = prepared.loading[np.isfinite(base.limit_mva)]
    return np.array(
        [
            float(base.unit_pmax_mw.sum()) / prepared.demand_mw - 1.0,
            float(loading.mean()),
            float(np.percentile(loading, 95.0)),
            float(np.percentile(loading, 99.0)),
            float((loading > NEAR_FRAC).mean()),
        ]
    )


def _log_share(mw: FloatArray | float, demand_mw: float) -> FloatArray:
    """Return log(1 + 1000 · share of the demand)."""
    value: FloatArray = np.log1p(1000.0 * np.asarray(mw, dtype=np.float64) / demand_mw)
    return value
