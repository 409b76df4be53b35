"""What a back end is asked, and the tools it may use: the same for every back end that runs our tools."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from agent.events import DoneReason, Event


class Role(StrEnum):
    """Who said something."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Something that was said before."""

    role: Role
    text: str


@dataclass(frozen=True, kw_only=True)
class ToolOutcome:
    """What a tool found.

    Attributes:
        content: plain JSON, for a model.
        events: SQL, tables, charts, citations, choices, assets, for the reader; no text and no ``Done``.
        summary: what was found, in plain sentences (Markdown), every number and id of them out of the data.
        ended: ``ASKED_BACK`` where the summary is a question (then a ``Choices`` event may offer answers),
            ``OUT_OF_SCOPE`` where the tool knows nothing of it.
    """

    content: Any
    events: tuple[Event, ...] = ()
    summary: str = ""
    ended: DoneReason = DoneReason.ANSWERED


class ToolRefused(Exception):
    """Raised by a tool that will not or cannot answer; the message goes to the model and the reader."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool: its name, what it is for, the JSON schema of its input, and what runs it as the asking user."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    run: Callable[[Mapping[str, Any]], Awaitable[ToolOutcome]]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the asking user has before them: words such as "this transformer" or "the last run" mean it."""

    asset_ids: tuple[str, ...] = ()  # selected on the map, the newest last
    run_id: str | None = None  # the cascade run shown
    workspace: str | None = None


def context_words(context: Context) -> str:
    """Return a context as a sentence for a language model; empty where there is none."""
    parts = []
    if context.asset_ids:
        parts.append(f"selected on the map, the newest last: {', '.join(context.asset_ids)}")
    if context.run_id:
        parts.append(f"cascade run shown: {context.run_id}")
    if context.workspace:
        parts.append(f"workspace: {context.workspace}")
    return f"(What the user has before them: {'; '.join(parts)}.)" if parts else ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with what was said before. The ids are those of the back end, where it keeps threads.

    ``state`` is that of the ``Done`` of the answer before.
    """

    text: str
    history: tuple[Turn, ...] = ()
    thread_id: str | None = None
    parent_message_id: str | None = None
    tools: tuple[Tool, ...] = ()
    context: Context = field(default_factory=Context)
    state: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


class Backend(Protocol):
    """What answers. Expected failures are events, never exceptions; the last event is ``Done``."""

    def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of the answer. Closing the iterator stops the answer."""


@contextlib.asynccontextmanager
async def closing(events: AsyncIterator[Event]) -> AsyncIterator[AsyncIterator[Event]]:
    """Close a stream of events when the block ends, however it ends: what is behind it stops at once."""
    try:
        yield events
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()
