"""The usual course of a load over the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

PERCENTILES = (10.0, 50.0, 90.0)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class HourOfLoad:
    """The mean power of an hour that begins at ``at`` (naive UTC)."""

    at: datetime
    kw: float


@dataclass(frozen=True, kw_only=True)
class ProfileHour:
    """An hour of the local clock over all working days or all weekends."""

    is_weekend: bool
    hour: int
    mean_kw: float
    p10_kw: float
    p50_kw: float
    p90_kw: float
    max_kw: float
    hour_count: int


@dataclass(frozen=True, kw_only=True)
class LoadProfile:
    """A course of the day, and how even the load is; None without any hour.

    Attributes:
        hours: those there is a load of, working days first, by hour of the local clock.
        mean_kw: of all hours.
        peak_kw: of the largest hour.
        peak_at: start of the first such hour, naive UTC.
        load_factor_pct: mean over peak; None if the peak is 0.
    """

    hours: tuple[ProfileHour, ...]
    mean_kw: float | None
    peak_kw: float | None
    peak_at: datetime | None
    load_factor_pct: float | None


def load_profile(loads: Sequence[HourOfLoad], zone: ZoneInfo) -> LoadProfile:
    """Return the profile of ``loads``, one a UTC hour.

    An hour belongs to the hour of the local clock that it begins in; both hours of a repeated one count.
    Percentiles are interpolated linearly between the hours. Holidays are days like others.
    """
    if not loads:
        return LoadProfile(hours=(), mean_kw=None, peak_kw=None, peak_at=None, load_factor_pct=None)
    groups: dict[tuple[bool, int], list[float]] = {}
    for load in loads:
        local = load.at.replace(tzinfo=UTC).astimezone(zone)
        groups.setdefault((local.weekday() >= SATURDAY, local.hour), []).append(load.kw)
    hours = []
    for (is_weekend, hour), found in sorted(groups.items()):
        p10, p50, p90 = np.percentile(found, PERCENTILES).tolist()
        hours.append(
            ProfileHour(
                is_weekend=is_weekend,
                hour=hour,
                mean_kw=float(np.mean(found)),
                p10_kw=p10,
                p50_kw=p50,
                p90_kw=p90,
                max_kw=max(found),
                hour_count=len(found),
            )
        )
    mean_kw = float(np.mean([load.kw for load in loads]))
    peak = min(loads, key=lambda load: (-load.kw, load.at))
    return LoadProfile(
        hours=tuple(hours),
        mean_kw=mean_kw,
        peak_kw=peak.kw,
        peak_at=peak.at,
        load_factor_pct=100.0 * mean_kw / peak.kw if peak.kw > 0.0 else None,
    )
