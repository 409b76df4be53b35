"""Isolation and back-feed against enumeration on small random networks, and one network by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grid.topology import NONE, Network, build_network
from grid.topology.backfeed import Doubt, LimitKind, Option, Verdict, compare_ties
from grid.topology.inventory import Equipment
from grid.topology.isolation import dead_parts, isolate
from grid.topology.switching import effect_of
from tests.unit.topology.random_networks import Edge, Rows, networks
from tests.unit.topology.test_traces import RING
from tests.unit.topology.test_tracing import edge_of

KV = float(np.sqrt(3.0))
"""A line-to-line voltage at which a three-phase edge carries 3 kVA per ampere."""


def graph_of(rows: Rows, *, opened: set[str], closed: set[str] = frozenset()) -> nx.MultiGraph:  # type: ignore[assignment]
    graph = nx.MultiGraph()
    graph.add_nodes_from([*rows.substations, *rows.transformers.values()])
    for edge in rows.edges:
        graph.add_nodes_from([edge.start, edge.end])
        if (not edge.is_open or edge.id in closed) and edge.id not in opened and edge.start != edge.end:
            graph.add_edge(edge.start, edge.end, key=edge.id)
    return graph


def live(rows: Rows, graph: nx.MultiGraph) -> set[str]:
    return set().union(*(nx.node_connected_component(graph, s) for s in rows.substations))


def units_at(rows: Rows, nodes: set[str]) -> set[str]:
    return {key for key, node in rows.transformers.items() if node in nodes}


def equipment_of(
    network: Network, rated_a: dict[str, float | None] | None = None, **changes: object
) -> Equipment:
    """Return three-phase equipment without limits, but for the ratings given."""
    arrays, edges = network.arrays, len(network.arrays.edge_start)
    rated = np.full(edges, 1e6)
    for key, value in (rated_a or {}).items():
        rated[edge_of(network, key)] = np.nan if value is None else value
    circuit = np.concatenate([np.zeros(len(arrays.sections), dtype=np.int64), arrays.switch_circuit])
    plain = Equipment(
        edge_circuit=circuit,
        edge_phases=np.full(edges, 7),
        edge_rated_a=rated,
        edge_kv=np.full(edges, KV),
        circuit_rated_mva=np.full(len(arrays.circuits), 1e6),
        node_rated_mva=np.full(len(arrays.nodes), 1e6),
        transformer_phases=np.full(len(arrays.transformers), 7),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(networks(loops=True), st.data())
def test_the_fewest_switches_are_opened_and_the_fewest_are_left_out(rows: Rows, data: st.DataObject) -> None:
    sections = [edge.id for edge in rows.edges if edge.kind is None]
    switches = sorted(e.id for e in rows.edges if e.kind and not e.is_open and e.start != e.end)
    assume(sections and len(switches) <= 9)
    fault = data.draw(st.sampled_from(sections))
    network = build_network(rows.columns())
    node = network.arrays.edge_start[edge_of(network, fault)]

    found = isolate(network, np.array([node]))

    place = network.arrays.nodes.key(int(node))
    deadening = {
        count: [
            set(some)
            for some in itertools.combinations(switches, count)
            if place not in live(rows, graph_of(rows, opened=set(some)))
        ]
        for count in range(len(switches) + 1)
    }
    least = next((count for count, sets in deadening.items() if sets), None)
    if least is None:
        assert not found.is_possible
        return
    assert found.is_possible
    opens = set(network.arrays.switches.keys(found.opens))
    assert opens in deadening[least]
    before = live(rows, graph_of(rows, opened=set()))
    out = {frozenset(some): before - live(rows, graph_of(rows, opened=some)) for some in deadening[least]}
    assert all(out[frozenset(opens)] <= each for each in out.values())
    assert set(network.arrays.transformers.keys(found.lost)) == units_at(rows, out[frozenset(opens)])


@settings(deadline=None, max_examples=60)
@given(networks(loops=True), st.data())
def test_what_stays_out_cannot_be_fed_by_any_one_tie(rows: Rows, data: st.DataObject) -> None:
    sections = [edge.id for edge in rows.edges if edge.kind is None]
    assume(sections)
    fault = data.draw(st.sampled_from(sections))
    network = build_network(rows.columns())
    node = network.arrays.edge_start[edge_of(network, fault)]
    found = isolate(network, np.array([node]))
    assume(found.is_possible)

    bare = nx.Graph()
    bare.add_nodes_from(end for edge in rows.edges for end in (edge.start, edge.end))
    bare.add_edges_from((edge.start, edge.end) for edge in rows.edges if edge.kind is None)
    zone = nx.node_connected_component(bare, network.arrays.nodes.key(int(node)))
    around = {e.id for e in rows.edges if e.kind and len({e.start, e.end} & zone) == 1}
    cut_off = graph_of(rows, opened=around)
    before = live(rows, graph_of(rows, opened=set()))
    lost = before - live(rows, cut_off)
    saved: dict[str, set[str]] = {}
    for tie in rows.edges:
        if tie.is_open and tie.id not in around:
            gained = live(rows, graph_of(rows, opened=around, closed={tie.id})) & (lost - zone)
            for unit in units_at(rows, gained):
                saved.setdefault(unit, set()).add(tie.id)
    expected = units_at(rows, (lost | zone)) - set(saved)
    # Of the zone even what was without supply before the fault is out.
    assert set(network.arrays.transformers.keys(found.stays_out)) == expected
    for part in found.parts:
        for unit in network.arrays.transformers.keys(part.transformers):
            assert set(network.arrays.switches.keys(part.ties)) == saved.get(unit, set())
    if len(found.stays_out) < len(units_at(rows, lost | zone)):
        steps = set(network.arrays.switches.keys(np.concatenate([found.opens, found.separates])))
        back = set(network.arrays.switches.keys(found.recloses))
        for part in found.parts:
            for tie in network.arrays.switches.keys(part.ties):
                after = live(rows, graph_of(rows, opened=steps - back, closed={tie}))
                assert not after & zone, "the zone stays dead"
                assert units_at(rows, after) >= set(network.arrays.transformers.keys(part.transformers))


@settings(deadline=None, max_examples=60)
@given(networks(), st.data())
def test_a_tie_is_feasible_if_no_edge_on_any_way_is_overloaded(rows: Rows, data: st.DataObject) -> None:
    assume(rows.edges)
    device = data.draw(st.sampled_from(sorted(e.id for e in rows.edges)))
    network = build_network(rows.columns())
    load = {key: float(data.draw(st.integers(0, 9))) for key in rows.transformers}
    rated = {e.id: float(data.draw(st.integers(1, 12))) for e in rows.edges}
    opened = np.array([edge_of(network, device)])
    load_kva = np.array([load[key] for key in network.arrays.transformers.keys(None)])

    for part in dead_parts(network, opened):
        dead = set(network.arrays.nodes.keys(part.nodes))
        options = compare_ties(
            network,
            part,
            equipment=equipment_of(network, {key: value / 3.0 for key, value in rated.items()}),
            load_kva=load_kva,
            opened=opened,
        )
        assert {o.switch for o in options} == set(part.ties.tolist())
        for option in options:
            tie = network.arrays.switches.key(option.switch)
            graph = graph_of(rows, opened={device}, closed={tie})
            flow: dict[str, float] = {}
            for unit, node in rows.transformers.items():
                for source in rows.substations:
                    if nx.has_path(graph, node, source):
                        for a, b in nx.utils.pairwise(nx.shortest_path(graph, node, source)):
                            key = next(iter(graph[a][b]))
                            flow[key] = flow.get(key, 0.0) + load[unit]
            used: set[str] = {tie}
            for node in dead:
                for source in rows.substations:
                    if nx.has_path(graph, node, source):
                        used |= {
                            next(iter(graph[a][b]))
                            for a, b in nx.utils.pairwise(nx.shortest_path(graph, node, source))
                        }
            margins = {key: rated[key] - flow.get(key, 0.0) for key in used}
            assert option.verdict is (
                Verdict.FEASIBLE if min(margins.values()) >= -1e-9 else Verdict.OVERLOADED
            )
            assert option.margin_kva == pytest.approx(min(margins.values()), abs=1e-6)
            assert option.load_kva == pytest.approx(sum(load[u] for u in units_at(rows, dead)))


@settings(deadline=None, max_examples=60)
@given(networks(loops=True), st.data())
def test_the_effect_of_switching_is_what_differs_between_two_networks(
    rows: Rows, data: st.DataObject
) -> None:
    switches = [e for e in rows.edges if e.kind is not None]
    assume(switches)
    toggled = data.draw(st.sets(st.sampled_from(switches), min_size=1, max_size=3))
    opened = {e.id for e in toggled if not e.is_open}
    closed = {e.id for e in toggled if e.is_open}
    network = build_network(rows.columns())

    found = effect_of(
        network,
        opened=network.arrays.switches.positions(sorted(opened)),
        closed=network.arrays.switches.positions(sorted(closed)),
        equipment=equipment_of(network),
        load_kva=np.ones(len(rows.transformers)),
    )

    after = live(rows, graph_of(rows, opened=opened, closed=closed))
    was, now = rows.fed(), units_at(rows, after)
    assert set(network.arrays.transformers.keys(found.loses)) == was - now
    assert set(network.arrays.transformers.keys(found.gains)) == now - was
    if not network.with_switches(opened=opened, closed=closed).tree.is_loop.any():
        assert not len(found.new_loops)
    inner = [key for key, node in rows.transformers.items() if node not in rows.substations]
    changed = sum(c.after.transformers - c.before.transformers for c in found.circuits)
    assert changed == len((now - was) & set(inner)) - len((was - now) & set(inner))


def by_name(option: Option, network: Network) -> str:
    return network.arrays.switches.key(option.switch)


def options_of(network: Network, equipment: Equipment, load: dict[str, float | None]) -> list[Option]:
    """Return the options of what is behind switch S1 of the ring."""
    opened = np.array([edge_of(network, "S1")])
    (part,) = dead_parts(network, opened)
    kva = np.array(
        [np.nan if load[key] is None else load[key] for key in network.arrays.transformers.keys(None)]
    )
    return compare_ties(network, part, equipment=equipment, load_kva=kva.astype(float), opened=opened)


LOAD: dict[str, float | None] = {"X1": 10.0, "X2": 20.0, "X3": 30.0, "X4": 5.0}


def test_isolation_by_hand() -> None:
    network = build_network(RING.columns())
    arrays = network.arrays

    head = isolate(network, arrays.nodes.positions(["a"]))
    tail = isolate(network, arrays.nodes.positions(["d"]))

    assert arrays.switches.keys(head.opens) == ["B0"]
    assert arrays.switches.keys(head.separates) == ["S1"]
    assert arrays.transformers.keys(head.lost) == ["X1", "X2"]
    assert arrays.transformers.keys(head.stays_out) == ["X1"]
    assert [arrays.switches.keys(part.ties) for part in head.parts] == [["T1"]]
    assert arrays.switches.keys(tail.opens) == ["S1"]
    assert not len(tail.separates)
    assert arrays.transformers.keys(tail.stays_out) == ["X2"]


def test_a_substation_that_fails_is_dead_and_its_circuits_wait_behind_their_breakers() -> None:
    network = build_network(RING.columns())
    source = network.arrays.nodes.positions(["SUB-0"])

    assert not isolate(network, source).is_possible
    found = isolate(network, source, failed=source)

    assert found.is_possible
    assert not len(found.opens)
    assert network.arrays.switches.keys(found.separates) == ["B0"]
    assert [network.arrays.switches.keys(part.ties) for part in found.parts] == [["T1"]]
    assert not len(found.stays_out)


def test_a_tie_carries_the_part_within_every_rating() -> None:
    network = build_network(RING.columns())

    (option,) = options_of(network, equipment_of(network, {"L3": 20.0}), LOAD)

    assert option.verdict is Verdict.FEASIBLE
    assert by_name(option, network) == "T1"
    assert option.binding is not None
    assert option.binding.kind is LimitKind.SECTION
    assert option.load_kva == 20.0
    # L3 carries X3 and X2: 50 kVA of 3 · 20 A at 1 kV to neutral
    assert option.binding.load_kva == 50.0
    assert option.margin_kva == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("rated_a", "changes", "load", "verdict", "doubts"),
    [
        ({"L3": 16.0}, {}, {}, Verdict.OVERLOADED, ()),
        ({"L3": None}, {}, {}, Verdict.UNKNOWN, (Doubt.RATING_UNKNOWN,)),
        ({"L3": None, "T1": 6.0}, {}, {}, Verdict.OVERLOADED, (Doubt.RATING_UNKNOWN,)),
        ({}, {}, {"X2": None}, Verdict.UNKNOWN, (Doubt.LOAD_UNKNOWN,)),
        ({"L3": 9.0}, {}, {"X2": None}, Verdict.OVERLOADED, (Doubt.LOAD_UNKNOWN,)),
        ({}, {}, {"X1": None}, Verdict.FEASIBLE, ()),
        ({}, {"circuit_rated_mva": 0.049}, {}, Verdict.OVERLOADED, ()),
        ({}, {"node_rated_mva": 0.049}, {}, Verdict.OVERLOADED, ()),
        ({}, {"node_rated_mva": np.nan}, {}, Verdict.UNKNOWN, (Doubt.RATING_UNKNOWN,)),
        ({}, {"edge_kv": {"L2": 2.0 * KV}}, {}, Verdict.IMPOSSIBLE, (Doubt.VOLTAGE_MISMATCH,)),
        ({}, {"edge_phases": {"T1": 1}}, {}, Verdict.IMPOSSIBLE, (Doubt.PHASES_MISSING,)),
    ],
)
def test_why_a_tie_cannot_or_may_not(
    rated_a: dict[str, float | None],
    changes: dict[str, object],
    load: dict[str, float | None],
    verdict: Verdict,
    doubts: tuple[Doubt, ...],
) -> None:
    network = build_network(RING.columns())
    plain = equipment_of(network, rated_a)
    filled = {}
    for name, value in changes.items():
        array = getattr(plain, name).copy()
        if isinstance(value, dict):
            for key, each in value.items():
                array[edge_of(network, key)] = each
        else:
            array[:] = value
        filled[name] = array

    (option,) = options_of(network, replace(plain, **filled), LOAD | load)

    assert (option.verdict, option.doubts) == (verdict, doubts)
    if verdict in {Verdict.UNKNOWN, Verdict.IMPOSSIBLE}:
        assert option.margin_kva is None
    assert bool(option.overloaded) == (verdict is Verdict.OVERLOADED)


def test_of_two_ties_the_one_with_the_larger_margin_comes_first() -> None:
    rows = Rows(
        RING.substations,
        (*RING.edges, Edge("T3", "d", "x", "TIE", is_open=True)),
        RING.transformers,
        {},
    )
    network = build_network(rows.columns())

    options = options_of(network, equipment_of(network, {"T1": 8.0, "T3": 9.0}), LOAD)

    assert [by_name(option, network) for option in options] == ["T3", "T1"]
    assert [option.margin_kva for option in options] == [pytest.approx(7.0), pytest.approx(4.0)]


def test_a_loop_on_the_way_leaves_the_verdict_open() -> None:
    rows = Rows(RING.substations, (*RING.edges, Edge("L9", "x", "y")), RING.transformers, {})
    network = build_network(rows.columns())

    (option,) = options_of(network, equipment_of(network, {"L3": 1.0, "L9": 1.0}), LOAD)

    assert (option.verdict, option.doubts) == (Verdict.UNKNOWN, (Doubt.LOOP,))


def test_switching_by_hand_moves_load_between_circuits() -> None:
    network = build_network(RING.columns())
    arrays = network.arrays
    circuits = arrays.switch_circuit.copy()
    circuits[arrays.switches.position("B1")] = 1
    edge_circuit = np.concatenate([np.full(len(arrays.sections), NONE), circuits])
    equipment = replace(equipment_of(network, {"L3": 20.0}), edge_circuit=edge_circuit)
    switch = arrays.switches.positions(["S1", "T1", "T2"])

    found = effect_of(
        network,
        opened=switch[:1],
        closed=switch[1:],
        equipment=equipment,
        load_kva=np.array([LOAD[key] for key in arrays.transformers.keys(None)], dtype=float),
    )

    assert arrays.transformers.keys(found.moves) == ["X2"]
    assert arrays.transformers.keys(found.gains) == ["X4"]
    assert not len(found.loses)
    assert [(c.before.load_kva, c.after.load_kva) for c in found.circuits] == [(30.0, 10.0), (30.0, 55.0)]
    carrying = found.circuits[1].after
    assert carrying.worst_edge == edge_of(network, "L3")
    assert carrying.worst_loading_pct == pytest.approx(100.0 * 55.0 / 60.0)
    assert carrying.overloaded_edges == 0
    assert not carrying.in_loop


def test_closing_a_tie_onto_a_fed_part_makes_a_loop_whose_load_is_not_known() -> None:
    network = build_network(RING.columns())
    arrays = network.arrays

    found = effect_of(
        network,
        opened=np.empty(0, dtype=np.int64),
        closed=arrays.switches.positions(["T1"]),
        equipment=equipment_of(network),
        load_kva=np.ones(4),
    )

    assert len(found.new_loops) == 1
    assert not len(found.loses)
    assert all(change.after.in_loop and change.after.worst_loading_pct is None for change in found.circuits)
    assert not any(change.before.in_loop for change in found.circuits)
