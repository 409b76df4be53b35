"""Outages of past storms: how many began each day, whom they interrupted from when to when, and the weather.

Unplanned outages alone count, and none that was cancelled. Interruptions of an outage that is not on record
are unplanned, as in ``interruption_rows``. Moments are naive UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
)

from grid.warehouse.queries.interruption_rows import InterruptionScope, Planned, in_scope, of_kind
from grid.warehouse.queries.local_days import DayOffsets, local_day
from grid.warehouse.tables import (
    OutageStatus,
    outage_interruptions,
    outage_restoration_tracker,
    weather_hourly,
)

Span = tuple[datetime, datetime]
"""First and last moment of a time, both in it."""

_row, _outage = outage_interruptions.c, outage_restoration_tracker.c


def unplanned_outages_by_day(
    scope: InterruptionScope, *, since: datetime, until: datetime, offsets: DayOffsets
) -> Select[Any]:
    """Return how many unplanned outages began on each local day from ``since`` to before ``until``.

    Columns: local_date, outage_count. Days without any have no row.

    Args:
        scope: which outages count.
        since: first instant.
        until: first instant after.
        offsets: offsets of the local clock in between.
    """
    day = local_day(_outage.started_at, offsets).label("local_date")
    counted = (
        select(day)
        .where(
            *_counts(scope, _outage),
            _outage.started_at >= since,
            _outage.started_at < until,
        )
        .subquery("counted")
    )
    return (
        select(counted.c.local_date, cast(func.count(), Integer).label("outage_count"))
        .group_by(counted.c.local_date)
        .order_by(counted.c.local_date)
    )


def unplanned_outages(scope: InterruptionScope, spans: Sequence[Span]) -> Select[Any]:
    """Return the unplanned outages in force at some moment of one of the spans.

    Columns: outage_id, substation_id, circuit_id, switch_id, transformer_id, meter_id, cause_code,
    started_at, restored_at (null while active), customers_interrupted, lon, lat, has_interruptions (whether
    it is on record whom it interrupted).
    """
    return select(
        _outage.outage_id,
        _outage.substation_id,
        _outage.circuit_id,
        _outage.switch_id,
        _outage.transformer_id,
        _outage.meter_id,
        _outage.cause_code,
        _outage.started_at,
        _outage.restored_at,
        _outage.customers_interrupted,
        _outage.longitude.label("lon"),
        _outage.latitude.label("lat"),
        _outage.outage_id.in_(select(_row.outage_id)).label("has_interruptions"),
    ).where(*_counts(scope, _outage), _in_force(_outage, spans))


def unplanned_spells(
    scope: InterruptionScope, spans: Sequence[Span], *, whole_outages: bool = False
) -> Select[Any]:
    """Return the interruptions by unplanned outages in force at some moment of one of the spans.

    Those of one outage that began and ended together are one row. Columns: outage_id, circuit_id,
    substation_id, started_at, restored_at (null while out), customers.

    Args:
        scope: which interruptions count.
        spans: the times looked at.
        whole_outages: whether the others of the same outages come too, whenever they were.
    """
    in_force: ColumnElement[bool] = _in_force(_row, spans)
    if whole_outages:
        in_force = _row.outage_id.in_(select(_row.outage_id).where(in_force))
    return (
        select(
            _row.outage_id,
            func.min(_row.circuit_id, type_=String).label("circuit_id"),
            func.min(_row.substation_id, type_=String).label("substation_id"),
            _row.started_at,
            _row.restored_at,
            cast(func.sum(_row.customers), BigInteger).label("customers"),
        )
        .select_from(
            outage_interruptions.outerjoin(outage_restoration_tracker, _outage.outage_id == _row.outage_id)
        )
        .where(
            in_force,
            *of_kind(Planned.UNPLANNED),
            func.coalesce(_outage.status, "", type_=String) != OutageStatus.CANCELLED.value,
            *in_scope(scope, _row),
        )
        .group_by(_row.outage_id, _row.started_at, _row.restored_at)
    )


def hourly_weather(since: datetime, until: datetime) -> Select[Any]:
    """Return the weather of each hour from ``since`` to ``until``, over all stations, oldest first.

    Columns: at, station_count, temperature_c and precipitation_mm (means of the stations), wind_speed_mps
    (mean), wind_speed_max_mps (of the station with the most). A value that no station observed is null.
    """
    air = weather_hourly.c

    def mean(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.avg(column, type_=Double)

    return (
        select(
            air.observed_at.label("at"),
            cast(func.count(), Integer).label("station_count"),
            mean(air.temperature_c).label("temperature_c"),
            mean(air.wind_speed_mps).label("wind_speed_mps"),
            func.max(air.wind_speed_mps, type_=Double).label("wind_speed_max_mps"),
            mean(air.precipitation_mm).label("precipitation_mm"),
        )
        .where(air.observed_at >= since, air.observed_at <= until)
        .group_by(air.observed_at)
        .order_by(air.observed_at)
    )


def _counts(scope: InterruptionScope, columns: Any) -> list[ColumnElement[bool]]:
    is_planned = func.coalesce(columns.is_planned, False, type_=Boolean)
    return [~is_planned, columns.status != OutageStatus.CANCELLED.value, *in_scope(scope, columns)]


def _in_force(columns: Any, spans: Sequence[Span]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(
                columns.started_at <= until,
                or_(columns.restored_at.is_(None), columns.restored_at > since),
            )
            for since, until in spans
        )
    )
