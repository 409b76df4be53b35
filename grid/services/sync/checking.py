"""Checks the rows of an Arrow batch one by one and brings them to the form COPY takes.

Everything a row can show by itself is decided here, in whole columns at a time; what takes other rows
(duplicates, parents) or a geometry engine is decided in SQL afterwards.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from grid.services.sync.columns import Column, Kind
from grid.services.sync.errors import SourceMismatch
from grid.services.sync.geometry import LINE_PATTERN, ewkb_points, ewkt_lines, read_areas
from grid.services.sync.rejects import Reason, Reject

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.FLOAT: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
}
FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999  # years 1 to 9999
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896


@dataclass(kw_only=True)
class CheckedBatch:
    """The good rows as CSV for COPY, and the others with their reasons."""

    csv: bytes
    accepted_count: int
    rejects: list[Reject]


@dataclass
class _Faults:
    """The first fault of each row."""

    row_count: int
    found: list[tuple[Reason, str, str]] = field(default_factory=list)
    index: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.index = np.full(self.row_count, -1, dtype=np.int32)

    def mark(self, mask: pa.Array, reason: Reason, column: str, problem: str) -> None:
        if not pc.any(mask).as_py():
            return
        rows = pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False)
        self.index[rows & (self.index < 0)] = len(self.found)
        self.found.append((reason, column, problem))


def check_batch(batch: pa.RecordBatch, columns: Sequence[Column]) -> CheckedBatch:
    """Return the rows of ``batch`` that fit ``columns`` as CSV, and the rows that do not.

    A NaN where unknown is allowed becomes null, as in the warehouse; anywhere else it is refused.

    Raises:
        SourceMismatch: if the batch lacks a column or has one of another type.
    """
    faults = _Faults(batch.num_rows)
    arrays = [_fit(batch, column, faults) for column in columns]
    bad = faults.index >= 0
    rejects: list[Reject] = []
    if bad.any():
        key = next(column.name for column in columns if column.is_key)
        rejects = _rejects(batch, faults, bad, key)
        keep = pa.array(~bad)
        arrays = [array.filter(keep) for array in arrays]
    good = pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])
    buffer = io.BytesIO()
    pa_csv.write_csv(good, buffer, pa_csv.WriteOptions(include_header=False))
    return CheckedBatch(csv=buffer.getvalue(), accepted_count=good.num_rows, rejects=rejects)


def _rejects(batch: pa.RecordBatch, faults: _Faults, bad: np.ndarray, key: str) -> list[Reject]:
    rejects = []
    rows = _as_shown(batch.filter(pa.array(bad))).to_pylist()
    for row, index in zip(rows, faults.index[bad], strict=True):
        reason, column, problem = faults.found[index]
        rejects.append(
            Reject(
                row_key=row[key], reason=reason, detail=f"{column} {problem}: {row[column]!r}"[:1000], row=row
            )
        )
    return rejects


def _as_shown(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return ``batch`` with dates and times as text, since Python knows only the years 1 to 9999."""
    arrays = [
        array.cast(pa.string()) if pa.types.is_temporal(array.type) else array for array in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _read(batch: pa.RecordBatch, name: str, wanted: pa.DataType) -> pa.Array:
    position = batch.schema.get_field_index(name)
    if position < 0:
        raise SourceMismatch(f"The source has no column {name}.")
    array = batch.column(position)
    if array.type == wanted:
        return array
    try:
        return array.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SourceMismatch(f"Column {name} of the source is {array.type}, not {wanted}: {error}") from error


def _fit(batch: pa.RecordBatch, column: Column, faults: _Faults) -> pa.Array:
    match column.kind:
        case Kind.POINT:
            return _fit_point(batch, column, faults)
        case Kind.LINE:
            return _fit_line(batch, column, faults)
        case Kind.AREA:
            return _fit_area(batch, column, faults)
    array = _read(batch, column.name, _TYPES[column.kind])
    if column.is_key:
        blank = pc.or_kleene(pc.is_null(array), pc.equal(pc.utf8_trim_whitespace(array), ""))
        faults.mark(blank, Reason.MISSING_KEY, column.name, "is null or blank")
    if column.kind == Kind.FLOAT:
        array = _finite(array, column, faults)
    if column.is_required and array.null_count:
        faults.mark(pc.is_null(array), Reason.MISSING_VALUE, column.name, "is required")
    match column.kind:
        case Kind.TEXT:
            _check_text(array, column, faults)
        case Kind.INTEGER if column.bits < 64:
            bound = 2 ** (column.bits - 1)
            _check_range(array, column.name, -bound, bound - 1, faults, f"does not fit {column.bits} bits")
        case Kind.TIMESTAMP:
            ticks = array.view(pa.int64())
            _check_range(ticks, column.name, FIRST_US, LAST_US, faults, "is outside the years 1 to 9999")
        case Kind.DATE:
            days = array.view(pa.int32())
            _check_range(days, column.name, _FIRST_DAY, _LAST_DAY, faults, "is outside the years 1 to 9999")
    return array


def _finite(array: pa.Array, column: Column, faults: _Faults) -> pa.Array:
    faults.mark(pc.is_inf(array), Reason.NOT_FINITE, column.name, "is infinite")
    nan = pc.is_nan(array)
    if not pc.any(nan).as_py():
        return array
    if column.is_required:
        faults.mark(nan, Reason.NOT_FINITE, column.name, "is not a number")
        return array
    return pc.if_else(nan, pa.scalar(None, pa.float64()), array)


def _check_text(array: pa.Array, column: Column, faults: _Faults) -> None:
    if column.max_length is not None:
        too_long = pc.greater(pc.utf8_length(array), column.max_length)
        faults.mark(too_long, Reason.TEXT_TOO_LONG, column.name, f"has over {column.max_length} characters")
    if column.choices:
        known = pc.is_in(array, value_set=pa.array(column.choices, pa.string()))
        unknown = pc.and_(pc.is_valid(array), pc.invert(known))
        faults.mark(unknown, Reason.BAD_CHOICE, column.name, f"must be one of {', '.join(column.choices)}")
    faults.mark(pc.match_substring(array, "\0"), Reason.BAD_TEXT, column.name, "holds a NUL character")


def _check_range(array: pa.Array, name: str, low: float, high: float, faults: _Faults, problem: str) -> None:
    bounds = pc.min_max(array).as_py()
    if bounds["min"] is None or (low <= bounds["min"] and bounds["max"] <= high):
        return
    outside = pc.or_(pc.less(array, low), pc.greater(array, high))
    faults.mark(outside, Reason.OUT_OF_RANGE, name, problem)


def _fit_point(batch: pa.RecordBatch, column: Column, faults: _Faults) -> pa.Array:
    lon, lat = (_read(batch, name, pa.float64()) for name in column.source_names)
    for name, array, bound in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        if column.is_required:
            faults.mark(pc.is_null(array), Reason.MISSING_VALUE, name, "is required")
        faults.mark(pc.invert(pc.is_finite(array)), Reason.NOT_FINITE, name, "is not a finite number")
        _check_range(array, name, -bound, bound, faults, f"is outside -{bound:g} to {bound:g} degrees")
    return ewkb_points(lon, lat)


def _fit_line(batch: pa.RecordBatch, column: Column, faults: _Faults) -> pa.Array:
    name = column.source_names[0]
    wkt = _read(batch, name, pa.string())
    if column.is_required:
        faults.mark(pc.is_null(wkt), Reason.MISSING_VALUE, name, "is required")
    malformed = pc.invert(pc.match_substring_regex(wkt, LINE_PATTERN))
    faults.mark(malformed, Reason.BAD_GEOMETRY, name, "is no LINESTRING of two or more lon lat pairs")
    return ewkt_lines(wkt)


def _fit_area(batch: pa.RecordBatch, column: Column, faults: _Faults) -> pa.Array:
    name = column.source_names[0]
    wkt = _read(batch, name, pa.string())
    if column.is_required:
        faults.mark(pc.is_null(wkt), Reason.MISSING_VALUE, name, "is required")
    areas = read_areas(wkt, column.shapes)
    kinds = " or ".join(column.shapes)
    faults.mark(pa.array(areas.unreadable), Reason.BAD_GEOMETRY, name, f"is no {kinds} of closed rings")
    outside = pa.array(areas.outside)
    faults.mark(outside, Reason.OUT_OF_RANGE, name, "leaves -180 to 180, -90 to 90 degrees")
    for reason, rows in areas.invalid.items():
        faults.mark(pa.array(rows), Reason.BAD_GEOMETRY, name, f"is not valid ({reason})")
    return areas.ewkb
