"""The layers of the map: what they hold, how they are drawn, and their rows as columns."""

from grid.selectors.map_layers.bbox import Bbox, parse_bbox
from grid.selectors.map_layers.columns import layer_table, layer_version
from grid.selectors.map_layers.freshness import LayerFreshness, freshness
from grid.selectors.map_layers.registry import LAYERS, LegendEntry, MapLayer, find_layer
from grid.selectors.map_layers.warehouse_rows import warehouse_table, warehouse_version

__all__ = [
    "LAYERS",
    "Bbox",
    "LayerFreshness",
    "LegendEntry",
    "MapLayer",
    "find_layer",
    "freshness",
    "layer_table",
    "layer_version",
    "parse_bbox",
    "warehouse_table",
    "warehouse_version",
]
