"""Answers whose process died: they are told as failed, whoever comes upon them first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from agent.events import Done, DoneReason, Error, Event, EventKind, write_event
from agent.models import AnswerEvent, Message, MessageState
from agent.selectors.conversations import text_of
from agent.services.news import tell

INTERRUPTED = "INTERRUPTED"
AT_ONCE = 200
ERROR = Error(
    code=INTERRUPTED,
    message="The server was stopped while it wrote this answer. Ask again.",
    is_retryable=True,
)


def settle(answers: Sequence[UUID]) -> int:
    """Tell those of some answers as failed whose process was silent for too long; return how many."""
    return _fail(Q(pk__in=answers), _lost_before()) if answers else 0


def settle_all() -> int:
    """Do the same for all answers."""
    return _fail(Q(), _lost_before())


def give_up(answers: Sequence[UUID]) -> int:
    """Tell answers as failed that this process wrote and will not go on with."""
    return _fail(Q(pk__in=answers), None) if answers else 0


def _lost_before() -> datetime:
    return timezone.now() - timedelta(seconds=settings.ASSISTANT_LOST_AFTER_S)


def _fail(which: Q, silent_since: datetime | None) -> int:
    rows = Message.objects.running().filter(which)
    if silent_since is not None:
        rows = rows.filter(heartbeat_at__lt=silent_since)
    if not rows.exists():
        return 0
    with transaction.atomic():
        lost = list(rows.select_for_update(skip_locked=True).order_by("pk")[:AT_ONCE])
        for answer in lost:
            _end(answer)
        transaction.on_commit(partial(tell, [each.pk for each in lost]))
    return len(lost)


def _end(answer: Message) -> None:
    is_stopped = answer.is_stop_requested
    events = answer.events.aggregate(last=Max("seq"))
    seq = -1 if events["last"] is None else events["last"]
    reason = DoneReason.CANCELLED if is_stopped else DoneReason.FAILED
    told: tuple[Event, ...] = (Done(reason=reason),) if is_stopped else (ERROR, Done(reason=reason))
    AnswerEvent.objects.bulk_create(
        AnswerEvent(answer=answer, seq=seq + number, document=write_event(event))
        for number, event in enumerate(told, start=1)
    )
    texts = answer.events.filter(document__kind=EventKind.TEXT.value).order_by("seq")
    Message.objects.filter(pk=answer.pk).update(
        state=MessageState.DONE,
        done_reason=reason,
        error_code="" if is_stopped else INTERRUPTED,
        text=text_of(texts.values_list("document", flat=True)),
    )
