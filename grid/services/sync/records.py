"""The rows that tell what sync did: SyncLayer, SyncRun and their tidying."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from django.db import transaction
from django.utils import timezone
from psycopg import sql

from grid import models
from grid.layers import FallbackReason, Layer, RunStatus, SyncMode
from grid.services.sync.run import Source

_CONFIRM = """
UPDATE grid_synclayer SET confirmed_at = CASE WHEN source_version = %(version)s
    THEN greatest(confirmed_at, %(looked_at)s) ELSE %(looked_at)s END WHERE key = %(layer)s
"""  # a check that found the same version while the run went on is newer than the run's own look

KEEP_RUNS = 200
"""Runs kept of each layer."""
KEEP_REJECTS_OF_RUNS = 10
"""Newest runs of each layer whose refused rows are kept."""


def begin_run(*, layer: str, job_id: uuid.UUID | None, mode: SyncMode = SyncMode.FULL) -> models.SyncRun:
    """Write the row of a new run; must be called under the layer's lock.

    Under the lock no other run can be alive, so a row still marked RUNNING belongs to one that was killed.
    """
    now = timezone.now()
    models.SyncLayer.objects.get_or_create(pk=layer)
    models.SyncRun.objects.filter(layer_id=layer, status=RunStatus.RUNNING).update(
        status=RunStatus.FAILED,
        finished_at=now,
        error_code="INTERRUPTED",
        error_message="The run was killed before it ended; nothing of it was kept.",
    )
    return models.SyncRun.objects.create(
        layer_id=layer, job_id=job_id, started_at=now, status=RunStatus.RUNNING, mode=mode
    )


@transaction.atomic
def begin_again(run: models.SyncRun, *, reason: FallbackReason) -> None:
    """Write that an incremental run goes on as a full one, and forget the rows it has refused so far."""
    models.SyncReject.objects.filter(run_id=run.pk).delete()
    models.SyncRun.objects.filter(pk=run.pk).update(mode=SyncMode.FULL, fallback_reason=reason)


def record_success(
    session: psycopg.Connection,
    *,
    run: models.SyncRun,
    layer: Layer,
    source: Source,
    outcome: Mapping[str, Any],
    row_count: int,
    checksum: str,
) -> None:
    """Write the outcome of a run in the transaction that changed the cache, so that they agree."""
    now = timezone.now()
    fields = {
        **outcome,
        "status": RunStatus.SUCCEEDED.value,
        "finished_at": now,
        "duration_s": (now - run.started_at).total_seconds(),
        "source_version": source.version,
    }
    update_row(session, "grid_syncrun", "id", run.pk, fields)
    session.execute(
        _CONFIRM, {"version": source.version, "looked_at": source.looked_at, "layer": run.layer_id}
    )
    state = {
        "source_version": source.version,
        "table_versions": json.dumps(source.versions),
        "definition": layer.definition,
        "watermark_at": _newest_cached(session, layer, source.looked_at),
        "row_count": row_count,
        "reject_count": outcome["rows_rejected"],
        "checksum": checksum,
        "synced_at": now,
    }
    update_row(session, "grid_synclayer", "key", run.layer_id, state)


def _newest_cached(session: psycopg.Connection, layer: Layer, looked_at: datetime) -> datetime | None:
    """Return the newest watermark in the cache; moments after the clock are wrong and do not count."""
    if layer.watermark is None:
        return None
    row = session.execute(
        sql.SQL("SELECT max({column}) FROM {table} WHERE {column} <= %s").format(
            column=sql.Identifier(layer.watermark.cached), table=sql.Identifier(layer.table)
        ),
        (looked_at,),
    ).fetchone()
    return row[0] if row else None


def record_failure(
    *, run: models.SyncRun, status: RunStatus, code: str, message: str, rows: Mapping[str, int | None]
) -> None:
    """Mark a run that changed nothing as failed or cancelled."""
    now = timezone.now()
    models.SyncRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        status=status,
        finished_at=now,
        duration_s=(now - run.started_at).total_seconds(),
        error_code=code,
        error_message=message,
        **rows,
    )


def record_skipped(*, layer: str, job_id: uuid.UUID | None, failed: str) -> None:
    """Write that a layer was not run because one that it depends on failed."""
    now = timezone.now()
    models.SyncLayer.objects.get_or_create(pk=layer)
    models.SyncRun.objects.create(
        layer_id=layer,
        job_id=job_id,
        started_at=now,
        finished_at=now,
        status=RunStatus.SKIPPED,
        error_code="DEPENDENCY_FAILED",
        error_message=f"Layer {failed}, on which it depends, failed.",
    )


def has_succeeded(*, layer: str, job_id: uuid.UUID) -> bool:
    """Return whether a job has already synced a layer, as one that was begun anew may have."""
    return models.SyncRun.objects.filter(layer_id=layer, job_id=job_id, status=RunStatus.SUCCEEDED).exists()


def tidy(layer: str) -> None:
    """Delete the oldest runs of a layer and the refused rows of all but its newest runs."""
    newest = list(models.SyncRun.objects.filter(layer_id=layer).order_by("-pk").values_list("pk", flat=True))
    models.SyncReject.objects.filter(run__layer_id=layer).exclude(
        run_id__in=newest[:KEEP_REJECTS_OF_RUNS]
    ).delete()
    models.SyncRun.objects.filter(layer_id=layer).exclude(pk__in=newest[:KEEP_RUNS]).delete()


def update_row(
    session: psycopg.Connection, table: str, key: str, value: Any, fields: Mapping[str, Any]
) -> None:
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in fields
    )
    session.execute(
        sql.SQL("UPDATE {} SET {} WHERE {} = {}").format(
            sql.Identifier(table), assignments, sql.Identifier(key), sql.Placeholder("_key")
        ),
        {**fields, "_key": value},
    )
