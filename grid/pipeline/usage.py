"""Daily and monthly use of each meter, by local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Date,
    DateTime,
    Double,
    Integer,
    Numeric,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
)

from grid.warehouse.dialects import between, convert_timezone
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
    return (
        select(
            reading.meter_key,
            literal(day).label("usage_date"),
            *_daily_sums(reading, (end - start).total_seconds() / 60.0),
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


def all_daily_usage(time_zone: str) -> Select[Any]:
    """Return the same of every local day, for a warehouse that keeps them up to date itself."""
    reading = ami_interval_readings.c
    zone = literal(time_zone, String)
    local: Any = convert_timezone(literal("UTC", String), zone, reading.reading_at)
    dated = select(*reading, cast(local, Date).label("usage_date")).subquery("dated")
    next_date: Any = dated.c.usage_date.op("+", return_type=Date())(literal_column("1"))
    first, last = (
        convert_timezone(zone, literal("UTC", String), cast(midnight, DateTime))
        for midnight in (dated.c.usage_date, next_date)
    )
    return select(
        dated.c.meter_key,
        dated.c.usage_date,
        *_daily_sums(dated.c, cast(between("minute", first, last), Double)),
    ).group_by(dated.c.meter_key, dated.c.usage_date)


def _daily_sums(reading: Any, minutes: Any) -> list[Any]:
    """Return the columns of ``ami_daily_usage`` after its key; the day has ``minutes``."""
    kw: Any = cast(reading.usage_kwh, Double) * 60.0 / reading.interval_minutes
    return [
        cast(func.sum(reading.usage_kwh), Numeric(14, 4)).label("usage_kwh"),
        cast(func.count(), Integer).label("reading_count"),
        _total(reading.quality == "ESTIMATED", 1).label("estimated_count"),
        _total(reading.quality == "OUTAGE", reading.interval_minutes).label("outage_minutes"),
        (100.0 * cast(func.sum(reading.interval_minutes), Double) / minutes).label("coverage_pct"),
        func.max(kw).label("peak_kw"),
        func.avg(cast(reading.voltage_v, Double), type_=Double).label("mean_voltage_v"),
        func.min(reading.voltage_v).label("min_voltage_v"),
        func.max(reading.voltage_v).label("max_voltage_v"),
    ]


def monthly_usage(month: date) -> Select[Any]:
    """Return what each meter used in the month that begins on ``month``, by meter.

    Columns of ``ami_monthly_usage``, summed from ``ami_daily_usage``.
    """
    daily = ami_daily_usage.c
    after = (month + timedelta(days=31)).replace(day=1)
    return (
        select(daily.meter_key, literal(month).label("usage_month"), *_monthly_sums())
        .where(daily.usage_date >= month, daily.usage_date < after)
        .group_by(daily.meter_key)
        .order_by(daily.meter_key)
    )


def all_monthly_usage() -> Select[Any]:
    """Return the same of every month, for a warehouse that keeps them up to date itself."""
    daily = ami_daily_usage.c
    # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
    month: Any = cast(func.date_trunc(literal_column("'month'"), daily.usage_date), Date)
    return select(daily.meter_key, month.label("usage_month"), *_monthly_sums()).group_by(
        daily.meter_key, month
    )


def _monthly_sums() -> list[Any]:
    """Return the columns of ``ami_monthly_usage`` after its key."""
    daily = ami_daily_usage.c
    return [
        cast(func.sum(daily.usage_kwh), Numeric(16, 4)).label("usage_kwh"),
        cast(func.count(), Integer).label("day_count"),
        cast(func.sum(daily.estimated_count), Integer).label("estimated_count"),
        cast(func.sum(daily.outage_minutes), Integer).label("outage_minutes"),
        func.max(daily.peak_kw).label("peak_kw"),
        func.min(daily.min_voltage_v).label("min_voltage_v"),
        func.max(daily.max_voltage_v).label("max_voltage_v"),
    ]


def _total(condition: Any, value: Any) -> Any:
    return cast(func.sum(case((condition, value), else_=0)), Integer)
