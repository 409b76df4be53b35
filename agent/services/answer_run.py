"""One answer from its question to its end: whatever the back end does, it ends with exactly one ``Done``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from agent.backends.errors import BackendFault
from agent.backends.requests import closing
from agent.events import Done, DoneReason, Error, Event, Status
from agent.services import asking
from agent.services.answer_writer import AnswerGone, AnswerTooLarge, Writer
from flux_site.api.audit.personal import collecting
from flux_site.api.errors import FluxError
from flux_site.api.outages import service_fault

logger = logging.getLogger(__name__)

CLOSING_S = 5.0
"""How long a back end may take to close after its answer has ended; then it is left to itself."""


class Cause(StrEnum):
    """Why an answer ends other than by itself."""

    STOPPED = "STOPPED"
    GONE = "GONE"


class Run:
    """The writing of one answer."""

    def __init__(
        self,
        answer_id: UUID,
        *,
        writer: Writer,
        slots: asyncio.Semaphore,
        in_thread: Callable[..., Any],
        limit_s: float,
    ) -> None:
        self._answer_id = answer_id
        self._writer = writer
        self._slots = slots
        self._in_thread = in_thread
        self._limit_s = limit_s
        self._ended: asyncio.Future[Done | Cause] = asyncio.get_running_loop().create_future()

    def end(self, why: Done | Cause) -> None:
        """End the answer; it does nothing if it has ended already."""
        if not self._ended.done():
            self._ended.set_result(why)

    async def complete(self) -> None:
        """Write the answer to its end.

        Raises:
            AnswerGone: if it was deleted, or told as ended by somebody else.
        """
        asked = asyncio.create_task(self._ask(), name=f"answer {self._answer_id}")
        written = asyncio.create_task(self._writer.run(), name=f"writing {self._answer_id}")
        try:
            ways: set[asyncio.Future[Any]] = {asked, written, self._ended}
            await asyncio.wait(ways, timeout=self._limit_s, return_when=asyncio.FIRST_COMPLETED)
            last = self._last(asked, written)
            if last is None:
                raise AnswerGone
            await self._writer.close(last)
        finally:
            self.end(Cause.GONE)
            written.cancel()
            await self._let_go(asked)

    async def _ask(self) -> None:
        """Pass on what the back end says, up to its ``Done``."""
        if self._slots.locked():
            await self._writer.put(Status(status="waiting", message="Waiting for other answers to end"))
        async with self._slots:
            with collecting() as self._writer.reads:
                prepared = await self._in_thread(asking.prepare, self._answer_id)
                if prepared is None:
                    raise AnswerGone
                async with closing(prepared.backend.answer(prepared.question)) as events:
                    async for event in events:
                        if self._ended.done():
                            return
                        if isinstance(event, Done):
                            self.end(event)
                            return
                        await self._writer.put(event)

    def _last(self, asked: asyncio.Task[None], written: asyncio.Task[None]) -> Sequence[Event] | None:
        """Return the last events of the answer; None if it is gone."""
        if written.done() and (error := written.exception()) is not None:
            return None if isinstance(error, AnswerGone) else _failed(error, "Unable to write an answer")
        if self._ended.done():
            why = self._ended.result()
            if isinstance(why, Done):
                return (why,)
            return (Done(reason=DoneReason.CANCELLED),) if why is Cause.STOPPED else None
        if not asked.done():
            return _told("TIMED_OUT", f"The answer took longer than {self._limit_s:.0f} seconds.", True)
        error = asked.exception()
        if error is None:
            return _told("BACKEND_ENDED", "The answer broke off before its end. Ask again.", True)
        return None if isinstance(error, AnswerGone) else _failed(error, "Unable to go on with an answer")

    async def _let_go(self, asked: asyncio.Task[None]) -> None:
        """Wait until the back end has closed, but not for long."""
        asked.cancel()
        _, open_ = await asyncio.wait({asked}, timeout=CLOSING_S)
        if open_:
            logger.warning("The back end of answer %s does not close", self._answer_id)
        elif not asked.cancelled() and (error := asked.exception()) is not None:
            logger.debug("The back end of answer %s closed with %r", self._answer_id, error)


def _failed(error: BaseException, what: str) -> Sequence[Event]:
    """Return the last events of an answer that failed; what nobody expected is logged."""
    if isinstance(error, BackendFault):
        return error.event(), Done(reason=DoneReason.FAILED)
    if isinstance(error, AnswerTooLarge):
        return _told("ANSWER_TOO_LARGE", "The answer is longer than one may be, and was ended.", False)
    expected = error if isinstance(error, FluxError) else service_fault(error)
    if expected is not None:
        is_retryable = expected.code.endswith(("_UNAVAILABLE", "_BUSY"))
        return _told(expected.code, expected.message, is_retryable)
    logger.error("%s", what, exc_info=error)
    return _told("INTERNAL_ERROR", "The answer failed by a fault of ours, which was logged.", True)


def _told(code: str, message: str, is_retryable: bool) -> Sequence[Event]:
    return Error(code=code, message=message, is_retryable=is_retryable), Done(reason=DoneReason.FAILED)
