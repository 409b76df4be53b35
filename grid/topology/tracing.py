"""Traces from any place of the network: up, down, to open points, and what loses supply."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order

from grid.topology.arrays import NONE, IntArray
from grid.topology.loops import blocks_of, source_of
from grid.topology.network import Network
from grid.topology.supply import NOTHING, behind, lost_without, transformers_at


class TraceKind(StrEnum):
    """Where a trace goes."""

    UPSTREAM = "UPSTREAM"
    """Every section and switch on some way from a source: more than one way where there is a loop."""
    TO_SOURCE = "TO_SOURCE"
    """The way of the fewest sections and switches to the source, the nearest first."""
    DOWNSTREAM = "DOWNSTREAM"
    """Everything that is fed through it."""
    TO_OPEN_POINTS = "TO_OPEN_POINTS"
    """The ways to every open switch at which its part of the network ends."""
    CONNECTED = "CONNECTED"
    """All that closed switches join it to, short of the substations' other circuits."""
    LOST_IF_OPENED = "LOST_IF_OPENED"
    """All that loses supply if it opens or fails; what another closed way feeds stays."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Start:
    """Say where a trace begins.

    Attributes:
        edges: the sections and switches it begins at.
        nodes: the nodes it begins at, if it begins at no edge.
        transformers: the transformers it is about, if it is about no more than these.
    """

    edges: IntArray = field(default_factory=lambda: NOTHING)
    nodes: IntArray = field(default_factory=lambda: NOTHING)
    transformers: IntArray = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, eq=False, kw_only=True)
class Trace:
    """Hold what a trace found.

    Attributes:
        edges: sections and switches; of ways the nearest to the start first, else in feeding order.
        transformers: in feeding order where they are fed.
        open_switches: open switches at which it ends.
        sources: nodes of the sources that it leads to.
    """

    edges: IntArray = field(default_factory=lambda: NOTHING)
    transformers: IntArray = field(default_factory=lambda: NOTHING)
    open_switches: IntArray = field(default_factory=lambda: NOTHING)
    sources: IntArray = field(default_factory=lambda: NOTHING)


def circuit_heads(network: Network, edge_circuit: IntArray, circuit: int) -> IntArray:
    """Return the closed edges through which a circuit's record says that it begins at a source."""
    arrays = network.arrays
    own = np.flatnonzero((edge_circuit == circuit) & network.is_closed)
    fed = network.tree.far_end[own]
    at_head = (fed != NONE) & np.isin(network.tree.parent[fed], arrays.sources)
    heads: IntArray = own[at_head]
    return heads


def trace(network: Network, start: Start, kind: TraceKind) -> Trace:
    """Return what a trace finds in a network's present state."""
    if kind is TraceKind.UPSTREAM or kind is TraceKind.TO_SOURCE:
        return _up(network, start, every_way=kind is TraceKind.UPSTREAM)
    if kind is TraceKind.DOWNSTREAM:
        return _down(network, start)
    if kind is TraceKind.LOST_IF_OPENED:
        return _lost(network, start)
    return _joined(network, start, only_ways=kind is TraceKind.TO_OPEN_POINTS)


def _up(network: Network, start: Start, *, every_way: bool) -> Trace:
    tree = network.tree
    found: list[int] = []
    sources = []
    for node in _fed_ends(network, start):
        path = network.path_to_source(node)
        found += (blocks_of(network, path) if every_way else path).tolist()
        sources.append(source_of(tree, node))
    edges = np.array(list(dict.fromkeys(found)), dtype=np.int64)
    if every_way and len(edges):
        arrays = network.arrays
        edges = edges[np.argsort(-tree.position[arrays.edge_end[edges]], kind="stable")]
        ends = np.concatenate([arrays.edge_start[edges], arrays.edge_end[edges]])
        sources += np.intersect1d(ends, arrays.sources).tolist()
    return Trace(edges=edges, sources=np.unique(np.array(sources, dtype=np.int64)))


def _fed_ends(network: Network, start: Start) -> list[int]:
    """Return the fed nodes that ways up begin at: behind an edge that feeds one, else at both of its ends."""
    arrays, tree = network.arrays, network.tree
    nodes = start.nodes.tolist()
    for edge in start.edges.tolist():
        far = int(tree.far_end[edge])
        nodes += [far] if far != NONE else [int(arrays.edge_start[edge]), int(arrays.edge_end[edge])]
    return [node for node in dict.fromkeys(nodes) if tree.position[node] != NONE]


