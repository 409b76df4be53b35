"""An incremental run: only rows that changed are read, and the result is proved against the source.

Which rows are *touched* is told by the history of the main table or, for layers with a watermark, by
comparing key and watermark of every row of the source with the cache. Rows refused by the last run are
touched again each time. A touched row that the source no longer has is deleted. Whenever this cannot be
known or proved, ``FullRunNeeded`` is raised and nothing was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from grid import models
from grid.layers import FallbackReason, SyncMode
from grid.selectors.sync import version_of
from grid.services.sync import edits, full, source, staging, touched, verification
from grid.services.sync.errors import VerificationFailed
from grid.services.sync.run import CHECKED, EXTRACTED, LayerOutcome, Run, Source

MAX_LOOKUPS = 20_000
"""Rows looked up by key; with more changes a full run is quicker."""

KEYS_PER_QUERY = 4_000


class FullRunNeeded(Exception):
    """An incremental run cannot be right, or cannot be proved so."""

    def __init__(self, reason: FallbackReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def carry_out(run: Run) -> LayerOutcome:
    """Read what changed, check, apply, verify and record.

    Raises:
        FullRunNeeded: if only a full run can tell.
        SyncError: and whatever else ``running.run_layer`` raises.
    """
    found = full.look_at_source(run)
    state = models.SyncLayer.objects.get(pk=run.layer.key)
    _check_state(run, state)
    _check_supporting_tables(run, state)
    stage = staging.create(run.session, run.layer.table)
    touched.create(run.session)
    _add_refused(run, state)
    queries = _changed(run, found, state) if run.mode == SyncMode.CHANGES else _recent(run, found, state)
    run.progress(0.0, "reading what changed")
    read = staging.stage(
        run.session,
        into=stage,
        batches=_batches(run, queries),
        columns=run.columns,
        after_batch=lambda rows: run.progress(EXTRACTED / 2, f"{rows:,} changed rows read"),
    ).read
    run.counts["rows_read"] = read
    staging.analyze(run.session, stage)
    in_source = source.count_rows(found.query, run.warehouse)
    if version_of(run.layer, run.warehouse) != found.version:
        raise FullRunNeeded(FallbackReason.SOURCE_CHANGED, "its source changed while it was read")
    rejected = full.validate(run)
    run.progress(CHECKED, "applying")
    with run.session.transaction():
        return _apply(run, found, state, in_source=in_source, read=read, rejected=rejected)


def _check_state(run: Run, state: models.SyncLayer) -> None:
    if state.synced_at is None or not state.definition:
        raise FullRunNeeded(FallbackReason.FIRST_RUN, "no full run of it has ended well yet")
    if state.definition != run.layer.definition:
        raise FullRunNeeded(FallbackReason.DEFINITION_CHANGED, "the definition of the layer changed")


def _check_supporting_tables(run: Run, state: models.SyncLayer) -> None:
    """See that the values which rows take from other tables are those of the last run."""
    for table in run.layer.supporting_tables:
        since = state.table_versions.get(table.fullname)
        columns = run.layer.columns_read(table)
        keys = since and run.warehouse.changed_keys(table, since, columns=columns, limit=1)
        if not since or keys is None:
            raise FullRunNeeded(FallbackReason.HISTORY_GONE, f"the history of {table.fullname} is gone")
        if keys:
            raise FullRunNeeded(
                FallbackReason.SUPPORTING_TABLE_CHANGED, f"rows rest on {table.fullname}, which changed"
            )


def _add_refused(run: Run, state: models.SyncLayer) -> None:
    """Touch the rows that the last good run refused: they count against the source, and may be good now."""
    if not state.reject_count:
        return
    known = touched.add_refused(run.session, run.layer.key)
    if known != state.reject_count:
        raise FullRunNeeded(
            FallbackReason.REFUSED_ROWS_UNKNOWN,
            f"of the {state.reject_count} rows that the last run refused, {known} are known by their key",
        )


def _changed(run: Run, found: Source, state: models.SyncLayer) -> Iterator[sa.Select[Any]]:
    """Touch the rows that the history of the main table names; yield the queries that read them."""
    table = run.layer.main_table
    since = state.table_versions.get(table.fullname)
    keys = since and run.warehouse.changed_keys(
        table, since, columns=run.layer.columns_read(table), limit=MAX_LOOKUPS + 1
    )
    if keys is None or keys == "" or not since:
        raise FullRunNeeded(FallbackReason.HISTORY_GONE, f"the history of {table.fullname} is gone")
    _refuse_too_many(len(keys))
    touched.add(run.session, keys)
    return _lookups(run, found.query, touched.keys(run.session))


def _recent(run: Run, found: Source, state: models.SyncLayer) -> Iterator[sa.Select[Any]]:
    """Touch the rows written lately and those whose watermark differs; yield the queries that read them."""
    watermark = run.layer.watermark
    if watermark is None:
        raise TypeError(f"layer {run.layer.key} has no watermark")
    newest = min(state.watermark_at or datetime.min.replace(tzinfo=UTC), found.looked_at)
    since = newest - watermark.overlap if state.watermark_at else newest
    mark = watermark.column
    pair: list[Any] = [run.layer.source_key.label("id"), mark.label("mark")]
    pairs = found.query.with_only_columns(*pair, maintain_column_froms=True)
    touched.create_index(run.session, run.warehouse.select_arrow(pairs))
    older = touched.compare(run.session, table=run.layer.table, column=watermark.cached, since=since)
    _refuse_too_many(len(older))
    naive = since.replace(tzinfo=None)
    is_recent = sa.or_(mark >= naive, mark.is_(None))
    yield found.query.where(is_recent)
    yield from _lookups(run, found.query.where(mark < naive), older)


def _refuse_too_many(count: int) -> None:
    if count > MAX_LOOKUPS:
        raise FullRunNeeded(FallbackReason.TOO_MANY_CHANGES, f"more than {MAX_LOOKUPS:,} of its rows changed")


def _lookups(run: Run, query: sa.Select[Any], keys: Sequence[str]) -> Iterator[sa.Select[Any]]:
    key = run.layer.source_key
    starts = range(0, len(keys), KEYS_PER_QUERY)
    return (query.where(key.in_(keys[start : start + KEYS_PER_QUERY])) for start in starts)


def _batches(run: Run, queries: Iterator[sa.Select[Any]]) -> Iterator[pa.RecordBatch]:
    for query in queries:
        yield from run.warehouse.select_arrow(query)


def _apply(
    run: Run, found: Source, state: models.SyncLayer, *, in_source: int, read: int, rejected: int
) -> LayerOutcome:
    table, columns = run.layer.table, run.columns
    _, before = verification.touched_summary(run.session, table=table, columns=columns)
    changes = full.change_rows(run, found, rows_in_source=in_source, rejected=rejected, only_touched=True)
    is_edited = run.layer.edits is not None
    edited = edits.count_in_source(run.session) if is_edited and run.mode == SyncMode.WATERMARK else 0
    try:
        row_count, after = verification.verify_touched(
            run.session,
            layer=run.layer.key,
            table=table,
            columns=columns,
            accepted_in_source=in_source - rejected - edited,
        )
    except VerificationFailed as error:
        raise FullRunNeeded(FallbackReason.PROOF_FAILED, error.message) from error
    # The checksum of a table is the sum over its rows, so only the touched rows' share changes.
    checksum = str(int(state.checksum) - int(before) + int(after))
    if is_edited:  # rows that changed since the last run, and not by a sync
        row_count, checksum = verification.table_summary(run.session, table=table, columns=columns)
    return full.record(
        run, found, changes, read=read, rejected=rejected, row_count=row_count, checksum=checksum
    )
