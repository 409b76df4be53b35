"""Following an answer while it is written: from whatever event on, by any number of readers."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from agent.models import Message
from agent.selectors import conversations as reading
from agent.selectors.conversations import StoredEvent
from agent.services import interruptions
from agent.services.news import TOPIC
from flux_site.api.audit.personal import PersonalReads
from flux_site.api.audit.recording import record_personal_reads
from flux_site.api.audit.who import Who
from flux_site.api.errors import Unauthenticated
from flux_site.api.live import EVERYTHING, News, follow
from flux_site.api.masking import user_may_see_pii
from flux_site.api.models import AuditSource

EVENTS_AT_ONCE = 500
RECHECK_S = 5.0
AUDIT_ACTION = "assistantAnswer"
POLL_S = 0.5
"""How often the rows are read while Redis, which tells what changed, is away."""


@dataclass(frozen=True, kw_only=True)
class AnswerUpdate:
    """More of an answer: events that the reader has not had, and whether that is all."""

    answer: Message
    events: list[StoredEvent]
    is_finished: bool


async def follow_answer(
    *, answer_id: str, user: Any, after: int, who: Who, log_in_again: Callable[[], Any] | None = None
) -> AsyncGenerator[AnswerUpdate, None]:
    """Yield the events of an answer after number ``after``, those that are there at once, until its end.

    Every read looks anew whether the answer is still the user's own. ``log_in_again`` returns the user by
    what they logged in with, or raises ``Unauthenticated`` where that holds no more; without it the account
    alone is looked at.

    Raises:
        PermissionRefused, Unauthenticated: if the user may not use the assistant, or may no more.
        NotFound: if the user has no such answer, or has it no more.
    """
    reader = _Reader(answer_id, user, who, log_in_again)
    async with follow(TOPIC) as news:
        while True:
            update = await database_sync_to_async(reader.read)(after)
            if update.events or update.is_finished:
                after = update.events[-1].seq if update.events else after
                yield update
            if update.is_finished:
                return
            if len(update.events) < EVENTS_AT_ONCE:
                await _wait(news, str(update.answer.pk))


class _Reader:
    """Reads an answer for one user."""

    def __init__(
        self, answer_id: str, user: Any, who: Who, log_in_again: Callable[[], Any] | None = None
    ) -> None:
        self._answer_id = answer_id
        self._user = user
        self._who = who
        self._log_in_again = log_in_again or self._account
        self._is_first = True
        self._checked_at = time.monotonic()

    def read(self, after: int) -> AnswerUpdate:
        """Return what there is after an event."""
        self._check()
        answer = reading.get_answer(self._answer_id, self._user)
        silent_since = timezone.now() - timedelta(seconds=settings.ASSISTANT_LOST_AFTER_S)
        if not answer.is_finished and answer.heartbeat_at and answer.heartbeat_at < silent_since:
            interruptions.settle([answer.pk])
            answer = reading.get_answer(self._answer_id, self._user)
        # The events are read after the state: whoever sees the end sees everything before it.
        rows = answer.events.filter(seq__gt=after).order_by("seq")[: EVENTS_AT_ONCE + 1]
        documents = [(row.seq, row.document) for row in rows]
        has_more = len(documents) > EVENTS_AT_ONCE
        is_shown = not documents or self._may_see(answer)
        events = reading.shown(documents[:EVENTS_AT_ONCE], is_shown)
        self._is_first = False
        return AnswerUpdate(answer=answer, events=events, is_finished=answer.is_finished and not has_more)

    def _check(self) -> None:
        """Raise unless the user may listen; what they may is looked up anew every ``RIGHTS_CHECK_S``."""
        if time.monotonic() - self._checked_at > settings.RIGHTS_CHECK_S:
            self._user, self._checked_at = self._log_in_again(), time.monotonic()
        reading.check_use(self._user)

    def _account(self) -> Any:
        found = get_user_model().objects.filter(pk=self._user.pk, is_active=True).first()
        if found is None:
            raise Unauthenticated("Log in first.")
        return found

    def _may_see(self, answer: Message) -> bool:
        """Return whether the user may see all of the answer; who reads a complete one again is on record.

        While it is written it is on record by the one who writes it.
        """
        if not answer.personal_ids and not answer.is_finished:  # it may have come with the newest events
            answer.refresh_from_db(fields=["personal_ids", "personal_fields"])
        if not answer.personal_ids:
            return True
        if not user_may_see_pii(self._user):
            return False
        if self._is_first and answer.is_finished:
            reads = PersonalReads(ids=dict.fromkeys(answer.personal_ids), fields=set(answer.personal_fields))
            record_personal_reads(reads, who=self._who, source=AuditSource.GRAPHQL, action=AUDIT_ACTION)
        return True


async def _wait(news: News, key: str) -> None:
    """Wait until there may be more."""
    until = time.monotonic() + (RECHECK_S if news.is_live else POLL_S)
    while (left_s := until - time.monotonic()) > 0:
        if {key, EVERYTHING} & await news.wait(left_s):
            return
