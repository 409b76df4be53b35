"""The embedded warehouse: Delta Lake tables under a folder, queried in-process by DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
from sqlalchemy import Table

from grid.warehouse import delta_damage
from grid.warehouse.arrow import Query
from grid.warehouse.delta_store import DeltaStore, Snapshot
from grid.warehouse.duckdb_reader import DuckDbReader, ReaderLimits
from grid.warehouse.errors import (
    SchemaMismatch,
    TableNotLoaded,
    WarehouseCorrupted,
    WarehouseError,
    WarehouseUnavailable,
    WarehouseUrlInvalid,
)
from grid.warehouse.incoming import Data
from grid.warehouse.interface import BATCH_ROWS, KEEP_HOURS, Expected, RowsOf
from grid.warehouse.statements import optional_tables, tables_read

T = TypeVar("T")
Sources = dict[Table, Snapshot | None]


class EmbeddedWarehouse:
    """The warehouse in a folder; see ``interface.Warehouse`` for the contract of each method.

    Nothing is opened before the first use, so an instance may be created before a fork and used after
    it. Using it on both sides of one fork fails with WarehouseUnavailable.
    """

    def __init__(self, root: Path, limits: ReaderLimits) -> None:
        if any(sign in str(root) for sign in "*?["):
            raise WarehouseUrlInvalid(f"the warehouse folder {root} must not contain *, ? or [")
        self._root = root.resolve()
        self._store = DeltaStore(self._root)
        self._reader = DuckDbReader(self._root, limits)

    def prepare(self) -> None:
        self._store.create_root()

    def ping(self) -> None:
        self._store.check_root()

    def select_arrow(self, query: Query, batch_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        def start(sources: Sources) -> Iterator[pa.RecordBatch]:
            return self._translated(self._reader.run(query, sources, batch_rows), sources)

        return self._attempted(query, start)

    def select_rows(self, query: Query) -> list[dict[str, Any]]:
        batches = self._attempted(query, lambda sources: self._reader.fetch(query, sources, BATCH_ROWS))
        return [row for batch in batches for row in batch.to_pylist()]

    def append(self, table: Table, data: Data, batch_id: str) -> int:
        return self._store.write(table, data, batch_id, mode="append")

    def replace(self, table: Table, data: Data, batch_id: str, *, expected: Expected | None = None) -> int:
        return self._store.write(table, data, batch_id, mode="overwrite", expected=expected)

    def replace_rows(
        self, table: Table, rows: RowsOf, data: Data, batch_id: str, *, expected: Expected | None = None
    ) -> int:
        return self._store.write(table, data, batch_id, mode="overwrite", rows=rows, expected=expected)

    def replace_partition(self, table: Table, day: date, data: Data, batch_id: str) -> int:
        return self._store.write(table, data, batch_id, mode="overwrite", partition=day)

    def known_batches(self, table: Table, batch_ids: Iterable[str]) -> set[str]:
        return self._store.known_batches(table, batch_ids)

    def partition_versions(self, table: Table) -> dict[date, str]:
        snapshot = self._store.snapshot(table)
        return {} if snapshot is None else snapshot.partition_versions()

    def version(self, table: Table) -> str | None:
        snapshot = self._store.snapshot(table)
        return None if snapshot is None else snapshot.version

    def changed_keys(
        self, table: Table, since: str, *, columns: Iterable[str], limit: int
    ) -> list[str] | None:
        states = self._store.differing_files(table, since)
        if states is None:
            return None
        before, now = states
        if not before.files and not now.files:
            return []
        try:
            return self._reader.differing_keys(table, before, now, columns=columns, limit=limit)
        except SchemaMismatch:
            return None  # the old state lacks a column that may not be null: nothing to compare with
        except (duckdb.Error, OSError) as error:
            self._store.forget(table)
            if self._store.differing_files(table, since) is None:
                return None  # the old files were tidied away meanwhile
            raise self._failure(error, {table: now}) from error

    def row_count(self, table: Table) -> int:
        snapshot = self._store.snapshot(table)
        if snapshot is None:
            raise TableNotLoaded(table.fullname)
        return snapshot.row_count

    def compact(self, table: Table, keep_hours: int = KEEP_HOURS) -> None:
        self._store.compact(table, keep_hours=keep_hours)

    def compact_if_scattered(self, table: Table, *, small_files: int) -> bool:
        if self._store.small_file_count(table) < small_files:
            return False
        self.compact(table)
        return True

    def close(self) -> None:
        self._reader.close()

    def _attempted(self, query: Query, read: Callable[[Sources], T]) -> T:
        """Read the tables of ``query`` in their latest state, again if it was removed under the reading."""
        tables, optional = tables_read(query), optional_tables(query)
        sources = self._sources(tables, optional)
        try:
            return read(sources)
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            if not self._changed_meanwhile(sources):
                raise self._failure(error, sources) from error
        # Files were removed under the query by a newer commit: its own files are there.
        sources = self._sources(tables, optional)
        try:
            return read(sources)
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            raise self._failure(error, sources) from error

    def _sources(self, tables: list[Table], optional: frozenset[str]) -> Sources:
        sources: Sources = {}
        for table in tables:
            snapshot = self._store.snapshot(table)
            if snapshot is None and table.fullname not in optional:
                self._store.check_root()
                raise TableNotLoaded(table.fullname)
            sources[table] = snapshot
        return sources

    def _changed_meanwhile(self, sources: Sources) -> bool:
        changed = False
        for table, before in sources.items():
            self._store.forget(table)
            now = self._store.snapshot(table)
            changed |= (now and now.version) != (before and before.version)
        return changed

    def _translated(self, batches: Iterator[pa.RecordBatch], sources: Sources) -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            raise self._failure(error, sources) from error

    def _failure(self, error: Exception, sources: Sources) -> WarehouseError:
        """Return the error to raise for a failed read, naming the table and file at fault."""
        message = str(error).splitlines()[0]
        named = [
            (table, file)
            for table, snapshot in sources.items()
            for file in (snapshot.files if snapshot else ())
            if str(file) in str(error)
        ]
        for table, file in named:
            damage = delta_damage.parquet_damage(file)
            problem = damage.problem if damage else f"file is damaged ({message})"
            return _corrupted(table, file, problem)
        for table, snapshot in sources.items():
            damage = delta_damage.find_damage(self._store.path(table), snapshot.files if snapshot else ())
            if damage is not None:
                return _corrupted(table, damage.file, damage.problem)
        return WarehouseUnavailable(f"the warehouse cannot be read: {message}")


def _corrupted(table: Table, file: Path, problem: str) -> WarehouseCorrupted:
    message = f"table {table.fullname} cannot be read: {problem}: {file}"
    return WarehouseCorrupted(message, table=table.fullname, file=file)
