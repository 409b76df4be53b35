"""Brings rows of a source into staging tables, temporary ones of the run's session or ones that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import psycopg
import pyarrow as pa
from psycopg import sql

from grid.services.sync.checking import check_batch
from grid.services.sync.columns import Column
from grid.services.sync.rejects import Reject

STAGING = sql.Identifier("sync_staging")
REJECTED = sql.Identifier("sync_rejected")
TOUCHED = sql.Identifier("sync_touched")
INDEX = sql.Identifier("sync_index")
EDITED = sql.Identifier("sync_edited")

KEPT_ROWS = "sync_stage_"
KEPT_REJECTS = "sync_refused_"
"""Staging tables that outlive a run are called so, with the layer's key behind it."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where rows are staged: the good ones and the refused ones."""

    rows: sql.Identifier
    rejected: sql.Identifier


@dataclass(frozen=True, kw_only=True)
class Staged:
    """How many rows were read, and how many of them accepted."""

    read: int
    accepted: int


TEMPORARY = Stage(rows=STAGING, rejected=REJECTED)


def names(columns: Sequence[Column], prefix: str | None = None) -> sql.Composed:
    """Return the columns' names, joined by commas, each behind ``prefix.`` if given."""
    parts = [prefix] if prefix else []
    return sql.SQL(", ").join(sql.Identifier(*parts, column.name) for column in columns)


def as_json(columns: Sequence[Column], alias: str) -> sql.Composed:
    """Return the SQL of a row as JSON, geometry as text, which can hold any coordinate."""
    values = [
        sql.SQL("ST_AsText({})" if column.is_geometry else "{}").format(sql.Identifier(alias, column.name))
        for column in columns
    ]
    pairs = [
        sql.SQL("{}, {}").format(sql.Literal(c.name), value) for c, value in zip(columns, values, strict=True)
    ]
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs))


_REJECT_COLUMNS = "(row_key text, reason text NOT NULL, detail text NOT NULL, row jsonb NOT NULL)"


def create(session: psycopg.Connection, table: str) -> Stage:
    """Create temporary staging tables: the shape of ``table`` without its indexes, and the refused rows."""
    target = sql.Identifier(table)
    session.execute(sql.SQL("CREATE TEMP TABLE {} (LIKE {})").format(STAGING, target))
    session.execute(sql.SQL("CREATE TEMP TABLE {} {}").format(REJECTED, sql.SQL(_REJECT_COLUMNS)))
    return TEMPORARY


def drop(session: psycopg.Connection) -> None:
    """Drop the temporary tables of a session."""
    tables = sql.SQL(", ").join([STAGING, REJECTED, TOUCHED, INDEX])
    session.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(tables))


def kept(layer: str) -> Stage:
    """Return the names of a layer's staging tables that outlive a run."""
    return Stage(rows=sql.Identifier(KEPT_ROWS + layer), rejected=sql.Identifier(KEPT_REJECTS + layer))


def create_kept(session: psycopg.Connection, stage: Stage, table: str) -> None:
    """Create staging tables that outlive the session; a crash of PostgreSQL empties them."""
    target = sql.Identifier(table)
    session.execute(sql.SQL("CREATE UNLOGGED TABLE {} (LIKE {})").format(stage.rows, target))
    session.execute(sql.SQL("CREATE UNLOGGED TABLE {} {}").format(stage.rejected, sql.SQL(_REJECT_COLUMNS)))


def drop_kept(session: psycopg.Connection, stage: Stage) -> None:
    """Drop staging tables that outlive a session, if they exist, with the views of ``show``."""
    session.execute(sql.SQL("DROP TABLE IF EXISTS {}, {} CASCADE").format(stage.rows, stage.rejected))


def show(session: psycopg.Connection, stage: Stage) -> None:
    """Let the session see kept staging tables under the names of the temporary ones."""
    for name, table in ((STAGING, stage.rows), (REJECTED, stage.rejected)):
        session.execute(sql.SQL("CREATE TEMP VIEW {} AS SELECT * FROM {}").format(name, table))


def sizes(session: psycopg.Connection, stage: Stage) -> tuple[int, int] | None:
    """Return the number of rows staged and refused; None if there are no such tables."""
    try:
        row = session.execute(
            sql.SQL("SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {})").format(
                stage.rows, stage.rejected
            )
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return (row[0], row[1]) if row else None


def stage(
    session: psycopg.Connection,
    *,
    into: Stage,
    batches: Iterable[pa.RecordBatch],
    columns: Sequence[Column],
    after_batch: Callable[[int], None],
) -> Staged:
    """Copy the rows of ``batches`` into staging tables, one batch in memory at a time.

    Args:
        session: the run's session.
        into: the staging tables.
        batches: the source.
        columns: the columns of the layer's table.
        after_batch: called with the rows read so far; may raise to stop.

    Raises:
        SourceMismatch: if the source does not have the layer's columns.
    """
    copy_rows = sql.SQL("COPY {staging} ({columns}) FROM STDIN (FORMAT csv)").format(
        staging=into.rows, columns=names(columns)
    )
    read = accepted = 0
    for batch in batches:
        checked = check_batch(batch, columns)
        with session.cursor() as cursor:
            with cursor.copy(copy_rows) as copy:
                copy.write(checked.csv)
            if cursor.rowcount != checked.accepted_count:
                raise psycopg.DataError(f"COPY stored {cursor.rowcount} of {checked.accepted_count} rows")
        _stage_rejects(session, into, checked.rejects)
        read += batch.num_rows
        accepted += checked.accepted_count
        after_batch(read)
    return Staged(read=read, accepted=accepted)


def analyze(session: psycopg.Connection, stage: Stage) -> None:
    """Tell the planner about the staged keys; joins are by key alone."""
    session.execute(sql.SQL("ANALYZE {} (id)").format(stage.rows))


def _stage_rejects(session: psycopg.Connection, into: Stage, rejects: Sequence[Reject]) -> None:
    if not rejects:
        return
    copy_rejects = sql.SQL("COPY {rejected} FROM STDIN").format(rejected=into.rejected)
    with session.cursor() as cursor, cursor.copy(copy_rejects) as copy:
        for reject in rejects:
            key = (
                reject.row_key.replace("\0", "\N{REPLACEMENT CHARACTER}")
                if reject.row_key
                else reject.row_key
            )
            detail = reject.detail.replace("\0", "\N{REPLACEMENT CHARACTER}")
            copy.write_row((key, reject.reason.value, detail, reject.row_json()))
