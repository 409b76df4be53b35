"""What the records of a network say that cannot be, as far as connectivity, phases and voltages go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from grid.topology.arrays import NONE, BoolArray, IntArray
from grid.topology.inventory import PHASE_BITS, Equipment
from grid.topology.loops import loops_of
from grid.topology.network import Network
from grid.topology.supply import is_fed


class FindingKind(StrEnum):
    """What is wrong."""

    NOT_FED = "NOT_FED"
    LOOP = "LOOP"
    LOOSE_END = "LOOSE_END"
    REVERSED_SECTION = "REVERSED_SECTION"
    OTHER_CIRCUIT = "OTHER_CIRCUIT"
    PHASE_MISMATCH = "PHASE_MISMATCH"
    VOLTAGE_MISMATCH = "VOLTAGE_MISMATCH"
    OFF_SECTION = "OFF_SECTION"
    NO_METER = "NO_METER"
    UNUSED_POLE = "UNUSED_POLE"
    DUPLICATE_ID = "DUPLICATE_ID"
    ZERO_LENGTH = "ZERO_LENGTH"
    WRONG_LENGTH = "WRONG_LENGTH"
    FAR_AWAY = "FAR_AWAY"
    REFUSED_BY_SYNC = "REFUSED_BY_SYNC"


class Severity(StrEnum):
    """Whether answers about supply are wrong: ERROR: they are; WARNING: they may be; INFO: they are not."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


