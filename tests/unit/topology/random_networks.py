"""Random distribution networks as rows, and the same as a networkx graph."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
from hypothesis import strategies as st

from grid.topology import Circuits, Meters, NetworkColumns, Sections, Switches, Transformers

KINDS = ("BREAKER", "RECLOSER", "SECTIONALIZER", "FUSE", "TIE")


@dataclass(frozen=True)
class Edge:
    """Hold one section (no kind) or switch."""

    id: str
    start: str
    end: str
    kind: str | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Rows:
    """Hold a network: substations are sources, transformers stand at nodes."""

    substations: tuple[str, ...]
    edges: tuple[Edge, ...]
    transformers: dict[str, str]
    meters: dict[str, str]

    def columns(self) -> NetworkColumns:
        """Return the rows as the topology takes them; the circuit of all is the first substation's."""
        sections = [edge for edge in self.edges if edge.kind is None]
        switches = [edge for edge in self.edges if edge.kind is not None]
        return NetworkColumns(
            circuits=Circuits(
                id=[f"CKT-{substation}" for substation in self.substations], substation_id=self.substations
            ),
            sections=Sections(
                id=[edge.id for edge in sections],
                from_node=[edge.start for edge in sections],
                to_node=[edge.end for edge in sections],
            ),
            switches=Switches(
                id=[edge.id for edge in switches],
                kind=[edge.kind or "" for edge in switches],
                circuit_id=[f"CKT-{self.substations[0]}"] * len(switches),
                from_node=[edge.start for edge in switches],
                to_node=[edge.end for edge in switches],
                is_open=[edge.is_open for edge in switches],
            ),
            transformers=Transformers(
                id=list(self.transformers),
                circuit_id=[f"CKT-{self.substations[0]}"] * len(self.transformers),
                node=list(self.transformers.values()),
            ),
            meters=Meters(
                id=list(self.meters),
                transformer_id=list(self.meters.values()),
                customer_count=[1] * len(self.meters),
            ),
        )

    def graph(self, *, without: str | None = None) -> nx.MultiGraph:
        """Return the closed edges, less one if asked."""
        graph = nx.MultiGraph()
        graph.add_nodes_from([*self.substations, *self.transformers.values()])
        for edge in self.edges:
            if not edge.is_open and edge.id != without and edge.start != edge.end:
                graph.add_edge(edge.start, edge.end, key=edge.id)
        return graph

    def fed(self, *, without: str | None = None) -> set[str]:
        """Return the transformers on a closed path to a substation."""
        graph = self.graph(without=without)
        live: set[str] = set().union(*(nx.node_connected_component(graph, s) for s in self.substations))
        return {key for key, node in self.transformers.items() if node in live}


@st.composite
def networks(draw: st.DrawFn, *, loops: bool = False) -> Rows:
    """Draw a network: trees below one or two substations, open ties, parts that hang on nothing.

    Args:
        draw: of hypothesis.
        loops: whether closed edges may make loops.
    """
    substations = tuple(f"SUB-{k}" for k in range(draw(st.integers(1, 2))))
    nodes = [*substations]
    edges: list[Edge] = []

    def add(start: str, end: str, *, may_be_open: bool) -> None:
        kind = draw(st.sampled_from([None, None, *KINDS]))
        is_open = kind is not None and may_be_open and draw(st.integers(0, 4)) == 0
        if draw(st.booleans()):
            start, end = end, start
        edges.append(Edge(f"E-{draw(st.integers(0, 9))}-{len(edges)}", start, end, kind, is_open))

    for number in range(draw(st.integers(1, 25))):
        node = f"N-{number}"
        if draw(st.integers(0, 9)):
            add(draw(st.sampled_from(nodes)), node, may_be_open=True)
        nodes.append(node)
    for number in range(draw(st.integers(0, 3))):
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        if loops:
            add(a, b, may_be_open=True)
        else:
            edges.append(Edge(f"TIE-{number}", a, b, "TIE", is_open=True))
    transformers = {
        f"XFMR-{draw(st.integers(0, 9))}-{k}": draw(st.sampled_from(nodes))
        for k in range(draw(st.integers(1, 15)))
    }
    meters = {
        f"MTR-{k}": draw(st.sampled_from(sorted(transformers))) for k in range(draw(st.integers(0, 20)))
    }
    return Rows(substations, tuple(edges), transformers, meters)
