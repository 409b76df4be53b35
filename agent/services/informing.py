"""What there is to know before asking: what answers, what it can do, and what could be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.backends.requests import Context
from agent.selectors.conversations import check_use
from agent.selectors.suggestions import Suggestion, suggest
from agent.services.backends import BackendName, backend_for
from agent.tools.registry import SPECS, is_allowed


@dataclass(frozen=True, kw_only=True)
class ToolInfo:
    """A tool, and whether the user may have it used."""

    name: str
    description: str
    is_allowed: bool


@dataclass(frozen=True, kw_only=True)
class AssistantAbout:
    """The assistant as it is for one user."""

    backend: BackendName
    note: str | None
    tools: tuple[ToolInfo, ...]


def assistant_for(user: Any) -> AssistantAbout:
    """Return what answers a user's questions, and what it can do.

    Raises:
        PermissionRefused: if the user may not use the assistant.
    """
    check_use(user)
    chosen = backend_for(user)
    tools = tuple(
        ToolInfo(name=each.name, description=each.description, is_allowed=is_allowed(each, user))
        for each in SPECS
    )
    return AssistantAbout(backend=chosen.name, note=chosen.note, tools=tools)


def suggestions_for(user: Any, context: Context) -> list[Suggestion]:
    """Return questions that suggest themselves to a user.

    Raises:
        PermissionRefused: if the user may not use the assistant.
    """
    check_use(user)
    return suggest(user, context)
