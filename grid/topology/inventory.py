"""What is on record of the network's equipment: circuits, voltages, phases and ratings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from grid.topology.arrays import NONE, BoolArray, FloatArray, IntArray
from grid.topology.ids import Ids
from grid.topology.network import NetworkArrays

PHASE_BITS = {"A": 1, "B": 2, "C": 4}
"""Phases as bits of a number; 0 is unknown."""

Numbers = Sequence[float | None]
Values = TypeVar("Values", FloatArray, IntArray)


@dataclass(frozen=True, kw_only=True)
class EquipmentColumns:
    """Hold the rows, each kind with ids of its own; a rating that is not known is None."""

    section_id: Sequence[str]
    section_circuit: Sequence[str]
    section_phases: Sequence[str]
    section_rated_a: Numbers
    switch_id: Sequence[str]
    switch_rated_a: Numbers
    circuit_id: Sequence[str]
    circuit_kv: Numbers
    circuit_rated_mva: Numbers
    substation_id: Sequence[str]
    substation_rated_mva: Numbers
    transformer_id: Sequence[str]
    transformer_phases: Sequence[str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Equipment:
    """Hold what is known of each edge, circuit, source and transformer, by position; NaN is unknown.

    Attributes:
        edge_circuit: the circuit that an edge's record names; ``NONE`` if unknown.
        edge_phases: bits of ``PHASE_BITS``; of a switch those of the sections on both of its sides.
        edge_rated_a: continuous rating, A.
        edge_kv: nominal voltage of its circuit, line to line, kV.
        circuit_rated_mva: per circuit.
        node_rated_mva: per node of a substation the sum of its transformers' ratings; NaN elsewhere.
        transformer_phases: bits.
    """

    edge_circuit: IntArray
    edge_phases: IntArray
    edge_rated_a: FloatArray
    edge_kv: FloatArray
    circuit_rated_mva: FloatArray
    node_rated_mva: FloatArray
    transformer_phases: IntArray

    @property
    def edge_rated_kva(self) -> FloatArray:
        """What each edge may carry on its phases together in balance, kVA; NaN if unknown.

        S = n · V / √3 · I with n phases of a system whose line-to-line voltage is V.
        """
        count = phase_count(self.edge_phases)
        return np.asarray(
            np.where(count > 0, count, np.nan) * self.edge_kv / np.sqrt(3.0) * self.edge_rated_a
        )


def phase_bits(phases: Iterable[str]) -> IntArray:
    """Return texts such as ``ABC`` as bits; other letters count for nothing."""
    texts = list(phases)
    known = {text: sum(PHASE_BITS.get(letter, 0) for letter in set(text or "")) for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=np.int64)


def phase_count(bits: IntArray) -> IntArray:
    """Return how many phases some bits stand for."""
    return np.asarray((bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1))


def build_equipment(arrays: NetworkArrays, columns: EquipmentColumns) -> Equipment:
    """Return the equipment of a network; rows of ids that it does not hold are passed over."""
    section_circuit = arrays.circuits.positions(list(columns.section_circuit))
    circuit_kv = aligned(arrays.circuits, columns.circuit_id, columns.circuit_kv)
    edge_circuit = np.concatenate([
        _placed(arrays.sections, columns.section_id, section_circuit, NONE), arrays.switch_circuit
    ])  # fmt: skip
    section_phases = _placed(arrays.sections, columns.section_id, phase_bits(columns.section_phases), 0)
    source_mva = aligned(arrays.substations, columns.substation_id, columns.substation_rated_mva)
    node_mva = np.full(len(arrays.nodes), np.nan)
    node_mva[arrays.nodes.positions(arrays.substations.keys())] = source_mva
    return Equipment(
        edge_circuit=edge_circuit,
        edge_phases=np.concatenate([section_phases, _switch_phases(arrays, section_phases)]),
        edge_rated_a=np.concatenate([
            aligned(arrays.sections, columns.section_id, columns.section_rated_a),
            aligned(arrays.switches, columns.switch_id, columns.switch_rated_a),
        ]),
        edge_kv=np.where(edge_circuit != NONE, np.append(circuit_kv, np.nan)[edge_circuit], np.nan),
        circuit_rated_mva=aligned(arrays.circuits, columns.circuit_id, columns.circuit_rated_mva),
        node_rated_mva=node_mva,
        transformer_phases=_placed(
            arrays.transformers, columns.transformer_id, phase_bits(columns.transformer_phases), 0
        ),
    )  # fmt: skip


def aligned(ids: Ids, keys: Sequence[str], values: Numbers) -> FloatArray:
    """Return values at the positions of their keys; NaN where there is none, or it is None."""
    return _placed(
        ids, keys, np.array([np.nan if v is None else v for v in values], dtype=np.float64), np.nan
    )


def members(ids: Ids, keys: Iterable[str]) -> BoolArray:
    """Return which ids are among some keys."""
    found = np.zeros(len(ids), dtype=np.bool_)
    at = ids.positions(list(keys))
    found[at[at != NONE]] = True
    return found


def _placed(ids: Ids, keys: Sequence[str], values: Values, empty: float) -> Values:
    placed = np.full(len(ids), empty, dtype=values.dtype)
    at = ids.positions(list(keys))
    known = np.flatnonzero(at != NONE)[::-1]  # of rows with one id the first stays, as in the network
    placed[at[known]] = values[known]
    return placed


def _switch_phases(arrays: NetworkArrays, section_phases: IntArray) -> IntArray:
    """Return the phases that a switch's two sides have in common; a side without sections says nothing."""
    sections = len(section_phases)
    at_node = np.zeros(len(arrays.nodes), dtype=np.int64)
    for end in (arrays.edge_start, arrays.edge_end):
        np.bitwise_or.at(at_node, end[:sections], section_phases)
    start, end = at_node[arrays.edge_start[sections:]], at_node[arrays.edge_end[sections:]]
    everything = sum(PHASE_BITS.values())
    common = np.where(start > 0, start, everything) & np.where(end > 0, end, everything)
    return np.where((start > 0) | (end > 0), common, 0)
