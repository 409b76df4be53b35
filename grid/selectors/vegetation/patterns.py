"""Where trees are a risk together: clusters, cells of a heat map, and spans by rank."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import h3
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models import QuerySet

from flux_site.api.errors import BadInput, LimitExceeded
from grid import models
from grid.models.base import granted_zone_ids
from grid.standards.tree_risk import VegetationLevel

MOST_TREES = 60_000
"""Trees that one question about clusters or cells may be made of."""

MOST_CLUSTERS = 1_000
MOST_SPANS = 500
RESOLUTIONS = range(4, 12)
"""H3 resolutions: cells of 1,770 km² to 2,150 m² in the mean."""

WITHIN_M = (1.0, 2_000.0)
URGENT = (VegetationLevel.MEDIUM, VegetationLevel.HIGH, VegetationLevel.CRITICAL)


class VegetationMeasure(StrEnum):
    """What a heat map shows."""

    TREES = "TREES"
    URGENT_TREES = "URGENT_TREES"
    ENCROACHING_TREES = "ENCROACHING_TREES"
    CUSTOMER_MINUTES = "CUSTOMER_MINUTES"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Trees that stand close together."""

    tree_count: int
    urgent_count: int
    level: str | None
    customer_minutes_per_year: float | None
    lon: float
    lat: float
    outline: Any
    circuit_ids: list[str]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a heat map."""

    cell: str
    value: float
    tree_count: int


@dataclass(frozen=True, kw_only=True)
class SpanAtRisk:
    """A span and the trees near it."""

    line_id: str
    line_kind: str
    circuit_id: str | None
    device_id: str | None
    customers: int | None
    outage_min: float | None
    is_route_approximate: bool
    route: Any
    level: str | None
    grow_in_level: str | None
    fall_in_level: str | None
    clearance_m: float
    clearance_deficit_m: float | None
    tree_count: int
    striking_count: int
    encroaching_count: int
    earliest_years: float | None
    strikes_per_year: float | None
    customer_minutes_per_year: float | None
    customer_minutes_low: float | None
    customer_minutes_high: float | None


_CLUSTERS = """
WITH put AS (
    SELECT level, customer_minutes_per_year, circuit_id, location, ST_ClusterDBSCAN(
        ST_Transform(location, %(plane)s), eps => %(within_m)s, minpoints => %(least)s) OVER () AS number
    FROM grid_treerisk
    WHERE ST_Intersects(location, ST_GeomFromEWKB(%(area)s))
        AND (%(levels)s::text[] IS NULL OR level = ANY(%(levels)s))
        AND (%(zones)s::text[] IS NULL OR zone_id = ANY(%(zones)s))
), together AS (
    SELECT count(*) AS trees, count(*) FILTER (WHERE level = ANY(%(urgent)s::text[])) AS urgent,
        max(array_position(%(all_levels)s::text[], level::text)) AS worst,
        sum(customer_minutes_per_year) AS lost,
        ST_Collect(location) AS places, array_agg(DISTINCT circuit_id) AS circuits
    FROM put WHERE number IS NOT NULL GROUP BY number
)
SELECT trees, urgent, (%(all_levels)s::text[])[worst], lost, ST_X(ST_Centroid(places)),
    ST_Y(ST_Centroid(places)),
    ST_AsGeoJSON(ST_ConvexHull(places), 6), array_remove(circuits, NULL)
FROM together ORDER BY lost DESC NULLS LAST, trees DESC LIMIT %(most)s"""

_SPANS = """
WITH struck AS (
    SELECT fall_in_line_id AS line_id, count(*) AS near,
        count(*) FILTER (WHERE overstrike_m >= 0) AS striking, sum(strikes_per_year) AS strikes,
        sum(customer_minutes_per_year) AS lost, sum(customer_minutes_low) AS low,
        sum(customer_minutes_high) AS high,
        max(array_position(%(all_levels)s::text[], fall_in_level::text)) AS worst
    FROM grid_treerisk r WHERE fall_in_line_id IS NOT NULL {where} GROUP BY 1
), grown AS (
    SELECT grow_in_line_id AS line_id, count(*) FILTER (WHERE clearance_deficit_m >= 0) AS encroaching,
        min(years_to_encroachment) AS earliest, max(clearance_deficit_m) AS deficit,
        max(array_position(%(all_levels)s::text[], grow_in_level::text)) AS worst
    FROM grid_treerisk r WHERE grow_in_line_id IS NOT NULL {where} GROUP BY 1
)
SELECT l.id, l.line_kind, l.circuit_id, l.device_id, l.customers, l.outage_min, l.line_kind = 'BRANCH',
    ST_AsGeoJSON(l.route, 6), (%(all_levels)s::text[])[greatest(g.worst, s.worst)],
    (%(all_levels)s::text[])[g.worst], (%(all_levels)s::text[])[s.worst], l.clearance_m, g.deficit,
    coalesce(s.near, 0), coalesce(s.striking, 0), coalesce(g.encroaching, 0), g.earliest, s.strikes, s.lost,
    s.low, s.high
FROM struck s FULL JOIN grown g ON g.line_id = s.line_id
JOIN grid_vegetationline l ON l.id = coalesce(s.line_id, g.line_id)
WHERE (%(line)s::text IS NULL OR l.id = %(line)s) AND (%(levels)s::text[] IS NULL
    OR (%(all_levels)s::text[])[greatest(g.worst, s.worst)] = ANY(%(levels)s))
