"""Daily and monthly use of each meter, by local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Double, Integer, Numeric, Select, case, cast, func, literal, select

from grid.warehouse.tables import ami_daily_usage, ami_interval_readings


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of a local day and of the next one, naive UTC: 23, 24 or 25 hours apart."""
    starts = (datetime.combine(each, time(), tzinfo=zone) for each in (day, day + timedelta(days=1)))
    first, last = (start.astimezone(UTC).replace(tzinfo=None) for start in starts)
    return first, last


def utc_dates(day: date, zone: ZoneInfo) -> list[date]:
    """Return the UTC dates that a local day has a part of."""
    start, end = day_bounds(day, zone)
    last = (end - timedelta(microseconds=1)).date()
    return [start.date() + timedelta(days=n) for n in range((last - start.date()).days + 1)]


def local_days(utc_date: date, zone: ZoneInfo) -> list[date]:
    """Return the local days that have a part of a UTC date."""
    near = (utc_date + timedelta(days=n) for n in (-1, 0, 1))
    return [day for day in near if utc_date in utc_dates(day, zone)]


def daily_usage(day: date, zone: ZoneInfo) -> Select[Any]:
    """Return what each meter used on a local day, by meter; columns of ``ami_daily_usage``."""
    start, end = day_bounds(day, zone)
    reading = ami_interval_readings.c
    minutes = (end - start).total_seconds() / 60.0
    kw: Any = cast(reading.usage_kwh, Double) * 60.0 / reading.interval_minutes
    return (
        select(
            reading.meter_key,
            literal(day).label("usage_date"),
            cast(func.sum(reading.usage_kwh), Numeric(14, 4)).label("usage_kwh"),
            cast(func.count(), Integer).label("reading_count"),
            _total(reading.quality == "ESTIMATED", 1).label("estimated_count"),
            _total(reading.quality == "OUTAGE", reading.interval_minutes).label("outage_minutes"),
            (100.0 * cast(func.sum(reading.interval_minutes), Double) / minutes).label("coverage_pct"),
            func.max(kw).label("peak_kw"),
            func.avg(cast(reading.voltage_v, Double), type_=Double).label("mean_voltage_v"),
            func.min(reading.voltage_v).label("min_voltage_v"),
            func.max(reading.voltage_v).label("max_voltage_v"),
        )
        .where(
            reading.reading_at >= start,
            reading.reading_at < end,
            reading.reading_date >= start.date(),  # the partition: skips the files of other days
            reading.reading_date <= end.date(),
        )
        .group_by(reading.meter_key)
        .order_by(reading.meter_key)
    )


def monthly_usage(month: date) -> Select[Any]:
    """Return what each meter used in the month that begins on ``month``, by meter.

    Columns of ``ami_monthly_usage``, summed from ``ami_daily_usage``.
    """
    daily = ami_daily_usage.c
    after = (month + timedelta(days=31)).replace(day=1)
    return (
        select(
            daily.meter_key,
            literal(month).label("usage_month"),
            cast(func.sum(daily.usage_kwh), Numeric(16, 4)).label("usage_kwh"),
            cast(func.count(), Integer).label("day_count"),
            cast(func.sum(daily.estimated_count), Integer).label("estimated_count"),
            cast(func.sum(daily.outage_minutes), Integer).label("outage_minutes"),
            func.max(daily.peak_kw).label("peak_kw"),
            func.min(daily.min_voltage_v).label("min_voltage_v"),
            func.max(daily.max_voltage_v).label("max_voltage_v"),
        )
        .where(daily.usage_date >= month, daily.usage_date < after)
        .group_by(daily.meter_key)
        .order_by(daily.meter_key)
    )


def _total(condition: Any, value: Any) -> Any:
    return cast(func.sum(case((condition, value), else_=0)), Integer)