def _down(network: Network, start: Start) -> Trace:
    if len(start.transformers):
        return Trace(transformers=start.transformers)
    tree = network.tree
    far = tree.far_end[start.edges]
    nodes = behind(network, np.concatenate([far[far != NONE], start.nodes]))
    return _of_nodes(network, nodes)


def _lost(network: Network, start: Start) -> Trace:
    if len(start.transformers):
        return Trace(transformers=start.transformers)
    sources = start.nodes[np.isin(start.nodes, network.arrays.sources)]
    return _of_nodes(network, lost_without(network, start.edges, sources))


def _of_nodes(network: Network, nodes: IntArray) -> Trace:
    """Return fed nodes with the edges that feed them and their transformers, in feeding order."""
    entry = network.tree.entry[nodes]
    return Trace(edges=entry[entry != NONE], transformers=network.at_nodes(nodes))


def _joined(network: Network, start: Start, *, only_ways: bool) -> Trace:
    """Return the part of the network that the start belongs to, or the ways in it to where it ends."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    ends = np.concatenate([start.nodes, arrays.edge_start[start.edges], arrays.edge_end[start.edges]])
    ends = np.unique(ends)
    begin = ends if bool(np.isin(ends, arrays.sources).all()) else ends[~np.isin(ends, arrays.sources)]
    if bool(np.isin(begin, arrays.sources).all()):  # of a source all that its closed edges lead to
        leads = network.is_closed & (np.isin(arrays.edge_start, begin) | np.isin(arrays.edge_end, begin))
        inner = np.unique(np.concatenate([arrays.edge_start[leads], arrays.edge_end[leads]]))
        wanted = np.unique(network.part[np.concatenate([begin, inner[~np.isin(inner, arrays.sources)]])])
    else:
        wanted = np.unique(network.part[begin])
    is_in = np.isin(network.part, wanted)
    touches = is_in[arrays.edge_start] | is_in[arrays.edge_end]
    edges = np.flatnonzero(network.is_closed & touches)
    switches = np.flatnonzero(network.is_open & touches[sections:])
    sources = np.intersect1d(
        np.concatenate([arrays.edge_start[edges], arrays.edge_end[edges]]), arrays.sources
    )
    if not only_ways:
        nodes = np.flatnonzero(is_in)
        units = transformers_at(network, nodes)
        return Trace(edges=edges, transformers=units, open_switches=switches, sources=sources)
    outward = np.concatenate([arrays.edge_start[sections + switches], arrays.edge_end[sections + switches]])
    goals = np.unique(outward[is_in[outward]])
    return Trace(edges=_ways(network, edges, begin, goals), open_switches=switches)


def _ways(network: Network, edges: IntArray, begin: IntArray, goals: IntArray) -> IntArray:
    """Return the edges on ways of the fewest edges from some nodes to others, the nearest first."""
    arrays = network.arrays
    others = np.setdiff1d(arrays.sources, begin)  # no way leads through a substation
    edges = edges[~np.isin(arrays.edge_start[edges], others) & ~np.isin(arrays.edge_end[edges], others)]
    nodes = np.unique(np.concatenate([arrays.edge_start[edges], arrays.edge_end[edges], begin, goals]))
    root = len(nodes)
    a = np.concatenate([np.searchsorted(nodes, arrays.edge_start[edges]), np.full(len(begin), root)])
    b = np.concatenate([np.searchsorted(nodes, arrays.edge_end[edges]), np.searchsorted(nodes, begin)])
    graph = coo_matrix((np.ones(len(a), dtype=np.int64), (a, b)), shape=(root + 1, root + 1)).tocsr()
    order, above = breadth_first_order(graph, root, directed=False, return_predecessors=True)
    is_on_way = np.zeros(root + 1, dtype=np.bool_)
    is_on_way[np.searchsorted(nodes, goals)] = True
    for node in order[:0:-1].tolist():  # from the farthest back
        if is_on_way[node]:
            is_on_way[above[node]] = True
    depth = np.full(root + 1, root + 1, dtype=np.int64)
    depth[order] = np.arange(len(order))
    low, high = a[: len(edges)], b[: len(edges)]
    swap = depth[low] > depth[high]
    low, high = np.where(swap, high, low), np.where(swap, low, high)
    used = is_on_way[high] & (above[high] == low)
    chosen, first = np.unique(high[used], return_index=True)  # of parallel edges the first counts
    found: IntArray = edges[used][first][np.argsort(depth[chosen], kind="stable")]
    return found
