"""Major event days: the 2.5 beta method of IEEE 1366-2022, clause 5 and annex B.

The daily SAIDI of a utility is close to log-normal. A day above ``T_MED = exp(alpha + 2.5 beta)`` is a *major
event day*; alpha and beta are the mean and the standard deviation of ln(SAIDI) over the days of the five
calendar years before, without the days on which nothing happened. The threshold of a year is thus known when
the year begins. An interruption counts on the local day that it began on, with all of its minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

BETAS = 2.5
"""Standard deviations above the mean of ln(SAIDI) from which a day is a major event day."""

HISTORY_YEARS = 5
"""Calendar years that a threshold comes from."""

NO_HISTORY = "No day before this year is on record."
TOO_FEW_DAYS = "Fewer than two days of the years before had interruptions."


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The threshold of a year, and what it came from.

    Attributes:
        year: the calendar year it is valid for.
        t_med_min: the threshold of a day's SAIDI, min; None if there is none.
        alpha: mean of ln(SAIDI); None if there is no threshold.
        beta: sample standard deviation (n - 1) of ln(SAIDI); None if there is no threshold.
        first_day: first of the days it came from; None without any.
        last_day: last of these days.
        day_count: days with interruptions among them.
        zero_day_count: days without, which do not count.
        year_count: calendar years that these days lie in; the method asks for five.
        reason: why there is no threshold.
    """

    year: int
    t_med_min: float | None
    alpha: float | None = None
    beta: float | None = None
    first_day: date | None = None
    last_day: date | None = None
    day_count: int = 0
    zero_day_count: int = 0
    year_count: int = 0
    reason: str | None = None

    def is_exceeded(self, saidi_min: float) -> bool:
        """Return whether a day of the year with this SAIDI is a major event day."""
        return self.t_med_min is not None and saidi_min > self.t_med_min


def t_med(saidi_min: Iterable[float]) -> tuple[float, float, float]:
    """Return threshold (min), alpha and beta of days' SAIDI (min); days of zero do not count.

    The standard deviation is that of a sample, with n - 1.

    Raises:
        ValueError: if fewer than two days are above zero.
    """
    days = np.array([each for each in saidi_min if each > 0.0])
    if len(days) < 2:
        raise ValueError(f"{len(days)} days are above zero; two are needed")
    logs = np.log(days)
    alpha, beta = float(logs.mean()), float(logs.std(ddof=1))
    return float(np.exp(alpha + BETAS * beta)), alpha, beta


def threshold(year: int, saidi_by_day: Mapping[date, float], *, first_day: date, last_day: date) -> Threshold:
    """Return the threshold of a year from the five before it, or from as many of them as are on record.

    Args:
        year: the year it is for.
        saidi_by_day: SAIDI of the local days with interruptions, min.
        first_day: first day on record.
        last_day: last day on record.
    """
    since = max(first_day, date(year - HISTORY_YEARS, 1, 1))
    until = min(last_day, date(year - 1, 12, 31))
    if until < since:
        return Threshold(year=year, t_med_min=None, reason=NO_HISTORY)
    counted = [saidi for day, saidi in saidi_by_day.items() if since <= day <= until and saidi > 0.0]
    known = {
        "first_day": since,
        "last_day": until,
        "day_count": len(counted),
        "zero_day_count": (until - since).days + 1 - len(counted),
        "year_count": until.year - since.year + 1,
    }
    if len(counted) < 2:
        return Threshold(year=year, t_med_min=None, reason=TOO_FEW_DAYS, **known)  # type: ignore[arg-type]
    limit, alpha, beta = t_med(counted)
    return Threshold(year=year, t_med_min=limit, alpha=alpha, beta=beta, **known)  # type: ignore[arg-type]


def thresholds(
    first: date, last: date, saidi_by_day: Mapping[date, float], *, first_day: date, last_day: date
) -> dict[int, Threshold]:
    """Return the threshold of each year that the days ``first`` to ``last`` lie in; see ``threshold``."""
    return {
        year: threshold(year, saidi_by_day, first_day=first_day, last_day=last_day)
        for year in range(first.year, last.year + 1)
    }


def major_event_days(saidi_by_day: Mapping[date, float], limits: Mapping[int, Threshold]) -> list[date]:
    """Return the days above the threshold of their year, in order; years without a threshold have none."""
    return sorted(
        day
        for day, saidi in saidi_by_day.items()
        if day.year in limits and limits[day.year].is_exceeded(saidi)
    )


def history_begins(first: date) -> date:
    """Return the first day whose SAIDI has a part in the threshold of the year of ``first``."""
    return date(first.year - HISTORY_YEARS, 1, 1)


def days_of(first: date, last: date) -> list[date]:
    """Return the days from ``first`` to ``last``."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
