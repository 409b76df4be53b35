"""The second reading of a question: its words in any order, every one of them known, or it is no reading.

Patterns know how questions are usually said. Where none fits, a question is cut into what it names (ids,
names, a time, a number) and the words beside, and each concept says which words it may hold and must.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from agent.documents.words import stem
from agent.embedded.concept_calls import MAKERS
from agent.embedded.concept_words import WEIGHTY, common, idle, words_file
from agent.embedded.cutting import Cut, cuts
from agent.embedded.intents import Call
from agent.embedded.named import Named
from agent.embedded.normal import Said, is_id
from agent.embedded.vocabulary import NOUNS

_MOST_IDLE = 3
_NUMBERED = re.compile(r"[^\W\d] \d\d$")
"""Only circuits are named with a number: "Wallis 01"."""
_AHEAD = frozenset(["will", "would", "should", "tomorrow", "next", "soon", "ever", "until"])
"""Words of what may come, which no record tells."""


@dataclass(frozen=True)
class Concept:
    """What may be wanted, by the words that may be said and those that must, and what may be named."""

    name: str
    assets: str
    prefixes: frozenset[str]
    names: frozenset[str] | None  # the nouns that names may stand with; None: any
    takes_names: bool
    is_bare: bool
    has_time: bool
    number: str | None
    has_factor: bool
    has_weather: bool
    is_strict: bool
    is_record: bool
    is_second: bool
    keys: tuple[frozenset[str], ...]
    words: frozenset[str]
    own_stems: frozenset[str]
    stems: frozenset[str]

    def call(self, cut: Cut, spare: int = 0) -> Call | None:
        """Return the call that a question means if it is this concept; ``spare`` words may be others'."""
        return self._made(cut) if self._fits(cut, spare) else None

    def call_if_meant(self, cut: Cut) -> Call | None:
        """Return the call of a question that is known to mean this concept, whatever its other words are.

        All that it names must have a place in the call, and no word may be left over that turns a question.
        """
        is_turned = any(word in WEIGHTY for word in self.spared(cut))
        return None if is_turned or not self._fits_names(cut) else self._made(cut, is_meant=True)

    def _made(self, cut: Cut, *, is_meant: bool = False) -> Call | None:
        call = MAKERS[self.name](
            Named(
                cut.assets,
                cut.time,
                cut.number,
                cut.factor,
                frozenset(cut.words),
                cut.is_bare,
                cut.number_after,
                cut.weather,
                cut.before,
                cut.after,
                cut.words,
                is_meant,
            )
        )
        if call is None or all(is_id(each) for each in cut.assets):
            return call
        return replace(call, is_guess=True)  # what looks like a name may be none: "recloser locks"

    def spared(self, cut: Cut) -> tuple[str, ...]:
        """Return the words of a question that are none of this concept's, and not idle."""
        return tuple(word for word in cut.words if not self._knows(word) and stem(word) not in idle())

    def may_pass(self, passed: Sequence[str], cut: Cut) -> bool:
        """Return whether words may be passed over for this concept without asking.

        Of a record only words that no concept knows, where they do not say what of the thing is asked ("the
        protection settings of SW-…") and nothing is asked of what will be.
        """
        if not passed:
            return True
        if self.is_strict:
            return False
        if not self.is_record:
            return all(is_of_the_trade(word) for word in passed) or len(passed) == 1
        is_asked_of = cut.after in passed or any(word in passed for word in cut.asked)
        is_plain = not (cut.time or cut.number or cut.weather or _AHEAD & set(cut.words))
        return is_plain and not is_asked_of and not any(is_of_the_trade(word) for word in passed)

    def _knows(self, word: str) -> bool:
        return word in self.words or stem(word) in self.stems

    def _fits(self, cut: Cut, spare: int) -> bool:
        words = set(cut.words)
        strange = self.spared(cut)
        resting = [word for word in cut.words if not self._knows(word) and word not in strange]
        own = sum(stem(word) in self.own_stems for word in cut.words)
        return (
            len(strange) <= (spare if self.is_record else min(spare, own))
            and len(resting) <= _MOST_IDLE
            and not any(word in WEIGHTY for word in strange)
            and (spare == 0 or own > 0 or self.is_record)
            and (all(words & group for group in self.keys) or cut.weather is not None)
            and self._fits_names(cut)
        )

    def _fits_names(self, cut: Cut) -> bool:
        """Return whether all that a question names has a place in the call."""
        return (
            self._fits_assets(cut)
            and (cut.weather is None or self.has_weather)
            and (cut.time is None or self.has_time)
            and (cut.number is None or self.number is not None)
            and (cut.factor is None or self.has_factor)
        )

    def _fits_assets(self, cut: Cut) -> bool:
        count = len(cut.assets)
        allowed = {"none": count == 0, "one": count == 1, "maybe": count <= 1, "many": count >= 1}
        return allowed[self.assets] and all(self._is_ours(each, cut.is_bare) for each in cut.assets)

    def _is_ours(self, text: str, is_bare: bool) -> bool:
        if is_id(text) and "-" in text:
            return text.partition("-")[0] in self.prefixes
        if is_bare:
            return self.is_bare or (self.takes_names and bool(_NUMBERED.search(text)))
        nouns = {word for word in text.lower().split() if word in NOUNS}
        return self.takes_names and (self.names is None or bool(nouns & self.names))


