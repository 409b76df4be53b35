"""The distribution network as arrays, and tracing on it: what is behind what, and what feeds what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grid.topology.arrays import NONE, BoolArray, IntArray
from grid.topology.columns import NetworkColumns
from grid.topology.devices import ISOLATING_KINDS
from grid.topology.feeding import FeedTree, components, feed
from grid.topology.ids import Ids, encoded, sort_distinct
from grid.topology.problems import ProblemKind, Problems


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkArrays:
    """Hold what does not depend on the state of the switches. Everything is told apart by position.

    Edges are the sections followed by the switches: the edge of switch ``s`` is ``len(sections) + s``.

    Attributes:
        substations: their ids; and likewise circuits, sections, switches, transformers, meters, nodes.
        circuit_substation: per circuit.
        edge_start: per edge the node it begins at.
        edge_end: per edge the node it ends at.
        switch_circuit: per switch; ``NONE`` if its circuit is unknown.
        is_isolating: per switch whether it opens on a fault by itself (``ISOLATING_KINDS``).
        is_normally_open: per switch.
        sources: nodes of substations.
        transformer_circuit: per transformer; ``NONE`` if its circuit is unknown.
        transformer_node: per transformer.
        meter_transformer: per meter.
        meter_customers: active accounts per meter.
        problems: rows left out, by reason.
    """

    substations: Ids
    circuits: Ids
    sections: Ids
    switches: Ids
    transformers: Ids
    meters: Ids
    nodes: Ids
    circuit_substation: IntArray
    edge_start: IntArray
    edge_end: IntArray
    switch_circuit: IntArray
    is_isolating: BoolArray
    is_normally_open: BoolArray
    sources: IntArray
    transformer_circuit: IntArray
    transformer_node: IntArray
    meter_transformer: IntArray
    meter_customers: IntArray
    problems: Problems


def build_arrays(columns: NetworkColumns) -> NetworkArrays:
    """Return rows as arrays; of equal ids the first row counts, rows that refer to nothing are reported."""
    problems: dict[ProblemKind, list[str]] = {}

    def distinct(keys: Iterable[str]) -> tuple[Ids, IntArray]:
        texts = encoded(keys)
        ids, rows, repeated = sort_distinct(texts)
        if len(repeated):
            problems.setdefault(ProblemKind.DUPLICATE_ID, []).extend(
                key.decode() for key in texts[repeated].tolist()
            )
        return ids, rows

    circuits, circuit_rows = distinct(columns.circuits.id)
    sections, section_rows = distinct(columns.sections.id)
    switches, switch_rows = distinct(columns.switches.id)
    transformers, transformer_rows = distinct(columns.transformers.id)
    meters, meter_rows = distinct(columns.meters.id)

    at_substation = encoded(columns.circuits.substation_id)[circuit_rows]
    substations, _, _ = sort_distinct(at_substation)
    start = np.concatenate([
        encoded(columns.sections.from_node)[section_rows],
        encoded(columns.switches.from_node)[switch_rows],
    ])  # fmt: skip
    end = np.concatenate([
        encoded(columns.sections.to_node)[section_rows],
        encoded(columns.switches.to_node)[switch_rows],
    ])  # fmt: skip
    node = encoded(columns.transformers.node)[transformer_rows]
    nodes, _, _ = sort_distinct(np.concatenate([start, end, node, at_substation]))
    edge_start, edge_end = nodes.positions(start), nodes.positions(end)
    kinds = encoded(columns.switches.kind)[switch_rows]

    def report(kind: ProblemKind, ids: Ids, is_wrong: BoolArray) -> None:
        if is_wrong.any():
            problems.setdefault(kind, []).extend(ids.keys(np.flatnonzero(is_wrong)))

    transformer_circuit = circuits.positions(encoded(columns.transformers.circuit_id)[transformer_rows])
    report(ProblemKind.UNKNOWN_CIRCUIT, transformers, transformer_circuit == NONE)
    meter_transformer = transformers.positions(encoded(columns.meters.transformer_id)[meter_rows])
    report(ProblemKind.UNKNOWN_TRANSFORMER, meters, meter_transformer == NONE)
    is_point = edge_start == edge_end
    report(ProblemKind.BOTH_ENDS_AT_ONE_NODE, sections, is_point[: len(sections)])
    report(ProblemKind.BOTH_ENDS_AT_ONE_NODE, switches, is_point[len(sections) :])

    return NetworkArrays(
        substations=substations,
        circuits=circuits,
        sections=sections,
        switches=switches,
        transformers=transformers,
        meters=meters,
        nodes=nodes,
        circuit_substation=substations.positions(at_substation),
        edge_start=edge_start,
        edge_end=edge_end,
        switch_circuit=circuits.positions(encoded(columns.switches.circuit_id)[switch_rows]),
        is_isolating=np.isin(kinds, encoded(ISOLATING_KINDS)),
        is_normally_open=np.asarray(columns.switches.is_open, dtype=np.bool_)[switch_rows],
        sources=np.unique(nodes.positions(at_substation)),
        transformer_circuit=transformer_circuit,
        transformer_node=nodes.positions(node),
        meter_transformer=meter_transformer,
        meter_customers=np.asarray(columns.meters.customer_count, dtype=np.int64)[meter_rows],
        problems={kind: tuple(ids) for kind, ids in problems.items()},
    )


class Network:
    """Trace a network in one state of its switches.

    Transformers are answered as positions, in depth-first order from the sources: those behind any switch
    or section are one range of that order, so a trace costs as much as its answer is long.
    """

    def __init__(self, arrays: NetworkArrays, is_open: BoolArray | None = None) -> None:
        self.arrays = arrays
        self.is_open = arrays.is_normally_open if is_open is None else is_open
        self.is_closed: BoolArray = np.concatenate(
            [np.ones(len(arrays.sections), dtype=np.bool_), ~self.is_open]
        )
        self.tree: FeedTree = feed(
            node_count=len(arrays.nodes),
            start=arrays.edge_start,
            end=arrays.edge_end,
            is_closed=self.is_closed,
            sources=arrays.sources,
        )
        at = self.tree.position[arrays.transformer_node]
        fed = np.flatnonzero(at != NONE)
        self._order = fed[np.argsort(at[fed], kind="stable")]
        self._order_at = at[self._order]

    def with_switches(self, *, opened: Iterable[str] = (), closed: Iterable[str] = ()) -> Network:
        """Return the network with some switches in another position.

        Raises:
            KeyError: naming a switch that there is not.
        """
        is_open = self.is_open.copy()
        for switch_ids, state in ((opened, True), (closed, False)):
            for switch_id in switch_ids:
                position = self.arrays.switches.position(switch_id)
                if position == NONE:
                    raise KeyError(switch_id)
                is_open[position] = state
        return Network(self.arrays, is_open)

    @cached_property
    def problems(self) -> Problems:
        """Rows left out of the arrays, and what this state of the switches leaves unfed or in loops."""
        arrays, edges = self.arrays, len(self.arrays.sections)
        found = dict(arrays.problems)
        not_fed = np.flatnonzero(self.tree.position[arrays.transformer_node] == NONE)
        loops = np.flatnonzero(self.tree.is_loop)
        if len(not_fed):
            found[ProblemKind.NOT_FED] = tuple(arrays.transformers.keys(not_fed))
        if len(loops):
            found[ProblemKind.CLOSES_LOOP] = (
                *arrays.sections.keys(loops[loops < edges]),
                *arrays.switches.keys(loops[loops >= edges] - edges),
            )
        return found

    # What is behind

    def behind_node(self, node: int) -> IntArray:
        """Return the transformers fed through a node."""
        if node == NONE or self.tree.position[node] == NONE:
            return np.empty(0, dtype=np.int64)
        first, last = np.searchsorted(self._order_at, [self.tree.position[node], self.tree.end[node]])
        return self._order[first:last]

    def at_nodes(self, nodes: IntArray) -> IntArray:
        """Return the transformers that stand at some fed nodes, in feeding order."""
        at = np.sort(self.tree.position[nodes])
        first = np.searchsorted(self._order_at, at)
        return self._order[_ranges(first, np.searchsorted(self._order_at, at, side="right"))]

    @cached_property
    def loop_edges(self) -> IntArray:
        """The closed edges, fed at both ends, that make loops."""
        return np.flatnonzero(self.tree.is_loop)

    def behind_section(self, section: int) -> IntArray:
        """Return the transformers fed through a line section."""
        return self.behind_node(int(self.tree.far_end[section]))

    def behind_switch(self, switch: int) -> IntArray:
        """Return the transformers fed through a switch; none if it is open."""
        return self.behind_node(self.node_behind(switch))

    def of_circuit(self, circuit: int) -> IntArray:
        """Return the transformers that belong to a circuit by their record, whether fed or not."""
        first, last = np.searchsorted(self._by_circuit[1], [circuit, circuit + 1])
        return self._by_circuit[0][first:last]

    def of_substation(self, substation: int) -> IntArray:
        """Return the transformers that belong to a substation's circuits by their record."""
        circuits = np.flatnonzero(self.arrays.circuit_substation == substation)
        return np.concatenate([np.empty(0, dtype=np.int64), *(self.of_circuit(c) for c in circuits.tolist())])

    def meters_of(self, transformers: IntArray) -> IntArray:
        """Return the meters of transformers, transformer by transformer."""
        by_transformer, starts = self._meters
        return by_transformer[_ranges(starts[transformers], starts[transformers + 1])]

    def customers_of(self, transformers: IntArray) -> int:
        """Return the active accounts of the meters of transformers."""
        return int(self.transformer_customers[transformers].sum())

    @cached_property
    def meter_counts(self) -> IntArray:
        """Meters per transformer."""
        starts = self._meters[1]
        return np.diff(starts)

    @cached_property
    def transformer_customers(self) -> IntArray:
        """Active accounts per transformer."""
        known = self.arrays.meter_transformer != NONE
        return np.bincount(
            self.arrays.meter_transformer[known],
            self.arrays.meter_customers[known],
            minlength=len(self.arrays.transformers),
        ).astype(np.int64)

    # What hangs together

    @cached_property
    def part(self) -> IntArray:
        """Per node the number of its part: what closed edges join without passing through a source.

        Switching changes the supply of those parts only in which a switch of it ends.
        """
        arrays = self.arrays
        is_source = np.zeros(len(arrays.nodes), dtype=np.bool_)
        is_source[arrays.sources] = True
        joins = self.is_closed & ~is_source[arrays.edge_start] & ~is_source[arrays.edge_end]
        return components(len(arrays.nodes), arrays.edge_start[joins], arrays.edge_end[joins])

    @cached_property
    def zone(self) -> IntArray:
        """Per node the number of its zone: what hangs together without any switch."""
        arrays, sections = self.arrays, len(self.arrays.sections)
        return components(len(arrays.nodes), arrays.edge_start[:sections], arrays.edge_end[:sections])

    # What feeds

    def node_behind(self, switch: int) -> int:
        """Return the node that a switch feeds, ``NONE`` if it feeds none."""
        return int(self.tree.far_end[len(self.arrays.sections) + switch])

    def path_to_source(self, node: int) -> IntArray:
        """Return the edges a node is fed through, the nearest first; none if it is a source or not fed."""
        edges = []
        while node != NONE and (edge := int(self.tree.entry[node])) != NONE:
            edges.append(edge)
            node = int(self.tree.parent[node])
        return np.array(edges, dtype=np.int64)

    @cached_property
    def node_device(self) -> IntArray:
        """Per node the nearest isolating switch it is fed through, ``NONE`` if there is none."""
        edges, is_isolating = len(self.arrays.sections), self.arrays.is_isolating.tolist()
        parent, entry = self.tree.parent.tolist(), self.tree.entry.tolist()
        found = [NONE] * len(parent)
        for node in self.tree.order.tolist():
            switch = entry[node] - edges
            if switch >= 0 and is_isolating[switch]:
                found[node] = switch
            elif parent[node] != NONE:
                found[node] = found[parent[node]]
        return np.array(found, dtype=np.int64)

    def device_above_transformer(self, transformer: int) -> int:
        """Return the nearest isolating switch that feeds a transformer, ``NONE`` if there is none."""
        return int(self.node_device[self.arrays.transformer_node[transformer]])

    def device_above_switch(self, switch: int) -> int:
        """Return the nearest isolating switch upstream of a switch, ``NONE`` if there is none."""
        node = self.node_behind(switch)
        return NONE if node == NONE else self._device_at(int(self.tree.parent[node]))

    def common_node(self, transformers: IntArray) -> int:
        """Return the last node that feeds all of some transformers, ``NONE`` if there is none."""
        at = self.tree.position[self.arrays.transformer_node[transformers]]
        if not len(at) or at.min() == NONE:
            return NONE
        node, last = int(self.tree.order[at.min()]), int(at.max())
        while node != NONE and self.tree.end[node] <= last:
            node = int(self.tree.parent[node])
        return node

    def common_device(self, transformers: IntArray) -> int:
        """Return the deepest isolating switch that feeds all of some transformers, else ``NONE``."""
        return self._device_at(self.common_node(transformers))

    def _device_at(self, node: int) -> int:
        return NONE if node == NONE else int(self.node_device[node])

    @cached_property
    def _by_circuit(self) -> tuple[IntArray, IntArray]:
        """The transformers by circuit, in feeding order within it, those not fed last; and their circuits."""
        at = self.tree.position[self.arrays.transformer_node]
        order = np.lexsort((np.where(at == NONE, len(self.tree.order), at), self.arrays.transformer_circuit))
        return order, self.arrays.transformer_circuit[order]

    @cached_property
    def _meters(self) -> tuple[IntArray, IntArray]:
        """The meters by transformer, and where each transformer's begin."""
        order = np.argsort(self.arrays.meter_transformer, kind="stable")
        wanted = np.arange(len(self.arrays.transformers) + 1)
        return order, np.searchsorted(self.arrays.meter_transformer[order], wanted)


def _ranges(first: IntArray, last: IntArray) -> IntArray:
    """Return the numbers of ranges one after the other, the end of each left out."""
    counts = last - first
    before = np.cumsum(counts) - counts
    return np.asarray(np.repeat(first - before, counts) + np.arange(counts.sum()), dtype=np.int64)


def build_network(columns: NetworkColumns) -> Network:
    """Return the network of some rows with every switch in its normal position."""
    return Network(build_arrays(columns))
