"""Isolating faults, closing again what tripped, and feeding the healthy rest through ties."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from cascade.engine.distribution.cold_load import undiversified_peak
from cascade.engine.distribution.faults import Cleared
from cascade.engine.distribution.growth import Growth, Refusal, grow
from cascade.engine.distribution.impact import StepKind
from cascade.engine.distribution.live import Live
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.params import SwitchingParams
from grid.topology import NONE
from grid.topology.arrays import BoolArray, FloatArray, IntArray
from grid.topology.feeding import FeedTree
from grid.topology.region import Region, region_around
from grid.topology.supply import NOTHING


@dataclass(frozen=True, eq=False, kw_only=True)
class Operation:
    """Hold one operation of a switch.

    Attributes:
        at_s: seconds after the failure.
        kind: what is done.
        switch: position of the switch.
        is_by_hand: whether somebody has to go there.
        nodes: nodes of the network that it gives supply again.
        circuit: the circuit that then feeds them; ``NONE`` if unknown, or of none.
        least_pu: lowest voltage of what a tie takes up; NaN if unknown, or of no tie.
        margin_kva: smallest margin to a rating on the way; NaN if of no tie.
    """

    at_s: float
    kind: StepKind
    switch: int
    is_by_hand: bool
    nodes: IntArray
    circuit: int
    least_pu: float = math.nan
    margin_kva: float = math.nan


@dataclass(frozen=True, eq=False, kw_only=True)
class Restoration:
    """Hold what switching does.

    Attributes:
        operations: in the order of time.
        restored_s: per node of the network when it has supply again; infinite if not by switching, and of
            nodes that never lost it.
        unused: ties to what is out that were not used, by the reason.
    """

    operations: list[Operation]
    restored_s: FloatArray
    unused: Counter[Refusal]


def restore(
    model: DistributionModel,
    cleared: Cleared,
    *,
    unit_load_kva: FloatArray,
    unit_customers: IntArray,
    unit_critical: IntArray,
    short_sources: IntArray = NOTHING,
    params: SwitchingParams,
) -> Restoration:
    """Return what switching restores, and when.

    What is at fault is isolated and what tripped above it closed again. Then ties are closed one after the
    other: of all the one that takes up the most customers, by the fewest operations, with the largest margin.
    A tie that cannot take up all that is behind it takes up what fits; another one may take the rest.
    The network stays radial. A greedy rule: it is feasible at each step, but not proven to be the best.

    Args:
        model: the network before.
        cleared: what the protection did.
        unit_load_kva: load of each transformer; 0 of failed ones, NaN where it is unknown.
        unit_customers: active accounts of each transformer that can have supply again.
        unit_critical: critical ones of these.
        short_sources: nodes of substations served in part: nothing more is put on them.
        params: the settings.
    """
    return _Switching(
        model, cleared, unit_load_kva, unit_customers, unit_critical, short_sources, params
    ).done()


class _Switching:
    """Carry a restoration out, step by step."""

    def __init__(
        self,
        model: DistributionModel,
        cleared: Cleared,
        unit_load_kva: FloatArray,
        unit_customers: IntArray,
        unit_critical: IntArray,
        short_sources: IntArray,
        params: SwitchingParams,
    ) -> None:
        self._model, self._cleared, self._params = model, cleared, params
        network, arrays = model.network, model.network.arrays
        self._operations: list[Operation] = []
        self._restored_s = np.full(len(arrays.nodes), np.inf)
        self._unused: Counter[Refusal] = Counter()
        self._is_remote = model.is_of_kind(params.remote_kinds)
        self._is_open: BoolArray = network.is_open.copy()
        self._is_open[cleared.tripped] = True
        self._clock: dict[int, float] = defaultdict(lambda: params.locate_s)
        for switch in cleared.tripped.tolist():
            self._note(0.0, StepKind.TRIP, switch, by_hand=False)
        is_source = np.zeros(len(arrays.nodes), dtype=np.bool_)
        is_source[arrays.sources] = True
        ends = np.concatenate([arrays.edge_start, arrays.edge_end])
        others = np.concatenate([arrays.edge_end, arrays.edge_start])
        switches = np.tile(np.arange(len(arrays.edge_start)) >= model.sections, 2)
        around = others[switches & cleared.lost[ends]]
        seeds = np.unique(np.concatenate([np.flatnonzero(cleared.lost), around]))
        self._region: Region = region_around(network, seeds[~is_source[seeds]])
        self._after: BoolArray = network.is_closed.copy()
        self._after[cleared.boundary] = False
        self._tree: FeedTree = self._region.fed(self._after, failed=cleared.sources)
        self._live = Live(
            model,
            cleared,
            self._region,
            self._tree,
            is_closed=self._after,
            unit_load_kva=unit_load_kva,
            unit_customers=unit_customers,
            unit_critical=unit_critical,
            short_sources=short_sources,
            params=params,
        )

    def done(self) -> Restoration:
        """Return the restoration."""
        if self._params.can_switch:
            self._close_again()
            self._close_ties()
        self._operations.sort(key=lambda operation: operation.at_s)
        return Restoration(operations=self._operations, restored_s=self._restored_s, unused=self._unused)

    # Time

    def _note(self, at_s: float, kind: StepKind, switch: int, *, by_hand: bool) -> None:
        self._operations.append(
            Operation(at_s=at_s, kind=kind, switch=switch, is_by_hand=by_hand, nodes=NOTHING, circuit=NONE)
        )

    def _duration(self, switch: int) -> float:
        remote = bool(self._is_remote[switch])
        return self._params.remote_operation_s if remote else self._params.manual_operation_s

    def _operate(self, clock: int, kind: StepKind, switch: int) -> float:
        """Note an operation after those before it of the same part; return when it is done."""
        self._clock[clock] += self._duration(switch)
        self._is_open[switch] = kind is StepKind.OPEN
        self._note(self._clock[clock], kind, switch, by_hand=not self._is_remote[switch])
        return self._clock[clock]

    def _clock_of(self, node: int) -> int:
        """Return the part that a node of the network belongs to: each has a clock of its own."""
        return int(self._model.network.part[node])

    # What tripped

    def _close_again(self) -> None:
        """Open the switches between what is at fault and what can be fed, then close what tripped."""
        network, region, cleared = self._model.network, self._region, self._cleared
        arrays, sections = network.arrays, self._model.sections
        fed = np.zeros(len(arrays.nodes), dtype=np.bool_)
        fed[region.nodes[self._tree.position != NONE]] = True
        back = fed & cleared.lost
        edges = sections + cleared.tripped
        closes = cleared.tripped[(fed[arrays.edge_start[edges]] & fed[arrays.edge_end[edges]])]
        closes = closes[network.tree.far_end[sections + closes] != NONE]
        at = network.tree.position[network.tree.far_end[sections + closes]]
        waiting = back.copy()
        opened: set[int] = set()
        behind: list[tuple[int, IntArray]] = []
        for switch in closes[np.argsort(-at, kind="stable")].tolist():  # the deepest first
            far = int(network.tree.far_end[sections + switch])
            nodes = network.tree.order[network.tree.position[far] : network.tree.end[far]]
            own = nodes[waiting[nodes]]
            waiting[own] = False
            behind.append((switch, own))
        for switch, own in reversed(behind):
            clock = self._clock_of(int(network.tree.far_end[sections + switch]))
            for way in self._open_boundary(own):
                if way not in opened:
                    opened.add(way)
                    self._operate(clock, StepKind.OPEN, way)
            at_s = self._operate(clock, StepKind.CLOSE, switch)
            self._restored_s[own] = at_s
            self._gives(own, int(self._model.equipment.edge_circuit[self._head(own)]) if len(own) else NONE)
        if waiting.any():  # fed by another way of a loop all along, or once the fault is isolated
            left = np.flatnonzero(waiting)
            clock = self._clock_of(int(left[0]))
            for way in self._open_boundary(left):
                if way not in opened:
                    self._operate(clock, StepKind.OPEN, way)
            self._restored_s[left] = self._clock[clock]

    def _head(self, nodes: IntArray) -> int:
        number = int(np.searchsorted(self._region.nodes, nodes[0]))
        return int(self._region.edges[self._live.head[number]])

    def _gives(
        self, nodes: IntArray, circuit: int, *, least_pu: float = math.nan, margin: float = math.nan
    ) -> None:
        last = self._operations.pop()
        self._operations.append(
            Operation(
                at_s=last.at_s,
                kind=last.kind,
                switch=last.switch,
                is_by_hand=last.is_by_hand,
                nodes=nodes,
                circuit=circuit,
                least_pu=least_pu,
                margin_kva=margin,
            )
        )

    def _open_boundary(self, nodes: IntArray) -> list[int]:
        """Return the switches around the fault, closed as yet, that touch some nodes."""
        arrays, edges = self._model.network.arrays, self._cleared.boundary
        is_own = np.zeros(len(arrays.nodes), dtype=np.bool_)
        is_own[nodes] = True
        touches = edges[is_own[arrays.edge_start[edges]] | is_own[arrays.edge_end[edges]]]
        switches = touches - self._model.sections
        found: list[int] = switches[~self._is_open[switches]].tolist()
        return found

    # Ties

    def _close_ties(self) -> None:
        live = self._live
        queue: list[tuple[tuple[float, ...], int, int, int, int]] = []
        changed_at: dict[tuple[str, int], int] = defaultdict(int)
        tried: dict[int, Refusal] = {}
        ties = {edge: (near, far) for found in live.ties_of.values() for edge, near, far in found}
        moment = 0

        def push(edge: int, foot: int, above: int) -> None:
            growth = self._growth(edge, foot, above)
            if growth.refusal is not None:
                tried[edge] = growth.refusal
            elif growth.customers or growth.total_kva > 0.0:
                rank = (-growth.customers, -growth.critical, len(self._opens(growth)), -growth.margin_kva)
                heapq.heappush(queue, (rank, edge, foot, above, moment))

        for edge, (near, far) in sorted(ties.items()):
            for foot, above in ((near, far), (far, near)):
                if live.block[foot] != NONE and live.is_fed(above):
                    push(edge, foot, above)
        while queue:
            _, edge, foot, above, made = heapq.heappop(queue)
            if live.block[foot] == NONE:
                continue
            keys = self._changes(foot, above)
            if max(changed_at[key] for key in keys) > made:
                push(edge, foot, above)  # what was true of it may be so no more; it can only have become less
                continue
            growth = self._growth(edge, foot, above)
            moment += 1
            changed_at.update(dict.fromkeys(keys, moment))
            self._close_tie(growth)
            tried.pop(edge, None)
            del ties[edge]
            onward = [way for block in sorted(growth.blocks) for way in live.ties_of[block]]
            for tie, near, far in onward:
                if tie in ties and live.block[far] != NONE:
                    push(tie, far, near)
        for edge, (near, far) in ties.items():
            if live.is_fed(near) and live.is_fed(far):
                self._unused[Refusal.NOT_NEEDED] += 1
            elif edge in tried:
                self._unused[tried[edge]] += 1

    def _changes(self, foot: int, above: int) -> tuple[tuple[str, int], tuple[str, int]]:
        """Return what the worth of a tie depends on: the dead part behind, the substation before it."""
        return ("part", self._clock_of(int(self._region.nodes[foot]))), ("source", self._live.source[above])

    def _growth(self, edge: int, foot: int, above: int) -> Growth:
        """Return what a tie takes up, with the cold load of the moment at which it would close."""
        factor = undiversified_peak(self._closes_at(None, edge, foot), self._params)
        while True:
            growth = grow(self._live, tie=edge, above=above, foot=foot, factor=factor)
            if growth.refusal is not None:
                return growth
            needed = undiversified_peak(self._closes_at(growth, edge, foot), self._params)
            if needed <= factor:
                return growth
            factor = needed

    def _closes_at(self, growth: Growth | None, edge: int, foot: int) -> float:
        clock = self._clock_of(int(self._region.nodes[foot]))
        tie = int(self._region.edges[edge]) - self._model.sections
        before = 0.0
        if growth is not None:
            before = sum(self._duration(each) for each in [*self._opens(growth), *self._closes(growth)])
        return self._clock[clock] + before + self._duration(tie)

    def _opens(self, growth: Growth) -> list[int]:
        """Return the switches to open first: around the fault, and where it divides the part."""
        live, sections = self._live, self._model.sections
        nodes = self._region.nodes[np.array(list(growth.nodes), dtype=np.int64)]
        found = dict.fromkeys(self._open_boundary(np.sort(nodes)))
        for block in sorted(growth.blocks):
            for edge, _, _ in live.links_of[block]:
                switch = int(self._region.edges[edge]) - sections
                if edge not in growth.links and not self._is_open[switch]:
                    found[switch] = None
        return list(found)

    def _closes(self, growth: Growth) -> list[int]:
        """Return the switches that tripped and now feed part of what a tie takes up."""
        used = self._region.edges[np.array([each.entry for each in growth.nodes.values()], dtype=np.int64)]
        switches = used[used >= self._model.sections] - self._model.sections
        tripped = np.intersect1d(switches, self._cleared.tripped)
        found: list[int] = tripped[self._is_open[tripped]].tolist()
        return found

    def _close_tie(self, growth: Growth) -> None:
        live, region, sections = self._live, self._region, self._model.sections
        nodes = np.sort(region.nodes[np.array(list(growth.nodes), dtype=np.int64)])
        foot = next(iter(growth.nodes))
        clock = self._clock_of(int(region.nodes[foot]))
        for switch in self._opens(growth):
            self._operate(clock, StepKind.OPEN, switch)
        tie = int(region.edges[growth.tie]) - sections
        for switch in self._closes(growth):
            if switch != tie:
                self._operate(clock, StepKind.CLOSE, switch)
        at_s = self._operate(clock, StepKind.CLOSE, tie)
        live.apply(growth)
        self._restored_s[nodes] = at_s
        self._gives(
            nodes,
            live.circuit_at(foot),
            least_pu=growth.least_pu,
            margin=growth.margin_kva if math.isfinite(growth.margin_kva) else math.nan,
        )
