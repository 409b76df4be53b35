"""Reading back from the warehouse what operators had, into a database that lost it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from flux_site.api.errors import BadInput
from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import operator_edits
from grid.warehouse.tables.operator_edits import latest_rows, streams


@dataclass(frozen=True, kw_only=True)
class RestoredRow:
    """The last state of a row: its key, its content and who edited it last, when."""

    key: str
    payload: dict[str, Any]
    actor: str | None
    recorded_at: datetime


def find_stream(stream_id: str | None) -> str | None:
    """Return the stream to restore from: the one named, else the one with the newest edit; None if none is.

    Raises:
        BadInput: if the one named is not in the warehouse.
        WarehouseError: if the warehouse cannot be read.
    """
    found = get_warehouse().select_rows(reading_as_empty(streams(), operator_edits))
    known = [row["stream_id"] for row in found]
    if stream_id is not None and stream_id not in known:
        raise BadInput(
            f"The warehouse holds no edits of {stream_id!r}. It holds {', '.join(known) or 'none at all'}.",
            field="stream",
        )
    return stream_id or (known[0] if known else None)


def list_rows(*, stream_id: str, kind: str) -> list[RestoredRow]:
    """Return the rows of a kind that exist after all edits of a stream, in the order of their last edits.

    Raises:
        WarehouseError: if the warehouse cannot be read.
    """
    query = latest_rows(stream_id=stream_id, row_kind=kind)
    return [
        RestoredRow(
            key=row["row_key"],
            payload=json.loads(row["payload"]),
            actor=row["actor"],
            recorded_at=row["recorded_at"].replace(tzinfo=UTC),
        )
        for row in get_warehouse().select_rows(query)
    ]


def is_untouched() -> bool:
    """Return whether this database never recorded an edit of its own."""
    return not models.OutboxEvent.objects.exists()


@transaction.atomic
def adopt_stream(stream_id: str) -> None:
    """Go on with a stream in this database: later edits continue its numbers.

    Raises:
        BadInput: if this database recorded edits of its own.
        WarehouseError: if the warehouse cannot be read.
    """
    if not is_untouched():
        raise BadInput("This database has edits of its own and cannot go on with those of another.")
    found = get_warehouse().select_rows(streams())
    last = next(row["last_number"] for row in found if row["stream_id"] == stream_id)
    models.OutboxStream.objects.update_or_create(is_this=True, defaults={"id_text": stream_id})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('grid_outboxevent', 'sequence'), %s)", [int(last)]
        )
