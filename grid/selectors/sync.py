"""The state of the sync layers, for the API, the map and the admin."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from flux_site.api.errors import BadInput, WarehouseUnavailableError
from grid import models
from grid.federation.store import ask_warehouse, fallback_warehouse
from grid.layers import DEPENDS_ON, LAYERS, Layer, LayerStatus, RunStatus, SyncMode, lock_key
from grid.layers.locks import LOCK_CLASS
from grid.selectors.schedules import next_runs
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import Warehouse, WarehouseError, WarehouseUnavailable

logger = logging.getLogger(__name__)

MAX_ALERTS = 500


@dataclass(frozen=True, kw_only=True)
class LayerState:
    """A layer of the cache as it is now.

    ``next_run_at`` is when a schedule next looks at it; None if none does or it is paused.
    ``source_changed`` is None when the warehouse does not answer or was never loaded. ``age_s`` counts from
    ``confirmed_at``, when a run or a scheduled check last found the cache equal to the source; it and
    ``is_too_old`` are None for a layer that was never synced.
    """

    key: str
    title: str
    status: LayerStatus
    mode: SyncMode
    is_paused: bool
    is_too_old: bool | None
    source_changed: bool | None
    source_version: str | None
    row_count: int | None
    reject_count: int | None
    checksum: str | None
    synced_at: datetime | None
    confirmed_at: datetime | None
    age_s: float | None
    max_age_s: float
    watermark_at: datetime | None
    next_run_at: datetime | None
    last_run: models.SyncRun | None

    @property
    def last_run_at(self) -> datetime | None:
        """When the newest run began."""
        return self.last_run.started_at if self.last_run else None

    @property
    def last_mode(self) -> str | None:
        """How the newest run found its rows: FULL, WATERMARK or CHANGES."""
        return (self.last_run.mode or None) if self.last_run else None

    @property
    def last_fallback_reason(self) -> str | None:
        """Why the newest run was a full one although an increment was asked for; None if it was not."""
        return (self.last_run.fallback_reason or None) if self.last_run else None

    @property
    def last_error(self) -> str | None:
        """What the newest run says went wrong; None if it went well or has not ended."""
        return (self.last_run.error_message or None) if self.last_run else None


def list_layers() -> list[LayerState]:
    """Return the state of every layer, parents before children; also of those never synced.

    The warehouse is asked for the versions of its tables only; while it is away, staleness is judged by age.
    """
    rows = {row.key: row for row in models.SyncLayer.objects.filter(pk__in=LAYERS)}
    last_runs = newest_runs(LAYERS)
    running = running_layers()
    versions = source_versions()
    planned = next_runs()
    now = timezone.now()
    return [
        _state(
            layer,
            row=rows.get(layer.key) or models.SyncLayer(key=layer.key),
            last_run=last_runs.get(layer.key),
            is_running=layer.key in running,
            current_version=versions.get(layer.key),
            next_run_at=planned.get(layer.key),
            now=now,
        )
        for layer in LAYERS.values()
    ]


def get_layer(key: str) -> LayerState:
    """Return the state of one layer.

    Raises:
        KeyError: if there is none of that key.
    """
    states = {state.key: state for state in list_layers()}
    return states[key]


def list_runs(*, layer: str) -> QuerySet[models.SyncRun]:
    """Return the runs of a layer, newest first."""
    return models.SyncRun.objects.filter(layer_id=layer).select_related("job")


def newest_runs(layers: Iterable[str]) -> dict[str, models.SyncRun]:
    """Return the newest run of each of some layers, by layer."""
    runs = models.SyncRun.objects.filter(layer_id__in=list(layers))
    return {run.layer_id: run for run in runs.order_by("layer_id", "-pk").distinct("layer_id")}


def newest_alerts(*, open_only: bool, first: int = MAX_ALERTS) -> QuerySet[models.SyncAlert]:
    """Return the newest ``first`` alerts of layers that are or, unless ``open_only``, were too old.

    Raises:
        BadInput: if ``first`` is outside 1..500.
    """
    if not 1 <= first <= MAX_ALERTS:
        raise BadInput(f"first is {first}; it must be 1 to {MAX_ALERTS}.", field="first")
    alerts = models.SyncAlert.objects.order_by("-raised_at", "-pk")
    return (alerts.unresolved() if open_only else alerts)[:first]


def list_rejects(*, run_id: int) -> QuerySet[models.SyncReject]:
    """Return the refused rows of a run, as many as were kept."""
    return models.SyncReject.objects.filter(run_id=run_id)


def needs_run(layer: Layer) -> bool:
    """Return whether a run of ``layer`` could change the cache.

    So it is if it was never synced, if its source has changed since, or if rows of it were refused and a
    layer that holds their parents has been synced since.

    Raises:
        WarehouseError: if the warehouse does not answer.
    """
    rows = {
        row.key: row for row in models.SyncLayer.objects.filter(pk__in=[layer.key, *DEPENDS_ON[layer.key]])
    }
    own = rows.get(layer.key)
    if own is None or own.synced_at is None or own.source_version != version_of(layer, get_warehouse()):
        return True
    parents = [row.synced_at for key, row in rows.items() if key != layer.key and row.synced_at is not None]
    return bool(own.reject_count) and any(synced_at > own.synced_at for synced_at in parents)


def version_of(layer: Layer, warehouse: Warehouse) -> str | None:
    """Return the version of a layer's source now; None if one of its tables was never loaded.

    Raises:
        WarehouseError: if the warehouse does not answer.
    """
    return source_of(layer, warehouse)[1]


def source_of(layer: Layer, warehouse: Warehouse) -> tuple[dict[str, str | None], str | None]:
    """Return the version of each table of a layer's source now, and that of the whole as ``version_of`` does.

    Raises:
        WarehouseError: if the warehouse does not answer.
    """
    versions = {table.fullname: warehouse.version(table) for table in layer.source_tables}
    return versions, layer.combined_version(versions)


def source_versions() -> dict[str, str | None]:
    """Return the version of every layer's source now; None where the warehouse cannot tell in time."""
    try:
        return ask_warehouse(lambda: _source_versions(fallback_warehouse()))
    except WarehouseUnavailableError as error:
        logger.warning("Unable to look for changes in the warehouse: %s", error)
        return dict.fromkeys(LAYERS)


