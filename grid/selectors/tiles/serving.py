"""The tile that a user is answered: as kept, as drawn now, or as last kept while PostgreSQL is away."""

import logging
import time
from dataclasses import dataclass
from typing import Any

import pybreaker
from django.conf import settings

from flux_site.api.errors import DatabaseUnavailable
from flux_site.api.outages import DATABASE_FAULTS, database_was_away, note_database_away
from flux_site.api.patience import answering_within
from grid.federation.breakers import postgis_breaker
from grid.models.base import granted_zone_ids
from grid.selectors.map_layers import MapLayer
from grid.selectors.tiles.address import TileAddress
from grid.selectors.tiles.cache import KeptTile, find_kept, keep, pack
from grid.selectors.tiles.drawing import draw_tile
from grid.selectors.tiles.limits import drawing_slot
from grid.selectors.tiles.version import TileVersion, tile_version, zones_of

logger = logging.getLogger(__name__)

_AWAY = (*DATABASE_FAULTS, pybreaker.CircuitBreakerError)


@dataclass(frozen=True, kw_only=True)
class ServedTile:
    """A tile for one user.

    Attributes:
        version: of what it shows; two tiles of one version are the same.
        packed: its bytes under gzip, empty for an empty tile; None if the client has this version.
        stale_for_s: how long ago it was drawn, if it could not be checked against the data; else None.
    """

    version: str
    packed: bytes | None
    stale_for_s: float | None = None


def serve_tile(
    *, layer: MapLayer, tile: TileAddress, user: Any, known_versions: frozenset[str]
) -> ServedTile:
    """Return the tile of a layer that the user may see.

    Args:
        layer: which.
        tile: where.
        user: who asks.
        known_versions: the versions of this tile that the client has.

    Raises:
        NeverSynced, TilesNotReady: if the layer is not there yet.
        TilesBusy, TooManyTiles: if too many tiles are asked for.
        DatabaseUnavailable: if PostgreSQL does not answer and the tile is not kept.
    """
    try:
        if database_was_away():
            raise pybreaker.CircuitBreakerError("PostgreSQL did not answer earlier in this request")
        with answering_within(settings.POSTGIS_ANSWER_TIMEOUT_S):
            zones = zones_of(layer, user)
            version = postgis_breaker.call(tile_version, layer, user)
            if version.text in known_versions:
                return ServedTile(version=version.text, packed=None)
            kept = find_kept(layer, tile, zones)
            if kept is None or kept.version != version.text:
                kept = _drawn(layer, tile, zones, version, user)
        return ServedTile(version=kept.version, packed=kept.packed)
    except _AWAY as error:
        if isinstance(error, DATABASE_FAULTS):
            note_database_away()
        logger.warning("Unable to draw the tile %s/%s: %s", layer.key, tile, error)
        last = _last_kept(layer, tile, user)
        if last is None:
            raise DatabaseUnavailable(
                "PostgreSQL does not answer, and this tile is not kept. Tiles come from PostgreSQL alone."
            ) from error
        return ServedTile(
            version=last.version,
            packed=None if last.version in known_versions else last.packed,
            stale_for_s=max(0.0, time.time() - last.drawn_at),
        )


def _drawn(layer: MapLayer, tile: TileAddress, zones: list[str], version: TileVersion, user: Any) -> KeptTile:
    with drawing_slot(user):
        drawn = pack(version.text, postgis_breaker.call(draw_tile, layer, tile, zones, version))
    keep(layer, tile, zones, drawn)
    return drawn


def _last_kept(layer: MapLayer, tile: TileAddress, user: Any) -> KeptTile | None:
    """Return the kept tile for the zones of the user, if these are known without PostgreSQL."""
    if layer.zone_sql is not None and not hasattr(user, "_granted_zone_ids"):
        return None
    zones = [] if layer.zone_sql is None else sorted(granted_zone_ids(user))
    return find_kept(layer, tile, zones)
