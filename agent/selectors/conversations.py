"""Conversations as their owner may read them; everybody else learns not even that they exist."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from agent.events import EventKind, Warn, write_event
from agent.models import AnswerEvent, Message, MessageRole, Thread
from flux_site.api.audit.personal import note_shown
from flux_site.api.errors import NotFound, PermissionRefused
from flux_site.api.masking import user_may_see_pii

USE = "agent.use_assistant"
READ_ALL = "agent.view_all_threads"
MAX_SEARCH = 200  # characters
NEVER_PERSONAL = frozenset({EventKind.STATUS, EventKind.WARNING, EventKind.ERROR, EventKind.DONE})
WITHHELD = Warn(
    code="PERSONAL_DATA", message="This answer shows customers' personal data, which you may not see."
)


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """An event as readers get it."""

    seq: int
    body: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Which kind of event it is."""
        return str(self.body["kind"])


@dataclass(frozen=True, kw_only=True)
class ThreadPage:
    """Some threads, and how many there are in all."""

    total_count: int
    threads: list[Thread]


def check_use(user: Any) -> None:
    """Raise unless a user may ask the assistant.

    Raises:
        PermissionRefused: if they may not.
    """
    if not user.has_perm(USE):
        raise PermissionRefused(f"You need the permission {USE}.")


def list_threads(user: Any, *, search: str | None, first: int, offset: int) -> ThreadPage:
    """Return a user's own threads, the newest first; with ``search`` those that have every word of it."""
    threads = Thread.objects.owned_by(user)
    for word in (search or "")[:MAX_SEARCH].replace("\x00", "").split():
        says = Message.objects.filter(thread=OuterRef("pk"), text__icontains=word, personal_ids=[])
        threads = threads.filter(Q(title__icontains=word) | Exists(says))
    counted = threads.annotate(message_count=Count("messages"))
    # Grouped rows do not take the order of the model.
    found = counted.order_by("-updated_at", "-created_at", "pk")[offset : offset + first]
    return ThreadPage(total_count=threads.count(), threads=list(found))


def get_thread(thread_id: str, user: Any, *, field: str = "threadId", is_locked: bool = False) -> Thread:
    """Return a thread of the user's own; locked until the transaction ends if so wished.

    Raises:
        NotFound: if there is none of this id, or it is somebody else's: nothing tells these apart.
    """
    key = parse_key(thread_id)
    rows = Thread.objects.owned_by(user)
    if is_locked:
        rows = rows.select_for_update()
    thread = None if key is None else rows.filter(pk=key).first()
    if thread is None:
        raise NotFound(f"There is no conversation {thread_id[:60]!r} of yours.", field=field)
    return thread


def get_message(message_id: str, user: Any, *, field: str = "messageId") -> Message:
    """Return a message of the user's own threads.

    Raises:
        NotFound: if there is none of this id, or it is somebody else's.
    """
    return _message(Message.objects.owned_by(user), message_id, "message", field)


def get_answer(answer_id: str, user: Any, *, field: str = "answerId") -> Message:
    """Return an answer in the user's own threads.

    Raises:
        NotFound: if there is none of this id, it is somebody else's, or it is a question.
    """
    return _message(Message.objects.owned_by(user).answers(), answer_id, "answer", field)


def parse_key(text: str) -> uuid.UUID | None:
    """Return a row's key; None where the text is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def messages_of(thread: Thread, user: Any) -> list[Message]:
    """Return all messages of a thread, the oldest first, each with what the user may see of its events."""
    messages = list(thread.messages.select_related("feedback"))
    events: dict[uuid.UUID, list[AnswerEvent]] = {}
    for event in AnswerEvent.objects.filter(answer__thread=thread).order_by("answer_id", "seq"):
        events.setdefault(event.answer_id, []).append(event)
    for message in messages:
        attach_events(message, events.get(message.pk, []), user)
    return messages


def load_events(message: Message, user: Any) -> None:
    """Attach to a message what the user may see of its events, and its text."""
    attach_events(message, message.events.all(), user)


def attach_events(message: Message, rows: Iterable[AnswerEvent], user: Any) -> None:
    """Attach events (``shown_events``) and the text (``shown_text``) as the user may see them."""
    is_shown = may_see(message, user)
    documents = [(row.seq, row.document) for row in rows]
    message.shown_events = shown(documents, is_shown)  # type: ignore[attr-defined]
    if message.role == MessageRole.USER:
        text = message.text
    elif not is_shown:
        text = WITHHELD.message
    else:
        text = message.text if message.is_finished else text_of(body for _, body in documents)
    message.shown_text = text  # type: ignore[attr-defined]


def may_see(message: Message, user: Any) -> bool:
    """Return whether the user may see all of an answer; what it shows of people is noted for the audit."""
    if not message.personal_ids:
        return True
    if not user_may_see_pii(user):
        return False
    return all(note_shown(field, *message.personal_ids) for field in message.personal_fields)


def shown(documents: Iterable[tuple[int, Mapping[str, Any]]], is_shown: bool) -> list[StoredEvent]:
    """Return events as readers get them: without the state of the back end; people where allowed."""
    found: list[StoredEvent] = []
    is_told = False
    for seq, document in documents:
        is_withheld = not is_shown and document["kind"] not in NEVER_PERSONAL
        if is_withheld and is_told:
            continue
        is_told = is_told or is_withheld
        told = write_event(WITHHELD) if is_withheld else document
        body = {key: value for key, value in told.items() if key != "state"}
        found.append(StoredEvent(seq=seq, body=body))
    return found


def text_of(documents: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of an answer: its blocks one below the other."""
    blocks: dict[int, list[str]] = {}
    for document in documents:
        if document["kind"] == EventKind.TEXT:
            blocks.setdefault(document.get("block", 0), []).append(document["delta"])
    return "\n\n".join(text for parts in blocks.values() if (text := "".join(parts).strip()))


def branch_to(message: Message, messages: Sequence[Message]) -> list[Message]:
    """Return a message and those it follows, the first of the conversation first."""
    by_key = {each.pk: each for each in messages}
    branch: list[Message] = []
    step: Message | None = message
    while step is not None:
        branch.append(step)
        step = by_key.get(step.parent_id) if step.parent_id is not None else None
    return branch[::-1]


def newest_leaf(messages: Sequence[Message]) -> Message | None:
    """Return the newest answer that nothing follows; None in an empty thread."""
    followed = {each.parent_id for each in messages}
    leaves = [each for each in messages if each.role == MessageRole.ASSISTANT and each.pk not in followed]
    return max(leaves, key=lambda each: (each.created_at, each.pk), default=None)


def _message(rows: Any, message_id: str, what: str, field: str) -> Message:
    key = parse_key(message_id)
    found: Message | None = None
    if key is not None:
        found = rows.select_related("thread", "feedback").filter(pk=key).first()
    if found is None:
        raise NotFound(f"There is no {what} {message_id[:60]!r} of yours.", field=field)
    return found
