"""The keys of the rows an incremental run touches, in a temporary table of its session."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from psycopg import sql

from grid.services.sync.checking import FIRST_US, LAST_US
from grid.services.sync.staging import INDEX, TOUCHED

_ADD = sql.SQL("INSERT INTO {} SELECT k FROM unnest(%s::text[]) k ON CONFLICT DO NOTHING").format(TOUCHED)


def create(session: psycopg.Connection) -> None:
    """Create the empty table."""
    session.execute(sql.SQL("CREATE TEMP TABLE {} (id text PRIMARY KEY)").format(TOUCHED))


def add(session: psycopg.Connection, found: Sequence[str]) -> None:
    """Touch the rows of these keys; a key with a NUL is left out, since PostgreSQL has no such row."""
    session.execute(_ADD, ([key for key in found if "\0" not in key],))


def keys(session: psycopg.Connection) -> list[str]:
    """Return all keys touched."""
    return [row[0] for row in session.execute(sql.SQL("SELECT id FROM {}").format(TOUCHED))]


def add_refused(session: psycopg.Connection, layer: str) -> int:
    """Touch the rows that the last good run of a layer refused; return how many refusals that covers."""
    refused = session.execute(
        "SELECT row_key FROM grid_syncreject WHERE row_key IS NOT NULL AND length(row_key) < 200"
        " AND row_key <> '' AND position(chr(65533) IN row_key) = 0 AND run_id ="
        " (SELECT max(id) FROM grid_syncrun WHERE layer_id = %s AND status = 'SUCCEEDED')",
        (layer,),
    ).fetchall()
    add(session, [row[0] for row in refused])
    return len(refused)


def create_index(session: psycopg.Connection, batches: Iterable[pa.RecordBatch]) -> None:
    """Store the key and watermark of every row of the source."""
    session.execute(sql.SQL("CREATE TEMP TABLE {} (id text, mark timestamptz)").format(INDEX))
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(INDEX)
    with session.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in batches:
            buffer = io.BytesIO()
            pa_csv.write_csv(_storable(batch), buffer, pa_csv.WriteOptions(include_header=False))
            copy.write(buffer.getvalue())
    session.execute(sql.SQL("ANALYZE {}").format(INDEX))


def compare(session: psycopg.Connection, *, table: str, column: str, since: datetime) -> list[str]:
    """Touch the rows of the index that are recent or not as in the cache, and cached rows it lacks.

    Args:
        session: the run's session.
        table: the table of the cache.
        column: its column that holds the watermark.
        since: rows with a watermark from then on are recent; so are those without one.

    Returns:
        The keys touched that have rows in the source which are not recent.
    """
    session.execute(
        sql.SQL(
            "INSERT INTO {touched} SELECT i.id FROM {index} i LEFT JOIN {table} t ON t.id = i.id"
            " WHERE t.id IS NULL OR i.mark IS NULL OR i.mark >= %s OR t.{column} IS DISTINCT FROM i.mark"
            " UNION SELECT t.id FROM {table} t WHERE NOT EXISTS (SELECT FROM {index} i WHERE i.id = t.id)"
            " ON CONFLICT DO NOTHING"
        ).format(touched=TOUCHED, index=INDEX, table=sql.Identifier(table), column=sql.Identifier(column)),
        (since,),
    )
    older = session.execute(
        sql.SQL(
            "SELECT DISTINCT i.id FROM {index} i JOIN {touched} u ON u.id = i.id WHERE i.mark < %s"
        ).format(index=INDEX, touched=TOUCHED),
        (since,),
    )
    return [row[0] for row in older]


def _storable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the pairs as PostgreSQL takes them: keys it can store, and moments of the years 1 to 9999."""
    key, mark = batch.column("id"), batch.column("mark").cast(pa.timestamp("us", tz="UTC"))
    ticks = mark.view(pa.int64())
    is_known = pc.and_(pc.greater_equal(ticks, FIRST_US), pc.less_equal(ticks, LAST_US))
    mark = pc.if_else(is_known, mark, pa.scalar(None, mark.type))
    pairs = pa.RecordBatch.from_arrays([key, mark], names=["id", "mark"])
    has_key = pc.and_(pc.is_valid(key), pc.invert(pc.match_substring(key, "\0")))
    return pairs.filter(pc.fill_null(has_key, fill_value=False))
