"""The grammar of questions as it is written in ``grammar.yaml``, with what makes a step of each intent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from agent.embedded import (
    about_assets,
    about_cascades,
    about_lines,
    about_outages,
    about_reliability,
    about_risk,
    about_supply,
)
from agent.embedded.intents import Heard, Step
from agent.embedded.normal import Said
from agent.embedded.patterns import BadPattern, Patterns
from agent.embedded.slots import SLOTS

FILE = Path(__file__).with_name("grammar.yaml")
Maker = Callable[[Heard], Step | None]
MAKERS: Mapping[str, Maker] = {
    **about_cascades.MAKERS,
    **about_supply.MAKERS,
    **about_outages.MAKERS,
    **about_risk.MAKERS,
    **about_lines.MAKERS,
    **about_reliability.MAKERS,
    **about_assets.MAKERS,
}


@dataclass(frozen=True)
class Intent:
    """One thing that may be wanted: how it is said, and what makes a step of it; None where it is another."""

    name: str
    patterns: tuple[re.Pattern[str], ...]
    make: Maker
    examples: tuple[str, ...]

    def step(self, said: Said) -> Step | None:
        """Return what a question means if it is this intent; None otherwise."""
        marked = said.marked
        for pattern in self.patterns:
            match = pattern.fullmatch(marked)
            if match is not None:
                step = self.make(Heard(said, match))
                if step is not None:
                    return step
        return None


@dataclass(frozen=True)
class Grammar:
    """What the file holds.

    Attributes:
        intents: in the order they are asked in: where two fit, the first is meant.
        guesses: asked last.
        following: questions that change the one before, by what they change.
        words: the words that patterns are made of.
    """

    intents: tuple[Intent, ...]
    guesses: tuple[Intent, ...]
    following: Mapping[str, re.Pattern[str]]
    words: frozenset[str]


@cache
def grammar() -> Grammar:
    """Return the grammar of the file, compiled.

    Raises:
        BadPattern: if a pattern cannot be read, or an intent lacks its patterns or its maker.
    """
    data = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    patterns = Patterns(data["parts"], SLOTS)
    unknown = sorted({*data["intents"], *data["guesses"]} ^ set(MAKERS))
    if unknown:
        raise BadPattern(f"an intent has no patterns, or nothing makes its step: {', '.join(unknown)}")
    intents, guesses = (
        tuple(
            Intent(
                name,
                tuple(patterns.compile(pattern) for pattern in item["patterns"]),
                MAKERS[name],
                tuple(item["examples"]),
            )
            for name, item in data[section].items()
        )
        for section in ("intents", "guesses")
    )
    following = {name: patterns.compile(pattern) for name, pattern in data["following"].items()}
    return Grammar(intents, guesses, following, frozenset(patterns.words))
