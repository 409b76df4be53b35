"""The second reading of a question: its words in any order, every one of them known, or it is no reading.

Patterns know how questions are usually said. Where none fits, a question is cut into what it names (ids,
names, a time, a number) and the words beside, and each concept says which words it may hold and must.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.documents.words import stem
from agent.embedded.concept_calls import MAKERS, Named
from agent.embedded.intents import Call
from agent.embedded.normal import Said, Word, is_id, may_name
from agent.embedded.slots import SLOTS, Weather, asset, is_moment, load_factor, weather_within
from agent.embedded.vocabulary import NOUNS
from agent.semantic.moments import is_time
from agent.semantic.words import NUMBER_WORDS

FILE = Path(__file__).with_name("concepts.yaml")
_ASSET = re.compile(rf"(?<!\S){SLOTS['asset']}")
_LONGEST_NAME = 3
_PRONOUNS = frozenset(["it", "its", "that", "this", "there", "them", "they", "their", "these", "those"])
"""Words that say nothing where the thing itself is named."""
_LONGEST_TIME = 7
_MOST_IDLE = 3
_COUNTS = {word: str(value) for word, value in NUMBER_WORDS.items() if 2 <= value <= 20}
_WEIGHTY = frozenset(
    [
        "not",
        "no",
        "never",
        "nor",
        "except",
        "other",
        "others",
        "than",
        "per",
        "by",
        "average",
        "mean",
        "median",
        "percent",
        "compare",
        "compared",
        "versus",
        "vs",
        "trend",
        "difference",
        "ratio",
        "sum",
        "minimum",
        "maximum",
        "without",
        "excluding",
        "only",
        "older",
        "newer",
        "before",
        "after",
        "since",
        "until",
        "unless",
        "planned",
        "tomorrow",
        "yesterday",
        "forecast",
        "cost",
        "costs",
        "both",
    ]
)
"""Words that change what is asked: never passed over."""


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
    is_second: bool
    keys: tuple[frozenset[str], ...]
    words: frozenset[str]
    own_stems: frozenset[str]
    stems: frozenset[str]

    def call(self, cut: Cut, spare: int = 0) -> Call | None:
        """Return the call that a question means if it is this concept; ``spare`` words may be others'."""
        if not self._fits(cut, spare):
            return None
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
            )
        )
        if call is None or all(is_id(each) for each in cut.assets):
            return call
        return replace(call, is_guess=True)  # what looks like a name may be none: "recloser locks"

    def spared(self, cut: Cut) -> tuple[str, ...]:
        """Return the words of a question that are none of this concept's, and not idle."""
        return tuple(word for word in cut.words if not self._knows(word) and stem(word) not in idle())

    def _knows(self, word: str) -> bool:
        return word in self.words or stem(word) in self.stems

    def _fits(self, cut: Cut, spare: int) -> bool:
        words = set(cut.words)
        strange = self.spared(cut)
        resting = [word for word in cut.words if not self._knows(word) and word not in strange]
        own = sum(stem(word) in self.own_stems for word in cut.words)
        return (
            len(strange) <= min(spare, own)
            and len(resting) <= _MOST_IDLE
            and all(is_of_the_trade(word) for word in strange)
            and (spare == 0 or own > 0)
            and (all(words & group for group in self.keys) or cut.weather is not None)
            and self._fits_assets(cut)
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
            return self.is_bare
        nouns = {word for word in text.lower().split() if word in NOUNS}
        return self.takes_names and (self.names is None or bool(nouns & self.names))


@dataclass(frozen=True)
class Cut:
    """A question cut up: what it names, and the words beside."""

    assets: tuple[str, ...]
    time: str | None
    number: str | None
    factor: float | None
    words: tuple[str, ...]
    is_bare: bool = False
    number_after: str = ""
    weather: Weather | None = None
    before: tuple[str, ...] = ()  # the two words before the first asset
    after: str = ""  # the word after it


def by_concept(said: Said) -> Call | None:
    """Return what the first concept that fits makes of a question; None where no word may be left over."""
    for cut in _cuts(said):
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


def loosely(said: Said) -> Loose | None:
    """Return what a question with an id means where at most two words, of other concepts, are passed over,
    and what one means that the analyst is asked first.

    The concept with the fewest words passed over is meant. If two with different calls are equal, none is.
    """
    found: list[Loose] = []
    for cut in _cuts(said):
        is_sure = not cut.is_bare and bool(cut.assets)
        is_sure = is_sure and all(is_id(each) and "-" in each for each in cut.assets)
        for concept in concepts():
            spare = _MOST_SPARED if is_sure and not concept.is_strict else 0
            call = concept.call(cut, spare) if spare or concept.is_second else None
            if call is not None:
                found.append(Loose(call, concept.spared(cut)))
    if not found:
        return None
    fewest = min(len(each.passed_over) for each in found)
    best = [each for each in found if len(each.passed_over) == fewest]
    return best[0] if len({str((each.call.tool, each.call.input)) for each in best}) == 1 else None


_MOST_SPARED = 2


def is_of_the_trade(word: str) -> bool:
    """Return whether a word is one of some concept, and no key and nothing that changes what is asked."""
    return stem(word) in _known_stems() and word not in _WEIGHTY


@cache
def _known_stems() -> frozenset[str]:
    return frozenset().union(*(concept.stems for concept in concepts()))


@cache
def idle() -> frozenset[str]:
    """Return the stems of the words that change nothing of what is asked."""
    return frozenset(stem(word) for word in _file()["idle"].split() if word not in _WEIGHTY)


@cache
def _file() -> Mapping[str, Any]:
    return dict(yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


@cache
def concepts() -> tuple[Concept, ...]:
    """Return the concepts of the file, in order."""
    data = _file()
    common = frozenset(data["common"].split())
    return tuple(_concept(name, item, common) for name, item in data["concepts"].items())


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
        is_second=bool(item.get("second")),
        keys=tuple(frozenset(group) for group in item["keys"]),
        words=common | own,
        own_stems=frozenset(map(stem, own - common)),
        stems=frozenset(map(stem, common | own)),
    )


def _cuts(said: Said) -> list[Cut]:
    """Return the ways to cut a question: as it is, and with words that are none of ours as one name."""
    assets, rest = _without_assets(said)
    if assets:
        return [replace(_cut(assets, rest), before=_words_before(said), after=_word_after(said))]
    found = [_cut((), rest)]
    named = _bare_name(rest)
    if named is not None:
        found.append(replace(_cut((named[0],), named[1]), is_bare=True))
    return found


def _words_before(said: Said) -> tuple[str, ...]:
    match = _ASSET.search(said.marked)
    words = said.marked[: match.start()].split() if match else []
    return tuple(words[-2:])


def _word_after(said: Said) -> str:
    match = _ASSET.search(said.marked)
    return "" if match is None else " ".join(said.marked[match.end() :].split()[:1])


def _without_pronouns(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if word.plain not in _PRONOUNS]


def _cut(assets: tuple[str, ...], rest: Sequence[Word]) -> Cut:
    weather, rest = weather_within(rest) if assets else (None, list(rest))
    time, rest = _without_time(rest)
    number, factor, after, rest = _without_number(rest)
    words = tuple(word.plain for word in (_without_pronouns(rest) if assets else rest))
    return Cut(assets, time, number, factor, words, number_after=after, weather=weather)


def _without_assets(said: Said) -> tuple[tuple[str, ...], list[Word]]:
    found: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _ASSET.finditer(said.marked):
        found.append(asset(said, match.span()).text)
        spans.append(match.span())
    rest: list[Word] = []
    at = 0
    for word in said.words:
        if not any(start <= at < end for start, end in spans):
            rest.append(word)
        at += len(word.plain) + 1
    return tuple(dict.fromkeys(found)), rest


def _without_time(words: Sequence[Word]) -> tuple[str | None, list[Word]]:
    """Return the longest time that stands in words, and the words without it."""
    for length in range(min(_LONGEST_TIME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            text = " ".join(word.written for word in words[start : start + length])
            if text.lower() not in {"now", "today"} and (is_time(text) or is_moment(text)):
                return text, [*words[:start], *words[start + length :]]
    return None, list(words)


def _without_number(words: Sequence[Word]) -> tuple[str | None, float | None, str, list[Word]]:
    """Return the one number of words: a whole one with the word before it, or a factor: "1.2", "120 %"."""
    words = [
        Word(_COUNTS[word.plain], _COUNTS[word.plain]) if word.plain in _COUNTS else word for word in words
    ]
    places = [at for at, word in enumerate(words) if re.fullmatch(r"\d+(?:\.\d+)?|@run", word.plain)]
    if len(places) != 1:
        return None, None, "", words
    at = places[0]
    after = words[at - 1].plain if at else ""
    if words[at].plain == "@run":
        return words[at].written, None, "run", [*words[:at], *words[at + 1 :]]
    end = at + 2 if at + 1 < len(words) and words[at + 1].plain in {"%", "percent", "x", "times"} else at + 1
    said = " ".join(word.plain for word in words[at:end])
    rest = [*words[:at], *words[end:]]
    if "." in words[at].plain or end > at + 1:
        return None, load_factor(said), after, rest
    return words[at].plain, None, after, rest


def _bare_name(words: Sequence[Word]) -> tuple[str, list[Word]] | None:
    """Return the name that the words hold which no concept knows, if they stand together; and the others."""
    known = _known_words()
    places = [at for at, word in enumerate(words) if word.plain not in known and may_name(word.plain)]
    if not places:
        return None
    first, last = places[0], places[-1]
    if last + 1 < len(words) and words[last + 1].plain.isdigit() and len(words[last + 1].plain) <= 2:
        last += 1  # "Wallis 01"
    if last - first >= _LONGEST_NAME or any(
        word.plain in known or is_id(word.plain) for word in words[first : last + 1]
    ):
        return None
    if first and words[first - 1].plain.isdigit() and len(words[first - 1].plain) > 1:
        first -= 1  # "3647 Bayberry Way"
        if last + 1 < len(words) and words[last + 1].plain in _STREETS:
            last += 1
    name = " ".join(word.written for word in words[first : last + 1])
    is_placed = first > 0 and words[first - 1].plain in _BEFORE_NAMES
    if (
        is_time(name)
        or name.lower() in NUMBER_WORDS
        or not (is_placed or name[0].isdigit() or name[0].isupper())
    ):
        return None
    return name, [*words[:first], *words[last + 1 :]]


_BEFORE_NAMES = frozenset(
    [
        "in",
        "at",
        "on",
        "near",
        "around",
        "of",
        "for",
        "to",
        "from",
        "behind",
        "called",
        "named",
        "about",
        "mr",
        "mrs",
        "ms",
        "the",
    ]
)
_STREETS = frozenset(
    ["street", "road", "way", "lane", "drive", "avenue", "court", "boulevard", "place", "trail", "circle"]
)


@cache
def _known_words() -> frozenset[str]:
    return frozenset().union(*(concept.words for concept in concepts()))
