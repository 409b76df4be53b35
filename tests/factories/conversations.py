"""Conversations for tests."""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from agent.events import Done, DoneReason, Event, Text, write_event
from agent.models import AnswerEvent, Feedback, Message, MessageRole, MessageState, Thread
from agent.selectors.conversations import text_of
from tests.factories.users import make_user

_numbers = itertools.count(1)
FIRST_MOMENT = datetime(2026, 6, 1, tzinfo=timezone.get_default_timezone())


def make_thread(*, owner: Any = None, **fields: Any) -> Thread:
    """Create an empty thread."""
    return Thread.objects.create(
        owner=owner or make_user("viewer"), **{"title": f"Conversation {next(_numbers)}", **fields}
    )


def make_question(*, thread: Thread | None = None, parent: Message | None = None, **fields: Any) -> Message:
    """Create a question; each is younger than those before."""
    defaults = {"text": "How many transformers are there?", "created_at": _next_moment()}
    return Message.objects.create(
        thread=thread or (parent.thread if parent else make_thread()),
        parent=parent,
        role=MessageRole.USER,
        **{**defaults, **fields},
    )


def make_answer(
    *, question: Message | None = None, events: Iterable[Event] | None = None, **fields: Any
) -> Message:
    """Create a complete answer with its events: a text, unless others are given."""
    question = question or make_question()
    told = tuple(events) if events is not None else (Text(delta="There are 12."),)
    documents = [write_event(event) for event in (*told, Done(reason=DoneReason.ANSWERED))]
    defaults = {
        "text": text_of(documents),
        "state": MessageState.DONE,
        "done_reason": DoneReason.ANSWERED,
        "backend": "embedded",
        "created_at": _next_moment(),
        "first_event_ms": 12.0,
        "duration_ms": 340.0,
    }
    answer = Message.objects.create(
        thread=question.thread, parent=question, role=MessageRole.ASSISTANT, **{**defaults, **fields}
    )
    AnswerEvent.objects.bulk_create(
        AnswerEvent(answer=answer, seq=seq, document=document) for seq, document in enumerate(documents)
    )
    return answer


def make_running_answer(
    *, question: Message | None = None, events: Iterable[Event] = (), silent_s: float = 0.0, **fields: Any
) -> Message:
    """Create an answer that some process writes, or wrote until ``silent_s`` ago."""
    question = question or make_question()
    answer = Message.objects.create(
        thread=question.thread,
        parent=question,
        role=MessageRole.ASSISTANT,
        **{
            "state": MessageState.RUNNING,
            "created_at": _next_moment(),
            "heartbeat_at": timezone.now() - timedelta(seconds=silent_s),
            **fields,
        },
    )
    AnswerEvent.objects.bulk_create(
        AnswerEvent(answer=answer, seq=seq, document=write_event(event)) for seq, event in enumerate(events)
    )
    return answer


def make_feedback(*, answer: Message | None = None, **fields: Any) -> Feedback:
    """Create what somebody thinks of an answer."""
    defaults = {"is_positive": False, "categories": ["WRONG_DATA"], "comment": "It is 13."}
    return Feedback.objects.create(answer=answer or make_answer(), **{**defaults, **fields})


def _next_moment() -> datetime:
    return FIRST_MOMENT + timedelta(seconds=next(_numbers))
