"""The version of what tiles are made from, and of what a user sees of it."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from grid import models
from grid.federation.policy import NeverSynced
from grid.models.base import granted_zone_ids
from grid.selectors.data_versions import Versions, data_versions
from grid.selectors.map_layers.definition import CELL_BITS, MapLayer
from grid.selectors.tiles.sql import BUFFER, EXTENT

SCHEME = 1
"""Rises when the way tiles are encoded changes, so that no client keeps those made in the old way."""


@dataclass(frozen=True, kw_only=True)
class TileVersion:
    """What the tiles of a layer rest on now.

    Attributes:
        sources: version of the rows and of the rules of the layer.
        built: version of the sources its cells and shapes were made from; None if they never were.
        text: of what a user sees; changes with either, with the user's zones, and with rows that change
            without a sync.
    """

    sources: str
    built: str | None
    text: str


def zones_of(layer: MapLayer, user: Any) -> list[str]:
    """Return the zones to which a user's view of a layer is limited; empty means all."""
    return [] if layer.zone_sql is None else sorted(granted_zone_ids(user))


def sources_version(layer: MapLayer) -> str:
    """Return the version of the rows and of the rules that the tiles of a layer are made from.

    Raises:
        NeverSynced: if the cache does not hold the layer yet.
    """
    keys = {layer.sync_layer, *layer.also_shows, *layer.tiles.rests_on}
    rows = list(
        models.SyncLayer.objects.filter(pk__in=keys, synced_at__isnull=False)
        .order_by("pk")
        .values_list("pk", "checksum", "row_count")
    )
    if layer.sync_layer not in {row[0] for row in rows}:
        raise NeverSynced(f"The layer {layer.sync_layer!r} has never been synced; run a sync first.")
    edits = _edits(layer) if layer.tiles.is_live else None
    return _digest(_rules(layer), rows, _version_of_edits(layer), edits)


def tile_version(layer: MapLayer, user: Any) -> TileVersion:
    """Return the version of the tiles that a user may see.

    Raises:
        NeverSynced: if the cache does not hold the layer yet.
    """
    sources = sources_version(layer)
    built = models.TileBuild.objects.filter(pk=layer.key).values_list("version", "built_at").first()
    return TileVersion(
        sources=sources,
        built=None if built is None else built[0],
        text=_digest(sources, built, zones_of(layer, user), _edits(layer)),
    )


def _edits(layer: MapLayer) -> Versions | None:
    """Return the versions of the tables whose rows tiles show as they are; no cell rests on them."""
    return data_versions(layer.changing_tables) if layer.changing_tables else None


def _version_of_edits(layer: MapLayer) -> str | None:
    if layer.tiles.version_sql is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(layer.tiles.version_sql)
        row = cursor.fetchone()
    return None if row is None else str(row[0])


@lru_cache(maxsize=64)
def _rules_of(text: str) -> str:
    return _digest(text)


def _rules(layer: MapLayer) -> str:
    parts = (
        (SCHEME, CELL_BITS, EXTENT, BUFFER),
        layer.sources,
        layer.geometry_sql,
        layer.filter_sql,
        layer.zone_sql,
        layer.attributes,
        layer.tiles,
    )
    return _rules_of(repr(parts))


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
