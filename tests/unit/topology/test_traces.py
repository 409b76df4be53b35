"""Traces, losses, islands and loops against networkx on random networks, and one network by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.topology import Network, build_network
from grid.topology.loops import LoopKind, islands_of, loops_of
from grid.topology.supply import lost_without
from grid.topology.tracing import Start, TraceKind, trace
from tests.unit.topology.random_networks import Edge, Rows, networks
from tests.unit.topology.test_tracing import edge_names, edge_of, edge_path, names

ROOT = "ROOT"


def start_at(network: Network, edge_id: str) -> Start:
    return Start(edges=np.array([edge_of(network, edge_id)]))


def merged_graph(rows: Rows) -> nx.Graph:
    """Return the closed edges with a node amid each, all substations as one node."""
    graph = nx.Graph()
    graph.add_node(ROOT)
    for edge in rows.edges:
        if not edge.is_open:
            for end in (edge.start, edge.end):
                graph.add_edge(ROOT if end in rows.substations else end, ("edge", edge.id))
    return graph


def on_some_way(rows: Rows, node: str) -> set[str]:
    """Return the edges on simple paths from the substations to a node, by biconnected components."""
    graph = merged_graph(rows)
    if node not in graph or not nx.has_path(graph, ROOT, node):
        return set()
    path = {frozenset(pair) for pair in nx.utils.pairwise(nx.shortest_path(graph, ROOT, node))}
    found: set[str] = set()
    for block in nx.biconnected_component_edges(graph):
        pairs = {frozenset(pair) for pair in block}
        if pairs & path:
            found |= {end[1] for pair in pairs for end in pair if isinstance(end, tuple)}
    return found


@settings(deadline=None, max_examples=60)
@given(networks(loops=True))
def test_upstream_is_every_way_from_a_source(rows: Rows) -> None:
    network = build_network(rows.columns())

    for node in set(rows.transformers.values()) - set(rows.substations):
        found = trace(
            network, Start(nodes=np.array([network.arrays.nodes.position(node)])), TraceKind.UPSTREAM
        )
        assert set(edge_names(network, found.edges)) == on_some_way(rows, node)


@settings(deadline=None, max_examples=60)
@given(networks())
def test_the_way_to_the_source_is_the_path(rows: Rows) -> None:
    network = build_network(rows.columns())

    for node in set(rows.transformers.values()):
        found = trace(
            network, Start(nodes=np.array([network.arrays.nodes.position(node)])), TraceKind.TO_SOURCE
        )
        assert edge_names(network, found.edges) == (edge_path(rows, node) or [])
        is_fed = any(nx.has_path(rows.graph(), node, s) for s in rows.substations)
        assert len(found.sources) == int(is_fed)


@settings(deadline=None, max_examples=60)
@given(networks())
def test_downstream_holds_the_edges_and_transformers_that_only_it_feeds(rows: Rows) -> None:
    network = build_network(rows.columns())

    def live(without: str | None) -> set[str]:
        graph = rows.graph(without=without)
        nodes: set[str] = set().union(*(nx.node_connected_component(graph, s) for s in rows.substations))
        return {e.id for e in rows.edges if not e.is_open and e.start != e.end and {e.start, e.end} <= nodes}

    for edge in rows.edges:
        found = trace(network, start_at(network, edge.id), TraceKind.DOWNSTREAM)
        if edge.is_open:
            assert not len(found.edges)
            continue
        assert set(edge_names(network, found.edges)) == live(None) - live(edge.id)
        assert names(network, found.transformers) == rows.fed() - rows.fed(without=edge.id)


@settings(deadline=None, max_examples=60)
@given(networks(loops=True), st.data())
def test_what_is_lost_is_what_no_other_way_feeds(rows: Rows, data: st.DataObject) -> None:
    network = build_network(rows.columns())
    chosen = data.draw(st.sets(st.sampled_from(sorted(e.id for e in rows.edges)))) if rows.edges else set()
    failed = data.draw(st.sets(st.sampled_from(rows.substations)))
    edges = np.array([edge_of(network, each) for each in sorted(chosen)], dtype=np.int64)

    lost = lost_without(network, edges, network.arrays.nodes.positions(sorted(failed)))

    graph = rows.graph()
    graph.add_nodes_from(end for edge in rows.edges for end in (edge.start, edge.end))
    before: set[str] = set().union(*(nx.node_connected_component(graph, s) for s in rows.substations))
    for edge in rows.edges:
        if edge.id in chosen and graph.has_edge(edge.start, edge.end, edge.id):
            graph.remove_edge(edge.start, edge.end, edge.id)
    alive = set(rows.substations) - failed
    after: set[str] = set().union(*(nx.node_connected_component(graph, s) for s in alive))
    assert set(network.arrays.nodes.keys(lost)) == before - after


@settings(deadline=None, max_examples=60)
@given(networks(loops=True))
def test_what_is_connected_ends_at_open_switches_and_substations(rows: Rows) -> None:
    network = build_network(rows.columns())
    inner = rows.graph()
    inner.add_nodes_from(end for edge in rows.edges for end in (edge.start, edge.end))
    inner.remove_nodes_from(rows.substations)

    for edge in rows.edges:
        ends = {edge.start, edge.end} - set(rows.substations)
        if not ends:
            continue
        part: set[str] = set().union(*(nx.node_connected_component(inner, end) for end in ends))
        found = trace(network, start_at(network, edge.id), TraceKind.CONNECTED)
        ways = trace(network, start_at(network, edge.id), TraceKind.TO_OPEN_POINTS)

        touching = {e.id for e in rows.edges if not e.is_open and {e.start, e.end} & part}
        assert set(edge_names(network, found.edges)) == touching
        open_points = {e.id for e in rows.edges if e.is_open and {e.start, e.end} & part}
        assert set(network.arrays.switches.keys(found.open_switches)) == open_points
        assert set(network.arrays.switches.keys(ways.open_switches)) == open_points
        graph = inner.subgraph(part)
        wanted = 0
        for goal in {end for e in rows.edges if e.id in open_points for end in (e.start, e.end)} & part:
            # the way to each goal is among the edges found, by as few of them as there can be
            used = nx.MultiGraph()
            used.add_nodes_from(part)
            by_id = {e.id: e for e in rows.edges}
            for key in edge_names(network, ways.edges):
                used.add_edge(by_id[key].start, by_id[key].end)
            starts = [end for end in ends if nx.has_path(graph, end, goal)]
            shortest = min(nx.shortest_path_length(graph, end, goal) for end in starts)
            assert min(
                nx.shortest_path_length(used, end, goal) for end in starts if nx.has_path(used, end, goal)
            ) == shortest  # fmt: skip
            wanted += shortest
        assert len(ways.edges) <= wanted


@settings(deadline=None, max_examples=60)
@given(networks(loops=True))
def test_islands_are_the_components_without_a_substation(rows: Rows) -> None:
    network = build_network(rows.columns())
    graph = rows.graph()
    graph.add_nodes_from(end for edge in rows.edges for end in (edge.start, edge.end))

    expected = []
    standing = set(rows.transformers.values())
    live: set[str] = set().union(*(nx.node_connected_component(graph, s) for s in rows.substations))
    for part in nx.connected_components(graph):
        closed = {e.id for e in rows.edges if not e.is_open and e.start in part}
        if not part & set(rows.substations) and (closed or part & standing):
            units = {key for key, node in rows.transformers.items() if node in part}
            ways = {
                e.id for e in rows.edges if e.is_open and len({e.start, e.end} & part) == 1
                and {e.start, e.end} & live
            }  # fmt: skip
            expected.append((sorted(part), sorted(units), sorted(ways), sorted(closed)))
    found = [
        (
            sorted(network.arrays.nodes.keys(island.nodes)),
            sorted(network.arrays.transformers.keys(island.transformers)),
            sorted(network.arrays.switches.keys(island.open_switches)),
            sorted(edge_names(network, island.edges)),
        )
        for island in islands_of(network)
    ]
    assert sorted(found) == sorted(expected)


@settings(deadline=None, max_examples=60)
@given(networks(loops=True))
def test_loops_hold_every_edge_that_is_no_bridge(rows: Rows) -> None:
    network = build_network(rows.columns())
    loops = loops_of(network)

    graph = nx.MultiGraph()
    for edge in rows.edges:
        if not edge.is_open and edge.start != edge.end:
            ends = [ROOT if end in rows.substations else end for end in (edge.start, edge.end)]
            graph.add_edge(*ends, key=edge.id)
    split = nx.Graph()
    for a, b, key in graph.edges(keys=True):
        if a == b:  # from one substation to another: a ring through the root
            nx.add_path(split, [a, (key, 1), (key, 2), a])
        else:
            nx.add_path(split, [a, (key, 1), (key, 2), b])
    bridges = {frozenset(pair) for pair in nx.bridges(split)} if split.number_of_edges() else set()
    in_loop = {key for _, _, key in graph.edges(keys=True) if frozenset([(key, 1), (key, 2)]) not in bridges}
    found = {key for loop in loops for key in edge_names(network, loop.edges)}
    # edges that join two substations that hold the same ring are found with it
    assert found == in_loop
    surplus = graph.number_of_edges() - graph.number_of_nodes() + nx.number_connected_components(graph)
    assert len(loops) == (surplus if graph.number_of_nodes() else 0)
    for loop in loops:
        assert len(set(loop.edges.tolist())) == len(loop.edges)
        assert loop.edges[0] == loop.edge
        ring = edge_names(network, loop.edges)
        by_id = {e.id: e for e in rows.edges}
        ends = [
            ROOT if end in rows.substations else end for k in ring for end in (by_id[k].start, by_id[k].end)
        ]
        assert all(ends.count(end) == 2 for end in set(ends))


RING = Rows(
    ("SUB-0", "SUB-1"),
    (
        Edge("B0", "SUB-0", "a", "BREAKER"),
        Edge("L1", "a", "b"),
        Edge("S1", "b", "c", "SECTIONALIZER"),
        Edge("L2", "c", "d"),
        Edge("T1", "d", "y", "TIE", is_open=True),
        Edge("B1", "SUB-1", "x", "BREAKER"),
        Edge("L3", "x", "y"),
        Edge("L4", "p", "q"),
        Edge("T2", "q", "y", "TIE", is_open=True),
    ),
    {"X1": "b", "X2": "d", "X3": "y", "X4": "q"},
    {"M1": "X1", "M2": "X2", "M3": "X3"},
)
"""Two circuits with an open tie T1 between them, and a part p-q that nothing feeds."""


@pytest.mark.parametrize(
    ("kind", "edges", "transformers", "open_switches"),
    [
        (TraceKind.UPSTREAM, ["L2", "S1", "L1", "B0"], [], []),
        (TraceKind.TO_SOURCE, ["L2", "S1", "L1", "B0"], [], []),
        (TraceKind.DOWNSTREAM, ["L2"], ["X2"], []),
        (TraceKind.LOST_IF_OPENED, ["L2"], ["X2"], []),
        (TraceKind.TO_OPEN_POINTS, [], [], ["T1"]),
        (TraceKind.CONNECTED, ["L1", "L2", "B0", "S1"], ["X1", "X2"], ["T1"]),
    ],
)
def test_a_network_by_hand(
    kind: TraceKind, edges: list[str], transformers: list[str], open_switches: list[str]
) -> None:
    network = build_network(RING.columns())

    found = trace(network, start_at(network, "L2"), kind)

    assert edge_names(network, found.edges) == edges
    assert network.arrays.transformers.keys(found.transformers) == transformers
    assert network.arrays.switches.keys(found.open_switches) == open_switches


def test_a_closed_tie_feeds_from_both_sides_and_nothing_is_lost() -> None:
    network = build_network(RING.columns()).with_switches(closed=["T1"])

    (loop,) = loops_of(network)

    assert loop.kind is LoopKind.TWO_SOURCES
    assert set(edge_names(network, loop.edges)) == {"B0", "L1", "S1", "L2", "T1", "L3", "B1"}
    assert network.arrays.nodes.keys(loop.sources) == ["SUB-0", "SUB-1"]
    assert not len(trace(network, start_at(network, "S1"), TraceKind.LOST_IF_OPENED).transformers)
    everything = trace(network, start_at(network, "L1"), TraceKind.UPSTREAM)
    assert set(edge_names(network, everything.edges)) == {"B0", "L1", "S1", "L2", "T1", "L3", "B1"}
    assert network.arrays.nodes.keys(everything.sources) == ["SUB-0", "SUB-1"]


def test_kinds_of_loops() -> None:
    def kind_of(*more: Edge) -> list[LoopKind]:
        rows = Rows(RING.substations, (*RING.edges, *more), RING.transformers, {})
        return [loop.kind for loop in loops_of(build_network(rows.columns()))]

    assert kind_of(Edge("L9", "a", "d")) == [LoopKind.WITHIN_CIRCUIT]
    assert kind_of(Edge("B9", "SUB-0", "d", "BREAKER")) == [LoopKind.CIRCUITS_OF_ONE_SOURCE]
    assert kind_of(Edge("L9", "q", "p")) == [LoopKind.WITHOUT_SOURCE]
    assert kind_of() == []


def test_the_island_by_hand_has_one_way_in() -> None:
    network = build_network(RING.columns())

    (island,) = islands_of(network)

    assert network.arrays.transformers.keys(island.transformers) == ["X4"]
    assert network.arrays.switches.keys(island.open_switches) == ["T2"]


def test_a_trace_of_a_transformer_is_of_it_alone() -> None:
    network = build_network(RING.columns())
    unit = network.arrays.transformers.positions(["X2"])
    start = Start(nodes=network.arrays.transformer_node[unit], transformers=unit)

    for kind in (TraceKind.DOWNSTREAM, TraceKind.LOST_IF_OPENED):
        assert trace(network, start, kind).transformers.tolist() == unit.tolist()
    assert edge_names(network, trace(network, start, TraceKind.TO_SOURCE).edges) == ["L2", "S1", "L1", "B0"]
