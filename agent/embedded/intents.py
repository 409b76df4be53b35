"""What a question may want, the tool that finds it, and what the tool is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.embedded.normal import Said


@dataclass(frozen=True)
class Call:
    """A tool and what it is asked.

    Attributes:
        intent: what was understood.
        is_guess: whether the words may mean something else, so that others are asked if it knows nothing.
    """

    tool: str
    input: Mapping[str, Any]
    intent: str = ""
    is_guess: bool = False


@dataclass(frozen=True)
class Offer:
    """A choice: what is shown, the question it stands for, and the call that this is."""

    label: str
    question: str
    call: Call | None = None


@dataclass(frozen=True)
class Ask:
    """What must be clear first."""

    text: str
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class Refuse:
    """Why there will be no answer."""

    text: str
    is_out_of_scope: bool = False


@dataclass(frozen=True)
class Say:
    """What is said without any tool."""

    text: str
    offers: tuple[Offer, ...] = ()


Step = Call | Ask | Refuse | Say


@dataclass(frozen=True)
class Heard:
    """A question that a pattern matched."""

    said: Said
    match: re.Match[str]

    def has(self, slot: str) -> bool:
        """Return whether a slot is filled."""
        return slot in self.match.re.groupindex and self.match[slot] is not None

    def span(self, slot: str) -> tuple[int, int]:
        """Return where a slot stands."""
        return self.match.span(slot)

    def plain(self, slot: str) -> str:
        """Return what fills a slot, as the grammar sees it."""
        return (self.match[slot] or "").strip().replace("\t", " ") if self.has(slot) else ""

    def written(self, slot: str) -> str:
        """Return what fills a slot, as it was written."""
        return self.said.part(*self.span(slot)) if self.has(slot) else ""
