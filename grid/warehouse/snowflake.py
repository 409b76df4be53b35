"""The warehouse on Snowflake, through its own connector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypeVar

import pyarrow as pa
from snowflake.connector import errors as driver_errors
from sqlalchemy import Table, func, select

from grid.warehouse import snowflake_changes, snowflake_load
from grid.warehouse import snowflake_ledger as ledger
from grid.warehouse.arrow import TIMESTAMP, Query, conform_result, result_fields, split
from grid.warehouse.errors import (
    TableNotLoaded,
    WarehouseError,
    WarehouseQueryInvalid,
    WarehouseUnavailable,
)
from grid.warehouse.incoming import Data
from grid.warehouse.interface import BATCH_ROWS, KEEP_HOURS, Expected, RowsOf
from grid.warehouse.snowflake_session import (
    SnowflakeConnections,
    SnowflakeTarget,
    discard,
    is_session_lost,
)
from grid.warehouse.statements import optional_tables, tables_read
from grid.warehouse.tables import WRITTEN_INSTEAD

_T = TypeVar("_T")

# Arrow types of the driver's type codes, for columns of an empty answer whose type the query leaves open.
_TYPE_OF_CODE = {
    0: pa.int64(),
    1: pa.float64(),
    2: pa.string(),
    3: pa.date32(),
    4: TIMESTAMP,
    6: TIMESTAMP,
    7: TIMESTAMP,
    8: TIMESTAMP,
    13: pa.bool_(),
}


class SnowflakeWarehouse:
    """The warehouse in a Snowflake database; see ``interface.Warehouse`` for the contract of each method.

    Connections are opened at the first use and renewed when their session ends. Like the embedded
    warehouse it cannot be used on both sides of one fork.

    Tables that Snowflake derives itself, as dynamic tables, cannot be written: cleaned readings go to the
    history that the dynamic table is made of, and rows of the roll-ups go nowhere (0 is returned, and nothing
    read), as Snowflake computes its own. A dynamic table without rows counts as never loaded.
    """

    def __init__(self, target: SnowflakeTarget, *, query_timeout_s: float) -> None:
        self._target = target
        self._timeout_s = query_timeout_s
        self._connections = SnowflakeConnections(target, query_timeout_s=query_timeout_s)
        self._known_loaded: set[str] = set()
        self._ready: set[str] = set()  # tables this process has seen to exist as declared

    @classmethod
    def from_url(cls, url: str, *, query_timeout_s: float) -> SnowflakeWarehouse:
        """Return the warehouse that a ``snowflake://`` URL names."""
        return cls(SnowflakeTarget.from_url(url), query_timeout_s=query_timeout_s)

    def prepare(self) -> None:
        self._with_cursor(ledger.prepare)

    def ping(self) -> None:
        try:
            self._with_cursor(lambda cursor: ledger.rows(cursor, "SELECT 1", {}))
        except WarehouseUnavailable:
            raise
        except WarehouseError as error:
            raise WarehouseUnavailable(error.message) from error

    def select_arrow(self, query: Query, batch_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        tables = tables_read(query)
        fields = result_fields(query)
        for table in tables:
            self._check_loaded(table, may_be_absent=table.fullname in optional_tables(query))
        statement, parameters = _compile(query)
        connection, cursor = self._started(statement, parameters)

        def stream() -> Iterator[pa.RecordBatch]:
            is_sound = False
            try:
                is_empty = True
                for part in cursor.fetch_arrow_batches(force_microsecond_precision=True):
                    for batch in part.to_batches():
                        is_empty = False
                        yield conform_result(batch, fields)
                if is_empty:
                    yield _empty(fields, cursor.description)
                is_sound = True
            except driver_errors.Error as error:
                raise self._target.explained(error, timeout_s=self._timeout_s) from None
            finally:
                cursor.close()
                if is_sound:
                    self._connections.give_back(connection)
                else:
                    discard(connection)

        return split(stream(), batch_rows)

    def select_rows(self, query: Query) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for batch in self.select_arrow(query):
            rows.extend(batch.to_pylist())
        return rows

    def append(self, table: Table, data: Data, batch_id: str) -> int:
        return self._write(table, data, batch_id, "append")

    def replace(self, table: Table, data: Data, batch_id: str, *, expected: Expected | None = None) -> int:
        return self._write(table, data, batch_id, "overwrite", expected)

    def replace_rows(
        self, table: Table, rows: RowsOf, data: Data, batch_id: str, *, expected: Expected | None = None
    ) -> int:
        return self._write(table, data, batch_id, "overwrite", expected, rows)

    def version(self, table: Table) -> str | None:
        return self._with_cursor(lambda cursor: ledger.version(cursor, table))

    def changed_keys(
        self, table: Table, since: str, *, columns: Iterable[str], limit: int
    ) -> list[str] | None:
        if since == self.version(table):
            return []
        asked = snowflake_changes.statement(table, since, limit=limit)
        if asked is None:
            return None
        try:
            found = self._with_cursor(lambda cursor: ledger.rows(cursor, *asked))
        except WarehouseQueryInvalid:
            return None  # change tracking is off, or its history does not reach back so far
        return [row[0] for row in found]

    def row_count(self, table: Table) -> int:
        self._check_loaded(table, may_be_absent=False)
        statement, parameters = _compile(select(func.count().label("n")).select_from(table))
        found = self._with_cursor(lambda cursor: ledger.rows(cursor, statement, parameters))
        return int(found[0][0])

    def compact(self, table: Table, keep_hours: int = KEEP_HOURS) -> None:
        """Do nothing: Snowflake keeps its own files in order."""

    def compact_if_scattered(self, table: Table, *, small_files: int) -> bool:
        """Do nothing, for the same reason."""
        return False

    def close(self) -> None:
        self._connections.close()

    def _write(
        self,
        table: Table,
        data: Data,
        batch_id: str,
        mode: Literal["append", "overwrite"],
        expected: Expected | None = None,
        rows: RowsOf | None = None,
    ) -> int:
        if self._with_cursor(lambda cursor: ledger.is_dynamic(cursor, table)):
            if table not in WRITTEN_INSTEAD:
                return 0
            table = WRITTEN_INSTEAD[table]
        written = snowflake_load.write(
            self._target,
            table,
            data,
            batch_id,
            mode=mode,
            is_ready=table.fullname in self._ready,
            expected=expected,
            rows=rows,
        )
        self._ready.add(table.fullname)
        return written

    def _check_loaded(self, table: Table, *, may_be_absent: bool) -> None:
        if table.fullname in self._known_loaded:
            return
        if self.version(table) is not None:
            self._known_loaded.add(table.fullname)
        elif not may_be_absent:
            raise TableNotLoaded(table.fullname)
        else:
            self._with_cursor(lambda cursor: ledger.ensure(cursor, table))

    def _started(self, statement: str, parameters: dict[str, Any]) -> tuple[Any, Any]:
        """Run ``statement`` and return its connection and cursor; a lost session is renewed once."""

        def start(connection: Any) -> tuple[Any, Any]:
            cursor = connection.cursor()
            cursor.execute(statement, parameters)
            return connection, cursor

        return self._attempted(start, keeps_connection=True)

    def _with_cursor(self, work: Callable[[Any], _T]) -> _T:
        return self._attempted(lambda connection: work(connection.cursor()), keeps_connection=False)

    def _attempted(self, work: Callable[[Any], _T], *, keeps_connection: bool) -> _T:
        for is_fresh in (False, True):
            connection = self._connections.take(fresh=is_fresh)
            try:
                result = work(connection)
            except driver_errors.Error as error:
                discard(connection)
                if is_session_lost(error) and not is_fresh:
                    self._connections.close()
                    continue
                raise self._target.explained(error, timeout_s=self._timeout_s) from None
            except BaseException:
                discard(connection)
                raise
            if not keeps_connection:
                self._connections.give_back(connection)
            return result
        raise AssertionError("unreachable")


def _compile(query: Query) -> tuple[str, dict[str, Any]]:
    compiled = query.compile(dialect=ledger.dialect(), compile_kwargs={"render_postcompile": True})
    parameters = {name: getattr(value, "value", value) for name, value in compiled.params.items()}
    statement = str(compiled)
    # The driver replaces %(name)s, and with it the doubled percent signs, only where there are parameters.
    return (statement, parameters) if parameters else (statement.replace("%%", "%"), {})


def _empty(fields: list[tuple[str, pa.DataType | None]], description: Any) -> pa.RecordBatch:
    schema = pa.schema(
        [
            pa.field(name, kind if kind is not None else _TYPE_OF_CODE.get(column[1], pa.string()))
            for (name, kind), column in zip(fields, description, strict=True)
        ]
    )
    return pa.RecordBatch.from_pylist([], schema=schema)
