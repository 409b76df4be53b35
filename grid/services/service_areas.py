"""Draws the ground that each circuit serves, around its transformers.

Every point belongs to the transformer nearest to it (the cells of a Voronoi diagram), as far as ``REACH_M``
beyond the farthest meter of that transformer; a circuit serves the cells of its transformers. So the areas of
two circuits never overlap, each transformer lies in its circuit's, and where nobody is served is nothing.
Concave hulls around a circuit's transformers would be smoother, but they overlap wherever circuits interlock.

Distances are those of a plane on which a degree of longitude is as long as at the middle of all transformers.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from flux_site.api.live import announce
from grid import models

logger = logging.getLogger(__name__)

REACH_M = 300.0
"""How far a transformer's ground reaches beyond its farthest meter, m."""

MOST_SERVICE_M = 500.0
"""No service line is longer, m: a meter farther off is an error of the data and widens nothing."""

CORNERS_PER_QUARTER = 2
GRID_DEG = 1e-9
"""Corners are rounded to this, 0.1 mm: enough to close the gaps that arithmetic leaves between cells."""

METERS_PER_DEGREE = math.pi * 6_371_008.8 / 180.0
RESTS_ON = ("circuits", "transformers", "meters")
"""Layers whose changes make the areas out of date."""

LOCK = 7_340_022

_UNITS = """
CREATE TEMP TABLE service_unit ON COMMIT DROP AS
SELECT min(t.circuit_id) AS circuit_id, count(*) AS transformer_count,
    ST_Scale(t.location, %(stretch)s, 1) AS location,
    (%(reach_m)s + least(max(coalesce(m.farthest_m, 0)), %(most_m)s)) / %(degree_m)s AS reach_deg
FROM grid_transformer t LEFT JOIN (
    SELECT m.transformer_id, max(ST_Distance(ST_Scale(m.location, %(stretch)s, 1),
        ST_Scale(u.location, %(stretch)s, 1))) * %(degree_m)s AS farthest_m
    FROM grid_meter m JOIN grid_transformer u ON u.id = m.transformer_id GROUP BY m.transformer_id
) m ON m.transformer_id = t.id
GROUP BY t.location"""

_CELLS = """
CREATE TEMP TABLE service_cell ON COMMIT DROP AS
SELECT (ST_Dump(ST_VoronoiPolygons(ST_Collect(location), 0,
    ST_Expand(ST_SetSRID(ST_Extent(location)::geometry, 4326), 0.1)))).geom AS cell FROM service_unit"""

_AREAS = """
WITH discs AS (
    SELECT circuit_id, transformer_count, location,
        ST_Buffer(location, reach_deg, %(corners)s) AS disc FROM service_unit
), clipped AS ( -- a transformer that is the only one has no cell
    SELECT d.circuit_id, d.transformer_count, coalesce(ST_Intersection(c.cell, d.disc), d.disc) AS ground
    FROM discs d LEFT JOIN service_cell c ON c.cell && d.location AND ST_Intersects(c.cell, d.location)
), united AS (
    SELECT circuit_id, sum(transformer_count) AS transformer_count,
        ST_Multi(ST_Scale(ST_Union(ground, %(grid)s), 1 / %(stretch)s, 1)) AS boundary
    FROM clipped GROUP BY circuit_id
)
INSERT INTO grid_servicearea
    (id, circuit_id, substation_id, zone_id, boundary, area_km2, transformer_count, computed_at)
SELECT c.id, c.id, c.substation_id, c.zone_id, u.boundary, ST_Area(u.boundary::geography) / 1e6,
    u.transformer_count, %(now)s
FROM united u JOIN grid_circuit c ON c.id = u.circuit_id"""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """How many areas were drawn, and how much ground they cover."""

    count: int
    area_km2: float


@transaction.atomic
def draw_service_areas() -> Drawn:
    """Draw the areas of all circuits anew; readers see the old ones until the new ones are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT avg(ST_Y(location)) FROM grid_transformer")
        (middle_deg,) = cursor.fetchone()
        models.ServiceArea.objects.all().delete()
        if middle_deg is not None:
            values: dict[str, Any] = {
                "stretch": math.cos(math.radians(middle_deg)),
                "reach_m": REACH_M,
                "most_m": MOST_SERVICE_M,
                "degree_m": METERS_PER_DEGREE,
                "grid": GRID_DEG,
                "corners": CORNERS_PER_QUARTER,
                "now": timezone.now(),
            }
            cursor.execute(_UNITS, values)
            cursor.execute("CREATE INDEX ON service_unit USING gist (location)")
            cursor.execute(_CELLS)
            cursor.execute("CREATE INDEX ON service_cell USING gist (cell)")
            cursor.execute("ANALYZE service_unit, service_cell")
            cursor.execute(_AREAS, values)
            cursor.execute("DROP TABLE service_unit, service_cell")
        cursor.execute("SELECT count(*), coalesce(sum(area_km2), 0) FROM grid_servicearea")
        count, area_km2 = cursor.fetchone()
    transaction.on_commit(lambda: announce("layers", ["service_areas"]))
    logger.info("Service areas of %d circuits drawn, %.0f km²", count, area_km2)
    return Drawn(count=count, area_km2=area_km2)
