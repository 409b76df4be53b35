"""The transformers that were loaded most over a period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, func, select

from grid.warehouse.queries.scope import Scope, transformer_conditions
from grid.warehouse.tables import transformer_daily_load, transformer_metadata


class OverloadOrder(StrEnum):
    """By what the most overloaded transformers are found."""

    PEAK_LOADING = "PEAK_LOADING"
    HOURS_OVER_RATING = "HOURS_OVER_RATING"
    PEAK_HOT_SPOT = "PEAK_HOT_SPOT"
    AGEING = "AGEING"


_RANKED_BY: dict[OverloadOrder, Callable[[Any], Any]] = {
    OverloadOrder.PEAK_LOADING: lambda daily: func.max(daily.peak_loading_pct),
    OverloadOrder.HOURS_OVER_RATING: lambda daily: func.sum(daily.hours_over_100),
    OverloadOrder.PEAK_HOT_SPOT: lambda daily: func.max(daily.peak_hot_spot_c),
    OverloadOrder.AGEING: lambda daily: func.sum(daily.ageing_h),
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
    chosen = _ranked(scope, first, last, order, limit).cte("chosen")
    daily = transformer_daily_load.c
    peak_pct = func.max(daily.peak_loading_pct).over(partition_by=daily.transformer_id)
    days = (
        select(*chosen.c, transformer_daily_load, peak_pct.label("peak_pct"))
        .join_from(chosen, transformer_daily_load, daily.transformer_id == chosen.c.chosen_id)
        .where(daily.load_date.between(first, last))
        .subquery("days")
    )
    day = days.c
    described = (day.transformer_id, day.transformer_name, day.circuit_id, day.substation_id, day.rated_kva)
    return (
        select(
            *described,
            func.sum(day.energy_kwh).label("energy_kwh"),
            func.max(day.peak_load_kva).label("peak_load_kva"),
            func.max(day.peak_loading_pct).label("peak_loading_pct"),
            func.min(case((day.peak_loading_pct == day.peak_pct, day.peak_at))).label("peak_at"),
            *(
                func.sum(day[name]).label(name)
                for name in ("hour_count", "hours_over_100", "hours_over_120", "hours_over_150")
            ),
            case((func.count(day.covered_hours) == func.count(), func.sum(day.covered_hours))).label(
                "covered_hours"
            ),
            func.max(day.peak_hot_spot_c).label("peak_hot_spot_c"),
            func.sum(day.ageing_h).label("ageing_h"),
            func.sum(day.aged_hours).label("aged_hours"),
        )
        .group_by(*described, day.ranked_by)
        .order_by(day.ranked_by.desc().nulls_last(), day.transformer_id)
    )


def fast_ageing() -> Select[Any]:
    """Return transformers whose insulation aged faster than normal over the two newest days on record.

    Columns: transformer_id, ageing_factor (mean over the hours whose factor is known, above 1).
    """
    daily = transformer_daily_load.c
    newest = select(daily.load_date).distinct().order_by(daily.load_date.desc()).limit(2).subquery("newest")
    ageing_h, aged_hours = func.sum(daily.ageing_h), func.sum(daily.aged_hours)
    return (
        select(daily.transformer_id, (ageing_h / aged_hours).label("ageing_factor"))
        .where(daily.load_date.in_(select(newest.c.load_date)), daily.aged_hours > 0)
        .group_by(daily.transformer_id)
        .having(ageing_h > aged_hours)
        .order_by(daily.transformer_id)
    )


def _ranked(scope: Scope, first: date, last: date, order: OverloadOrder, limit: int) -> Select[Any]:
    """Return the transformers to list and what they are ranked by: one column of very many is read for it."""
    daily, unit = transformer_daily_load.c, transformer_metadata.c
    counted: list[Any] = [daily.load_date.between(first, last)]
    if wanted := transformer_conditions(scope):
        counted.append(daily.transformer_id.in_(select(unit.transformer_id).where(*wanted)))
    ranked = (
        select(daily.transformer_id, _RANKED_BY[order](daily).label("ranked_by"))
        .where(*counted)
        .group_by(daily.transformer_id)
        .subquery("ranked")
    )
    return (
        select(
            ranked.c.transformer_id.label("chosen_id"),
            ranked.c.ranked_by,
            unit.transformer_name,
            unit.circuit_id,
            unit.substation_id,
            unit.rated_kva,
        )
        .join_from(ranked, transformer_metadata, unit.transformer_id == ranked.c.transformer_id)
        .order_by(ranked.c.ranked_by.desc().nulls_last(), ranked.c.transformer_id)
        .limit(limit)
    )
