"""Keeps a sync off the rows that operators have edited and that its source cannot hold yet.

An edit is made in the cache and reaches the source later. A run therefore notes, before it looks at the
versions of its source, which edits are not applied there, and the number of the newest edit. In the
transaction in which it applies, it takes a lock that lets no edit be made until it ends, and leaves out
the rows of every key that had an edit waiting at the beginning, has one now, or got one in between:
they are neither updated, inserted nor deleted, and the proof leaves them out too. No clock is compared.
The next run finds them equal.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import psycopg
from django.db.models import Max
from psycopg import sql

from grid import models
from grid.layers import Layer
from grid.models.outbox import OutboxEventQuerySet
from grid.services import outbox
from grid.services.sync.staging import EDITED, INDEX, REJECTED, STAGING, TOUCHED
from grid.warehouse import Warehouse, WarehouseError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class EditsSeen:
    """The edits of a layer's rows as a run found them before it looked at its source.

    Attributes:
        newest: the number of the newest edit of all.
        waiting: the keys whose edits the source does not hold.
    """

    newest: int
    waiting: tuple[str, ...]


NONE_SEEN = EditsSeen(newest=0, waiting=())


def look(layer: Layer, warehouse: Warehouse) -> EditsSeen:
    """Deliver the edits of a layer's rows as far as possible, and return those that still wait."""
    if layer.edits is None:
        return NONE_SEEN
    kind = layer.edits.kind
    if _waiting(kind).exists():
        try:
            outbox.deliver(warehouse)
        except WarehouseError as error:
            logger.warning("Unable to deliver edits before the sync of %s: %s", layer.key, error)
    # The keys are looked up last: an edit after that has a higher number than the newest.
    newest = models.OutboxEvent.objects.aggregate(newest=Max("sequence"))["newest"] or 0
    waiting = _waiting(kind).order_by().values_list("key", flat=True).distinct()
    return EditsSeen(newest=newest, waiting=tuple(waiting))


def keep_off(session: psycopg.Connection, layer: Layer, seen: EditsSeen, *, only_touched: bool) -> None:
    """Let no edit be made until the transaction ends, and take edited rows out of what is applied.

    The rows left out are listed in ``EDITED``, for ``applying`` and ``verification``.
    """
    session.execute(sql.SQL("CREATE TEMP TABLE {} (id text PRIMARY KEY) ON COMMIT DROP").format(EDITED))
    if layer.edits is None:
        return
    table = sql.Identifier(layer.table)
    session.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(table))
    keys = _edited_keys(session, layer.edits.kind, seen)
    if not keys:
        return
    column = sql.Identifier(layer.edits.column)
    session.execute(
        sql.SQL(
            "INSERT INTO {edited} SELECT id FROM {table} WHERE {column} = ANY(%(keys)s)"
            " UNION SELECT id FROM {staging} WHERE {column} = ANY(%(keys)s)"
        ).format(edited=EDITED, table=table, staging=STAGING, column=column),
        {"keys": keys},
    )
    if only_touched:
        in_id = sql.SQL(layer.edits.in_id).format(sql.Identifier("id"))
        session.execute(
            sql.SQL(
                "INSERT INTO {edited} SELECT DISTINCT id FROM {index} WHERE {in_id} = ANY(%(keys)s)"
                " ON CONFLICT DO NOTHING"
            ).format(edited=EDITED, index=INDEX, in_id=in_id),
            {"keys": keys},
        )
        session.execute(
            sql.SQL("INSERT INTO {touched} SELECT id FROM {edited} ON CONFLICT DO NOTHING").format(
                touched=TOUCHED, edited=EDITED
            )
        )
    session.execute(
        sql.SQL("DELETE FROM {staging} s USING {edited} e WHERE e.id = s.id").format(
            staging=STAGING, edited=EDITED
        )
    )


def count_in_source(session: psycopg.Connection) -> int:
    """Return how many rows of the source, but for refused ones, an incremental run leaves out as edited."""
    row = session.execute(
        sql.SQL(
            "SELECT count(*) FROM {index} i JOIN {edited} e ON e.id = i.id"
            " WHERE NOT EXISTS (SELECT FROM {rejected} r WHERE r.row_key = i.id)"
        ).format(index=INDEX, edited=EDITED, rejected=REJECTED)
    ).fetchone()
    return row[0] if row else 0


def free_of_edits(session: psycopg.Connection, layer: Layer, seen: EditsSeen, keys: list[str]) -> list[str]:
    """Return those of some rows that were not edited since a run began; no edit is made until the end."""
    if layer.edits is None or not keys:
        return keys
    table = sql.Identifier(layer.table)
    session.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(table))
    edited = _edited_keys(session, layer.edits.kind, seen)
    found = session.execute(
        sql.SQL("SELECT id FROM {table} WHERE id = ANY(%s) AND NOT {column} = ANY(%s)").format(
            table=table, column=sql.Identifier(layer.edits.column)
        ),
        (keys, edited),
    )
    return [row[0] for row in found]


def _edited_keys(session: psycopg.Connection, kind: str, seen: EditsSeen) -> list[str]:
    found = session.execute(
        "SELECT DISTINCT key FROM grid_outboxevent WHERE kind = %s AND (applied_at IS NULL OR sequence > %s)",
        (kind, seen.newest),
    )
    return sorted({row[0] for row in found} | set(seen.waiting))


def _waiting(kind: str) -> OutboxEventQuerySet:
    return models.OutboxEvent.objects.filter(kind=kind, applied_at__isnull=True)
