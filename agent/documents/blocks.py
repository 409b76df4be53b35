"""A document once it is read: paragraphs, each with the headings above it and the page it stands on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A paragraph, list item, table row or piece of code, with the headings it stands under."""

    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """What a file says. ``meta`` holds what it says about itself: title, kind, standard, edition, source."""

    blocks: tuple[Block, ...]
    title: str | None = None
    meta: dict[str, str] = field(default_factory=dict)


class Outline:
    """The headings above the place that is being read."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, text: str) -> None:
        """Begin a section; it ends the open ones of its own level and below."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._open.append((level, text))

    @property
    def headings(self) -> tuple[str, ...]:
        """Return the headings of the open sections, outermost first."""
        return tuple(text for _, text in self._open)


def tidy(text: str) -> str:
    """Return a text on one line, with single spaces."""
    return _SPACES.sub(" ", text.replace("\0", " ")).strip()
