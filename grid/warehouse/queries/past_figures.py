"""What key figures were at moments of the past, from what has history of its own.

Each takes ``zone_ids``, the load zones whose substations count; an empty one means every zone. Moments are
naive UTC. Rows that began and ended at the same moments come as one, so that an answer stays small.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Double,
    Select,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)

from grid.warehouse.dialects import between
from grid.warehouse.queries.system import (
    CLOSED_WORK,
    KWH_PER_MWH,
    OVERLOADED_PCT,
    is_fed,
    is_known_transformer,
)
from grid.warehouse.tables import (
    circuit_hourly_usage,
    outage_interruptions,
    outage_restoration_tracker,
    transformer_hourly_load,
    work_orders,
)
from grid.warehouse.tables.operations import OutageStatus

RESTORATION_DAYS = 30
"""Outages that count for the average restoration: those that ended in the days up to the newest end."""

MOMENTARY_S = 300.0
"""The longest momentary interruption (IEEE 1366)."""


def outage_spans(*, since: datetime, until: datetime, zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the outages in force at some moment from ``since`` to ``until``; cancelled ones are none.

    Columns: started_at, ended_at (null while active), count.
    """
    outage = outage_restoration_tracker.c
    return (
        select(outage.started_at, outage.restored_at.label("ended_at"), func.count().label("count"))
        .where(
            outage.status != OutageStatus.CANCELLED,
            outage.started_at <= until,
            or_(outage.restored_at.is_(None), outage.restored_at > since),
            is_fed(outage.substation_id, zone_ids),
        )
        .group_by(outage.started_at, outage.restored_at)
    )


def interruption_spans(*, since: datetime, until: datetime, zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the interruptions in force at some moment from ``since`` to ``until``.

    Columns: started_at, ended_at (null while out), count (customers).
    """
    out, outage = outage_interruptions.c, outage_restoration_tracker.c
    cancelled = select(outage.outage_id).where(outage.status == OutageStatus.CANCELLED)
    return (
        select(
            out.started_at,
            out.restored_at.label("ended_at"),
            cast(func.sum(out.customers), BigInteger).label("count"),
        )
        .where(
            out.started_at <= until,
            or_(out.restored_at.is_(None), out.restored_at > since),
            out.outage_id.not_in(cancelled),
            is_fed(out.substation_id, zone_ids),
        )
        .group_by(out.started_at, out.restored_at)
    )


def work_spans(*, since: datetime, until: datetime, zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the work orders open at some moment from ``since`` to ``until``.

    Those closed at a moment that is not on record are left out: when they were open is not known.

    Columns: started_at, ended_at (null while open), count.
    """
    work = work_orders.c
    is_open = work.status.not_in(CLOSED_WORK)
    ended_at = case((is_open, None), else_=work.completed_at)
    return (
        select(work.created_at.label("started_at"), ended_at.label("ended_at"), func.count().label("count"))
        .where(
            work.created_at <= until,
            or_(is_open, and_(work.completed_at.is_not(None), work.completed_at > since)),
            is_fed(work.substation_id, zone_ids),
        )
        .group_by(work.created_at, ended_at)
    )


def load_hours(*, hours: Sequence[datetime], zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the load of all meters in each of ``hours`` (starts): at, load_mw."""
    usage = circuit_hourly_usage.c
    load_mw: Any = cast(func.sum(usage.usage_kwh), Double) / KWH_PER_MWH
    return (
        select(usage.usage_hour.label("at"), load_mw.label("load_mw"))
        .where(
            usage.usage_date.in_(sorted({hour.date() for hour in hours})),
            usage.usage_hour.in_(hours),
            is_fed(usage.substation_id, zone_ids),
        )
        .group_by(usage.usage_hour)
    )


def overloaded_hours(*, hours: Sequence[datetime], zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the share of transformers loaded above rating in each of ``hours``: at, overloaded_pct."""
    load = transformer_hourly_load.c
    overloaded: Any = func.sum(case((load.loading_pct > OVERLOADED_PCT, 1.0), else_=0.0))
    return (
        select(load.load_hour.label("at"), (100.0 * overloaded / func.count()).label("overloaded_pct"))
        .where(
            load.load_date.in_(sorted({hour.date() for hour in hours})),
            load.load_hour.in_(hours),
            is_known_transformer(load.transformer_id, zone_ids),
        )
        .group_by(load.load_hour)
    )


def newest_restoration(limit: datetime, zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the newest end of an outage not after ``limit``, as ``at``; null without any."""
    outage = outage_restoration_tracker.c
    return select(func.max(outage.restored_at).label("at")).where(
        outage.status == OutageStatus.RESTORED,
        outage.restored_at <= limit,
        is_fed(outage.substation_id, zone_ids),
    )


def ended_outages(*, since: datetime, until: datetime, zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return what the outages that ended after ``since`` and up to ``until`` cost their customers.

    Interruptions of five minutes at most are momentary and do not count.

    Columns: ended_at, customers, customer_minutes.
    """
    outage = outage_restoration_tracker.c
    return _ended(
        outage.restored_at > since, outage.restored_at <= until, is_fed(outage.substation_id, zone_ids)
    )


def ended_lately() -> Select[Any]:
    """Return the same of all outages that count for the average restoration now."""
    outage = outage_restoration_tracker.c
    newest = (
        select(func.max(outage.restored_at)).where(outage.status == OutageStatus.RESTORED).scalar_subquery()
    )
    return _ended(between("second", outage.restored_at, cast(newest, DateTime)) < RESTORATION_DAYS * 86_400)


def _ended(*conditions: ColumnElement[bool]) -> Select[Any]:
    out, outage = outage_interruptions.c, outage_restoration_tracker.c
    seconds: Any = cast(between("second", out.started_at, out.restored_at), Double)
    return (
        select(
            outage.restored_at.label("ended_at"),
            cast(func.sum(out.customers), BigInteger).label("customers"),
            func.sum(out.customers * seconds / 60.0).label("customer_minutes"),
        )
        .join_from(outage_interruptions, outage_restoration_tracker, out.outage_id == outage.outage_id)
        .where(
            outage.status == OutageStatus.RESTORED,
            out.restored_at.is_not(None),
            seconds > MOMENTARY_S,
            *conditions,
        )
        .group_by(outage.restored_at)
    )
