"""Assesses the trees that are marked, some thousands at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from grid.selectors.vegetation.pairs import Neighbourhood, neighbourhood
from grid.standards.tree_assessment import (
    Assessed,
    VegetationParams,
    assess_pairs,
    costliest_fall,
    level_at,
    most_urgent_growth,
    nearest,
)
from grid.standards.tree_growth import growth_of
from grid.standards.tree_risk import consequence, impact_likelihood, original_band, worse_level
from grid.standards.trimming import trim_hours

TREES_AT_ONCE = 2_000

_COLUMNS = (
    "zone_id",
    "circuit_id",
    "nearest_line_id",
    "nearest_line_kind",
    "nearest_line_kv",
    "distance_m",
    "is_route_approximate",
    "growth_basis",
    "grow_in_line_id",
    "grow_in_distance_m",
    "clearance_m",
    "clearance_deficit_m",
    "years_to_encroachment",
    "earliest_years",
    "latest_years",
    "grow_in_level",
    "fall_in_line_id",
    "fall_in_distance_m",
    "reach_m",
    "overstrike_m",
    "direction_frac",
    "strikes_per_year",
    "strikes_per_year_low",
    "strikes_per_year_high",
    "failure_likelihood",
    "impact_likelihood",
    "consequence",
    "risk_rating",
    "fall_in_level",
    "device_id",
    "customers",
    "outage_min",
    "customer_minutes_per_year",
    "customer_minutes_low",
    "customer_minutes_high",
    "original_score",
    "original_band",
    "level",
    "trim_h",
)

_NEXT = """
SELECT id FROM grid_treerisk WHERE is_stale ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"""

_STAGE = f"""
CREATE TEMP TABLE tree_assessed ON COMMIT DROP AS
SELECT id, {", ".join(_COLUMNS)} FROM grid_treerisk WHERE false"""  # noqa: S608 - names of this module only

_WRITE = f"""
UPDATE grid_treerisk t SET {", ".join(f"{name} = a.{name}" for name in _COLUMNS)}, is_stale = false,
    computed_at = %s
FROM tree_assessed a WHERE a.id = t.id"""  # noqa: S608 - names of this module only


@transaction.atomic
def assess_next(params: VegetationParams, *, now: datetime) -> int:
    """Assess the next trees that are marked; return how many, 0 if there are none left.

    They are locked meanwhile: whoever changes a line near them waits, and then marks them again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [TREES_AT_ONCE])
        tree_ids = [row[0] for row in cursor.fetchall()]
        if not tree_ids:
            return 0
        around = neighbourhood(tree_ids, search_m=params.search_m)
        cursor.execute(_STAGE)
        with cursor.copy(f"COPY tree_assessed (id, {', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for row in rows_of(around, params):
                copy.write_row(row)
        cursor.execute(_WRITE, [now])
        cursor.execute("DROP TABLE tree_assessed")
    return len(tree_ids)


def rows_of(around: Neighbourhood, params: VegetationParams) -> Iterator[tuple[Any, ...]]:
    """Return a row for each tree: its key, and the values of all columns that are computed."""
    found = assess_pairs(trees=around.trees, pairs=around.pairs, params=params)
    of_tree = around.pairs.tree
    near = {int(of_tree[pair]): int(pair) for pair in nearest(around.pairs)}
    grow = {int(of_tree[pair]): int(pair) for pair in most_urgent_growth(around.pairs, found)}
    fall = {int(of_tree[pair]): int(pair) for pair in costliest_fall(around.pairs, found)}
    basis = growth_of(
        recorded_m_per_year=around.trees.growth_m_per_year,
        species=around.trees.species,
        height_m=around.trees.height_m,
        crown_radius_m=around.trees.crown_radius_m,
        params=params.growth,
    ).basis
    deficits = np.full(len(around.tree_ids), np.nan)
    for tree, pair in grow.items():
        deficits[tree] = found.grow_in.deficit_m[pair]
    hours = trim_hours(around.trees.height_m, deficits, params.trim)
    for tree, tree_id in enumerate(around.tree_ids):
        condition = around.trees.condition[tree]
        place: tuple[Any, ...] = (around.zone_ids[tree], None, None, None, None, None, False)
        growing: tuple[Any, ...] = (None,) * 8
        falling: tuple[Any, ...] = (*(None,) * 8, condition, *(None,) * 10)
        score, levels = math.nan, []
        if tree in near:
            place = _place(around, tree, near[tree], grow[tree], fall[tree], found)
            growing, falling = (
                _growing(around, grow[tree], found),
                _falling(around, fall[tree], found, params),
            )
            score = float(found.original_score[near[tree]])
            levels = [
                level_at(int(found.grow_level[grow[tree]])),
                level_at(int(found.fall_level[fall[tree]])),
            ]
        level = worse_level(levels) if tree in near else level_at(0)
        values = (*place, basis[tree], *growing, *falling, _known(score), original_band(score), level)
        yield (
            tree_id,
            *(None if value is None else _plain(value) for value in (*values, _known(hours[tree]))),
        )


def _place(
    around: Neighbourhood, tree: int, near: int, grow: int, fall: int, found: Assessed
) -> tuple[Any, ...]:
    """Return zone, circuit and nearest line; the circuit is that of the mechanism that is more urgent."""
    line = around.lines[near]
    judged = fall if found.fall_level[fall] > found.grow_level[grow] else grow
    return (
        around.zone_ids[tree] or line.zone_id,
        around.lines[judged].circuit_id,
        line.line_id,
        line.line_kind,
        line.voltage_kv,
        _known(around.pairs.distance_m[near]),
        around.lines[grow].is_route_approximate or around.lines[fall].is_route_approximate,
    )


def _growing(around: Neighbourhood, pair: int, found: Assessed) -> tuple[Any, ...]:
    return (
        around.lines[pair].line_id,
        _known(around.pairs.distance_m[pair]),
        _known(around.pairs.clearance_m[pair]),
        _known(found.grow_in.deficit_m[pair]),
        _known(found.grow_in.years[pair]),
        _known(found.grow_in.earliest_years[pair]),
        _known(found.grow_in.latest_years[pair]),
        level_at(int(found.grow_level[pair])),
    )


def _falling(around: Neighbourhood, pair: int, found: Assessed, params: VegetationParams) -> tuple[Any, ...]:
    line, strike = around.lines[pair], found.strikes
    harm = consequence(
        float(around.pairs.customers[pair]),
        has_critical=bool(around.pairs.has_critical[pair]),
        params=params.risk,
    )
    return (
        line.line_id,
        _known(around.pairs.distance_m[pair]),
        _known(strike.reach_m[pair]),
        _known(strike.overstrike_m[pair]),
        _known(strike.direction_frac[pair]),
        _known(strike.per_year[pair]),
        _known(strike.per_year_low[pair]),
        _known(strike.per_year_high[pair]),
        around.trees.condition[int(around.pairs.tree[pair])],
        impact_likelihood(float(strike.direction_frac[pair]), params.risk),
        harm,
        found.rating[pair],
        level_at(int(found.fall_level[pair])),
        line.device_id,
        line.customers,
        line.outage_min,
        _known(found.customer_minutes[pair]),
        _known(found.customer_minutes_low[pair]),
        _known(found.customer_minutes_high[pair]),
    )


def _known(value: Any) -> float | None:
    """Return a number; None if it is unknown or infinite."""
    return float(value) if math.isfinite(value) else None


def _plain(value: Any) -> Any:
    """Return a member of an enumeration as its text."""
    return str(value) if isinstance(value, str) else value
