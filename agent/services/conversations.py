"""What a user does with conversations: ask, ask again, stop, rename, delete."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from agent.backends.requests import Context
from agent.models import Message, MessageRole, MessageState, Thread
from agent.selectors import conversations as reading
from agent.services import interruptions, limits
from agent.services.answering import answering
from agent.services.forwarding import queue_thread_removal
from agent.services.news import tell
from flux_site.api.errors import BadInput, LimitExceeded

TITLE_CHARACTERS = 80
MAX_TITLE = 200
MAX_MESSAGES = 400  # of a thread
MAX_ASSETS = 50
MAX_WORD = 100  # characters of an id or a workspace


class Newest:
    """Stands for: after the newest answer that nothing follows."""


NEWEST = Newest()


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A question and the answer that is being written, in their thread."""

    thread: Thread
    question: Message
    answer: Message


def create_thread(*, user: Any, title: str) -> Thread:
    """Create an empty thread.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        BadInput: if the title is empty or too long.
    """
    reading.check_use(user)
    return Thread.objects.create(owner=user, title=_checked_title(title))


def open_thread(*, user: Any, thread_id: str) -> Thread:
    """Return a thread to be read; answers whose process died are told as such.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such thread.
    """
    reading.check_use(user)
    thread = reading.get_thread(thread_id, user, field="id")
    interruptions.settle(list(thread.messages.running().values_list("pk", flat=True)))
    return thread


def rename_thread(*, user: Any, thread_id: str, title: str) -> Thread:
    """Give a thread another title.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such thread.
        BadInput: if the title is empty or too long.
    """
    reading.check_use(user)
    thread = reading.get_thread(thread_id, user, field="id")
    thread.title = _checked_title(title)
    thread.save(update_fields=["title"])
    return thread


@transaction.atomic
def delete_thread(*, user: Any, thread_id: str) -> uuid.UUID:
    """Delete a thread with all its messages, events and feedback; answers that are being written are stopped.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such thread.
    """
    reading.check_use(user)
    thread = reading.get_thread(thread_id, user, field="id", is_locked=True)
    key = thread.pk
    # With its rows locked, nothing can add an event to an answer that is about to go.
    rows = thread.messages.select_for_update().order_by("pk").values_list("pk", "state")
    running = [row for row, state in rows if state == MessageState.RUNNING]
    theirs = list(thread.messages.values_list("backend_thread_id", flat=True))
    thread.delete()
    transaction.on_commit(partial(_stopped, running))
    queue_thread_removal(theirs, user=user)
    return key


@transaction.atomic
def send_message(
    *,
    user: Any,
    text: str,
    thread_id: str | None = None,
    parent_id: str | Newest | None = NEWEST,
    context: Context | None = None,
) -> Exchange:
    """Ask a question; the answer begins when the transaction commits.

    Args:
        user: who asks.
        text: the question.
        thread_id: none: a new thread, named after the question.
        parent_id: the answer that the question follows; None: none, the question begins a branch of its own.
            If nothing is said, the newest answer that nothing follows.
        context: what the user has before them.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such thread, or it has no such answer.
        BadInput: if the text is empty or too long, or the answer before is not complete.
        TooManyQuestions: if the user asks too often, or too much at once.
        LimitExceeded: if the thread is full.
    """
    reading.check_use(user)
    question_text = _checked_text(text)
    told = _checked_context(context)
    if thread_id is None:
        if isinstance(parent_id, str):
            raise BadInput(
                "needs threadId beside it: the answer that it names is in a thread", field="parentId"
            )
        thread, parent = None, None
    else:
        thread = reading.get_thread(thread_id, user, is_locked=True)
        parent = _parent(thread, parent_id, user)
    _admit(user)
    if thread is None:
        thread = Thread.objects.create(owner=user, title=_title(question_text))
    now = timezone.now()
    question = Message.objects.create(
        thread=thread,
        parent=parent,
        role=MessageRole.USER,
        text=question_text,
        context=told,
        created_at=now,
    )
    return _begin(thread, question)


@transaction.atomic
def retry_answer(*, user: Any, answer_id: str) -> Exchange:
    """Answer a question once more; the answers stand side by side.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such answer.
        BadInput: if it is still being written.
        TooManyQuestions: if the user asks too often, or too much at once.
        LimitExceeded: if the thread is full.
    """
    reading.check_use(user)
    found = reading.get_answer(answer_id, user)
    thread = reading.get_thread(str(found.thread_id), user, is_locked=True)
    messages = _settled_messages(thread)
    question = next(each for each in messages if each.pk == found.parent_id)
    if any(each.parent_id == question.pk and not each.is_finished for each in messages):
        raise BadInput("is still being written: wait for its end, or stop it", field="answerId")
    _admit(user)
    return _begin(thread, question)


