"""Constructs that the databases spell differently."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Double,
    Float,
    Select,
    cast,
    func,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import roles
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.visitors import InternalTraversal


class approx_percentile(GenericFunction[float]):  # noqa: N801 - a SQL function keeps its lower-case name
    """``approx_percentile(column, fraction)``: the approximate value below which ``fraction`` of rows lie."""

    type = Double()
    inherit_cache = True
    name = "approx_percentile"


@compiles(approx_percentile, "duckdb")
def _approx_quantile(element: Any, compiler: Any, **options: Any) -> str:
    column, fraction = element.clauses
    values = compiler.process(column, **options)
    position = compiler.process(cast(fraction, Float(precision=24)), **options)  # no DOUBLE is accepted
    return f"approx_quantile({values}, {position})"


class convert_timezone(GenericFunction[datetime]):  # noqa: N801 - as above
    """``convert_timezone(from_zone, to_zone, at)``: the clock in one zone when it is ``at`` in the other."""

    type = DateTime()
    inherit_cache = True
    name = "convert_timezone"


@compiles(convert_timezone, "duckdb")
def _timezone(element: Any, compiler: Any, **options: Any) -> str:
    from_zone, to_zone, at = (compiler.process(part, **options) for part in element.clauses)
    return f"timezone({to_zone}, timezone({from_zone}, {at}))"


class later(GenericFunction[datetime]):  # noqa: N801 - as above
    """``later(at, minutes)``: the moment so many minutes after another."""

    type = DateTime()
    inherit_cache = True
    name = "later"


@compiles(later)
def _dateadd(element: Any, compiler: Any, **options: Any) -> str:
    at, minutes = (compiler.process(part, **options) for part in element.clauses)
    return f"dateadd(minute, {minutes}, {at})"


@compiles(later, "duckdb")
def _plus_minutes(element: Any, compiler: Any, **options: Any) -> str:
    at, minutes = (compiler.process(part, **options) for part in element.clauses)
    return f"({at} + to_minutes({minutes}))"


def between(unit: str, start: Any, end: Any) -> ColumnElement[int]:
    """Return how many ``unit`` (say ``hour``) begin between ``start`` and ``end``."""
    return func.datediff(literal_column(f"'{unit}'"), start, end, type_=BigInteger)


def qualify(query: Select[Any], condition: ColumnElement[bool]) -> Select[Any]:
    """Return ``query`` with the rows only whose window functions satisfy ``condition``."""
    suffix: Any = _Qualify(condition)
    return query.suffix_with(suffix)


class _Qualify(roles.StatementOptionRole, ClauseElement):
    __visit_name__ = "qualify"
    _traverse_internals = [("condition", InternalTraversal.dp_clauseelement)]

    def __init__(self, condition: ColumnElement[bool]) -> None:
        self.condition = condition


@compiles(_Qualify)
def _qualify(element: _Qualify, compiler: Any, **options: Any) -> str:
    return f"QUALIFY {compiler.process(element.condition, **options)}"
