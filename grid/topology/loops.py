"""Loops of closed edges, and parts without a source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from grid.topology.arrays import NONE, IntArray
from grid.topology.feeding import FeedTree, components, feed
from grid.topology.network import Network
from grid.topology.supply import is_fed


class LoopKind(StrEnum):
    """What a loop joins."""

    WITHIN_CIRCUIT = "WITHIN_CIRCUIT"
    """It closes below one head: two ways from there."""
    CIRCUITS_OF_ONE_SOURCE = "CIRCUITS_OF_ONE_SOURCE"
    """It joins two circuits, or two heads, of one substation."""
    TWO_SOURCES = "TWO_SOURCES"
    """It joins two substations."""
    WITHOUT_SOURCE = "WITHOUT_SOURCE"
    """It is in a part that nothing feeds."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Loop:
    """One ring of closed edges.

    Attributes:
        edge: the edge left out of the tree, which closes it.
        edges: the ring, that edge first.
        sources: the nodes of the sources that it joins, or that feed it; none if nothing feeds it.
        kind: what it joins.
    """

    edge: int
    edges: IntArray
    sources: IntArray
    kind: LoopKind


@dataclass(frozen=True, eq=False, kw_only=True)
class Island:
    """A part that no closed path joins to a source.

    Attributes:
        nodes: its nodes.
        edges: its closed edges.
        transformers: the transformers in it.
        open_switches: open switches that lead out of it to what is fed.
    """

    nodes: IntArray
    edges: IntArray
    transformers: IntArray
    open_switches: IntArray


def loops_of(network: Network) -> list[Loop]:
    """Return a ring for each closed edge that makes one: together they hold every edge of every loop."""
    arrays = network.arrays
    found = [_loop(network, network.tree, edge, LoopKind.WITHIN_CIRCUIT) for edge in _closing(network.tree)]
    unfed = np.flatnonzero(~is_fed(network))
    if not len(unfed):
        return found
    is_unfed = np.zeros(len(arrays.nodes), dtype=np.bool_)
    is_unfed[unfed] = True
    closed = network.is_closed & is_unfed[arrays.edge_start] & is_unfed[arrays.edge_end]
    if not closed.any():
        return found
    label = components(len(arrays.nodes), arrays.edge_start[closed], arrays.edge_end[closed])
    _, first = np.unique(label[unfed], return_index=True)
    tree = feed(
        node_count=len(arrays.nodes),
        start=arrays.edge_start,
        end=arrays.edge_end,
        is_closed=closed,
        sources=unfed[first],
    )
    return found + [_loop(network, tree, edge, LoopKind.WITHOUT_SOURCE) for edge in _closing(tree)]


def islands_of(network: Network) -> list[Island]:
    """Return the parts without a source that hold a section, a closed switch or a transformer, largest first.

    A node where only an open switch ends is no part.
    """
    arrays = network.arrays
    fed = is_fed(network)
    closed = np.flatnonzero(network.is_closed & ~fed[arrays.edge_start])
    label = components(len(arrays.nodes), arrays.edge_start[closed], arrays.edge_end[closed])
    standing = np.flatnonzero(~fed[arrays.transformer_node])
    wanted = np.unique(
        np.concatenate([label[arrays.edge_start[closed]], label[arrays.transformer_node[standing]]])
    )
    if not len(wanted):
        return []
    nodes = np.flatnonzero(~fed)
    nodes_by = _grouped(label[nodes], nodes, wanted)
    edges_by = _grouped(label[arrays.edge_start[closed]], closed, wanted)
    units_by = _grouped(label[arrays.transformer_node[standing]], standing, wanted)
    start, end = arrays.edge_start[len(arrays.sections) :], arrays.edge_end[len(arrays.sections) :]
    ways = np.flatnonzero(network.is_open & (fed[start] != fed[end]))
    dark_end = np.where(fed[start[ways]], end[ways], start[ways])
    ways_by = _grouped(label[dark_end], ways, wanted)
    islands = [
        Island(nodes=n, edges=e, transformers=t, open_switches=w)
        for n, e, t, w in zip(nodes_by, edges_by, units_by, ways_by, strict=True)
    ]
    return sorted(islands, key=lambda island: (-len(island.transformers), -len(island.edges)))


def blocks_of(network: Network, path: IntArray) -> IntArray:
    """Return every edge on some way from the sources to the end of a path of the tree, that path among them.

    Two ways that part and meet again make a loop; loops that share an edge belong together. A way to the end
    of the path passes through exactly those groups of loops of which the path holds an edge.
    """
    found = set(path.tolist())
    rings = [set(_ring(network, network.tree, edge)) for edge in _closing(network.tree)]
    grew = True
    while grew and rings:
        touching = [ring for ring in rings if ring & found]
        grew = bool(touching)
        rings = [ring for ring in rings if not ring & found]
        for ring in touching:
            found |= ring
    return np.array(sorted(found), dtype=np.int64)


def head_of(tree: FeedTree, node: int) -> int:
    """Return the first edge on the way to a node, ``NONE`` if it is a source or not fed."""
    edge = NONE
    while node != NONE and (entry := int(tree.entry[node])) != NONE:
        edge, node = entry, int(tree.parent[node])
    return edge


def _closing(tree: FeedTree) -> list[int]:
    return [int(edge) for edge in np.flatnonzero(tree.is_loop)]


def _ring(network: Network, tree: FeedTree, edge: int) -> list[int]:
    """Return the edges of the ring that an edge closes, itself first; it may lead through two sources."""
    there = _way(tree, int(network.arrays.edge_start[edge]))
    back = _way(tree, int(network.arrays.edge_end[edge]))
    while there and back and there[-1] == back[-1]:
        there.pop()
        back.pop()
    return [edge, *there, *reversed(back)]


def _way(tree: FeedTree, node: int) -> list[int]:
    edges = []
    while (edge := int(tree.entry[node])) != NONE:
        edges.append(edge)
        node = int(tree.parent[node])
    return edges


def source_of(tree: FeedTree, node: int) -> int:
    """Return the source that a node is fed from."""
    while (above := int(tree.parent[node])) != NONE:
        node = above
    return node


def _loop(network: Network, tree: FeedTree, edge: int, kind: LoopKind) -> Loop:
    start, end = int(network.arrays.edge_start[edge]), int(network.arrays.edge_end[edge])
    sources: IntArray = np.empty(0, dtype=np.int64)
    if kind is not LoopKind.WITHOUT_SOURCE:
        sources = np.unique(np.array([source_of(tree, start), source_of(tree, end)], dtype=np.int64))
        if len(sources) > 1:
            kind = LoopKind.TWO_SOURCES
        elif head_of(tree, start) != head_of(tree, end):
            kind = LoopKind.CIRCUITS_OF_ONE_SOURCE
    ring = np.array(_ring(network, tree, edge), dtype=np.int64)
    return Loop(edge=edge, edges=ring, sources=sources, kind=kind)


def _grouped(label: IntArray, values: IntArray, wanted: IntArray) -> list[IntArray]:
    """Return the values of each wanted label."""
    order = np.argsort(label, kind="stable")
    lo = np.searchsorted(label[order], wanted, side="left")
    hi = np.searchsorted(label[order], wanted, side="right")
    return [values[order[a:b]] for a, b in zip(lo.tolist(), hi.tolist(), strict=True)]