ORDER BY s.lost DESC NULLS LAST, g.encroaching DESC NULLS LAST, l.id LIMIT %(most)s"""


def clusters(
    *, area: GEOSGeometry, user: Any, within_m: float, min_trees: int, levels: list[str] | None
) -> list[Cluster]:
    """Return the clusters of trees in an area: DBSCAN on a plane around its middle, in metres.

    Those that cost most come first, ``MOST_CLUSTERS`` at most.

    Raises:
        BadInput: naming the value that is out of range.
        LimitExceeded: if there are too many trees.
    """
    if not WITHIN_M[0] <= within_m <= WITHIN_M[1]:
        raise BadInput(
            f"withinM is {within_m}; it must be {WITHIN_M[0]:g} to {WITHIN_M[1]:g} m.", field="withinM"
        )
    if not 2 <= min_trees <= 1_000:
        raise BadInput(f"minTrees is {min_trees}; it must be 2 to 1000.", field="minTrees")
    _check_levels(levels)
    _counted(models.TreeRisk.objects.visible_to(user).filter(location__intersects=area))
    middle = area.centroid
    values: dict[str, Any] = {
        "plane": f"+proj=aeqd +lat_0={middle.y:.6f} +lon_0={middle.x:.6f} +datum=WGS84 +units=m +no_defs",
        "within_m": within_m,
        "least": min_trees,
        "area": bytes(area.ewkb),
        "levels": levels,
        "zones": granted_zone_ids(user) or None,
        "urgent": [str(each) for each in URGENT],
        "all_levels": [str(each) for each in VegetationLevel],
        "most": MOST_CLUSTERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLUSTERS, values)
        return [
            Cluster(
                tree_count=row[0],
                urgent_count=row[1],
                level=row[2],
                customer_minutes_per_year=row[3],
                lon=row[4],
                lat=row[5],
                outline=json.loads(row[6]),
                circuit_ids=sorted(row[7]),
            )
            for row in cursor.fetchall()
        ]


def heatmap(*, area: GEOSGeometry, user: Any, resolution: int, measure: VegetationMeasure) -> list[Cell]:
    """Return the H3 cells of an area that hold trees, with the sum of a measure; unknown counts as nothing.

    Raises:
        BadInput: if the resolution is out of range.
        LimitExceeded: if there are too many trees.
    """
    if resolution not in RESOLUTIONS:
        raise BadInput(
            f"resolution is {resolution}; it must be {RESOLUTIONS[0]} to {RESOLUTIONS[-1]}.",
            field="resolution",
        )
    rows = models.TreeRisk.objects.visible_to(user).filter(location__intersects=area)
    _counted(rows)
    columns = rows.order_by().values_list(
        "location", "level", "clearance_deficit_m", "customer_minutes_per_year"
    )
    sums: dict[str, tuple[float, int]] = {}
    for location, level, deficit, lost in columns.iterator(chunk_size=5_000):
        match measure:
            case VegetationMeasure.TREES:
                value = 1.0
            case VegetationMeasure.URGENT_TREES:
                value = float(level in URGENT)
            case VegetationMeasure.ENCROACHING_TREES:
                value = float(deficit is not None and deficit >= 0.0)
            case VegetationMeasure.CUSTOMER_MINUTES:
                value = lost or 0.0
        cell = h3.latlng_to_cell(location.y, location.x, resolution)
        total, count = sums.get(cell, (0.0, 0))
        sums[cell] = total + value, count + 1
    return [Cell(cell=key, value=total, tree_count=count) for key, (total, count) in sorted(sums.items())]


def spans_at_risk(
    *,
    area: GEOSGeometry | None,
    circuit_id: str | None,
    user: Any,
    first: int,
    line_id: str | None = None,
    levels: list[str] | None = None,
) -> list[SpanAtRisk]:
    """Return spans by the customer-minutes that their trees are expected to cost, the most first.

    Each tree counts at the one span on which its fall costs most, and at the one it encroaches on first.

    Raises:
        BadInput: if ``first`` is out of range, or a level is none.
    """
    _check_levels(levels)
    if not 1 <= first <= MOST_SPANS:
        raise BadInput(f"first is {first}; it must be 1 to {MOST_SPANS}.", field="first")
    values: dict[str, Any] = {
        "most": first,
        "line": line_id,
        "levels": levels,
        "all_levels": [str(each) for each in VegetationLevel],
    }
    where = ""
    zones = granted_zone_ids(user)
    if zones:
        where, values["zones"] = where + " AND r.zone_id = ANY(%(zones)s)", zones
    if circuit_id is not None:
        where, values["circuit"] = where + " AND r.circuit_id = %(circuit)s", circuit_id
    if area is not None:
        where += " AND ST_Intersects(r.location, ST_GeomFromEWKB(%(area)s))"
        values["area"] = bytes(area.ewkb)
    with connection.cursor() as cursor:
        cursor.execute(_SPANS.format(where=where), values)
        names = tuple(SpanAtRisk.__dataclass_fields__)
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [SpanAtRisk(**{**row, "route": json.loads(row["route"])}) for row in rows]


def boundary_of(cell: str) -> Any:
    """Return the outline of an H3 cell as a GeoJSON Polygon."""
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _check_levels(levels: list[str] | None) -> None:
    for level in levels or ():
        if level not in list(VegetationLevel):
            raise BadInput(f"{level!r} is no level; there are {', '.join(VegetationLevel)}.", field="levels")


def _counted(rows: QuerySet[Any]) -> int:
    count = rows.order_by()[: MOST_TREES + 1].count()
    if count > MOST_TREES:
        raise LimitExceeded(f"There are more than {MOST_TREES} trees in the area; name a smaller one.")
    return int(count)
