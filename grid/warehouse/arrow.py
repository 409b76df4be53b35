"""Declared tables and query results as Arrow schemas, the same on every backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, CompoundSelect, Select, Table, types
from sqlalchemy.sql.elements import ColumnElement, Label

from grid.warehouse.errors import WarehouseQueryInvalid

Query = Select[Any] | CompoundSelect[Any]

MAX_DECIMAL_DIGITS = 38
TIMESTAMP = pa.timestamp("us")  # naive, UTC by convention


def pa_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a declared table, columns in declared order.

    Numeric(p, s) is decimal128(p, s), DateTime is timestamp[us] without a zone (UTC), Date is date32,
    SmallInteger int16, Integer int32, BigInteger int64, Double float64, text string.

    Raises:
        TypeError: if a column has a type the warehouse does not know.
    """
    return pa.schema(
        [pa.field(column.name, arrow_type(column.type), column.nullable) for column in table.columns]
    )


def arrow_type(declared: types.TypeEngine[Any]) -> pa.DataType:
    """Return the Arrow type that stores values of a SQLAlchemy type.

    Raises:
        TypeError: if there is none.
    """
    match declared:
        case types.Boolean():
            return pa.bool_()
        case types.SmallInteger():
            return pa.int16()
        case types.BigInteger():
            return pa.int64()
        case types.Integer():
            return pa.int32()
        case types.Float():
            return pa.float64()
        case types.Numeric() if declared.precision is not None:
            return pa.decimal128(declared.precision, declared.scale or 0)
        case types.Date():
            return pa.date32()
        case types.DateTime():
            return TIMESTAMP
        case types.String():
            return pa.string()
        case _:
            raise TypeError(f"the warehouse has no Arrow type for {declared!r}")


def result_fields(query: Query) -> list[tuple[str, pa.DataType | None]]:
    """Return the names and Arrow types of a query's columns; None where SQLAlchemy cannot tell the type.

    A plain column keeps its declared type. A computed integer is int64 and a computed decimal has
    38 digits, because sums and counts outgrow the type of their argument.

    Raises:
        WarehouseQueryInvalid: if a column has no name or two have the same.
    """
    fields: list[tuple[str, pa.DataType | None]] = []
    seen: set[str] = set()
    for element in query.selected_columns:
        name = str(getattr(element, "name", None) or getattr(element, "key", "") or "").lower()
        if not name or name in seen:
            raise WarehouseQueryInvalid(
                f"a query must name its columns, each differently; see column {name!r}"
            )
        seen.add(name)
        fields.append((name, _result_type(element)))
    return fields


def _result_type(element: ColumnElement[Any]) -> pa.DataType | None:
    origin: Any = element
    while isinstance(origin, Label):
        origin = origin.element
    declared = element.type
    if isinstance(declared, types.NullType):
        return None
    try:
        kind = arrow_type(declared)
    except TypeError:
        return None
    if isinstance(origin, Column) and isinstance(origin.table, Table):
        return kind
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_decimal(kind):
        return pa.decimal128(MAX_DECIMAL_DIGITS, kind.scale)
    return kind


def conform_result(batch: pa.RecordBatch, fields: list[tuple[str, pa.DataType | None]]) -> pa.RecordBatch:
    """Return ``batch`` with the names and types of the query, whatever backend it came from.

    Columns of unknown type are normalised: timestamps to microseconds without a zone, wide integers
    to int64, dictionaries and large strings to plain strings.

    Raises:
        WarehouseQueryInvalid: if a value does not fit the type that the query declares.
    """
    if batch.num_columns != len(fields):
        raise WarehouseQueryInvalid(f"the warehouse returned {batch.num_columns} columns, not {len(fields)}")
    arrays = []
    for (name, kind), array in zip(fields, batch.columns, strict=True):
        wanted = kind if kind is not None else _plain_type(array.type)
        arrays.append(array if array.type == wanted else _cast_result(array, wanted, name))
    return pa.RecordBatch.from_arrays(
        arrays,
        schema=pa.schema([pa.field(name, a.type) for (name, _), a in zip(fields, arrays, strict=True)]),
    )


def _cast_result(array: pa.Array, wanted: pa.DataType, name: str) -> pa.Array:
    try:
        if pa.types.is_decimal(array.type) and pa.types.is_floating(wanted):
            return array.cast(wanted, safe=False)
        if pa.types.is_decimal(wanted) and pa.types.is_integer(array.type):
            array = array.cast(pa.decimal128(MAX_DECIMAL_DIGITS, 0))
        if pa.types.is_timestamp(array.type) and pa.types.is_timestamp(wanted):
            return pc.cast(array, wanted, safe=False)
        return array.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise WarehouseQueryInvalid(
            f"column {name} of the result is {array.type}, not {wanted}: {error}"
        ) from error


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return TIMESTAMP
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0):
        return pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_decimal(kind):
        return pa.decimal128(MAX_DECIMAL_DIGITS, kind.scale)
    if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return kind


def split(batches: Iterator[pa.RecordBatch], batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of ``batches`` in batches of at most ``batch_rows``, without copying."""
    for batch in batches:
        if batch.num_rows <= batch_rows:
            yield batch
            continue
        for start in range(0, batch.num_rows, batch_rows):
            yield batch.slice(start, batch_rows)
