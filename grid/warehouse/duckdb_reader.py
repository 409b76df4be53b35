"""Runs selects over Parquet files with an in-process DuckDB that can read one folder and nothing else."""

from __future__ import annotations

import os
import tempfile
import threading
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import duckdb
import duckdb_sqlalchemy
import pyarrow as pa
from sqlalchemy import Table

from grid.warehouse.arrow import Query, conform_result, result_fields, split
from grid.warehouse.delta_store import Snapshot
from grid.warehouse.errors import (
    SchemaMismatch,
    WarehouseQueryInvalid,
    WarehouseQueryTimeout,
    WarehouseQueryTooLarge,
    WarehouseUnavailable,
)
from grid.warehouse.watchdog import Watchdog

_DIALECT = duckdb_sqlalchemy.Dialect(dbapi=duckdb_sqlalchemy.DBAPI)
# It copies the rows once more, which for an answer that is read whole anyway costs next to nothing.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result", category=UserWarning)
_FAILURES = (duckdb.Error, OSError, pa.ArrowException)


@dataclass(frozen=True)
class ReaderLimits:
    """What one process may spend on queries."""

    query_timeout_s: float
    memory_limit: str = "2GB"
    threads: int = max(os.cpu_count() or 1, 1)


class DuckDbReader:
    """One in-memory DuckDB per process; each query has a cursor of its own, so threads may run at once."""

    def __init__(self, root: Path, limits: ReaderLimits) -> None:
        self._root = root
        self._limits = limits
        self._lock = threading.Lock()
        self._database: duckdb.DuckDBPyConnection | None = None
        self._views: dict[str, str] = {}

    def run(
        self, query: Query, sources: dict[Table, Snapshot | None], batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Start ``query`` over ``sources`` and return its batches; a source that is None reads as empty.

        Raises:
            duckdb.Error, OSError: what DuckDB raised, for ``translate``.
            WarehouseQueryInvalid, WarehouseQueryTimeout, WarehouseQueryTooLarge: likewise.
        """
        fields = result_fields(query)
        sql, parameters = _compile(query)
        cursor = self._cursor_over(sources)
        watchdog = Watchdog(limit_s=self._limits.query_timeout_s, interrupt=cursor.interrupt)
        try:
            with watchdog.guarded():
                reader = cursor.sql(sql, params=parameters).to_arrow_reader(batch_rows)
                first = _next(reader)
        except _FAILURES as error:
            watchdog.stop()
            raise self._explained(error, watchdog) from error
        except BaseException:
            watchdog.stop()
            raise
        if first is None:
            first = pa.RecordBatch.from_pylist([], schema=reader.schema)

        def stream() -> Iterator[pa.RecordBatch]:
            batch: pa.RecordBatch | None = first
            try:
                while batch is not None:
                    yield conform_result(batch, fields)
                    with watchdog.guarded():
                        batch = _next(reader)
            except _FAILURES as error:
                raise self._explained(error, watchdog) from error
            finally:
                watchdog.stop()
                reader.close()
                cursor.close()

        return split(stream(), batch_rows)

    def differing_keys(
        self, table: Table, before: Snapshot, now: Snapshot, *, columns: Iterable[str], limit: int
    ) -> list[str]:
        """Return the keys of the rows of ``table`` that differ between two states, at most ``limit``.

        Each row of a state is counted, those of the older one downwards; what does not come to nothing
        differs. Files that both states share need not be read, so they may be left out of both.

        Raises:
            duckdb.Error, OSError, SchemaMismatch: what DuckDB raised, and what ``run`` raises.
        """
        key = _quoted(next(iter(table.primary_key)).name)
        wanted = ", ".join([key, *(_quoted(name) for name in sorted(set(columns)) if _quoted(name) != key)])
        sides = f"SELECT {wanted}, 1 AS side FROM ({_rows(table, now)})"  # noqa: S608 - names are quoted
        sides += f" UNION ALL SELECT {wanted}, -1 FROM ({_rows(table, before)})"  # noqa: S608
        net = f"SELECT {wanted}, sum(side) AS net FROM ({sides}) GROUP BY {wanted}"  # noqa: S608
        statement = f"SELECT DISTINCT {key} FROM ({net}) WHERE net <> 0 AND {key} IS NOT NULL LIMIT ?"  # noqa: S608
        cursor = self._cursor_over({})
        watchdog = Watchdog(limit_s=self._limits.query_timeout_s, interrupt=cursor.interrupt)
        try:
            with watchdog.guarded():
                return [row[0] for row in cursor.execute(statement, [limit]).fetchall()]
        except _FAILURES as error:
            raise self._explained(error, watchdog) from error
        finally:
            watchdog.stop()
            cursor.close()

    def fetch(
        self, query: Query, sources: dict[Table, Snapshot | None], batch_rows: int
    ) -> list[pa.RecordBatch]:
        """Run ``query`` and return all its batches; otherwise like ``run``.

        Quicker for short answers: the statement is prepared once, where a stream prepares it twice.
        """
        fields = result_fields(query)
        sql, parameters = _compile(query)
        cursor = self._cursor_over(sources)
        watchdog = Watchdog(limit_s=self._limits.query_timeout_s, interrupt=cursor.interrupt)
        try:
            with watchdog.guarded():
                table: pa.Table = cursor.execute(sql, parameters).to_arrow_table(batch_rows)
            return [conform_result(batch, fields) for batch in table.to_batches()]
        except _FAILURES as error:
            raise self._explained(error, watchdog) from error
        finally:
            watchdog.stop()
            cursor.close()

    def close(self) -> None:
        """Close the database; the next query opens a new one."""
        with self._lock:
            database, self._database = self._database, None
            self._views.clear()
        if database is not None:
            database.close()

    def _cursor_over(self, sources: dict[Table, Snapshot | None]) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._database is None:
                self._database = _open(self._root, self._limits)
                self._views.clear()
            cursor = self._database.cursor()
            for table, snapshot in sources.items():
                version = "" if snapshot is None else snapshot.version
                if self._views.get(table.fullname) != version:
                    self._views.pop(table.fullname, None)
                    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(table.schema or 'public')}")
                    cursor.execute(_view(table, snapshot))
                    self._views[table.fullname] = version
        return cursor

    def _explained(self, error: Exception, watchdog: Watchdog) -> Exception:
        text = str(error)
        if watchdog.has_fired and "INTERRUPT" in text:
            return WarehouseQueryTimeout(f"the query took longer than {self._limits.query_timeout_s:g} s")
        if isinstance(error, duckdb.OutOfMemoryException) or "Out of Memory" in text:
            return WarehouseQueryTooLarge(f"the query needs more memory than {self._limits.memory_limit}")
        if isinstance(error, duckdb.FatalException | duckdb.InternalException):
            self.close()
            return WarehouseUnavailable(f"the query engine failed and was restarted: {text.splitlines()[0]}")
        is_about_query = isinstance(
            error, duckdb.ProgrammingError | duckdb.DataError | duckdb.NotSupportedError
        )
        if is_about_query and str(self._root) not in text:
            return WarehouseQueryInvalid(f"the warehouse cannot run the query: {text.splitlines()[0]}")
        return error


def _next(reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
    try:
        return reader.read_next_batch()
    except StopIteration:
        return None


def _open(root: Path, limits: ReaderLimits) -> duckdb.DuckDBPyConnection:
    # Used when a query outgrows its memory; DuckDB keeps the files of several processes apart.
    spill = Path(tempfile.gettempdir()) / f"flux-query-{os.getuid()}"
    try:
        database = duckdb.connect(
            ":memory:",
            config={
                "threads": limits.threads,
                "memory_limit": limits.memory_limit,
                "temp_directory": str(spill),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "python_enable_replacements": False,
            },
        )
        database.execute("SET parquet_metadata_cache = true")  # files never change once committed
        database.execute(f"SET allowed_directories = [{_literal(str(root))}]")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        raise WarehouseUnavailable(f"the query engine does not start: {error}") from error
    return database


def _compile(query: Query) -> tuple[str, list[Any]]:
    compiled = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = compiled.params
    names = compiled.positiontup or []
    return str(compiled), [_plain(values[name]) for name in names]


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _view(table: Table, snapshot: Snapshot | None) -> str:
    """Return the statement that makes ``table`` readable under its own name; raises what ``_rows`` raises."""
    name = f"{_quoted(table.schema or 'public')}.{_quoted(table.name)}"
    return f"CREATE OR REPLACE VIEW {name} AS {_rows(table, snapshot)}"


def _rows(table: Table, snapshot: Snapshot | None) -> str:
    """Return the select of a table's declared columns from its files.

    Raises:
        SchemaMismatch: if the stored table lacks a column that may not be null.
    """
    stored = snapshot.stored_columns if snapshot is not None and snapshot.files else ()
    columns = []
    for column in table.columns:
        if column.name in stored:
            columns.append(_quoted(column.name))
            continue
        if stored and not column.nullable:
            problem = "is not stored yet and may not be null; load the table again"
            raise SchemaMismatch(table=table.fullname, column=column.name, problem=problem)
        kind = column.type.compile(dialect=_DIALECT)
        columns.append(f"CAST(NULL AS {kind}) AS {_quoted(column.name)}")
    start = f"SELECT {', '.join(columns)}"
    if snapshot is None or not snapshot.files:
        return f"{start} WHERE false"
    files = ", ".join(_literal(str(file)) for file in snapshot.files)
    options = f", union_by_name = {str(snapshot.has_mixed_columns).lower()}"
    if snapshot.partition_columns:
        kinds = {
            name: table.columns[name].type.compile(dialect=_DIALECT) for name in snapshot.partition_columns
        }
        pairs = ", ".join(f"{_literal(key)}: {kind}" for key, kind in kinds.items())
        options += f", hive_partitioning = true, hive_types = {{{pairs}}}"
    else:
        options += ", hive_partitioning = false"
    return f"{start} FROM read_parquet([{files}]{options})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
