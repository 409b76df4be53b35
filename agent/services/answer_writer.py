"""What a back end says, on its way to the database: joined, numbered and written a few times a second."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from agent.events import Done, Event, EventKind
from agent.selectors.conversations import text_of
from agent.services.answer_rows import Batch, Ending, write_document
from flux_site.api.audit.personal import PersonalReads
from flux_site.api.outages import DATABASE_FAULTS

logger = logging.getLogger(__name__)

JOIN_S = 0.05
"""Pieces of text that come within this are joined; other events wait no longer than it either."""

MAX_WAITING = 200
"""Events that may wait to be written; then the back end waits."""

MAX_EVENTS = 5_000
MAX_CHARACTERS = 2_000_000  # of the text
TRY_AGAIN_S = (0.2, 2.0)
PIECES = frozenset({EventKind.TEXT, EventKind.THINKING})

Store = Callable[[Batch], Awaitable[bool]]


class AnswerTooLarge(Exception):
    """Raised when an answer has more events or more text than one may have."""


class AnswerGone(Exception):
    """Raised when the answer was deleted, or told as ended by somebody else."""


class Writer:
    """Writes the events of one answer in their order, the first at once.

    Attributes:
        reads: whose personal data is noted while the answer is made.
    """

    def __init__(self, answer_id: UUID, *, store: Store, began_at: float, give_up_after_s: float) -> None:
        self.reads = PersonalReads()
        self._answer_id = answer_id
        self._store = store
        self._began_at = began_at
        self._give_up_after_s = give_up_after_s
        self._waiting: list[dict[str, Any]] = []
        self._texts: list[dict[str, Any]] = []
        self._seq = 0
        self._event_count = 0
        self._characters = 0
        self._error_code = ""
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_closed = False
        self._one_at_a_time = asyncio.Lock()

    async def put(self, event: Event) -> None:
        """Take an event; wait while too many are not written yet.

        Raises:
            AnswerTooLarge: if the answer has had as many as it may.
            TypeError, ValueError: if it is no event, or holds what is no JSON.
        """
        await self._has_room.wait()
        document = write_document(event)
        if self._is_closed:
            return
        if self._waiting and _is_more_of(self._waiting[-1], document):
            self._waiting[-1]["delta"] += document["delta"]
        else:
            self._event_count += 1
            self._waiting.append(document)
        self._characters += len(document.get("delta", ""))
        if self._event_count > MAX_EVENTS or self._characters > MAX_CHARACTERS:
            raise AnswerTooLarge
        if len(self._waiting) >= MAX_WAITING:
            self._has_room.clear()
        self._arrived.set()
        await asyncio.sleep(0)  # a back end that never waits would keep its first words from being written

    async def run(self) -> None:
        """Write what arrives, until closed.

        Raises:
            AnswerGone: if there is no such answer any more.
        """
        while True:
            await self._arrived.wait()
            if self._is_closed:
                return
            began = time.monotonic()
            async with self._one_at_a_time:
                waiting = self._take()
                if waiting:
                    await self._write(waiting)
            left_s = JOIN_S - (time.monotonic() - began)
            if left_s > 0:
                await asyncio.sleep(left_s)

    async def close(self, last: Sequence[Event]) -> None:
        """Write what is left and the last events, of which the very last is ``Done``. Nothing is taken after.

        Raises:
            AnswerGone: if there is no such answer any more.
        """
        self._is_closed = True
        documents = [write_document(event) for event in last]
        async with self._one_at_a_time:
            waiting = self._take()
            self._arrived.set()  # ``run`` sees that it is over
            done = last[-1]
            await self._write([*waiting, *documents], done if isinstance(done, Done) else None)

    def _take(self) -> list[dict[str, Any]]:
        taken, self._waiting = self._waiting, []
        self._arrived.clear()
        self._has_room.set()
        return taken

    async def _write(self, documents: Sequence[dict[str, Any]], done: Done | None = None) -> None:
        for document in documents:
            if document["kind"] == EventKind.TEXT:
                self._texts.append(document)
            elif document["kind"] == EventKind.ERROR:
                self._error_code = document["code"]
        passed_ms = (time.monotonic() - self._began_at) * 1000
        ending = None
        if done is not None:
            ending = Ending(
                done=done,
                text=text_of(self._texts),
                error_code=self._error_code,
                duration_ms=passed_ms,
            )
        batch = Batch(
            answer_id=self._answer_id,
            first_seq=self._seq,
            documents=documents,
            first_event_ms=passed_ms if self._seq == 0 else None,
            reads=PersonalReads(ids=dict(self.reads.ids), fields=set(self.reads.fields)),
            ending=ending,
        )
        await self._patiently(batch)
        self._seq += len(documents)

    async def _patiently(self, batch: Batch) -> None:
        """Write; while PostgreSQL is away try again, but not for longer than others believe us alive."""
        give_up_at = time.monotonic() + self._give_up_after_s
        pause_s = TRY_AGAIN_S[0]
        while True:
            try:
                if not await self._store(batch):
                    raise AnswerGone
                return
            except DATABASE_FAULTS as error:
                if time.monotonic() + pause_s > give_up_at:
                    raise AnswerGone from error
                logger.warning("Unable to write an answer for now: %s", error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, TRY_AGAIN_S[1])


def _is_more_of(last: dict[str, Any], document: dict[str, Any]) -> bool:
    """Return whether a document is the next piece of the same block as the last."""
    return document["kind"] in PIECES and all(
        last.get(key) == document.get(key) for key in ("kind", "block", "is_question")
    )
