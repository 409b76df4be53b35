"""A full run: the whole source is read, and the cache made equal to it."""

from __future__ import annotations

import time

from django.utils import timezone

from grid.selectors.sync import source_of, version_of
from grid.services.sync import (
    applying,
    checkpoints,
    edits,
    records,
    resolving,
    source,
    validation,
    verification,
)
from grid.services.sync.columns import references_to
from grid.services.sync.errors import AllRowsRejected, SourceIncomplete, SyncError
from grid.services.sync.rejects import MAX_STORED_PER_RUN
from grid.services.sync.run import APPLIED, CHECKED, EXTRACTED, LayerOutcome, Run, Source


def carry_out(run: Run) -> LayerOutcome:
    """Read, check, apply, verify and record; raises what ``running.run_layer`` raises."""
    found = look_at_source(run)
    expected = source.count_rows(found.query, run.warehouse)
    read = checkpoints.fill(run, found, expected=expected)
    run.counts["rows_read"] = read
    if read != expected and version_of(run.layer, run.warehouse) == found.version:
        checkpoints.discard(run.session, run.layer.key)
        raise SourceIncomplete(
            f"The warehouse counts {expected} rows for {run.layer.key} but delivered {read}. "
            "Nothing was changed."
        )
    rejected = validate(run)
    if read and rejected == read:
        reason = validation.most_frequent_reason(run.session)
        checkpoints.discard(run.session, run.layer.key)
        raise AllRowsRejected(
            f"All {read} rows of {run.layer.key} were rejected, most for {reason}. Nothing was changed."
        )
    run.progress(CHECKED, "applying")
    with run.session.transaction():
        outcome = _apply(run, found, read=read, rejected=rejected)
        checkpoints.discard(run.session, run.layer.key)
        run.progress(APPLIED, "committing")
    return outcome


def look_at_source(run: Run) -> Source:
    """Return versions and query. The versions come first: a later commit then shows as stale."""
    looked_at = timezone.now()
    seen = edits.look(run.layer, run.warehouse)
    versions, version = source_of(run.layer, run.warehouse)
    query = source.query_of(run.layer, run.warehouse, now=looked_at)
    if version is None:
        source.count_rows(query, run.warehouse)  # names the table that was never loaded
        raise SyncError(f"The source of {run.layer.key} was never loaded.", code="SOURCE_NOT_LOADED")
    return Source(looked_at=looked_at, versions=versions, version=version, query=query, edits_seen=seen)


def validate(run: Run) -> int:
    """Refuse rows for what only other rows or PostGIS can tell; return how many were refused in all."""
    run.progress(EXTRACTED, "checking")
    validation.refuse(run.session, run.columns)
    by_reason = validation.store_rejects(run.session, run.row.pk)
    rejected = sum(by_reason.values())
    run.counts["rows_rejected"] = rejected
    if rejected:
        listed = ", ".join(f"{reason} {count:,}" for reason, count in by_reason.items())
        run.report.log(f"{run.layer.key}: {rejected:,} rows rejected ({listed}).")
    return rejected


def change_rows(
    run: Run, found: Source, *, rows_in_source: int, rejected: int, only_touched: bool
) -> applying.Changes:
    """Update, insert and delete rows; must run in the run's transaction.

    Raises:
        SuspiciousDelete: if most of the layer would go and the run is not forced.
    """
    session, layer = run.session, run.layer
    edits.keep_off(session, layer, found.edits_seen, only_touched=only_touched)
    references = references_to(layer.model)
    cached, doomed = applying.find_doomed(session, layer.table, references, only_touched=only_touched)
    if not run.force:
        is_windowed = layer.loses_rows_by_age
        applying.refuse_mass_delete(
            layer=layer.key,
            cached=cached,
            doomed=doomed,
            read=run.warehouse.row_count(layer.counted_table) if is_windowed else rows_in_source,
            is_windowed=is_windowed,
        )
    changes = applying.apply(
        session, table=layer.table, columns=run.columns, is_filling=cached == 0 and not only_touched
    )
    if changes.still_referenced:
        room = max(0, MAX_STORED_PER_RUN - rejected)
        applying.refuse_deletes(
            session, table=layer.table, columns=run.columns, run_id=run.row.pk, limit=room
        )
    return changes


def record(
    run: Run,
    found: Source,
    changes: applying.Changes,
    *,
    read: int,
    rejected: int,
    row_count: int,
    checksum: str,
) -> LayerOutcome:
    """Write the outcome of the run in its transaction."""
    session, layer = run.session, run.layer
    counts = {
        "rows_read": read,
        "rows_inserted": changes.inserted,
        "rows_updated": changes.updated,
        "rows_deleted": changes.deleted,
        "rows_rejected": rejected + len(changes.still_referenced),
    }
    resolving.resolve_rejects(session, layer=layer.key, table=layer.table, run_id=run.row.pk)
    records.record_success(
        session,
        run=run.row,
        layer=layer,
        source=found,
        outcome=counts,
        row_count=row_count,
        checksum=checksum,
    )
    return LayerOutcome(
        layer=layer.key,
        run_id=run.row.pk,
        mode=run.mode,
        fallback_reason=run.fallback_reason,
        source_version=found.version,
        row_count=row_count,
        checksum=checksum,
        duration_s=time.monotonic() - run.began,
        still_referenced=changes.still_referenced,
        edits_seen=found.edits_seen,
        **counts,
    )


def _apply(run: Run, found: Source, *, read: int, rejected: int) -> LayerOutcome:
    changes = change_rows(run, found, rows_in_source=read, rejected=rejected, only_touched=False)
    row_count, checksum = verification.verify(
        run.session, layer=run.layer.key, table=run.layer.table, columns=run.columns
    )
    return record(run, found, changes, read=read, rejected=rejected, row_count=row_count, checksum=checksum)
