"""Brings the source of a layer into staging tables of the run's own session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import psycopg
import pyarrow as pa
from psycopg import sql

from grid.services.sync.checking import check_batch
from grid.services.sync.columns import Column
from grid.services.sync.rejects import Reject

STAGING = sql.Identifier("sync_staging")
REJECTED = sql.Identifier("sync_rejected")


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


def create_staging(session: psycopg.Connection, table: str) -> None:
    """Create the staging tables: the shape of ``table`` without its indexes, and the refused rows."""
    session.execute(
        sql.SQL("CREATE TEMP TABLE {staging} (LIKE {table})").format(
            staging=STAGING, table=sql.Identifier(table)
        )
    )
    session.execute(
        sql.SQL(
            "CREATE TEMP TABLE {rejected}"
            " (row_key text, reason text NOT NULL, detail text NOT NULL, row jsonb NOT NULL)"
        ).format(rejected=REJECTED)
    )


def stage(
    session: psycopg.Connection,
    *,
    batches: Iterable[pa.RecordBatch],
    columns: Sequence[Column],
    after_batch: Callable[[int], None],
) -> int:
    """Copy the rows of ``batches`` into the staging tables, one batch in memory at a time.

    Args:
        session: the run's session, in autocommit mode.
        batches: the source.
        columns: the columns of the layer's table.
        after_batch: called with the rows read so far; may raise to stop.

    Returns:
        The number of rows read.

    Raises:
        SourceMismatch: if the source does not have the layer's columns.
    """
    copy_rows = sql.SQL("COPY {staging} ({columns}) FROM STDIN (FORMAT csv)").format(
        staging=STAGING, columns=names(columns)
    )
    read = 0
    for batch in batches:
        checked = check_batch(batch, columns)
        with session.cursor() as cursor:
            with cursor.copy(copy_rows) as copy:
                copy.write(checked.csv)
            if cursor.rowcount != checked.accepted_count:
                raise psycopg.DataError(f"COPY stored {cursor.rowcount} of {checked.accepted_count} rows")
        _stage_rejects(session, checked.rejects)
        read += batch.num_rows
        after_batch(read)
    session.execute(sql.SQL("ANALYZE {staging} (id)").format(staging=STAGING))  # joins are by id alone
    return read


def _stage_rejects(session: psycopg.Connection, rejects: Sequence[Reject]) -> None:
    if not rejects:
        return
    copy_rejects = sql.SQL("COPY {rejected} FROM STDIN").format(rejected=REJECTED)
    with session.cursor() as cursor, cursor.copy(copy_rejects) as copy:
        for reject in rejects:
            key = (
                reject.row_key.replace("\0", "\N{REPLACEMENT CHARACTER}")
                if reject.row_key
                else reject.row_key
            )
            detail = reject.detail.replace("\0", "\N{REPLACEMENT CHARACTER}")
            copy.write_row((key, reject.reason.value, detail, reject.row_json()))
