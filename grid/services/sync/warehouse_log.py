"""Notes in the warehouse what a sync did, for whoever looks from there."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.db import Error as DjangoDatabaseError

from grid import models
from grid.layers import RunStatus
from grid.warehouse import Warehouse, WarehouseError, pa_schema
from grid.warehouse.tables import sync_log

logger = logging.getLogger(__name__)

FINISHED = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED)


def note_runs(warehouse: Warehouse, *, job_id: uuid.UUID) -> int:
    """Append the finished runs of a job to ``postgres_sync.sync_log``, each once.

    Returns:
        The number of runs noted. The runs in the cache outlive a warehouse that is away.
    """
    runs = models.SyncRun.objects.filter(job_id=job_id, status__in=FINISHED).order_by("pk")
    noted = 0
    try:
        for run in runs:  # one batch each, so that a job begun anew notes none twice
            rows = pa.Table.from_pylist([_row(run)], schema=pa_schema(sync_log))
            noted += warehouse.append(sync_log, rows, f"sync/{job_id}/{run.pk}")
    except (WarehouseError, DjangoDatabaseError) as error:
        logger.warning("Unable to note the runs of job %s in the warehouse: %s", job_id, error)
    return noted


def _row(run: models.SyncRun) -> dict[str, Any]:
    changed = (run.rows_inserted, run.rows_updated, run.rows_deleted)
    finished_at = run.finished_at or run.started_at
    return {
        "sync_id": str(run.pk),
        "layer_name": run.layer_id,
        "sync_mode": run.mode or "FULL",
        "status": run.status,
        "started_at": _naive(run.started_at),
        "completed_at": _naive(finished_at),
        "duration_s": (finished_at - run.started_at).total_seconds(),
        "rows_synced": sum(count or 0 for count in changed),  # a run that failed changed nothing
        "rows_rejected": run.rows_rejected,
        "error_message": run.error_message or None,
    }


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