def stop_answer(*, user: Any, answer_id: str) -> Message:
    """Ask for an answer to stop, in whatever process it is written; a complete one stays as it is.

    Raises:
        PermissionRefused: if the user may not use the assistant.
        NotFound: if the user has no such answer.
    """
    reading.check_use(user)
    answer = reading.get_answer(answer_id, user)
    if interruptions.settle([answer.pk]):
        return reading.get_answer(answer_id, user)
    if Message.objects.running().filter(pk=answer.pk).update(is_stop_requested=True):
        answer.is_stop_requested = True
        answering.stop(answer.pk)
    return answer


def _begin(thread: Thread, question: Message) -> Exchange:
    now = max(timezone.now(), question.created_at + timedelta(microseconds=1))
    answer = Message.objects.create(
        thread=thread,
        parent=question,
        role=MessageRole.ASSISTANT,
        state=MessageState.RUNNING,
        created_at=now,
        heartbeat_at=now,
    )
    thread.updated_at = now
    thread.save(update_fields=["updated_at"])
    transaction.on_commit(partial(answering.start, answer.pk))
    return Exchange(thread=thread, question=question, answer=answer)


def _admit(user: Any) -> None:
    """Raise unless a user may ask once more now; with the row locked, one request at a time is looked at."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    limits.check_answers_at_once(user)
    limits.count_question(user)


def _parent(thread: Thread, parent_id: str | Newest | None, user: Any) -> Message | None:
    messages = _settled_messages(thread)
    if parent_id is None:
        return None
    if isinstance(parent_id, Newest):
        parent = reading.newest_leaf(messages)
        if parent is None:
            return None
    else:
        parent = reading.get_answer(parent_id, user, field="parentId")
        if parent.thread_id != thread.pk:
            raise BadInput("names an answer of another conversation", field="parentId")
    if not parent.is_finished:
        raise BadInput(
            "the answer before is still being written: wait for its end, or stop it", field="parentId"
        )
    return parent


def _settled_messages(thread: Thread) -> list[Message]:
    """Return the messages of a thread, those given up by a lost process told as such.

    Raises:
        LimitExceeded: if there is no room for two more.
    """
    messages = list(thread.messages.defer("carried"))
    if len(messages) + 2 > MAX_MESSAGES:
        raise LimitExceeded(
            f"A conversation has at most {MAX_MESSAGES} messages. Begin a new one.", field="threadId"
        )
    settled = interruptions.settle([each.pk for each in messages if not each.is_finished])
    return list(thread.messages.defer("carried")) if settled else messages


def _stopped(answers: list[uuid.UUID]) -> None:
    for answer in answers:
        answering.stop(answer)
    tell(answers)


def _checked_text(text: str) -> str:
    stripped = text.replace("\x00", "").strip()
    most = settings.ASSISTANT_MAX_QUESTION
    if not stripped or len(stripped) > most:
        raise BadInput(f"A question has 1 to {most:,} characters, not {len(stripped):,}.", field="text")
    return stripped


def _checked_title(title: str) -> str:
    stripped = " ".join(title.replace("\x00", "").split())
    if not stripped or len(stripped) > MAX_TITLE:
        raise BadInput(f"A title has 1 to {MAX_TITLE} characters, not {len(stripped)}.", field="title")
    return stripped


def _title(question: str) -> str:
    words = " ".join(question.split())
    if len(words) <= TITLE_CHARACTERS:
        return words
    cut = words[: TITLE_CHARACTERS - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _checked_context(context: Context | None) -> dict[str, Any]:
    if context is None:
        return {}
    if len(context.asset_ids) > MAX_ASSETS:
        raise BadInput(
            f"names {len(context.asset_ids)} assets, and may name {MAX_ASSETS}", field="context.assetIds"
        )
    fields = (
        *(("context.assetIds", each) for each in context.asset_ids),
        ("context.runId", context.run_id or ""),
        ("context.workspace", context.workspace or ""),
    )
    for field, value in fields:
        if len(value) > MAX_WORD or "\x00" in value:
            raise BadInput(f"has at most {MAX_WORD} characters, none of them NUL", field=field)
    return {
        "asset_ids": list(context.asset_ids),
        "run_id": context.run_id,
        "workspace": context.workspace,
    }
