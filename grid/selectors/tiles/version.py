"""The version of what tiles are made from, and of what a user sees of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection

from grid import models
from grid.federation.policy import NeverSynced
from grid.models.base import granted_zone_ids
from grid.selectors.data_versions import Versions, table_versions
from grid.selectors.map_layers.cached import from_cache_or
from grid.selectors.map_layers.definition import CELL_BITS, MapLayer
from grid.selectors.map_layers.registry import LAYERS
from grid.selectors.tiles.sql import BUFFER, EXTENT

T = TypeVar("T")

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
    return _found(layer, _sources_versions([layer], _edits([layer])))


def tile_version(layer: MapLayer, user: Any) -> TileVersion:
    """Return the version of the tiles that a user may see.

    Raises:
        NeverSynced: if the cache does not hold the layer yet.
    """
    return _found(layer, tile_versions([layer], user))


def tile_versions(layers: Sequence[MapLayer], user: Any) -> dict[str, TileVersion]:
    """Return the versions of the tiles of some layers by key, without those that were never synced."""
    edits = _edits(layers)
    sources = _sources_versions(layers, edits)
    granted = sorted(granted_zone_ids(user))
    builds = models.TileBuild.objects.filter(pk__in=list(sources))
    built = {key: (version, at) for key, version, at in builds.values_list("layer", "version", "built_at")}
    return {
        layer.key: TileVersion(
            sources=sources[layer.key],
            built=built[layer.key][0] if layer.key in built else None,
            text=_digest(
                sources[layer.key],
                built.get(layer.key),
                [] if layer.zone_sql is None else granted,
                _edits_of(layer, edits),
            ),
        )
        for layer in layers
        if layer.key in sources
    }


def known_versions(user: Any) -> dict[str, str]:
    """Return the versions of the tiles of all layers by key; those that are not known are left out."""
    return from_cache_or(
        {}, lambda: {key: version.text for key, version in tile_versions(LAYERS, user).items()}
    )


def _found(layer: MapLayer, versions: dict[str, T]) -> T:
    if layer.key not in versions:
        raise NeverSynced(f"The layer {layer.sync_layer!r} has never been synced; run a sync first.")
    return versions[layer.key]


def _sources_versions(layers: Sequence[MapLayer], edits: dict[str, int]) -> dict[str, str]:
    """Return the versions of the sources by layer, without those that were never synced."""
    keys = {layer.key: {layer.sync_layer, *layer.also_shows, *layer.tiles.rests_on} for layer in layers}
    rows = {
        row[0]: row
        for row in models.SyncLayer.objects.filter(
            pk__in=set().union(*keys.values()), synced_at__isnull=False
        ).values_list("pk", "checksum", "row_count")
    }
    beyond = {
        sql: _version_beyond(sql) for sql in {layer.tiles.version_sql for layer in layers} if sql is not None
    }
    return {
        layer.key: _digest(
            _rules(layer),
            [rows[key] for key in sorted(keys[layer.key]) if key in rows],
            beyond.get(layer.tiles.version_sql or ""),
            _edits_of(layer, edits) if layer.tiles.is_live else None,
        )
        for layer in layers
        if layer.sync_layer in rows
    }


def _edits(layers: Sequence[MapLayer]) -> dict[str, int]:
    """Return the versions of the tables whose rows tiles show as they are; no cell rests on them."""
    tables = sorted({table for layer in layers for table in layer.changing_tables})
    return table_versions(tables) if tables else {}


def _edits_of(layer: MapLayer, edits: dict[str, int]) -> Versions | None:
    tables = layer.changing_tables
    return tuple(edits[table] for table in tables) if tables and edits.keys() >= set(tables) else None


def _version_beyond(sql: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
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
