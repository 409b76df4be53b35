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
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from grid.pipeline.voltage import LIMITS, voltage_limits
from grid.warehouse.dialects import between, convert_timezone
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
    """Return what each meter used on a local day, by meter; columns of ``ami_daily_usage``."""
    start, end = day_bounds(day, zone)
    reading = ami_interval_readings.c
    dated = select(
        *reading,
        literal(day, Date).label("usage_date"),
        literal((end - start).total_seconds() / 60.0, Double).label("day_minutes"),
    ).where(
        reading.reading_at >= start,
        reading.reading_at < end,
        reading.reading_date >= start.date(),  # the partition: skips the files of other days
        reading.reading_date <= end.date(),
    )
    used = _usage(dated)
    return used.order_by(used.selected_columns.meter_key)


def all_daily_usage(time_zone: str) -> Select[Any]:
    """Return the same of every local day, for a warehouse that keeps them up to date itself."""
    reading = ami_interval_readings.c
    zone = literal(time_zone, String)
    local: Any = convert_timezone(literal("UTC", String), zone, reading.reading_at)
    dated = select(*reading, cast(local, Date).label("usage_date")).subquery("local_readings")
    next_date: Any = dated.c.usage_date.op("+", return_type=Date())(literal_column("1"))
    first, last = (
        convert_timezone(zone, literal("UTC", String), cast(midnight, DateTime))
        for midnight in (dated.c.usage_date, next_date)
    )
    return _usage(select(dated, cast(between("minute", first, last), Double).label("day_minutes")))


def _usage(dated: Select[Any]) -> Select[Any]:
    """Return the columns of ``ami_daily_usage`` from readings with their local day and its length.

    Voltages are sorted into bands only for the few meters that left range A that day: the lowest and the
    highest voltage tell which.
    """
    summed = _sums(dated.subquery("dated").c).cte("summed")
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
    banded = _bands(judged, dated.subquery("again")).subquery("banded")
    is_known = judged.c.a_low.is_not(None)
    kept = [column for column in summed.c if column.name != "voltage_count"]
    return select(
        *(judged.c[column.name] for column in kept),
        *(
            case(
                (~is_known, None),
                (banded.c.meter_key.is_not(None), banded.c[name]),
                else_=judged.c.voltage_count if name == "in_a_count" else 0,
            ).label(name)
            for name in VOLTAGE_COUNTS
        ),
    ).outerjoin_from(
        judged,
        banded,
        and_(banded.c.meter_key == judged.c.meter_key, banded.c.usage_date == judged.c.usage_date),
    )


def _sums(reading: Any) -> Select[Any]:
    kw: Any = cast(reading.usage_kwh, Double) * 60.0 / reading.interval_minutes
    metered_minutes: Any = cast(func.sum(reading.interval_minutes), Double)
    return select(
        reading.meter_key,
        reading.usage_date,
        cast(func.sum(reading.usage_kwh), Numeric(14, 4)).label("usage_kwh"),
        cast(func.count(), Integer).label("reading_count"),
        _total(reading.quality == "ESTIMATED", 1).label("estimated_count"),
        _total(reading.quality == "OUTAGE", reading.interval_minutes).label("outage_minutes"),
        (100.0 * metered_minutes / func.max(reading.day_minutes)).label("coverage_pct"),
        func.max(kw).label("peak_kw"),
        func.avg(cast(reading.voltage_v, Double), type_=Double).label("mean_voltage_v"),
        func.min(reading.voltage_v).label("min_voltage_v"),
        func.max(reading.voltage_v).label("max_voltage_v"),
        cast(func.sum(reading.interval_minutes), Integer).label("metered_minutes"),
        func.count(reading.voltage_v).label("voltage_count"),
    ).group_by(reading.meter_key, reading.usage_date)


def _bands(judged: Any, readings: Any) -> Select[Any]:
    """Return the voltage counts of the meters and days that left range A."""
    reading, at = readings.c, judged.c
    volts = reading.voltage_v
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
            reading.usage_date,
            *(
                _total(condition, 1).label(name)
                for name, condition in zip(VOLTAGE_COUNTS, conditions, strict=True)
            ),
        )
        .join_from(
            readings, judged, and_(at.meter_key == reading.meter_key, at.usage_date == reading.usage_date)
        )
        .where(at.left_a)
        .group_by(reading.meter_key, reading.usage_date)
    )


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
