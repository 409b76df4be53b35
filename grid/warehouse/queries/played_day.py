"""What a day was like, to be played again: its intervals, readings and meters, and who was interrupted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from grid.warehouse.tables import ami_interval_readings, meter_infrastructure, outage_interruptions


def newest_reading_date() -> Select[Any]:
    """Return the newest date that has readings, as ``day``; null if none has."""
    return select(func.max(ami_interval_readings.c.reading_date).label("day"))


def intervals(*, since: datetime, until: datetime) -> Select[Any]:
    """Return the intervals that began from ``since`` to before ``until`` (UTC), oldest first.

    Columns: reading_at, interval_minutes (the longest), reading_count.
    """
    readings = ami_interval_readings.c
    return (
        select(
            readings.reading_at,
            func.max(readings.interval_minutes).label("interval_minutes"),
            func.count().label("reading_count"),
        )
        .where(*_span(since, until))
        .group_by(readings.reading_at)
        .order_by(readings.reading_at)
    )


def readings_of_interval(*, at: datetime, lo_key: int, hi_key: int) -> Select[Any]:
    """Return the readings of the meters ``lo_key`` to ``hi_key`` of one interval, by meter."""
    readings = ami_interval_readings.c
    return (
        select(
            readings.meter_key,
            readings.interval_minutes,
            readings.usage_kwh,
            readings.voltage_v,
            readings.quality,
        )
        .where(
            readings.reading_at == at,
            readings.reading_date == at.date(),
            readings.meter_key.between(lo_key, hi_key),
        )
        .order_by(readings.meter_key)
    )


def meters_by_key(limit: int | None) -> Select[Any]:
    """Return the first meters by key, all without a limit: meter_key, meter_id, transformer_id."""
    meter = meter_infrastructure.c
    query = select(meter.meter_key, meter.meter_id, meter.transformer_id).order_by(meter.meter_key)
    return query if limit is None else query.limit(limit)


def interruptions(*, since: datetime, until: datetime) -> Select[Any]:
    """Return who was interrupted at some time from ``since`` to before ``until`` (UTC), oldest first.

    Columns: transformer_id, meter_id (null: all of the transformer), started_at, restored_at (null: still).
    """
    row = outage_interruptions.c
    return (
        select(row.transformer_id, row.meter_id, row.started_at, row.restored_at)
        .where(row.started_at < until, or_(row.restored_at.is_(None), row.restored_at >= since))
        .order_by(row.started_at, row.interruption_id)
    )


def _span(since: datetime, until: datetime) -> tuple[Any, ...]:
    readings = ami_interval_readings.c
    return (
        readings.reading_at >= since,
        readings.reading_at < until,
        readings.reading_date >= since.date(),
        readings.reading_date <= until.date(),
    )
