"""Distribution networks as short texts, for tests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cascade.engine.distribution.model import DistributionModel
from grid.topology import Circuits, Meters, NetworkColumns, Sections, Switches, Transformers, build_network
from grid.topology.inventory import EquipmentColumns, build_equipment

KV = 12.47


@dataclass(frozen=True, kw_only=True)
class Line:
    """Hold one section."""

    id: str
    start: str
    end: str
    circuit: str
    rated_a: float | None = 1000.0
    phases: str = "ABC"
    r_ohm: float | None = 0.0
    x_ohm: float | None = 0.0


@dataclass(frozen=True, kw_only=True)
class Device:
    """Hold one switch."""

    id: str
    kind: str
    start: str
    end: str
    circuit: str
    is_open: bool = False
    rated_a: float | None = 1000.0


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Hold one transformer with as many meters as customers, some of them critical."""

    id: str
    node: str
    circuit: str
    load_kva: float | None
    customers: int = 1
    critical: int = 0
    phases: str = "ABC"
    customer_class: str | None = "RESIDENTIAL"


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Hold a network; circuits name their substations."""

    circuits: Mapping[str, str]
    lines: Sequence[Line]
    devices: Sequence[Device]
    units: Sequence[Unit]
    circuit_mva: Mapping[str, float | None] = field(default_factory=dict)
    circuit_kv: Mapping[str, float] = field(default_factory=dict)
    substation_mva: Mapping[str, float | None] = field(default_factory=dict)

    def model(self) -> DistributionModel:
        """Return it as the engine takes it; a rating that is not named is very large."""
        meters = [
            (f"{unit.id}-{n}", unit, n < unit.critical) for unit in self.units for n in range(unit.customers)
        ]
        network = build_network(
            NetworkColumns(
                circuits=Circuits(id=list(self.circuits), substation_id=list(self.circuits.values())),
                sections=Sections(
                    id=[each.id for each in self.lines],
                    from_node=[each.start for each in self.lines],
                    to_node=[each.end for each in self.lines],
                ),
                switches=Switches(
                    id=[each.id for each in self.devices],
                    kind=[each.kind for each in self.devices],
                    circuit_id=[each.circuit for each in self.devices],
                    from_node=[each.start for each in self.devices],
                    to_node=[each.end for each in self.devices],
                    is_open=[each.is_open for each in self.devices],
                ),
                transformers=Transformers(
                    id=[each.id for each in self.units],
                    circuit_id=[each.circuit for each in self.units],
                    node=[each.node for each in self.units],
                ),
                meters=Meters(
                    id=[key for key, _, _ in meters],
                    transformer_id=[unit.id for _, unit, _ in meters],
                    customer_count=[1] * len(meters),
                ),
            )
        )
        arrays = network.arrays
        substations = sorted(set(self.circuits.values()))
        equipment = build_equipment(
            arrays,
            EquipmentColumns(
                section_id=[each.id for each in self.lines],
                section_circuit=[each.circuit for each in self.lines],
                section_phases=[each.phases for each in self.lines],
                section_rated_a=[each.rated_a for each in self.lines],
                switch_id=[each.id for each in self.devices],
                switch_rated_a=[each.rated_a for each in self.devices],
                circuit_id=list(self.circuits),
                circuit_kv=[self.circuit_kv.get(each, KV) for each in self.circuits],
                circuit_rated_mva=[self.circuit_mva.get(each, 1000.0) for each in self.circuits],
                substation_id=substations,
                substation_rated_mva=[self.substation_mva.get(each, 1000.0) for each in substations],
                transformer_id=[each.id for each in self.units],
                transformer_phases=[each.phases for each in self.units],
            ),
        )
        classes = sorted({unit.customer_class for unit in self.units if unit.customer_class})
        load = np.full(len(arrays.transformers), np.nan)
        for unit in self.units:
            if unit.load_kva is not None:
                load[arrays.transformers.position(unit.id)] = unit.load_kva
        critical = np.zeros(len(arrays.meters), dtype=np.int64)
        number = np.full(len(arrays.meters), -1, dtype=np.int64)
        for key, unit, is_critical in meters:
            at = arrays.meters.position(key)
            critical[at] = is_critical
            number[at] = -1 if unit.customer_class is None else classes.index(unit.customer_class)
        kinds: list[str | None] = [None] * len(arrays.switches)
        for device in self.devices:
            kinds[arrays.switches.position(device.id)] = device.kind
        r, x = np.zeros(len(arrays.edge_start)), np.zeros(len(arrays.edge_start))
        for line in self.lines:
            at = arrays.sections.position(line.id)
            r[at] = math.nan if line.r_ohm is None else line.r_ohm
            x[at] = math.nan if line.x_ohm is None else line.x_ohm
        return DistributionModel(
            network=network,
            equipment=equipment,
            load_kva=load,
            meter_critical=critical,
            meter_class=number,
            class_names=tuple(classes),
            switch_kinds=tuple(kinds),
            edge_r_ohm=r,
            edge_x_ohm=x,
        )


def two_circuits(**changes: object) -> Drawn:
    """Return circuits A and B of substations SA and SB with an open tie between their ends.

    A: BRK-A, LA1 with TA1, SEC, LA2 with TA2, REC, LA3 with TA3; the tie leads from there to the end of B:
    BRK-B, LB1 with TB1. Each of TA1, TA2, TA3 takes 100 kVA and serves 10, 20 and 30 customers; TB1 200 kVA
    and 40.
    """
    fields: dict[str, object] = {
        "circuits": {"A": "SA", "B": "SB"},
        "lines": (
            Line(id="LA1", start="a1", end="a2", circuit="A"),
            Line(id="LA2", start="a3", end="a4", circuit="A"),
            Line(id="LA3", start="a5", end="a6", circuit="A"),
            Line(id="LB1", start="b1", end="b2", circuit="B"),
        ),
        "devices": (
            Device(id="BRK-A", kind="BREAKER", start="SA", end="a1", circuit="A"),
            Device(id="SEC", kind="SECTIONALIZER", start="a2", end="a3", circuit="A"),
            Device(id="REC", kind="RECLOSER", start="a4", end="a5", circuit="A"),
            Device(id="BRK-B", kind="BREAKER", start="SB", end="b1", circuit="B"),
            Device(id="TIE", kind="TIE", start="b2", end="a6", circuit="B", is_open=True),
        ),
        "units": (
            Unit(id="TA1", node="a2", circuit="A", load_kva=100.0, customers=10),
            Unit(id="TA2", node="a4", circuit="A", load_kva=100.0, customers=20),
            Unit(id="TA3", node="a6", circuit="A", load_kva=100.0, customers=30),
            Unit(id="TB1", node="b2", circuit="B", load_kva=200.0, customers=40),
        ),
    }
    return Drawn(**{**fields, **changes})  # type: ignore[arg-type]
