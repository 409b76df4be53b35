"""What Snowflake does not keep by itself: which batches a table holds, and one lock per commit."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateTable

from grid.warehouse.errors import SchemaMismatch
from grid.warehouse.tables import DERIVED_TABLES
from grid.warehouse.tables import metadata as declared

SCHEMA = "raw"
LEDGER = MetaData()

flux_batches = Table(
    "flux_batches",
    LEDGER,
    Column("table_name", String(256), primary_key=True),
    Column("batch_id", String(256), primary_key=True),
    Column("row_count", Integer, nullable=False),
    Column("committed_at", DateTime, nullable=False, comment="UTC"),
    schema=SCHEMA,
    comment="Batches that were written, each once.",
)

flux_table_writes = Table(
    "flux_table_writes",
    LEDGER,
    Column("table_name", String(256), primary_key=True),
    Column("turn", Integer, nullable=False, comment="commits so far; its row lock puts commits in order"),
    schema=SCHEMA,
    comment="Commits of each table.",
)

_HAS_BATCH = "SELECT row_count FROM raw.flux_batches WHERE table_name = %(table)s AND batch_id = %(batch)s"
_IS_DYNAMIC = (
    "SELECT is_dynamic FROM information_schema.tables "
    "WHERE table_schema = %(schema)s AND table_name = %(name)s"
)
_COLUMNS = (
    "SELECT LOWER(table_schema || '.' || table_name), LOWER(column_name) FROM information_schema.columns "
    "WHERE table_schema IN (%(a)s, %(b)s)"
)


@cache
def dialect() -> Dialect:
    """Return the words and types of Snowflake's SQL; they come with a driver that is slow to import."""
    from snowflake.sqlalchemy.snowdialect import SnowflakeDialect

    return SnowflakeDialect()


def prepare(cursor: Any) -> None:
    """Create the schemas, the declared tables and the ledger where they are missing."""
    ensure(cursor, *declared.sorted_tables)


def ensure(cursor: Any, *tables: Table) -> None:
    """Create ``tables`` and the ledger where they are missing, and add nullable columns declared since.

    Raises:
        SchemaMismatch: if a stored table lacks a column that may not be null, or a dynamic table lacks one.
    """
    for schema in sorted({table.schema or "public" for table in tables}):
        stored: dict[str, set[str]] = {}
        for name, column in rows(cursor, _COLUMNS, {"a": SCHEMA.upper(), "b": schema.upper()}):
            stored.setdefault(name, set()).add(column)
        for name in (SCHEMA, schema):
            if not any(table.startswith(f"{name}.") for table in stored):
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        for table in (*LEDGER.sorted_tables, *(table for table in tables if table.schema == schema)):
            _ensure_table(cursor, table, stored.get(table.fullname, set()))


def _ensure_table(cursor: Any, table: Table, stored: set[str]) -> None:
    if not stored:
        cursor.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect())))
        return
    for column in table.columns:
        if column.name in stored:
            continue
        if is_dynamic(cursor, table):
            problem = "is not in the dynamic table of this name; deploy it again"
            raise SchemaMismatch(table=table.fullname, column=column.name, problem=problem)
        if not column.nullable:
            problem = (
                "is new and may not be null, so stored rows cannot have it; drop the table and load it again"
            )
            raise SchemaMismatch(table=table.fullname, column=column.name, problem=problem)
        kind = column.type.compile(dialect=dialect())
        cursor.execute(f"ALTER TABLE {table.fullname} ADD COLUMN {column.name} {kind}")


def is_dynamic(cursor: Any, table: Table) -> bool:
    """Return whether Snowflake keeps ``table`` up to date itself, so that nobody can write it."""
    if table not in DERIVED_TABLES:
        return False
    place = {"schema": (table.schema or "public").upper(), "name": table.name.upper()}
    return any(answer == "YES" for (answer,) in rows(cursor, _IS_DYNAMIC, place))


def has_batch(cursor: Any, table: Table, batch_id: str) -> bool:
    """Return whether ``table`` holds the batch."""
    return bool(rows(cursor, _HAS_BATCH, {"table": table.fullname, "batch": batch_id}))


def take_turn(cursor: Any, table: Table) -> None:
    """Wait, inside a transaction, until no other commit of ``table`` is under way.

    What is selected afterwards includes every earlier commit, since each statement of a Snowflake
    transaction sees what was committed before the statement began.
    """
    cursor.execute(
        "UPDATE raw.flux_table_writes SET turn = turn + 1 WHERE table_name = %(table)s",
        {"table": table.fullname},
    )


def register(cursor: Any, table: Table) -> None:
    """Make sure that ``take_turn`` has a row to lock; outside a transaction."""
    cursor.execute(
        "INSERT INTO raw.flux_table_writes SELECT %(table)s, 0 "
        "WHERE NOT EXISTS (SELECT 1 FROM raw.flux_table_writes WHERE table_name = %(table)s)",
        {"table": table.fullname},
    )


def record(cursor: Any, table: Table, batch_id: str, row_count: int) -> None:
    """Enter the batch in the ledger, inside the transaction that wrote it."""
    cursor.execute(
        "INSERT INTO raw.flux_batches (table_name, batch_id, row_count, committed_at) "
        "SELECT %(table)s, %(batch)s, %(rows)s, SYSDATE()",
        {"table": table.fullname, "batch": batch_id, "rows": row_count},
    )


def version(cursor: Any, table: Table) -> str | None:
    """Return a value that changes with every commit, by this product or by another; None if never loaded."""
    found = {
        name: (row_count, altered_at)
        for name, row_count, altered_at in rows(
            cursor,
            "SELECT LOWER(table_schema || '.' || table_name), row_count, last_altered "
            "FROM information_schema.tables "
            "WHERE table_schema IN (%(schema)s, %(ledger)s) AND table_name IN (%(name)s, %(writes)s)",
            {
                "schema": (table.schema or "public").upper(),
                "name": table.name.upper(),
                "ledger": SCHEMA.upper(),
                "writes": flux_table_writes.name.upper(),
            },
        )
    }
    if table.fullname not in found:
        return None
    row_count, altered_at = found[table.fullname]
    turn = 0
    if flux_table_writes.fullname in found:
        turns = rows(
            cursor,
            "SELECT MAX(turn) FROM raw.flux_table_writes WHERE table_name = %(table)s",
            {"table": table.fullname},
        )
        turn = int(turns[0][0] or 0)
    if turn == 0 and not row_count:
        return None
    return f"{turn}:{row_count}:{altered_at.isoformat() if altered_at else ''}"


def version_before_turn(cursor: Any, table: Table) -> str | None:
    """Return the version that ``table`` had before this transaction took its turn, and nothing else."""
    now = version(cursor, table)
    if now is None:
        return None
    turn, _, rest = now.partition(":")
    if turn == "1" and rest.startswith("0:"):
        return None  # it was never loaded
    return f"{int(turn) - 1}:{rest}"


def rows(cursor: Any, statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run ``statement`` and return all its rows."""
    cursor.execute(statement, parameters)
    return list(cursor.fetchall())
