"""The transformers that were loaded most over a period."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from grid.warehouse.queries.scope import Scope, transformer_conditions
from grid.warehouse.tables import transformer_daily_load, transformer_metadata


class OverloadOrder(StrEnum):
    """By what the most overloaded transformers are found."""

    PEAK_LOADING = "PEAK_LOADING"
    HOURS_OVER_RATING = "HOURS_OVER_RATING"
    PEAK_HOT_SPOT = "PEAK_HOT_SPOT"
    AGEING = "AGEING"


_ORDER_COLUMN = {
    OverloadOrder.PEAK_LOADING: "peak_loading_pct",
    OverloadOrder.HOURS_OVER_RATING: "hours_over_100",
    OverloadOrder.PEAK_HOT_SPOT: "peak_hot_spot_c",
    OverloadOrder.AGEING: "ageing_h",
}


def overloaded_transformers(
    *, scope: Scope, first: date, last: date, order: OverloadOrder, limit: int
) -> Select[Any]:
    """Return the ``limit`` known transformers that were loaded most on the local days ``first`` to ``last``.

    The most comes first, unknown last, equal ones by id. Scope: zones, substations, circuits, transformers.

    Columns: transformer_id, transformer_name, circuit_id, substation_id, rated_kva, energy_kwh,
    peak_load_kva, peak_loading_pct, peak_at (first hour of the peak, UTC), hour_count, hours_over_100,
    hours_over_120, hours_over_150, covered_hours (null: unknown), peak_hot_spot_c, ageing_h (sum of the
    ageing factors over hours), aged_hours (hours whose factor is known).
    """
    daily, unit = transformer_daily_load.c, transformer_metadata.c
    chosen = transformer_conditions(scope)
    is_counted = daily.load_date.between(first, last)
    if chosen:
        wanted = select(unit.transformer_id).where(*chosen)
        is_counted = and_(is_counted, daily.transformer_id.in_(wanted))
    covered = case((func.count(daily.covered_hours) == func.count(), func.sum(daily.covered_hours)))
    summed = (
        select(
            daily.transformer_id,
            func.sum(daily.energy_kwh).label("energy_kwh"),
            func.max(daily.peak_load_kva).label("peak_load_kva"),
            func.max(daily.peak_loading_pct).label("peak_loading_pct"),
            *(
                func.sum(daily[name]).label(name)
                for name in ("hour_count", "hours_over_100", "hours_over_120", "hours_over_150")
            ),
            covered.label("covered_hours"),
            func.max(daily.peak_hot_spot_c).label("peak_hot_spot_c"),
            func.sum(daily.ageing_h).label("ageing_h"),
            func.sum(daily.aged_hours).label("aged_hours"),
        )
        .where(is_counted)
        .group_by(daily.transformer_id)
        .subquery("summed")
    )
    by = _ORDER_COLUMN[order]
    described = (unit.transformer_name, unit.circuit_id, unit.substation_id, unit.rated_kva)
    top = (
        select(summed, *described)
        .join_from(summed, transformer_metadata, unit.transformer_id == summed.c.transformer_id)
        .order_by(summed.c[by].desc().nulls_last(), summed.c.transformer_id)
        .limit(limit)
        .cte("chosen")
    )
    is_peak_day = and_(
        daily.transformer_id == top.c.transformer_id,
        daily.peak_loading_pct == top.c.peak_loading_pct,
        daily.load_date.between(first, last),
    )
    return (
        select(*top.c, func.min(daily.peak_at).label("peak_at"))
        .join_from(top, transformer_daily_load, is_peak_day)
        .group_by(*top.c)
        .order_by(top.c[by].desc().nulls_last(), top.c.transformer_id)
    )
