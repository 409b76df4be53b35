"""One run of one layer, from the warehouse to the cache."""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from django.db import Error as DjangoDatabaseError
from psycopg import sql

from flux_site.jobs.context import JobCancelled
from grid.layers import Layer, RunStatus, SyncMode
from grid.services.sync import checkpoints, full, increments, notify, records, staging
from grid.services.sync.columns import columns_of
from grid.services.sync.connection import cancelled_with_job, locked_connection
from grid.services.sync.errors import SyncError, as_sync_error
from grid.services.sync.reporting import Report, Silence
from grid.services.sync.run import LayerOutcome, Run
from grid.warehouse import Warehouse

__all__ = ["LayerOutcome", "run_layer"]

logger = logging.getLogger(__name__)

ANALYZE_FROM_ROWS = 1_000
"""Changed rows from which the planner's statistics are renewed at once."""


def run_layer(
    *,
    layer: Layer,
    warehouse: Warehouse,
    report: Report | None = None,
    force: bool = False,
    incremental: bool = False,
) -> LayerOutcome:
    """Make a layer's table equal to its source, in one transaction, and prove it.

    Rows that cannot be accepted are kept as rejects with a reason; the rest is loaded. Readers see the
    table before or after, never in between. On any error the table is as it was.

    Args:
        layer: what to sync.
        warehouse: the source.
        report: takes progress and log lines and may cancel the run.
        force: also delete most of the layer if the source says so.
        incremental: read only the rows that changed, in the layer's own mode; where that cannot be proved
            right the same run goes on as a full one.

    Raises:
        LayerBusy: if another run of the layer has not ended.
        SyncError: naming what went wrong; the run's row holds the same.
        DatabaseUnavailable: if PostgreSQL went away.
        JobCancelled: if the job was cancelled.
    """
    report = report or Silence()
    mode = layer.mode if incremental else SyncMode.FULL
    try:
        with locked_connection(layer.key) as session:
            row = records.begin_run(layer=layer.key, job_id=report.job_id, mode=mode)
            notify.publish(layer.key)
            run = Run(
                layer=layer,
                warehouse=warehouse,
                session=session,
                row=row,
                report=report,
                force=force,
                columns=columns_of(layer.model),
                mode=mode,
            )
            outcome = _recorded(run, lambda: _carry_out(run))
            _after_success(run, outcome)
    except psycopg.Error as error:
        fault = as_sync_error(error)
        raise (fault or SyncError(str(error))) from error
    finally:
        notify.publish(layer.key)
    return outcome


def _carry_out(run: Run) -> LayerOutcome:
    if run.mode == SyncMode.FULL:
        return full.carry_out(run)
    try:
        return increments.carry_out(run)
    except increments.FullRunNeeded as need:
        run.report.log(f"{run.layer.key}: a full run, because {need.detail} ({need.reason}).")
        staging.drop(run.session)
        records.begin_again(run.row, reason=need.reason)
        run.mode, run.fallback_reason = SyncMode.FULL, need.reason
        return full.carry_out(run)


def _recorded(run: Run, carry_out: Callable[[], LayerOutcome]) -> LayerOutcome:
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


def _record_failure(run: Run, status: RunStatus, code: str, message: str) -> None:
    """Write the end of a failed run; if PostgreSQL is away, the next run of the layer will."""
    try:
        records.record_failure(run=run.row, status=status, code=code, message=message, rows=run.counts)
    except Exception:
        logger.exception("Unable to record the end of run %s of layer %s", run.row.pk, run.layer.key)


def _after_success(run: Run, outcome: LayerOutcome) -> None:
    """Renew statistics and tidy; the data is safe, so a failure here is only worth a warning."""
    try:
        if outcome.rows_inserted + outcome.rows_updated + outcome.rows_deleted >= ANALYZE_FROM_ROWS:
            run.session.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(run.layer.table)))
        checkpoints.drop_leftovers(run.session)
        records.tidy(run.layer.key)
    except (psycopg.Error, DjangoDatabaseError) as error:
        logger.warning("Unable to tidy up after the statistics of %s: %s", run.layer.table, error)
