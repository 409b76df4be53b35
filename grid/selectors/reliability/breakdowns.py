"""Which parts of the system were worst, which days, what caused it, and how it fell on customers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from flux_site.api.errors import BadInput
from grid.selectors.ami_scope import check_limit
from grid.selectors.reliability.asking import answered, check_days, visible_part
from grid.selectors.reliability.definitions import ReliabilityIndex
from grid.selectors.reliability.history import (
    NO_RECORD,
    OUTSIDE_RECORD,
    History,
    Record,
    counts,
    find_history,
    period,
    totals_in,
)
from grid.selectors.reliability.reports import BothWays, both_ways
from grid.standards.major_event_days import Threshold
from grid.standards.reliability import Index, Totals, cemi, share_of_customers, unknown
from grid.warehouse import Warehouse, queries
from grid.warehouse.queries import InterruptionScope, Planned, ReliabilityGroup

MOST_TIMES = 20
"""Highest n of CEMI_n that is listed."""

LONGEST_H = 24.0 * 366.0


@dataclass(frozen=True, kw_only=True)
class RankedPart:
    """A substation or circuit; name None: it is not on record any more."""

    key: str
    name: str | None
    customers_served: int
    totals: Totals
    found: BothWays


@dataclass(frozen=True, kw_only=True)
class MajorDay:
    """A major event day of the system.

    Attributes:
        day: the local day.
        saidi_min: its SAIDI.
        t_med_min: the threshold of its year.
        totals: what happened on it.
    """

    day: date
    saidi_min: float
    t_med_min: float
    totals: Totals


@dataclass(frozen=True, kw_only=True)
class MajorDays:
    """The major event days of a period, and the thresholds of its years."""

    days: tuple[MajorDay, ...]
    limits: tuple[Threshold, ...]


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What a cause did; code None: the cause is not known yet.

    Attributes:
        code: of the cause.
        outage_count: outages with sustained interruptions.
        customer_interruptions: customers interrupted by them, each as often.
        customer_minutes: their minutes without supply.
        minutes_share: of the minutes of all causes, 0 to 1; None if there are none.
    """

    code: str | None
    outage_count: int
    customer_interruptions: int
    customer_minutes: float
    minutes_share: float | None


@dataclass(frozen=True, kw_only=True)
class Experience:
    """How interruptions fell on customers.

    Attributes:
        customers_served: of the part of the system.
        with_major: customers with n or more sustained interruptions, for n from 1 on, and for long.
        without_major: the same without major event days.
    """

    customers_served: int
    with_major: Experiences
    without_major: Experiences


@dataclass(frozen=True, kw_only=True)
class Experiences:
    """CEMI_n for n = 1, 2, …, and CELID for a number of hours."""

    cemi: tuple[Index, ...]
    celid_s: Index
    celid_t: Index


def ranking(
    *,
    by: ReliabilityGroup,
    index: ReliabilityIndex,
    first_day: date,
    last_day: date,
    has_major_days: bool,
    planned: Planned,
    limit: int,
    user: Any,
) -> list[RankedPart]:
    """Return the ``limit`` substations or circuits with the worst value of an index, the worst first.

    Those without a value come last, equal ones by id.

    Raises:
        BadInput: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    check_days(first_day, last_day)
    check_limit(limit)
    scope = visible_part(substation_id=None, circuit_id=None, user=user)

    def ask(warehouse: Warehouse) -> list[RankedPart]:
        history = find_history(warehouse, scope, first_day, last_day)
        parts = _parts(warehouse, history, by, scope, first_day, last_day, planned)

        def worst(part: RankedPart) -> tuple[bool, float, str]:
            found = part.found.with_major if has_major_days else part.found.without_major
            value = getattr(found, index.lower()).value
            if value is None:
                return True, 0.0, part.key
            return False, value if index is ReliabilityIndex.ASAI else -value, part.key

        return sorted(parts, key=worst)[:limit]

    return answered(
        field="reliabilityRanking",
        scope=scope,
        question={
            "by": by,
            "index": index,
            "first": first_day,
            "last": last_day,
            "has_major_days": has_major_days,
            "planned": planned,
            "limit": limit,
        },
        ask=ask,
    )


def major_days(*, first_day: date, last_day: date, user: Any) -> MajorDays:
    """Return the major event days of the local days ``first_day`` to ``last_day``, in order.

    Raises:
        BadInput: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    check_days(first_day, last_day)
    scope = visible_part(substation_id=None, circuit_id=None, user=user)

    def ask(warehouse: Warehouse) -> MajorDays:
        history = find_history(warehouse, scope, first_day, last_day)
        return MajorDays(
            days=tuple(_major_day(history, day) for day in history.major_days),
            limits=tuple(history.limits.values()),
        )

    return answered(
        field="majorEventDays", scope=scope, question={"first": first_day, "last": last_day}, ask=ask
    )


