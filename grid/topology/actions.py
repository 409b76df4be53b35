"""What can be done about the outages of a circuit, and what is known of those that are open."""

from __future__ import annotations

from dataclasses import dataclass

from grid.topology.devices import DeviceRef
from grid.topology.evidence import NEVER

Units = frozenset[int]
"""Transformers, as numbers within the circuit."""


@dataclass(frozen=True, kw_only=True)
class OpenOutage:
    """Hold an outage that leaves somebody without supply.

    Attributes:
        outage_id: its key.
        device: what it is behind.
        started_s: when it began.
        is_predicted: whether nobody has confirmed it, so that its device may be inferred anew.
        units: transformers still out; of an outage of one meter its transformer.
        meter: number of the one meter that is out, None if transformers are.
        is_partly_restored: whether some of its transformers have their supply again.
        reported_s: when it was reported, which is later than it began when events come late.
    """

    outage_id: str
    device: DeviceRef
    started_s: float
    is_predicted: bool
    units: Units
    meter: int | None = None
    is_partly_restored: bool = False
    reported_s: float = NEVER


@dataclass(frozen=True, kw_only=True)
class Report:
    """A new outage; of some transformers behind the device, or of all. A switch itself may have said so."""

    device: DeviceRef
    started_s: float
    units: Units | None
    is_told: bool = False


@dataclass(frozen=True, kw_only=True)
class Move:
    """An outage is behind another device than was thought; of some transformers behind it, or of all."""

    outage_id: str
    device: DeviceRef
    units: Units | None = None


@dataclass(frozen=True, kw_only=True)
class Confirm:
    """The device of an outage has itself said that it opened."""

    outage_id: str


@dataclass(frozen=True, kw_only=True)
class Fold:
    """An outage is part of another one, which now covers it."""

    outage_id: str
    into: DeviceRef


@dataclass(frozen=True, kw_only=True)
class Restore:
    """Transformers of an outage have their supply again; all that are left if ``units`` is None."""

    outage_id: str
    restored_s: float
    units: Units | None


Action = Report | Move | Confirm | Fold | Restore
