"""One run of one layer, from the warehouse to the cache."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from django.db import Error as DjangoDatabaseError
from django.utils import timezone
from psycopg import sql

from flux_site.jobs.context import JobCancelled
from grid import models
from grid.layers import Layer, RunStatus
from grid.selectors.sync import version_of
from grid.services.sync import (
    applying,
    notify,
    records,
    resolving,
    source,
    staging,
    validation,
    verification,
)
from grid.services.sync.columns import Column, columns_of, references_to
from grid.services.sync.connection import cancelled_with_job, locked_connection
from grid.services.sync.errors import AllRowsRejected, SourceIncomplete, SyncError, as_sync_error
from grid.services.sync.rejects import MAX_STORED_PER_RUN
from grid.services.sync.reporting import Report, Silence
from grid.warehouse import Warehouse

logger = logging.getLogger(__name__)

ANALYZE_FROM_ROWS = 1_000
"""Changed rows from which the planner's statistics are renewed at once."""

_EXTRACTED, _CHECKED, _APPLIED = 0.55, 0.65, 0.9  # shares of a run's time, for progress


@dataclass(frozen=True, kw_only=True)
class LayerOutcome:
    """What a good run of a layer did. Rejects include rows gone from the source but still referenced."""

    layer: str
    run_id: int
    source_version: str
    rows_read: int
    rows_inserted: int
    rows_updated: int
    rows_deleted: int
    rows_rejected: int
    row_count: int
    checksum: str
    duration_s: float
    still_referenced: tuple[str, ...] = ()


@dataclass(kw_only=True)
class _Run:
    layer: Layer
    warehouse: Warehouse
    session: psycopg.Connection
    row: models.SyncRun
    report: Report
    force: bool
    columns: tuple[Column, ...]
    counts: dict[str, int | None] = field(default_factory=lambda: {"rows_read": None, "rows_rejected": None})


def run_layer(
    *, layer: Layer, warehouse: Warehouse, report: Report | None = None, force: bool = False
) -> LayerOutcome:
    """Make a layer's table equal to its source, in one transaction, and prove it.

    Rows that cannot be accepted are kept as rejects with a reason; the rest is loaded. Readers see the
    table before or after, never in between. On any error the table is as it was.

    Args:
        layer: what to sync.
        warehouse: the source.
        report: takes progress and log lines and may cancel the run.
        force: also delete most of the layer if the source says so.

    Raises:
        LayerBusy: if another run of the layer has not ended.
        SyncError: naming what went wrong; the run's row holds the same.
        DatabaseUnavailable: if PostgreSQL went away.
        JobCancelled: if the job was cancelled.
    """
    report = report or Silence()
    began = time.monotonic()
    try:
        with locked_connection(layer.key) as session:
            row = records.begin_run(layer=layer.key, job_id=report.job_id)
            notify.publish(layer.key)
            run = _Run(
                layer=layer,
                warehouse=warehouse,
                session=session,
                row=row,
                report=report,
                force=force,
                columns=columns_of(layer.model),
            )
            outcome = _recorded(run, lambda: _carry_out(run, began))
            _after_success(run, outcome)
    except psycopg.Error as error:
        fault = as_sync_error(error)
        raise (fault or SyncError(str(error))) from error
    finally:
        notify.publish(layer.key)
    return outcome


def _recorded(run: _Run, carry_out: Callable[[], LayerOutcome]) -> LayerOutcome:
    """Carry out a run; if it fails, write so before passing the error on."""
    try:
        with cancelled_with_job(run.session, run.report.job_id):
            return carry_out()
    except JobCancelled:
        _record_failure(run, RunStatus.CANCELLED, "CANCELLED", "The job was cancelled; nothing was changed.")
        raise
    except Exception as error:
        fault = as_sync_error(error)
        code = fault.code if fault else "INTERNAL_ERROR"
        message = fault.message if fault else f"{type(error).__name__}: {error}"
        _record_failure(run, RunStatus.FAILED, code, message)
        if fault is None or fault is error:
            raise
        raise fault from error


def _record_failure(run: _Run, status: RunStatus, code: str, message: str) -> None:
    """Write the end of a failed run; if PostgreSQL is away, the next run of the layer will."""
    try:
        records.record_failure(run=run.row, status=status, code=code, message=message, rows=run.counts)
    except Exception:
        logger.exception("Unable to record the end of run %s of layer %s", run.row.pk, run.layer.key)


