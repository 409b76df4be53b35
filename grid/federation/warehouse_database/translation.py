"""From Django's query tree to a SQLAlchemy select over the queries that fill the layers.

What is not listed here is refused by name: an answer that might differ between the stores is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any

import sqlalchemy as sa
from django.contrib.gis.db.models import GeometryField, PointField
from django.db import models as django_models
from django.db.models import Aggregate, Count, Lookup, Max, Min, OrderBy, Sum, Value, Window
from django.db.models.expressions import Col, ColPairs, Ref, Star
from django.db.models.functions import RowNumber
from django.db.models.sql import Query
from django.db.models.sql.compiler import PositionRef
from django.db.models.sql.compiler import SQLCompiler as DjangoCompiler
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.datastructures import BaseTable, Join
from django.db.models.sql.where import AND, OR, NothingNode, WhereNode
from django.utils import timezone

from flux_site.api.errors import FluxError
from grid.federation.store import fallback_warehouse
from grid.layers import DERIVED, LAYERS
from grid.layers.window import query_of
from grid.warehouse.statements import optional_tables, reading_as_empty
from grid.warehouse.tables import metadata

KEYS_PER_LIST = 10_000
"""Snowflake limits the values of one IN list; longer ones are split."""

ESCAPE = "/"
_AGGREGATES: dict[type, Any] = {Sum: sa.func.sum, Max: sa.func.max, Min: sa.func.min}
_LAYER_OF_TABLE = {layer.table: layer for layer in LAYERS.values()}
_SOURCE_OF_DERIVED = {each.table: each.source for each in DERIVED}


class UnsupportedByWarehouse(FluxError):
    """The warehouse answers in place of the cache, and cannot answer this the same way."""

    code = "UNSUPPORTED_BY_WAREHOUSE"


class Kind(StrEnum):
    """How a selected value is made of the warehouse's columns."""

    PLAIN = "PLAIN"
    NUMBER = "NUMBER"
    MOMENT = "MOMENT"
    POINT = "POINT"
    SHAPE = "SHAPE"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One selected value."""

    kind: Kind

    @property
    def width(self) -> int:
        """How many columns of the warehouse it takes."""
        return 2 if self.kind is Kind.POINT else 1


@dataclass(frozen=True, kw_only=True)
class Translated:
    """A select for the warehouse and how its columns make up Django's."""

    statement: sa.Select[Any]
    columns: tuple[Column, ...]


