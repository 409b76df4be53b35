"""The tiles of the map."""

from grid.selectors.tiles.address import TileAddress, parse_address
from grid.selectors.tiles.drawing import TilesNotReady
from grid.selectors.tiles.limits import TilesBusy, TooManyTiles
from grid.selectors.tiles.serving import ServedTile, serve_tile
from grid.selectors.tiles.tilejson import describe
from grid.selectors.tiles.version import tile_version, zones_of

__all__ = [
    "ServedTile",
    "TileAddress",
    "TilesBusy",
    "TilesNotReady",
    "TooManyTiles",
    "describe",
    "parse_address",
    "serve_tile",
    "tile_version",
    "zones_of",
]
