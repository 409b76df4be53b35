"""Interruptions of supply: which rows count, on which day, and for how long.

An interruption belongs to the local day that it began on, with all of its minutes; one that is not over is
counted up to ``as_of``. Longer than five minutes it is sustained, else momentary, in whichever table it is.
Interruptions of cancelled outages never happened and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    Integer,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from grid.warehouse.dialects import between
from grid.warehouse.queries.local_days import DayOffsets, local_day
from grid.warehouse.queries.system import is_fed
from grid.warehouse.tables import (
    OutageStatus,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
)

MICROSECONDS_PER_MINUTE = 60_000_000.0


class Planned(StrEnum):
    """Which interruptions count: all, or only those planned, or only those not."""

    ALL = "ALL"
    PLANNED = "PLANNED"
    UNPLANNED = "UNPLANNED"


@dataclass(frozen=True, kw_only=True)
class InterruptionScope:
    """The interruptions that count: those that meet every condition given.

    Attributes:
        zone_ids: load zones of the substations that feed the customers; empty: every zone.
        zone_id: that one of these zones.
        substation_id: that substation.
        circuit_id: that circuit.
    """

    zone_ids: tuple[str, ...] = ()
    zone_id: str | None = None
    substation_id: str | None = None
    circuit_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class InterruptionPeriod:
    """When the interruptions began that count, and how long those not over are counted.

    Attributes:
        since: first instant, naive UTC.
        until: first instant after it, naive UTC.
        as_of: until when what is not over is counted, naive UTC.
        offsets: offsets of the local clock in the period.
        sustained_after_min: an interruption longer than this is sustained, min.
    """

    since: datetime
    until: datetime
    as_of: datetime
    offsets: DayOffsets
    sustained_after_min: float


def every_interruption(
    scope: InterruptionScope, period: InterruptionPeriod, *, apart: Sequence[date] = ()
) -> Any:
    """Return the rows of both tables."""
    shared = (
        "local_date",
        "is_apart",
        "is_planned",
        "substation_id",
        "circuit_id",
        "customers",
        "minutes",
        "operations",
        "is_open",
    )
    parts = (outage_rows(scope, period, apart=apart), _recloser_rows(scope, period, apart=apart))
    found = union_all(
        *(select(*(part.selected_columns[name] for name in shared)) for part in map(_flat, parts))
    )
    return select(*found.subquery("both").c)


def _flat(query: Select[Any]) -> Select[Any]:
    return select(*query.subquery().c)


def outage_rows(
    scope: InterruptionScope, period: InterruptionPeriod, *, apart: Sequence[date]
) -> Select[Any]:
    """Return the interruptions of outages not cancelled; those of an unknown outage are unplanned."""
    row, outage = outage_interruptions.c, outage_restoration_tracker.c
    ended_at = func.coalesce(row.restored_at, period.as_of)
    joined = outage_interruptions.outerjoin(outage_restoration_tracker, outage.outage_id == row.outage_id)
    return (
        select(
            row.outage_id,
            row.transformer_id,
            row.meter_id,
            row.substation_id,
            row.circuit_id,
            outage.cause_code,
            *_day_columns(row.started_at, period, apart),
            func.coalesce(outage.is_planned, False, type_=Boolean).label("is_planned"),
            row.customers,
            _minutes(row.started_at, ended_at).label("minutes"),
            literal(1, Integer).label("operations"),
            row.restored_at.is_(None).label("is_open"),
        )
        .select_from(joined)
        .where(
            row.started_at >= period.since,
            row.started_at < period.until,
            func.coalesce(outage.status, "", type_=String) != OutageStatus.CANCELLED.value,
            *in_scope(scope, row),
        )
    )


def _recloser_rows(
    scope: InterruptionScope, period: InterruptionPeriod, *, apart: Sequence[date]
) -> Select[Any]:
    """Return the sequences of reclosers; one of more than five minutes is sustained, by its duration."""
    row = momentary_interruptions.c
    return select(
        row.substation_id,
        row.circuit_id,
        *_day_columns(row.started_at, period, apart),
        literal(False, Boolean).label("is_planned"),
        row.customers_interrupted.label("customers"),
        _minutes(row.started_at, row.ended_at).label("minutes"),
        cast(row.operation_count, Integer).label("operations"),
        literal(False, Boolean).label("is_open"),
    ).where(row.started_at >= period.since, row.started_at < period.until, *in_scope(scope, row))


def _day_columns(
    started_at: ColumnElement[Any], period: InterruptionPeriod, apart: Sequence[date]
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    day = local_day(started_at, period.offsets)
    is_apart: Any = day.in_(apart) if apart else literal(False, Boolean)
    return day.label("local_date"), is_apart.label("is_apart")


def _minutes(start: Any, end: Any) -> ColumnElement[float]:
    """Return the minutes from one moment to another, never less than none."""
    found: Any = cast(between("microsecond", start, end), Double) / MICROSECONDS_PER_MINUTE
    return case((found > 0.0, found), else_=0.0)


def totals(row: Any, period: InterruptionPeriod) -> tuple[ColumnElement[Any], ...]:
    is_sustained = row.minutes > period.sustained_after_min
    return (
        _sum(is_sustained, row.customers, "customer_interruptions"),
        func.sum(case((is_sustained, row.customers * row.minutes), else_=0.0)).label("customer_minutes"),
        _sum(~is_sustained, row.customers * row.operations, "momentary_interruptions"),
        _sum(~is_sustained, row.customers, "momentary_events"),
        _sum(row.is_open, row.customers, "customers_out"),
        _sum(is_sustained, literal(1, Integer), "interruption_count"),
    )


def _sum(condition: Any, value: Any, name: str) -> ColumnElement[Any]:
    return cast(func.sum(case((condition, value), else_=0)), BigInteger).label(name)


def in_scope(scope: InterruptionScope, columns: Any) -> list[ColumnElement[bool]]:
    """Return what rows with a substation and a circuit must meet; of unknown substations none do."""
    found = [is_fed(columns.substation_id, scope.zone_ids)]
    if scope.zone_id is not None:
        found.append(is_fed(columns.substation_id, (scope.zone_id,)))
    if scope.substation_id is not None:
        found.append(columns.substation_id == scope.substation_id)
    if scope.circuit_id is not None:
        found.append(columns.circuit_id == scope.circuit_id)
    return found


def of_kind(planned: Planned) -> list[ColumnElement[bool]]:
    is_planned = func.coalesce(outage_restoration_tracker.c.is_planned, False, type_=Boolean)
    match planned:
        case Planned.ALL:
            return []
        case Planned.PLANNED:
            return [is_planned]
        case Planned.UNPLANNED:
            return [~is_planned]
