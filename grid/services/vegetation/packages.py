"""Puts the trees together that a crew would trim on one visit to a span."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from grid.operations.work import CLOSED_WORK_STATUSES
from grid.standards.tree_assessment import VegetationParams

_NOW = """
CREATE TEMP TABLE package_now ON COMMIT DROP AS
WITH put AS (
    SELECT t.*, CASE WHEN t.grow_in_level = ANY(%(urgent)s::text[]) THEN t.grow_in_line_id
        ELSE t.fall_in_line_id END AS line_id
    FROM grid_treerisk t
    WHERE t.grow_in_level = ANY(%(urgent)s::text[]) OR t.fall_in_level = ANY(%(urgent)s::text[])
)
SELECT l.id, l.zone_id, l.circuit_id, l.id AS line_id, ST_Centroid(ST_Collect(p.location)) AS location,
    count(*)::int AS tree_count,
    (count(*) FILTER (WHERE p.clearance_deficit_m >= 0))::int AS encroaching_count,
    (count(*) FILTER (WHERE p.overstrike_m >= 0))::int AS striking_count,
    (ARRAY['MEDIUM', 'HIGH', 'CRITICAL'])[max(array_position(%(urgent)s::text[], p.level::text))] AS level,
    min(p.years_to_encroachment) AS earliest_years,
    sum(p.customer_minutes_per_year) AS customer_minutes_per_year,
    round((sum(p.trim_h) + %(set_up_h)s)::numeric, 2)::float8 AS effort_h
FROM put p JOIN grid_vegetationline l ON l.id = p.line_id AND l.line_kind = 'SECTION'
GROUP BY l.id, l.zone_id, l.circuit_id"""

_SHARED = (
    "zone_id, circuit_id, line_id, location, tree_count, encroaching_count, striking_count, level, "
    "earliest_years, customer_minutes_per_year, effort_h"
)

_GONE = """
DELETE FROM grid_vegetationworkpackage w WHERE NOT EXISTS (SELECT 1 FROM package_now n WHERE n.id = w.id)"""

_WRITE = f"""
INSERT INTO grid_vegetationworkpackage AS w (id, {_SHARED}, computed_at)
SELECT id, {_SHARED}, %(now)s FROM package_now ORDER BY id
ON CONFLICT (id) DO UPDATE SET computed_at = EXCLUDED.computed_at,
    {", ".join(f"{name} = EXCLUDED.{name}" for name in _SHARED.split(", "))}
WHERE ({", ".join(f"w.{name}" for name in _SHARED.split(", "))})
    IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in _SHARED.split(", "))})"""  # noqa: S608 - names of this module only

_LINK = """
UPDATE grid_vegetationworkpackage w SET work_order_id = o.id
FROM (SELECT DISTINCT ON (asset_id) asset_id, id FROM grid_workorder
    WHERE work_type = 'VEGETATION_TRIM' AND asset_kind = 'LINE' AND NOT status = ANY(%(closed)s::text[])
    ORDER BY asset_id, created_at DESC, id) o
WHERE o.asset_id = w.id AND w.work_order_id IS NULL"""

URGENT = ["MEDIUM", "HIGH", "CRITICAL"]
"""Levels of trees that are put into a package, the least first."""


@transaction.atomic
def put_together(params: VegetationParams, *, now: datetime) -> int:
    """Make the work packages equal to what the assessed trees ask for; return how many there are.

    An order that was made of a package stays with it. A package without one has the open order to trim its
    span, if there is one: so the link comes back with the orders after the database was lost.
    """
    values: dict[str, Any] = {"urgent": URGENT, "set_up_h": params.trim.set_up_h, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_NOW, values)
        total = int(cursor.rowcount)
        cursor.execute(_GONE)
        cursor.execute(_WRITE, values)
        cursor.execute(_LINK, {"closed": list(CLOSED_WORK_STATUSES)})
        cursor.execute("DROP TABLE package_now")
    return total
