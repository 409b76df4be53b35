"""Commits one batch to a Delta table, exactly once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pyarrow as pa
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError
from sqlalchemy import Table

from grid.warehouse.arrow import pa_schema
from grid.warehouse.delta_damage import check_log
from grid.warehouse.errors import SchemaMismatch, WarehouseConflict
from grid.warehouse.incoming import IncomingData
from grid.warehouse.interface import Expected
from grid.warehouse.pump import pumped
from grid.warehouse.tables import DERIVED_TABLES

_BATCH_APP = "flux-batch:"
_REPLACE_APP = "flux-replace"
_ROW_GROUP_ROWS = 131_072  # small enough that a look-up by a sorted key reads little


def partition_columns(table: Table) -> tuple[str, ...]:
    """Return the columns whose values name the folders of the table's files."""
    columns: tuple[str, ...] = table.info.get("partition_by", ())
    return columns


def known_batches(folder: Path, batch_ids: Iterable[str]) -> set[str]:
    """Return those of ``batch_ids`` that the table holds."""
    handle = DeltaTable(folder)
    check_log(folder, after=-1)
    return {batch_id for batch_id in batch_ids if _has_batch(handle, batch_id)}


def commit(
    folder: Path,
    table: Table,
    incoming: IncomingData,
    batch_id: str,
    *,
    mode: Literal["append", "overwrite"],
    place: str | None = None,
    expected: Expected | None = None,
) -> int:
    """Write the batch and return its number of rows; 0 if the table holds ``batch_id`` already.

    With ``place``, a condition, an overwrite takes the place of the rows that meet it only.

    Raises:
        WarehouseConflict: if another writer replaced the table meanwhile, or it is not as ``expected``.
        SchemaMismatch: if the stored table cannot take the declared columns.
    """
    handle = DeltaTable(folder)
    check_log(folder, after=-1)
    if _has_batch(handle, batch_id):
        return 0
    if expected is not None and _loaded_version(handle) != expected.version:
        raise WarehouseConflict(
            f"table {table.fullname} was changed by another writer; try again", table=table.fullname
        )
    transactions = [Transaction(app_id=_BATCH_APP + batch_id, version=1)]
    if mode == "overwrite":
        # Two replacements that both saw the same state must not both succeed.
        app = _REPLACE_APP if place is None else f"{_REPLACE_APP}:{_digest(place)}"
        turn = (handle.transaction_version(app) or 0) + 1
        transactions.append(Transaction(app_id=app, version=turn))
    properties = CommitProperties(custom_metadata={"batch_id": batch_id}, app_transactions=transactions)
    try:
        _write(handle, table, incoming, mode, place, properties)
    except CommitFailedError as error:
        if _has_batch(DeltaTable(folder), batch_id):
            return 0
        raise WarehouseConflict(
            f"another writer replaced table {table.fullname} during the write; try again",
            table=table.fullname,
        ) from error
    return incoming.row_count


def version_of(handle: DeltaTable) -> str:
    """Return a value that changes with every commit."""
    return f"{handle.metadata().id}:{handle.version()}"


def _loaded_version(handle: DeltaTable) -> str | None:
    is_loaded = handle.version() > 0 or bool(handle.file_uris())
    return version_of(handle) if is_loaded else None


def compact(folder: Path, table: Table, *, keep_hours: int) -> None:
    """Merge small files of a table, then delete files that no state younger than ``keep_hours`` needs.

    A derived table is replaced a date at a time, so its files are as large as they can be; merging them would
    only make everything that is made of it due again.
    """
    handle = DeltaTable(folder)
    check_log(folder, after=-1)
    if table not in DERIVED_TABLES:
        handle.optimize.compact(writer_properties=_writer_properties(table))
    handle.vacuum(retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False)


def _digest(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def _has_batch(handle: DeltaTable, batch_id: str) -> bool:
    return handle.transaction_version(_BATCH_APP + batch_id) is not None


def _write(
    handle: DeltaTable,
    table: Table,
    incoming: IncomingData,
    mode: Literal["append", "overwrite"],
    place: str | None,
    commit_properties: CommitProperties,
) -> None:
    stored = pa.schema(handle.schema().to_arrow())
    schema_mode: Literal["merge", "overwrite"] | None
    if mode == "overwrite" and place is None:
        schema_mode = None if _same_columns(stored, incoming.schema) else "overwrite"
    else:
        schema_mode = "merge" if _adds_columns(stored, incoming.schema, table) else None
    properties = _writer_properties(table)

    def write(reader: pa.RecordBatchReader) -> None:
        if mode == "overwrite":
            write_deltalake(
                handle,
                reader,
                mode="overwrite",
                schema_mode=schema_mode,
                predicate=place,
                writer_properties=properties,
                commit_properties=commit_properties,
            )
        else:
            write_deltalake(
                handle,
                reader,
                mode="append",
                schema_mode=schema_mode,
                writer_properties=properties,
                commit_properties=commit_properties,
            )

    pumped(incoming, write)


def _writer_properties(table: Table) -> WriterProperties:
    return WriterProperties(
        compression="ZSTD",
        compression_level=3,
        max_row_group_size=_ROW_GROUP_ROWS,
        column_properties=_encodings(table),
    )


def _encodings(table: Table) -> dict[str, ColumnProperties]:
    """Return delta encoding for timestamps of partitioned tables: sorted series shrink to little."""
    if not partition_columns(table):
        return {}
    return {
        field.name: ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED")
        for field in pa_schema(table)
        if pa.types.is_timestamp(field.type)
    }


def _same_columns(stored: pa.Schema, declared: pa.Schema) -> bool:
    return {(f.name, str(f.type)) for f in stored} == {(f.name, str(f.type)) for f in declared}


def _adds_columns(stored: pa.Schema, declared: pa.Schema, table: Table) -> bool:
    """Return whether ``declared`` has columns that the stored table lacks.

    Raises:
        SchemaMismatch: if the stored table cannot take the declared columns.
    """
    for field in stored:
        if field.name not in declared.names:
            problem = "is stored but no longer declared; replace the table"
            raise SchemaMismatch(table=table.fullname, column=field.name, problem=problem)
        if field.type != declared.field(field.name).type:
            problem = (
                f"is stored as {field.type}, declared as {declared.field(field.name).type}; replace the table"
            )
            raise SchemaMismatch(table=table.fullname, column=field.name, problem=problem)
    added = [field for field in declared if field.name not in stored.names]
    for field in added:
        if not field.nullable:
            problem = "is new and may not be null, so stored rows cannot have it; replace the table"
            raise SchemaMismatch(table=table.fullname, column=field.name, problem=problem)
    return bool(added)
