"""The layers of the map: what they hold, how they are drawn, and their rows as columns."""

from grid.selectors.map_layers.columns import Bbox, layer_table, layer_version, parse_bbox
from grid.selectors.map_layers.registry import LAYERS, LegendEntry, MapLayer, find_layer

__all__ = [
    "LAYERS",
    "Bbox",
    "LegendEntry",
    "MapLayer",
    "find_layer",
    "layer_table",
    "layer_version",
    "parse_bbox",
]
