"""The job that imports a file: into the warehouse in one commit, then from there into the cache."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from django.db import transaction
from django.utils import timezone

from flux_site.api.errors import NotFound
from flux_site.jobs.context import JobContext
from grid import models
from grid.intake.checking import Refused, plain_rows
from grid.intake.computed import METHODS, Method
from grid.intake.merging import LateRefusal, Merger, Mode
from grid.layers import Layer
from grid.selectors.warehouse import get_warehouse
from grid.services.imports.errors import ImportRefused, as_refusals
from grid.services.imports.plans import Plan, make_plan, opened, parse_mode, parse_options
from grid.services.sync.errors import LayerBusy
from grid.services.sync.pruning import prune
from grid.services.sync.reporting import JobShare
from grid.services.sync.running import LayerOutcome, run_layer
from grid.warehouse import Expected, Warehouse, WarehouseConflict, tables
from grid.warehouse.statements import reading_as_empty

MAX_STORED = 10_000
"""Refused rows kept of one import. All are counted."""

GUARD_FROM_ROWS = 100
"""Rows from which a table is guarded against losing most of them."""

_ATTEMPTS = 5
_WAIT_FOR_LAYER_S = 900.0
_READ, _MERGED, _WRITTEN = 0.4, 0.55, 0.7  # shares of an import's time, for progress


def carry_out(context: JobContext) -> dict[str, Any]:
    """Import the file of a job and sync its layer; safe to run twice.

    Nothing is written to the warehouse before the whole file was read and checked. The batch carries an id
    made of the file, the mapping and the mode, so a second run writes nothing.

    Returns:
        The rows read, refused, new, known and kept, and what the sync did.

    Raises:
        NotFound: if the import was deleted.
        ImportRefused: if the file is damaged, no row is good, or most of the layer would go.
        SyncError: if the warehouse holds the file's rows but the cache could not take them.
        JobCancelled: if the job was cancelled; before the commit nothing was written.
    """
    row = models.FileImport.objects.select_related("file").filter(pk=context.inputs["import_id"]).first()
    if row is None:
        raise NotFound("The import of this job was deleted.")
    options = parse_options(row.options)
    context.progress(0.0, "Opening the file")
    with opened(row.file, options) as (source, folder):
        plan = make_plan(
            layer=row.layer, source=source, mapping=row.mapping, options=options, mode=parse_mode(row.mode)
        )
        run = _Import(context=context, row=row, plan=plan, folder=folder)
        counts = run.into_warehouse()
    outcome = _synced(context, plan.layer, force=row.is_forced)
    pruned = prune(outcome) if outcome.still_referenced else 0
    return counts | {
        "cache_inserted": outcome.rows_inserted,
        "cache_updated": outcome.rows_updated,
        "cache_deleted": outcome.rows_deleted + pruned,
        "cache_rejected": outcome.rows_rejected - pruned,
    }


def _synced(context: JobContext, layer: Layer, *, force: bool) -> LayerOutcome:
    """Sync the layer, once a run of it that is under way has ended."""
    share = JobShare(context, first_frac=_WRITTEN, share_frac=1.0 - _WRITTEN)
    deadline = time.monotonic() + _WAIT_FOR_LAYER_S
    while True:
        try:
            return run_layer(layer=layer, warehouse=get_warehouse(), report=share, force=force)
        except LayerBusy:
            if time.monotonic() > deadline:
                raise
            share.progress(0.0, "Waiting for another run of the layer")
            time.sleep(0.5)


class _Import:
    """One import under way."""

    def __init__(self, *, context: JobContext, row: models.FileImport, plan: Plan, folder: Path) -> None:
        self._context = context
        self._row = row
        self._plan = plan
        self._warehouse: Warehouse = get_warehouse()
        self._mode = parse_mode(row.mode)
        self._merger = Merger(folder, table=plan.table, mapping=plan.mapping, mode=self._mode)
        self._read = 0
        self._refused_count = 0
        self._refused: list[Refused] = []
        self._refused_keys: list[str] = []

    def into_warehouse(self) -> dict[str, Any]:
        """Read, check, join and write; return the counts."""
        with as_refusals():
            accepted = self._merger.write_checked(self._checked(), self._plan.checker.schema)
            self._merger.write_refused_keys(self._refused_keys)
        self._log_read()
        if self._read and not accepted:
            self._store_refused([])
            raise ImportRefused(
                f"All {self._read:,} rows were refused, most for {self._commonest_reason()}. "
                "Nothing was written.",
                code="ALL_ROWS_REJECTED",
            )
        if not self._read:
            raise ImportRefused(f"{self._row.file.name} has no rows.", code="FILE_EMPTY", field="file")
        try:
            with as_refusals():
                return self._merge_and_write()
        finally:
            self._merger.close()

    def _checked(self) -> Iterator[pa.RecordBatch]:
        for batch in self._plan.source.batches():
            checked = self._plan.checker.check(batch, first_row=self._read + 1)
            self._read += batch.num_rows
            self._refused_count += len(checked.refused)
            self._refused += checked.refused[: MAX_STORED - len(self._refused)]
            self._refused_keys += [each.row_key for each in checked.refused if each.row_key is not None]
            # How many rows there are is not known: the bar nears its share without reaching it.
            frac = _READ * (1.0 - 1.0 / (1.0 + self._read / 500_000))
            self._context.progress(frac, f"{self._read:,} rows read, {self._refused_count:,} refused")
            yield checked.rows

    def _merge_and_write(self) -> dict[str, Any]:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._write_once()
            except WarehouseConflict as error:
                if attempt == _ATTEMPTS:
                    raise ImportRefused(
                        f"{self._plan.table.name} was changed by others {_ATTEMPTS} times while the import "
                        "was at it; nothing was written.",
                        code=error.code,
                    ) from error
                self._context.log("The table was changed by another writer; joining to it anew.")
        raise AssertionError("unreachable")

    def _write_once(self) -> dict[str, Any]:
        table = self._plan.table
        self._context.progress(_READ, "Joining to the rows of the warehouse")
        expected = Expected(self._warehouse.version(table))
        present = self._merger.write_present(self._present_rows())
        late = self._merger.find_late_refusals(next_number=self._next_number())
        found = self._merger.counts()
        self._store_refused(late)
        counts = {
            "rows_read": self._read,
            "rows_refused": self._refused_count + len(late),
            "rows_new": found["new"],
            "rows_known": found["known"],
            "rows_kept": found["kept"],
        }
        if found["new"] + found["known"] == 0:
            raise ImportRefused(
                f"All {self._read:,} rows were refused. Nothing was written.", code="ALL_ROWS_REJECTED"
            )
        left = found["new"] + found["known"] + found["kept"]
        is_forced = self._row.is_forced or self._mode == Mode.MERGE
        if not is_forced and present >= GUARD_FROM_ROWS and left * 2 < present:
            raise ImportRefused(
                f"{table.name} holds {present:,} rows and would hold {left:,}. Nothing was written. "
                "Force the import if that is meant, or merge.",
                code="SUSPICIOUS_REPLACE",
            )
        written = self._warehouse.replace(
            table, self._reported(self._merger.rows(), left), self._row.batch_id, expected=expected
        )
        self._record_written(counts, written)
        return counts

    def _present_rows(self) -> Iterator[pa.RecordBatch]:
        query = reading_as_empty(sa.select(self._plan.table), self._plan.table)
        for batch in self._warehouse.select_arrow(query):
            self._context.check_cancelled()
            yield batch

    def _reported(self, batches: Iterator[pa.RecordBatch], total: int) -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in batches:
            done += batch.num_rows
            frac = _MERGED + (_WRITTEN - _MERGED) * done / max(total, 1)
            self._context.progress(frac, f"{done:,} of {total:,} rows written to the warehouse")
            yield batch

    def _next_number(self) -> int:
        """Return the first meter key that neither a meter nor a reading has had; 1 for other tables."""
        computed = self._plan.mapping.targets
        if METHODS.get((self._plan.table.name, "meter_key")) != Method.KEPT_OR_NEXT or (
            "meter_key" not in computed
        ):
            return 1
        highest = 0
        for table in (tables.meter_infrastructure, tables.ami_interval_readings, tables.ami_daily_usage):
            query = sa.select(sa.func.max(table.c.meter_key).label("highest")).select_from(table)
            found = self._warehouse.select_rows(reading_as_empty(query, table))[0]["highest"]
            highest = max(highest, int(found or 0))
        return highest + 1

    def _record_written(self, counts: dict[str, Any], written: int) -> None:
        fields = {name: value for name, value in counts.items() if name.startswith("rows_")}
        now = timezone.now()
        models.FileImport.objects.filter(pk=self._row.pk).update(**fields, written_at=now)
        if written:
            self._context.log(
                f"{written:,} rows written: {counts['rows_new']:,} new, {counts['rows_known']:,} known, "
                f"{counts['rows_kept']:,} kept."
            )
        else:
            self._context.log(
                "The warehouse holds this file, read in this way, already; nothing was written to it."
            )
        self._resolve_rejects(now)

    def _resolve_rejects(self, now: Any) -> None:
        """Mark the open refused rows of earlier imports whose key this one accepted."""
        earlier = models.ImportReject.objects.unresolved().filter(
            file_import__layer=self._row.layer, file_import__pk__lt=self._row.pk, row_key__isnull=False
        )
        keys = sorted({key for key in earlier.values_list("row_key", flat=True) if key is not None})
        accepted = self._merger.accepted_among(keys)
        for start in range(0, len(accepted), MAX_STORED):
            part = accepted[start : start + MAX_STORED]
            earlier.filter(row_key__in=part).update(resolved_at=now, resolved_by=self._row)

    def _store_refused(self, late: list[LateRefusal]) -> None:
        """Keep the refused rows, in place of those that an earlier attempt of this job kept."""
        room = MAX_STORED - len(self._refused)
        by_number = {each.row_number: each for each in late[:room]}
        rows = self._rows_of(by_number)
        refused = [
            *self._refused,
            *(
                Refused(
                    row_number=number,
                    row_key=each.row_key,
                    reason=each.reason,
                    column=each.column,
                    detail=f"{each.column} {each.problem}: {each.row_key!r}",
                    row=rows[number],
                )
                for number, each in by_number.items()
            ),
        ]
        with transaction.atomic():
            models.ImportReject.objects.filter(file_import=self._row).delete()
            models.ImportReject.objects.bulk_create(
                (
                    models.ImportReject(
                        file_import=self._row,
                        row_number=each.row_number,
                        row_key=each.row_key[:200] if each.row_key is not None else None,
                        reason=each.reason.value,
                        column=each.column,
                        detail=each.detail.replace("\0", "\ufffd"),
                        row=each.row,
                    )
                    for each in sorted(refused, key=lambda each: each.row_number)
                ),
                batch_size=1000,
            )
            models.FileImport.objects.filter(pk=self._row.pk).update(
                rows_read=self._read, rows_refused=self._refused_count + len(late)
            )
        if late:
            self._context.log(f"{len(late):,} more rows refused, for what other rows hold.")

    def _rows_of(self, wanted: dict[int, LateRefusal]) -> dict[int, dict[str, Any]]:
        """Return rows of the file by number; reads it again, since none was kept."""
        found: dict[int, dict[str, Any]] = {}
        if not wanted:
            return found
        first = 1
        for batch in self._plan.source.batches():
            numbers = [n for n in range(first, first + batch.num_rows) if n in wanted]
            if numbers:
                picked = plain_rows(batch.take(pa.array([n - first for n in numbers])))
                found |= dict(zip(numbers, picked, strict=True))
            first += batch.num_rows
            if len(found) == len(wanted):
                break
        return found

    def _log_read(self) -> None:
        self._context.log(
            f"{self._row.file.name}: {self._read:,} rows read, {self._refused_count:,} refused."
        )

    def _commonest_reason(self) -> str:
        reasons = [each.reason.value for each in self._refused]
        return max(set(reasons), key=reasons.count)
