"""The rows of the map's layers with all their attributes, as other programs take them."""

from grid.selectors.exchange.collections import (
    Collection,
    ExchangeAttribute,
    find_collection,
    list_collections,
)
from grid.selectors.exchange.conditions import Condition, Interval, parse_condition, parse_interval
from grid.selectors.exchange.features import FeaturePage, collection_extent, feature_page, find_feature
from grid.selectors.exchange.statements import RowQuery, rows_sql

__all__ = [
    "Collection",
    "Condition",
    "ExchangeAttribute",
    "FeaturePage",
    "Interval",
    "RowQuery",
    "collection_extent",
    "feature_page",
    "find_collection",
    "find_feature",
    "list_collections",
    "parse_condition",
    "parse_interval",
    "rows_sql",
]
