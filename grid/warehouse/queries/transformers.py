"""Questions about the load of distribution transformers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from grid.warehouse.queries.system import OVERLOADED_PCT, is_known_transformer
from grid.warehouse.tables import transformer_hourly_load, transformer_metadata


def latest_load_hour(*, transformer_id: str) -> Select[Any]:
    """Return the start of the newest hour on record of one transformer, as ``at`` (UTC; null without any)."""
    load = transformer_hourly_load.c
    return select(func.max(load.load_hour).label("at")).where(load.transformer_id == transformer_id)


def transformer_load(*, transformer_id: str, since: datetime, until: datetime) -> Select[Any]:
    """Return the hourly load of one transformer from ``since`` to before ``until`` (UTC), oldest first.

    Columns: at, energy_kwh, load_kva, loading_pct, meter_count, coverage_pct, ambient_c, top_oil_c,
    hot_spot_c, ageing_factor, thermal_stress.
    """
    load = transformer_hourly_load.c
    return (
        select(
            load.load_hour.label("at"),
            load.energy_kwh,
            load.load_kva,
            load.loading_pct,
            load.meter_count,
            load.coverage_pct,
            load.ambient_c,
            load.top_oil_c,
            load.hot_spot_c,
            load.ageing_factor,
            load.thermal_stress,
        )
        .where(
            load.transformer_id == transformer_id,
            load.load_hour >= since,
            load.load_hour < until,
            load.load_date >= since.date(),  # the partition: skips the files of other days
            load.load_date <= until.date(),
        )
        .order_by(load.load_hour)
    )


def top_loaded_transformers(
    *, first: int, since: datetime | None = None, zone_ids: Sequence[str] = ()
) -> Select[Any]:
    """Return the ``first`` transformers with the highest hourly loading since ``since`` (UTC; None: ever).

    Only known transformers fed by a substation of ``zone_ids`` count; an empty one means every zone.

    Columns: transformer_id, transformer_name, circuit_id, substation_id, rated_kva, peak_loading_pct,
    hours_over_rating, peak_load_kva, peak_at. The highest comes first, equal ones by id; ``peak_at`` is the
    first hour of the peak.
    """
    load = transformer_hourly_load.c
    about = transformer_metadata.c
    recent = [] if since is None else [load.load_hour >= since, load.load_date >= since.date()]
    is_over = case((load.loading_pct > OVERLOADED_PCT, 1), else_=0)
    peaks = (
        select(
            load.transformer_id,
            func.max(load.loading_pct).label("peak_loading_pct"),
            func.sum(is_over).label("hours_over_rating"),
        )
        .where(is_known_transformer(load.transformer_id, zone_ids), *recent)
        .group_by(load.transformer_id)
        .order_by(func.max(load.loading_pct).desc(), load.transformer_id)
        .limit(first)
        .cte("peaks")
    )
    is_peak_hour = and_(
        load.transformer_id == peaks.c.transformer_id,
        load.loading_pct == peaks.c.peak_loading_pct,
        *recent,
    )
    described = [
        about.transformer_id,
        about.transformer_name,
        about.circuit_id,
        about.substation_id,
        about.rated_kva,
        peaks.c.peak_loading_pct,
        peaks.c.hours_over_rating,
    ]
    return (
        select(
            *described,
            func.max(load.load_kva).label("peak_load_kva"),
            func.min(load.load_hour).label("peak_at"),
        )
        .select_from(peaks)
        .join(transformer_metadata, about.transformer_id == peaks.c.transformer_id)
        .join(transformer_hourly_load, is_peak_hour)
        .group_by(*described)
        .order_by(peaks.c.peak_loading_pct.desc(), about.transformer_id)
    )
