"""The indices of IEEE 1366 of a period, and of each day, month or year of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from grid.selectors.reliability.asking import answered, check_days, visible_part
from grid.selectors.reliability.history import (
    NO_MOMENTARIES,
    NO_RECORD,
    OUTSIDE_RECORD,
    History,
    counts,
    find_history,
    find_record,
)
from grid.standards.major_event_days import Threshold, days_of
from grid.standards.reliability import Index, Indices, Totals, indices, unknown
from grid.warehouse import Warehouse
from grid.warehouse.queries import Planned

MOST_DAYS_BY_DAY = 3 * 366


class ReliabilityBucket(StrEnum):
    """What a period may be divided into."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


@dataclass(frozen=True, kw_only=True)
class BothWays:
    """Indices with and without major event days.

    Attributes:
        with_major: of all days.
        without_major: of the other days; without values if it is not known which those are.
    """

    with_major: Indices
    without_major: Indices


@dataclass(frozen=True, kw_only=True)
class Report:
    """The reliability of a part of the system over a period.

    Attributes:
        first_day, last_day: the period, local days.
        customers_served: customers of the part.
        counted_minutes: minutes of the period on record.
        is_partial: some of the period is not on record.
        record_first_day: first day on record; None without a record.
        as_of: until when the record goes, and interruptions not over are counted; None without a record.
        customers_out: customers whose interruption began in the period and is not over.
        totals: what the indices with major event days are made of.
        found: the indices.
        major_days: major event days of the period.
        limits: thresholds of its years.
    """

    first_day: date
    last_day: date
    customers_served: int
    counted_minutes: float
    is_partial: bool
    record_first_day: date | None
    as_of: datetime | None
    customers_out: int
    totals: Totals
    found: BothWays
    major_days: tuple[date, ...]
    limits: tuple[Threshold, ...]


@dataclass(frozen=True, kw_only=True)
class Point:
    """The reliability of a span of a period.

    Attributes:
        first_day, last_day: the span, local days.
        is_partial: some of it is not on record.
        major_day_count: major event days in it; None if it is not known which they are.
        totals: what the indices with major event days are made of.
        found: the indices.
    """

    first_day: date
    last_day: date
    is_partial: bool
    major_day_count: int | None
    totals: Totals
    found: BothWays


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the record of interruptions covers: first and last local day, and the newest moment known."""

    first_day: date
    last_day: date
    as_of: datetime


def recorded(*, user: Any) -> Recorded | None:
    """Return what the record of interruptions covers, of the whole system; None if it is empty.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """

    def ask(warehouse: Warehouse) -> Recorded | None:
        found = find_record(warehouse)
        if found is None:
            return None
        return Recorded(
            first_day=found.first_day, last_day=found.last_day, as_of=found.as_of.replace(tzinfo=UTC)
        )

    scope = visible_part(substation_id=None, circuit_id=None, user=user)
    return answered(field="reliability.record", scope=scope, question={}, ask=ask)


def report(
    *,
    first_day: date,
    last_day: date,
    substation_id: str | None,
    circuit_id: str | None,
    planned: Planned,
    user: Any,
    zone_id: str | None = None,
) -> Report:
    """Return the reliability of the local days ``first_day`` to ``last_day``.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    check_days(first_day, last_day)
    scope = visible_part(zone_id=zone_id, substation_id=substation_id, circuit_id=circuit_id, user=user)
    return answered(
        field="reliability",
        scope=scope,
        question={"first": first_day, "last": last_day, "planned": planned},
        ask=lambda warehouse: _report(
            find_history(warehouse, scope, first_day, last_day), first_day, last_day, planned
        ),
    )


def series(
    *,
    first_day: date,
    last_day: date,
    bucket: ReliabilityBucket,
    substation_id: str | None,
    circuit_id: str | None,
    planned: Planned,
    user: Any,
    zone_id: str | None = None,
) -> list[Point]:
    """Return the reliability of each day, month or year of the local days ``first_day`` to ``last_day``.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    if bucket is ReliabilityBucket.DAY:
        check_days(first_day, last_day, most_days=MOST_DAYS_BY_DAY, what="a series by DAY")
    else:
        check_days(first_day, last_day)
    scope = visible_part(zone_id=zone_id, substation_id=substation_id, circuit_id=circuit_id, user=user)

    def ask(warehouse: Any) -> list[Point]:
        history = find_history(warehouse, scope, first_day, last_day)
        return [_point(history, first, last, planned) for first, last in spans(bucket, first_day, last_day)]

    return answered(
        field="reliabilitySeries",
        scope=scope,
        question={"first": first_day, "last": last_day, "bucket": bucket, "planned": planned},
        ask=ask,
    )


def spans(bucket: ReliabilityBucket, first: date, last: date) -> list[tuple[date, date]]:
    """Return first and last day of each span of a period; those at its ends as far as they lie in it."""
    days = days_of(first, last)
    keys = {
        ReliabilityBucket.DAY: lambda day: day,
        ReliabilityBucket.MONTH: lambda day: (day.year, day.month),
        ReliabilityBucket.YEAR: lambda day: day.year,
    }
    found: dict[Any, tuple[date, date]] = {}
    for day in days:
        key = keys[bucket](day)
        found[key] = (found[key][0] if key in found else day, day)
    return list(found.values())


def both_ways(
    history: History, scope_served: int, with_major: Totals, without_major: Totals, first: date, last: date
) -> BothWays:
    """Return the indices of totals over the local days ``first`` to ``last``, with and without major days."""
    record = history.record
    if record is None or not record.covers(first, last):
        none = unknown(NO_RECORD if record is None else OUTSIDE_RECORD)
        return BothWays(with_major=none, without_major=none)
    minutes = record.minutes(first, last)

    def of(totals: Totals) -> Indices:
        found = indices(totals, customers_served=scope_served, period_minutes=minutes)
        if record.has_momentaries:
            return found
        none = Index(value=None, numerator=0.0, denominator=0.0, reason=NO_MOMENTARIES)
        return replace(found, maifi=none, maifi_e=none)

    reason = history.unjudged_reason(first, last)
    return BothWays(
        with_major=of(with_major),
        without_major=unknown(reason) if reason is not None else of(without_major),
    )


def _report(history: History, first: date, last: date, planned: Planned) -> Report:
    record = history.record
    totals = history.total(first, last, planned)
    rest = history.total(first, last, planned, without=history.major_days)
    return Report(
        first_day=first,
        last_day=last,
        customers_served=history.customers_served,
        counted_minutes=record.minutes(first, last) if record else 0.0,
        is_partial=record is None or not record.is_whole(first, last),
        record_first_day=record.first_day if record else None,
        as_of=record.as_of.replace(tzinfo=UTC) if record else None,
        customers_out=sum(each.customers_out for each in history.days if counts(each.is_planned, planned)),
        totals=totals,
        found=both_ways(history, history.customers_served, totals, rest, first, last),
        major_days=history.major_days,
        limits=tuple(history.limits.values()),
    )


def _point(history: History, first: date, last: date, planned: Planned) -> Point:
    totals = history.total(first, last, planned)
    rest = history.total(first, last, planned, without=history.major_days)
    is_judged = history.record is not None and history.unjudged_reason(first, last) is None
    return Point(
        first_day=first,
        last_day=last,
        is_partial=history.record is None or not history.record.is_whole(first, last),
        major_day_count=sum(first <= day <= last for day in history.major_days) if is_judged else None,
        totals=totals,
        found=both_ways(history, history.customers_served, totals, rest, first, last),
    )
