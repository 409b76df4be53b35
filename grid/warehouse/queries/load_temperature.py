"""What the meters used in each hour beside how warm it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double, Select, cast, func, select

from grid.warehouse.tables import circuit_hourly_usage, weather_hourly


def load_and_temperature(since: datetime, until: datetime) -> Select[Any]:
    """Return the UTC hours from ``since`` to before ``until`` that have both, oldest first.

    Columns: at, kw_per_meter (mean power of the metered time), temperature_c (mean of the stations).
    """
    hourly, air = circuit_hourly_usage.c, weather_hourly.c
    used = (
        select(
            hourly.usage_hour.label("at"),
            cast(func.sum(hourly.usage_kwh), Double).label("usage_kwh"),
            func.sum(hourly.metered_minutes, type_=BigInteger).label("metered_minutes"),
        )
        .where(
            hourly.usage_hour >= since,
            hourly.usage_hour < until,
            hourly.usage_date >= since.date(),  # the partition: skips the files of other days
            hourly.usage_date <= until.date(),
        )
        .group_by(hourly.usage_hour)
        .subquery("used")
    )
    warmth = (
        select(air.observed_at.label("at"), func.avg(air.temperature_c, type_=Double).label("temperature_c"))
        .where(air.observed_at >= since, air.observed_at < until, air.temperature_c.is_not(None))
        .group_by(air.observed_at)
        .subquery("warmth")
    )
    return (
        select(
            used.c.at,
            (used.c.usage_kwh * 60.0 / used.c.metered_minutes).label("kw_per_meter"),
            warmth.c.temperature_c,
        )
        .join_from(used, warmth, warmth.c.at == used.c.at)
        .where(used.c.metered_minutes > 0)
        .order_by(used.c.at)
    )
