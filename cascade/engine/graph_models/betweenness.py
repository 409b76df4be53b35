"""Betweenness of every node of a small graph, without a compiled library."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.powerflow.arrays import FloatArray, IntArray

SOURCES_AT_ONCE = 64
"""Nodes whose shortest paths are followed together; memory grows with their number times the nodes."""


@dataclass(frozen=True, eq=False)
class _Neighbours:
    """Hold the neighbours of node n at ``target[first[n] : first[n + 1]]``."""

    first: IntArray
    target: IntArray


def betweenness(*, n_nodes: int, edge_from: IntArray, edge_to: IntArray) -> FloatArray:
    """Return how many pairs of other nodes have their shortest path through each node.

    A pair with several shortest paths is shared out evenly among them (Freeman), each pair counts once, and
    parallel edges are one edge. Takes nodes times edges.

    Source: Brandes, "A faster algorithm for betweenness centrality", J. Math. Sociol. 25(2), 2001; here for
    many sources side by side, level by level.
    """
    total = np.zeros(n_nodes)
    near = _neighbours(n_nodes, edge_from, edge_to)
    for start in range(0, n_nodes, SOURCES_AT_ONCE):
        total += _dependency(n_nodes, near, np.arange(start, min(start + SOURCES_AT_ONCE, n_nodes)))
    return total / 2.0  # each pair was met from both of its ends


def _neighbours(n_nodes: int, edge_from: IntArray, edge_to: IntArray) -> _Neighbours:
    pair = np.unique(np.concatenate([edge_from * n_nodes + edge_to, edge_to * n_nodes + edge_from]))
    count = np.bincount(pair // n_nodes, minlength=n_nodes)
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return _Neighbours(first, pair % n_nodes)


def _dependency(n_nodes: int, near: _Neighbours, sources: IntArray) -> FloatArray:
    """Return the sum of the dependencies of some sources on every node, a source's on itself left out.

    A cell is a source and a node, at position of the source times nodes plus node.
    """
    begin = np.arange(len(sources), dtype=np.int64) * n_nodes + sources
    paths = np.zeros(len(sources) * n_nodes)
    level = np.full(len(paths), -1, dtype=np.int32)
    paths[begin], level[begin] = 1.0, 0
    steps: list[tuple[IntArray, IntArray]] = []
    cells, depth = begin, 0
    while len(cells):
        depth += 1
        before, after = _outward(n_nodes, near, cells)
        open_ = level[after] < 0
        before, after = before[open_], after[open_]
        level[after] = depth
        np.add.at(paths, after, paths[before])
        steps.append((before, after))
        fresh = after[np.argsort(after, kind="stable")]
        cells = fresh[np.concatenate([[True], fresh[1:] != fresh[:-1]])] if len(fresh) else fresh
    share = np.zeros(len(paths))
    for before, after in reversed(steps):
        np.add.at(share, before, paths[before] / paths[after] * (1.0 + share[after]))
    share[begin] = 0.0
    total: FloatArray = share.reshape(len(sources), n_nodes).sum(axis=0)
    return total


def _outward(n_nodes: int, near: _Neighbours, cells: IntArray) -> tuple[IntArray, IntArray]:
    """Return every step from a cell to a neighbour of its node: the cells it leads from, and to."""
    node = cells % n_nodes
    count = near.first[node + 1] - near.first[node]
    before = np.repeat(cells, count)
    within = np.arange(len(before)) - np.repeat(np.cumsum(count) - count, count)
    target = near.target[np.repeat(near.first[node], count) + within]
    return before, before - before % n_nodes + target
