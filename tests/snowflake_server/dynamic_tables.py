"""Dynamic tables for the local server, which fakesnow does not have.

``CREATE DYNAMIC TABLE`` makes a table of what its query gives; ``ALTER DYNAMIC TABLE … REFRESH`` makes it
anew, as Snowflake does by itself in time. In between the table lags behind, and nobody can write it.
"""

from __future__ import annotations

import re
from typing import Any

COMMENT = "kept by the local server as a dynamic table"
_CREATE = re.compile(r"\s*CREATE\s+(OR\s+REPLACE\s+)?DYNAMIC\s+TABLE\b", re.IGNORECASE)
_REFRESH = re.compile(r"\s*ALTER\s+DYNAMIC\s+TABLE\s+([\w.]+)\s+REFRESH\s*;?\s*$", re.IGNORECASE)
_WRITE = re.compile(
    r"\s*(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE|MERGE\s+INTO|COPY\s+INTO|TRUNCATE\s+TABLE|ALTER\s+TABLE)\s+([\w.]+)",
    re.IGNORECASE,
)
NOT_SUPPORTED = 2203


def add_dynamic_tables() -> None:
    """Teach fakesnow's cursor and information schema about dynamic tables."""
    import fakesnow.cursor
    import fakesnow.info_schema
    from snowflake.connector.errors import ProgrammingError

    template = fakesnow.info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW
    template.template = template.template.replace(
        "'NO' AS \"IS_DYNAMIC\"",
        f"CASE WHEN _fs_tables_ext.comment = '{COMMENT}' THEN 'YES' ELSE 'NO' END AS \"IS_DYNAMIC\"",
    )
    original = fakesnow.cursor.FakeSnowflakeCursor.execute
    queries: dict[tuple[str, str], str] = {}

    def execute(self: Any, command: str, *arguments: Any, **options: Any) -> Any:
        def known(name: str) -> tuple[str, str]:
            return (str(self._conn.database).upper(), ".".join(name.upper().rsplit(".", 2)[-2:]))

        if _CREATE.match(command):
            name, query = _parts(command)
            queries[known(name)] = query
            return _make(self, original, name, query)
        if refreshed := _REFRESH.match(command):
            return _make(self, original, refreshed[1], queries[known(refreshed[1])])
        if (written := _WRITE.match(command)) and known(written[1]) in queries:
            raise ProgrammingError(
                msg=f"Dynamic table {written[1]} cannot be changed by {command.split(maxsplit=1)[0]}.",
                errno=NOT_SUPPORTED,
                sqlstate="0A000",
            )
        return original(self, command, *arguments, **options)

    fakesnow.cursor.FakeSnowflakeCursor.execute = execute


def _parts(command: str) -> tuple[str, str]:
    """Return the name of the table to create, and its query."""
    import sqlglot

    created = sqlglot.parse_one(command, read="snowflake")
    table = created.this.this if created.this.key == "schema" else created.this
    return table.sql("snowflake"), created.expression.sql("snowflake")


def _make(cursor: Any, execute: Any, name: str, query: str) -> Any:
    execute(cursor, f"CREATE OR REPLACE TABLE {name} AS {query}")
    return execute(cursor, f"COMMENT ON TABLE {name} IS '{COMMENT}'")
