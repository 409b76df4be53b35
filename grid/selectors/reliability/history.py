"""What the warehouse knows of interruptions over a period, and which of its days are major event days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from grid.pipeline.periods import whole
from grid.selectors.ami_scope import local_zone
from grid.standards.major_event_days import Threshold, history_begins, major_event_days, thresholds
from grid.standards.reliability import SUSTAINED_AFTER, Totals
from grid.warehouse import Warehouse, queries
from grid.warehouse.queries import InterruptionPeriod, InterruptionScope, Planned
from grid.warehouse.tables import (
    customers_master_data,
    meter_infrastructure,
    momentary_interruptions,
    substations,
)

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)

_served_by: WeakKeyDictionary[Warehouse, tuple[str, list[dict[str, Any]]]] = WeakKeyDictionary()
"""Customers served as counted last, with the version of what they were counted from."""

NO_RECORD = "No interruption is on record."
OUTSIDE_RECORD = "Nothing is on record of this period."
NO_MOMENTARIES = "Momentary interruptions of reclosers were never recorded."


@dataclass(frozen=True, kw_only=True)
class Record:
    """What time the record of interruptions covers, of the whole system.

    Attributes:
        first_day: local day of the first interruption.
        last_day: local day of ``as_of``.
        as_of: the newest moment known, naive UTC: an interruption began or ended, or an hour of readings did.
        has_momentaries: whether sequences of reclosers are on record.
    """

    first_day: date
    last_day: date
    as_of: datetime
    has_momentaries: bool

    def covers(self, first: date, last: date) -> bool:
        """Return whether any of these days is on record."""
        return first <= self.last_day and last >= self.first_day

    def minutes(self, first: date, last: date) -> float:
        """Return the minutes of these local days that are on record."""
        if not self.covers(first, last):
            return 0.0
        span = whole(max(first, self.first_day), last, local_zone())
        return max((min(span.end, self.as_of) - span.start) / _MINUTE, 0.0)

    def is_whole(self, first: date, last: date) -> bool:
        """Return whether all of these days are on record to their end."""
        return first >= self.first_day and whole(last, last, local_zone()).end <= self.as_of


@dataclass(frozen=True, kw_only=True)
class DayTotals:
    """The totals of a local day.

    Attributes:
        day: the day.
        is_planned: whether of planned interruptions.
        totals: what the indices are made of.
        customers_out: those of them not yet restored.
    """

    day: date
    is_planned: bool
    totals: Totals
    customers_out: int


@dataclass(frozen=True, kw_only=True)
class History:
    """The interruptions of the system and of a part of it.

    Attributes:
        record: what is on record; None: nothing.
        served: customers served by each circuit of the system, rows of ``queries.customers_by_circuit``.
        days: totals by day of the part, over the period.
        customers_served: of the part.
        system_saidi_min: SAIDI by day of the system, back to the first day that counts for a threshold.
        system_totals: totals by day of the system, over the same days.
        limits: thresholds of the years of the period.
        major_days: major event days of the period.
    """

    record: Record | None
    served: tuple[dict[str, Any], ...] = ()
    days: tuple[DayTotals, ...] = ()
    customers_served: int = 0
    system_saidi_min: dict[date, float] = field(default_factory=dict)
    system_totals: dict[date, Totals] = field(default_factory=dict)
    limits: dict[int, Threshold] = field(default_factory=dict)
    major_days: tuple[date, ...] = ()

    def total(self, first: date, last: date, planned: Planned, *, without: Iterable[date] = ()) -> Totals:
        """Return the totals of some days of the period."""
        left_out = frozenset(without)
        found = Totals()
        for each in self.days:
            if first <= each.day <= last and each.day not in left_out and counts(each.is_planned, planned):
                found += each.totals
        return found

    def unjudged_reason(self, first: date, last: date) -> str | None:
        """Return why it is not known which of these days were major event days; None if it is."""
        if self.record is None or not self.record.covers(first, last):
            return None
        first, last = max(first, self.record.first_day), min(last, self.record.last_day)
        for year in range(first.year, last.year + 1):
            limit = self.limits.get(year)
            if limit is not None and limit.t_med_min is None:
                return f"{year} has no threshold for major event days. {limit.reason}"
        return None


def counts(is_planned: bool, planned: Planned) -> bool:
    """Return whether interruptions count that are planned or not."""
    return planned is Planned.ALL or is_planned is (planned is Planned.PLANNED)


def find_record(warehouse: Warehouse) -> Record | None:
    """Return what the record covers; None if there is no interruption."""
    outages = warehouse.select_rows(queries.interruption_bounds())[0]
    briefs = warehouse.select_rows(queries.momentary_bounds())[0]
    usage_hour = warehouse.select_rows(queries.newest_usage_hour())[0]["usage_hour"]
    began = [each for each in (outages["first_at"], briefs["first_at"]) if each is not None]
    if not began:
        return None
    known = (
        outages["last_began_at"],
        outages["last_ended_at"],
        briefs["last_ended_at"],
        usage_hour + _HOUR if usage_hour is not None else None,
    )
    as_of = max(each for each in known if each is not None)
    return Record(
        first_day=_local_day(min(began)),
        last_day=_local_day(as_of),
        as_of=as_of,
        has_momentaries=warehouse.version(momentary_interruptions) is not None,
    )


def find_history(warehouse: Warehouse, scope: InterruptionScope, first: date, last: date) -> History:
    """Return the interruptions of the local days ``first`` to ``last``.

    Major event days are those of the zones the user may see, whichever zone, substation or circuit the scope
    names.
    """
    record = find_record(warehouse)
    if record is None:
        return History(record=None)
    system = InterruptionScope(zone_ids=scope.zone_ids)
    served = customers_by_circuit(warehouse)
    of_system = _days(warehouse, system, period(record, max(history_begins(first), record.first_day), last))
    is_part = scope != system
    in_period = _days(warehouse, scope, period(record, first, last)) if is_part else of_system
    system_served = _served(served, system)
    by_day: dict[date, Totals] = {}
    for each in of_system:
        by_day[each.day] = by_day.get(each.day, Totals()) + each.totals
    saidi = {
        day: found.customer_minutes / system_served for day, found in by_day.items() if system_served > 0
    }
    limits = thresholds(first, last, saidi, first_day=record.first_day, last_day=record.last_day)
    major = [day for day in major_event_days(saidi, limits) if first <= day <= last]
    return History(
        record=record,
        served=tuple(row for row in served if not scope.zone_ids or row["zone_id"] in scope.zone_ids),
        days=tuple(each for each in in_period if first <= each.day <= last),
        customers_served=_served(served, scope),
        system_saidi_min=saidi,
        system_totals=by_day,
        limits=limits,
        major_days=tuple(major),
    )


def customers_by_circuit(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return the customers served by each circuit; counted anew when customers, meters or stations change."""
    version = ";".join(
        str(warehouse.version(table)) for table in (customers_master_data, meter_infrastructure, substations)
    )
    kept = _served_by.get(warehouse)
    if kept is None or kept[0] != version:
        kept = _served_by[warehouse] = version, warehouse.select_rows(queries.customers_by_circuit())
    return kept[1]


