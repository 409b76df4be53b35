"""What arrives on a stream: meter readings and events of devices, checked on construction."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from grid.warehouse.tables import DeviceEventKind as EventKind
from grid.warehouse.tables import EventDeviceKind as DeviceKind

__all__ = ["DeviceEvent", "DeviceKind", "EventKind", "Reading", "ReadingQuality", "RecordFault"]


class ReadingQuality(StrEnum):
    """How a reading came about."""

    ACTUAL = "ACTUAL"
    ESTIMATED = "ESTIMATED"
    OUTAGE = "OUTAGE"


INTERVALS_MINUTES = frozenset({5, 15, 30, 60})
MAX_USAGE_KWH = 99_999_999.0
"""Below the largest value of the warehouse's decimal of 12 digits, 4 of them behind the point."""
MAX_VOLTAGE_V = 99_999.0
MAX_DETAIL_CHARS = 4_000
MAX_ID_CHARS = 64
_ZERO = timedelta(0)


class RecordFault(ValueError):
    """A record cannot be what it says: which field, and what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter measured in one interval.

    Attributes:
        meter_id: natural key of the meter.
        reading_at: UTC, start of the interval.
        interval_minutes: 5, 15, 30 or 60.
        usage_kwh: energy in the interval, not negative.
        voltage_v: mean voltage; None if it was not measured, or the meter was without supply.
        quality: how the reading came about.

    Raises:
        RecordFault: naming the field that is wrong.
    """

    meter_id: str
    reading_at: datetime
    interval_minutes: int
    usage_kwh: float
    voltage_v: float | None = None
    quality: ReadingQuality = ReadingQuality.ACTUAL

    def __post_init__(self) -> None:
        """Check every field."""
        _check_id("meter_id", self.meter_id)
        _check_moment("reading_at", self.reading_at)
        if type(self.interval_minutes) is not int or self.interval_minutes not in INTERVALS_MINUTES:
            raise RecordFault("interval_minutes", f"must be one of {_listed(sorted(INTERVALS_MINUTES))}")
        _check_number("usage_kwh", self.usage_kwh, MAX_USAGE_KWH)
        if self.voltage_v is not None:
            _check_number("voltage_v", self.voltage_v, MAX_VOLTAGE_V)
        if not isinstance(self.quality, ReadingQuality):
            raise RecordFault("quality", f"must be one of {_listed(ReadingQuality)}")


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """What happened to a meter, a transformer or a switch.

    Attributes:
        event_id: given by the sender; the same event sent twice has the same id.
        device_kind: what kind of device.
        device_id: its natural key.
        kind: what happened.
        occurred_at: UTC, by the device's clock.
        detail: a JSON object as text, or None.

    Raises:
        RecordFault: naming the field that is wrong.
    """

    event_id: str
    device_kind: DeviceKind
    device_id: str
    kind: EventKind
    occurred_at: datetime
    detail: str | None = None

    def __post_init__(self) -> None:
        """Check every field."""
        _check_id("event_id", self.event_id)
        if not isinstance(self.device_kind, DeviceKind):
            raise RecordFault("device_kind", f"must be one of {_listed(DeviceKind)}")
        _check_id("device_id", self.device_id)
        if not isinstance(self.kind, EventKind):
            raise RecordFault("kind", f"must be one of {_listed(EventKind)}")
        _check_moment("occurred_at", self.occurred_at)
        if self.detail is not None:
            _check_detail(self.detail)


def _check_id(field: str, value: object) -> None:
    is_sound = (
        isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARS and value.isprintable() and " " not in value
    )
    if not is_sound:
        raise RecordFault(field, f"must be a text of 1 to {MAX_ID_CHARS} printable characters without spaces")


def _check_moment(field: str, value: object) -> None:
    if not isinstance(value, datetime):
        raise RecordFault(field, "must be a moment")
    if value.tzinfo is not UTC and value.utcoffset() != _ZERO:
        raise RecordFault(field, "must be in UTC")


def _check_number(field: str, value: object, largest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise RecordFault(field, "must be a number")
    if not 0 <= value <= largest:
        raise RecordFault(field, f"must be from 0 to {largest:,.0f}")


def _check_detail(value: object) -> None:
    if not isinstance(value, str) or len(value) > MAX_DETAIL_CHARS:
        raise RecordFault("detail", f"must be a JSON object of at most {MAX_DETAIL_CHARS:,} characters")
    try:
        is_object = isinstance(json.loads(value), dict)
    except ValueError:
        is_object = False
    if not is_object or "\\u0000" in value:
        raise RecordFault("detail", "must be a JSON object without null characters")


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)
