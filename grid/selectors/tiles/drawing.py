"""Draws a tile: its rows, or what stands for them where they are too many."""

import logging

from django.db import connection

from flux_site.api.errors import FluxError
from grid.selectors.map_layers import MapLayer
from grid.selectors.tiles.address import TileAddress
from grid.selectors.tiles.features import TileQuery, rows_query, stand_ins_query
from grid.selectors.tiles.version import TileVersion

logger = logging.getLogger(__name__)

MAX_ROWS = 4_000
"""A tile with more rows shows what stands for them."""

MAX_BYTES = 500_000


class TilesNotReady(FluxError):
    """What stands for rows in tiles of low zoom was not made yet."""

    code = "TILES_NOT_READY"


def draw_tile(layer: MapLayer, tile: TileAddress, zones: list[str], version: TileVersion) -> bytes:
    """Return an encoded tile of what is in the zones, or everywhere for none; empty if nothing is there.

    Raises:
        TilesNotReady: if the tile needs cells or shapes and they were never made.
    """
    rules = layer.tiles
    if rules.route_sql is not None:
        _require_built(layer, version)
    if tile.z >= rules.detail_zoom:
        count, body = _drawn(rows_query(layer, tile, zones, at_most=MAX_ROWS))
        if count <= MAX_ROWS and len(body) <= MAX_BYTES:
            return body
    if rules.is_live:
        return _drawn(stand_ins_query(layer, tile, zones, level=tile.z))[1]
    _require_built(layer, version)
    level = min(tile.z, rules.deepest)
    _, body = _drawn(stand_ins_query(layer, tile, zones, level=level))
    while len(body) > MAX_BYTES and level > 0:
        level -= 1
        _, body = _drawn(stand_ins_query(layer, tile, zones, level=level))
    if len(body) > MAX_BYTES:
        logger.warning("The tile %s/%s has %d bytes, more than it should", layer.key, tile, len(body))
    return body


def _require_built(layer: MapLayer, version: TileVersion) -> None:
    if version.built is None:
        raise TilesNotReady(f"The tiles of {layer.key!r} are not made yet; the next sync makes them.")


def _drawn(query: TileQuery) -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.values)
        count, body = cursor.fetchone()
    return count, bytes(body or b"")
