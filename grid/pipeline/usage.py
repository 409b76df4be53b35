"""Daily and monthly use of each meter, by local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Double, Integer, Numeric, Select, and_, case, cast, func, literal, or_, select

from grid.pipeline.voltage import LIMITS, voltage_limits
from grid.warehouse.tables import ami_daily_usage, ami_interval_readings
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS


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
    """Return what each meter used on a local day, by meter; columns of ``ami_daily_usage``.

    Voltages are sorted into bands only for the few meters that left range A that day: the lowest and the
    highest voltage tell which.
    """
    start, end = day_bounds(day, zone)
    summed = _sums(day, start, end).cte("summed")
    limits = voltage_limits().subquery("limits")
    judged = (
        select(
            summed,
            *(limits.c[name] for name in LIMITS),
            or_(summed.c.min_voltage_v < limits.c.a_low, summed.c.max_voltage_v > limits.c.a_high).label(
                "left_a"
            ),
        )
        .outerjoin_from(summed, limits, limits.c.meter_key == summed.c.meter_key)
        .cte("judged")
    )
    banded = _bands(judged, start, end).subquery("banded")
    is_known = judged.c.a_low.is_not(None)
    kept = [column for column in summed.c if column.name != "voltage_count"]
    return (
        select(
            *(judged.c[column.name] for column in kept),
            *(
                case(
                    (~is_known, None),
                    (banded.c.meter_key.is_not(None), banded.c[name]),
                    else_=judged.c.voltage_count if name == "in_a_count" else 0,
                ).label(name)
                for name in VOLTAGE_COUNTS
            ),
        )
        .outerjoin_from(judged, banded, banded.c.meter_key == judged.c.meter_key)
        .order_by(judged.c.meter_key)
    )


def _sums(day: date, start: datetime, end: datetime) -> Select[Any]:
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
            cast(func.sum(reading.interval_minutes), Integer).label("metered_minutes"),
            func.count(reading.voltage_v).label("voltage_count"),
        )
        .where(*_of_the_day(start, end))
        .group_by(reading.meter_key)
    )


def _bands(judged: Any, start: datetime, end: datetime) -> Select[Any]:
    """Return the voltage counts of the meters that left range A."""
    reading = ami_interval_readings.c
    volts, at = reading.voltage_v, judged.c
    conditions = (
        volts < at.b_low,
        and_(volts >= at.b_low, volts < at.a_low),
        and_(volts >= at.a_low, volts <= at.a_high),
        and_(volts > at.a_high, volts <= at.b_high),
        volts > at.b_high,
    )
    return (
        select(
            reading.meter_key,
            *(
                _total(condition, 1).label(name)
                for name, condition in zip(VOLTAGE_COUNTS, conditions, strict=True)
            ),
        )
        .join_from(ami_interval_readings, judged, at.meter_key == reading.meter_key)
        .where(at.left_a, *_of_the_day(start, end))
        .group_by(reading.meter_key)
    )


def _of_the_day(start: datetime, end: datetime) -> list[Any]:
    reading = ami_interval_readings.c
    return [
        reading.reading_at >= start,
        reading.reading_at < end,
        reading.reading_date >= start.date(),  # the partition: skips the files of other days
        reading.reading_date <= end.date(),
    ]


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
