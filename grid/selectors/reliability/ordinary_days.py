"""What the utility's own ordinary days cost: customer-hours a day without major event days, zone by zone.

The days are the newest 365 whole ones on record that lie in a year with a threshold, without the major event
days of the whole system. Interruptions planned beforehand do not count. The mean is over all these days, also
those on which nothing happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from grid.selectors.reliability.asking import answered
from grid.selectors.reliability.history import NO_RECORD, find_history, find_record, period
from grid.standards.major_event_days import Threshold
from grid.warehouse import Warehouse, queries
from grid.warehouse.queries import InterruptionScope

DAYS = 365
LEAST_DAYS = 90
"""With fewer, the mean says more of the season than of the utility."""

MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True, kw_only=True)
class OrdinaryDay:
    """What an ordinary day of a zone costs.

    Attributes:
        customer_hours: of all its causes.
        by_cause: of each cause code; None: the cause is not on record.
    """

    customer_hours: float
    by_cause: dict[str | None, float]


@dataclass(frozen=True, kw_only=True)
class OrdinaryDays:
    """The ordinary days on record.

    Attributes:
        zones: what one costs in each zone; a zone left out had no interruption. Empty if not known.
        first_day: first of the days; None: not known.
        last_day: last of them.
        day_count: how many of them are no major event days.
        major_count: how many are.
        reason: why they are not known.
    """

    zones: dict[str, OrdinaryDay]
    first_day: date | None = None
    last_day: date | None = None
    day_count: int = 0
    major_count: int = 0
    reason: str | None = None


def ordinary_days(zone_ids: list[str]) -> OrdinaryDays:
    """Return what an ordinary day costs in some zones.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    wanted = sorted(zone_ids)
    return answered(
        field="riskNow.ordinaryDays",
        scope=InterruptionScope(),
        question={"zones": wanted},
        ask=lambda warehouse: _ordinary_days(warehouse, wanted),
    )


def _ordinary_days(warehouse: Warehouse, zone_ids: list[str]) -> OrdinaryDays:
    record = find_record(warehouse)
    if record is None:
        return OrdinaryDays(zones={}, reason=NO_RECORD)
    last = record.last_day if record.is_whole(record.last_day, record.last_day) else _before(record.last_day)
    first = max(record.first_day, last - timedelta(days=DAYS - 1))
    if last < first:
        return OrdinaryDays(zones={}, reason="No whole day is on record.")
    system = InterruptionScope()
    history = find_history(warehouse, system, first, last)
    # Years come in order: what was judged is the end of the period.
    judged = [year for year in range(first.year, last.year + 1) if _is_judged(history.limits, year)]
    if not judged:
        return OrdinaryDays(zones={}, reason=history.unjudged_reason(first, last))
    first = max(first, date(judged[0], 1, 1))
    major = [day for day in history.major_days if first <= day <= last]
    count = (last - first).days + 1 - len(major)
    if count < LEAST_DAYS:
        return OrdinaryDays(
            zones={},
            reason=f"{count} whole days without a major event are on record in years with a threshold; "
            f"{LEAST_DAYS} are needed.",
        )
    return OrdinaryDays(
        zones={
            zone: found
            for zone in zone_ids
            if (found := _of_zone(warehouse, zone, period(record, first, last), major, count)) is not None
        },
        first_day=first,
        last_day=last,
        day_count=count,
        major_count=len(major),
    )


def _of_zone(
    warehouse: Warehouse, zone: str, at: queries.InterruptionPeriod, major: list[date], count: int
) -> OrdinaryDay | None:
    query = queries.interruptions_by_cause(InterruptionScope(zone_ids=(zone,)), at, apart=major)
    by_cause: dict[str | None, float] = {}
    for row in warehouse.select_rows(query):
        if row["is_planned"] or row["is_apart"]:
            continue
        hours = float(row["customer_minutes"]) / MINUTES_PER_HOUR / count
        by_cause[row["cause_code"]] = by_cause.get(row["cause_code"], 0.0) + hours
    return OrdinaryDay(customer_hours=sum(by_cause.values()), by_cause=by_cause) if by_cause else None


def _is_judged(limits: Mapping[int, Threshold], year: int) -> bool:
    return year in limits and limits[year].t_med_min is not None


def _before(day: date) -> date:
    return day - timedelta(days=1)
