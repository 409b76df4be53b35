"""Checks the rows of a file one by one and brings them to the columns of the warehouse table."""

from __future__ import annotations

import math
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from grid.intake.areas import Areas, read_areas
from grid.intake.computed import MEASURED, METHODS, ROUTE_FACTORS, Method, route_length_m
from grid.intake.converting import convert
from grid.intake.errors import IntakeError, Reason
from grid.intake.geometry import BadGeometry, Shapes, Transform, parse_wkb, read_shapes, wkt_line
from grid.intake.mapping import AREA_TARGETS, Mapping, Rule, RuleKind
from grid.intake.sources import GEOMETRY
from grid.intake.units import factor
from grid.warehouse.arrow import arrow_type

ROW = "_row"
"""The column of checked rows that holds their number in the file, the first being 1."""

_BOUNDS = {"latitude": 90.0, "longitude": 180.0}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A row of the file that is not taken, and why."""

    row_number: int
    row_key: str | None
    reason: Reason
    column: str
    detail: str
    row: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CheckedRows:
    """The rows that fit, in the columns that are filled and ``ROW``; and those that do not."""

    rows: pa.RecordBatch
    refused: list[Refused]


@dataclass
class _Faults:
    """The first fault of each row."""

    row_count: int
    found: list[tuple[Reason, str, str]] = field(default_factory=list)
    index: npt.NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        self.index = np.full(self.row_count, -1, dtype=np.int32)

    def mark(self, mask: pa.Array | npt.NDArray[np.bool_], reason: Reason, column: str, problem: str) -> None:
        if isinstance(mask, np.ndarray):
            rows = mask
        else:
            rows = pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False)
        if rows.any():
            self.index[rows & (self.index < 0)] = len(self.found)
            self.found.append((reason, column, problem))


@dataclass(frozen=True, kw_only=True)
class Checker:
    """Checks batches of one file.

    Attributes:
        table: the table to be filled.
        mapping: what fills its columns.
        choices: the values allowed, by column, where only some are.
        geometry_transform: brings geometries to WGS 84; None if they are in it.
        column_transform: likewise for coordinates in columns.
    """

    table: sa.Table
    mapping: Mapping
    choices: MappingType[str, tuple[str, ...]]
    geometry_transform: Transform | None = None
    column_transform: Transform | None = None

    @property
    def schema(self) -> pa.Schema:
        """The schema of checked rows."""
        fields = [pa.field(column.name, arrow_type(column.type)) for column in self._filled]
        return pa.schema([*fields, pa.field(ROW, pa.int64())])

    @property
    def _filled(self) -> list[sa.Column[Any]]:
        """The columns that are filled from the file, row by row."""
        return [
            column
            for column in self.table.columns
            if (rule := self.mapping.rule_of(column.name)) is not None
            and (rule.kind != RuleKind.COMPUTED or METHODS[self.table.name, column.name] in MEASURED)
        ]

    def check(self, batch: pa.RecordBatch, *, first_row: int) -> CheckedRows:
        """Return the rows of ``batch``, whose first is number ``first_row`` of the file.

        Raises:
            IntakeError: WRONG_TYPE or MISSING_COLUMN, if a whole column of the file cannot fill its target.
        """
        faults = _Faults(batch.num_rows)
        shapes = self._shapes(batch, faults)
        values = {column.name: self._values(column, batch, shapes, faults) for column in self._filled}
        self._move_columns(values, faults)
        arrays = [self._checked(column, values[column.name], faults) for column in self._filled]
        numbers = np.arange(first_row, first_row + batch.num_rows, dtype=np.int64)
        rows = pa.RecordBatch.from_arrays([*arrays, pa.array(numbers)], schema=self.schema)
        bad = faults.index >= 0
        if not bad.any():
            return CheckedRows(rows=rows, refused=[])
        keep = pa.array(~bad)
        return CheckedRows(rows=rows.filter(keep), refused=self._refused(batch, rows, faults, bad))

    def _shapes(self, batch: pa.RecordBatch, faults: _Faults) -> Shapes | Areas | None:
        if not self.mapping.uses_geometry:
            return None
        name = self.mapping.geometry or GEOMETRY
        try:
            shapes = self._read(_column(batch, name))
        except TypeError as error:
            raise IntakeError(f"Column {name} {error}.", code="WRONG_TYPE", field="mapping") from error
        for problem in sorted({text for text in shapes.problems if text is not None}):
            mask = np.array([text == problem for text in shapes.problems])
            faults.mark(mask, Reason.BAD_GEOMETRY, "geometry", problem)
        return shapes

    def _read(self, column: pa.Array) -> Shapes | Areas:
        """Return the geometries as what the table holds: areas, lines or points."""
        if any(name in self.table.columns for name in AREA_TARGETS):
            several = "outline_wkt" in self.table.columns
            return read_areas(column, self.geometry_transform, may_be_several=several)
        wanted = "LINESTRING" if self.mapping.rule_of("route_wkt") is not None else "POINT"
        return read_shapes(column, wanted, self.geometry_transform)

    def _values(
        self, column: sa.Column[Any], batch: pa.RecordBatch, shapes: Shapes | Areas | None, faults: _Faults
    ) -> pa.Array:
        rule = self.mapping.rule_of(column.name)
        if rule is None:
            raise AssertionError(f"{column.name} is not filled")
        match rule.kind:
            case RuleKind.COLUMN:
                times = 1.0 if rule.unit is None else factor(column=column.name, unit=rule.unit)
                converted = convert(_column(batch, rule.column or ""), column, factor=times)
                problem = f"is no {_type_name(arrow_type(column.type))}"
                faults.mark(converted.is_bad, Reason.WRONG_TYPE, column.name, problem)
                return converted.values
            case RuleKind.CONSTANT:
                return constant_values(rule, column, batch.num_rows)
            case RuleKind.GEOMETRY | RuleKind.COMPUTED:
                if shapes is None:
                    raise IntakeError(
                        f"{column.name} is measured on the geometry, which the mapping does not read.",
                        code="MAPPING_INCOMPLETE",
                        field=f"mapping.{column.name}",
                    )
                return _from_shapes(self.table.name, column.name, shapes)

    def _move_columns(self, values: dict[str, pa.Array], faults: _Faults) -> None:
        """Bring coordinates that stand in columns to WGS 84."""
        rules = [self.mapping.rule_of(name) for name in _BOUNDS]
        if self.column_transform is None or not all(
            rule is not None and rule.kind == RuleKind.COLUMN for rule in rules
        ):
            return
        x = _floats(values["longitude"])
        y = _floats(values["latitude"])
        known = np.isfinite(x) & np.isfinite(y)
        lon, lat = x.copy(), y.copy()
        lon[known], lat[known] = self.column_transform(x[known], y[known])
        lost = known & ~(np.isfinite(lon) & np.isfinite(lat))
        faults.mark(
            lost,
            Reason.OUT_OF_RANGE,
            "latitude",
            "and longitude lie where the reference system has no place on the Earth",
        )
        for name, moved in (("longitude", lon), ("latitude", lat)):
            before = values[name]
            values[name] = pc.if_else(pa.array(known), pa.array(moved), before)

    def _checked(self, column: sa.Column[Any], array: pa.Array, faults: _Faults) -> pa.Array:
        name, kinds = column.name, pa.types
        if kinds.is_floating(array.type):
            array = _finite(array, column, faults)
        if not column.nullable:
            reason = Reason.MISSING_KEY if column.primary_key else Reason.MISSING_VALUE
            faults.mark(pc.is_null(array), reason, name, "is required")
        if name in _BOUNDS and kinds.is_floating(array.type):
            bound = _BOUNDS[name]
            outside = pc.or_(pc.less(array, -bound), pc.greater(array, bound))
            faults.mark(outside, Reason.OUT_OF_RANGE, name, f"is outside -{bound:g} to {bound:g} degrees")
        if kinds.is_string(array.type):
            length = getattr(column.type, "length", None)
            if length is not None:
                too_long = pc.greater(pc.utf8_length(array), length)
                faults.mark(too_long, Reason.TEXT_TOO_LONG, name, f"has over {length} characters")
            faults.mark(pc.match_substring(array, "\0"), Reason.BAD_TEXT, name, "holds a NUL character")
            allowed = self.choices.get(name)
            if allowed:
                unknown = pc.invert(pc.is_in(array, value_set=pa.array(allowed, pa.string())))
                unknown = pc.and_(pc.is_valid(array), unknown)
                faults.mark(unknown, Reason.BAD_CHOICE, name, f"must be one of {', '.join(allowed)}")
        return array

    def _refused(
        self,
        batch: pa.RecordBatch,
        rows: pa.RecordBatch,
        faults: _Faults,
        bad: npt.NDArray[np.bool_],
    ) -> list[Refused]:
        key = next(column.name for column in self.table.primary_key)
        mask = pa.array(bad)
        keys = rows.column(key).filter(mask).to_pylist()
        numbers = rows.column(ROW).filter(mask).to_pylist()
        sources = plain_rows(batch.filter(mask))
        refused = []
        for number, row_key, index, row in zip(numbers, keys, faults.index[bad], sources, strict=True):
            reason, column, problem = faults.found[index]
            shown = self._shown(column, row)
            refused.append(
                Refused(
                    row_number=number,
                    row_key=row_key,
                    reason=reason,
                    column=column,
                    detail=f"{column} {problem}: {shown}"[:1000],
                    row=row,
                )
            )
        return refused

    def _shown(self, target: str, row: dict[str, Any]) -> str:
        """Return the source value that a fault of ``target`` is about."""
        rule = self.mapping.rule_of(target)
        if rule is not None and rule.kind == RuleKind.CONSTANT:
            return repr(rule.constant)
        if rule is not None and rule.kind == RuleKind.COLUMN:
            return repr(row.get(rule.column or ""))[:200]
        return str(row.get(self.mapping.geometry or GEOMETRY))[:200]


def plain_rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Return the rows as JSON can hold them: WKB as WKT or hexadecimal, times as ISO text, no NaN."""
    return [{name: _plain(value) for name, value in row.items()} for row in _readable(batch).to_pylist()]


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    kinds = pa.types
    arrays = [
        array.cast(pa.string()) if kinds.is_temporal(array.type) or kinds.is_decimal(array.type) else array
        for array in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return _wkt_of(value)
        case float() if not math.isfinite(value):
            return str(value)
        case str():
            return value.replace("\0", "\ufffd")
        case None | bool() | int() | float():
            return value
    return str(value)


def _wkt_of(data: bytes) -> str:
    try:
        name, parts, _srid = parse_wkb(data)
    except BadGeometry:
        return data.hex()
    if len(parts) != 1 or name.startswith("MULTI"):
        return data.hex()
    if name == "POINT":
        x, y = parts[0][0].tolist()
        return f"POINT ({x!r} {y!r})"
    return wkt_line(parts[0])


def constant_values(rule: Rule, column: sa.Column[Any], count: int) -> pa.Array:
    """Return a constant as a column.

    Raises:
        IntakeError: MAPPING_INVALID, if it does not fit.
    """
    converted = convert(pa.array([rule.constant], pa.string()), column)
    value = converted.values[0]
    if converted.is_bad[0].as_py() or not value.is_valid:
        raise IntakeError(
            f"The constant {rule.constant!r} of {rule.target} is no {_type_name(value.type)}.",
            code="MAPPING_INVALID",
            field=f"mapping.{rule.target}",
        )
    return pa.repeat(value, count)


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    position = batch.schema.get_field_index(name)
    if position < 0:
        shown = "geometry" if name == GEOMETRY else f"column {name}"
        raise IntakeError(f"The file has no {shown}.", code="MISSING_COLUMN", field="mapping")
    return batch.column(position)


def _from_areas(table: str, name: str, areas: Areas) -> pa.Array:
    if name in AREA_TARGETS:
        return areas.wkt()
    if METHODS.get((table, name)) == Method.OUTLINE_AREA_M2:
        return pa.array(areas.area_m2(), pa.float64(), from_pandas=True)
    axis = 0 if name == "longitude" else 1
    return pa.array(areas.inner_points()[:, axis], pa.float64(), from_pandas=True)


def _from_shapes(table: str, name: str, shapes: Shapes | Areas) -> pa.Array:
    if isinstance(shapes, Areas):
        return _from_areas(table, name, shapes)
    method = METHODS.get((table, name))
    if method in ROUTE_FACTORS:
        times = ROUTE_FACTORS[method]
        lengths = [None if s is None else route_length_m(s) * times for s in shapes.coordinates]
        return pa.array(lengths, pa.float64())
    if name == "route_wkt":
        return pa.array([None if s is None else wkt_line(s) for s in shapes.coordinates], pa.string())
    axis = 0 if name == "longitude" else 1
    numbers = [None if s is None else float(s[0, axis]) for s in shapes.coordinates]
    return pa.array(numbers, pa.float64())


def _finite(array: pa.Array, column: sa.Column[Any], faults: _Faults) -> pa.Array:
    faults.mark(pc.is_inf(array), Reason.NOT_FINITE, column.name, "is infinite")
    nan = pc.is_nan(array)
    if not pc.any(nan).as_py():
        return array
    if not column.nullable:
        faults.mark(nan, Reason.NOT_FINITE, column.name, "is not a number")
        return array
    return pc.if_else(pc.fill_null(nan, fill_value=False), pa.scalar(None, pa.float64()), array)


def _floats(array: pa.Array) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = pc.fill_null(array, float("nan")).to_numpy(zero_copy_only=False)
    return found


def _type_name(kind: pa.DataType) -> str:
    kinds = pa.types
    if kinds.is_integer(kind):
        return f"whole number of {kind.bit_width} bits"
    if kinds.is_floating(kind):
        return "number"
    if kinds.is_boolean(kind):
        return "truth value such as true, false, 1 or 0"
    return "date such as 2024-05-31" if kinds.is_date(kind) else "text"
