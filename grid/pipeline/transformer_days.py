"""Daily peak, overload and ageing of the transformers."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, Select, String, case, cast, func, literal, select

from grid.pipeline.usage import day_bounds
from grid.warehouse.dialects import convert_timezone
from grid.warehouse.tables import transformer_hourly_load

OVERLOADS_PCT = (100, 120, 150)
"""Loadings above which hours are counted."""


def transformer_days(day: date, zone: ZoneInfo) -> Select[Any]:
    """Return the extremes and the ageing of each transformer on a local day.

    Columns of ``transformer_daily_load``, by transformer. An hour belongs to the day that it begins in.
    """
    start, end = day_bounds(day, zone)
    load = transformer_hourly_load.c
    hours = select(transformer_hourly_load, literal(day, Date).label("day")).where(
        load.load_hour >= start,
        load.load_hour < end,
        load.load_date >= start.date(),  # the partition: skips the files of other days
        load.load_date <= end.date(),
    )
    days = _days(hours)
    return days.order_by(days.selected_columns.transformer_id)


def all_transformer_days(time_zone: str) -> Select[Any]:
    """Return the same of every local day, for a warehouse that keeps them up to date itself."""
    hour: Any = transformer_hourly_load.c.load_hour
    local: Any = convert_timezone(literal("UTC", String), literal(time_zone, String), hour)
    return _days(select(transformer_hourly_load, cast(local, Date).label("day")))


def _days(hours: Select[Any]) -> Select[Any]:
    """Return the columns of ``transformer_daily_load`` from hours with their local day."""
    dated = hours.subquery("dated")
    peak = func.max(dated.c.loading_pct).over(partition_by=(dated.c.transformer_id, dated.c.day))
    hour = select(dated, peak.label("peak_pct")).subquery("hours").c
    covered = func.sum(hour.coverage_pct) / 100.0
    return select(
        hour.transformer_id,
        hour.day.label("load_date"),
        func.sum(hour.energy_kwh).label("energy_kwh"),
        func.max(hour.load_kva).label("peak_load_kva"),
        func.max(hour.loading_pct).label("peak_loading_pct"),
        func.min(case((hour.loading_pct == hour.peak_pct, hour.load_hour))).label("peak_at"),
        cast(func.count(), Integer).label("hour_count"),
        *(
            cast(func.sum(case((hour.loading_pct > limit, 1), else_=0)), Integer).label(f"hours_over_{limit}")
            for limit in OVERLOADS_PCT
        ),
        case((func.count(hour.coverage_pct) == func.count(), covered)).label("covered_hours"),
        func.max(hour.hot_spot_c).label("peak_hot_spot_c"),
        func.sum(hour.ageing_factor).label("ageing_h"),
        cast(func.count(hour.ageing_factor), Integer).label("aged_hours"),
    ).group_by(hour.transformer_id, hour.day)
