"""Bringing recorded edits to the warehouse, in order, each at least once and counted once.

Edits get a batch id before they are sent and keep it until they are known to have arrived. The warehouse
takes a batch id once. So a delivery that died at any moment is simply made again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta

import pyarrow as pa
import sqlalchemy as sa
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services.outbox.applying import TARGETS, apply_edits
from grid.services.outbox.recording import DELIVERY_LOCK, LOCK_CLASS
from grid.services.outbox.streams import this_stream
from grid.warehouse import SchemaMismatch, Warehouse, WarehouseError, pa_schema
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import operator_edits

logger = logging.getLogger(__name__)

TASK = "grid.deliver_edits"
BATCH_EDITS = 500
_LONGEST_WAIT = timedelta(hours=1)
_FIRST_WAIT = timedelta(minutes=1)


class StreamTaken(WarehouseError):
    """The warehouse holds edits of this stream that this database never sent: it is a copy of another."""

    code = "OUTBOX_STREAM_TAKEN"


def send_task(name: str) -> None:
    """Put the delivery on the queue.

    Raises:
        kombu.exceptions.OperationalError: if the queue is away.
    """
    from celery import current_app

    current_app.send_task(name, retry=False)


def deliver(warehouse: Warehouse | None = None) -> int:
    """Deliver what waits and apply it; return how many edits arrived. Only one process does, others return 0.

    While the warehouse is away edits wait and keep the reason. An edit that the warehouse refuses for what
    it holds waits longer and longer (up to an hour), keeps its error, and holds back only later edits of the
    same row.
    """
    with _only_one() as is_ours:
        if not is_ours:
            return 0
        delivered = 0
        target = warehouse or get_warehouse()
        while True:
            batch = _next_batch()
            if not batch:
                _apply(target)
                return delivered
            try:
                _send_batch(target, batch)
            except SchemaMismatch as error:
                _set_aside(batch, error)
                continue
            except StreamTaken as error:
                _undo(batch)
                _note(batch, error)
                logger.error("Edits are not delivered: %s", error)
                return delivered
            except WarehouseError as error:
                _note(batch, error)
                logger.warning("Unable to deliver %s edits to the warehouse: %s", len(batch), error)
                return delivered
            delivered += len(batch)


def tidy() -> int:
    """Delete edits that arrived long ago; return how many. The newest one stays, as a sign of life."""
    before = timezone.now() - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    newest = models.OutboxEvent.objects.aggregate(newest=Max("sequence"))["newest"]
    old = models.OutboxEvent.objects.filter(delivered_at__lt=before).exclude(pk=newest)
    old = old.exclude(kind__in=list(TARGETS), applied_at__isnull=True)
    return old.delete()[0]


def _apply(warehouse: Warehouse) -> None:
    try:
        apply_edits(warehouse, _check_turn)
    except WarehouseError as error:
        logger.warning("Unable to apply edits to the tables of the warehouse: %s", error)


def _check_turn() -> None:
    """Raise unless this connection still holds the lock of delivery.

    Raises:
        DatabaseError: if the connection, and the lock with it, was lost.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND granted"
            " AND pid = pg_backend_pid()",
            [LOCK_CLASS, DELIVERY_LOCK],
        )
        if cursor.fetchone() is None:
            raise DatabaseError("The lock of delivery was lost.")


