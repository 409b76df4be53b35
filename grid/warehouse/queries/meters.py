"""Questions about one meter's readings."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Double, Select, cast, func, literal_column, null, select

from grid.warehouse.tables import (
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    meter_infrastructure,
)


class UsageBucket(StrEnum):
    """The span that readings are summed over: as metered, UTC hours, local days, local months."""

    INTERVAL = "INTERVAL"
    HOUR = "HOUR"
    DAY = "DAY"
    MONTH = "MONTH"


def meter_readings(*, meter_id: str, since: datetime, until: datetime, is_hourly: bool) -> Select[Any]:
    """Return a meter's use from ``since`` to before ``until`` (UTC), as metered or by hour, oldest first.

    Columns: at (start of the span, UTC), usage_kwh, mean_voltage_v (null if no voltage was read),
    min_voltage_v, max_voltage_v, reading_count.
    """
    readings = ami_interval_readings.c
    at: Any = readings.reading_at
    if is_hourly:
        # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
        at = func.date_trunc(literal_column("'hour'"), at, type_=DateTime)
    return (
        select(
            at.label("at"),
            func.sum(readings.usage_kwh).label("usage_kwh"),
            func.avg(cast(readings.voltage_v, Double), type_=Double).label("mean_voltage_v"),
            func.min(readings.voltage_v).label("min_voltage_v"),
            func.max(readings.voltage_v).label("max_voltage_v"),
            func.count().label("reading_count"),
        )
        .select_from(ami_interval_readings)
        .join(meter_infrastructure, meter_infrastructure.c.meter_key == readings.meter_key)
        .where(
            meter_infrastructure.c.meter_id == meter_id,
            readings.reading_at >= since,
            readings.reading_at < until,
            readings.reading_date >= since.date(),  # the partition: skips the files of other days
            readings.reading_date <= until.date(),
        )
        .group_by(at)
        .order_by(at)
    )


def meter_days(*, meter_id: str, first: date, last: date) -> Select[Any]:
    """Return a meter's use on the local days ``first`` to ``last``, oldest first.

    Columns as above; at is the local date.
    """
    daily = ami_daily_usage.c
    return (
        select(
            daily.usage_date.label("at"),
            daily.usage_kwh,
            daily.mean_voltage_v,
            daily.min_voltage_v,
            daily.max_voltage_v,
            daily.reading_count,
        )
        .join_from(ami_daily_usage, meter_infrastructure, meter_infrastructure.c.meter_key == daily.meter_key)
        .where(meter_infrastructure.c.meter_id == meter_id, daily.usage_date.between(first, last))
        .order_by(daily.usage_date)
    )


def meter_months(*, meter_id: str, first: date, last: date) -> Select[Any]:
    """Return a meter's use in the local months that begin on ``first`` to ``last``, oldest first.

    Columns as above; at is the first day, mean_voltage_v and reading_count are null.
    """
    monthly = ami_monthly_usage.c
    return (
        select(
            monthly.usage_month.label("at"),
            monthly.usage_kwh,
            cast(null(), Double).label("mean_voltage_v"),
            monthly.min_voltage_v,
            monthly.max_voltage_v,
            cast(null(), monthly.day_count.type).label("reading_count"),
        )
        .join_from(
            ami_monthly_usage, meter_infrastructure, meter_infrastructure.c.meter_key == monthly.meter_key
        )
        .where(meter_infrastructure.c.meter_id == meter_id, monthly.usage_month.between(first, last))
        .order_by(monthly.usage_month)
    )
