"""What sums of readings say: energy, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WHOLE_PCT = 99.95
"""Coverage from which a span counts as metered whole; rounding and a late quarter-hour of many are no gap."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Energy of a span and what it rests on.

    Attributes:
        usage_kwh: sum of the readings there are; None without any.
        meter_count: meters on record.
        coverage_pct: metered time over that of the meters on record; None if that is not known.
        estimated_pct: share of the readings that are estimated; None without any.
        outage_minutes: meter-minutes without supply; None without readings.
        is_partial: whether energy may be missing: coverage is unknown or not whole.
    """

    usage_kwh: float | None
    meter_count: int
    coverage_pct: float | None
    estimated_pct: float | None
    outage_minutes: int | None
    is_partial: bool


def measure(rows: Iterable[Mapping[str, Any]], *, meter_count: int, minutes: float) -> Measure:
    """Return what ``rows`` say together of a span of ``minutes``.

    Args:
        rows: sums of readings: usage_kwh, reading_count, estimated_count, metered_minutes, outage_minutes;
            a row whose usage_kwh is None holds no readings.
        meter_count: meters on record that the rows are of.
        minutes: length of the span.
    """
    known = [row for row in rows if row["usage_kwh"] is not None]
    metered = [row["metered_minutes"] for row in known]
    capacity = meter_count * minutes
    coverage_pct = 100.0 * sum(metered) / capacity if capacity > 0.0 and None not in metered else None
    readings = sum(row["reading_count"] for row in known)
    return Measure(
        usage_kwh=float(sum((Decimal(row["usage_kwh"]) for row in known), Decimal())) if known else None,
        meter_count=meter_count,
        coverage_pct=coverage_pct,
        estimated_pct=100.0 * sum(row["estimated_count"] for row in known) / readings if readings else None,
        outage_minutes=sum(row["outage_minutes"] for row in known) if known else None,
        is_partial=coverage_pct is None or coverage_pct < WHOLE_PCT,
    )


def change_pct(value: float | None, base: float | None) -> float | None:
    """Return by how many per cent ``value`` differs from ``base``; None if unknown or the base is 0."""
    return None if value is None or not base else 100.0 * (value - base) / base
