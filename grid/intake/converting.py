"""Values of a file brought to the type of the column they fill, in whole columns at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from grid.intake.errors import IntakeError
from grid.warehouse.arrow import arrow_type

_FLOAT = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
_NOT_FINITE = r"(?i)^[-+]?(nan|inf|infinity)$"
_INTEGER = r"^[-+]?\d{1,18}(\.0*)?$"
_TRUE, _FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
_WHOLE_MAX = 2.0**53


@dataclass(frozen=True)
class Converted:
    """A column in its type, and where it could not be brought there (those values are null)."""

    values: pa.Array
    is_bad: pa.Array


def convert(array: pa.Array, column: sa.Column[Any], *, factor: float = 1.0) -> Converted:
    """Return ``array`` in the type of ``column``, multiplied by ``factor``.

    Text is trimmed and blank text is unknown (null). NaN and infinity stay as they are.

    Raises:
        IntakeError: WRONG_TYPE, if the file's column has a type that can never fit.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    if pa.types.is_string(array.type):
        trimmed = pc.utf8_trim_whitespace(array)
        array = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    wanted = arrow_type(column.type)
    kinds = pa.types
    if kinds.is_string(wanted):
        return _to_text(array, column)
    if kinds.is_floating(wanted):
        return _to_float(array, column, factor)
    if kinds.is_integer(wanted):
        return _to_integer(array, column, wanted)
    if kinds.is_boolean(wanted):
        return _to_boolean(array, column)
    if kinds.is_date32(wanted):
        return _to_date(array, column)
    raise IntakeError(f"{column.name} cannot be filled from a file.", code="WRONG_TYPE", field="mapping")


def _good(array: pa.Array) -> Converted:
    return Converted(array, pa.array(np.zeros(len(array), dtype=bool)))


def _mismatch(array: pa.Array, column: sa.Column[Any], wanted: str) -> IntakeError:
    return IntakeError(
        f"The file's column for {column.name} holds {array.type}; it must hold {wanted}.",
        code="WRONG_TYPE",
        field=f"mapping.{column.name}",
    )


def _to_text(array: pa.Array, column: sa.Column[Any]) -> Converted:
    kinds = pa.types
    if kinds.is_string(array.type):
        return _good(array)
    if kinds.is_integer(array.type) or kinds.is_temporal(array.type) or kinds.is_decimal(array.type):
        return _good(array.cast(pa.string()))
    if kinds.is_boolean(array.type):
        return _good(pc.if_else(array, "true", "false"))
    if kinds.is_floating(array.type):
        # Keys are often stored as 12.0: whole numbers lose their point.
        texts = [
            None
            if value is None
            else str(int(value))
            if np.isfinite(value) and value == int(value) and abs(value) < _WHOLE_MAX
            else repr(value)
            for value in array.to_pylist()
        ]
        return _good(pa.array(texts, pa.string()))
    raise _mismatch(array, column, "text")


def _to_float(array: pa.Array, column: sa.Column[Any], factor: float) -> Converted:
    kinds = pa.types
    if kinds.is_string(array.type):
        is_number = pc.match_substring_regex(array, _FLOAT)
        is_other = pc.match_substring_regex(array, _NOT_FINITE)
        usable = pc.or_(is_number, is_other)
        bad = pc.fill_null(pc.invert(usable), fill_value=False)
        values = pc.if_else(pc.fill_null(usable, fill_value=False), array, pa.scalar(None, pa.string()))
        values = pc.replace_substring_regex(values, r"^\+", "").cast(pa.float64())
    elif kinds.is_floating(array.type) or kinds.is_integer(array.type) or kinds.is_decimal(array.type):
        values = array.cast(pa.float64(), safe=False)
        bad = pa.array(np.zeros(len(array), dtype=bool))
    else:
        raise _mismatch(array, column, "numbers")
    return Converted(values if factor == 1.0 else pc.multiply(values, factor), bad)


def _to_integer(array: pa.Array, column: sa.Column[Any], wanted: pa.DataType) -> Converted:
    kinds = pa.types
    if kinds.is_string(array.type):
        fits = pc.match_substring_regex(array, _INTEGER)
        bad = pc.fill_null(pc.invert(fits), fill_value=False)
        digits = pc.if_else(pc.fill_null(fits, fill_value=False), array, pa.scalar(None, pa.string()))
        digits = pc.replace_substring_regex(digits, r"(^\+)|(\.0*$)", "")
        values = digits.cast(pa.int64())
    elif kinds.is_integer(array.type):
        values = array.cast(pa.int64(), safe=False)
        bad = pa.array(np.zeros(len(array), dtype=bool))
    elif kinds.is_floating(array.type):
        whole = pc.and_(pc.is_finite(array), pc.equal(pc.trunc(array), array))
        whole = pc.and_(whole, pc.less(pc.abs(array), _WHOLE_MAX))
        nan_is_unknown = pc.and_(pc.is_nan(array), pa.scalar(bool(column.nullable)))
        bad = pc.fill_null(pc.and_not(pc.invert(whole), nan_is_unknown), fill_value=False)
        values = pc.if_else(pc.fill_null(whole, fill_value=False), array, None).cast(pa.int64())
    else:
        raise _mismatch(array, column, "whole numbers")
    bound = 2 ** (wanted.bit_width - 1)
    outside = pc.or_(pc.less(values, -bound), pc.greater(values, bound - 1))
    outside = pc.fill_null(outside, fill_value=False)
    values = pc.if_else(outside, pa.scalar(None, pa.int64()), values).cast(wanted)
    return Converted(values, pc.or_(bad, outside))


def _to_boolean(array: pa.Array, column: sa.Column[Any]) -> Converted:
    kinds = pa.types
    if kinds.is_boolean(array.type):
        return _good(array)
    if kinds.is_integer(array.type) or kinds.is_floating(array.type):
        array = _to_text(array, column).values
    if not kinds.is_string(array.type):
        raise _mismatch(array, column, "true or false")

    def read(text: str) -> bool | None:
        lowered = text.lower()
        return True if lowered in _TRUE else False if lowered in _FALSE else None

    return _by_distinct_text(array, pa.bool_(), read)


def _to_date(array: pa.Array, column: sa.Column[Any]) -> Converted:
    kinds = pa.types
    if kinds.is_date(array.type) or kinds.is_timestamp(array.type):
        return _good(array.cast(pa.date32(), safe=False))
    if not kinds.is_string(array.type):
        raise _mismatch(array, column, "dates")

    def read(text: str) -> date | None:
        try:
            return datetime.fromisoformat(text.replace("/", "-")).date()
        except ValueError:
            return None

    return _by_distinct_text(array, pa.date32(), read)


def _by_distinct_text(array: pa.Array, kind: pa.DataType, read: Callable[[str], Any]) -> Converted:
    """Read each different text once; columns of dates and flags hold few."""
    encoded = array.dictionary_encode()
    meanings = pa.array([read(text) for text in encoded.dictionary.to_pylist()], kind)
    values = meanings.take(encoded.indices)
    return Converted(values, pc.and_(pc.is_valid(array), pc.is_null(values)))
