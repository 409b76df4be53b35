"""The tree of what is fed through what, for one state of the switches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, depth_first_order

from grid.topology.arrays import NONE, BoolArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class FeedTree:
    """Hold the nodes in depth-first order from the sources, so that all behind a node is one range.

    Attributes:
        order: the fed nodes, each before all that it feeds.
        position: where each node stands in ``order``; ``NONE`` if no closed path leads to a source.
        end: per node the end of the range of positions that it feeds, itself the first.
        parent: the node each node is fed from; ``NONE`` for sources and nodes not fed.
        entry: the edge each node is fed through; likewise.
        far_end: per edge the node it feeds; ``NONE`` if it feeds none: open, not fed, or closing a loop.
        is_loop: per edge whether it is closed, fed at both ends and not part of the tree.
    """

    order: IntArray
    position: IntArray
    end: IntArray
    parent: IntArray
    entry: IntArray
    far_end: IntArray
    is_loop: BoolArray


def components(node_count: int, start: IntArray, end: IntArray) -> IntArray:
    """Return per node the number of the component that some edges make it part of."""
    graph = coo_matrix((np.ones(len(start), dtype=np.int32), (start, end)), shape=(node_count, node_count))
    _, label = connected_components(graph.tocsr(), directed=False)
    return label.astype(np.int64)


def feed(
    *, node_count: int, start: IntArray, end: IntArray, is_closed: BoolArray, sources: IntArray
) -> FeedTree:
    """Return how the sources feed the nodes through closed edges.

    In a loop each node is fed by a way of the fewest edges.

    Args:
        node_count: number of nodes.
        start: one end of each edge.
        end: its other end.
        is_closed: whether it conducts.
        sources: nodes under voltage by themselves.
    """
    root = node_count  # one node above all sources makes one tree of them
    closed = np.flatnonzero(is_closed & (start != end))
    a = np.concatenate([start[closed], np.full(len(sources), root)])
    b = np.concatenate([end[closed], sources])
    graph = coo_matrix((np.ones(len(a), dtype=np.int8), (a, b)), shape=(root + 1, root + 1)).tocsr()
    graph.data[:] = 1  # parallel edges were added up, in a type that they may overflow
    reached, above = breadth_first_order(graph, root, directed=False, return_predecessors=True)
    below = reached[1:]
    tree = coo_matrix(
        (np.ones(len(below), dtype=np.int8), (above[below], below)), shape=(root + 1, root + 1)
    ).tocsr()
    order = depth_first_order(tree, root, directed=True, return_predecessors=False).astype(np.int64)[1:]

    position = np.full(root, NONE, dtype=np.int64)
    position[order] = np.arange(len(order))
    parent = np.full(root, NONE, dtype=np.int64)
    parent[order] = above[order]
    parent[parent == root] = NONE
    entry, far_end = _edges_of_tree(parent, start, end, closed)
    is_loop = np.zeros(len(start), dtype=np.bool_)
    is_loop[closed] = (position[start[closed]] != NONE) & (far_end[closed] == NONE)
    return FeedTree(
        order=order,
        position=position,
        end=_ends(order, parent, position),
        parent=parent,
        entry=entry,
        far_end=far_end,
        is_loop=is_loop,
    )


def _edges_of_tree(
    parent: IntArray, start: IntArray, end: IntArray, closed: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the edge into each node and the node behind each edge; of parallel edges the first counts."""
    entry = np.full(len(parent), NONE, dtype=np.int64)
    far_end = np.full(len(start), NONE, dtype=np.int64)
    for near, far in ((start, end), (end, start)):
        feeds = closed[parent[far[closed]] == near[closed]][::-1]
        better = np.full(len(parent), len(start), dtype=np.int64)
        better[far[feeds]] = feeds  # written in descending order: the first edge stays
        found = better < np.where(entry == NONE, len(start), entry)
        entry[found] = better[found]
    fed = np.flatnonzero(entry != NONE)
    far_end[entry[fed]] = fed
    return entry, far_end


def _ends(order: IntArray, parent: IntArray, position: IntArray) -> IntArray:
    """Return the end of each node's range of positions, from the sizes of what each feeds."""
    size = [1] * len(order)
    up = np.where(parent[order] == NONE, NONE, position[parent[order]]).tolist()
    for at in range(len(order) - 1, -1, -1):
        if up[at] != NONE:
            size[up[at]] += size[at]
    end = np.zeros(len(parent), dtype=np.int64)
    end[order] = np.arange(len(order)) + np.array(size, dtype=np.int64)
    return end