@contextmanager
def _only_one() -> Iterator[bool]:
    """Hold the lock of delivery while the block runs; PostgreSQL frees it if the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, DELIVERY_LOCK])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, DELIVERY_LOCK])


@transaction.atomic
def _next_batch() -> list[models.OutboxEvent]:
    """Return the edits to send next, with their batch id written: those already under way come first."""
    pending = models.OutboxEvent.objects.pending()
    begun = pending.exclude(batch_id="").first()
    if begun is not None:
        batch = list(pending.filter(batch_id=begun.batch_id))
    else:
        batch = _due(list(pending.defer("payload")[: 20 * BATCH_EDITS]))
        if not batch:
            return []
        name = f"edits/{this_stream()}/{batch[0].sequence}-{batch[-1].sequence}/{len(batch)}"
        models.OutboxEvent.objects.filter(pk__in=[event.pk for event in batch]).update(batch_id=name)
        batch = list(pending.filter(batch_id=name))
    models.OutboxEvent.objects.filter(pk__in=[event.pk for event in batch]).update(attempts=F("attempts") + 1)
    for event in batch:
        event.attempts += 1
    return batch


def _due(waiting: Sequence[models.OutboxEvent]) -> list[models.OutboxEvent]:
    """Return those that may be sent now: not set aside, and not behind one of the same row that is.

    One that was refused before goes alone, so that it cannot take others down with it.
    """
    now = timezone.now()
    held_back: set[tuple[str, str]] = set()
    due: list[models.OutboxEvent] = []
    for event in waiting:
        row = (event.kind, event.key)
        if row in held_back:
            continue
        if event.next_attempt_at is not None:
            if event.next_attempt_at > now:
                held_back.add(row)
                continue
            return due or [event]
        due.append(event)
        if len(due) == BATCH_EDITS:
            break
    return due


def _send_batch(warehouse: Warehouse, batch: Sequence[models.OutboxEvent]) -> None:
    is_fresh = batch[0].attempts == 1
    if is_fresh and _holds_any_of(warehouse, batch):
        # Nobody but us sends these numbers, and we never did: the warehouse has those of another database.
        raise StreamTaken(
            f"it holds edits of stream {this_stream()} that this database never sent: this is a copy, "
            "or was put back to an older state",
            table=operator_edits.fullname,
        )
    warehouse.append(operator_edits, _rows(batch), batch[0].batch_id)
    arrived = models.OutboxEvent.objects.filter(pk__in=[event.pk for event in batch])
    arrived.update(delivered_at=timezone.now(), last_error="", next_attempt_at=None)


def _holds_any_of(warehouse: Warehouse, batch: Sequence[models.OutboxEvent]) -> bool:
    edits = operator_edits.c
    query = sa.select(sa.func.count().label("n")).where(
        edits.stream_id == this_stream(), edits.edit_number.in_([event.sequence for event in batch])
    )
    return bool(warehouse.select_rows(reading_as_empty(query, operator_edits))[0]["n"])


def _rows(batch: Sequence[models.OutboxEvent]) -> pa.Table:
    stream = this_stream()
    rows = [
        {
            "stream_id": stream,
            "edit_number": event.sequence,
            "row_kind": event.kind,
            "row_key": event.key,
            "action": event.action,
            "payload": None
            if event.payload is None
            else json.dumps(event.payload, ensure_ascii=False, sort_keys=True),
            "actor": event.actor,
            "recorded_at": event.recorded_at.astimezone(UTC).replace(tzinfo=None),
        }
        for event in batch
    ]
    return pa.Table.from_pylist(rows, schema=pa_schema(operator_edits))


def _undo(batch: Sequence[models.OutboxEvent]) -> None:
    """Let a batch of which nothing was written be as if it had never been made."""
    events = models.OutboxEvent.objects.filter(pk__in=[event.pk for event in batch])
    events.update(batch_id="", attempts=F("attempts") - 1)


def _note(batch: Sequence[models.OutboxEvent], error: WarehouseError) -> None:
    events = models.OutboxEvent.objects.filter(pk__in=[event.pk for event in batch])
    events.update(last_error=f"{error.code}: {error.message}"[:2000])


@transaction.atomic
def _set_aside(batch: Sequence[models.OutboxEvent], error: SchemaMismatch) -> None:
    """Take a refused batch apart, of which nothing was written; an edit refused alone waits."""
    message = f"{error.code}: {error.message}"[:2000]
    now = timezone.now()
    if len(batch) > 1:
        # Each is sent alone from now on, until those that are sound have gone.
        _undo(batch)
        models.OutboxEvent.objects.filter(pk__in=[event.pk for event in batch]).update(next_attempt_at=now)
        return
    wait = min(_FIRST_WAIT * 2 ** min(batch[0].attempts - 1, 10), _LONGEST_WAIT)
    models.OutboxEvent.objects.filter(pk=batch[0].pk).update(
        batch_id="", next_attempt_at=now + wait, last_error=message
    )
    logger.error("The warehouse refuses edit %s (%s): %s", batch[0].pk, batch[0], message)
