"""Hourly and daily use of each circuit by class of customer."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Numeric, Select, case, cast, func, literal, select
from sqlalchemy import literal_column as text_of

from grid.warehouse.tables import (
    ami_daily_usage,
    ami_interval_readings,
    meter_infrastructure,
)
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS


def circuit_hours(day: date) -> Select[Any]:
    """Return what the meters of each circuit and class used in the hours of a UTC date.

    Columns of ``circuit_hourly_usage``, by circuit, class and hour. A meter counts for the circuit that it
    hangs on when the date is rolled up.
    """
    reading, meter = ami_interval_readings.c, meter_infrastructure.c
    # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
    hour: Any = func.date_trunc(text_of("'hour'"), reading.reading_at, type_=DateTime)
    group = (meter.circuit_id, meter.substation_id, meter.customer_class)
    return (
        select(
            *group,
            hour.label("usage_hour"),
            literal(day).label("usage_date"),
            cast(func.sum(reading.usage_kwh), Numeric(16, 4)).label("usage_kwh"),
            cast(func.count(), Integer).label("reading_count"),
            cast(func.sum(case((reading.quality == "ESTIMATED", 1), else_=0)), Integer).label(
                "estimated_count"
            ),
            cast(func.sum(reading.interval_minutes), BigInteger).label("metered_minutes"),
            cast(
                func.sum(case((reading.quality == "OUTAGE", reading.interval_minutes), else_=0)), BigInteger
            ).label("outage_minutes"),
        )
        .join_from(ami_interval_readings, meter_infrastructure, meter.meter_key == reading.meter_key)
        .where(reading.reading_date == day)
        .group_by(*group, hour)
        .order_by(*group, hour)
    )


def circuit_days(day: date) -> Select[Any]:
    """Return what the meters of each circuit and class used on a local day, summed from ``ami_daily_usage``.

    Columns of ``circuit_daily_usage``, by circuit and class.
    """
    daily, meter = ami_daily_usage.c, meter_infrastructure.c
    group = (meter.circuit_id, meter.substation_id, meter.customer_class)
    return (
        select(
            *group,
            literal(day).label("usage_date"),
            cast(func.sum(daily.usage_kwh), Numeric(16, 4)).label("usage_kwh"),
            cast(func.sum(daily.reading_count), Integer).label("reading_count"),
            cast(func.sum(daily.estimated_count), Integer).label("estimated_count"),
            *(
                cast(func.sum(daily[name]), BigInteger).label(name)
                for name in ("metered_minutes", "outage_minutes", *VOLTAGE_COUNTS)
            ),
        )
        .join_from(ami_daily_usage, meter_infrastructure, meter.meter_key == daily.meter_key)
        .where(daily.usage_date == day)
        .group_by(*group)
        .order_by(*group)
    )
