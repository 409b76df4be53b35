"""The numbers of citations over several calls of tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.backends.requests import ToolOutcome
from agent.events import Citation


class Sources:
    """The numbers of an answer's citations: each call of a tool begins at 1, and an answer has each once."""

    def __init__(self) -> None:
        self._last = 0

    def number(self, outcome: ToolOutcome) -> ToolOutcome:
        """Return an outcome with its citations numbered on, in the events and in the content alike."""
        given = sorted({event.number for event in outcome.events if isinstance(event, Citation)})
        numbers = {old: self._last + at for at, old in enumerate(given, 1)}
        self._last += len(given)
        if all(old == new for old, new in numbers.items()):
            return outcome
        events = tuple(
            replace(event, number=numbers[event.number]) if isinstance(event, Citation) else event
            for event in outcome.events
        )
        return replace(outcome, content=_renumbered(outcome.content, numbers), events=events)


def _renumbered(content: Any, numbers: Mapping[int, int]) -> Any:
    """Return plain JSON with the numbers of citations changed, wherever they stand as ``number``."""
    if isinstance(content, Mapping):
        return {
            key: numbers.get(value, value)
            if key == "number" and isinstance(value, int)
            else _renumbered(value, numbers)
            for key, value in content.items()
        }
    if isinstance(content, list | tuple):
        return [_renumbered(each, numbers) for each in content]
    return content
