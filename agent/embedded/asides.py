"""Sentences that say why something is asked, or where somebody stands: "Before we pull this pole: …".

They ask nothing, so they are no part of their own; the answer says that they were taken so. What bounds a
question (numbers, times, loads, weather, "planned") or is itself a trouble ("her lights are out") is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.embedded.concept_words import WEIGHTY
from agent.embedded.dialogue import ids_in
from agent.embedded.normal import Said, read
from agent.embedded.phrases import phrases
from agent.semantic.moments import is_time

_FIRST = re.compile(
    r"(?P<first>[^?!;:]+?)(?:(?<!Mr)(?<!Ms)(?<!Mrs)(?<!Dr)(?<!St)\.|[:;!]|\s[-–])\s+(?P<rest>\S.*)", re.DOTALL
)
_BACK = re.compile(r"(?<!\S)(?:it|its|that|this|there|them|their|they|these|those) ")
_BOUNDING_WORDS = """
load loads demand temperature temp wind sun weather degrees peak off out outage outages power lights light
electricity dark dead supply trip trips tripped fails fail failed open opened closed zone city county
"""
_BOUNDING = frozenset(_BOUNDING_WORDS.split())


@dataclass(frozen=True)
class Aside:
    """What a text begins with that asks nothing, the rest that does, and the one thing it names."""

    text: str
    asked: str
    about: str | None


def aside_of(text: str) -> Aside | None:
    """Return the sentence before a question that asks nothing; None where there is none."""
    match = _FIRST.fullmatch(text)
    if match is None:
        return None
    said, asked = read(match["first"]), match["rest"].strip()
    start = phrases().start(said.text, "setting")
    if not start or _bounds(said.cut(start, len(said.text))):
        return None
    ids, rest = ids_in(said), read(asked)
    is_pointing = bool(ids) or _BACK.search(said.text) is not None
    if len(ids) > 1 or (is_pointing and not _BACK.search(rest.text) and not ids_in(rest)):
        return None  # "Before we open SW-…: who loses power?" is asked of it
    return Aside(match["first"].strip(), asked, ids[0] if ids else None)


def _bounds(said: Said) -> bool:
    """Return whether words may bound what is asked: then they are never passed over."""
    words = [word.plain for word in said.words]
    has_time = any(
        is_time(" ".join(words[at : at + length]))
        for length in (1, 2, 3)
        for at in range(len(words) - length + 1)
    )
    return has_time or any(word[0].isdigit() or word in WEIGHTY | _BOUNDING for word in words)
