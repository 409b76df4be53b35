"""The features of a tile, as queries: its rows, or the cells and shapes that stand for them."""

from dataclasses import dataclass
from typing import Any

from grid.selectors.map_layers.definition import CELL_BITS, Attribute, MapLayer, ShapeKind
from grid.selectors.tiles.address import TileAddress
from grid.selectors.tiles.sql import (
    BUFFER,
    EXTENT,
    cell_feature_sql,
    cell_properties_sql,
    cells_of_rows,
    feature_sql,
    properties_sql,
    value_sql,
)

_BOX = "ST_MakeEnvelope(%(west_m)s, %(south_m)s, %(east_m)s, %(north_m)s, 3857)"
_NEAR = "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)"
_NEAR_M = "ST_MakeEnvelope(%(near_west)s, %(near_south)s, %(near_east)s, %(near_north)s, 3857)"
_IN_DEGREES = "{0} >= %(west)s AND {0} < %(east)s AND {1} > %(south)s AND {1} <= %(north)s"
_IN_BOX = "{0} >= %(west_m)s AND {0} < %(east_m)s AND {1} > %(south_m)s AND {1} <= %(north_m)s"


@dataclass(frozen=True, kw_only=True)
class TileQuery:
    """A statement that answers the number of features and the encoded tile, and the values bound in it."""

    sql: str
    values: dict[str, Any]


def is_point(layer: MapLayer) -> bool:
    """Return whether its rows are points, each of which is on one tile of a zoom."""
    return layer.geometry_kind == "POINT"


def shown_attributes(layer: MapLayer, zoom: int) -> list[Attribute]:
    """Return the attributes that the rows have in tiles of a zoom."""
    return [each for each in layer.attributes if each.min_zoom <= zoom]


def rows_query(layer: MapLayer, tile: TileAddress, zones: list[str], *, at_most: int) -> TileQuery:
    """Return the query of the rows in a tile; the tile is empty if there are more than ``at_most``."""
    names = [each.name for each in shown_attributes(layer, tile.z)]
    values = "".join(f', {value_sql(each)} AS "{each.name}"' for each in shown_attributes(layer, tile.z))
    columns = "".join(f', "{name}"' for name in names)
    if layer.tiles.route_sql is None:
        sources, geometry = layer.sources, layer.geometry_sql
        conditions = [f"{geometry} && {_NEAR}"]
        if is_point(layer):  # the operator compares boxes rounded outwards
            conditions.append(_IN_DEGREES.format(f"ST_X({geometry})", f"ST_Y({geometry})"))
        drawn = "ST_Transform(raw, 3857)"
    else:
        sources, geometry = f"{layer.sources} JOIN grid_tileshape h ON h.key = t.id", "h.geometry"
        conditions = ["h.layer = %(layer)s", "h.zoom = %(level)s::smallint", f"h.geometry && {_NEAR_M}"]
        drawn = "raw"
    conditions += [layer.filter_sql, *_zone_conditions(layer.zone_sql, zones)]
    return TileQuery(
        sql=f"WITH found AS MATERIALIZED (SELECT {feature_sql('t.id')} AS feature, {geometry} AS raw{values} "  # noqa: S608
        f"FROM {sources} WHERE {' AND '.join(conditions)} LIMIT %(limit)s), "
        "counted AS (SELECT count(*) AS n FROM found) "
        f"SELECT (SELECT n FROM counted), {_encoded(layer)} FROM (SELECT feature, "
        f"ST_AsMVTGeom({drawn}, {_BOX}, {EXTENT}, {_buffer(layer)}, {_clips(layer)}) AS geom{columns} "
        "FROM found WHERE (SELECT n FROM counted) < %(limit)s) q",
        values=_values(layer, tile, zones, level=min(tile.z, layer.tiles.deepest)) | {"limit": at_most + 1},
    )


def stand_ins_query(layer: MapLayer, tile: TileAddress, zones: list[str], *, level: int) -> TileQuery:
    """Return the query of what stands for the rows in a tile, as kept for the zoom ``level``."""
    parts: list[str] = []
    kind = layer.tiles.shapes
    if kind is ShapeKind.GROUPS:
        parts.append(_group_shapes(layer, zones))
    else:
        parts.append(
            _live_cells(layer, tile, zones) if layer.tiles.is_live else _cells(layer, tile, zones, level)
        )
        if kind is ShapeKind.ROWS and layer.tiles.route_sql is None:
            parts.append(_row_shapes(layer, tile, zones))
    return TileQuery(
        sql=f"SELECT count(*), {_encoded(layer)} FROM ({' UNION ALL '.join(parts)}) q",  # noqa: S608
        values=_values(layer, tile, zones, level=level),
    )


