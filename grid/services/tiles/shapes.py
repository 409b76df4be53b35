"""Generalises the lines and areas of a layer for each zoom.

Lines are snapped to a grid of ``GRID_UNITS`` units of a tile, what is then the same, in whichever
direction, is drawn once, what
shrinks to nothing is only counted, and the rest is merged. A group all of whose lines shrink to nothing is
drawn as one short line, so that no group is ever missing. An area is drawn by itself where it is larger than
``SEEN_UNITS``; smaller ones are counted in cells.
"""

from typing import Any

from django.db import connection

from grid.selectors.map_layers.definition import Attribute, Grouping, MapLayer, ShapeKind
from grid.selectors.tiles.address import HALF_WORLD_M
from grid.selectors.tiles.sql import (
    EXTENT,
    fold_sql,
    folded_value_sql,
    is_mapped_sql,
    properties_sql,
    zone_column,
)

Cursor = Any

GRID_UNITS = 16
"""A pixel of a tile of 256."""

SEEN_UNITS = 64
"""Four pixels of a tile of 256."""


def make_shapes(layer: MapLayer) -> int:
    """Insert the shapes of a layer for all its zooms and return how many; inside a transaction."""
    made = 0
    with connection.cursor() as cursor:
        if layer.tiles.shapes is ShapeKind.GROUPS:
            made = _merge_groups(cursor, layer)
        elif layer.tiles.route_sql is not None:
            made = _merge_routes(cursor, layer, layer.tiles.route_sql)
        elif layer.tiles.shapes is ShapeKind.ROWS:
            made = _simplify_areas(cursor, layer)
    return made


def unit_m(zoom: int) -> float:
    """Return the length of a unit of a tile of a zoom in Web Mercator, m."""
    return 2 * HALF_WORLD_M / (1 << zoom) / EXTENT


def _grouping(layer: MapLayer, zoom: int) -> Grouping:
    return [each for each in layer.tiles.groupings if each.from_zoom <= zoom][-1]


def _merge_groups(cursor: Cursor, layer: MapLayer) -> int:
    measures = layer.tiles.measures
    keys = list({each.name: each for grouping in layer.tiles.groupings for each in grouping.by}.values())
    columns = "".join(f', {each.sql} AS "k_{each.name}"' for each in keys)
    columns += "".join(f", {measure.sql} AS m{i}" for i, measure in enumerate(measures))
    cursor.execute(
        "CREATE TEMP TABLE tile_routes ON COMMIT DROP AS "  # noqa: S608
        f"SELECT {zone_column(layer)} AS zone_id, ST_Transform({layer.geometry_sql}, 3857) AS route{columns} "
        f"FROM {layer.sources} WHERE {layer.filter_sql} AND {layer.geometry_sql} IS NOT NULL "
        f"AND {is_mapped_sql(f'ST_StartPoint({layer.geometry_sql})')}"
    )
    made = 0
    for zoom in range(layer.tiles.deepest, -1, -1):
        by = _grouping(layer, zoom).by
        folds = {f"m{i}": (measure, f"m{i}") for i, measure in enumerate(measures)}
        made += _insert_merged(
            cursor,
            layer,
            zoom,
            key_sql=_key_sql(by),
            keys=[f'"k_{each.name}"' for each in by],
            folded={name: fold_sql(measure, column) for name, (measure, column) in folds.items()},
            properties=properties_sql(
                {each.name: f'"k_{each.name}"' for each in by}
                | {
                    measure.name: folded_value_sql(measure, fold_sql(measure, f"m{i}"))
                    for i, measure in enumerate(measures)
                }
            ),
        )
    cursor.execute("DROP TABLE tile_routes")
    return made


def _merge_routes(cursor: Cursor, layer: MapLayer, route_sql: str) -> int:
    cursor.execute(
        "CREATE TEMP TABLE tile_routes ON COMMIT DROP AS "  # noqa: S608
        f"SELECT id, zone_id, ST_Transform(route, 3857) AS route FROM ({route_sql}) r "
        f"WHERE {is_mapped_sql('ST_StartPoint(route)')}"
    )
    made = 0
    for zoom in range(layer.tiles.deepest, layer.tiles.detail_zoom - 1, -1):
        made += _insert_merged(
            cursor, layer, zoom, key_sql="id", keys=["id"], folded={}, properties="'{}'::jsonb"
        )
    cursor.execute("DROP TABLE tile_routes")
    return made


def _key_sql(by: tuple[Attribute, ...]) -> str:
    inside = ", '/', ".join(f'"k_{each.name}"' for each in by)
    return f"concat({inside})"


def _insert_merged(
    cursor: Cursor,
    layer: MapLayer,
    zoom: int,
    *,
    key_sql: str,
    keys: list[str],
    folded: dict[str, str],
    properties: str,
) -> int:
    """Insert the lines of ``tile_routes`` merged by the columns ``keys``."""
    by = ", ".join(["zone_id", *keys])
    inner = "".join(f", {sql} AS {name}" for name, sql in folded.items())
    at = "(array_agg(first))[1]"
    stub = f"ST_MakeLine({at}, ST_Translate({at}, %(grid)s, 0))"
    cursor.execute(
        "INSERT INTO grid_tileshape (layer, zoom, zone_id, key, count, geometry, properties) "  # noqa: S608
        f"SELECT %(layer)s, {zoom}, zone_id, {key_sql}, sum(n), "
        f"coalesce(ST_Simplify(ST_LineMerge(ST_Collect(snapped)), %(grid)s / 2, true), {stub}), {properties} "
        f"FROM (SELECT {by}, snapped, count(*) AS n, (array_agg(first))[1] AS first{inner} FROM (SELECT *, "
        "CASE WHEN ST_IsEmpty(raw) THEN NULL ELSE least(raw, ST_Reverse(raw)) END AS snapped "
        "FROM (SELECT *, ST_SnapToGrid(route, %(grid)s) AS raw, ST_StartPoint(route) AS first "
        "FROM tile_routes OFFSET 0) r) s "
        f"GROUP BY {by}, snapped) g GROUP BY {by} ORDER BY {by}",
        {"layer": layer.key, "grid": GRID_UNITS * unit_m(zoom)},
    )
    return int(cursor.rowcount)


def _simplify_areas(cursor: Cursor, layer: MapLayer) -> int:
    cursor.execute(
        "CREATE TEMP TABLE tile_areas ON COMMIT DROP AS "  # noqa: S608
        f"SELECT t.id, {zone_column(layer)} AS zone_id, ST_Transform({layer.geometry_sql}, 3857) AS area "
        f"FROM {layer.sources} WHERE {layer.filter_sql} AND {is_mapped_sql(layer.place_sql)}"
    )
    made = 0
    for zoom in range(layer.tiles.detail_zoom - 1, -1, -1):
        cursor.execute(
            "INSERT INTO grid_tileshape (layer, zoom, zone_id, key, count, geometry, properties) "
            "SELECT %(layer)s, %(zoom)s, zone_id, id, 1, ST_SimplifyPreserveTopology(area, %(grid)s), "
            "'{}'::jsonb FROM tile_areas WHERE greatest(ST_XMax(area) - ST_XMin(area), "
            "ST_YMax(area) - ST_YMin(area)) >= %(seen)s ORDER BY id",
            {
                "layer": layer.key,
                "zoom": zoom,
                "grid": GRID_UNITS / 2 * unit_m(zoom),
                "seen": SEEN_UNITS * unit_m(zoom),
            },
        )
        made += cursor.rowcount
    cursor.execute("DROP TABLE tile_areas")
    return made
