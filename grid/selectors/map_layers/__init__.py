"""The layers of the map: what they hold, how they are drawn, and their rows as columns."""

from grid.selectors.map_layers.bbox import Bbox, parse_bbox
from grid.selectors.map_layers.columns import layer_table, layer_version
from grid.selectors.map_layers.counts import feature_counts
from grid.selectors.map_layers.definition import (
    MAX_TILE_ZOOM,
    Attribute,
    AttributeKind,
    Colouring,
    LegendEntry,
    MapLayer,
)
from grid.selectors.map_layers.deltas import KIND, REMOVED, VERSION, Delta, DeltaKind, delta, table_version
from grid.selectors.map_layers.freshness import LayerFreshness, edit_versions, freshness
from grid.selectors.map_layers.ratings import ShownRatings, shown_ratings
from grid.selectors.map_layers.registry import COLUMN_LAYERS, LAYERS, find_layer
from grid.selectors.map_layers.warehouse_rows import warehouse_table, warehouse_version

__all__ = [
    "COLUMN_LAYERS",
    "KIND",
    "LAYERS",
    "MAX_TILE_ZOOM",
    "REMOVED",
    "VERSION",
    "Attribute",
    "AttributeKind",
    "Bbox",
    "Colouring",
    "Delta",
    "DeltaKind",
    "LayerFreshness",
    "LegendEntry",
    "MapLayer",
    "ShownRatings",
    "delta",
    "edit_versions",
    "feature_counts",
    "find_layer",
    "freshness",
    "layer_table",
    "layer_version",
    "parse_bbox",
    "shown_ratings",
    "table_version",
    "warehouse_table",
    "warehouse_version",
]
