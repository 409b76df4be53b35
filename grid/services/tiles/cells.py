"""Counts the rows of a layer in the cells of each zoom."""

from typing import Any

from django.db import connection

from grid.selectors.map_layers.definition import CELL_BITS, MapLayer, ShapeKind
from grid.selectors.tiles.sql import cell_feature_sql, cell_properties_sql, cells_of_rows, fold_sql

Cursor = Any


def make_cells(layer: MapLayer) -> int:
    """Insert the cells of a layer for all its zooms and return how many; inside a transaction.

    Each zoom is folded from the one above it. Where large rows have shapes of their own, only the others
    are counted, which differ from zoom to zoom.
    """
    made = 0
    with connection.cursor() as cursor:
        has_shapes = layer.tiles.shapes is ShapeKind.ROWS and layer.tiles.route_sql is None
        for zoom in range(layer.tiles.deepest, -1, -1):
            if has_shapes:
                _count_rows(cursor, layer, zoom, f"{layer.filter_sql} AND {_has_no_shape()}")
            elif zoom == layer.tiles.deepest:
                _count_rows(cursor, layer, zoom, layer.filter_sql)
            else:
                _fold(cursor, layer)
            made += _insert(cursor, layer, zoom)
        cursor.execute("DROP TABLE IF EXISTS tile_cells")
    return made


def _has_no_shape() -> str:
    return (
        "NOT EXISTS (SELECT 1 FROM grid_tileshape h WHERE h.layer = %(layer)s "
        "AND h.zoom = %(zoom)s::smallint AND h.key = t.id)"
    )


def _count_rows(cursor: Cursor, layer: MapLayer, zoom: int, condition: str) -> None:
    cursor.execute("DROP TABLE IF EXISTS tile_cells")
    counted = cells_of_rows(layer, zoom=zoom, condition=condition)
    cursor.execute(
        f"CREATE TEMP TABLE tile_cells ON COMMIT DROP AS {counted}",
        {"layer": layer.key, "zoom": zoom},
    )


def _fold(cursor: Cursor, layer: MapLayer) -> None:
    folds = "".join(
        f", {fold_sql(measure, f'm{i}')} AS m{i}" for i, measure in enumerate(layer.tiles.measures)
    )
    cursor.execute(
        "CREATE TEMP TABLE tile_cells_folded ON COMMIT DROP AS SELECT zone_id, cx >> 1 AS cx, cy >> 1 AS cy, "  # noqa: S608
        f"sum(n) AS n, sum(sum_x) AS sum_x, sum(sum_y) AS sum_y{folds} FROM tile_cells GROUP BY 1, 2, 3"
    )
    cursor.execute("DROP TABLE tile_cells")
    cursor.execute("ALTER TABLE tile_cells_folded RENAME TO tile_cells")


def _insert(cursor: Cursor, layer: MapLayer, zoom: int) -> int:
    cursor.execute(
        "INSERT INTO grid_tilecell (layer, zoom, tile, zone_id, feature, count, location, properties) "  # noqa: S608
        f"SELECT %(layer)s, {zoom}, ((cy >> {CELL_BITS})::bigint << {zoom}) | (cx >> {CELL_BITS}) AS tile, "
        f"zone_id, {cell_feature_sql(zoom)}, n, ST_SetSRID(ST_MakePoint(sum_x / n, sum_y / n), 3857), "
        f"{cell_properties_sql(layer)} FROM tile_cells ORDER BY tile, cy, cx, zone_id",
        {"layer": layer.key},
    )
    return int(cursor.rowcount)
