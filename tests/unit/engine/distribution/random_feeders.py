"""Random radial feeders with ties, and what becomes of them worked out with networkx."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations, pairwise

import networkx as nx
from hypothesis import strategies as st

from tests.unit.engine.distribution.networks import Device, Drawn, Line, Unit

ISOLATING = ("BREAKER", "RECLOSER", "SECTIONALIZER", "FUSE")


@st.composite
def feeders(draw: st.DrawFn, *, capacities: bool) -> Drawn:
    """Return two or three circuits that grow at random, and up to three ties between any of their nodes.

    Every switch has a section at one of its ends, of which it has its phases.
    """
    names = [chr(ord("A") + n) for n in range(draw(st.integers(2, 3)))]
    lines: list[Line] = []
    devices: list[Device] = []
    units: list[Unit] = []
    nodes: list[tuple[str, str]] = []

    def rating() -> float:
        return draw(st.sampled_from([8.0, 14.0, 20.0, 40.0])) if capacities else 1e6

    for name in names:
        devices.append(
            Device(
                id=f"BRK-{name}", kind="BREAKER", start=f"S{name}", end=f"{name}0", circuit=name, rated_a=1e6
            )
        )
        own = [f"{name}0"]
        for n in range(1, draw(st.integers(2, 6))):
            above, node = draw(st.sampled_from(own)), f"{name}{n}"
            kind = draw(st.sampled_from([None, "RECLOSER", "SECTIONALIZER", "FUSE"])) if n > 1 else None
            foot = above if kind is None else f"{node}x"
            lines.append(Line(id=f"L-{node}", start=foot, end=node, circuit=name, rated_a=rating()))
            if kind is not None:
                devices.append(
                    Device(id=f"D-{node}", kind=kind, start=above, end=foot, circuit=name, rated_a=rating())
                )
            own.append(node)
        for node in own:
            customers, load = draw(st.integers(0, 9)), draw(st.sampled_from([0.0, 50.0, 100.0, 150.0]))
            units.append(Unit(id=f"T-{node}", node=node, circuit=name, load_kva=load, customers=customers))
        nodes += [(name, node) for node in own]
    for n in range(draw(st.integers(0, 3))):
        (circuit, a), (_, b) = draw(st.lists(st.sampled_from(nodes), min_size=2, max_size=2, unique=True))
        devices.append(
            Device(id=f"TIE-{n}", kind="TIE", start=a, end=b, circuit=circuit, is_open=True, rated_a=rating())
        )
    return Drawn(
        circuits={name: f"S{name}" for name in names}, lines=lines, devices=devices, units=units,
        circuit_mva={name: draw(st.sampled_from([0.4, 0.8, 100.0])) if capacities else 1e6 for name in names},
    )  # fmt: skip


def graph_of(drawn: Drawn, opened: Collection[str]) -> nx.MultiGraph:
    """Return what conducts, with some switches open."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(drawn.circuits.values())
    for line in drawn.lines:
        graph.add_edge(line.start, line.end, key=line.id)
    for device in drawn.devices:
        graph.add_nodes_from((device.start, device.end))
        if device.id not in opened:
            graph.add_edge(device.start, device.end, key=device.id)
    return graph


def normally_open(drawn: Drawn) -> set[str]:
    """Return the switches that are open before anything fails."""
    return {device.id for device in drawn.devices if device.is_open}


def zone_of(drawn: Drawn, line: Line) -> set[str]:
    """Return the nodes that hang together with a section without any switch."""
    lines = graph_of(drawn, [device.id for device in drawn.devices])
    return set(nx.node_connected_component(lines, line.start))


def fed(graph: nx.MultiGraph, sources: Collection[str]) -> set[str]:
    """Return the nodes that some sources reach."""
    return {node for source in sources for node in nx.node_connected_component(graph, source)}


def trips(drawn: Drawn, zone: set[str]) -> set[str]:
    """Return the device nearest to a zone on the way from its source that isolates by itself."""
    graph = graph_of(drawn, normally_open(drawn))
    kinds = {device.id: device.kind for device in drawn.devices}
    for source in drawn.circuits.values():
        if nx.has_path(graph, source, next(iter(zone))):
            ways = [nx.shortest_path(graph, source, node) for node in zone]
            way = min(ways, key=len)
            keys = [next(iter(graph[a][b])) for a, b in pairwise(way)]
            return {[key for key in keys if kinds.get(key) in ISOLATING][-1]}
    return set()


def loads(drawn: Drawn, opened: Collection[str], sources: Collection[str]) -> Mapping[str, float]:
    """Return what each section and switch carries, kVA, and under ``CKT-…`` what each circuit does.

    Raises:
        AssertionError: if the fed part is no forest with one source in each tree.
    """
    graph = graph_of(drawn, opened)
    at = dict.fromkeys(graph, 0.0)
    for unit in drawn.units:
        at[unit.node] += unit.load_kva or 0.0
    found: dict[str, float] = {}
    for source in sources:
        nodes = nx.node_connected_component(graph, source)
        tree = graph.subgraph(nodes)
        assert tree.number_of_edges() == len(nodes) - 1, "a loop"
        assert len(nodes & set(drawn.circuits.values())) == 1, "two substations joined"
        below = nx.bfs_tree(nx.Graph(tree), source)
        for a, b in below.edges:
            key = next(iter(graph[a][b]))
            found[key] = sum(at[node] for node in {b, *nx.descendants(below, b)})
            if a == source:
                found[f"CKT-{source[1:]}"] = found[key]
    return found


def best(drawn: Drawn, zone: set[str], sources: Collection[str], most: Mapping[str, float]) -> int:
    """Return the most customers that any set of open switches leaves with supply, all limits kept."""
    around = {d.id for d in drawn.devices if (d.start in zone) != (d.end in zone)}
    fuses = {d.id for d in drawn.devices if d.kind == "FUSE"}
    free = [d.id for d in drawn.devices if d.id not in around | fuses]
    served = 0
    for count in range(len(free) + 1):
        for opened in combinations(free, count):
            state = around | set(opened)
            try:
                carried = loads(drawn, state, sources)
            except AssertionError:
                continue
            if all(load <= most[key] * (1 + 1e-9) for key, load in carried.items()):
                nodes = fed(graph_of(drawn, state), sources)
                served = max(served, sum(u.customers for u in drawn.units if u.node in nodes))
    return served
