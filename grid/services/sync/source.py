"""What the warehouse says of a layer: its query and its number of rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from grid.layers import Layer
from grid.layers.window import newest_moment, query_of
from grid.warehouse import Warehouse

__all__ = ["count_rows", "newest_moment", "query_of", "size_of"]


def count_rows(query: sa.Select[Any], warehouse: Warehouse) -> int:
    """Return the number of rows that ``query`` yields."""
    counting = sa.select(sa.func.count().label("rows")).select_from(query.subquery("source"))
    rows = warehouse.select_rows(counting.execution_options(**query.get_execution_options()))
    return int(rows[0]["rows"])


def size_of(layer: Layer, warehouse: Warehouse) -> int:
    """Return about how many rows a layer has, at least 1; only good for shares of progress."""
    table = layer.counted_table
    return max(1, warehouse.row_count(table)) if warehouse.version(table) is not None else 1
