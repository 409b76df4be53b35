"""Hourly and daily use of each circuit by class of customer."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Numeric, Select, case, cast, func, select
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
    used = all_circuit_hours().where(ami_interval_readings.c.reading_date == day)
    columns = used.selected_columns
    return used.order_by(
        columns.circuit_id, columns.substation_id, columns.customer_class, columns.usage_hour
    )


def all_circuit_hours() -> Select[Any]:
    """Return the same of every date, for a warehouse that keeps them up to date itself."""
    reading, meter = ami_interval_readings.c, meter_infrastructure.c
    # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
    hour: Any = func.date_trunc(text_of("'hour'"), reading.reading_at, type_=DateTime)
    group = (meter.circuit_id, meter.substation_id, meter.customer_class)
    outage_minutes = func.sum(case((reading.quality == "OUTAGE", reading.interval_minutes), else_=0))
    return (
        select(
            *group,
            hour.label("usage_hour"),
            reading.reading_date.label("usage_date"),
            cast(func.sum(reading.usage_kwh), Numeric(16, 4)).label("usage_kwh"),
            cast(func.count(), Integer).label("reading_count"),
            cast(func.sum(case((reading.quality == "ESTIMATED", 1), else_=0)), Integer).label(
                "estimated_count"
            ),
            cast(func.sum(reading.interval_minutes), BigInteger).label("metered_minutes"),
            cast(outage_minutes, BigInteger).label("outage_minutes"),
        )
        .join_from(ami_interval_readings, meter_infrastructure, meter.meter_key == reading.meter_key)
        .group_by(*group, hour, reading.reading_date)
    )


def circuit_days(day: date) -> Select[Any]:
    """Return what the meters of each circuit and class used on a local day, summed from ``ami_daily_usage``.

    Columns of ``circuit_daily_usage``, by circuit and class.
    """
    used = all_circuit_days().where(ami_daily_usage.c.usage_date == day)
    columns = used.selected_columns
    return used.order_by(columns.circuit_id, columns.substation_id, columns.customer_class)


def all_circuit_days() -> Select[Any]:
    """Return the same of every day, for a warehouse that keeps them up to date itself."""
    daily, meter = ami_daily_usage.c, meter_infrastructure.c
    group = (meter.circuit_id, meter.substation_id, meter.customer_class)
    return (
        select(
            *group,
            daily.usage_date,
            cast(func.sum(daily.usage_kwh), Numeric(16, 4)).label("usage_kwh"),
            cast(func.sum(daily.reading_count), Integer).label("reading_count"),
            cast(func.sum(daily.estimated_count), Integer).label("estimated_count"),
            *(
                cast(func.sum(daily[name]), BigInteger).label(name)
                for name in ("metered_minutes", "outage_minutes", *VOLTAGE_COUNTS)
            ),
        )
        .join_from(ami_daily_usage, meter_infrastructure, meter.meter_key == daily.meter_key)
        .group_by(*group, daily.usage_date)
    )
