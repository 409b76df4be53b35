"""Which map layers show something else than a follower was told.

Found by comparing versions, so that an edit by whomever is noticed, and nothing is told twice.
"""

from __future__ import annotations

from typing import Any

from grid.selectors import map_layers, tiles

TOPICS = ("layers", "outages", "work_orders", "crews", "circuits")
"""Topics of live news that may mean that a layer of the map changed."""


class FollowedLayers:
    """The versions of the map layers that one follower knows."""

    def __init__(self, user: Any) -> None:
        self._user = user
        self._known: dict[str, tuple[Any, ...]] | None = None

    def look(self) -> tuple[str, ...]:
        """Return the keys of the layers of which something has changed since the last look; none at first."""
        now = self._versions()
        known, self._known = self._known, now
        return () if known is None else tuple(key for key in now if known.get(key) != now[key])

    def _versions(self) -> dict[str, tuple[Any, ...]]:
        """Return what changes with the columns, the tiles and the state of each layer."""
        edits, of_tiles = map_layers.edit_versions(), tiles.known_versions(self._user)
        states, ratings = map_layers.freshness(), map_layers.shown_ratings()
        return {
            layer.key: (
                states[layer.sync_layer].data_version,
                states[layer.sync_layer].status,
                tuple(edits.get(table) for table in layer.changing_tables),
                ratings.version if layer.columns_version_sql is not None else None,
                of_tiles.get(layer.key),
            )
            for layer in map_layers.LAYERS
            if self._user.has_perm(layer.permission)
        }
