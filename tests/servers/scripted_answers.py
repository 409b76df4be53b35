"""A back end that does what its question says, for the service around it: each word of it is a step.

``say:TEXT`` a piece of text, ``think:TEXT``, ``status``, ``table``, ``nap:SECONDS``, ``hang`` for ever,
``deaf`` for ever and deaf to being stopped, ``raise``, ``refuse`` an expected failure,
``nonsense`` what is no event, ``done`` the end, ``person:ID`` shows somebody's name. A question without
``done`` breaks off.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from agent.backends.errors import BackendFault
from agent.backends.requests import Question
from agent.events import Column, ColumnType, Done, DoneReason, Event, Status, Table, Text, Thinking
from agent.services.backends import ChosenBackend
from flux_site.api.audit.personal import note_shown

TABLE = Table(
    title="Transformers",
    columns=(Column(name="kva", label="Rating", type=ColumnType.REAL, unit="kVA"),),
    rows=((25.0,), (None,)),
    row_count=2,
)


class ScriptedBackend:
    """Remembers what it was asked, and whether it was closed."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.closed = 0

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Do step after step."""
        self.questions.append(question)
        try:
            for step in question.text.split():
                name, _, rest = step.partition(":")
                async for event in self._step(name, rest):
                    yield event
        finally:
            self.closed += 1

    async def _step(self, name: str, rest: str) -> AsyncIterator[Any]:
        match name:
            case "say":
                yield Text(delta=rest + " ")
            case "think":
                yield Thinking(delta=rest)
            case "status":
                yield Status(status="working", message="Working")
            case "table":
                yield TABLE
            case "nap":
                await asyncio.sleep(float(rest))
            case "hang":
                await asyncio.Event().wait()
            case "deaf":
                while True:
                    with contextlib.suppress(asyncio.CancelledError):
                        await asyncio.Event().wait()
                    yield Text(delta="still talking ")
            case "raise":
                raise RuntimeError("a fault of a back end")
            case "refuse":
                raise BackendFault("The server is busy.", code="BACKEND_BUSY", is_retryable=True)
            case "nonsense":
                yield object()
            case "person":
                note_shown("full_name", rest)
                yield Text(delta=f"name of {rest} ")
            case "done":
                yield Done(
                    reason=DoneReason.ANSWERED,
                    thread_id="T-1",
                    message_id=f"M-{len(self.questions)}",
                    tokens=7,
                    state={"asked": self.questions[-1].text},
                )


scripted = ScriptedBackend()


def choose(_: Any) -> ChosenBackend:
    """Return the one scripted back end, as one that keeps threads."""
    return ChosenBackend(backend=scripted, name="cortex", needs_thread=True)


def install() -> None:
    """Let it answer every question of this process."""
    from agent.services import asking

    asking.backend_for = choose
