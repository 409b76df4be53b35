"""What the warehouse says of a layer: its query and its number of rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from grid.layers import Layer
from grid.warehouse import Warehouse
from grid.warehouse.statements import reading_as_empty, tables_read


def query_of(layer: Layer, warehouse: Warehouse, *, now: datetime) -> sa.Select[Any]:
    """Return the select of a layer's rows; for a windowed layer, as of the newest moment in the warehouse.

    Args:
        layer: the layer.
        warehouse: where the newest moment is looked up.
        now: moments after it are wrong and do not count.
    """
    if layer.window is None:
        return layer.source
    newest = newest_moment(layer, warehouse, now=now)
    if newest is None:
        return layer.source
    own = tables_read(layer.source)
    return reading_as_empty(
        layer.source.where(layer.window(newest)), *(table for table in layer.clock_tables if table not in own)
    )


def newest_moment(layer: Layer, warehouse: Warehouse, *, now: datetime) -> datetime | None:
    """Return the newest value (naive UTC) of a layer's clocks, not after ``now``; None if there is none."""
    limit = now.astimezone(UTC).replace(tzinfo=None)
    found = []
    for clock in layer.clocks:
        table = clock.table
        if warehouse.version(table) is not None:
            rows = warehouse.select_rows(
                sa.select(sa.func.max(clock).label("newest_at")).where(clock <= limit)
            )
            found += [row["newest_at"] for row in rows if row["newest_at"] is not None]
    return max(found, default=None)


def count_rows(query: sa.Select[Any], warehouse: Warehouse) -> int:
    """Return the number of rows that ``query`` yields."""
    counting = sa.select(sa.func.count().label("rows")).select_from(query.subquery("source"))
    rows = warehouse.select_rows(counting.execution_options(**query.get_execution_options()))
    return int(rows[0]["rows"])


def size_of(layer: Layer, warehouse: Warehouse) -> int:
    """Return about how many rows a layer has, at least 1; only good for shares of progress."""
    table = layer.counted_table
    return max(1, warehouse.row_count(table)) if warehouse.version(table) is not None else 1
