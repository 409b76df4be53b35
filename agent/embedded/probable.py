"""What a question probably asks, where no rule knows all of its words: the kind is learned, the rest is read.

What it names (ids, places, times, numbers, weather) must all have a place in the call, and no word that
bounds or turns a question ("without", "more than") may be passed over. The words that were are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.embedded.concept_words import known_words
from agent.embedded.concepts import concepts, is_of_the_trade
from agent.embedded.cutting import Cut, cuts
from agent.embedded.intents import Call
from agent.embedded.likely import likely
from agent.embedded.normal import Said
from agent.semantic.spelling import ordinary_words

SURE = 0.8
"""From here on the kind is taken: of the questions O, unseen when it was learned, none of 65 was another."""
LIKELY = 0.6
"""From here on, if none of the words passed over is one that other kinds of questions turn on."""
_MOST_PASSED_OVER = 12
_CONCEPTS: Mapping[str, tuple[str, ...]] = {
    "asset_lookup": ("facts of an asset",),
    "search_customers": ("customer of an id", "customers by name", "customers of a zip code"),
    "search_meters": ("meters of something",),
    "trace UPSTREAM": ("upstream of an asset",),
    "trace DOWNSTREAM": ("downstream of an asset", "who loses power"),
    "trace FEEDING_PATH": ("what feeds an asset",),
    "outage_status ACTIVE": ("outage of an id", "outages somewhere"),
    "outage_status UNASSIGNED": ("outages without a crew",),
    "outage_status PLANNED": ("planned outages",),
    "outage_status RESTORED": ("restored outages",),
    "cascade": ("a cascade run", "a run explained", "runs listed"),
    "risk": ("risk of an asset", "most at risk", "trees on lines", "risk now"),
    "restoration_plan": ("a plan of restoration", "a plan of a run"),
    "weather_rating": ("rating of a line",),
    "reliability": ("reliability",),
}
_AGO = re.compile(r"(?:(?:about|some|just|around) )?(?:an?|[a-z]+|[0-9]+) (?:minutes?|hours?) ago ")
_OUT_NOW = "outage_status ACTIVE"
_STARTS_WORK = frozenset(["cascade"])
DOCUMENTS = "documents"


@dataclass(frozen=True)
class Probable:
    """What a question probably asks, and the words that were passed over for it."""

    call: Call
    passed_over: tuple[str, ...]


def probable(text: str, said: Said) -> Probable | None:
    """Return what a question probably asks of which tool; None where that is not clear enough.

    Args:
        text: the question as it was asked.
        said: its words, with what "this" and the like stand for in their places.
    """
    kind = likely(text)
    names = _CONCEPTS.get(kind.kind, ())
    if kind.probability < LIKELY or not names:
        return None
    known = {concept.name: concept for concept in concepts()}
    for cut in _cuts(said, kind.kind):
        for name in names:
            call = known[name].call_if_meant(cut)
            if call is None:
                continue
            passed = known[name].spared(cut)
            if _may_pass(passed, kind.probability, starts_work=kind.kind in _STARTS_WORK):
                return Probable(call, passed)
    return None


def _cuts(said: Said, kind: str) -> list[Cut]:
    """Return the ways to cut a question; a name in it ("… outages in Katy …") is never passed over."""
    if kind == _OUT_NOW:
        said = _without_since_when(said)
    found = []
    for cut in cuts(said):
        names = _names_of(said) if not cut.assets else []
        if not names:
            found.append(cut)
        elif len(names) == 1 or kind == "search_customers":
            beside = {word.casefold() for name in names for word in name.split()}
            words = tuple(word for word in cut.words if word not in beside)
            found.append(replace(cut, assets=(" ".join(names),), is_bare=True, words=words))
    return found


def _names_of(said: Said) -> list[str]:
    """Return the names in a question by their capital letters: words of none of our kinds of questions."""
    names: list[list[str]] = []
    is_next = False
    for at, word in enumerate(said.words):
        is_name = word.written[:1].isupper() and word.plain.isalpha() and word.plain not in known_words()
        is_name = is_name and (at > 0 or word.plain not in ordinary_words())
        if is_name and is_next:
            names[-1].append(word.written)
        elif is_name:
            names.append([word.written])
        is_next = is_name
    return [" ".join(name) for name in names]


def _without_since_when(said: Said) -> Said:
    """Return a question about an outage now without "ten minutes ago", which bounds nothing."""
    match = _AGO.search(said.text)
    if match is None:
        return said
    start, end = match.span()
    rest = (said.cut(0, start).words, said.cut(end, len(said.text)).words)
    return replace(said, words=rest[0] + rest[1])


def are_documents_meant(text: str) -> bool:
    """Return whether a question is surely one that the documents answer."""
    kind = likely(text)
    return kind.kind == DOCUMENTS and kind.probability >= LIKELY


def _may_pass(passed: tuple[str, ...], probability: float, *, starts_work: bool) -> bool:
    if starts_work:
        return len(passed) <= 1  # what starts a run must not start another one
    if len(passed) > _MOST_PASSED_OVER:
        return False
    return probability >= SURE or not any(map(is_of_the_trade, passed))
