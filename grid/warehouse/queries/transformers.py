"""Questions about the load of distribution transformers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select

from grid.warehouse.tables import transformer_hourly_load, transformer_metadata


def transformer_load(*, transformer_id: str, since: datetime, until: datetime) -> Select[Any]:
    """Return the hourly load of one transformer from ``since`` to before ``until`` (UTC), oldest first.

    Columns: at, energy_kwh, load_kva, loading_pct, meter_count.
    """
    load = transformer_hourly_load.c
    return (
        select(load.load_hour.label("at"), load.energy_kwh, load.load_kva, load.loading_pct, load.meter_count)
        .where(
            load.transformer_id == transformer_id,
            load.load_hour >= since,
            load.load_hour < until,
            load.load_date >= since.date(),  # the partition: skips the files of other days
            load.load_date <= until.date(),
        )
        .order_by(load.load_hour)
    )


def top_loaded_transformers(*, first: int, since: datetime) -> Select[Any]:
    """Return the ``first`` transformers with the highest hourly loading since ``since`` (UTC).

    Columns: transformer_id, transformer_name, circuit_id, substation_id, rated_kva, peak_loading_pct,
    peak_load_kva, peak_at. The highest comes first, equal ones by id; ``peak_at`` is the first hour of
    the peak.
    """
    load = transformer_hourly_load.c
    about = transformer_metadata.c
    peaks = (
        select(load.transformer_id, func.max(load.loading_pct).label("peak_loading_pct"))
        .where(load.load_hour >= since, load.load_date >= since.date())
        .group_by(load.transformer_id)
        .order_by(func.max(load.loading_pct).desc(), load.transformer_id)
        .limit(first)
        .cte("peaks")
    )
    is_peak_hour = and_(
        load.transformer_id == peaks.c.transformer_id,
        load.loading_pct == peaks.c.peak_loading_pct,
        load.load_hour >= since,
        load.load_date >= since.date(),
    )
    return (
        select(
            about.transformer_id,
            about.transformer_name,
            about.circuit_id,
            about.substation_id,
            about.rated_kva,
            peaks.c.peak_loading_pct,
            func.max(load.load_kva).label("peak_load_kva"),
            func.min(load.load_hour).label("peak_at"),
        )
        .select_from(peaks)
        .join(transformer_metadata, about.transformer_id == peaks.c.transformer_id)
        .join(transformer_hourly_load, is_peak_hour)
        .group_by(
            about.transformer_id,
            about.transformer_name,
            about.circuit_id,
            about.substation_id,
            about.rated_kva,
            peaks.c.peak_loading_pct,
        )
        .order_by(peaks.c.peak_loading_pct.desc(), about.transformer_id)
    )
