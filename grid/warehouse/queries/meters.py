"""Questions about one meter's readings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Double, Select, cast, func, literal_column, select

from grid.warehouse.tables import ami_interval_readings, meter_infrastructure


class UsageBucket(StrEnum):
    """The span that readings are summed over; spans start on UTC boundaries."""

    INTERVAL = "INTERVAL"
    HOUR = "HOUR"
    DAY = "DAY"


def meter_usage(*, meter_id: str, since: datetime, until: datetime, bucket: UsageBucket) -> Select[Any]:
    """Return a meter's use from ``since`` to before ``until`` (UTC) per ``bucket``, oldest first.

    Columns: at (start of the span), usage_kwh, mean_voltage_v (null if no voltage was read),
    min_voltage_v, max_voltage_v, reading_count.
    """
    readings = ami_interval_readings.c
    at: Any = readings.reading_at
    if bucket is not UsageBucket.INTERVAL:
        # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
        at = func.date_trunc(literal_column(f"'{bucket.value.lower()}'"), at, type_=DateTime)
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