def causes(
    *,
    first_day: date,
    last_day: date,
    substation_id: str | None,
    circuit_id: str | None,
    has_major_days: bool,
    planned: Planned,
    user: Any,
) -> list[Cause]:
    """Return what caused the sustained interruptions of a period, the most minutes first.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    check_days(first_day, last_day)
    scope = visible_part(substation_id=substation_id, circuit_id=circuit_id, user=user)

    def ask(warehouse: Warehouse) -> list[Cause]:
        history = find_history(warehouse, scope, first_day, last_day)
        if history.record is None:
            return []
        apart = () if has_major_days else history.major_days
        if not has_major_days and (reason := history.unjudged_reason(first_day, last_day)):
            raise BadInput(
                f"{reason} Ask with major event days, or for other years.", field="withMajorEventDays"
            )
        query = queries.interruptions_by_cause(
            scope, period(history.record, first_day, last_day), apart=apart
        )
        return _causes(warehouse.select_rows(query), planned)

    return answered(
        field="interruptionCauses",
        scope=scope,
        question={
            "first": first_day,
            "last": last_day,
            "has_major_days": has_major_days,
            "planned": planned,
        },
        ask=ask,
    )


def experience(
    *,
    first_day: date,
    last_day: date,
    substation_id: str | None,
    circuit_id: str | None,
    planned: Planned,
    hours: float,
    user: Any,
) -> Experience:
    """Return how many customers had many, and long, sustained interruptions.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    check_days(first_day, last_day)
    if not 0.0 < hours <= LONGEST_H:
        raise BadInput(f"hours is {hours}; it must be above 0 and at most {LONGEST_H:g}.", field="hours")
    scope = visible_part(substation_id=substation_id, circuit_id=circuit_id, user=user)

    def ask(warehouse: Warehouse) -> Experience:
        history = find_history(warehouse, scope, first_day, last_day)
        reason = history.unjudged_reason(first_day, last_day)
        if history.record is None or not history.record.covers(first_day, last_day):
            none = _unknown(NO_RECORD if history.record is None else OUTSIDE_RECORD)
            return Experience(customers_served=history.customers_served, with_major=none, without_major=none)

        def met(record: Record, apart: tuple[date, ...]) -> Experiences:
            query = queries.customers_by_interruptions(
                scope, period(record, first_day, last_day), apart=apart, planned=planned, hours=hours
            )
            return _experiences(warehouse.select_rows(query), history.customers_served)

        with_major = met(history.record, ())
        without_major = with_major if not history.major_days else met(history.record, history.major_days)
        return Experience(
            customers_served=history.customers_served,
            with_major=with_major,
            without_major=_unknown(reason) if reason is not None else without_major,
        )

    return answered(
        field="customersExperiencingInterruptions",
        scope=scope,
        question={"first": first_day, "last": last_day, "planned": planned, "hours": hours},
        ask=ask,
    )


def _parts(
    warehouse: Warehouse,
    history: History,
    by: ReliabilityGroup,
    scope: InterruptionScope,
    first: date,
    last: date,
    planned: Planned,
) -> list[RankedPart]:
    """Return every substation or circuit that serves customers or was interrupted."""
    if history.record is None:
        return []
    served: dict[str, int] = defaultdict(int)
    key = "substation_id" if by is ReliabilityGroup.SUBSTATION else "circuit_id"
    for row in history.served:
        served[row[key]] += int(row["customers"])
    query = queries.interruptions_by_group(
        by, scope, period(history.record, first, last), apart=history.major_days
    )
    whole: dict[str, Totals] = defaultdict(Totals)
    rest: dict[str, Totals] = defaultdict(Totals)
    for row in warehouse.select_rows(query):
        if counts(bool(row["is_planned"]), planned):
            whole[row["group_id"]] += totals_in(row)
            if not row["is_apart"]:
                rest[row["group_id"]] += totals_in(row)
    names = {row["group_id"]: row["name"] for row in warehouse.select_rows(queries.group_names(by))}
    return [
        RankedPart(
            key=part,
            name=names.get(part),
            customers_served=served.get(part, 0),
            totals=whole[part],
            found=both_ways(history, served.get(part, 0), whole[part], rest[part], first, last),
        )
        for part in {**served, **whole}
    ]


def _major_day(history: History, day: date) -> MajorDay:
    limit = history.limits[day.year].t_med_min
    return MajorDay(
        day=day,
        saidi_min=history.system_saidi_min[day],
        t_med_min=limit if limit is not None else float("nan"),
        totals=history.system_totals[day],
    )


def _causes(rows: list[dict[str, Any]], planned: Planned) -> list[Cause]:
    outages: dict[str | None, int] = defaultdict(int)
    customers: dict[str | None, int] = defaultdict(int)
    minutes: dict[str | None, float] = defaultdict(float)
    for row in rows:
        if counts(bool(row["is_planned"]), planned) and not row["is_apart"]:
            outages[row["cause_code"]] += int(row["outage_count"])
            customers[row["cause_code"]] += int(row["customer_interruptions"])
            minutes[row["cause_code"]] += float(row["customer_minutes"])
    whole = sum(minutes.values())
    found = [
        Cause(
            code=code,
            outage_count=outages[code],
            customer_interruptions=customers[code],
            customer_minutes=minutes[code],
            minutes_share=minutes[code] / whole if whole > 0.0 else None,
        )
        for code in minutes
    ]
    return sorted(found, key=lambda cause: (-cause.customer_minutes, cause.code is None, cause.code or ""))


def _experiences(rows: list[dict[str, Any]], served: int) -> Experiences:
    often = {int(row["interruption_count"]): int(row["customers"]) for row in rows}
    most = min(max(often, default=1), MOST_TIMES)
    return Experiences(
        cemi=tuple(cemi(often, n, customers_served=served) for n in range(1, most + 1)),
        celid_s=share_of_customers(
            sum(int(row["customers_once_long"]) for row in rows), customers_served=served
        ),
        celid_t=share_of_customers(sum(int(row["customers_long"]) for row in rows), customers_served=served),
    )


def _unknown(reason: str) -> Experiences:
    none = unknown(reason).saifi
    return Experiences(cemi=(none,), celid_s=none, celid_t=none)