def _encoded(layer: MapLayer) -> str:
    return f"ST_AsMVT(q, '{layer.key}', {EXTENT}, 'geom', 'feature')"


def _buffer(layer: MapLayer) -> int:
    return 0 if is_point(layer) else BUFFER


def _clips(layer: MapLayer) -> str:
    return "false" if is_point(layer) else "true"


def _zone_conditions(zone_sql: str | None, zones: list[str]) -> list[str]:
    return [f"{zone_sql} = ANY(%(zones)s)"] if zones and zone_sql is not None else []


def _values(layer: MapLayer, tile: TileAddress, zones: list[str], *, level: int) -> dict[str, Any]:
    names = ("west", "south", "east", "north")
    margin = _buffer(layer) / EXTENT
    box_m, near_m, near = tile.box_m(), tile.box_m(margin), tile.box_deg(margin)
    return {
        "layer": layer.key,
        "level": level,
        "tile": tile.parent(level).number,
        "tile_x": tile.x,
        "tile_y": tile.y,
        "zones": zones,
        **{f"{name}_m": value for name, value in zip(names, box_m, strict=True)},
        **{f"near_{name}": value for name, value in zip(names, near_m, strict=True)},
        **dict(zip(names, near, strict=True)),
    }


def _cells(layer: MapLayer, tile: TileAddress, zones: list[str], level: int) -> str:
    """Return the query of kept cells; of a lower zoom's those whose place is in the tile."""
    conditions = [
        "c.layer = %(layer)s",
        "c.zoom = %(level)s::smallint",
        "c.tile = %(tile)s",
        *_zone_conditions(layer.zone_sql and "c.zone_id", zones),
    ]
    if level < tile.z:
        conditions.append(_IN_BOX.format("ST_X(c.location)", "ST_Y(c.location)"))
    return (
        f"SELECT c.feature, ST_AsMVTGeom(c.location, {_BOX}, {EXTENT}, 0, false) AS geom, "  # noqa: S608
        f"true AS is_aggregate, c.count, c.properties FROM grid_tilecell c WHERE {' AND '.join(conditions)}"
    )


def _live_cells(layer: MapLayer, tile: TileAddress, zones: list[str]) -> str:
    """Return the query of cells counted now."""
    conditions = [
        layer.filter_sql,
        f"{layer.place_sql} && {_NEAR}",
        *_zone_conditions(layer.zone_sql, zones),
    ]
    rows = cells_of_rows(layer, zoom=tile.z, condition=" AND ".join(conditions))
    place = "ST_SetSRID(ST_MakePoint(sum_x / n, sum_y / n), 3857)"
    return (
        f"SELECT {cell_feature_sql(tile.z)} AS feature, "  # noqa: S608
        f"ST_AsMVTGeom({place}, {_BOX}, {EXTENT}, 0, false) AS geom, true AS is_aggregate, n::int AS count, "
        f"{cell_properties_sql(layer)} AS properties FROM ({rows}) cells "
        f"WHERE cx >> {CELL_BITS} = %(tile_x)s AND cy >> {CELL_BITS} = %(tile_y)s"
    )


def _group_shapes(layer: MapLayer, zones: list[str]) -> str:
    conditions = [*_shape_conditions(), *_zone_conditions(layer.zone_sql and "h.zone_id", zones)]
    return (
        f"SELECT {feature_sql('concat(h.key, h.zone_id)')} AS feature, "  # noqa: S608
        f"ST_AsMVTGeom(h.geometry, {_BOX}, {EXTENT}, {BUFFER}, true) AS geom, true AS is_aggregate, h.count, "
        f"h.properties FROM grid_tileshape h WHERE {' AND '.join(conditions)}"
    )


def _row_shapes(layer: MapLayer, tile: TileAddress, zones: list[str]) -> str:
    conditions = [*_shape_conditions(), layer.filter_sql, *_zone_conditions(layer.zone_sql, zones)]
    pairs = {each.name: value_sql(each) for each in shown_attributes(layer, tile.z)}
    return (
        f"SELECT {feature_sql('t.id')} AS feature, "  # noqa: S608
        f"ST_AsMVTGeom(h.geometry, {_BOX}, {EXTENT}, {BUFFER}, true) AS geom, NULL AS is_aggregate, "
        f"NULL AS count, {properties_sql(pairs)} AS properties FROM {layer.sources} "
        f"JOIN grid_tileshape h ON h.key = t.id WHERE {' AND '.join(conditions)}"
    )


def _shape_conditions() -> list[str]:
    return ["h.layer = %(layer)s", "h.zoom = %(level)s::smallint", f"h.geometry && {_NEAR_M}"]
