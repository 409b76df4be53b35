"""TileJSON 3.0.0 of a layer: what programs need to know to show its tiles."""

from typing import Any

from django.db import connection

from grid import models
from grid.selectors.map_layers import MAX_TILE_ZOOM, Attribute, MapLayer
from grid.selectors.map_layers.definition import ShapeKind
from grid.selectors.tiles.address import TileAddress
from grid.selectors.tiles.sql import is_mapped_sql

WORLD = (-180.0, -85.0511, 180.0, 85.0511)
BOUNDS_ZOOM = 9
_SCHEMA = "3.0.0"


def describe(
    layer: MapLayer, *, url: str, zones: list[str], version: str, attribution: str
) -> dict[str, Any]:
    """Return the TileJSON of a layer.

    Args:
        layer: which.
        url: address of a tile, with ``{z}``, ``{x}`` and ``{y}``.
        zones: those that the user is limited to; empty means all.
        version: of what the user sees.
        attribution: whose data it is.
    """
    return {
        "tilejson": _SCHEMA,
        "name": layer.title,
        "description": f"{layer.title}. Features with is_aggregate stand for as many rows as count says.",
        "version": "1.0.0",
        "data_version": version,
        "attribution": attribution,
        "scheme": "xyz",
        "tiles": [url],
        "minzoom": 0,
        "maxzoom": MAX_TILE_ZOOM,
        "bounds": [round(each, 6) for each in bounds(layer, zones)],
        "vector_layers": [
            {
                "id": layer.key,
                "description": layer.title,
                "minzoom": 0,
                "maxzoom": MAX_TILE_ZOOM,
                "fields": fields(layer),
            }
        ],
    }


def fields(layer: MapLayer) -> dict[str, str]:
    """Return the names of all properties with what they mean."""
    named = {
        measure.name: f"{_words(measure)}; of features with is_aggregate" for measure in layer.tiles.measures
    }
    named |= {each.name: _words(each) for each in layer.attributes}
    return named | {
        "is_aggregate": "True if the feature stands for several rows",
        "count": "Rows that the feature stands for",
    }


def _words(attribute: Attribute) -> str:
    unit = f", {attribute.unit}" if attribute.unit else ""
    since = f", from zoom {attribute.min_zoom}" if attribute.min_zoom else ""
    return f"{attribute.title}{unit}{since}"


def bounds(layer: MapLayer, zones: list[str]) -> tuple[float, float, float, float]:
    """Return a rectangle in degrees around the rows in the zones: exact to tiles; the world for no rows."""
    if layer.tiles.is_live:
        found = _bounds_of_rows(layer, zones)
    elif layer.tiles.shapes is ShapeKind.GROUPS:
        found = _bounds_of_shapes(layer, zones)
    else:
        found = _bounds_of_cells(layer, zones)
    return found or WORLD


def _bounds_of_rows(layer: MapLayer, zones: list[str]) -> tuple[float, float, float, float] | None:
    zoned = f" AND {layer.zone_sql} = ANY(%(zones)s)" if zones else ""
    return _box(
        f"SELECT ST_Extent({layer.geometry_sql}) AS box FROM {layer.sources} "  # noqa: S608 - from the registry
        f"WHERE {layer.filter_sql} AND {is_mapped_sql(layer.place_sql)}{zoned}",
        {"zones": zones},
    )


def _bounds_of_shapes(layer: MapLayer, zones: list[str]) -> tuple[float, float, float, float] | None:
    zoned = " AND zone_id = ANY(%(zones)s)" if zones else ""
    return _box(
        "SELECT ST_Extent(ST_Transform(ST_Envelope(geometry), 4326)) AS box FROM grid_tileshape "  # noqa: S608
        f"WHERE layer = %(layer)s AND zoom = %(zoom)s{zoned}",
        {"layer": layer.key, "zoom": min(BOUNDS_ZOOM, layer.tiles.deepest), "zones": zones},
    )


def _box(sql: str, values: dict[str, Any]) -> tuple[float, float, float, float] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM ({sql}) b",  # noqa: S608
            values,
        )
        west, south, east, north = cursor.fetchone()
    return None if west is None else (west, south, east, north)


def _bounds_of_cells(layer: MapLayer, zones: list[str]) -> tuple[float, float, float, float] | None:
    zoom = min(BOUNDS_ZOOM, layer.tiles.deepest)
    cells = models.TileCell.objects.filter(layer=layer.key, zoom=zoom)
    if zones:
        cells = cells.filter(zone_id__in=zones)
    numbers = list(cells.values_list("tile", flat=True).distinct())
    if not numbers:
        return None
    boxes = [
        TileAddress(z=zoom, x=number & ((1 << zoom) - 1), y=number >> zoom).box_deg() for number in numbers
    ]
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