def period(record: Record, first: date, last: date) -> InterruptionPeriod:
    """Return the local days ``first`` to ``last`` as the queries take them."""
    zone = local_zone()
    span = whole(first, last, zone)
    return InterruptionPeriod(
        since=span.start,
        until=span.end,
        as_of=record.as_of,
        offsets=queries.day_offsets(span.start, span.end, zone),
        sustained_after_min=SUSTAINED_AFTER / _MINUTE,
    )


def totals_in(row: dict[str, Any]) -> Totals:
    """Return the totals of a row of the queries."""
    return Totals(
        customer_interruptions=int(row["customer_interruptions"]),
        customer_minutes=float(row["customer_minutes"]),
        momentary_interruptions=int(row["momentary_interruptions"]),
        momentary_events=int(row["momentary_events"]),
    )


def _days(warehouse: Warehouse, scope: InterruptionScope, at: InterruptionPeriod) -> list[DayTotals]:
    return [
        DayTotals(
            day=row["local_date"],
            is_planned=bool(row["is_planned"]),
            totals=totals_in(row),
            customers_out=int(row["customers_out"]),
        )
        for row in warehouse.select_rows(queries.daily_interruptions(scope, at))
    ]


def _served(rows: Iterable[dict[str, Any]], scope: InterruptionScope) -> int:
    return sum(
        int(row["customers"])
        for row in rows
        if (not scope.zone_ids or row["zone_id"] in scope.zone_ids)
        and (scope.zone_id is None or row["zone_id"] == scope.zone_id)
        and (scope.substation_id is None or row["substation_id"] == scope.substation_id)
        and (scope.circuit_id is None or row["circuit_id"] == scope.circuit_id)
    )


def _local_day(at: datetime) -> date:
    return at.replace(tzinfo=UTC).astimezone(local_zone()).date()
