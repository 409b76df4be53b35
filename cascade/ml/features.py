"""What models are told of a state: numbers without dimension, no ids, no coordinates.

A *node* is a branch that takes part: its outage overloads or nearly overloads others, or it is one of those.
A *candidate* is a node whose outage alone overloads something but sheds less than the share that counts: what
becomes of it is what the first power flow does not tell. An *edge* goes from an outage to each branch that it
loads above 95 % of its limit.

An outage that only the reference path of the engine can screen (a split that leaves phase shifters in a dead
side, a nearly singular network) is no candidate: it has to be simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.native.base import NativeBase
from cascade.engine.native.monitored import monitored
from cascade.engine.native.outage_rows import outage_rows
from cascade.engine.native.screening import NEARLY_SINGULAR, forward_flow, screen_n_minus_1
from cascade.engine.native.splits import SplitCases, split_cases
from cascade.ml.topology import StateArrays, Topology
from cascade.ml.waves import (
    COUNT,
    CUT,
    CUT_FLOW,
    EXCESS,
    FLOW,
    FULL,
    JOINT,
    JOINT_FLOW,
    NEAR,
    NEAR_FRAC,
    PER_WAVE,
    SECOND,
    WAVES,
    WORST,
    first_waves,
    n_minus_1_worst,
)
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray, sum_by

FEATURE_VERSION = 2
"""Raised when the meaning of a feature changes; models say which version they were trained on."""

_OWN = (
    "loading_frac",
    "flow_share",
    "limit_share",
    "is_unlimited",
    "is_transformer",
    "splits",
    "split_shed_share",
    "kv_ratio",
    "degree_low",
    "degree_high",
    "injection_from_share",
    "injection_to_share",
)
WAVE_FEATURES: tuple[str, ...] = (
    "count",
    "excess_share",
    "worst_loading",
    "second_loading",
    "flow_share",
    "cut_count",
    "cut_flow_share",
    "near_count",
    "is_open_ended",
    "joint_count",
    "joint_flow_share",
)
_TARGETS = (
    "target_count_max",
    "target_excess_max",
    "target_excess_sum",
    "target_wave2_excess_max",
    "target_flow_max",
    "target_shed_sum",
    "target_loading_before_max",
    "target_lodf_max",
    "target_kv_max",
    "struck_by_count",
    "struck_by_loading_max",
)
_STATE = (
    "state_reserve_frac",
    "state_loading_mean",
    "state_loading_p95",
    "state_loading_p99",
    "state_share_above_80",
    "state_candidates",
    "state_base_shed_share",
)
NODE_FEATURES: tuple[str, ...] = (
    *_OWN,
    *(f"wave{wave}_{name}" for wave in range(1, WAVES + 1) for name in WAVE_FEATURES),
    *_TARGETS,
    *_STATE,
)
EDGE_FEATURES: tuple[str, ...] = (
    "loading_after",
    "is_overloaded",
    "factor",
    "limit_ratio_log",
    "excess_share",
    "loading_before",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class StateFeatures:
    """Hold the features of one state.

    Attributes:
        branch: branch of each node, ascending.
        is_candidate: whether the node is a candidate.
        node_x: one row per node, columns :data:`NODE_FEATURES`.
        edge_from: node that goes out.
        edge_to: node that is loaded by it.
        edge_x: one row per edge, columns :data:`EDGE_FEATURES`.
        node_bus: the two buses of each node, counted from 0 among those named, shape (nodes, 2).
        overload_mw: flow above the limits right after the outage, per node: the classical severity index.
        demand_mw: load served.
    """

    branch: IntArray
    is_candidate: BoolArray
    node_x: FloatArray
    edge_from: IntArray
    edge_to: IntArray
    edge_x: FloatArray
    node_bus: IntArray
    overload_mw: FloatArray
    demand_mw: float


def state_features(topology: Topology, state: StateArrays, *, lost_share: float = 0.01) -> StateFeatures:
    """Compute the features of a state.

    Args:
        topology: the network.
        state: loads, outputs, capacities and limits.
        lost_share: share of the demand from which a loss counts; outages that shed as much at once are no
            candidates.

    Raises:
        InvalidTrainingData: if the state is of another network or cannot be solved.
    """
    base = topology.in_state(state)
    cases = split_cases(base)
    demand_mw = float(base.bus_load_mw.sum())
    active, worst, after_split = _active(topology, base, cases)
    start_flow = _start_flows(topology, base, active, after_split)
    row, target = np.nonzero(np.abs(start_flow) > NEAR_FRAC * base.limit_mva)
    elsewhere = target != active[row]
    row, target = row[elsewhere], target[elsewhere]
    node = np.unique(np.concatenate([active, target]))
    place = np.full(topology.network.n_branches, -1, dtype=np.int64)
    place[node] = np.arange(len(node))
    others = np.setdiff1d(node, active)
    found = np.zeros((len(node), WAVES, PER_WAVE))
    for outage, flow in ((active, start_flow), (others, _start_flows(topology, base, others, {}))):
        waves = np.zeros((len(outage), WAVES, PER_WAVE))
        first_waves(
            topology.lodf, topology.splits, outage[:, None], flow, base.flow_mw, base.limit_mva, waves
        )
        found[place[outage]] = waves
    is_candidate = np.zeros(len(node), dtype=np.bool_)
    small = cases.shed_mw[active] <= lost_share * demand_mw
    is_candidate[place[active[(worst > 1.0 + base.params.overload_tolerance_frac) & small]]] = True
    edge_from, edge_to = place[active[row]], place[target]
    edge_x = _edge_features(base, active[row], target, start_flow[row, target], demand_mw)
    node_x = np.column_stack(
        [
            _own_features(topology, base, cases, node, demand_mw),
            wave_features(found, demand_mw),
            _target_features(topology, cases, node, edge_from, edge_to, edge_x, found, base, demand_mw),
            np.broadcast_to(_state_features(base, state, is_candidate), (len(node), len(_STATE))),
        ]
    )
    ends = np.column_stack([topology.network.branch_from[node], topology.network.branch_to[node]])
    _, local = np.unique(ends, return_inverse=True)
    return StateFeatures(
        branch=node,
        is_candidate=is_candidate,
        node_x=node_x,
        edge_from=edge_from,
        edge_to=edge_to,
        edge_x=edge_x,
        node_bus=local.reshape(ends.shape).astype(np.int64),
        overload_mw=found[:, 0, EXCESS].copy(),
        demand_mw=demand_mw,
    )


def _active(
    topology: Topology, base: NativeBase, cases: SplitCases
) -> tuple[IntArray, FloatArray, dict[int, FloatArray]]:
    """Return the outages that load something above 95 %, the highest loading, and flows after splits."""
    plain = np.flatnonzero(~topology.splits)
    highest, near = n_minus_1_worst(topology.lodf, plain, base.flow_mw, base.limit_mva)
    bridges = np.flatnonzero(topology.splits)
    screened = screen_n_minus_1(base, bridges)
    loaded = screened.solved & (screened.worst_loading_frac > NEAR_FRAC) & ~screened.by_reference
    after_split = _flows_after_splits(base, cases, bridges[loaded])
    branch = np.concatenate([plain[near > 0], bridges[loaded]])
    worst = np.concatenate([highest[near > 0], screened.worst_loading_frac[loaded]])
    order = np.argsort(branch)
    return branch[order], worst[order], after_split


def _flows_after_splits(base: NativeBase, cases: SplitCases, bridges: IntArray) -> dict[int, FloatArray]:
    """Return the flows after each loss of a bridge; those of branches that are not watched stay."""
    if not len(bridges) or base.factors is None:
        return {}
    watch = monitored(base, cases.forest.root)
    flow_mw = forward_flow(base, np.arange(len(base.flow_mw)))
    rows = outage_rows(
        base.pattern,
        base.factors.values,
        cases,
        bridges,
        flow_mw,
        base.prepared.network.susceptance_mw,
        watch,
        NEARLY_SINGULAR,
    )
    # The rows are from the earlier place to the later, flows from a branch's from end.
    start = base.prepared.network.branch_from[watch.branch]
    forwards = base.pattern.position[start] == base.pattern.low[watch.branch]
    rate = np.where(forwards, 1.0, -1.0) * base.rate_mva[watch.branch]
    flows: dict[int, FloatArray] = {}
    for index, branch in enumerate(bridges.tolist()):
        after = base.flow_mw.copy()
        after[watch.branch] = (watch.loading + rows.row[index]) * rate
        after[branch] = 0.0
        flows[branch] = after
    return flows


def _start_flows(
    topology: Topology, base: NativeBase, outages: IntArray, after_split: dict[int, FloatArray]
) -> FloatArray:
    """Return the flows after each outage, a row each; with nothing known of a split, those before."""
    flows: FloatArray = topology.lodf[outages] * base.flow_mw[outages][:, None] + base.flow_mw
    for row in np.flatnonzero(topology.splits[outages]):
        flows[row] = after_split.get(int(outages[row]), base.flow_mw)
    return flows


def _own_features(
    topology: Topology, base: NativeBase, cases: SplitCases, node: IntArray, demand_mw: float
) -> FloatArray:
    network = topology.network
    start, end = network.branch_from[node], network.branch_to[node]
    size, limit = np.abs(base.flow_mw[node]), base.limit_mva[node]
    limited = np.isfinite(limit)
    degree = np.column_stack([topology.degree[start], topology.degree[end]])
    towards = np.sign(base.flow_mw[node])
    injection = np.column_stack([base.injection_mw[start], base.injection_mw[end]]) / demand_mw
    forwards = towards >= 0.0
    source = np.where(forwards, injection[:, 0], injection[:, 1])
    sink = np.where(forwards, injection[:, 1], injection[:, 0])
    return np.column_stack(
        [
            size / limit,
            _log_share(size, demand_mw),
            np.where(limited, _log_share(np.where(limited, limit, 0.0), demand_mw), np.nan),
            ~limited,
            topology.is_transformer[node],
            topology.splits[node],
            _log_share(cases.shed_mw[node], demand_mw),
            np.log(topology.branch_kv[node]),
            np.log(degree.min(axis=1)),
            np.log(degree.max(axis=1)),
            _signed_log_share(source),
            _signed_log_share(sink),
        ]
    )


def wave_features(found: FloatArray, demand_mw: float) -> FloatArray:
    """Return what :func:`cascade.ml.waves.first_waves` found as features, its columns wave by wave."""
    columns: list[FloatArray] = []
    for wave in range(WAVES):
        tell = found[:, wave]
        columns += [
            np.log1p(tell[:, COUNT]),
            _log_share(tell[:, EXCESS], demand_mw),
            np.minimum(tell[:, WORST], 5.0),
            np.minimum(tell[:, SECOND], 5.0),
            _log_share(tell[:, FLOW], demand_mw),
            np.log1p(tell[:, CUT]),
            _log_share(tell[:, CUT_FLOW], demand_mw),
            np.log1p(tell[:, NEAR]),
            tell[:, FULL],
            np.log1p(tell[:, JOINT]),
            _log_share(tell[:, JOINT_FLOW], demand_mw),
        ]
    return np.column_stack(columns)


def _target_features(
    topology: Topology,
    cases: SplitCases,
    node: IntArray,
    edge_from: IntArray,
    edge_to: IntArray,
    edge_x: FloatArray,
    found: FloatArray,
    base: NativeBase,
    demand_mw: float,
) -> FloatArray:
    """Return what the branches overloaded by an outage would do in turn, and what strikes a branch."""
    over = edge_x[:, EDGE_FEATURES.index("is_overloaded")] > 0.0
    source, target = edge_from[over], edge_to[over]
    n = len(node)

    def highest(values: FloatArray, at: IntArray) -> FloatArray:
        result = np.zeros(n)
        np.maximum.at(result, at, values)
        return result

    excess = _log_share(found[:, 0, EXCESS], demand_mw)
    shed_mw = sum_by(source, cases.shed_mw[node[target]], n)
    return np.column_stack(
        [
            highest(np.log1p(found[target, 0, COUNT]), source),
            highest(excess[target], source),
            _log_share(sum_by(source, found[target, 0, EXCESS], n), demand_mw),
            highest(_log_share(found[target, 1, EXCESS], demand_mw), source),
            highest(_log_share(np.abs(base.flow_mw[node[target]]), demand_mw), source),
            _log_share(shed_mw, demand_mw),
            highest(edge_x[over, EDGE_FEATURES.index("loading_before")], source),
            highest(np.abs(edge_x[over, EDGE_FEATURES.index("factor")]), source),
            highest(topology.branch_kv[node[target]], source),
            np.log1p(np.bincount(target, minlength=n)),
            highest(np.minimum(edge_x[over, EDGE_FEATURES.index("loading_after")], 5.0), target),
        ]
    )


def _edge_features(
    base: NativeBase, source: IntArray, target: IntArray, after_mw: FloatArray, demand_mw: float
) -> FloatArray:
    limit, own_limit = base.limit_mva[target], base.limit_mva[source]
    ratio = np.where(np.isfinite(own_limit), limit / own_limit, 1.0)
    before_mw, lost_mw = base.flow_mw[target], base.flow_mw[source]
    factor = (after_mw - before_mw) / np.where(np.abs(lost_mw) > 1e-6, lost_mw, np.inf)
    loading = np.abs(after_mw) / limit
    return np.column_stack(
        [
            np.minimum(loading, 5.0),
            loading > 1.0 + base.params.overload_tolerance_frac,
            np.clip(factor, -2.0, 2.0),
            np.clip(np.log(ratio), -5.0, 5.0),
            _log_share(np.maximum(np.abs(after_mw) - limit, 0.0), demand_mw),
            np.abs(before_mw) / limit,
        ]
    )


def _state_features(base: NativeBase, state: StateArrays, is_candidate: BoolArray) -> FloatArray:
    demand_mw = float(base.bus_load_mw.sum())
    limited = np.isfinite(base.limit_mva)
    loading = np.abs(base.flow_mw[limited]) / base.limit_mva[limited]
    return np.array(
        [
            float(base.unit_pmax_mw.sum()) / demand_mw - 1.0,
            float(loading.mean()),
            float(np.percentile(loading, 95.0)),
            float(np.percentile(loading, 99.0)),
            float((loading > 0.8).mean()),
            np.log1p(float(np.count_nonzero(is_candidate))),
            base.base_shed_mw / float(state.bus_load_mw.sum()),
        ]
    )


def _log_share(mw: FloatArray, demand_mw: float) -> FloatArray:
    """Return log(1 + 1000 · share of the demand): 0 for nothing, about linear up to a thousandth."""
    result: FloatArray = np.log1p(1000.0 * mw / demand_mw)
    return result


def _signed_log_share(share: FloatArray) -> FloatArray:
    result: FloatArray = np.sign(share) * np.log1p(1000.0 * np.abs(share))
    return result
