"""Refuses staged rows for what only other rows or PostGIS can tell: duplicates, bad lines, lost parents."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from grid.services.sync.columns import Column, Kind
from grid.services.sync.rejects import MAX_STORED_PER_RUN, Reason
from grid.services.sync.staging import REJECTED, STAGING, as_json

_REFUSE = """
WITH gone AS (DELETE FROM {staging} s WHERE {condition} RETURNING s.*)
INSERT INTO {rejected} (row_key, reason, detail, row)
SELECT g.id, {reason}, {detail}, {row} FROM gone g
"""


def refuse(session: psycopg.Connection, columns: Sequence[Column]) -> None:
    """Refuse the staged rows that must not be applied."""
    refuse_duplicates(session, columns)
    refuse_bad_lines(session, columns)
    refuse_orphans(session, columns)


def most_frequent_reason(session: psycopg.Connection) -> str:
    """Return the reason for which most rows of the run were refused."""
    row = session.execute(
        sql.SQL("SELECT reason FROM {} GROUP BY reason ORDER BY count(*) DESC, 1").format(REJECTED)
    ).fetchone()
    return str(row[0]) if row else "unknown"


def refuse_duplicates(session: psycopg.Connection, columns: Sequence[Column]) -> int:
    """Refuse every copy of a key that occurs more than once in the source, since none is known to be right.

    A copy that was refused for itself counts as one.
    """
    condition = sql.SQL(
        "s.id IN (SELECT k.id FROM (SELECT id FROM {staging} UNION ALL "
        "SELECT row_key FROM {rejected} WHERE row_key IS NOT NULL) k GROUP BY k.id HAVING count(*) > 1)"
    ).format(staging=STAGING, rejected=REJECTED)
    detail = sql.SQL("format('id %L occurs more than once', g.id)")
    return _refuse(session, columns, condition, Reason.DUPLICATE_KEY, detail)


def refuse_bad_lines(session: psycopg.Connection, columns: Sequence[Column]) -> int:
    """Refuse rows whose line lies outside the world or has no length."""
    refused = 0
    world = sql.SQL("ST_MakeEnvelope(-180, -90, 180, 90, 4326)")
    for column in columns:
        if column.kind != Kind.LINE:
            continue
        line = sql.Identifier(column.name)
        outside = sql.SQL("s.{line} IS NOT NULL AND NOT s.{line} @ {world}").format(line=line, world=world)
        problem = sql.Literal(f"{column.name} leaves -180 to 180, -90 to 90 degrees")
        refused += _refuse(session, columns, outside, Reason.OUT_OF_RANGE, problem)
        invalid = sql.SQL("s.{line} IS NOT NULL AND NOT ST_IsValid(s.{line})").format(line=line)
        why = sql.SQL("ST_IsValidReason(g.{line})").format(line=line)
        refused += _refuse(session, columns, invalid, Reason.BAD_GEOMETRY, why)
    return refused


def refuse_orphans(session: psycopg.Connection, columns: Sequence[Column]) -> int:
    """Refuse rows whose parent is not in the cache."""
    refused = 0
    for column in columns:
        if column.parent_table is None:
            continue
        own, parent = sql.Identifier(column.name), sql.Identifier(column.parent_table)
        condition = sql.SQL(
            "s.{own} IS NOT NULL AND NOT EXISTS (SELECT FROM {parent} p WHERE p.id = s.{own})"
        ).format(own=own, parent=parent)
        detail = sql.SQL("format('%s %L is not in the cache', {name}, g.{own})").format(
            name=sql.Literal(column.name), own=own
        )
        refused += _refuse(session, columns, condition, Reason.MISSING_PARENT, detail)
    return refused


def store_rejects(session: psycopg.Connection, run_id: int) -> dict[str, int]:
    """Keep the run's refused rows, as many as are kept of one run.

    Returns:
        How many rows were refused, kept or not, by reason; the most frequent first.
    """
    session.execute(
        sql.SQL(
            "INSERT INTO grid_syncreject (run_id, row_key, reason, detail, row) "
            "SELECT %s, left(row_key, 200), reason, detail, row FROM {rejected} LIMIT %s"
        ).format(rejected=REJECTED),
        (run_id, MAX_STORED_PER_RUN),
    )
    counted = session.execute(
        sql.SQL("SELECT reason, count(*) FROM {} GROUP BY reason ORDER BY 2 DESC, 1").format(REJECTED)
    )
    return dict(counted.fetchall())


def _refuse(
    session: psycopg.Connection,
    columns: Sequence[Column],
    condition: sql.Composed,
    reason: Reason,
    detail: sql.Composable,
) -> int:
    statement = sql.SQL(_REFUSE).format(
        staging=STAGING,
        rejected=REJECTED,
        condition=condition,
        reason=sql.Literal(reason.value),
        detail=detail,
        row=as_json(columns, "g"),
    )
    return session.execute(statement).rowcount
