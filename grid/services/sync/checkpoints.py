"""Reading a large source in chunks into staging tables that outlive the run, so that the next can go on.

A small or windowed layer is read at once into temporary tables. A large one is cut into ranges of its
key; each range is staged in one transaction together with the note of how far the run got. The tables are
UNLOGGED: after a crash of PostgreSQL they are empty, which the note then shows. A run goes on where an
earlier one ended only if the source, the definition of the layer and the staged rows are those of the note.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import sqlalchemy as sa
from django.utils import timezone

from grid.layers import LAYERS, lock_key
from grid.layers.locks import LOCK_CLASS
from grid.selectors.sync import version_of
from grid.services.sync import staging
from grid.services.sync.run import EXTRACTED, Run, Source
from grid.services.sync.staging import Stage

CHUNK_ROWS = 200_000
"""Layers of more rows are read in chunks of about so many."""

KEEP_UNFINISHED = timedelta(days=2)
"""After that the staging tables of a run that nobody went on with are dropped."""

_NOTE = """
INSERT INTO grid_synccheckpoint
    (layer_id, source_version, bounds, chunks_done, rows_read, rows_staged, rows_rejected, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (layer_id) DO UPDATE SET chunks_done = excluded.chunks_done, rows_read = excluded.rows_read,
    rows_staged = excluded.rows_staged, rows_rejected = excluded.rows_rejected,
    updated_at = excluded.updated_at
"""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """How far the reading of a source is."""

    version: str
    bounds: tuple[str, ...]
    chunks_done: int = 0
    rows_read: int = 0
    rows_staged: int = 0

    @property
    def rows_rejected(self) -> int:
        """The rows refused so far."""
        return self.rows_read - self.rows_staged

    @property
    def chunk_count(self) -> int:
        """The number of chunks."""
        return len(self.bounds) + 1


def fill(run: Run, found: Source, *, expected: int) -> int:
    """Stage the whole source; return the number of rows read.

    Args:
        run: the run.
        found: the source as the run found it.
        expected: its rows, as the warehouse counts them.
    """
    if run.layer.window is None and expected > CHUNK_ROWS:
        read = _fill_in_chunks(run, found, expected)
        if read is not None:
            return read
        run.report.log(f"{run.layer.key}: the source changed while it was read; it is read again in one go.")
    discard(run.session, run.layer.key)
    stage = staging.create(run.session, run.layer.table)
    read = _stage(run, stage, found.query, expected=expected).read
    staging.analyze(run.session, stage)
    return read


def discard(session: psycopg.Connection, layer: str) -> None:
    """Drop what an unfinished run of a layer staged, if anything."""
    noted = session.execute("DELETE FROM grid_synccheckpoint WHERE layer_id = %s", (layer,)).rowcount
    if noted:
        staging.drop_kept(session, staging.kept(layer))


def drop_leftovers(session: psycopg.Connection) -> list[str]:
    """Drop staging tables that no run will go on with; returns the layers they were of."""
    old = session.execute(
        "SELECT layer_id FROM grid_synccheckpoint WHERE layer_id <> ALL(%s) OR updated_at < %s",
        (list(LAYERS), timezone.now() - KEEP_UNFINISHED),
    ).fetchall()
    orphans = session.execute(
        "SELECT substr(relname, length(%(prefix)s) + 1) FROM pg_class c"
        " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        " AND starts_with(relname, %(prefix)s) AND NOT EXISTS (SELECT FROM grid_synccheckpoint k"
        " WHERE k.layer_id = substr(c.relname, length(%(prefix)s) + 1))",
        {"prefix": staging.KEPT_ROWS},
    ).fetchall()
    dropped = []
    for (layer,) in [*old, *orphans]:
        taken = session.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, lock_key(layer))
        ).fetchone()
        if taken is None or not taken[0]:
            continue  # a run of it has not ended
        with session.transaction():
            session.execute("DELETE FROM grid_synccheckpoint WHERE layer_id = %s", (layer,))
            staging.drop_kept(session, staging.kept(layer))
        session.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK_CLASS, lock_key(layer)))
        dropped.append(layer)
    return dropped


def _fill_in_chunks(run: Run, found: Source, expected: int) -> int | None:
    """Stage chunk by chunk; None if the source changed meanwhile, so that chunks might not fit together."""
    session, stage = run.session, staging.kept(run.layer.key)
    done = _resumed(run, found, stage) or _begun(run, found, stage)
    while done.chunks_done < done.chunk_count:
        query = found.query.where(_range(run.layer.source_key, done))
        with session.transaction():
            staged = _stage(run, stage, query, expected=expected, read_before=done.rows_read)
            done = Checkpoint(
                version=done.version,
                bounds=done.bounds,
                chunks_done=done.chunks_done + 1,
                rows_read=done.rows_read + staged.read,
                rows_staged=done.rows_staged + staged.accepted,
            )
            _note(session, run.layer.key, done)
        if version_of(run.layer, run.warehouse) != found.version:
            return None
    staging.show(session, stage)
    staging.analyze(session, stage)
    return done.rows_read


def _stage(
    run: Run, stage: Stage, query: sa.Select[Any], *, expected: int, read_before: int = 0
) -> staging.Staged:
    def tell(rows: int) -> None:
        read = read_before + rows
        run.progress(EXTRACTED * read / max(expected, read, 1), f"{read:,} of {expected:,} rows read")

    batches = run.warehouse.select_arrow(query)
    return staging.stage(run.session, into=stage, batches=batches, columns=run.columns, after_batch=tell)


def _resumed(run: Run, found: Source, stage: Stage) -> Checkpoint | None:
    """Return how far an earlier run got, if what it staged is there as noted and still good."""
    row = run.session.execute(
        "SELECT source_version, bounds, chunks_done, rows_read, rows_staged FROM grid_synccheckpoint"
        " WHERE layer_id = %s",
        (run.layer.key,),
    ).fetchone()
    if row is None or row[0] != found.version:
        return None
    bounds = tuple(row[1] if isinstance(row[1], list) else json.loads(row[1]))
    done = Checkpoint(version=row[0], bounds=bounds, chunks_done=row[2], rows_read=row[3], rows_staged=row[4])
    if staging.sizes(run.session, stage) != (done.rows_staged, done.rows_rejected):
        return None  # emptied by a crash of PostgreSQL, or already thinned out by the checks
    run.report.log(
        f"{run.layer.key}: goes on after chunk {done.chunks_done} of {done.chunk_count}, "
        f"{done.rows_read:,} rows are staged."
    )
    return done


def _begun(run: Run, found: Source, stage: Stage) -> Checkpoint:
    """Start over: empty staging tables, and the bounds of the chunks."""
    begun = Checkpoint(version=found.version, bounds=_bounds(run, found.query))
    with run.session.transaction():
        run.session.execute("DELETE FROM grid_synccheckpoint WHERE layer_id = %s", (run.layer.key,))
        staging.drop_kept(run.session, stage)
        staging.create_kept(run.session, stage, run.layer.table)
        _note(run.session, run.layer.key, begun)
    return begun


def _note(session: psycopg.Connection, layer: str, done: Checkpoint) -> None:
    session.execute(
        _NOTE,
        (
            layer,
            done.version,
            json.dumps(done.bounds),
            done.chunks_done,
            done.rows_read,
            done.rows_staged,
            done.rows_rejected,
            timezone.now(),
        ),
    )


def _bounds(run: Run, query: sa.Select[Any]) -> tuple[str, ...]:
    """Return the keys at which the source is cut, in the warehouse's own order of texts."""
    key = run.layer.source_key
    number = sa.func.row_number().over(order_by=key).label("key_number")
    total = sa.func.count().over().label("key_count")
    numbered = (
        query.with_only_columns(key.label("id"), number, total, maintain_column_froms=True)
        .where(key.is_not(None))
        .subquery("numbered")
    )
    cuts = (
        sa.select(numbered.c.id)
        .where(numbered.c.key_number % CHUNK_ROWS == 0, numbered.c.key_number < numbered.c.key_count)
        .order_by(numbered.c.key_number)
    )
    found = run.warehouse.select_rows(cuts.execution_options(**query.get_execution_options()))
    return tuple(dict.fromkeys(row["id"] for row in found))


def _range(key: sa.ColumnElement[str], done: Checkpoint) -> sa.ColumnElement[bool]:
    """Return the condition of the next chunk; the first one also holds the rows without a key."""
    number = done.chunks_done
    after = key > done.bounds[number - 1] if number else None
    until = key <= done.bounds[number] if number < len(done.bounds) else None
    if after is None:
        return sa.true() if until is None else sa.or_(until, key.is_(None))
    return after if until is None else sa.and_(after, until)
