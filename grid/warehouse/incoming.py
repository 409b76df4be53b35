"""Data on its way into a table: brought to the declared schema, or refused with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import String, Table

from grid.warehouse.arrow import MAX_DECIMAL_DIGITS, pa_schema
from grid.warehouse.errors import SchemaMismatch

Data: TypeAlias = pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]


class IncomingData:
    """Batches that fit a declared table; counts their rows and keeps the error that ended them.

    ``error`` tells an error of the data from one of whoever writes it.
    """

    def __init__(self, table: Table, data: Data) -> None:
        self.schema = pa_schema(table)
        self.row_count = 0
        self.error: BaseException | None = None
        self._table = table
        self._batches = data.to_batches() if isinstance(data, pa.Table) else data
        if isinstance(data, pa.Table | pa.RecordBatchReader):
            _check_names(table, data.schema.names)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches:
                fitted = conform(batch, table=self._table, schema=self.schema, first_row=self.row_count)
                self.row_count += fitted.num_rows
                if fitted.num_rows:
                    yield fitted
        except GeneratorExit:  # the writer stopped reading; that is its error, not the data's
            raise
        except BaseException as error:
            self.error = error
            raise


def conform(batch: pa.RecordBatch, *, table: Table, schema: pa.Schema, first_row: int = 0) -> pa.RecordBatch:
    """Return ``batch`` in the order and types of ``schema``, the Arrow schema of ``table``.

    Casts are lossless. NaN in a nullable column becomes null: both mean unknown, and a NaN would
    poison every sum. ``first_row`` is the position of the batch in its stream, for messages.

    Raises:
        SchemaMismatch: if a column is missing or unknown, has another type or a value that does not
            fit, or holds null, NaN or infinity where the table does not allow it.
    """
    _check_names(table, batch.schema.names)
    arrays = []
    for field in schema:
        array = _fit(batch.column(field.name), field, table=table, first_row=first_row)
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _check_names(table: Table, names: list[str]) -> None:
    declared = [column.name for column in table.columns]
    for name in declared:
        if name not in names:
            raise SchemaMismatch(table=table.fullname, column=name, problem="is missing from the data")
    for name in names:
        if name not in declared:
            raise SchemaMismatch(table=table.fullname, column=name, problem="is not a column of this table")
        if names.count(name) > 1:
            raise SchemaMismatch(
                table=table.fullname, column=name, problem="appears more than once in the data"
            )


def _fit(array: pa.Array, field: pa.Field, *, table: Table, first_row: int) -> pa.Array:
    def refuse(problem: str, bad: pa.Array | None = None) -> SchemaMismatch:
        if bad is not None:
            problem = f"{problem} in row {first_row + _first_true(bad)}"
        return SchemaMismatch(table=table.fullname, column=field.name, problem=problem)

    if array.type != field.type:
        if not _may_cast(array.type, field.type):
            raise refuse(f"is {array.type}, must be {field.type}")
        try:
            array = _cast(array, field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise refuse(f"has a value that does not fit {field.type}: {error}") from error
    if pa.types.is_floating(field.type):
        infinite = pc.is_inf(array)
        if pc.any(infinite).as_py():
            raise refuse("is infinite", infinite)
        nan = pc.is_nan(array)
        if pc.any(nan).as_py():
            if not field.nullable:
                raise refuse("is NaN but must be known", nan)
            array = pc.if_else(nan, pa.scalar(None, field.type), array)
    if array.null_count and not field.nullable:
        raise refuse("is null but must be known", pc.is_null(array))
    declared = table.columns[field.name].type
    if isinstance(declared, String) and declared.length is not None:
        too_long = pc.greater(pc.utf8_length(array), declared.length)
        if pc.any(too_long).as_py():
            raise refuse(f"is longer than {declared.length} characters", too_long)
    return array


def _first_true(mask: pa.Array) -> int:
    position: int = pc.index(mask, True).as_py()
    return position


def _may_cast(given: pa.DataType, wanted: pa.DataType) -> bool:
    """Return whether values of ``given`` may be stored as ``wanted`` when each one fits exactly."""
    kinds = pa.types
    if kinds.is_dictionary(given):
        return _may_cast(given.value_type, wanted) or given.value_type == wanted
    if kinds.is_null(given):
        return True
    if kinds.is_string(wanted):
        return bool(kinds.is_string(given) or kinds.is_large_string(given) or kinds.is_string_view(given))
    if kinds.is_floating(wanted):
        return bool(kinds.is_floating(given) or kinds.is_integer(given))
    if kinds.is_integer(wanted):
        return bool(kinds.is_integer(given))
    if kinds.is_decimal(wanted):
        return bool(kinds.is_decimal(given) or kinds.is_integer(given))
    if kinds.is_timestamp(wanted):
        return bool(kinds.is_timestamp(given) and given.tz in (None, "UTC", "+00:00"))
    if kinds.is_date32(wanted):
        return bool(kinds.is_date64(given) or kinds.is_date32(given))
    return False


def _cast(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_integer(array.type) and pa.types.is_decimal(wanted):
        array = array.cast(pa.decimal128(MAX_DECIMAL_DIGITS, 0))
    return array.cast(wanted)
