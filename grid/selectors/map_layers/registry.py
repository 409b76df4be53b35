"""The registered map layers."""

from grid.selectors.map_layers.definition import MapLayer
from grid.selectors.map_layers.distribution import DISTRIBUTION
from grid.selectors.map_layers.operations import OPERATIONS
from grid.selectors.map_layers.surroundings import SURROUNDINGS
from grid.selectors.map_layers.transmission import TRANSMISSION

LAYERS: tuple[MapLayer, ...] = (*TRANSMISSION, *DISTRIBUTION, *OPERATIONS, *SURROUNDINGS)
COLUMN_LAYERS: tuple[MapLayer, ...] = tuple(layer for layer in LAYERS if layer.columns)

_BY_KEY = {layer.key: layer for layer in LAYERS}


def find_layer(key: str) -> MapLayer | None:
    """Return the layer called ``key``, or None."""
    return _BY_KEY.get(key)
