"""Numbers, times and lists in sentences, as a control room says them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from agent.answers.words import number, plain, plural

UNKNOWN = "not known"


def moment(at: datetime | None) -> str:
    """Return a time in the territory's zone: "2026-06-01 07:00 CDT"."""
    return UNKNOWN if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}"


def day(at: date | None) -> str:
    """Return a day."""
    return UNKNOWN if at is None else f"{at:%Y-%m-%d}"


def iso(at: datetime | date | None) -> str | None:
    """Return a time for a model, in the territory's zone."""
    if isinstance(at, datetime):
        return timezone.localtime(at).isoformat(timespec="minutes")
    return None if at is None else at.isoformat()


def lasting(span: timedelta) -> str:
    """Return how long something takes: "3 h 05 min", "2 d 4 h"."""
    minutes = max(round(span.total_seconds() / 60), 0)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {left:02d} min" if hours else f"{left} min"


def counted(count: int | None, noun: str) -> str:
    """Return how many there are: "1 meter", "2,103 meters"; null is "an unknown number of meters"."""
    if count is None:
        return f"an unknown number of {many(noun)}"
    return f"{count:,} {noun if count == 1 else many(noun)}"


def many(noun: str) -> str:
    """Return the plural of a noun."""
    return "buses" if noun == "bus" else plural(noun)


def listed(parts: Iterable[str]) -> str:
    """Return parts as in a sentence: "a, b and c"."""
    said = [part for part in parts if part]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def percent(value: float | None) -> str:
    """Return a share, to a tenth of a percent."""
    return UNKNOWN if value is None else f"{value:,.1f} %"


def place(lat: float | None, lon: float | None) -> str:
    """Return where something stands, to about a metre."""
    if lat is None or lon is None:
        return UNKNOWN
    return f"{abs(lat):.5f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.5f}° {'E' if lon >= 0 else 'W'}"


def lower(code: str | None) -> str:
    """Return a code of the data in words: "IN_PROGRESS" is "in progress"."""
    return UNKNOWN if code is None else plain(code.replace("_", " ").lower())


def bullets(lines: Sequence[str]) -> str:
    """Return lines as a list."""
    return "\n".join(f"- {line}" for line in lines if line)


__all__ = [
    "UNKNOWN",
    "bullets",
    "counted",
    "day",
    "iso",
    "lasting",
    "listed",
    "lower",
    "moment",
    "number",
    "percent",
    "place",
    "plain",
]
