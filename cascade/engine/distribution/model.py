"""The distribution network with all that its consequence needs, by position."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grid.topology import NONE, Network
from grid.topology.arrays import BoolArray, FloatArray, IntArray
from grid.topology.inventory import Equipment, phase_count

UNKNOWN_CLASS = "UNKNOWN"


@dataclass(frozen=True, eq=False, kw_only=True)
class DistributionModel:
    """Hold the network as it is before anything fails.

    Attributes:
        network: in the state of its switches.
        equipment: ratings, voltages and phases.
        load_kva: per transformer; NaN is unknown.
        meter_critical: active accounts of critical customers per meter.
        meter_class: per meter the number of its class; ``NONE`` if unknown.
        class_names: the classes by number.
        switch_kinds: per switch what it is; None if unknown.
        edge_r_ohm: resistance of each section and switch, ohm; NaN is unknown, a switch has none.
        edge_x_ohm: reactance likewise.
    """

    network: Network
    equipment: Equipment
    load_kva: FloatArray
    meter_critical: IntArray
    meter_class: IntArray
    class_names: tuple[str, ...]
    switch_kinds: tuple[str | None, ...]
    edge_r_ohm: FloatArray
    edge_x_ohm: FloatArray

    @property
    def sections(self) -> int:
        """How many sections there are; the edges of switches follow them."""
        return len(self.network.arrays.sections)

    @cached_property
    def edge_rated_kva(self) -> FloatArray:
        """What each edge may carry, kVA; NaN is unknown."""
        return self.equipment.edge_rated_kva

    @cached_property
    def edge_phase_count(self) -> IntArray:
        """How many phases each edge has; 0 is unknown."""
        return phase_count(self.equipment.edge_phases)

    @cached_property
    def meter_transformer_known(self) -> BoolArray:
        """Per meter whether its transformer is on record."""
        known: BoolArray = self.network.arrays.meter_transformer != NONE
        return known

    @cached_property
    def substation_node(self) -> IntArray:
        """Per substation its node; ``NONE`` of one that has none."""
        arrays = self.network.arrays
        return arrays.nodes.positions(arrays.substations.keys())

    def is_of_kind(self, kinds: tuple[str, ...]) -> BoolArray:
        """Return which switches are of some kinds."""
        return np.array([kind in kinds for kind in self.switch_kinds], dtype=np.bool_)

    @cached_property
    def digest(self) -> str:
        """Sha256 over all that the consequence depends on."""
        arrays, equipment = self.network.arrays, self.equipment
        found = hashlib.sha256()
        for ids in (
            arrays.substations,
            arrays.circuits,
            arrays.sections,
            arrays.switches,
            arrays.transformers,
            arrays.meters,
        ):
            found.update("\n".join(ids.keys()).encode() + b"\x00")
        for values in (
            arrays.edge_start,
            arrays.edge_end,
            arrays.transformer_node,
            arrays.transformer_circuit,
            arrays.meter_transformer,
            arrays.meter_customers,
            self.network.is_open,
            equipment.edge_circuit,
            equipment.edge_phases,
            equipment.edge_rated_a,
            equipment.edge_kv,
            equipment.circuit_rated_mva,
            equipment.node_rated_mva,
            equipment.transformer_phases,
            self.load_kva,
            self.meter_critical,
            self.meter_class,
            self.edge_r_ohm,
            self.edge_x_ohm,
        ):
            found.update(np.ascontiguousarray(values).tobytes())
        found.update("\n".join(kind or "" for kind in self.switch_kinds).encode())
        found.update("\n".join(self.class_names).encode())
        return found.hexdigest()
