"""The closed network is a forest rooted at the substations; open ties are its only loops."""

import networkx as nx
import pandas as pd
import pytest

from tests.unit.forge.network import Frames, closed_graph


@pytest.fixture(scope="module")
def graph(frames: Frames) -> nx.DiGraph:
    return closed_graph(frames)


def substations_with_circuits(frames: Frames) -> set[str]:
    return set(frames["circuit_metadata"].substation_id)


def test_the_closed_network_is_a_forest(graph: nx.DiGraph, frames: Frames) -> None:
    trees = nx.number_weakly_connected_components(graph)

    assert nx.is_forest(graph.to_undirected())
    assert trees == len(substations_with_circuits(frames))


def test_every_component_holds_exactly_one_substation(graph: nx.DiGraph, frames: Frames) -> None:
    roots = [
        [node for node in component if node.startswith("SUB-")]
        for component in nx.weakly_connected_components(graph)
    ]

    assert all(len(found) == 1 for found in roots)
    assert {found[0] for found in roots} == substations_with_circuits(frames)


def test_every_section_and_switch_leads_away_from_the_substation(graph: nx.DiGraph) -> None:
    assert all(degree <= 1 for _, degree in graph.in_degree())
    assert all(node.startswith("SUB-") for node, degree in graph.in_degree() if degree == 0)


def test_each_tie_adds_exactly_one_loop(graph: nx.DiGraph, frames: Frames) -> None:
    switches = frames["grid_switches"]
    ties = switches[switches.switch_kind == "TIE"]
    undirected = nx.MultiGraph(graph.to_undirected())
    substations = sorted(substations_with_circuits(frames))
    undirected.add_edges_from(("EARTH", substation) for substation in substations)
    before = undirected.number_of_edges() - undirected.number_of_nodes() + 1

    undirected.add_edges_from(zip(ties.from_node, ties.to_node, strict=True))

    assert before == 0
    assert len(ties) > 0
    assert undirected.number_of_edges() - undirected.number_of_nodes() + 1 == len(ties)


def test_ties_are_open_and_nothing_else_is(frames: Frames) -> None:
    switches = frames["grid_switches"]

    assert (switches.is_normally_open == (switches.switch_kind == "TIE")).all()
    assert (switches.other_circuit_id.notna() == switches.is_normally_open).all()


def test_ties_join_circuits_of_one_voltage(frames: Frames) -> None:
    circuits = frames["circuit_metadata"].set_index("circuit_id")
    switches = frames["grid_switches"]
    ties = switches[switches.switch_kind == "TIE"]

    assert (ties.circuit_id != ties.other_circuit_id).all()
    here, there = (circuits.voltage_kv[ids].to_numpy() for ids in (ties.circuit_id, ties.other_circuit_id))
    assert (here == there).all()


def test_every_meter_reaches_exactly_one_substation(graph: nx.DiGraph, frames: Frames) -> None:
    transformers = frames["transformer_metadata"].set_index("transformer_id")
    for meter in frames["meter_infrastructure"].itertuples():
        node = transformers.node[meter.transformer_id]
        reached = [n for n in nx.ancestors(graph, node) if n.startswith("SUB-")]
        assert reached == [meter.substation_id]


def test_assets_belong_to_the_circuit_that_feeds_them(graph: nx.DiGraph, frames: Frames) -> None:
    """The circuit of a node is the one whose breaker is on the way to the substation."""
    switches = frames["grid_switches"]
    breakers = switches[switches.switch_kind == "BREAKER"]
    fed_by = {}
    for breaker in breakers.itertuples():
        for node in {breaker.to_node, *nx.descendants(graph, breaker.to_node)}:
            fed_by[node] = breaker.circuit_id

    assert len(breakers) == len(frames["circuit_metadata"])
    assert (frames["grid_power_lines"].to_node.map(fed_by) == frames["grid_power_lines"].circuit_id).all()
    transformers = frames["transformer_metadata"]
    assert (transformers.node.map(fed_by) == transformers.circuit_id).all()
    closed = switches[~switches.is_normally_open]
    assert (closed.to_node.map(fed_by) == closed.circuit_id).all()


def test_parents_are_the_sections_upstream(graph: nx.DiGraph, frames: Frames) -> None:
    lines = frames["grid_power_lines"]
    for line in lines.itertuples():
        node, parent = line.from_node, None
        while parent is None and not node.startswith("SUB-"):
            ((upstream, _, edge),) = graph.in_edges(node, data=True)
            parent, node = edge.get("line"), upstream
        assert parent == (None if pd.isna(line.parent_line_id) else line.parent_line_id)


def test_switches_name_the_section_they_feed(frames: Frames) -> None:
    lines = frames["grid_power_lines"].set_index("line_id")
    switches = frames["grid_switches"]
    for switch in switches.dropna(subset=["line_id"]).itertuples():
        line = lines.loc[switch.line_id]
        assert (
            switch.from_node == line.to_node
            if switch.switch_kind == "TIE"
            else switch.to_node == line.from_node
        )
    assert switches[switches.switch_kind.isin(["BREAKER", "FUSE", "TIE"])].line_id.notna().all()


def test_phases_narrow_downstream(frames: Frames) -> None:
    lines = frames["grid_power_lines"].set_index("line_id")
    children = lines.dropna(subset=["parent_line_id"])
    parents = lines.loc[children.parent_line_id].phases.to_numpy()
    transformers = frames["transformer_metadata"]
    meters = frames["meter_infrastructure"].merge(transformers, on="transformer_id")

    assert set(lines.phases) <= {"ABC", "A", "B", "C"}
    assert all(set(c) <= set(p) for c, p in zip(children.phases, parents, strict=True))
    assert (lines.phases[lines.line_class == "BACKBONE"] == "ABC").all()
    at = lines.loc[transformers.line_id].phases.to_numpy()
    assert all(set(c) <= set(p) for c, p in zip(transformers.phases, at, strict=True))
    assert (meters.phases_x == meters.phases_y).all()


def test_laterals_start_behind_fuses(graph: nx.DiGraph, frames: Frames) -> None:
    lines = frames["grid_power_lines"].set_index("line_id")
    fuses = frames["grid_switches"][frames["grid_switches"].switch_kind == "FUSE"]
    behind = set(fuses.to_node)
    for line in lines[lines.line_class == "LATERAL"].itertuples():
        parent = lines.loc[line.parent_line_id]
        assert line.from_node in behind or parent.line_class == "LATERAL"
        if parent.line_class == "BACKBONE":
            assert line.from_node in behind
