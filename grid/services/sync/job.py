"""The job that syncs layers: parents before children, then what only then can be deleted."""

from __future__ import annotations

from typing import Any

from flux_site.api.errors import FluxError
from flux_site.jobs.context import JobContext
from grid.layers import Layer, SyncMode, dependants, in_order
from grid.selectors.sync import version_of
from grid.selectors.warehouse import get_warehouse
from grid.services.sync import records
from grid.services.sync.errors import SyncError, as_sync_error
from grid.services.sync.freshness import confirm_unchanged
from grid.services.sync.pruning import prune
from grid.services.sync.reporting import JobShare
from grid.services.sync.running import LayerOutcome, run_layer
from grid.services.sync.source import size_of
from grid.services.sync.warehouse_log import note_runs
from grid.services.synced import after_sync
from grid.warehouse import Warehouse, WarehouseError

KIND = "grid.sync"

_MODES = {
    SyncMode.FULL: "",
    SyncMode.WATERMARK: "in increments by watermark, ",
    SyncMode.CHANGES: "in increments by change, ",
}


class _Progress:
    """Shares out a job's progress over its layers by their sizes."""

    def __init__(self, context: JobContext, layers: list[Layer], warehouse: Warehouse) -> None:
        self._context = context
        self._weights = {layer.key: _weight(layer, warehouse) for layer in layers}
        self._total = sum(self._weights.values())
        self._done = 0.0

    def begin(self, layer: Layer) -> JobShare:
        """Return where the run of ``layer`` reports to."""
        share = self._weights[layer.key] / self._total
        report = JobShare(self._context, first_frac=self._done, share_frac=share)
        self._done += share
        return report


def carry_out(context: JobContext) -> dict[str, Any]:
    """Sync the layers named in the job's inputs; safe to run twice.

    A layer that fails stops only those that depend on it.

    Returns:
        The rows read, inserted, updated, deleted and rejected over all layers, and the layers left out
        because nothing had changed.

    Raises:
        SyncError: after the last layer, if any failed; it names them all.
        JobCancelled: if the job was cancelled; layers already finished stay synced.
    """
    warehouse = get_warehouse()
    try:
        return _sync(context, warehouse)
    finally:
        note_runs(warehouse, job_id=context.job_id)


def _sync(context: JobContext, warehouse: Warehouse) -> dict[str, Any]:
    layers = in_order(context.inputs["layers"])
    progress = _Progress(context, layers, warehouse)
    outcomes: list[LayerOutcome] = []
    failures: dict[str, FluxError] = {}
    skipped: dict[str, str] = {}
    unchanged: list[str] = []
    for layer in layers:
        report = progress.begin(layer)
        report.progress(0.0, f"{layer.title}: looking at the source")
        if layer.key in skipped:
            records.record_skipped(layer=layer.key, job_id=context.job_id, failed=skipped[layer.key])
            context.log(f"{layer.key}: skipped, because {skipped[layer.key]} failed.")
            continue
        try:
            if _may_leave_out(context, layer):
                unchanged.append(layer.key)
                continue
            if _has_no_source(layer, layers, warehouse):
                context.log(
                    f"{layer.key}: left out, because the warehouse holds no {layer.main_table.fullname}."
                )
                continue
            outcome = run_layer(
                layer=layer,
                warehouse=warehouse,
                report=report,
                force=bool(context.inputs.get("force")),
                incremental=bool(context.inputs.get("only_stale")),
            )
        except (FluxError, WarehouseError) as error:
            fault = as_sync_error(error) or SyncError(str(error))
            failures[layer.key] = fault
            context.log(f"{layer.key}: failed, {fault.code}: {fault.message}")
            skipped |= dict.fromkeys(dependants(layer.key), layer.key)
            continue
        outcomes.append(outcome)
        context.log(_line(outcome))
    pruned = _prune(context, outcomes, failures)
    after_sync({outcome.layer for outcome in outcomes if _changed(outcome)}, report=context.log)
    if unchanged:
        context.log(f"Unchanged since the last sync: {', '.join(unchanged)}.")
    if failures:
        raise _summary(failures, [key for key in skipped if any(layer.key == key for layer in layers)])
    return _counts(outcomes, unchanged, pruned)


def _changed(outcome: LayerOutcome) -> bool:
    return bool(outcome.rows_inserted or outcome.rows_updated or outcome.rows_deleted)


def _may_leave_out(context: JobContext, layer: Layer) -> bool:
    if context.attempt > 1 and records.has_succeeded(layer=layer.key, job_id=context.job_id):
        return True
    return bool(context.inputs.get("only_stale")) and confirm_unchanged(layer)


def _has_no_source(layer: Layer, asked: list[Layer], warehouse: Warehouse) -> bool:
    """Return whether a layer is left out of a sync of others, since operations do without it."""
    if not layer.is_optional or all(each.is_optional for each in asked):
        return False
    return version_of(layer, warehouse) is None


def _prune(context: JobContext, outcomes: list[LayerOutcome], failures: dict[str, FluxError]) -> int:
    """Delete, children first, what was still referenced when its own layer was synced."""
    pruned = 0
    for outcome in reversed(outcomes):
        if not outcome.still_referenced:
            continue
        try:
            count = prune(outcome)
        except SyncError as error:
            failures[outcome.layer] = error
            continue
        pruned += count
        left = len(outcome.still_referenced) - count
        context.log(f"{outcome.layer}: {count:,} rows deleted in the second pass, {left:,} still referenced.")
    return pruned


def _weight(layer: Layer, warehouse: Warehouse) -> int:
    try:
        return size_of(layer, warehouse)
    except WarehouseError:
        return 1  # the run of the layer itself will say what is wrong


def _line(outcome: LayerOutcome) -> str:
    rate = outcome.rows_read / outcome.duration_s if outcome.duration_s > 0 else 0.0
    return (
        f"{outcome.layer}: {_MODES[outcome.mode]}{outcome.rows_read:,} rows in {outcome.duration_s:.2f} s "
        f"({rate:,.0f} rows/s), "
        f"{outcome.rows_inserted:,} new, {outcome.rows_updated:,} changed, {outcome.rows_deleted:,} deleted, "
        f"{outcome.rows_rejected:,} rejected; {outcome.row_count:,} in the cache."
    )


def _summary(failures: dict[str, FluxError], skipped: list[str]) -> SyncError:
    codes = {error.code for error in failures.values()}
    said = "; ".join(f"{key}: {error.message}" for key, error in failures.items())
    left_out = f" Not run because they depend on it: {', '.join(sorted(skipped))}." if skipped else ""
    return SyncError(f"{said}{left_out}", code=codes.pop() if len(codes) == 1 else None)


def _counts(outcomes: list[LayerOutcome], unchanged: list[str], pruned: int) -> dict[str, Any]:
    names = ("rows_read", "rows_inserted", "rows_updated", "rows_deleted", "rows_rejected")
    totals: dict[str, Any] = {name: sum(getattr(outcome, name) for outcome in outcomes) for name in names}
    totals["rows_deleted"] += pruned
    totals["rows_rejected"] -= pruned
    return totals | {"layers_synced": len(outcomes), "layers_unchanged": len(unchanged)}
