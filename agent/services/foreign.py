"""Back ends of other servers: asked in threads of theirs, and replaced by the built-in one where they fail.

A server that fails before it said anything is replaced at once, with a warning; one that fails later is not,
since half an answer of each would be none. A server that keeps failing is left alone for a while.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from dataclasses import replace

from agent.backends.errors import BackendFault
from agent.backends.requests import Backend, Question, closing
from agent.events import Done, DoneReason, Error, Event, Status, Warn
from agent.services.connections import ChatConnection, CortexConnection, kept
from flux_site.api.breakers import Breaker

FALLBACK = "FALLBACK"
FAILURES_TO_OPEN = 2
LEFT_ALONE_S = 30


class CortexBackend:
    """The agent in Snowflake; a conversation that begins gets a thread there."""

    def __init__(self, connection: CortexConnection) -> None:
        self._connection = connection

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of the answer; ``Done`` has the ids of thread and message for what follows."""
        yield Status(status="connecting", message="Asking the agent in Snowflake")
        try:
            client = kept(self._connection, self._connection.open)
            if not question.history and question.thread_id is None:
                question = replace(question, thread_id=await client.create_thread())
        except BackendFault as fault:
            yield fault.event()
            yield Done(reason=DoneReason.FAILED)
            return
        question = _placed(question)
        async with closing(client.answer(question)) as events:
            async for event in events:
                if not (question.thread_id and isinstance(event, Error) and _is_gone(event)):
                    yield event
                    continue
                break
            else:
                return
        # The thread was removed over there: all that was said is told anew, without one.
        async with closing(client.answer(_without_thread(question))) as events:
            async for event in events:
                yield event


class ChatServer:
    """A server of the OpenAI protocol."""

    def __init__(self, connection: ChatConnection) -> None:
        self._connection = connection

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of the answer."""
        yield Status(status="connecting", message=f"Asking {self._connection.model}")
        backend = kept(self._connection, self._connection.open)
        async with closing(backend.answer(question)) as events:
            async for event in events:
                yield event


class WithSpare:
    """A back end with another in its place for when it fails before it said anything."""

    def __init__(self, first: Backend, *, spare: Backend, name: str, breaker: Breaker) -> None:
        self._first = first
        self._spare = spare
        self._name = name
        self._breaker = breaker

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of the answer of one of the two."""
        if self._breaker.is_left_alone:
            yield self._warning("it failed several times and is left alone for a while")
        else:
            failure: Error | None = None
            has_begun = False
            async with closing(self._first.answer(question)) as events:
                async for event in events:
                    if not has_begun and isinstance(event, Error):
                        failure = event
                        break
                    if not has_begun and not isinstance(event, Status):
                        has_begun = True
                        self._breaker.tell(is_ok=True)
                    yield event
            if failure is None:
                return
            if failure.is_retryable:  # a refusal comes at once; only what is waited for is left alone
                self._breaker.tell(is_ok=False)
            yield self._warning(failure.message)
        async with closing(self._spare.answer(_without_thread(question))) as events:
            async for event in events:
                yield event

    def _warning(self, why: str) -> Warn:
        told = f"{self._name} did not answer: {why.rstrip('.')}."
        return Warn(code=FALLBACK, message=f"{told} The built-in assistant answers instead.")


class WithNote:
    """A back end that first says why it is the one that answers."""

    def __init__(self, backend: Backend, note: Warn) -> None:
        self._backend = backend
        self._note = note

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the note, then the events of the answer."""
        yield self._note
        async with closing(self._backend.answer(_without_thread(question))) as events:
            async for event in events:
                yield event


@functools.cache
def breaker_of(name: str, url: str) -> Breaker:
    """Return the breaker of a server, one for the process."""
    return Breaker(fail_max=FAILURES_TO_OPEN, reset_timeout=LEFT_ALONE_S, name=f"{name} {url}")


def _placed(question: Question) -> Question:
    """Return a question with its thread only where the thread has all that was said before.

    What the built-in back end answered in between is not in the thread over there.
    """
    is_whole = not question.history or question.parent_message_id is not None
    return question if is_whole else _without_thread(question)


def _without_thread(question: Question) -> Question:
    return replace(question, thread_id=None, parent_message_id=None)


def _is_gone(error: Error) -> bool:
    return error.code == "BACKEND_NOT_FOUND"
