"""Runs Django's queries on the warehouse."""

import struct
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db.models.sql import compiler as django_compiler
from django.db.models.sql.constants import GET_ITERATOR_CHUNK_SIZE, MULTI, SINGLE

from grid.federation.store import ask_warehouse, fallback_warehouse
from grid.federation.warehouse_database.base import refuse
from grid.federation.warehouse_database.translation import (
    Column,
    Kind,
    Translated,
    translate,
    translate_count,
)

SRID = 4326
_POINT = struct.Struct("<BIIdd")
_POINT_WITH_SRID = 0x20000001


class SQLCompiler(django_compiler.SQLCompiler):
    """Answers a query with rows of the warehouse, in the form in which PostgreSQL gives them."""

    def execute_sql(
        self,
        result_type: str | None = MULTI,
        chunked_fetch: bool = False,
        chunk_size: int = GET_ITERATOR_CHUNK_SIZE,
    ) -> Any:
        """Return what Django's own compiler returns: chunks of rows, or one row.

        Raises:
            UnsupportedByWarehouse: if the query uses something the two stores could answer differently.
            WarehouseUnavailableError: if the warehouse does not answer.
        """
        self.setup_query()
        rows = self._rows(translate(self))
        if result_type == MULTI:
            return iter([list(rows)])
        if result_type == SINGLE:
            return next(iter(rows), None)
        return refuse()

    def _rows(self, translated: Translated) -> Iterable[tuple[Any, ...]]:
        batches = ask_warehouse(lambda: list(fallback_warehouse().select_arrow(translated.statement)))
        return chain.from_iterable(_tuples(batch, translated.columns) for batch in batches)


class SQLAggregateCompiler(SQLCompiler, django_compiler.SQLAggregateCompiler):  # type: ignore[misc]
    """Counts the rows of a query that cannot be counted in place, say of one with DISTINCT."""

    def execute_sql(
        self,
        result_type: str | None = SINGLE,
        chunked_fetch: bool = False,
        chunk_size: int = GET_ITERATOR_CHUNK_SIZE,
    ) -> Any:
        """Return the one row of counts."""
        inner = self.query.inner_query.get_compiler(self.using)
        inner.setup_query()
        self.col_count = len(self.query.annotation_select)
        return next(iter(self._rows(translate_count(inner, self.query.annotation_select))), None)


class SQLInsertCompiler(SQLCompiler):
    """Refuses."""

    execute_sql = refuse


class SQLUpdateCompiler(SQLInsertCompiler):
    """Refuses."""


class SQLDeleteCompiler(SQLInsertCompiler):
    """Refuses."""


def _tuples(batch: Any, columns: tuple[Column, ...]) -> Iterable[tuple[Any, ...]]:
    stored = [each.to_pylist() for each in batch.columns]
    values = []
    position = 0
    for column in columns:
        taken = stored[position : position + column.width]
        position += column.width
        values.append(_READ[column.kind](*taken))
    return zip(*values, strict=True)


def _points(lons: list[Any], lats: list[Any]) -> list[memoryview | None]:
    return [
        None if lon is None or lat is None else memoryview(_POINT.pack(1, _POINT_WITH_SRID, SRID, lon, lat))
        for lon, lat in zip(lons, lats, strict=True)
    ]


def _shapes(texts: list[Any]) -> list[memoryview | None]:
    return [None if text is None else GEOSGeometry(text, srid=SRID).ewkb for text in texts]


def _moments(values: list[datetime | None]) -> list[datetime | None]:
    return [None if value is None else value.replace(tzinfo=UTC) for value in values]


def _numbers(values: list[float | None]) -> list[float | None]:
    return [None if value != value else value for value in values]  # NaN is unknown, as sync has it


def _as_they_are(values: list[Any]) -> list[Any]:
    return values


_READ: dict[Kind, Callable[..., list[Any]]] = {
    Kind.POINT: _points,
    Kind.SHAPE: _shapes,
    Kind.MOMENT: _moments,
    Kind.NUMBER: _numbers,
    Kind.PLAIN: _as_they_are,
}
