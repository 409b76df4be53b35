"""The local day of a moment, by the few offsets that the local clock has in a period.

A database converts time zones row by row, which costs more than all else of a sum over a million rows.
Between two changes of the clock the local time is the UTC time and a constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Date, case, cast, literal

from grid.warehouse.dialects import later

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DayOffsets:
    """How far local time is ahead of UTC in a period.

    Attributes:
        first_min: the offset at its beginning, min.
        changes: each later change: its moment, naive UTC, and the offset from then on, min.
    """

    first_min: int
    changes: tuple[tuple[datetime, int], ...]


def day_offsets(since: datetime, until: datetime, zone: ZoneInfo) -> DayOffsets:
    """Return the offsets of a zone from ``since`` to ``until``, naive UTC.

    Changes are found to the minute; a zone that changes twice within a day and back is none that we know.
    """
    changes = []
    first = _offset_min(since, zone)
    at, offset = since, first
    while at < until:
        after = min(at + _DAY, until)
        there = _offset_min(after, zone)
        if there != offset:
            changes.append((_first_with(there, at, after, zone), there))
            offset = there
        at = after
    return DayOffsets(first_min=first, changes=tuple(changes))


def local_day(at: ColumnElement[Any], offsets: DayOffsets) -> ColumnElement[Any]:
    """Return the local day of a moment in UTC, within the period that the offsets are of."""
    minutes: Any = literal(offsets.first_min, BigInteger)
    if offsets.changes:
        newest_first = reversed(offsets.changes)
        minutes = case(
            *((at >= moment, literal(offset, BigInteger)) for moment, offset in newest_first), else_=minutes
        )
    return cast(later(at, minutes), Date)


def _offset_min(at: datetime, zone: ZoneInfo) -> int:
    there = at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return round((there - at) / _MINUTE)


def _first_with(offset: int, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first whole minute after ``before`` with the offset that ``after`` has."""
    low, high = 0, -((before - after) // _MINUTE)
    while low < high:
        middle = (low + high) // 2
        if _offset_min(before + middle * _MINUTE, zone) == offset:
            high = middle
        else:
            low = middle + 1
    return before + low * _MINUTE