SEVERITIES = {
    FindingKind.NOT_FED: Severity.ERROR,
    FindingKind.LOOP: Severity.ERROR,
    FindingKind.LOOSE_END: Severity.INFO,
    FindingKind.REVERSED_SECTION: Severity.INFO,
    FindingKind.OTHER_CIRCUIT: Severity.WARNING,
    FindingKind.PHASE_MISMATCH: Severity.ERROR,
    FindingKind.VOLTAGE_MISMATCH: Severity.ERROR,
    FindingKind.OFF_SECTION: Severity.WARNING,
    FindingKind.NO_METER: Severity.INFO,
    FindingKind.UNUSED_POLE: Severity.INFO,
    FindingKind.DUPLICATE_ID: Severity.WARNING,
    FindingKind.ZERO_LENGTH: Severity.WARNING,
    FindingKind.WRONG_LENGTH: Severity.WARNING,
    FindingKind.FAR_AWAY: Severity.WARNING,
    FindingKind.REFUSED_BY_SYNC: Severity.ERROR,
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Hold one thing that is wrong.

    Attributes:
        kind: what is wrong.
        asset_kind: of which kind of asset; a name of ``Transformer``, ``LineSection`` and so on.
        asset_id: its id.
        explanation: a sentence.
        other_id: the other asset concerned.
        value: what was measured, in the unit that the explanation names.
    """

    kind: FindingKind
    asset_kind: str
    asset_id: str
    explanation: str
    other_id: str | None = None
    value: float | None = None


def connectivity_findings(network: Network, equipment: Equipment) -> Iterator[Finding]:
    """Yield what is wrong with the connectivity of a network with every switch in its normal position."""
    yield from _not_fed(network)
    yield from _loops(network)
    yield from _loose_ends(network)
    yield from _reversed(network)
    yield from _other_circuit(network, equipment)
    yield from _section_phases(network, equipment)
    yield from _transformer_phases(network, equipment)
    yield from _voltages(network, equipment)


def phases_of(bits: int) -> str:
    """Return bits as letters."""
    return "".join(letter for letter, bit in PHASE_BITS.items() if bits & bit)


def _not_fed(network: Network) -> Iterator[Finding]:
    arrays = network.arrays
    dark = np.flatnonzero(~is_fed(network)[arrays.transformer_node])
    for key in arrays.transformers.keys(dark):
        yield Finding(
            kind=FindingKind.NOT_FED,
            asset_kind="Transformer",
            asset_id=key,
            explanation="No closed way leads from its node to a substation.",
        )


def _loops(network: Network) -> Iterator[Finding]:
    for loop in loops_of(network):
        kind, key = _named(network, loop.edge)
        what = str(loop.kind).lower().replace("_", " ")
        yield Finding(
            kind=FindingKind.LOOP,
            asset_kind=kind,
            asset_id=key,
            explanation=f"It is normally closed and makes a loop of {len(loop.edges)} sections and switches: "
            f"{what}.",
            value=float(len(loop.edges)),
        )


def _loose_ends(network: Network) -> Iterator[Finding]:
    """Yield sections with an end where nothing else is: no section, no switch, no transformer."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    meets = np.zeros(len(arrays.nodes), dtype=np.int64)
    for nodes in (arrays.edge_start, arrays.edge_end, arrays.transformer_node, arrays.sources):
        np.add.at(meets, nodes, 1)
    for ends in (arrays.edge_start[:sections], arrays.edge_end[:sections]):
        loose = np.flatnonzero((meets[ends] == 1) & (arrays.edge_start != arrays.edge_end)[:sections])
        for section, node in zip(arrays.sections.keys(loose), arrays.nodes.keys(ends[loose]), strict=True):
            yield Finding(
                kind=FindingKind.LOOSE_END,
                asset_kind="LineSection",
                asset_id=section,
                other_id=node,
                explanation=f"Nothing else meets its end at node {node}.",
            )


def _reversed(network: Network) -> Iterator[Finding]:
    arrays, sections = network.arrays, len(network.arrays.sections)
    backwards = np.flatnonzero(
        (network.tree.far_end[:sections] == arrays.edge_start[:sections])
        & (arrays.edge_start != arrays.edge_end)[:sections]
    )
    for key in arrays.sections.keys(backwards):
        yield Finding(
            kind=FindingKind.REVERSED_SECTION,
            asset_kind="LineSection",
            asset_id=key,
            explanation="It is fed from the node where its record says that it ends.",
        )


def _feeding_circuit(network: Network, equipment: Equipment) -> IntArray:
    """Return per node the circuit of the edge it is fed through first from a source; ``NONE`` if unknown."""
    tree, found = network.tree, np.full(len(network.arrays.nodes), NONE, dtype=np.int64)
    above = tree.parent[tree.order]
    heads = tree.order[(above != NONE) & (tree.parent[np.maximum(above, 0)] == NONE)]
    for node in heads.tolist():
        behind = tree.order[tree.position[node] : tree.end[node]]
        found[behind] = equipment.edge_circuit[tree.entry[node]]
    return found


def _other_circuit(network: Network, equipment: Equipment) -> Iterator[Finding]:
    arrays = network.arrays
    fed_by = _feeding_circuit(network, equipment)[arrays.transformer_node]
    differ = (fed_by != NONE) & (arrays.transformer_circuit != NONE) & (fed_by != arrays.transformer_circuit)
    for at in np.flatnonzero(differ).tolist():
        own, actual = (arrays.circuits.key(int(c[at])) for c in (arrays.transformer_circuit, fed_by))
        yield Finding(
            kind=FindingKind.OTHER_CIRCUIT,
            asset_kind="Transformer",
            asset_id=arrays.transformers.key(at),
            other_id=actual,
            explanation=f"Its record names circuit {own}; it is fed by {actual}.",
        )


def _section_phases(network: Network, equipment: Equipment) -> Iterator[Finding]:
    """Yield sections that carry a phase which what feeds them does not."""
    sections = len(network.arrays.sections)
    available = _available(network, equipment)
    for edge in np.flatnonzero(network.tree.far_end[:sections] != NONE).tolist():
        own = int(equipment.edge_phases[edge])
        given = int(available[network.tree.parent[network.tree.far_end[edge]]])
        if own and given and own & ~given:
            yield Finding(
                kind=FindingKind.PHASE_MISMATCH,
                asset_kind="LineSection",
                asset_id=network.arrays.sections.key(edge),
                explanation=f"It carries {phases_of(own)} and is fed with {phases_of(given)}.",
            )


def _available(network: Network, equipment: Equipment) -> IntArray:
    """Return per node the phases that arrive there by the nearest section above whose phases are known."""
    tree, sections = network.tree, len(network.arrays.sections)
    found = [sum(PHASE_BITS.values())] * len(network.arrays.nodes)
    parent, entry = tree.parent.tolist(), tree.entry.tolist()
    phases = equipment.edge_phases.tolist()
    for node in tree.order.tolist():
        edge = entry[node]
        if edge != NONE:
            is_known = edge < sections and phases[edge]
            found[node] = phases[edge] if is_known else found[parent[node]]
    return np.array(found, dtype=np.int64)


def _transformer_phases(network: Network, equipment: Equipment) -> Iterator[Finding]:
    arrays = network.arrays
    given = _available(network, equipment)[arrays.transformer_node]
    own = equipment.transformer_phases
    is_wrong: BoolArray = (own & ~given > 0) & is_fed(network)[arrays.transformer_node]
    for at in np.flatnonzero(is_wrong).tolist():
        yield Finding(
            kind=FindingKind.PHASE_MISMATCH,
            asset_kind="Transformer",
            asset_id=arrays.transformers.key(at),
            explanation=f"It is on {phases_of(int(own[at]))} and fed with {phases_of(int(given[at]))}.",
        )


def _voltages(network: Network, equipment: Equipment) -> Iterator[Finding]:
    """Yield edges fed, with the normal switches, through an edge of a circuit of another voltage."""
    tree = network.tree
    fed = np.flatnonzero(tree.entry != NONE)
    above = tree.entry[np.maximum(tree.parent[fed], 0)]
    known = above != NONE
    own, upper = equipment.edge_kv[tree.entry[fed]], equipment.edge_kv[np.maximum(above, 0)]
    differ = known & ~np.isnan(own) & ~np.isnan(upper) & ~np.isclose(own, upper, rtol=0.01)
    for at in np.flatnonzero(differ).tolist():
        kind, key = _named(network, int(tree.entry[fed[at]]))
        _, other = _named(network, int(above[at]))
        yield Finding(
            kind=FindingKind.VOLTAGE_MISMATCH,
            asset_kind=kind,
            asset_id=key,
            other_id=other,
            explanation=f"Its circuit is of {own[at]:g} kV; {other}, which feeds it, of {upper[at]:g} kV.",
            value=float(upper[at]),
        )


def _named(network: Network, edge: int) -> tuple[str, str]:
    arrays, sections = network.arrays, len(network.arrays.sections)
    if edge < sections:
        return "LineSection", arrays.sections.key(edge)
    return "Switch", arrays.switches.key(edge - sections)
