"""What the cache holds, table by table, without reading the tables: how much, how large, where and of when.

Only small tables are counted. Of the others the count is that of the last sync, or what the statistics of
PostgreSQL say; each answer says which. A user who is limited to zones gets the rows of those alone, by the
planner's estimate where they are many, and no sizes and extents, which are of all rows.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.db import connection
from django.db.models import Model

from grid import models
from grid.layers import LAYERS
from grid.models.base import granted_zone_ids
from grid.selectors.spatial.policy import from_postgis, planned_rows

COUNTED_UP_TO = 50_000

_SIZES = """
SELECT c.relname, CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END, pg_table_size(c.oid),
    pg_indexes_size(c.oid)
FROM pg_class c WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema()::text::regnamespace"""
_EXTENT = """
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
FROM ST_EstimatedExtent(current_schema()::text, %s, %s) AS e"""
_HAS_STATISTICS = """
SELECT 1 FROM pg_stats WHERE schemaname = current_schema() AND tablename = %s AND attname = %s"""


class CountMethod(StrEnum):
    """Where a count comes from."""

    COUNTED = "COUNTED"
    AT_LAST_SYNC = "AT_LAST_SYNC"
    ESTIMATED = "ESTIMATED"


@dataclass(frozen=True, kw_only=True)
class TableSummary:
    """What is known of a table without reading it.

    Attributes:
        row_count: None if nobody has looked at the table yet.
        table_bytes: with its long values, without its indexes; None for users limited to zones.
        extent: west, south, east, north in degrees, by statistics; None if it has no places, if no
            statistics were taken yet, or for users limited to zones.
        newest_change_at: newest moment among its rows when it was last synced; None if rows carry none.
        synced_at: None if it was never synced.
    """

    key: str
    title: str
    row_count: int | None
    count_method: CountMethod
    table_bytes: int | None
    index_bytes: int | None
    extent: list[float] | None
    newest_change_at: datetime | None
    synced_at: datetime | None


def data_summary(*, user: Any) -> list[TableSummary]:
    """Return what the cache holds of every layer that the user may see.

    Raises:
        DatabaseUnavailable: if PostGIS does not answer.
    """
    shown = {
        key: layer
        for key, layer in LAYERS.items()
        if user.has_perm(f"{layer.model._meta.app_label}.view_{layer.model._meta.model_name}")
    }

    def ask() -> list[TableSummary]:
        states = models.SyncLayer.objects.in_bulk(list(shown))
        sizes = _sizes([layer.table for layer in shown.values()])
        is_limited = bool(granted_zone_ids(user))
        return [
            _summary(key, layer, states.get(key), sizes.get(layer.table), is_limited, user)
            for key, layer in shown.items()
        ]

    return from_postgis(field="dataSummary", layers=(), ask=ask)


def _summary(
    key: str,
    layer: Any,
    state: models.SyncLayer | None,
    size: tuple[int | None, int, int] | None,
    is_limited: bool,
    user: Any,
) -> TableSummary:
    estimate, table_bytes, index_bytes = size or (None, 0, 0)
    count, method = _count(layer.model, state, estimate, is_limited, user)
    return TableSummary(
        key=key,
        title=layer.title,
        row_count=count,
        count_method=method,
        table_bytes=None if is_limited else table_bytes,
        index_bytes=None if is_limited else index_bytes,
        extent=None if is_limited else _extent(layer.model),
        newest_change_at=None if state is None else state.watermark_at,
        synced_at=None if state is None else state.synced_at,
    )


def _count(
    model: type[Model], state: models.SyncLayer | None, estimate: int | None, is_limited: bool, user: Any
) -> tuple[int | None, CountMethod]:
    rows = _visible(model, user)
    if is_limited:
        estimate = planned_rows(rows)
    if estimate is not None and estimate <= COUNTED_UP_TO:
        # The statistics may be old: a table that has grown since is not counted to its end.
        counted = rows.order_by()[: 2 * COUNTED_UP_TO].count()
        if counted < 2 * COUNTED_UP_TO:
            return counted, CountMethod.COUNTED
    if not is_limited and state is not None and state.row_count is not None:
        return state.row_count, CountMethod.AT_LAST_SYNC
    return estimate, CountMethod.ESTIMATED


def _visible(model: type[Model], user: Any) -> Any:
    rows: Any = model._default_manager.all()
    if hasattr(rows, "visible_to"):
        return rows.visible_to(user)
    granted = granted_zone_ids(user)
    is_of_zones = granted and model is models.TransformerLoad  # weather is everybody's
    return rows.filter(transformer__zone_id__in=granted) if is_of_zones else rows


def _sizes(tables: list[str]) -> dict[str, tuple[int | None, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, (tables,))
        return {table: tuple(rest) for table, *rest in cursor.fetchall()}  # type: ignore[misc]


def _extent(model: type[Model]) -> list[float] | None:
    column = next((f.column for f in model._meta.concrete_fields if isinstance(f, GeometryField)), None)
    if column is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_HAS_STATISTICS, (model._meta.db_table, column))
        if cursor.fetchone() is None:
            return None
        cursor.execute(_EXTENT, (model._meta.db_table, column))
        row = cursor.fetchone()
    return None if row is None or row[0] is None else [float(each) for each in row]
