"""Checks a statement before it is run: one SELECT, known tables and columns, plain functions, nothing else.

The builder makes no other statements. The guard holds if it ever does, and for whatever is not made by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from agent.semantic.model import SemanticModel

MOST_CHARACTERS = 100_000
_ALLOWED_ROOTS = (exp.Select, exp.SetOperation)
_REFUSED = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Create,
    exp.Drop,
    exp.Alter,
    exp.Command,
    exp.Copy,
    exp.Use,
    exp.Set,
    exp.Into,
    exp.Lock,
    exp.Pragma,
    exp.Attach,
    exp.Describe,
    exp.Parameter,
    exp.Placeholder,
    exp.SessionParameter,
)
_FUNCTIONS = frozenset({"TIMEZONE", "CONVERT_TIMEZONE", "TO_MINUTES", "DATEADD", "DATE_TRUNC"})
"""Functions that the parser does not know by itself."""
_STRANGE = (exp.ReadCSV, exp.ReadParquet, exp.TableFromRows, exp.Lateral, exp.Unnest, exp.Values)

Columns = Mapping[str, frozenset[str]]


class StatementRefused(Exception):
    """The statement is not one that the assistant may run; the text says why."""


@cache
def allowed_columns(model: SemanticModel) -> Columns:
    """Return the columns that questions may read, by table: those of the model and what joins them."""
    found: dict[str, set[str]] = {}
    for table in model.tables.values():
        columns = found.setdefault(table.source, set())
        columns |= set(table.key) | set(table.unique)
        columns |= {table.zone.column} if table.zone.column else set()
        columns |= {dimension.column for dimension in table.dimensions.values()}
        columns |= {fact.column for fact in table.facts.values() if not fact.between and not fact.age_of}
        columns |= {name for fact in table.facts.values() for name in fact.between or ()}
        columns |= {metric.column for metric in table.metrics.values() if metric.column}
        columns |= {table.partition} if table.partition else set()
    for relation in model.relationships:
        found[model.tables[relation.table].source] |= set(relation.columns)
        found[model.tables[relation.refers_to].source] |= set(relation.references)
    return {name: frozenset(columns) for name, columns in found.items()}


def check(sql: str, columns: Columns, dialect: str = "snowflake") -> None:
    """Check that a statement only selects from known columns.

    Raises:
        StatementRefused: if it does anything else, or cannot be read.
    """
    if len(sql) > MOST_CHARACTERS:
        raise StatementRefused("the statement is too long")
    try:
        statements = [found for found in sqlglot.parse(sql, read=dialect) if found is not None]
    except SqlglotError as error:
        raise StatementRefused("the statement cannot be read") from error
    if len(statements) != 1 or not isinstance(statements[0], _ALLOWED_ROOTS):
        raise StatementRefused("only one SELECT may be run")
    statement = statements[0]
    refused = next(iter(statement.find_all(*_REFUSED, *_STRANGE)), None)
    if refused is not None:
        raise StatementRefused(f"{type(refused).__name__.upper()} may not be used")
    for function in statement.find_all(exp.Anonymous):
        if function.name.upper() not in _FUNCTIONS:
            raise StatementRefused(f"function {function.name} may not be used")
    names = {found.alias_or_name.lower() for found in statement.find_all(exp.CTE)}
    for table in statement.find_all(exp.Table):
        name = f"{table.db}.{table.name}".lower().lstrip(".")
        if not isinstance(table.this, exp.Identifier) or table.catalog:
            raise StatementRefused("tables are read by their names only")
        if name not in columns and not (not table.db and name in names):
            raise StatementRefused(f"table {name} may not be read")
    _check_columns(statement, columns, dialect)


def _check_columns(statement: exp.Expression, columns: Columns, dialect: str) -> None:
    schema: dict[str, Any] = {}
    for name, known in columns.items():
        database, _, table = name.partition(".")
        schema.setdefault(database, {})[table] = dict.fromkeys(sorted(known), "VARCHAR")
    if any(not isinstance(star.parent, exp.Count) for star in statement.find_all(exp.Star)):
        raise StatementRefused("columns are read by their names only")
    try:
        qualify(
            statement.copy(),
            schema=_upper(schema) if dialect == "snowflake" else schema,
            dialect=dialect,
            validate_qualify_columns=True,
            quote_identifiers=False,
        )
    except SqlglotError as error:
        raise StatementRefused(f"an unknown column: {str(error).splitlines()[0]}") from error


def _upper(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        database.upper(): {
            table.upper(): {column.upper(): kind for column, kind in columns.items()}
            for table, columns in tables.items()
        }
        for database, tables in schema.items()
    }
