"""Edits that operators made of their own rows, as the application sent them, and their latest state."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, DateTime, String, Table, Text

from grid.warehouse.tables.base import APPLICATIONS, metadata

operator_edits = Table(
    "operator_edits",
    metadata,
    Column(
        "stream_id", String(36), primary_key=True, nullable=False, comment="the database they were made in"
    ),
    Column("edit_number", BigInteger, primary_key=True, nullable=False, comment="their order in the stream"),
    Column("row_kind", String(64), nullable=False, comment="such as cascade.scenario"),
    Column("row_key", String(64), nullable=False),
    Column("action", String(8), nullable=False, comment="INSERT, UPDATE or DELETE"),
    Column("payload", Text, comment="JSON of the whole row after the edit; null when deleted"),
    Column("actor", String(150), comment="user name; null: the system"),
    Column("recorded_at", DateTime, nullable=False, comment="UTC"),
    schema=APPLICATIONS,
    comment="What operators wrote in the application, edit by edit.",
)


def latest_edits() -> sa.Select[Any]:
    """Return the select of the newest edit of each row of each stream, deletions among them.

    An edit that was delivered twice counts once.
    """
    edits = operator_edits.c
    newest = (
        sa.select(
            edits.stream_id,
            edits.row_kind,
            edits.row_key,
            sa.func.max(edits.edit_number).label("edit_number"),
        )
        .group_by(edits.stream_id, edits.row_kind, edits.row_key)
        .subquery("newest")
    )
    return (
        sa.select(operator_edits)
        .distinct()
        .select_from(
            operator_edits.join(
                newest,
                sa.and_(edits.stream_id == newest.c.stream_id, edits.edit_number == newest.c.edit_number),
            )
        )
    )


def latest_rows(*, stream_id: str, row_kind: str) -> sa.Select[Any]:
    """Return the select of the rows of a kind that exist after all edits of a stream, by their key."""
    latest = latest_edits().subquery("latest")
    return (
        sa.select(latest)
        .where(latest.c.stream_id == stream_id, latest.c.row_kind == row_kind, latest.c.action != "DELETE")
        .order_by(latest.c.edit_number)
    )


def streams() -> sa.Select[Any]:
    """Return the select of the streams, the one with the newest edit first."""
    edits = operator_edits.c
    newest = sa.func.max(edits.recorded_at).label("newest_at")
    return (
        sa.select(
            edits.stream_id,
            newest,
            sa.func.max(edits.edit_number).label("last_number"),
        )
        .group_by(edits.stream_id)
        .order_by(newest.desc(), edits.stream_id)
    )
