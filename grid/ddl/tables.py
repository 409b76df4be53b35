"""Schemas and tables."""

from __future__ import annotations

from sqlalchemy import Column, Table

from grid.ddl.sql import SqlFile, column_type, indented, quoted, session
from grid.warehouse import tables
from grid.warehouse.snowflake_ledger import LEDGER

SCHEMAS = {
    tables.PRODUCTION: "What the systems of record hold, and what is rolled up from it",
    tables.APPLICATIONS: "What the operations center shows, and what operators write",
    tables.ML_DEMO: "The grid as a graph, training rows, predictions and how good they were",
    tables.CASCADE_ANALYSIS: "Centralities, predictions and cascades computed beforehand",
    tables.RAW: "Data as received, and the ledger of what was written",
    tables.POSTGRES_SYNC: "What was copied to the cache, and when",
}


def plain_tables() -> list[Table]:
    """Return the tables that are written; the derived ones are dynamic tables."""
    declared = [*tables.metadata.sorted_tables, *LEDGER.sorted_tables]
    return [table for table in declared if table not in tables.DERIVED_TABLES]


def tables_file() -> SqlFile:
    """Return the file of schemas and tables."""
    statements = session()
    for name, comment in SCHEMAS.items():
        statements.append(f"CREATE SCHEMA IF NOT EXISTS {name} COMMENT = {quoted(comment)}")
        statements.append(f"ALTER SCHEMA {name} ENABLE MANAGED ACCESS")
    for table in plain_tables():
        statements.append(create_table(table))
        if keys := clustering(table):
            statements.append(f"ALTER TABLE {table.fullname} CLUSTER BY ({', '.join(keys)})")
    return SqlFile("02_tables.sql", "Schemas and tables", tuple(statements))


def create_table(table: Table) -> str:
    """Return the statement that creates a table where it is missing."""
    lines = [_column(column) for column in table.columns]
    if keys := [column.name for column in table.primary_key.columns]:
        lines.append(f"PRIMARY KEY ({', '.join(keys)})")
    comment = f"\nCOMMENT = {quoted(table.comment)}" if table.comment else ""
    return f"CREATE TABLE IF NOT EXISTS {table.fullname} (\n{indented(lines)}\n){comment}"


def clustering(table: Table) -> list[str]:
    """Return the columns to cluster a table by: its partition, then its key."""
    partition = list(table.info.get("partition_by", ()))
    keys = [column.name for column in table.primary_key.columns] or ["meter_id"]
    return [*partition, keys[0]] if partition and keys[0] not in partition else partition


def _column(column: Column[object]) -> str:
    required = "" if column.nullable else " NOT NULL"
    comment = f" COMMENT {quoted(column.comment)}" if column.comment else ""
    return f"{column.name} {column_type(column.type)}{required}{comment}"
