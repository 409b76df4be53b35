"""What loses supply if a node goes: the nodes that every path from a source to them leads through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade.engine.centrality.graph import GridGraph
from cascade.engine.native.compile import kernel
from grid.powerflow.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Separation:
    """Hold what hangs on each node.

    Attributes:
        downstream_nodes: nodes that no source reaches any more without it, itself not counted.
        downstream_customers: customers at it and at those; NaN where none of them has known customers.
        is_fed: whether a source reaches it.
    """

    downstream_nodes: IntArray
    downstream_customers: FloatArray
    is_fed: Any


def separate(graph: GridGraph) -> Separation:
    """Return what loses supply if each node goes, all at once in one walk.

    All sources are joined to one root. A node cuts those subtrees of a depth-first tree off that have no
    edge to above it (Tarjan, "Depth-first search and linear graph algorithms", *SIAM J. Comput.* 1, 1972).
    """
    n = graph.n_nodes
    sources = np.flatnonzero(graph.is_source)
    start = np.concatenate([graph.edge_start, np.full(len(sources), n)])
    end = np.concatenate([graph.edge_end, sources])
    ends = np.concatenate([start, end])
    order = np.argsort(ends, kind="stable")
    neighbour = np.concatenate([end, start])[order]
    first = np.searchsorted(ends[order], np.arange(n + 2))
    known = ~np.isnan(graph.customers)
    nodes, customers, n_known, seen = _walk(
        first, neighbour, np.where(known, graph.customers, 0.0), known.astype(np.int64), n
    )
    return Separation(
        downstream_nodes=nodes[:n],
        downstream_customers=np.where(n_known[:n] > 0, customers[:n], np.nan),
        is_fed=seen[:n] >= 0,
    )


@kernel
def _walk(first: Any, neighbour: Any, customers: Any, known: Any, root: int) -> Any:
    n = root + 1
    number = np.full(n, -1, np.int64)
    low = np.zeros(n, np.int64)
    parent = np.full(n, -1, np.int64)
    upcoming = first[:n].copy()
    under = np.ones(n, np.int64)  # sizes of subtrees
    under_customers = np.zeros(n)
    under_known = np.zeros(n, np.int64)
    cut = np.zeros(n, np.int64)
    cut_customers = np.zeros(n)
    cut_known = np.zeros(n, np.int64)
    for node in range(root):
        under_customers[node] = customers[node]
        under_known[node] = known[node]
        cut_customers[node] = customers[node]
        cut_known[node] = known[node]
    stack = np.empty(n, np.int64)
    stack[0] = root
    depth, counter = 1, 1
    number[root] = 0
    while depth > 0:
        node = stack[depth - 1]
        if upcoming[node] < first[node + 1]:
            other = neighbour[upcoming[node]]
            upcoming[node] += 1
            if number[other] < 0:
                number[other] = low[other] = counter
                counter += 1
                parent[other] = node
                stack[depth] = other
                depth += 1
            elif other != parent[node]:
                low[node] = min(low[node], number[other])
            continue
        depth -= 1
        above = parent[node]
        if above < 0:
            continue
        low[above] = min(low[above], low[node])
        under[above] += under[node]
        under_customers[above] += under_customers[node]
        under_known[above] += under_known[node]
        if low[node] >= number[above]:
            cut[above] += under[node]
            cut_customers[above] += under_customers[node]
            cut_known[above] += under_known[node]
    return cut, cut_customers, cut_known, number
