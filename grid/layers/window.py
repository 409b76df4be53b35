"""The rows a layer should hold now: its query, and for layers of recent rows what "recent" means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from grid.layers.definition import Layer
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
    newest: list[Any] = [
        sa.select(sa.func.max(clock)).where(clock <= limit).scalar_subquery().label(f"newest_{n}")
        for n, clock in enumerate(layer.clocks)
    ]
    if not newest:
        return None
    query: sa.Select[Any] = sa.select(*newest)
    (row,) = warehouse.select_rows(reading_as_empty(query, *layer.clock_tables))
    return max((moment for moment in row.values() if moment is not None), default=None)