def _source_versions(warehouse: Warehouse) -> dict[str, str | None]:
    tables = {table.fullname: table for layer in LAYERS.values() for table in layer.source_tables}
    versions: dict[str, str | None] = {}
    for name, table in tables.items():
        try:
            versions[name] = warehouse.version(table)
        except WarehouseUnavailable:
            raise  # the breaker counts it
        except WarehouseError as error:
            logger.warning("Unable to read the version of %s: %s", name, error)
            versions[name] = None
    return {key: layer.combined_version(versions) for key, layer in LAYERS.items()}


def running_layers() -> set[str]:
    """Return the layers that a run holds the lock of at this moment, wherever it runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_CLASS],
        )
        held = {int(row[0]) for row in cursor.fetchall()}
    return {key for key in LAYERS if lock_key(key) in held}


def _state(
    layer: Layer,
    *,
    row: models.SyncLayer,
    last_run: models.SyncRun | None,
    is_running: bool,
    current_version: str | None,
    next_run_at: datetime | None,
    now: datetime,
) -> LayerState:
    changed = (
        None if current_version is None or row.synced_at is None else row.source_version != current_version
    )
    age_s = None if row.confirmed_at is None else (now - row.confirmed_at).total_seconds()
    is_too_old = None if age_s is None else age_s > layer.max_age.total_seconds()
    return LayerState(
        key=layer.key,
        title=layer.title,
        status=_status(
            row,
            last_run=last_run,
            is_running=is_running,
            is_stale=changed or (changed is None and bool(is_too_old)),
        ),
        mode=layer.mode,
        is_paused=row.is_paused,
        is_too_old=is_too_old,
        source_changed=changed,
        source_version=row.source_version or None,
        row_count=row.row_count,
        reject_count=row.reject_count,
        checksum=row.checksum or None,
        synced_at=row.synced_at,
        confirmed_at=row.confirmed_at,
        age_s=age_s,
        max_age_s=layer.max_age.total_seconds(),
        watermark_at=row.watermark_at,
        next_run_at=None if row.is_paused else next_run_at,
        last_run=last_run,
    )


def _status(
    row: models.SyncLayer, *, last_run: models.SyncRun | None, is_running: bool, is_stale: bool
) -> LayerStatus:
    if is_running:
        return LayerStatus.RUNNING
    if row.is_paused:
        return LayerStatus.PAUSED
    if last_run is not None and last_run.status in {RunStatus.FAILED, RunStatus.RUNNING}:
        return LayerStatus.FAILED  # one still marked RUNNING without its lock was killed
    if row.synced_at is None:
        return LayerStatus.NEVER_SYNCED
    return LayerStatus.STALE if is_stale else LayerStatus.FRESH
