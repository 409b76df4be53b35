"""How much of a dead part one tie can take up: switch by switch, as long as every limit is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

from cascade.engine.distribution.live import Live
from cascade.engine.distribution.voltage import squared_voltages


class Refusal(StrEnum):
    """Why a tie was not used, or a part was left out."""

    NOT_NEEDED = "NOT_NEEDED"
    """What is behind it has supply again by another way."""
    OVERLOADED = "OVERLOADED"
    VOLTAGE = "VOLTAGE"
    """A voltage would fall below the limit."""
    LOAD_UNKNOWN = "LOAD_UNKNOWN"
    RATING_UNKNOWN = "RATING_UNKNOWN"
    VOLTAGE_MISMATCH = "VOLTAGE_MISMATCH"
    PHASES_MISSING = "PHASES_MISSING"
    LOOP = "LOOP"
    """Closed loops share the load in a manner that is not known."""
    SOURCE_SHORT = "SOURCE_SHORT"
    """The substation behind it is itself served in part only."""


@dataclass(frozen=True, kw_only=True)
class Added:
    """Hold a node that is taken up: what feeds it and what then flows into it."""

    node: int
    parent: int
    entry: int
    flow_kva: float
    phases: int


@dataclass
class Growth:
    """Hold what a tie takes up. Nodes and edges are numbers of the region.

    Attributes:
        tie: the edge that closes.
        above: its fed end.
        factor: load just after pick-up over the usual one.
        nodes: what is taken up, each node after the one that feeds it.
        blocks: the blocks.
        links: closed switches between them that it is fed through.
        total_kva: load taken up.
        customers: active accounts taken up.
        critical: critical ones among them.
        least_pu: lowest voltage of what is taken up; NaN if it is not known.
        margin_kva: smallest margin of a rating on the way.
        refusal: why the first block was refused; None if it was not.
    """

    tie: int
    above: int
    factor: float
    nodes: dict[int, Added] = field(default_factory=dict)
    blocks: set[int] = field(default_factory=set)
    links: set[int] = field(default_factory=set)
    total_kva: float = 0.0
    customers: int = 0
    critical: int = 0
    least_pu: float = math.nan
    margin_kva: float = math.inf
    refusal: Refusal | None = None


def grow(live: Live, *, tie: int, above: int, foot: int, factor: float) -> Growth:
    """Return what a tie can take up.

    It begins with the block at the tie and goes on with that neighbour, behind a switch that can be opened,
    which has critical customers or the most customers for its load. A block is taken if all is kept: ratings
    of every section and switch on the way, of the circuit and the substation, voltages, phases.

    Args:
        live: the state before the tie closes.
        tie: the edge.
        above: its fed end.
        foot: its other end.
        factor: load just after pick-up over the usual one.
    """
    growth = Growth(tie=tie, above=above, factor=factor)
    head = live.head[above]
    if head in live.looped:
        growth.refusal = Refusal.LOOP
        return growth
    if live.source[above] in live.short:
        growth.refusal = Refusal.SOURCE_SHORT
        return growth
    growth.refusal = _take(live, growth, edge=tie, above=above, foot=foot)
    if growth.refusal is not None:
        return growth
    refused: set[int] = set()
    while True:
        frontier = [
            (edge, near, far)
            for block in growth.blocks
            for edge, near, far in live.links_of[block]
            if near in growth.nodes and live.block[far] not in growth.blocks and edge not in refused
        ]
        if not frontier:
            return growth
        edge, near, far = max(frontier, key=lambda each: (*live.worth(live.block[each[2]]), -each[0]))
        if _take(live, growth, edge=edge, above=near, foot=far) is None:
            growth.links.add(edge)
        else:
            refused.add(edge)


def _take(live: Live, growth: Growth, *, edge: int, above: int, foot: int) -> Refusal | None:
    """Take up the block at the foot of an edge, or return why not."""
    block = live.block[foot]
    if block in live.looped_blocks:
        return Refusal.LOOP
    added, refusal = _fed_through(live, growth, edge=edge, above=above, foot=foot)
    if refusal is not None:
        return refusal
    load = added[0].flow_kva
    if math.isnan(load):
        return Refusal.LOAD_UNKNOWN
    margin = math.inf
    for each in added:
        room = live.rated_kva[each.entry] - each.flow_kva
        if math.isnan(room):
            return Refusal.RATING_UNKNOWN
        if room < 0.0:
            return Refusal.OVERLOADED
        margin = min(margin, room)
    flows: dict[int, float] = {}
    at = above
    while at in growth.nodes:
        flows[at] = growth.nodes[at].flow_kva + load
        margin, refusal = _room(live, growth.nodes[at].entry, flows[at], margin)
        if refusal is not None:
            return refusal
        at = growth.nodes[at].parent
    total = growth.total_kva + load
    while live.entry[at] >= 0:
        flows[at] = live.flow_kva[at] + total
        margin, refusal = _room(live, live.entry[at], flows[at], margin)
        if refusal is not None:
            return refusal
        at = live.parent[at]
    for carried, rated in live.upper_limits(growth.above, growth.tie):
        room = rated - carried - total
        if math.isnan(room):
            return Refusal.LOAD_UNKNOWN if math.isnan(carried) else Refusal.RATING_UNKNOWN
        if room < 0.0:
            return Refusal.OVERLOADED
        margin = min(margin, room)
    grown = {
        node: (each if node not in flows else _with_flow(each, flows[node]))
        for node, each in growth.nodes.items()
    }
    grown.update({each.node: each for each in added})
    least, keeps = _voltages(live, growth, grown, flows)
    if not keeps:
        return Refusal.VOLTAGE
    growth.nodes = grown
    growth.blocks.add(block)
    growth.total_kva = total
    growth.customers += live.block_customers[block]
    growth.critical += live.block_critical[block]
    growth.least_pu = least
    growth.margin_kva = min(growth.margin_kva, margin)
    return None


def _room(live: Live, edge: int, flow_kva: float, margin: float) -> tuple[float, Refusal | None]:
    room = live.rated_kva[edge] - flow_kva
    if math.isnan(room):
        return margin, Refusal.LOAD_UNKNOWN if math.isnan(flow_kva) else Refusal.RATING_UNKNOWN
    return min(margin, room), Refusal.OVERLOADED if room < 0.0 else None


def _fed_through(
    live: Live, growth: Growth, *, edge: int, above: int, foot: int
) -> tuple[list[Added], Refusal | None]:
    """Return the nodes of a block as they would be fed through an edge, the foot first."""
    phases_above = growth.nodes[above].phases if above in growth.nodes else live.phases_at(above)
    kv = live.kv[edge]
    if _differ(kv, live.kv_of_feeder(growth.above)):
        return [], Refusal.VOLTAGE_MISMATCH
    order, parent, entry = [foot], {foot: above}, {foot: edge}
    phases = {foot: live.narrowed(phases_above, edge)}
    for node in order:
        for inner, other in live.inner[node]:
            if other in parent:
                continue
            if _differ(kv, live.kv[inner]):
                return [], Refusal.VOLTAGE_MISMATCH
            parent[other], entry[other] = node, inner
            phases[other] = live.narrowed(phases[node], inner)
            order.append(other)
    if any(live.needs[node] & ~phases[node] for node in order):
        return [], Refusal.PHASES_MISSING
    flow = {node: live.load_kva[node] * growth.factor for node in order}
    for node in reversed(order[1:]):
        flow[parent[node]] += flow[node]
    return [
        Added(node=n, parent=parent[n], entry=entry[n], flow_kva=flow[n], phases=phases[n]) for n in order
    ], None


def _differ(kv: float, other: float) -> bool:
    return not math.isnan(kv) and not math.isnan(other) and kv != other


def _with_flow(each: Added, flow_kva: float) -> Added:
    return Added(node=each.node, parent=each.parent, entry=each.entry, flow_kva=flow_kva, phases=each.phases)


def _voltages(
    live: Live, growth: Growth, grown: dict[int, Added], flows: dict[int, float]
) -> tuple[float, bool]:
    """Return the lowest voltage of what is taken up, and whether none falls below the limit that kept it."""
    own = live.feeder_nodes(growth.above)
    number = {node: at for at, node in enumerate(own)}
    for node in grown:
        number[node] = len(number)
    entries = [live.entry[node] for node in own] + [each.entry for each in grown.values()]
    parents = [number.get(live.parent[node], -1) for node in own]
    parents += [number[each.parent] for each in grown.values()]
    squared = squared_voltages(
        parent=parents,
        flow_kva=[flows.get(node, live.flow_kva[node]) for node in own]
        + [each.flow_kva for each in grown.values()],
        r_ohm=[live.r_ohm[edge] for edge in entries],
        x_ohm=[live.x_ohm[edge] for edge in entries],
        kv=[live.kv[edge] for edge in entries],
        phases=[live.phase_count[edge] for edge in entries],
        source_pu=live.params.source_voltage_pu,
        power_factor=live.params.power_factor,
    )
    limit = live.params.least_voltage_pu**2
    before = live.squared_before(growth.above)
    keeps = not any(value < limit <= was for value, was in zip(squared, before, strict=False))
    taken = squared[len(own) :]
    keeps = keeps and not any(value < limit for value in taken)
    least = min(taken)
    is_known = not any(math.isnan(value) for value in taken) and least > 0.0
    return (math.sqrt(least) if is_known else math.nan), keeps
