"""Phrases beside the questions of the grid, as they are written in ``phrases.yaml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from agent.embedded.patterns import Patterns

FILE = Path(__file__).with_name("phrases.yaml")


class Phrases:
    """The phrases by what they are."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        patterns = Patterns({}, {})
        self._sources = {
            name: f"(?:{'|'.join(patterns.compile(item).pattern for item in items)})"
            for name, items in found.items()
        }
        self.words = frozenset(patterns.words)
        self._starts = {name: re.compile(source) for name, source in self._sources.items()}
        self._ends = {name: re.compile(rf"(?<!\S){source}$") for name, source in self._sources.items()}
        self._within = {name: re.compile(rf"(?<!\S){source}") for name, source in self._sources.items()}

    def alternatives(self, name: str) -> str:
        """Return the regular expression of the phrases of a name."""
        return self._sources[name]

    def is_whole(self, text: str, name: str) -> bool:
        """Return whether a text is one of the phrases."""
        return self._starts[name].fullmatch(text) is not None

    def start(self, text: str, name: str) -> int:
        """Return where the phrase ends that a text begins with; 0 without one."""
        match = self._starts[name].match(text)
        return 0 if match is None else match.end()

    def end(self, text: str, name: str) -> int:
        """Return where the phrase begins that a text ends with; 0 without one, or if it is all."""
        match = self._ends[name].search(text)
        return 0 if match is None else match.start()

    def place(self, text: str, name: str) -> tuple[int, int] | None:
        """Return where the first phrase stands in a text."""
        match = self._within[name].search(text)
        return None if match is None or not match[0] else match.span()

    def holds(self, text: str, name: str) -> bool:
        """Return whether a phrase stands anywhere in a text."""
        return self._within[name].search(text) is not None


@cache
def phrases() -> Phrases:
    """Return the phrases of the file."""
    return Phrases(yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
