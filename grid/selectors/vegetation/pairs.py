"""Trees and the lines near them, from PostGIS, as the formulas take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from grid import models
from grid.standards.tree_assessment import INSULATED, Pairs, Trees
from grid.standards.tree_growth import FloatArray
from grid.standards.tree_strike import FailureLikelihood, Lean

_TREES = """
SELECT t.id, t.zone_id, t.height_m, t.crown_radius_m, t.growth_m_per_year, t.species,
    i.failure_likelihood, i.lean
FROM grid_treerisk t LEFT JOIN LATERAL (
    SELECT failure_likelihood, lean FROM grid_treeinspection
    WHERE tree_id = t.id ORDER BY inspected_at DESC, id DESC LIMIT 1
) i ON true
WHERE t.id = ANY(%s) ORDER BY t.id"""

_PAIRS = """
SELECT t.id, l.id, ST_Distance(l.route, t.location::geography), l.line_kind, l.line_class, l.zone_id,
    l.circuit_id, l.voltage_kv, l.lowest_m, l.blowout_m, l.clearance_m, l.mvcd_m, l.device_id, l.customers,
    l.has_critical, l.outage_min, l.outage_basis
FROM grid_treerisk t JOIN grid_vegetationline l ON ST_DWithin(l.route, t.location::geography, %s)
WHERE t.id = ANY(%s) ORDER BY t.id, l.id"""

_OF_LINES = """
SELECT t.id, l.id, ST_Distance(l.route, t.location::geography), l.line_kind, l.line_class, l.zone_id,
    l.circuit_id, l.voltage_kv, l.lowest_m, l.blowout_m, l.clearance_m, l.mvcd_m, l.device_id, l.customers,
    l.has_critical, l.outage_min, l.outage_basis
FROM grid_treerisk t JOIN grid_vegetationline l ON l.id = t.nearest_line_id ORDER BY t.id"""


@dataclass(frozen=True, kw_only=True)
class LineOfPair:
    """What is known of the line of a pair, beyond what the formulas need."""

    line_id: str
    line_kind: str
    line_class: str
    zone_id: str | None
    circuit_id: str | None
    voltage_kv: float | None
    mvcd_m: float | None
    device_id: str | None
    customers: int | None
    outage_min: float | None
    outage_basis: str | None

    @property
    def is_route_approximate(self) -> bool:
        """Whether it is a branch, whose route is a straight line and no corridor."""
        return self.line_kind == models.VegetationLine.BRANCH


@dataclass(frozen=True, kw_only=True, eq=False)
class Neighbourhood:
    """Trees, and the lines near them.

    Attributes:
        tree_ids: the trees in the order of ``trees``.
        zone_ids: their load zones.
        trees: as the formulas take them.
        pairs: likewise.
        lines: the line of each pair.
    """

    tree_ids: list[str]
    zone_ids: list[str | None]
    trees: Trees
    pairs: Pairs
    lines: list[LineOfPair]


def neighbourhood(tree_ids: Sequence[str], *, search_m: float) -> Neighbourhood:
    """Return some trees and all overhead lines within a distance of them, in metres on the ellipsoid."""
    with connection.cursor() as cursor:
        cursor.execute(_TREES, [list(tree_ids)])
        trees = cursor.fetchall()
        cursor.execute(_PAIRS, [search_m, list(tree_ids)])
        return _gathered(trees, cursor.fetchall())


def nearest_lines() -> Neighbourhood:
    """Return every tree with a line near it, each with its nearest line alone."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_LINES)
        pairs = cursor.fetchall()
        cursor.execute(_TREES, [[row[0] for row in pairs]])
        return _gathered(cursor.fetchall(), pairs)


def floats(values: Sequence[Any]) -> FloatArray:
    """Return numbers as an array; NaN for None."""
    return np.array([np.nan if each is None else each for each in values], dtype=np.float64)


def _gathered(trees: list[tuple[Any, ...]], rows: list[tuple[Any, ...]]) -> Neighbourhood:
    position = {row[0]: place for place, row in enumerate(trees)}
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * 17
    of_trees: list[Sequence[Any]] = list(zip(*trees, strict=True)) if trees else [()] * 8
    return Neighbourhood(
        tree_ids=list(of_trees[0]),
        zone_ids=list(of_trees[1]),
        trees=Trees(
            height_m=floats(of_trees[2]),
            crown_radius_m=floats(of_trees[3]),
            growth_m_per_year=floats(of_trees[4]),
            species=list(of_trees[5]),
            condition=[None if each is None else FailureLikelihood(each) for each in of_trees[6]],
            lean=[None if each is None else Lean(each) for each in of_trees[7]],
        ),
        pairs=Pairs(
            tree=np.array([position[each] for each in columns[0]], dtype=np.int64),
            distance_m=floats(columns[2]),
            lowest_m=floats(columns[8]),
            blowout_m=floats(columns[9]),
            clearance_m=floats(columns[10]),
            voltage_kv=floats(columns[7]),
            is_insulated=np.array([each == INSULATED for each in columns[4]], dtype=np.bool_),
            customers=floats(columns[13]),
            has_critical=np.array([bool(each) for each in columns[14]], dtype=np.bool_),
            outage_min=floats(columns[15]),
        ),
        lines=[
            LineOfPair(
                line_id=row[1],
                line_kind=row[3],
                line_class=row[4],
                zone_id=row[5],
                circuit_id=row[6],
                voltage_kv=row[7],
                mvcd_m=row[11],
                device_id=row[12],
                customers=row[13],
                outage_min=row[15],
                outage_basis=row[16],
            )
            for row in rows
        ],
    )