def _carry_out(run: _Run, began: float) -> LayerOutcome:
    looked_at = timezone.now()
    version, query, expected = _look_at_source(run)
    staging.create_staging(run.session, run.layer.table)
    read = staging.stage(
        run.session,
        batches=run.warehouse.select_arrow(query),
        columns=run.columns,
        after_batch=lambda rows: run.report.progress(
            _EXTRACTED * rows / max(expected, rows, 1),
            f"{run.layer.title}: {rows:,} of {expected:,} rows read",
        ),
    )
    run.counts["rows_read"] = read
    if read != expected and version_of(run.layer, run.warehouse) == version:
        raise SourceIncomplete(
            f"The warehouse counts {expected} rows for {run.layer.key} but delivered {read}. "
            "Nothing was changed."
        )
    rejected = _validate(run, read)
    run.report.progress(_CHECKED, f"{run.layer.title}: applying")
    with run.session.transaction():
        outcome = _apply(run, version=version, looked_at=looked_at, read=read, rejected=rejected, began=began)
        run.report.progress(_APPLIED, f"{run.layer.title}: committing")
    return outcome


def _look_at_source(run: _Run) -> tuple[str, Any, int]:
    """Return version, query and row count. The version comes first: a later commit then shows as stale."""
    version = version_of(run.layer, run.warehouse)
    query = source.query_of(run.layer, run.warehouse, now=timezone.now())
    expected = source.count_rows(query, run.warehouse)
    if version is None:
        raise SyncError(f"The source of {run.layer.key} was never loaded.", code="SOURCE_NOT_LOADED")
    return version, query, expected


def _validate(run: _Run, read: int) -> int:
    run.report.progress(_EXTRACTED, f"{run.layer.title}: checking")
    validation.refuse_duplicates(run.session, run.columns)
    validation.refuse_bad_lines(run.session, run.columns)
    validation.refuse_orphans(run.session, run.columns)
    by_reason = validation.store_rejects(run.session, run.row.pk)
    rejected = sum(by_reason.values())
    run.counts["rows_rejected"] = rejected
    if rejected:
        listed = ", ".join(f"{reason} {count:,}" for reason, count in by_reason.items())
        run.report.log(f"{run.layer.key}: {rejected:,} rows rejected ({listed}).")
    if read and rejected == read:
        raise AllRowsRejected(
            f"All {read} rows of {run.layer.key} were rejected, most for {next(iter(by_reason))}. "
            "Nothing was changed."
        )
    return rejected


def _apply(
    run: _Run, *, version: str, looked_at: datetime, read: int, rejected: int, began: float
) -> LayerOutcome:
    session, table = run.session, run.layer.table
    references = references_to(run.layer.model)
    cached, doomed = applying.find_doomed(session, table, references)
    if not run.force:
        is_windowed = run.layer.window is not None
        applying.refuse_mass_delete(
            layer=run.layer.key,
            cached=cached,
            doomed=doomed,
            read=run.warehouse.row_count(run.layer.counted_table) if is_windowed else read,
            is_windowed=is_windowed,
        )
    changes = applying.apply(session, table=table, columns=run.columns, references=references)
    row_count, checksum = verification.verify(session, layer=run.layer.key, table=table, columns=run.columns)
    if changes.still_referenced:
        room = max(0, MAX_STORED_PER_RUN - rejected)
        applying.refuse_deletes(session, table=table, columns=run.columns, run_id=run.row.pk, limit=room)
    counts = {
        "rows_read": read,
        "rows_inserted": changes.inserted,
        "rows_updated": changes.updated,
        "rows_deleted": changes.deleted,
        "rows_rejected": rejected + len(changes.still_referenced),
    }
    resolving.resolve_rejects(session, layer=run.layer.key, table=table, run_id=run.row.pk)
    records.record_success(
        session,
        run=run.row,
        outcome=counts,
        row_count=row_count,
        checksum=checksum,
        source_version=version,
        looked_at=looked_at,
    )
    return LayerOutcome(
        layer=run.layer.key,
        run_id=run.row.pk,
        source_version=version,
        row_count=row_count,
        checksum=checksum,
        duration_s=time.monotonic() - began,
        still_referenced=changes.still_referenced,
        **counts,
    )


def _after_success(run: _Run, outcome: LayerOutcome) -> None:
    """Renew statistics and tidy; the data is safe, so a failure here is only worth a warning."""
    try:
        if outcome.rows_inserted + outcome.rows_updated + outcome.rows_deleted >= ANALYZE_FROM_ROWS:
            run.session.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(run.layer.table)))
        records.tidy(run.layer.key)
    except (psycopg.Error, DjangoDatabaseError) as error:
        logger.warning("Unable to tidy up after the statistics of %s: %s", run.layer.table, error)
