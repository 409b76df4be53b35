"""What a back end is asked, and the tools it may use: the same for every back end that runs our tools."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from agent.events import Event


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
    """What a tool found: plain JSON for the model, and events (SQL, tables, citations) for the reader."""

    content: Any
    events: tuple[Event, ...] = ()


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
class Question:
    """A question with what was said before. The ids are those of the back end, where it keeps threads."""

    text: str
    history: tuple[Turn, ...] = ()
    thread_id: str | None = None
    parent_message_id: str | None = None
    tools: tuple[Tool, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


class Backend(Protocol):
    """What answers. Expected failures are events, never exceptions; the last event is ``Done``."""

    def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of the answer. Closing the iterator stops the answer."""
