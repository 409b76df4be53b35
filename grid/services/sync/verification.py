"""Proves, inside the transaction, that the cache holds exactly what was accepted from the source."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from grid.services.sync.applying import RETAINED
from grid.services.sync.columns import Column
from grid.services.sync.errors import VerificationFailed
from grid.services.sync.staging import STAGING, TOUCHED


def checksum_of(columns: Sequence[Column]) -> sql.Composed:
    """Return the SQL of a checksum over all columns of the rows of ``t`` that ignores their order.

    Each row is hashed to 64 bits over all its values and the hashes are added up without overflow.
    """
    values = sql.SQL(", ").join(
        sql.SQL("ST_AsEWKB(t.{})").format(sql.Identifier(column.name))
        if column.is_geometry
        else sql.Identifier("t", column.name)
        for column in columns
    )
    return sql.SQL("coalesce(sum(hash_record_extended(ROW({}), 0)), 0)::text").format(values)


def verify(
    session: psycopg.Connection, *, layer: str, table: str, columns: Sequence[Column]
) -> tuple[int, str]:
    """Compare the table with the staged rows, leaving out the rows retained from earlier runs.

    Returns:
        The number of rows of the table and their checksum.

    Raises:
        VerificationFailed: if rows are missing, foreign or different.
    """
    target = sql.Identifier(table)
    retained = _one(session, sql.SQL("SELECT count(*) FROM {}").format(RETAINED))[0]
    staged = _summary(session, STAGING, columns)
    whole = _summary(session, target, columns)
    compared = whole
    if retained:
        leaving_out = sql.SQL(" WHERE NOT EXISTS (SELECT FROM {} r WHERE r.id = t.id)").format(RETAINED)
        compared = _summary(session, target, columns, leaving_out)
    if staged[0] != compared[0] or whole[0] != compared[0] + retained:
        raise VerificationFailed(
            f"{staged[0]} rows of {layer} were accepted but the cache would hold {compared[0]}, "
            f"and {retained} earlier ones among {whole[0]}. Nothing was changed."
        )
    if staged[1] != compared[1]:
        raise VerificationFailed(
            f"The {staged[0]} rows of {layer} in the cache would differ from those accepted (checksum "
            f"{compared[1]} instead of {staged[1]}). Nothing was changed."
        )
    return whole


def touched_summary(session: psycopg.Connection, *, table: str, columns: Sequence[Column]) -> tuple[int, str]:
    """Return the number of cached rows among those an incremental run touches, and their checksum."""
    among = sql.SQL(" WHERE EXISTS (SELECT FROM {} u WHERE u.id = t.id)").format(TOUCHED)
    return _summary(session, sql.Identifier(table), columns, among)


def verify_touched(
    session: psycopg.Connection, *, layer: str, table: str, columns: Sequence[Column], accepted_in_source: int
) -> tuple[int, str]:
    """Compare the rows that were touched with the staged ones, and the size of the table with the source.

    Args:
        session: the run's session.
        layer: the layer's key.
        table: its table.
        columns: its columns.
        accepted_in_source: the rows of the source, less those that were refused.

    Returns:
        The number of rows of the table and the checksum of those touched.

    Raises:
        VerificationFailed: if a touched row is missing, foreign or different, or the sizes do not agree.
    """
    target = sql.Identifier(table)
    retained = _one(session, sql.SQL("SELECT count(*) FROM {}").format(RETAINED))[0]
    row_count = _one(session, sql.SQL("SELECT count(*) FROM {}").format(target))[0]
    staged = _summary(session, STAGING, columns)
    touched = touched_summary(session, table=table, columns=columns)
    compared = touched
    if retained:
        leaving_out = sql.SQL(
            " WHERE EXISTS (SELECT FROM {} u WHERE u.id = t.id)"
            " AND NOT EXISTS (SELECT FROM {} r WHERE r.id = t.id)"
        ).format(TOUCHED, RETAINED)
        compared = _summary(session, target, columns, leaving_out)
    if staged != compared or touched[0] != compared[0] + retained:
        raise VerificationFailed(
            f"{staged[0]} rows of {layer} were accepted but the cache would hold {compared[0]} of them, or "
            "with other values"
        )
    if row_count != accepted_in_source + retained:
        raise VerificationFailed(
            f"the source of {layer} has {accepted_in_source} good rows but the cache would hold {row_count}, "
            f"{retained} of them retained from earlier"
        )
    return row_count, touched[1]


def table_summary(session: psycopg.Connection, *, table: str, columns: Sequence[Column]) -> tuple[int, str]:
    """Return the number of rows of a table of the cache and their checksum."""
    return _summary(session, sql.Identifier(table), columns)


def _summary(
    session: psycopg.Connection,
    table: sql.Identifier,
    columns: Sequence[Column],
    condition: sql.Composed | None = None,
) -> tuple[int, str]:
    query = sql.SQL("SELECT count(*), {checksum} FROM {table} t{condition}").format(
        checksum=checksum_of(columns), table=table, condition=condition or sql.SQL("")
    )
    count, checksum = _one(session, query)
    return count, checksum


def _one(session: psycopg.Connection, query: sql.Composed) -> tuple:
    row = session.execute(query).fetchone()
    if row is None:
        raise VerificationFailed("PostgreSQL returned no summary of the rows. Nothing was changed.")
    return tuple(row)
