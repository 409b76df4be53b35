"""Writing down an edit in the transaction that makes it."""

from __future__ import annotations

import json
import logging
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import kombu.exceptions
from django.db import connection, transaction
from django.utils import timezone

from flux_site.api.outages import QUEUE_FAULTS
from grid import models

logger = logging.getLogger(__name__)

LOCK_CLASS = 0x4F555442
"""First key of the advisory locks of the outbox."""

ORDER_LOCK, DELIVERY_LOCK = 1, 2
_MAX_KEY = 64


class Action(StrEnum):
    """What was done to a row."""

    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


def record(
    *, kind: str, key: str, action: Action, payload: dict[str, Any] | None, actor: Any | None
) -> models.OutboxEvent:
    """Write down an edit; it is delivered after the transaction commits, and gone with it if it does not.

    Call it last in the transaction: from here to the commit edits take turns, so that their numbers are in
    the order of their commits and no number appears behind a higher one.

    Args:
        kind: what kind of row, such as ``cascade.scenario``.
        key: which one.
        action: what was done.
        payload: the whole row after the edit, as JSON can hold it; None when deleted.
        actor: the user who did it; None for the system.

    Raises:
        RuntimeError: outside a transaction, where the edit and its record could part.
        ValueError: if the payload does not go with the action, or holds a number that is not finite.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An edit is recorded in the transaction that makes it.")
    if (payload is None) != (action == Action.DELETE):
        raise ValueError("An edit carries the row after it, a deletion carries none.")
    if not key or len(key) > _MAX_KEY:
        raise ValueError(f"The key of an edit has 1 to {_MAX_KEY} characters.")
    text = json.dumps(payload, default=_as_text, allow_nan=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, ORDER_LOCK])
    event = models.OutboxEvent.objects.create(
        kind=kind,
        key=key,
        action=action.value,
        payload=json.loads(text),
        actor=actor.get_username() if actor is not None else None,
        recorded_at=timezone.now(),
    )
    transaction.on_commit(_send, robust=True)
    return event


def _as_text(value: Any) -> str:
    """Return a moment, a date or an id as text that reads back as exactly this."""
    if isinstance(value, date):  # datetimes are dates
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"an edit cannot carry a {type(value).__name__}")


def _send() -> None:
    """Ask a worker to deliver; if the queue is away, the schedule will within a minute."""
    from grid.services.outbox.delivering import TASK, send_task

    try:
        send_task(TASK)
    except (kombu.exceptions.OperationalError, *QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to ask for the delivery of edits; the schedule will: %s", error)
