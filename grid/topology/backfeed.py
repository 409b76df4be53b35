"""Whether a tie can carry a part that lost its supply: voltage, phases and every rating on the way.

Loads are balanced over the phases of what carries them. A tie is judged with nothing else switched; the part
is taken up as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from grid.topology.arrays import NONE, BoolArray, FloatArray, IntArray
from grid.topology.feeding import FeedTree
from grid.topology.inventory import PHASE_BITS, Equipment
from grid.topology.isolation import DeadPart
from grid.topology.loops import head_of
from grid.topology.network import Network
from grid.topology.region import Region, carried, region_around
from grid.topology.supply import NOTHING, lost_without


class LimitKind(StrEnum):
    """What limits a load."""

    SECTION = "SECTION"
    SWITCH = "SWITCH"
    CIRCUIT = "CIRCUIT"
    SUBSTATION = "SUBSTATION"


class Verdict(StrEnum):
    """Whether a tie can carry a part."""

    FEASIBLE = "FEASIBLE"
    """Every rating on the way is known and kept."""
    UNKNOWN = "UNKNOWN"
    """No known rating is passed, but not all that matters is known."""
    OVERLOADED = "OVERLOADED"
    """What is known of the load passes a rating."""
    IMPOSSIBLE = "IMPOSSIBLE"
    """The voltages differ, or phases are missing."""


class Doubt(StrEnum):
    """Why a verdict is UNKNOWN or IMPOSSIBLE."""

    RATING_UNKNOWN = "RATING_UNKNOWN"
    LOAD_UNKNOWN = "LOAD_UNKNOWN"
    LOOP = "LOOP"
    """Closed loops on the way share the load in a manner that ratings alone do not tell."""
    VOLTAGE_MISMATCH = "VOLTAGE_MISMATCH"
    PHASES_MISSING = "PHASES_MISSING"


VERDICTS = (Verdict.FEASIBLE, Verdict.UNKNOWN, Verdict.OVERLOADED, Verdict.IMPOSSIBLE)
"""From the best to the worst."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Hold the load of one limit after switching.

    Attributes:
        kind: what it is.
        position: of the section, switch or circuit; of a substation its node.
        load_kva: the load of which there is a value; a lower bound if some is not known.
        unknown_loads: transformers behind it whose load is not known.
        rated_kva: None if unknown.
    """

    kind: LimitKind
    position: int
    load_kva: float
    unknown_loads: int
    rated_kva: float | None

    @property
    def margin_kva(self) -> float | None:
        """What it could carry beyond its load, less than zero if it is overloaded; None if unknown."""
        return None if self.rated_kva is None else self.rated_kva - self.load_kva


@dataclass(frozen=True, eq=False, kw_only=True)
class Option:
    """Hold what becomes of a part when one tie is closed.

    Attributes:
        switch: position of the tie.
        circuit: the circuit that would carry the part; ``NONE`` if unknown.
        source: node of the substation it begins at.
        load_kva: load of the part as far as it is known.
        unknown_loads: its transformers whose load is not known.
        verdict: whether it can be done.
        doubts: why that is not known, or not possible.
        binding: the limit with the smallest margin among those known; None if none is.
        overloaded: all limits that what is known of the load passes.
        margin_kva: that smallest margin; None if what matters is not known.
    """

    switch: int
    circuit: int
    source: int
    load_kva: float
    unknown_loads: int
    verdict: Verdict
    doubts: tuple[Doubt, ...]
    binding: Check | None
    overloaded: tuple[Check, ...]
    margin_kva: float | None


def compare_ties(
    network: Network,
    part: DeadPart,
    *,
    equipment: Equipment,
    load_kva: FloatArray,
    opened: IntArray,
    failed: IntArray = NOTHING,
) -> list[Option]:
    """Return what each tie of a part could do, the best first.

    Args:
        network: in the state before.
        part: the part without supply.
        equipment: ratings, voltages and phases.
        load_kva: per transformer of the network; NaN is unknown.
        opened: the edges that opened.
        failed: nodes of the sources that failed.
    """
    after = network.is_closed.copy()
    after[opened] = False
    is_lost = np.zeros(len(network.arrays.nodes), dtype=np.bool_)
    is_lost[lost_without(network, opened, failed)] = True
    options = [
        _option(network, part, tie, equipment, load_kva, after, failed, is_lost) for tie in part.ties.tolist()
    ]
    return sorted(
        options,
        key=lambda o: (
            VERDICTS.index(o.verdict),
            -np.inf if o.margin_kva is None else -o.margin_kva,
            o.switch,
        ),
    )


def _option(
    network: Network,
    part: DeadPart,
    tie: int,
    equipment: Equipment,
    load_kva: FloatArray,
    after: BoolArray,
    failed: IntArray,
    is_lost: BoolArray,
) -> Option:
    arrays, edge = network.arrays, len(network.arrays.sections) + tie
    ends = np.array([arrays.edge_start[edge], arrays.edge_end[edge]])
    region = region_around(network, np.concatenate([part.nodes, ends]))
    closed = after.copy()
    closed[edge] = True
    tree = region.fed(closed, failed=failed)
    outside = int(ends[0] if np.isin(ends[1], part.nodes) else ends[1])
    way = _way_up(region, tree, outside)
    inside = tree.entry[np.searchsorted(region.nodes, part.nodes)]  # the tie among them
    used = region.edges[np.concatenate([np.array(way, dtype=np.int64), inside[inside != NONE]])]
    source, head = _root(region, tree, outside)
    circuit = int(equipment.edge_circuit[head]) if head != NONE else int(equipment.edge_circuit[edge])
    doubts = _impossible(equipment, part, used, np.append(region.edges[way], edge).astype(np.int64))
    checks = _checks(network, region, tree, equipment, load_kva, used)
    checks += _upper_checks(network, equipment, load_kva, part, source, head, circuit, checks, is_lost)
    own = load_kva[part.transformers]
    known = [check for check in checks if check.margin_kva is not None]
    binding = min(known, key=lambda check: float(check.margin_kva or 0.0), default=None)
    overloaded = tuple(c for c in known if c.rated_kva is not None and c.load_kva > c.rated_kva)
    if doubts:
        verdict = Verdict.IMPOSSIBLE
    else:
        doubts = _doubts(region, tree, checks, way, part)
        if Doubt.LOOP in doubts:
            overloaded = ()
        verdict = Verdict.OVERLOADED if overloaded else Verdict.UNKNOWN if doubts else Verdict.FEASIBLE
    is_told = verdict in {Verdict.FEASIBLE, Verdict.OVERLOADED} and binding is not None
    return Option(
        switch=tie,
        circuit=circuit,
        source=source,
        load_kva=float(np.nansum(own)),
        unknown_loads=int(np.isnan(own).sum()),
        verdict=verdict,
        doubts=doubts,
        binding=binding,
        overloaded=overloaded,
        margin_kva=binding.margin_kva if is_told and binding is not None else None,
    )


def _way_up(region: Region, tree: FeedTree, node: int) -> list[int]:
    """Return the numbers of the edges from a node of the network up to its source."""
    at, way = int(np.searchsorted(region.nodes, node)), []
    while (entry := int(tree.entry[at])) != NONE:
        way.append(entry)
        at = int(tree.parent[at])
    return way


def _root(region: Region, tree: FeedTree, node: int) -> tuple[int, int]:
    """Return the source of a node and the first edge from there, as positions in the network."""
    at = int(np.searchsorted(region.nodes, node))
    head = head_of(tree, at)
    while tree.parent[at] != NONE:
        at = int(tree.parent[at])
    return int(region.nodes[at]), NONE if head == NONE else int(region.edges[head])


def _impossible(equipment: Equipment, part: DeadPart, used: IntArray, feeding: IntArray) -> tuple[Doubt, ...]:
    """Return why a part cannot be fed at all: by another voltage, or without phases that it needs."""
    found = []
    voltages = equipment.edge_kv[used]
    if len(np.unique(voltages[~np.isnan(voltages)])) > 1:
        found.append(Doubt.VOLTAGE_MISMATCH)
    phases = equipment.edge_phases[feeding]
    carried_phases = int(np.bitwise_and.reduce(phases[phases > 0], initial=sum(PHASE_BITS.values())))
    needed = int(np.bitwise_or.reduce(equipment.transformer_phases[part.transformers], initial=0))
    if needed & ~carried_phases:
        found.append(Doubt.PHASES_MISSING)
    return tuple(found)


def _checks(
    network: Network,
    region: Region,
    tree: FeedTree,
    equipment: Equipment,
    load_kva: FloatArray,
    used: IntArray,
) -> list[Check]:
    """Return the load of each section and switch that feeds the part or is in it."""
    sections = len(network.arrays.sections)
    load = carried(region, tree, load_kva)
    rated = equipment.edge_rated_kva
    found = []
    for edge in np.unique(used).tolist():
        far = int(tree.far_end[np.searchsorted(region.edges, edge)])
        found.append(
            Check(
                kind=LimitKind.SECTION if edge < sections else LimitKind.SWITCH,
                position=edge if edge < sections else edge - sections,
                load_kva=float(load.known_kva[far]),
                unknown_loads=int(load.unknown[far]),
                rated_kva=_known(rated[edge]),
            )
        )
    return found


def _upper_checks(
    network: Network,
    equipment: Equipment,
    load_kva: FloatArray,
    part: DeadPart,
    source: int,
    head: int,
    circuit: int,
    checks: list[Check],
    is_lost: BoolArray,
) -> list[Check]:
    """Return the load of the circuit and of the substation that would carry the part."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    found = []
    if circuit != NONE and head != NONE:
        kind, at = (LimitKind.SECTION, head) if head < sections else (LimitKind.SWITCH, head - sections)
        first = next(check for check in checks if check.kind is kind and check.position == at)
        found.append(
            Check(
                kind=LimitKind.CIRCUIT,
                position=circuit,
                load_kva=first.load_kva,
                unknown_loads=first.unknown_loads,
                rated_kva=_known(1000.0 * equipment.circuit_rated_mva[circuit]),
            )
        )
    units = network.behind_node(source)
    units = np.union1d(units[~is_lost[arrays.transformer_node[units]]], part.transformers)
    load = load_kva[units]
    found.append(
        Check(
            kind=LimitKind.SUBSTATION,
            position=source,
            load_kva=float(np.nansum(load)),
            unknown_loads=int(np.isnan(load).sum()),
            rated_kva=_known(1000.0 * equipment.node_rated_mva[source]),
        )
    )
    return found


def _doubts(
    region: Region, tree: FeedTree, checks: list[Check], way: list[int], part: DeadPart
) -> tuple[Doubt, ...]:
    found = []
    if any(check.rated_kva is None for check in checks):
        found.append(Doubt.RATING_UNKNOWN)
    if any(check.unknown_loads for check in checks):
        found.append(Doubt.LOAD_UNKNOWN)
    loops = np.flatnonzero(tree.is_loop)
    if len(loops):
        ends = np.concatenate([region.start[loops], region.end[loops]])
        on_way = {int(tree.far_end[edge]) for edge in way} | set(
            np.searchsorted(region.nodes, part.nodes).tolist()
        )
        heads = {head_of(tree, node) for node in on_way}
        if any(head_of(tree, int(node)) in heads for node in ends):
            found.append(Doubt.LOOP)
    return tuple(found)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
