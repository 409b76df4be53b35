"""Which rows of a Snowflake table changed since a version, told by the table's own change tracking."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table

_STATEMENT = (
    "SELECT DISTINCT {key} FROM {table} CHANGES (INFORMATION => DEFAULT) "
    "AT (TIMESTAMP => TO_TIMESTAMP_TZ(%(since)s)) WHERE {key} IS NOT NULL LIMIT {limit}"
)


def statement(table: Table, since: str, *, limit: int) -> tuple[str, dict[str, Any]] | None:
    """Return the statement that names the rows changed since a version, with its parameters.

    It gives the difference between two states, so a row deleted and written anew unchanged is not named.

    Args:
        table: a table whose primary key is one column.
        since: the version, as ``snowflake_ledger.version`` spells it.
        limit: at most so many keys.

    Returns:
        None if the version does not say when the table was last written.
    """
    (key,) = table.primary_key
    altered_at = since.split(":", 2)[-1]
    try:
        moment = datetime.fromisoformat(altered_at)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    text = _STATEMENT.format(key=key.name, table=table.fullname, limit=int(limit))
    return text, {"since": moment.isoformat(timespec="microseconds")}
