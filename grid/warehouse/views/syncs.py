"""Views of what was copied to the cache. Spans end with the newest sync on record, not with the clock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Double, Integer, cast, func, select

from grid.warehouse.dialects import between
from grid.warehouse.tables import POSTGRES_SYNC, postgres_connection_config, sync_log
from grid.warehouse.views.base import count_where, view

SHOWN = 100
SUMMARY_DAYS = 7

_run = sync_log.c
_config = postgres_connection_config.c

_ranked = select(
    *_run,
    func.row_number()
    .over(partition_by=_run.layer_name, order_by=(_run.completed_at.desc(), _run.sync_id))
    .label("place"),
).subquery("ranked")
sync_status = view(
    POSTGRES_SYNC,
    "sync_status",
    "The newest finished sync of each layer.",
    select(*(_ranked.c[column.name] for column in _run)).where(_ranked.c.place == 1),
)

_recent = select(
    *_run, func.row_number().over(order_by=(_run.completed_at.desc(), _run.sync_id)).label("place")
).subquery("recent")
v_sync_status = view(
    POSTGRES_SYNC,
    "v_sync_status",
    f"The {SHOWN} newest finished syncs.",
    select(*(_recent.c[column.name] for column in _run)).where(_recent.c.place <= SHOWN),
)
v_recent_sync_operations = view(
    POSTGRES_SYNC,
    "v_recent_sync_operations",
    "Another name of v_sync_status.",
    select(*v_sync_status.c),
)

_newest: Any = select(func.max(_run.completed_at)).scalar_subquery()
v_sync_summary = view(
    POSTGRES_SYNC,
    "v_sync_summary",
    f"Syncs of each layer over {SUMMARY_DAYS} days until the newest: number, failures, rows, duration.",
    select(
        _run.layer_name,
        cast(func.count(), Integer).label("runs"),
        cast(count_where(_run.status == "FAILED"), Integer).label("failed_runs"),
        cast(func.sum(_run.rows_synced), BigInteger).label("rows_synced"),
        cast(func.sum(_run.rows_rejected), BigInteger).label("rows_rejected"),
        func.avg(_run.duration_s, type_=Double).label("mean_duration_s"),
        func.max(_run.completed_at).label("newest_at"),
    )
    .where(between("second", _run.completed_at, _newest) <= SUMMARY_DAYS * 86_400)
    .group_by(_run.layer_name),
)

v_postgres_host = view(
    POSTGRES_SYNC,
    "v_postgres_host",
    "The host of the cache.",
    select(_config.config_value.label("postgres_host"), _config.updated_at).where(
        _config.config_key == "host"
    ),
)

_layer = sync_status.c
_state: Any = select(
    cast(func.count(), Integer).label("layers"),
    cast(count_where(_layer.status == "FAILED"), Integer).label("failed_layers"),
    func.min(_layer.completed_at).label("oldest_layer_at"),
    func.max(_layer.completed_at).label("newest_layer_at"),
).select_from(sync_status)
v_backend_status = view(
    POSTGRES_SYNC,
    "v_backend_status",
    "The cache in one row: its layers, how many failed last, and when it was last written.",
    _state,
)
v_backend_connection_status = view(
    POSTGRES_SYNC,
    "v_backend_connection_status",
    "Another name of v_backend_status.",
    select(*v_backend_status.c),
)
