"""The files of the embedded warehouse: one Delta Lake table per declared table, under one folder."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from sqlalchemy import String, Table

from grid.warehouse import delta_damage, file_lock, fork_guard
from grid.warehouse.arrow import pa_schema
from grid.warehouse.delta_commit import commit, compact, known_batches, partition_columns, version_of
from grid.warehouse.delta_errors import reported
from grid.warehouse.errors import WarehouseUnavailable
from grid.warehouse.incoming import Data, IncomingData
from grid.warehouse.interface import Expected, RowsOf

SMALL_FILE_BYTES = 16 * 1024 * 1024
"""A file below this costs a query more to open than to read."""


@dataclass(frozen=True)
class Snapshot:
    """One committed state of a table: its version and the Parquet files that hold it."""

    version: str
    files: tuple[Path, ...]
    row_count: int
    stored_columns: tuple[str, ...]
    partition_columns: tuple[str, ...]
    has_mixed_columns: bool  # older files may lack columns that were added later

    def partition_versions(self) -> dict[date, str]:
        """Return, for each date of a table in dated partitions, a value that changes with its files."""
        names: dict[date, list[str]] = {}
        for file in self.files:
            value = file.parent.name.partition("=")[2]
            names.setdefault(date.fromisoformat(value), []).append(file.name)
        return {
            day: hashlib.sha256("|".join(sorted(found)).encode()).hexdigest()[:16]
            for day, found in sorted(names.items())
        }


class DeltaStore:
    """Reads and commits Delta tables under ``root`` as ``<root>/<schema>/<table>``.

    Version 0 of a table is its empty creation and counts as "never loaded"; every batch is one
    commit that carries its batch id as an application transaction, which Delta never accepts twice.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def path(self, table: Table) -> Path:
        """Return the folder of ``table``."""
        return self._root / (table.schema or "public") / table.name

    def check_root(self) -> None:
        """Raise WarehouseUnavailable unless the warehouse folder exists and can be read.

        Users see what is said, so it names the setting and not the server's folder.
        """
        if not self._root.is_dir():
            raise WarehouseUnavailable("the warehouse folder that FLUX_WAREHOUSE_URL names does not exist")
        if not os.access(self._root, os.R_OK | os.X_OK):
            raise WarehouseUnavailable("the warehouse folder that FLUX_WAREHOUSE_URL names cannot be read")

    def create_root(self) -> None:
        """Create the warehouse folder."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseUnavailable(f"cannot create the warehouse folder {self._root}: {error}") from error

    def snapshot(self, table: Table) -> Snapshot | None:
        """Return the latest committed state of ``table``; None if it was never loaded.

        Raises:
            WarehouseCorrupted: if its log cannot be read.
        """
        fork_guard.claim()
        folder = self.path(table)
        with self._lock:
            known = self._known.setdefault(table.fullname, _Known(threading.Lock()))
        with known.lock, reported(table, folder):
            try:
                return _refresh(known, folder)
            except BaseException:
                known.reset()  # what was half read must not look sound the next time
                raise

    def differing_files(self, table: Table, since: str) -> tuple[Snapshot, Snapshot] | None:
        """Return the state ``since`` and the latest one of ``table``, each with the files only it has.

        None if the old state cannot be read any more: its log or one of its files was tidied away, or the
        table was made anew.
        """
        now = self.snapshot(table)
        made, _, number = since.rpartition(":")
        if now is None or not number.isdigit() or made != now.version.rpartition(":")[0]:
            return None
        if since == now.version:
            return replace(now, files=()), replace(now, files=())
        folder = self.path(table)
        try:
            before = _read_snapshot(DeltaTable(folder, version=int(number)), folder)
        except DeltaError:
            return None
        old = tuple(sorted(set(before.files) - set(now.files)))
        if not all(file.exists() for file in old):
            return None
        new = tuple(sorted(set(now.files) - set(before.files)))
        return replace(before, files=old), replace(now, files=new)

    def forget(self, table: Table) -> None:
        """Drop what is remembered of ``table``; the next read starts from its files."""
        with self._lock:
            self._known.pop(table.fullname, None)

    def known_batches(self, table: Table, batch_ids: Iterable[str]) -> set[str]:
        """Return those of ``batch_ids`` that ``table`` holds."""
        fork_guard.claim()
        folder = self.path(table)
        if delta_damage.log_identity(folder) is None:
            return set()
        with reported(table, folder):
            return known_batches(folder, batch_ids)

    def write(
        self,
        table: Table,
        data: Data,
        batch_id: str,
        *,
        mode: Literal["append", "overwrite"],
        partition: date | None = None,
        rows: RowsOf | None = None,
        expected: Expected | None = None,
    ) -> int:
        """Commit ``data`` as one batch; return the rows written, 0 if the batch was there already.

        With ``partition`` an overwrite takes the place of that date's rows only, with ``rows`` of those. With
        ``expected`` it is made only if the table still has that version.
        """
        fork_guard.claim()
        if not batch_id:
            raise ValueError("a batch needs a batch id")
        folder = self.path(table)
        incoming = IncomingData(table, data)
        with reported(table, folder, incoming):
            self._create_if_absent(table, folder)
            with self._locked(table, exclusive=mode == "overwrite"):
                return commit(
                    folder,
                    table,
                    incoming,
                    batch_id,
                    mode=mode,
                    place=_predicate(table, partition, rows),
                    expected=expected,
                )

    def small_file_count(self, table: Table) -> int:
        """Return how many small files the latest state of ``table`` has; 0 if it was never loaded.

        Raises:
            WarehouseCorrupted: if its log or one of the files cannot be read.
        """
        found = self.snapshot(table)
        if found is None:
            return 0
        with reported(table, self.path(table)):
            return sum(file.stat().st_size < SMALL_FILE_BYTES for file in found.files)

    def compact(self, table: Table, *, keep_hours: int) -> None:
        """Merge small files and delete those that no state younger than ``keep_hours`` needs."""
        fork_guard.claim()
        folder = self.path(table)
        if delta_damage.log_identity(folder) is None:
            return
        with reported(table, folder), self._locked(table, exclusive=True):
            compact(folder, table, keep_hours=keep_hours)

    def _create_if_absent(self, table: Table, folder: Path) -> None:
        if delta_damage.log_identity(folder) is not None:
            return
        with self._locked(table, exclusive=True):
            if delta_damage.log_identity(folder) is None:
                if delta_damage.has_data_files(folder):
                    raise DeltaError("the log is missing")
                DeltaTable.create(
                    folder,
                    schema=pa_schema(table),
                    mode="ignore",
                    partition_by=list(partition_columns(table)),
                    name=table.fullname,
                    description=",".join(column.name for column in table.columns),
                )

    @contextmanager
    def _locked(self, table: Table, *, exclusive: bool) -> Iterator[None]:
        self.create_root()
        with file_lock.held(self._root / ".locks" / f"{table.fullname}.lock", exclusive=exclusive):
            yield


def _predicate(table: Table, partition: date | None, rows: RowsOf | None) -> str | None:
    """Return the condition of the rows that an overwrite takes the place of; None: of all."""
    if partition is not None:
        return f"{partition_columns(table)[0]} = '{partition}'"
    if rows is None:
        return None
    if not rows.keys or not isinstance(table.c[rows.column].type, String):
        raise ValueError(f"rows of {table.fullname} are replaced by keys of text, at least one")
    keys = ", ".join("'" + key.replace("'", "''") + "'" for key in rows.keys)
    return f"{rows.column} IN ({keys})"


@dataclass
class _Known:
    """What one process remembers of a table between two reads."""

    lock: threading.Lock
    handle: DeltaTable | None = None
    identity: tuple[int, ...] | None = None
    snapshot: Snapshot | None = None
    log_changed_at: int | None = None

    def reset(self) -> None:
        self.handle = self.identity = self.snapshot = self.log_changed_at = None


def _refresh(known: _Known, folder: Path) -> Snapshot | None:
    identity = delta_damage.log_identity(folder)
    if identity is None:
        known.reset()
        if delta_damage.has_data_files(folder):
            raise DeltaError("the log is missing")
        return None
    changed_at = _log_changed_at(folder)  # looked at first: a change that comes meanwhile is seen next time
    if known.handle is None or known.identity != identity:
        known.reset()
        known.handle, known.identity = DeltaTable(folder), identity
        delta_damage.check_log(folder, after=-1)
    else:
        before = known.handle.version()
        # To look costs a fraction of asking the library. The clock of a file system is coarse: a commit right
        # after the last look may not show in it, but its file does.
        is_same = known.log_changed_at == changed_at and not _has_commit(folder, before + 1)
        if known.snapshot is not None and is_same:
            return known.snapshot if _is_loaded(known.snapshot, before) else None
        known.handle.update_incremental()
        if known.snapshot is not None and known.handle.version() == before:
            known.log_changed_at = changed_at
            return known.snapshot if _is_loaded(known.snapshot, before) else None
        delta_damage.check_log(folder, after=before)
    known.snapshot = _read_snapshot(known.handle, folder)
    known.log_changed_at = changed_at
    return known.snapshot if _is_loaded(known.snapshot, known.handle.version()) else None


def _log_changed_at(folder: Path) -> int:
    """Return when a file of the log was last added or removed."""
    return (folder / "_delta_log").stat().st_mtime_ns


def _has_commit(folder: Path, version: int) -> bool:
    return (folder / "_delta_log" / f"{version:020d}.json").exists()


def _read_snapshot(handle: DeltaTable, folder: Path) -> Snapshot:
    details = handle.metadata()
    # Not by pa.table: it imports pandas, to see whether it was handed a data frame. That takes a second.
    actions = pa.RecordBatchReader.from_stream(handle.get_add_actions(flatten=True)).read_all()
    files = tuple(folder / unquote(path) for path in actions.column("path").to_pylist())
    stored = tuple(field.name for field in handle.schema().fields)
    return Snapshot(
        version=version_of(handle),
        files=files,
        row_count=_row_count(actions, files),
        stored_columns=stored,
        partition_columns=tuple(details.partition_columns),
        has_mixed_columns=set((details.description or "").split(",")) != set(stored),
    )


def _row_count(actions: pa.Table, files: tuple[Path, ...]) -> int:
    """Return the rows of all files, from the log where the writer noted them, else from the files."""
    noted = actions.column("num_records").to_pylist() if "num_records" in actions.column_names else []
    if len(noted) == len(files) and None not in noted:
        return sum(noted)
    return sum(pq.read_metadata(file).num_rows for file in files)


def _is_loaded(snapshot: Snapshot, delta_version: int) -> bool:
    return delta_version > 0 or bool(snapshot.files)
