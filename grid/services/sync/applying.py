"""Makes the table of a layer equal to its staging table, touching only the rows that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from grid.services.sync.columns import Column, Reference
from grid.services.sync.errors import SuspiciousDelete
from grid.services.sync.rejects import Reason
from grid.services.sync.staging import EDITED, REJECTED, STAGING, TOUCHED, as_json, names

MAX_DELETE_FRAC = 0.5
SMALL_LAYER_ROWS = 100
"""Below so many rows any share may be deleted: a few rows come and go."""

DOOMED = sql.Identifier("sync_doomed")
RETAINED = sql.Identifier("sync_retained")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What an application changed; ``still_referenced`` are the keys that could not be deleted yet."""

    inserted: int
    updated: int
    deleted: int
    still_referenced: tuple[str, ...]


def find_doomed(
    session: psycopg.Connection, table: str, references: Sequence[Reference], *, only_touched: bool
) -> tuple[int, int]:
    """List the cached rows that the source no longer has, and which of them other rows still hang on.

    A row whose source row was refused is not one of them: the cache keeps its last good state. Nor is one
    that an operator has edited (see ``edits``).

    Args:
        session: the run's session.
        table: the table of the cache.
        references: the columns of other tables that hang on it.
        only_touched: look only at the rows that the run touches.

    Returns:
        The number of cached rows and the number of rows that the source no longer has.
    """
    held = sql.SQL(" OR ").join(
        sql.SQL("EXISTS (SELECT FROM {child} c WHERE c.{column} = d.id)").format(
            child=sql.Identifier(reference.table), column=sql.Identifier(reference.column)
        )
        for reference in references
    )
    session.execute(
        sql.SQL(
            "CREATE TEMP TABLE {doomed} ON COMMIT DROP AS SELECT d.id, {held} AS is_held FROM ("
            "SELECT t.id FROM {table} t{among} WHERE NOT EXISTS (SELECT FROM {staging} s WHERE s.id = t.id)"
            " AND NOT EXISTS (SELECT FROM {rejected} r WHERE r.row_key = t.id)"
            " AND NOT EXISTS (SELECT FROM {edited} e WHERE e.id = t.id)) d"
        ).format(
            doomed=DOOMED,
            among=sql.SQL(" JOIN {} u ON u.id = t.id").format(TOUCHED) if only_touched else sql.SQL(""),
            held=held if references else sql.SQL("false"),
            table=sql.Identifier(table),
            staging=STAGING,
            rejected=REJECTED,
            edited=EDITED,
        )
    )
    row = session.execute(
        sql.SQL("SELECT (SELECT count(*) FROM {table}), (SELECT count(*) FROM {doomed})").format(
            table=sql.Identifier(table), doomed=DOOMED
        )
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def refuse_mass_delete(*, layer: str, cached: int, doomed: int, read: int, is_windowed: bool) -> None:
    """Stop a run that would empty a layer or delete most of it, as a broken source would.

    A windowed layer loses rows by age, so only an empty source table (``read`` 0) is suspicious there.

    Raises:
        SuspiciousDelete: if the run must be forced.
    """
    advice = "Check the source; if this is meant, run the sync again with force. Nothing was changed."
    if read == 0 and cached > 0:
        raise SuspiciousDelete(
            f"The source of {layer} is empty while the cache holds {cached} rows. {advice}"
        )
    if not is_windowed and cached >= SMALL_LAYER_ROWS and doomed > MAX_DELETE_FRAC * cached:
        raise SuspiciousDelete(f"The run would delete {doomed} of the {cached} rows of {layer}. {advice}")


def apply(session: psycopg.Connection, *, table: str, columns: Sequence[Column], is_filling: bool) -> Changes:
    """Update, insert and delete the rows that differ. Must run in a transaction, after ``find_doomed``.

    Args:
        session: the run's session.
        table: the table of the cache.
        columns: its columns.
        is_filling: the table is empty, so all staged rows are new.
    """
    target = sql.Identifier(table)
    if is_filling:
        inserted = session.execute(
            sql.SQL("INSERT INTO {target} ({names}) SELECT {names} FROM {staging}").format(
                target=target, names=names(columns), staging=STAGING
            )
        ).rowcount
        updated = deleted = 0
    else:
        updated, inserted, deleted = _change(session, target, columns)
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    kept = _retain(session, target)
    return Changes(inserted=inserted, updated=updated, deleted=deleted, still_referenced=kept)


def _change(
    session: psycopg.Connection, target: sql.Identifier, columns: Sequence[Column]
) -> tuple[int, int, int]:
    values = [column for column in columns if not column.is_key]
    updated = session.execute(
        sql.SQL(
            "UPDATE {target} t SET ({names}) = ROW({new}) FROM {staging} s"
            " WHERE s.id = t.id AND ({old}) IS DISTINCT FROM ({new})"
        ).format(
            target=target,
            names=names(values),
            new=names(values, "s"),
            old=names(values, "t"),
            staging=STAGING,
        )
    ).rowcount
    inserted = session.execute(
        sql.SQL(
            "INSERT INTO {target} ({names}) SELECT {new} FROM {staging} s"
            " WHERE NOT EXISTS (SELECT FROM {target} t WHERE t.id = s.id)"
        ).format(target=target, names=names(columns), new=names(columns, "s"), staging=STAGING)
    ).rowcount
    deleted = session.execute(
        sql.SQL("DELETE FROM {target} t USING {doomed} d WHERE d.id = t.id AND NOT d.is_held").format(
            target=target, doomed=DOOMED
        )
    ).rowcount
    return updated, inserted, deleted


def _retain(session: psycopg.Connection, target: sql.Identifier) -> tuple[str, ...]:
    """List the rows that stay although they are not staged: still referenced, refused, or edited."""
    session.execute(
        sql.SQL(
            "CREATE TEMP TABLE {retained} ON COMMIT DROP AS SELECT id FROM {doomed} WHERE is_held UNION "
            "SELECT r.row_key FROM {rejected} r JOIN {target} t ON t.id = r.row_key"
            " WHERE NOT EXISTS (SELECT FROM {staging} s WHERE s.id = r.row_key) UNION "
            "SELECT e.id FROM {edited} e JOIN {target} t ON t.id = e.id"
        ).format(
            retained=RETAINED,
            doomed=DOOMED,
            rejected=REJECTED,
            target=target,
            staging=STAGING,
            edited=EDITED,
        )
    )
    held = session.execute(sql.SQL("SELECT id FROM {doomed} WHERE is_held ORDER BY id").format(doomed=DOOMED))
    return tuple(row[0] for row in held)


def refuse_deletes(
    session: psycopg.Connection, *, table: str, columns: Sequence[Column], run_id: int, limit: int
) -> None:
    """Keep the rows that could not be deleted among the run's rejects."""
    session.execute(
        sql.SQL(
            "INSERT INTO grid_syncreject (run_id, row_key, reason, detail, row) SELECT %s, t.id, %s,"
            " 'gone from the source, but other cached rows still hang on it', {row}"
            " FROM {table} t JOIN {doomed} d ON d.id = t.id WHERE d.is_held LIMIT %s"
        ).format(table=sql.Identifier(table), doomed=DOOMED, row=as_json(columns, "t")),
        (run_id, Reason.STILL_REFERENCED.value, limit),
    )
