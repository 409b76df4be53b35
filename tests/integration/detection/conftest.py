"""A feeder in the cache whose meters are heard, and the control room's view of its outages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from grid import models
from grid.models import SwitchKind
from grid.services import detection
from grid.services.detection import listening
from grid.services.outages.devices import device_of
from grid.streaming import DeviceEvent, DeviceKind, EventKind, Reading
from tests.factories.grid import (
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_switch,
    make_transformer,
)

UNITS = {"A": 2, "B": 3}
"""Transformers behind each fuse; fuse B is behind the recloser."""
METERS_EACH = 4


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests apart; look at what is due or watched whenever something is heard."""
    monkeypatch.setattr(listening, "_due", listening._Turnstile(0.0))
    monkeypatch.setattr(listening, "_watched", listening._Watched())
    monkeypatch.setattr(listening._watched, "_turnstile", listening._Turnstile(0.0))


@dataclass
class Feeder:
    """Say things in the names of the feeder's devices, at seconds after its start."""

    circuit: models.Circuit
    start: datetime

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def at(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def meters(self, *units: str) -> list[str]:
        return [f"MTR-{unit}-{k}" for unit in units for k in range(1, METERS_EACH + 1)]

    def behind(self, *fuses: str) -> list[str]:
        return [f"{fuse}{k}" for fuse in fuses for k in range(1, UNITS[fuse] + 1)]

    def event(
        self, device_id: str, kind: EventKind, seconds: float, device_kind: DeviceKind = DeviceKind.METER
    ) -> DeviceEvent:
        return DeviceEvent(f"E-{next(self._numbers)}", device_kind, device_id, kind, self.at(seconds))

    def gasps(self, meters: Iterable[str], seconds: float = 0.0) -> list[DeviceEvent]:
        return [self.event(meter, EventKind.LAST_GASP, seconds) for meter in meters]

    def returns(self, meters: Iterable[str], seconds: float) -> list[DeviceEvent]:
        return [self.event(meter, EventKind.POWER_RESTORED, seconds) for meter in meters]

    def hear(self, events: Iterable[DeviceEvent], seconds: float) -> None:
        detection.take_events(list(events), self.at(seconds))

    def read(self, meters: Iterable[str], seconds: float, *, voltage_v: float | None = 121.0) -> None:
        readings = [Reading(meter, self.at(seconds), 15, 0.2, voltage_v) for meter in meters]
        detection.take_readings(readings, self.at(seconds))

    def outages(self) -> list[tuple[str, str, int]]:
        """Return device, status and customers out of the outages that are active."""
        rows = models.Outage.objects.exclude(status__in=("RESTORED", "CANCELLED")).order_by("pk")
        return sorted((device_of(row).id, row.status, row.customers_out) for row in rows)


@pytest.fixture
def feeder(synced: None) -> Feeder:
    """Return a feeder: a breaker, fuse A before the recloser, fuse B behind it, one customer at each meter.

    It starts an hour before now, so that all that is said of its first hour lies in the past.
    """
    circuit = make_circuit(id="CKT-F")
    make_switch(id="BRK", circuit=circuit, from_node=circuit.substation_id, to_node="n0")
    trunk = make_line_section(id="L0", circuit=circuit, from_node="n0", to_node="n1")
    make_switch(id="REC", circuit=circuit, kind=SwitchKind.RECLOSER, from_node="n1", to_node="n2")
    make_line_section(id="L1", circuit=circuit, from_node="n2", to_node="n3", parent_line=trunk.pk)
    for fuse, count in UNITS.items():
        make_switch(
            id=f"F{fuse}",
            circuit=circuit,
            kind=SwitchKind.FUSE,
            from_node="n1" if fuse == "A" else "n3",
            to_node=f"{fuse}0",
        )
        for k in range(1, count + 1):
            line = make_line_section(
                id=f"L{fuse}{k}", circuit=circuit, from_node=f"{fuse}{k - 1}", to_node=f"{fuse}{k}"
            )
            unit = make_transformer(id=f"{fuse}{k}", line=line, node=f"{fuse}{k}")
            for m in range(1, METERS_EACH + 1):
                make_customer(meter=make_meter(id=f"MTR-{fuse}{k}-{m}", transformer=unit))
    return Feeder(circuit, datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))


@pytest.fixture
def all_rows() -> Callable[[], list[object]]:
    """Return a function that tells all that detection writes, less when it last looked."""

    def rows() -> list[object]:
        return [
            list(model.objects.order_by("pk").values())
            for model in (
                models.Outage,
                models.OutageInterruption,
                models.OperationEvent,
                models.MeterEvidence,
                models.SwitchEvidence,
                models.OutboxEvent,
            )
        ]

    return rows
