"""The tiles of the map."""

from grid.selectors.tiles.address import TileAddress, parse_address
from grid.selectors.tiles.drawing import TilesNotReady
from grid.selectors.tiles.limits import TilesBusy, TooManyTiles
from grid.selectors.tiles.serving import ServedTile, serve_tile
from grid.selectors.tiles.tilejson import describe
from grid.selectors.tiles.version import known_versions, tile_version, tile_versions, zones_of

__all__ = [
    "ServedTile",
    "TileAddress",
    "TilesBusy",
    "TilesNotReady",
    "TooManyTiles",
    "describe",
    "known_versions",
    "parse_address",
    "serve_tile",
    "tile_version",
    "tile_versions",
    "zones_of",
]