def by_concept(said: Said) -> Call | None:
    """Return what the first concept that fits makes of a question; None where no word may be left over."""
    for cut in cuts(said):
        for concept in concepts():
            call = None if concept.is_second else concept.call(cut)
            if call is not None:
                return call
    return None


@dataclass(frozen=True)
class Loose:
    """What a question probably means, and the words that were passed over."""

    call: Call
    passed_over: tuple[str, ...]
    is_firm: bool = False
    is_record: bool = False


def loosely(said: Said) -> tuple[Loose, ...]:
    """Return what a question may mean, likeliest first, where at most two of its words are passed over.

    Only the first is firm, and only where it names things by ids or by what they are ("substation Wallis"),
    its passed words are none that another concept turns on, and no other reading passes over as few.
    Concepts that are read ``second`` are found here, too.
    """
    found: list[Loose] = []
    for cut in cuts(said):
        is_sure = not cut.is_bare and bool(cut.assets) and all(map(_is_clear, cut.assets))
        for concept in concepts():
            call = concept.call(cut, _MOST_SPARED)
            if call is None:
                continue
            passed = concept.spared(cut)
            is_firm = (is_sure and concept.may_pass(passed, cut)) or (concept.is_second and not passed)
            found.append(Loose(call, passed, is_firm, concept.is_record))
    found.sort(key=lambda each: (len(each.passed_over), each.is_record))
    ranked: list[Loose] = []
    for each in found:
        if all((each.call.tool, each.call.input) != (other.call.tool, other.call.input) for other in ranked):
            ranked.append(each)
    if len(ranked) > 1 and _rank(ranked[0]) == _rank(ranked[1]):
        ranked[0] = replace(ranked[0], is_firm=False)
    return tuple(ranked)


def _rank(loose: Loose) -> tuple[int, bool]:
    return len(loose.passed_over), loose.is_record


def _is_clear(asset_text: str) -> bool:
    """Return whether a thing is named by an id, or with the word that says what it is."""
    if is_id(asset_text):
        return "-" in asset_text
    return any(word in NOUNS for word in asset_text.lower().split())


_MOST_SPARED = 2


def is_of_the_trade(word: str) -> bool:
    """Return whether a word is one of some concept."""
    return stem(word) in _known_stems()


@cache
def _known_stems() -> frozenset[str]:
    return frozenset().union(*(concept.stems for concept in concepts()))


@cache
def concepts() -> tuple[Concept, ...]:
    """Return the concepts of the file, in order."""
    data = words_file()
    return tuple(_concept(name, item, common()) for name, item in data["concepts"].items())


def _concept(name: str, item: Mapping[str, Any], common: frozenset[str]) -> Concept:
    names = item.get("names")
    own = frozenset(item["words"].split())
    return Concept(
        name=name,
        assets=item["assets"],
        prefixes=frozenset(item.get("prefixes", ())),
        names=None if names in (None, "any") else frozenset(names),
        takes_names=names is not None,
        is_bare=bool(item.get("bare")),
        has_time=bool(item.get("time")),
        number=item.get("number"),
        has_factor=bool(item.get("factor")),
        has_weather=bool(item.get("weather")),
        is_strict=bool(item.get("strict")),
        is_record=bool(item.get("record")),
        is_second=bool(item.get("second")),
        keys=tuple(frozenset(group) for group in item["keys"]),
        words=common | own,
        own_stems=frozenset(map(stem, own - common)),
        stems=frozenset(map(stem, common | own)),
    )
