"""The graph of an outage: the branches most in danger by the trees, and what each would do to the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.ml.boosting import TreeEnsemble
from cascade.ml.outage_sets import PreparedState
from cascade.ml.propagation_features import OutageView
from cascade.ml.tree_walk import tree_sums
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

MOST_NODES = 400
"""Branches of a graph; those with less danger keep what the trees say."""
MOST_SOURCES = 64
"""Branches, those most in danger, whose loss others hear of."""
TARGETS = 12
"""Branches that hear of each."""
LINK_FEATURES = ("push", "factor", "limit_ratio_log", "loading_of_source", "loading_of_target")


@dataclass(frozen=True, eq=False, kw_only=True)
class OutageGraph:
    """Hold the graph of one outage.

    Attributes:
        node: positions of the nodes among the open branches of the view, ascending.
        x: features of the nodes; their last column is what the trees say.
        link_from: node that would go out, per link.
        link_to: node that it would load.
        link_x: features of the links, columns :data:`LINK_FEATURES`.
        node_bus: the two buses of each node, counted from 0, shape (nodes, 2).
        tripped: whether each node tripped later; all false where not known.
    """

    node: IntArray
    x: FloatArray
    link_from: IntArray
    link_to: IntArray
    link_x: FloatArray
    node_bus: IntArray
    tripped: BoolArray


def graph_of(
    prepared: PreparedState, view: OutageView, trees: TreeEnsemble, tripped: BoolArray | None = None
) -> tuple[OutageGraph, FloatArray]:
    """Return the graph of an outage, and what the trees say of every open branch."""
    topology, base = prepared.topology, prepared.base
    said = tree_sums(trees, view.x)
    order = np.argsort(-said, kind="stable")
    node = np.sort(order[:MOST_NODES])
    branch = view.branch[node]
    hot = np.flatnonzero(np.isin(node, order[:MOST_SOURCES]))
    limit, flow = base.limit_mva[branch], np.abs(base.flow_mw[branch])
    factor = np.abs(topology.lodf[branch[hot]][:, branch]).astype(np.float64)
    factor[np.arange(len(hot)), hot] = 0.0
    push = factor * flow[hot][:, None] / limit[None, :]
    count = min(TARGETS, len(node))
    target = np.argsort(-push, axis=1, kind="stable")[:, :count] if len(hot) else np.empty((0, 0), np.int64)
    source = np.repeat(np.arange(len(hot)), target.shape[1])
    to = target.ravel()
    real = push[source, to] > 0.0
    source, to = source[real], to[real]
    loading = np.minimum(view.loading[node], 5.0)
    link_x = np.column_stack(
        [
            np.log1p(push[source, to]),
            np.minimum(factor[source, to], 2.0),
            np.clip(np.log(limit[to] / limit[hot[source]]), -5.0, 5.0),
            loading[hot[source]],
            loading[to],
        ]
    )
    ends = np.column_stack([topology.network.branch_from[branch], topology.network.branch_to[branch]])
    _, local = np.unique(ends, return_inverse=True)
    graph = OutageGraph(
        node=node,
        x=np.column_stack([view.x[node], said[node]]),
        link_from=hot[source],
        link_to=to,
        link_x=link_x,
        node_bus=local.reshape(ends.shape).astype(np.int64),
        tripped=np.zeros(len(node), dtype=np.bool_) if tripped is None else tripped[node],
    )
    return graph, said
