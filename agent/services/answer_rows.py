"""The rows of an answer that is being written: its events, its signs of life and its end."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agent.events import Done, Event, EventKind, Warn, write_event
from agent.models import AnswerEvent, Message, MessageState, Thread
from flux_site.api.audit.personal import PersonalReads

MAX_EVENT_BYTES = 4 * 1024 * 1024
_UNSTORABLE = re.compile(r"\\u0000|\\ud[89a-f]")  # PostgreSQL stores neither NUL nor half a character


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an answer ended.

    Attributes:
        done: its last event.
        text: all its text.
        error_code: of the error before the end; empty if there was none.
        duration_ms: since the question.
    """

    done: Done
    text: str
    error_code: str
    duration_ms: float


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What is written of an answer at once.

    Attributes:
        answer_id: of which.
        first_seq: number of the first event.
        documents: the events.
        first_event_ms: since the question, with the first events; else None.
        reads: whose personal data the answer has shown so far; the tools have put it on record.
        ending: with the last events; else None.
    """

    answer_id: UUID
    first_seq: int
    documents: Sequence[dict[str, Any]]
    first_event_ms: float | None = None
    reads: PersonalReads = field(default_factory=PersonalReads)
    ending: Ending | None = None


def store(batch: Batch) -> bool:
    """Write events; False, and nothing is written, if the answer is gone or somebody else has ended it.

    Whom they show is written in the same transaction, so nobody reads them without.
    """
    with transaction.atomic():
        row = (
            Message.objects.running().select_for_update().filter(pk=batch.answer_id).values_list("thread_id")
        )
        found = row.first()
        if found is None:
            return False
        now = timezone.now()
        changes: dict[str, Any] = {"heartbeat_at": now}
        if batch.first_event_ms is not None:
            changes["first_event_ms"] = batch.first_event_ms
        if batch.reads.ids:
            changes["personal_ids"] = list(batch.reads.ids)
            changes["personal_fields"] = sorted(batch.reads.fields)
        AnswerEvent.objects.bulk_create(
            AnswerEvent(answer_id=batch.answer_id, seq=seq, document=document)
            for seq, document in enumerate(batch.documents, start=batch.first_seq)
        )
        if batch.ending is not None:
            changes |= _ended(batch.ending)
            Thread.objects.filter(pk=found[0]).update(updated_at=now)
        Message.objects.filter(pk=batch.answer_id).update(**changes)
    return True


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What others want of the answers that this process writes."""

    stopped: frozenset[UUID]
    gone: frozenset[UUID]


def look(answers: Iterable[UUID], *, is_beat: bool) -> Signals:
    """Return which answers are to stop and which are gone; with ``is_beat`` give a sign of life of all."""
    wanted = set(answers)
    rows = Message.objects.running().filter(pk__in=wanted)
    if is_beat:
        rows.update(heartbeat_at=timezone.now())
    found = dict(rows.values_list("pk", "is_stop_requested"))
    return Signals(
        stopped=frozenset(key for key, is_stopped in found.items() if is_stopped),
        gone=frozenset(wanted - found.keys()),
    )


def write_document(event: Event) -> dict[str, Any]:
    """Return an event as a document that PostgreSQL stores; one that is far too long is a warning instead.

    Raises:
        TypeError, ValueError: if it is no event, or holds what is no JSON.
    """
    document = write_event(event)
    try:
        text = json.dumps(document, allow_nan=False)
    except ValueError:
        document = _plain(document)
        text = json.dumps(document, allow_nan=False)
    if _UNSTORABLE.search(text):
        document = _plain(document)
    if len(text) > MAX_EVENT_BYTES and document["kind"] != EventKind.DONE:
        message = (
            f"A part of the answer was left out: it has {len(text):,} bytes, at most {MAX_EVENT_BYTES:,}."
        )
        return write_event(Warn(code="TOO_LARGE", message=message))
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _ended(ending: Ending) -> dict[str, Any]:
    done = ending.done
    return {
        "state": MessageState.DONE,
        "done_reason": done.reason,
        "text": _plain(ending.text),
        "error_code": ending.error_code[:64],
        "duration_ms": ending.duration_ms,
        "backend_thread_id": (done.thread_id or "")[:200],
        "backend_message_id": (done.message_id or "")[:200],
        "backend_request_id": (done.request_id or "")[:200],
        "tokens": done.tokens,
        "carried": _plain(done.state or {}),
    }
