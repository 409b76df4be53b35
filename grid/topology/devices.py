"""What an outage can be behind: a switch, a transformer, a meter, or a whole circuit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeviceKind(StrEnum):
    """What a device is."""

    METER = "METER"
    TRANSFORMER = "TRANSFORMER"
    SWITCH = "SWITCH"
    CIRCUIT = "CIRCUIT"


@dataclass(frozen=True, order=True)
class DeviceRef:
    """Name a device.

    Raises:
        ValueError: if the kind is none of :class:`DeviceKind`, or the id is empty.
    """

    kind: DeviceKind
    id: str

    def __post_init__(self) -> None:
        """Take the kind as text too."""
        allowed = ", ".join(DeviceKind)
        if self.kind not in set(DeviceKind):
            raise ValueError(f"device kind {self.kind!r} is none of {allowed}")
        if not self.id:
            raise ValueError("the id of a device must not be empty")
        object.__setattr__(self, "kind", DeviceKind(self.kind))

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


ISOLATING_KINDS = ("BREAKER", "RECLOSER", "SECTIONALIZER", "FUSE")
"""Kinds of switches that open by themselves on a fault, or right after it, and so mark an outage's extent."""
