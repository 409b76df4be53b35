"""Local days as spans of time: hours, days and months, and their places in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from grid.pipeline.usage import day_bounds

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in a period.

    Attributes:
        start: first instant, naive UTC.
        end: first instant after it, naive UTC.
        first: local day that it begins on.
        place: where it is in its period, the same for the corresponding span of another period: the number
            of the day (and the hour of the local clock, and 1 for its repetition in autumn) or of the month.
    """

    start: datetime
    end: datetime
    first: date
    place: tuple[int, ...]

    @property
    def minutes(self) -> float:
        """Return its length."""
        return (self.end - self.start).total_seconds() / 60.0


def hour_spans(first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """Return the UTC hours that begin on the local days ``first`` to ``last``."""
    start, end = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    at = start.replace(minute=0, second=0, microsecond=0)
    if at < start:
        at += HOUR
    spans = []
    while at < end:
        local = at.replace(tzinfo=UTC).astimezone(zone)
        place = ((local.date() - first).days, local.hour, local.fold)
        spans.append(Span(start=at, end=at + HOUR, first=local.date(), place=place))
        at += HOUR
    return spans


def day_spans(first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """Return the local days ``first`` to ``last``; they have 23 or 25 hours when clocks change."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [Span(*day_bounds(day, zone), first=day, place=(number,)) for number, day in enumerate(days)]


def month_spans(first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """Return the local months from ``first`` to ``last``, those at the ends as far as they lie between."""
    spans: list[Span] = []
    day = first
    while day <= last:
        after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = day_bounds(min(last, after - timedelta(days=1)), zone)[1]
        spans.append(Span(start=day_bounds(day, zone)[0], end=end, first=day, place=(len(spans),)))
        day = after
    return spans


def whole(first: date, last: date, zone: ZoneInfo) -> Span:
    """Return the local days ``first`` to ``last`` as one span."""
    return Span(start=day_bounds(first, zone)[0], end=day_bounds(last, zone)[1], first=first, place=())
