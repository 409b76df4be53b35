"""The part of the network around what lost its supply, as it is fed while switches change."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from cascade.engine.distribution.faults import Cleared
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.params import SwitchingParams
from cascade.engine.distribution.voltage import squared_voltages
from grid.topology import NONE
from grid.topology.arrays import BoolArray, FloatArray, IntArray
from grid.topology.feeding import FeedTree, components
from grid.topology.inventory import PHASE_BITS
from grid.topology.region import Region

if TYPE_CHECKING:
    from cascade.engine.distribution.growth import Growth

ALL_PHASES = sum(PHASE_BITS.values())


class Live:
    """Hold who feeds what, and what everything carries. Nodes and edges are numbers of the region.

    Dead nodes are gathered in blocks: what hangs together without a switch that can be opened from afar.

    Attributes:
        parent: per node what it is fed from; -1 of sources and of what is not fed.
        entry: the edge it is fed through; likewise.
        head: the first edge from the source on its way; -1 likewise.
        source: the source it hangs on; -1 of what is not fed.
        flow_kva: what flows into it; NaN if a load behind it is not known.
        load_kva: its own load.
        block: the block of a dead node; -1 of others.
        inner: per node of a block the edges within the block, with their other ends.
        links_of: per block the closed switches to other blocks: edge, own end, other end.
        ties_of: per block the open switches that touch it: edge, own end, other end.
        looped: heads whose circuit has a loop.
        looped_blocks: blocks with a loop.
        short: sources that are served in part only.
    """

    def __init__(
        self,
        model: DistributionModel,
        cleared: Cleared,
        region: Region,
        tree: FeedTree,
        *,
        is_closed: BoolArray,
        unit_load_kva: FloatArray,
        unit_customers: IntArray,
        unit_critical: IntArray,
        short_sources: IntArray,
        params: SwitchingParams,
    ) -> None:
        self.params = params
        count = len(region.nodes)
        self.parent: list[int] = tree.parent.tolist()
        self.entry: list[int] = tree.entry.tolist()
        load = np.bincount(region.at, weights=unit_load_kva[region.transformers], minlength=count)
        self.load_kva: list[float] = load.tolist()
        self.flow_kva: list[float] = load.tolist()
        order = tree.order.tolist()
        for node in reversed(order):
            if self.parent[node] != NONE:
                self.flow_kva[self.parent[node]] += self.flow_kva[node]
        self.head: list[int] = [NONE] * count
        self.source: list[int] = [NONE] * count
        self._feeders: dict[int, list[int]] = {}
        for node in order:
            above = self.parent[node]
            if above == NONE:
                self.source[node] = node
                continue
            self.source[node] = self.source[above]
            self.head[node] = self.entry[node] if self.parent[above] == NONE else self.head[above]
            self._feeders.setdefault(self.head[node], [above]).append(node)
        self._edges(model, region)
        needs = np.zeros(count, dtype=np.int64)
        np.bitwise_or.at(needs, region.at, model.equipment.transformer_phases[region.transformers])
        self.needs: list[int] = needs.tolist()
        ends = np.concatenate([region.start[tree.is_loop], region.end[tree.is_loop]]).tolist()
        self.looped = {self.head[node] for node in ends} - {NONE}
        self.short = set(np.flatnonzero(np.isin(region.nodes, short_sources)).tolist())
        self._uppers(model, cleared, region, unit_load_kva)
        dead = cleared.lost[region.nodes] & ~cleared.at_fault[region.nodes] & (tree.position == NONE)
        self._blocks(model, region, is_closed, dead)
        at_node = [
            np.bincount(region.at, weights=values[region.transformers], minlength=count)
            for values in (unit_customers, unit_critical)
        ]
        in_block = np.array(self.block, dtype=np.int64)
        own = in_block != NONE
        blocks = int(in_block.max(initial=-1)) + 1
        sums = [np.bincount(in_block[own], weights=values[own], minlength=blocks) for values in at_node]
        self.block_customers: list[int] = sums[0].astype(np.int64).tolist()
        self.block_critical: list[int] = sums[1].astype(np.int64).tolist()
        self._block_load: list[float] = np.bincount(
            in_block[own], weights=load[own], minlength=blocks
        ).tolist()
        self.customers: list[int] = at_node[0].astype(np.int64).tolist()

    def _edges(self, model: DistributionModel, region: Region) -> None:
        self.rated_kva: list[float] = model.edge_rated_kva[region.edges].tolist()
        self.kv: list[float] = model.equipment.edge_kv[region.edges].tolist()
        self.r_ohm: list[float] = model.edge_r_ohm[region.edges].tolist()
        self.x_ohm: list[float] = model.edge_x_ohm[region.edges].tolist()
        self.phase_count: list[int] = model.edge_phase_count[region.edges].tolist()
        self._phases: list[int] = model.equipment.edge_phases[region.edges].tolist()
        self._circuit: list[int] = model.equipment.edge_circuit[region.edges].tolist()

    def _uppers(
        self, model: DistributionModel, cleared: Cleared, region: Region, unit_load_kva: FloatArray
    ) -> None:
        """Work out what each circuit and each substation of the region carries, and may carry."""
        network, equipment = model.network, model.equipment
        self._circuit_kva: dict[int, float] = defaultdict(float)
        rated = 1000.0 * equipment.circuit_rated_mva
        self._circuit_rated: dict[int, float] = {NONE: math.nan, **dict(enumerate(rated.tolist()))}
        for head, nodes in self._feeders.items():
            circuit = self._circuit[head]
            self._circuit_kva[circuit] += self.flow_kva[nodes[1]]
        self._source_kva: dict[int, float] = {}
        self._source_rated: dict[int, float] = {}
        at = network.arrays.transformer_node
        of_source = np.array(self.source, dtype=np.int64)
        lost = cleared.lost[region.nodes] & (of_source != NONE)
        comes_back = np.bincount(
            of_source[lost], weights=np.array(self.load_kva)[lost], minlength=len(region.nodes)
        )
        for source in sorted(set(self.source) - {NONE}):
            node = int(region.nodes[source])
            units = network.behind_node(node)
            stays = unit_load_kva[units[~cleared.lost[at[units]]]].sum()
            self._source_kva[source] = float(stays) + float(comes_back[source])
            self._source_rated[source] = 1000.0 * float(equipment.node_rated_mva[node])

    def _blocks(
        self, model: DistributionModel, region: Region, is_closed: BoolArray, dead: BoolArray
    ) -> None:
        sections = model.sections
        remote = np.concatenate([
            np.zeros(sections, dtype=np.bool_), model.is_of_kind(self.params.remote_kinds)
        ])  # fmt: skip
        conducts, splits = is_closed[region.edges], remote[region.edges]
        both = dead[region.start] & dead[region.end]
        inside = np.flatnonzero(both & conducts & ~splits)
        label = components(len(region.nodes), region.start[inside], region.end[inside])
        _, numbers = np.unique(label[dead], return_inverse=True)
        block = np.full(len(region.nodes), NONE, dtype=np.int64)
        block[dead] = numbers
        self.block: list[int] = block.tolist()
        self.inner: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for edge in inside.tolist():
            a, b = int(region.start[edge]), int(region.end[edge])
            self.inner[a].append((edge, b))
            self.inner[b].append((edge, a))
        edges = np.bincount(block[region.start[inside]], minlength=1)
        nodes = np.bincount(block[dead], minlength=len(edges))
        self.looped_blocks = set(np.flatnonzero(edges > nodes[: len(edges)] - 1).tolist())
        self.links_of: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        self.ties_of: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        is_switch = region.edges >= sections
        any_dead = dead[region.start] | dead[region.end]
        for edge in np.flatnonzero(any_dead & is_switch & (~conducts | (both & splits))).tolist():
            a, b = int(region.start[edge]), int(region.end[edge])
            table = self.links_of if conducts[edge] else self.ties_of
            for near, far in ((a, b), (b, a)):
                if self.block[near] != NONE and (not conducts[edge] or self.block[near] != self.block[far]):
                    table[self.block[near]].append((edge, near, far))

    # What is asked

    def is_fed(self, node: int) -> bool:
        """Return whether a node has supply now."""
        return self.source[node] != NONE

    def worth(self, block: int) -> tuple[int, float]:
        """Return by what blocks are compared: critical customers, then customers for the load."""
        load, customers = self._block_load[block], self.block_customers[block]
        ratio = math.inf if not load > 0.0 else customers / load
        return self.block_critical[block], ratio

    def narrowed(self, phases: int, edge: int) -> int:
        """Return which phases are left behind an edge; one of unknown phases takes none away."""
        own = self._phases[edge]
        return phases & own if own else phases

    def phases_at(self, node: int) -> int:
        """Return the phases that reach a fed node."""
        phases = ALL_PHASES
        while self.entry[node] != NONE:
            phases = self.narrowed(phases, self.entry[node])
            node = self.parent[node]
        return phases

    def kv_of_feeder(self, node: int) -> float:
        """Return the nominal voltage at a fed node; NaN if unknown, or at a substation."""
        return self.kv[self.entry[node]] if self.entry[node] != NONE else math.nan

    def upper_limits(self, node: int, tie: int) -> list[tuple[float, float]]:
        """Return load and rating of the circuit and the substation that would feed a tie's fed end, kVA."""
        source, head = self.source[node], self.head[node]
        circuit = self._circuit[tie if head == NONE else head]
        return [
            (self._source_kva[source], self._source_rated[source]),
            (self._circuit_kva[circuit], self._circuit_rated[circuit]),
        ]

    def circuit_at(self, node: int) -> int:
        """Return the circuit that feeds a node; ``NONE`` if unknown."""
        return self._circuit[self.head[node]] if self.head[node] != NONE else NONE

    def feeder_nodes(self, node: int) -> list[int]:
        """Return the nodes fed through the same head as a node, the source first, each after its parent."""
        return self._feeders.get(self.head[node], [node])

    def squared_before(self, node: int) -> list[float]:
        """Return the squared voltages of the nodes fed through the same head, as they are now."""
        own = self.feeder_nodes(node)
        number = {each: at for at, each in enumerate(own)}
        entries = [self.entry[each] for each in own]
        return squared_voltages(
            parent=[number.get(self.parent[each], -1) for each in own],
            flow_kva=[self.flow_kva[each] for each in own],
            r_ohm=[self.r_ohm[edge] for edge in entries],
            x_ohm=[self.x_ohm[edge] for edge in entries],
            kv=[self.kv[edge] for edge in entries],
            phases=[self.phase_count[edge] for edge in entries],
            source_pu=self.params.source_voltage_pu,
            power_factor=self.params.power_factor,
        )

    # What changes

    def apply(self, growth: Growth) -> None:
        """Feed what a tie takes up."""
        above = growth.above
        head = self.head[above] if self.head[above] != NONE else growth.tie
        source, circuit = self.source[above], self._circuit[head]
        at = above
        while self.entry[at] != NONE:
            self.flow_kva[at] += growth.total_kva
            at = self.parent[at]
        self.flow_kva[at] += growth.total_kva
        feeder = self._feeders.setdefault(head, [source])
        for node, each in growth.nodes.items():
            self.parent[node], self.entry[node] = each.parent, each.entry
            self.flow_kva[node] = each.flow_kva
            self.head[node], self.source[node] = head, source
            self.block[node] = NONE
            feeder.append(node)
        self._circuit_kva[circuit] += growth.total_kva
        self._source_kva[source] += growth.total_kva
