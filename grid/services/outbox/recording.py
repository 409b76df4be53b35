"""Writing down an edit in the transaction that makes it."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
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
    return record_all([Edit(kind=kind, key=key, action=action, payload=payload)], actor=actor)[0]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One edit, as :func:`record` takes it."""

    kind: str
    key: str
    action: Action
    payload: dict[str, Any] | None


def record_all(edits: Sequence[Edit], *, actor: Any | None) -> list[models.OutboxEvent]:
    """Write down edits made in one transaction, in order; see :func:`record`.

    Raises:
        RuntimeError: outside a transaction, where the edit and its record could part.
        ValueError: if a payload does not go with its action, or holds a number that is not finite.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An edit is recorded in the transaction that makes it.")
    texts = [_text_of(edit) for edit in edits]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, ORDER_LOCK])
    name, now = actor.get_username() if actor is not None else None, timezone.now()
    events = [
        models.OutboxEvent.objects.create(
            kind=edit.kind,
            key=edit.key,
            action=edit.action.value,
            payload=json.loads(text),
            actor=name,
            recorded_at=now,
        )
        for edit, text in zip(edits, texts, strict=True)
    ]
    if events:
        transaction.on_commit(_send, robust=True)
    return events


def _text_of(edit: Edit) -> str:
    if (edit.payload is None) != (edit.action == Action.DELETE):
        raise ValueError("An edit carries the row after it, a deletion carries none.")
    if not edit.key or len(edit.key) > _MAX_KEY:
        raise ValueError(f"The key of an edit has 1 to {_MAX_KEY} characters.")
    return json.dumps(edit.payload, default=_as_text, allow_nan=False)


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