class _Sources:
    """The query of each layer a translation reads, looked up once."""

    def __init__(self) -> None:
        self._selects: dict[str, sa.Select[Any]] = {}
        self._optional: set[str] = set()

    def select(self, table: str) -> sa.Select[Any]:
        """Return the rows that the cache's ``table`` should hold."""
        if table not in self._selects:
            select = self._query_of(table)
            self._optional |= optional_tables(select)
            self._selects[table] = select
        return self._selects[table]

    def _query_of(self, table: str) -> sa.Select[Any]:
        if table in _SOURCE_OF_DERIVED:
            return _SOURCE_OF_DERIVED[table]
        layer = _LAYER_OF_TABLE.get(table)
        if layer is None:
            raise UnsupportedByWarehouse(f"The warehouse does not hold {table}.")
        return query_of(layer, fallback_warehouse(), now=timezone.now())

    def complete(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """Return ``statement`` with what its sources say of tables that may be absent."""
        return reading_as_empty(statement, *(metadata.tables[name] for name in sorted(self._optional)))


def translate(compiler: DjangoCompiler) -> Translated:
    """Return the select of a query whose compiler is set up.

    Raises:
        UnsupportedByWarehouse: if it uses something that is not translated.
    """
    sources = _Sources()
    statement, columns = _Translation(compiler, sources).result()
    return Translated(statement=sources.complete(statement), columns=columns)


def translate_count(compiler: DjangoCompiler, wanted: Mapping[str, Any]) -> Translated:
    """Return the select that counts the rows of a query whose compiler is set up.

    Raises:
        UnsupportedByWarehouse: if something else than a count of all rows is wanted.
    """
    for expression in wanted.values():
        if not (isinstance(expression, Count) and isinstance(expression.source_expressions[0], Star)):
            raise _unsupported(expression)
    sources = _Sources()
    inner = _Translation(compiler, sources).result()[0].subquery("counted")
    counts: list[Any] = [sa.func.count().label(f"c{n}") for n in range(len(wanted))]
    statement: sa.Select[Any] = sa.select(*counts).select_from(inner)
    return Translated(
        statement=sources.complete(statement), columns=tuple(Column(kind=Kind.PLAIN) for _ in wanted)
    )


class _Translation:
    """One query: its tables by alias, and the select made of it."""

    def __init__(self, compiler: DjangoCompiler, sources: _Sources) -> None:
        self.compiler = compiler
        self.query: Query = compiler.query
        self.sources = sources
        self.tables: dict[str, sa.Subquery] = {}
        if self.query.combinator or self.query.extra or self.query.distinct_fields:
            raise UnsupportedByWarehouse(
                "The warehouse runs no unions, extra SQL or DISTINCT ON in place of the cache."
            )

    def result(self) -> tuple[sa.Select[Any], tuple[Column, ...]]:
        """Return the select, its columns named c0, c1, …, and how they make up Django's."""
        source = self._from()
        columns: list[Column] = []
        selected: list[sa.ColumnElement[Any]] = []
        for expression, _, _ in self.compiler.select:
            kind, parts = self._parts(expression)
            columns.append(Column(kind=kind))
            selected += parts
        where, having, qualify = self.query.where.split_having_qualify(
            must_group_by=self.query.group_by is not None
        )
        orders: list[Any] = [order for order, _ in self.compiler.get_order_by()]
        named = [part.label(f"c{n}") for n, part in enumerate(selected)]
        statement = sa.select(*named).select_from(source)
        if where is not None:
            statement = statement.where(self._condition(where))
        if self.query.group_by is not None:
            statement = statement.group_by(*self._group_by(orders))
        if having is not None:
            statement = statement.having(self._condition(having))
        if qualify is not None or self.query.distinct:
            statement = self._wrapped(statement, len(named), qualify, orders)
        else:
            statement = statement.order_by(*(self._order(order) for order in orders))
        return self._sliced(statement), tuple(columns)

    def _from(self) -> Any:
        joined: Any = None
        for alias, entry in self.query.alias_map.items():
            if not self.query.alias_refcount[alias]:
                continue
            table = self.sources.select(entry.table_name).subquery(alias)
            self.tables[alias] = table
            if joined is None and isinstance(entry, BaseTable):
                joined = table
            elif isinstance(entry, Join) and entry.filtered_relation is None:
                parent = self.tables[entry.parent_alias]
                on = sa.and_(*(parent.c[left] == table.c[right] for left, right in entry.join_cols))
                joined = joined.join(table, on, isouter=entry.join_type == LOUTER)
            else:
                raise UnsupportedByWarehouse(f"The warehouse cannot join {entry.table_name} this way.")
        return joined

    def _wrapped(
        self, inner: sa.Select[Any], width: int, qualify: WhereNode | None, orders: list[OrderBy]
    ) -> sa.Select[Any]:
        """Return the rows of ``inner`` that meet conditions on window functions, in order.

        Whatever the conditions and the order need becomes a column of the inner select.
        """
        needed: list[sa.ColumnElement[Any]] = []

        def outer(expression: Any) -> sa.ColumnElement[Any]:
            name = f"h{len(needed)}"
            value = self._value(expression)
            needed.append(value.label(name))
            return sa.column(name, value.type)

        conditions = [] if qualify is None else [self._condition(qualify, outer)]
        order_by = [self._order(order, outer) for order in orders]
        if self.query.distinct:
            inner = inner.distinct()
        rows = inner.add_columns(*needed).subquery("numbered")
        kept = [rows.c[f"c{n}"] for n in range(width)]
        return sa.select(*kept).where(*conditions).order_by(*order_by)

    def _sliced(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        low, high = self.query.low_mark, self.query.high_mark
        if high is not None:
            statement = statement.limit(high - low)
        return statement.offset(low) if low else statement

    def _group_by(self, orders: list[OrderBy]) -> list[sa.ColumnElement[Any]]:
        grouped = list(self.query.group_by) if isinstance(self.query.group_by, tuple) else []
        for expression, _, _ in self.compiler.select:
            grouped += expression.get_group_by_cols()
        for order in orders:
            grouped += order.get_group_by_cols()
        parts: dict[str, sa.ColumnElement[Any]] = {}
        for expression in grouped:
            for part in self._parts(expression)[1]:
                parts.setdefault(str(part), part)
        return list(parts.values())

    def _parts(self, expression: Any) -> tuple[Kind, list[sa.ColumnElement[Any]]]:
        """Return the warehouse's columns that a selected expression is made of."""
        if isinstance(expression, Ref | PositionRef):
            source: Any = expression
            return self._parts(source.source)
        if isinstance(expression, Col) and isinstance(expression.target, GeometryField):
            table, name = self.tables[expression.alias], expression.target.column
            if isinstance(expression.target, PointField):
                return Kind.POINT, [table.c.lon, table.c.lat]
            return Kind.SHAPE, [table.c[f"{name}_wkt"]]
        match expression.output_field:
            case django_models.DateTimeField():
                kind = Kind.MOMENT
            case django_models.FloatField():
                kind = Kind.NUMBER
            case _:
                kind = Kind.PLAIN
        return kind, [self._value(expression)]

    def _value(self, expression: Any) -> sa.ColumnElement[Any]:
        if isinstance(expression, Ref | PositionRef):
            source: Any = expression
            return self._value(source.source)
        if isinstance(expression, Col) and not isinstance(expression.target, GeometryField):
            return self.tables[expression.alias].c[str(expression.target.column)]
        if isinstance(expression, ColPairs) and len(expression) == 1:
            return self._value(expression.get_cols()[0])
        if isinstance(expression, Value):
            return sa.literal(_plain(expression.value))
        if isinstance(expression, RowNumber):
            return sa.func.row_number()
        if isinstance(expression, Window):
            return self._window(expression)
        if isinstance(expression, Aggregate) and expression.filter is None:
            return self._aggregate(expression)
        raise _unsupported(expression)

    def _window(self, window: Any) -> sa.ColumnElement[Any]:
        if window.frame is not None:
            raise _unsupported(window)
        partition = [] if window.partition_by is None else window.partition_by.get_source_expressions()
        order = [] if window.order_by is None else window.order_by.get_source_expressions()
        function: Any = self._value(window.source_expression)
        over: sa.ColumnElement[Any] = function.over(
            partition_by=[self._value(each) for each in partition] or None,
            order_by=[self._order(each) for each in order] or None,
        )
        return over

    def _aggregate(self, aggregate: Any) -> sa.ColumnElement[Any]:
        argument, is_distinct = aggregate.source_expressions[0], aggregate.distinct
        if isinstance(aggregate, Count):
            if isinstance(argument, Star):
                return sa.func.count()
            value = self._value(argument)
            return sa.func.count(value.distinct() if is_distinct else value)
        function = _AGGREGATES.get(type(aggregate))
        if function is None or is_distinct:
            raise _unsupported(aggregate)
        result: sa.ColumnElement[Any] = function(self._value(argument))
        return result

    def _order(self, order: OrderBy, value: Any = None) -> sa.ColumnElement[Any]:
        """Return an ordering that puts unknown values where PostgreSQL puts them."""
        column = (value or self._value)(order.expression)
        are_nulls_first = order.nulls_first or (order.descending and not order.nulls_last)
        directed = column.desc() if order.descending else column.asc()
        return directed.nulls_first() if are_nulls_first else directed.nulls_last()

    def _condition(self, node: Any, value: Any = None) -> sa.ColumnElement[bool]:
        """Return a condition; ``value`` translates the expressions in it."""
        if isinstance(node, WhereNode):
            if not node.children:
                return sa.true()
            if node.connector not in {AND, OR}:
                raise _unsupported(node)
            join = sa.and_ if node.connector == AND else sa.or_
            joined = join(*(self._condition(child, value) for child in node.children))
            return sa.not_(joined.self_group()) if node.negated else joined.self_group()
        if isinstance(node, NothingNode):
            return sa.false()
        if isinstance(node, Lookup):
            return self._lookup(node, value or self._value)
        raise _unsupported(node)

    def _lookup(self, lookup: Lookup[Any], value: Any) -> sa.ColumnElement[bool]:
        name = lookup.lookup_name
        if name == "isnull":
            if isinstance(lookup.lhs, Col) and isinstance(lookup.lhs.target, GeometryField):
                left = self._parts(lookup.lhs)[1][0]
            else:
                left = value(lookup.lhs)
            return left.is_(None) if lookup.rhs else left.is_not(None)
        left = value(lookup.lhs)
        if name == "in":
            is_tuple = isinstance(lookup.lhs, ColPairs) and not isinstance(lookup.rhs, Query)
            return self._one_of(left, [each[0] for each in lookup.rhs] if is_tuple else lookup.rhs)
        if name == "range":
            low, high = (self._operand(each, value) for each in lookup.rhs)
            return sa.and_(left >= low, left <= high)
        right = self._operand(lookup.rhs, value)
        match name:
            case "exact":
                return left == right
            case "gt":
                return left > right
            case "gte":
                return left >= right
            case "lt":
                return left < right
            case "lte":
                return left <= right
            case "iexact":
                return sa.func.upper(left) == sa.func.upper(right)
        if name in _PATTERNS and isinstance(lookup.rhs, str):
            pattern = _PATTERNS[name].format(_escaped(lookup.rhs))
            if name.startswith("i"):
                return sa.func.upper(left).like(sa.func.upper(sa.literal(pattern)), escape=ESCAPE)
            return left.like(pattern, escape=ESCAPE)
        raise UnsupportedByWarehouse(
            f"The cache is away, and the warehouse cannot filter by {name} in its place; use another filter."
        )

    def _operand(self, operand: Any, value: Any) -> sa.ColumnElement[Any]:
        if isinstance(operand, Query):
            return self._subselect(operand).scalar_subquery()
        if hasattr(operand, "resolve_expression"):
            found: sa.ColumnElement[Any] = (
                value(operand) if not isinstance(operand, Value) else self._value(operand)
            )
            return found
        return sa.literal(_plain(operand))

    def _one_of(self, left: sa.ColumnElement[Any], wanted: Any) -> sa.ColumnElement[bool]:
        if isinstance(wanted, Query):
            return left.in_(self._subselect(wanted))
        values = sorted({_plain(each) for each in wanted if each is not None})
        lists = [values[n : n + KEYS_PER_LIST] for n in range(0, len(values), KEYS_PER_LIST)]
        return sa.or_(*(left.in_(each) for each in lists)) if lists else sa.false()

    def _subselect(self, query: Query) -> sa.Select[Any]:
        compiler = query.get_compiler(self.compiler.using)
        compiler.setup_query()
        return _Translation(compiler, self.sources).result()[0]


_PATTERNS = {
    "contains": "%{}%",
    "icontains": "%{}%",
    "startswith": "{}%",
    "istartswith": "{}%",
    "endswith": "%{}",
    "iendswith": "%{}",
}


def _escaped(text: str) -> str:
    for sign in (ESCAPE, "%", "_"):
        text = text.replace(sign, ESCAPE + sign)
    return text


def _plain(value: Any) -> Any:
    """Return a value as the warehouse holds it: moments in UTC without a zone, choices as their text."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value.value if isinstance(value, Enum) else value


def _unsupported(expression: Any) -> UnsupportedByWarehouse:
    return UnsupportedByWarehouse(
        f"The cache is away, and the warehouse cannot answer {type(expression).__name__} in its place."
    )
