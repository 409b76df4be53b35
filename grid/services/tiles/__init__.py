"""What tiles of low zoom are drawn from, kept in step with the rows of the cache."""

from grid.services.tiles.refresh import Rebuilt, refresh_layer, refresh_tiles

__all__ = ["Rebuilt", "refresh_layer", "refresh_tiles"]
