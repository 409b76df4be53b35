"""Puts a batch into a Snowflake table: Parquet to a temporary stage, then one transaction."""

from __future__ import annotations

import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq
from snowflake.connector import errors as driver_errors
from sqlalchemy import Delete, String, Table, delete

from grid.warehouse import snowflake_ledger as ledger
from grid.warehouse.errors import WarehouseConflict, WarehouseError, WarehouseFull
from grid.warehouse.incoming import Data, IncomingData
from grid.warehouse.interface import Expected, RowsOf
from grid.warehouse.snowflake_session import LOAD_TIMEOUT_S, LOCKED, SnowflakeTarget, discard

ROWS_PER_FILE = 2_000_000
_ATTEMPTS = 5


def write(
    target: SnowflakeTarget,
    table: Table,
    data: Data,
    batch_id: str,
    *,
    mode: Literal["append", "overwrite"],
    is_ready: bool,
    expected: Expected | None = None,
    rows: RowsOf | None = None,
) -> int:
    """Commit ``data`` as one batch; return the rows written, 0 if the batch was there already.

    ``is_ready`` says that the table and the ledger are known to exist as declared. With ``expected`` the
    commit is made only if the table still has that version. With ``rows`` an overwrite takes the place of
    those only.
    """
    if not batch_id:
        raise ValueError("a batch needs a batch id")
    removal = _removal(table, rows) if mode == "overwrite" else None
    incoming = IncomingData(table, data)
    connection = target.connect(query_timeout_s=LOAD_TIMEOUT_S)
    try:
        cursor = connection.cursor()
        if not is_ready:
            ledger.ensure(cursor, table)
        if ledger.has_batch(cursor, table, batch_id):
            return 0
        stage = f"{ledger.SCHEMA}.flux_stage_{uuid.uuid4().hex}"
        cursor.execute(f"CREATE TEMPORARY STAGE {stage} FILE_FORMAT = (TYPE = PARQUET)")
        file_count = _upload(cursor, stage, incoming)
        ledger.register(cursor, table)
        return _commit(
            cursor, table, stage if file_count else None, batch_id, incoming.row_count, removal, expected
        )
    except driver_errors.Error as error:
        raise target.explained(error, timeout_s=LOAD_TIMEOUT_S) from None
    finally:
        discard(connection)


def _removal(table: Table, rows: RowsOf | None) -> Delete:
    """Return the statement that deletes what an overwrite takes the place of."""
    if rows is None:
        return delete(table)
    if not rows.keys or not isinstance(table.c[rows.column].type, String):
        raise ValueError(f"rows of {table.fullname} are replaced by keys of text, at least one")
    return delete(table).where(table.c[rows.column].in_(rows.keys))


def _upload(cursor: Any, stage: str, incoming: IncomingData) -> int:
    """Write the batches as Parquet files of bounded size, send each to the stage, return their number."""
    count = 0
    with tempfile.TemporaryDirectory(prefix="flux-load-") as folder:
        file = Path(folder) / "none.parquet"
        writer: pq.ParquetWriter | None = None
        rows = 0
        try:
            for batch in incoming:
                if writer is None:
                    count += 1
                    file = Path(folder) / f"part-{count:05d}.parquet"
                    writer = pq.ParquetWriter(file, incoming.schema, compression="zstd")
                writer.write_batch(batch)
                rows += batch.num_rows
                if rows >= ROWS_PER_FILE:
                    writer.close()
                    _put(cursor, file, stage)
                    writer, rows = None, 0
            if writer is not None:
                writer.close()
                writer = None
                _put(cursor, file, stage)
        except OSError as error:
            if incoming.error is error:
                raise
            raise WarehouseFull(f"cannot write the files to upload in {folder}: {error}") from error
        finally:
            if writer is not None:
                writer.close()
    return count


def _put(cursor: Any, file: Path, stage: str) -> None:
    cursor.execute(f"PUT 'file://{file}' @{stage} AUTO_COMPRESS = FALSE OVERWRITE = TRUE")
    file.unlink()


def _commit(
    cursor: Any,
    table: Table,
    stage: str | None,
    batch_id: str,
    row_count: int,
    removal: Delete | None,
    expected: Expected | None,
) -> int:
    """Run the transaction, again if another writer holds the table."""
    for attempt in range(1, _ATTEMPTS + 1):
        if ledger.has_batch(cursor, table, batch_id):
            return 0
        try:
            return _commit_once(cursor, table, stage, batch_id, row_count, removal, expected)
        except driver_errors.Error as error:
            with suppress(driver_errors.Error):
                cursor.execute("ROLLBACK")
            if error.errno != LOCKED or attempt == _ATTEMPTS:
                raise
            time.sleep(0.2 * attempt)
    raise WarehouseConflict(f"another writer holds table {table.fullname}", table=table.fullname)


def _commit_once(
    cursor: Any,
    table: Table,
    stage: str | None,
    batch_id: str,
    row_count: int,
    removal: Delete | None,
    expected: Expected | None,
) -> int:
    cursor.execute("BEGIN")
    if expected is not None:
        # The turn first: nobody else commits between the look at the version and our commit.
        ledger.take_turn(cursor, table)
        if ledger.version_before_turn(cursor, table) != expected.version:
            cursor.execute("ROLLBACK")
            if ledger.has_batch(cursor, table, batch_id):
                return 0
            raise WarehouseConflict(
                f"table {table.fullname} was changed by another writer; try again", table=table.fullname
            )
    if removal is not None:
        compiled = removal.compile(dialect=ledger.dialect(), compile_kwargs={"render_postcompile": True})
        cursor.execute(str(compiled), compiled.params or None)
    if stage is not None:
        loaded = _copy(cursor, table, stage)
        if loaded != row_count:
            cursor.execute("ROLLBACK")
            raise WarehouseError(
                f"Snowflake loaded {loaded} of {row_count} rows into {table.fullname}; nothing was kept",
                table=table.fullname,
            )
    if expected is None:
        ledger.take_turn(cursor, table)
    if ledger.has_batch(cursor, table, batch_id):
        cursor.execute("ROLLBACK")
        return 0
    ledger.record(cursor, table, batch_id, row_count)
    cursor.execute("COMMIT")
    return row_count


def _copy(cursor: Any, table: Table, stage: str) -> int:
    cursor.execute(
        f"COPY INTO {table.fullname} FROM @{stage} FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) "
        "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE ON_ERROR = ABORT_STATEMENT FORCE = TRUE"
    )
    names = [column[0].lower() for column in cursor.description]
    position = names.index("rows_loaded")
    return sum(int(row[position]) for row in cursor.fetchall())
