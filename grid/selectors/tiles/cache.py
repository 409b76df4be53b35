"""Tiles kept in Redis: one per layer, zones and address, with the version it was drawn at.

A tile whose version has passed is drawn anew and put in its place, so nothing has to be cleared away after a
sync; until then it is what there is to show while PostgreSQL is away.
"""

import gzip
import hashlib
import logging
import time
from dataclasses import dataclass

from django.core.cache import cache

from flux_site.api.outages import QUEUE_FAULTS
from grid.selectors.map_layers import MapLayer
from grid.selectors.tiles.address import TileAddress

logger = logging.getLogger(__name__)

KEPT_UP_TO_ZOOM = 13
KEEP_S = 7 * 24 * 3600
GZIP_LEVEL = 4


@dataclass(frozen=True, kw_only=True)
class KeptTile:
    """A tile as it is sent.

    Attributes:
        version: of what it was drawn from.
        drawn_at: when, in seconds since 1970.
        packed: its bytes under gzip; empty if the tile is.
    """

    version: str
    drawn_at: float
    packed: bytes


def pack(version: str, body: bytes) -> KeptTile:
    """Return a tile just drawn as it is kept and sent."""
    packed = gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0) if body else b""
    return KeptTile(version=version, drawn_at=time.time(), packed=packed)


def is_kept(layer: MapLayer, tile: TileAddress) -> bool:
    """Return whether such a tile is worth keeping."""
    return tile.z <= KEPT_UP_TO_ZOOM or layer.tiles.keeps_all_zooms


def find_kept(layer: MapLayer, tile: TileAddress, zones: list[str]) -> KeptTile | None:
    """Return the kept tile of whatever version; None without Redis."""
    if not is_kept(layer, tile):
        return None
    try:
        found = cache.get(_key(layer, tile, zones))
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to look for a kept tile: %s", error)
        return None
    if found is None:
        return None
    version, drawn_at, packed = found
    return KeptTile(version=version, drawn_at=drawn_at, packed=packed)


def keep(layer: MapLayer, tile: TileAddress, zones: list[str], drawn: KeptTile) -> None:
    """Keep a tile in place of the one before, if such tiles are kept; without Redis nothing is."""
    if not is_kept(layer, tile):
        return
    try:
        cache.set(_key(layer, tile, zones), (drawn.version, drawn.drawn_at, drawn.packed), timeout=KEEP_S)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to keep a tile: %s", error)


def _key(layer: MapLayer, tile: TileAddress, zones: list[str]) -> str:
    who = hashlib.sha256("\n".join(zones).encode()).hexdigest()[:16] if zones else "all"
    return f"tile:{layer.key}:{who}:{tile}"
