"""What is behind a device and what feeds it, against networkx on random networks."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grid.topology import ISOLATING_KINDS, NONE, Network, build_network
from tests.unit.topology.random_networks import Rows, networks


def names(network: Network, transformers: np.ndarray) -> set[str]:
    found = network.arrays.transformers.keys(transformers)
    assert len(found) == len(set(found))
    return set(found)


def edge_of(network: Network, edge_id: str) -> int:
    section = network.arrays.sections.position(edge_id)
    if section != NONE:
        return section
    return len(network.arrays.sections) + network.arrays.switches.position(edge_id)


def edge_names(network: Network, edges: np.ndarray) -> list[str]:
    sections = len(network.arrays.sections)
    return [
        network.arrays.sections.key(e) if e < sections else network.arrays.switches.key(e - sections)
        for e in edges.tolist()
    ]


def edge_path(rows: Rows, node: str) -> list[str] | None:
    """Return the edges from a node to its substation by networkx, the nearest first."""
    graph = rows.graph()
    for substation in rows.substations:
        if nx.has_path(graph, node, substation):
            steps = nx.utils.pairwise(nx.shortest_path(graph, node, substation))
            return [next(iter(graph[a][b])) for a, b in steps]
    return None


@given(networks())
def test_behind_an_edge_is_what_loses_its_supply_without_it(rows: Rows) -> None:
    network = build_network(rows.columns())

    for edge in rows.edges:
        lost = rows.fed() - rows.fed(without=edge.id) if not edge.is_open else set()
        if edge.kind is None:
            found = network.behind_section(network.arrays.sections.position(edge.id))
        else:
            found = network.behind_switch(network.arrays.switches.position(edge.id))
        assert names(network, found) == lost


@given(networks())
def test_the_path_to_the_source_is_the_only_one(rows: Rows) -> None:
    network = build_network(rows.columns())

    for node in rows.transformers.values():
        path = network.path_to_source(network.arrays.nodes.position(node))
        assert edge_names(network, path) == (edge_path(rows, node) or [])


@given(networks())
def test_the_device_above_is_the_first_isolating_switch_on_the_path(rows: Rows) -> None:
    network = build_network(rows.columns())
    isolating = {edge.id for edge in rows.edges if edge.kind in ISOLATING_KINDS}

    for key, node in rows.transformers.items():
        device = network.device_above_transformer(network.arrays.transformers.position(key))
        on_path = [edge for edge in edge_path(rows, node) or [] if edge in isolating]
        assert (network.arrays.switches.key(device) if device != NONE else None) == next(iter(on_path), None)
        if len(on_path) > 1:
            above = network.device_above_switch(device)
            assert network.arrays.switches.key(above) == on_path[1]


@given(networks(), st.data())
def test_the_common_device_is_the_deepest_with_all_behind_it(rows: Rows, data: st.DataObject) -> None:
    network = build_network(rows.columns())
    some = data.draw(st.sets(st.sampled_from(sorted(rows.transformers)), min_size=1))

    device = network.common_device(network.arrays.transformers.positions(sorted(some)))

    behind = {
        edge.id: rows.fed() - rows.fed(without=edge.id)
        for edge in rows.edges
        if edge.kind in ISOLATING_KINDS and not edge.is_open
    }
    holding = [edge_id for edge_id, lost in behind.items() if some <= lost]
    if device == NONE:
        assert not holding
    else:
        found = network.arrays.switches.key(device)
        assert found in holding
        depth = {
            edge_id: len(
                network.path_to_source(network.node_behind(network.arrays.switches.position(edge_id)))
            )
            for edge_id in holding
        }
        assert depth[found] == max(depth.values())


@given(networks())
def test_meters_and_customers_follow_their_transformers(rows: Rows) -> None:
    network = build_network(rows.columns())

    for key in rows.transformers:
        position = network.arrays.transformers.positions([key])
        meters = {meter for meter, transformer in rows.meters.items() if transformer == key}
        assert set(network.arrays.meters.keys(network.meters_of(position))) == meters
        assert network.customers_of(position) == len(meters)


@given(networks(loops=True))
def test_loops_feed_every_connected_node_by_a_shortest_way_and_are_reported(rows: Rows) -> None:
    network = build_network(rows.columns())

    fed = {
        key
        for key, node in rows.transformers.items()
        if network.tree.position[network.arrays.nodes.position(node)] != NONE
    }
    assert fed == rows.fed()
    graph = rows.graph()
    live: set[str] = set()
    for part in nx.connected_components(graph):
        sources = [s for s in rows.substations if s in part]
        if not sources:
            continue
        live |= part
        away = nx.multi_source_dijkstra_path_length(graph, set(sources), weight=lambda *_: 1)
        for node in part:
            assert len(network.path_to_source(network.arrays.nodes.position(node))) == away[node]
    in_tree = len(live) - len(rows.substations)
    surplus = graph.subgraph(live).number_of_edges() - in_tree
    loops = network.problems.get("CLOSES_LOOP", ())
    assert len(loops) == surplus


@given(networks(), st.data())
def test_a_switch_in_another_position_is_as_if_it_had_been_built_so(rows: Rows, data: st.DataObject) -> None:
    switches = sorted(edge.id for edge in rows.edges if edge.kind is not None and not edge.is_open)
    opened = data.draw(st.sets(st.sampled_from(switches))) if switches else set()
    network = build_network(rows.columns()).with_switches(opened=opened)

    changed = Rows(
        rows.substations,
        tuple(
            type(e)(e.id, e.start, e.end, e.kind, e.is_open or e.id in opened) for e in rows.edges
        ),
        rows.transformers,
        rows.meters,
    )  # fmt: skip

    not_fed = set(network.problems.get("NOT_FED", ()))
    assert not_fed == set(rows.transformers) - changed.fed()
