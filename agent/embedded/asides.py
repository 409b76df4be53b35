"""What says why something is asked, or where somebody stands: "Before we pull this pole: …".

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
_OCCASION_WORDS = """
review report meeting briefing presentation audit handover study analysis budget forecast filing hearing
newsletter slides permit application statement summary statistics protocol training exercise drill
"""
_OCCASIONS = _OCCASION_WORDS.split()
_ASKING = (
    r"(?:which|what|how|where|who|whose|when|whether|is|are|was|were|do|does|did|show|list|give|tell|find)\b"
)
_WANTS = r"(?:wants?|would like|needs?|asks?|asked|keeps? asking|is asking|are asking|wonders?|is wondering)"
_FOR_AN_OCCASION = (  # "For the storm review, how many …"
    rf"(?P<aside>for (?:the|my|our|a|an|this|that) (?:[\w-]+ ){{0,4}}(?:{'|'.join(_OCCASIONS)})),?"
    rf" (?P<asked>{_ASKING}.+)"
)
_DOING = (  # "I am preparing the load forecast and need …"
    r"(?P<aside>(?:i am|i'm|we are|we're) .+?),? (?:and|so) (?:(?:i|we) )?(?:need|want|would like)"
    r"(?: to (?:know|see|hear|find out))? (?P<asked>.+)"
)
_SOMEBODY_ASKS = (  # "My supervisor wants to hear which …"
    rf"(?P<aside>(?:(?:my|our|the|an?|some|one of our) )?(?:[\w-]+ ){{1,3}}?{_WANTS}(?: me| us)?"
    rf"(?: to (?:hear|know|see|find out))?)[,:]? (?P<asked>{_ASKING}.+)"
)
_BECAUSE = (  # "…, because we have to tell these people"; "since we …" and "as they were" may be times
    r"(?P<asked>.+?),? (?P<aside>(?:because|so that)"
    r" (?:i|we|they|he|she|you|my|our|the crew|somebody) .+)"
)
_NEEDED_FOR = (  # "… I need them for the annual report"
    r"(?P<asked>.+?[.?!,;])\s+(?P<aside>(?:i|we) (?:need|want)"
    r" (?:it|them|this|that|these|those) (?:for|to) .+)"
)
_LEADING = (_FOR_AN_OCCASION, _DOING, _SOMEBODY_ASKS)
_TRAILING = (_BECAUSE, _NEEDED_FOR)
_PATTERNS = [
    *((re.compile(pattern, re.IGNORECASE | re.DOTALL), True) for pattern in _LEADING),
    *((re.compile(pattern, re.IGNORECASE | re.DOTALL), False) for pattern in _TRAILING),
]
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
    found = _reason_of(text)
    if found is not None:
        return found
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


def _reason_of(text: str) -> Aside | None:
    """Return the clause that says what a question is for, or who asks it; None where there is none.

    Why something is asked bounds nothing, so a clause after "because we" may hold times and numbers.
    """
    for pattern, is_leading in _PATTERNS:
        match = pattern.fullmatch(text.strip())
        if match is None:
            continue
        aside, asked = match["aside"].strip(" .!,"), match["asked"].strip()
        said = read(aside)
        is_occasion = bool(said.words) and said.words[-1].plain in _OCCASIONS
        may_bound = is_leading and not is_occasion and _bounds(said)
        if not ids_in(said) and len(read(asked).words) > 1 and not may_bound:
            return Aside(aside, asked, None)
    return None


def _bounds(said: Said) -> bool:
    """Return whether words may bound what is asked: then they are never passed over."""
    words = [word.plain for word in said.words]
    has_time = any(
        is_time(" ".join(words[at : at + length]))
        for length in (1, 2, 3)
        for at in range(len(words) - length + 1)
    )
    return has_time or any(word[0].isdigit() or word in WEIGHTY | _BOUNDING for word in words)
