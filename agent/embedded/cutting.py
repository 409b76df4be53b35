"""A question cut into what it names (ids, names, a time, a number, weather) and the words beside."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.embedded.concept_words import common, known_words
from agent.embedded.named import STREETS
from agent.embedded.normal import Said, Word, is_id, may_name
from agent.embedded.slots import SLOTS, Weather, asset, is_moment, load_factor, weather_within
from agent.semantic.moments import is_time
from agent.semantic.spelling import ordinary_words
from agent.semantic.words import NUMBER_WORDS

_ASSET = re.compile(rf"(?<!\S){SLOTS['asset']}")
_LONGEST_NAME = 3
_PRONOUNS = frozenset(["it", "its", "that", "this", "there", "them", "they", "their", "these", "those"])
"""Words that say nothing where the thing itself is named."""
_LONGEST_TIME = 7
_COUNTS = {word: str(value) for word, value in NUMBER_WORDS.items() if 2 <= value <= 20}
_PERCENT = frozenset(["%", "percent"])
_OF = frozenset(["of", "at", "for", "on", "in", "by"])
_HORIZON = re.compile(
    r"(?:(?:within|in|over|during|for|the|of) ){0,3}(?:(?:next|coming|following) (?:\d+ )?|(?<=within "
    r")(?:the )?(?:\d+|a|one) )"
    r"(?:hours?|days?|weeks?|months?|years?)|within (?:the |a |one )?(?:next |coming )?(?:\d+ "
    r")?(?:hours?|days?|weeks?|months?|years?)",
    re.IGNORECASE,
)
"""How far ahead a question looks: "the next 24 hours", "within 90 days"."""
_NOW = frozenset(["now", "today", "in", "'s", "of", "the", "at", "on", "for"])


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
    asked: tuple[str, ...] = ()  # what is asked of it: "battery voltage" in "the battery voltage at SUB-1"


def cuts(said: Said) -> list[Cut]:
    """Return the ways to cut a question: as it is, and with words that are none of ours as one name."""
    assets, rest = _without_assets(said)
    if assets:
        cut = _cut(assets, rest)
        before, asked = _words_before(said), _asked_of(said)
        return [replace(cut, before=before, after=_word_after(said), asked=asked)]
    person = _person_at(rest)
    if person is not None:
        return [replace(_cut((person[0],), person[1]), is_bare=True)]
    found = [_cut((), rest)]
    weather, beside = weather_within(rest)
    time, untimed = _without_time(beside)
    for words in (untimed, rest):
        named = _bare_name(words)
        if named is None:
            continue
        cut = replace(_cut((named[0],), named[1]), is_bare=True)
        if words is untimed:
            cut = replace(cut, time=time or cut.time, weather=weather or cut.weather)
        if cut not in found:
            found.append(cut)
    return found


def _person_at(words: Sequence[Word]) -> tuple[str, list[Word]] | None:
    """Return who is named with a street, "Mr. Rodriguez on Main Street in Wallis", and the other words."""
    start = next((at + 1 for at, word in enumerate(words) if word.plain in _TITLES), None)
    if start is None:
        return None
    run = list(
        itertools.takewhile(
            lambda word: word.written[0].isupper() or word.written.isdigit() or word.plain in _LINKS,
            words[start:],
        )
    )
    named = [word for word in run if word.plain not in _LINKS]
    if not any(word.plain in STREETS for word in named) or any(is_id(word.plain) for word in named):
        return None
    return " ".join(word.written for word in named), [*words[:start], *words[start + len(run) :]]


def _words_before(said: Said) -> tuple[str, ...]:
    match = _ASSET.search(said.marked)
    words = said.marked[: match.start()].split() if match else []
    return tuple(words[-2:])


def _asked_of(said: Said) -> tuple[str, ...]:
    match = _ASSET.search(said.marked)
    words = said.marked[: match.start()].split() if match else []
    if not words or words[-1] not in _OF:
        return ()
    found = itertools.takewhile(lambda word: word not in common(), reversed(words[:-1]))
    return tuple(found)


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
            is_now = set(text.lower().split()) <= _NOW
            is_ahead = _HORIZON.fullmatch(text) is not None
            if not is_now and (is_ahead or is_time(text) or is_moment(text)):
                return text, [*words[:start], *words[start + length :]]
    return None, list(words)


def _without_number(words: Sequence[Word]) -> tuple[str | None, float | None, str, list[Word]]:
    """Return the one number of words: a whole one with the word before it, or a factor: "1.2", "120 %"."""
    words = [
        Word(_COUNTS[word.plain], _COUNTS[word.plain]) if word.plain in _COUNTS else word for word in words
    ]
    places = [at for at, word in enumerate(words) if re.fullmatch(r"\d+(?:\.\d+)?|@run", word.plain)]
    shares = [at for at in places if words[at + 1 : at + 2] and words[at + 1].plain in _PERCENT]
    if len(places) == 2 and len(shares) == 1:  # "90 % restored after run 4"
        start = shares[0]
        factor = load_factor(f"{words[start].plain} %")
        number, _, after, rest = _without_number([*words[:start], *words[start + 2 :]])
        return number, factor, after, rest
    if len(places) != 1:
        return None, None, "", words
    at = places[0]
    after = words[at - 1].plain if at else ""
    if words[at].plain == "@run":
        return words[at].written, None, "run", [*words[:at], *words[at + 1 :]]
    is_factor = at + 1 < len(words) and words[at + 1].plain in _PERCENT | {"x", "times"}
    end = at + 2 if is_factor else at + 1
    said = " ".join(word.plain for word in words[at:end])
    rest = [*words[:at], *words[end:]]
    if "." in words[at].plain or end > at + 1:
        return None, load_factor(said), after, rest
    return words[at].plain, None, after, rest


def _bare_name(words: Sequence[Word]) -> tuple[str, list[Word]] | None:
    """Return the name that the words hold which no concept knows, if they stand together; and the others."""
    known = known_words()
    places = [at for at, word in enumerate(words) if word.plain not in known and may_name(word.plain)]
    if not places:
        return None
    words, first, last = _without_links(words, places)
    is_small = all(word.written == word.written.lower() for word in words)
    while first and words[first - 1].plain in _NAME_STARTS:
        if not (words[first - 1].written[0].isupper() or (is_small and words[first].plain in _QUARTERS)):
            break
        first -= 1  # "Far West"
    is_numbered = (
        last + 1 < len(words) and words[last + 1].plain.isdigit() and len(words[last + 1].plain) <= 2
    )
    if is_numbered:
        last += 1  # "Wallis 01"
    if last - first >= _LONGEST_NAME or any(
        (word.plain in known and word.plain not in _NAME_STARTS) or is_id(word.plain)
        for word in words[first : last + 1]
    ):
        return None
    if first and words[first - 1].plain.isdigit() and len(words[first - 1].plain) > 1:
        first -= 1  # "3647 Bayberry Way"
        if last + 1 < len(words) and words[last + 1].plain in STREETS:
            last += 1
    name = " ".join(word.written for word in words[first : last + 1])
    is_placed = first > 0 and words[first - 1].plain in _BEFORE_NAMES
    is_marked = name[0].isdigit() or name[0].isupper() or is_numbered
    if is_time(name) or name.lower() in NUMBER_WORDS:
        return None
    is_quarter = is_small and last > first and words[last].plain in _QUARTERS
    if not (is_placed or is_marked or is_quarter or _is_typed_name(words, first, last)):
        return None
    return name, [*words[:first], *words[last + 1 :]]


def _without_links(words: Sequence[Word], places: Sequence[int]) -> tuple[list[Word], int, int]:
    """Return words without what only joins two names, "Nguyen from Katy", and where the name stands."""
    first, last = places[0], places[-1]
    links = {at for at in range(first, last) if at not in places and words[at].plain in _LINKS}
    kept = [word for at, word in enumerate(words) if at not in links]
    return kept, first, last - len(links)


def _is_typed_name(words: Sequence[Word], first: int, last: int) -> bool:
    """Return whether words are a name in a text with no capitals: no English, at one of its ends."""
    is_small = all(word.written == word.written.lower() or is_id(word.plain) for word in words[1:])
    is_at_end = first == 0 or last == len(words) - 1
    named = words[first : last + 1]
    return is_small and is_at_end and not any(word.plain in ordinary_words() for word in named)


_TITLES = frozenset(["mr", "mrs", "ms", "named", "called"])
_QUARTERS = frozenset(["west", "east", "north", "south"])
_NAME_STARTS = frozenset(
    [
        "far",
        "north",
        "south",
        "east",
        "west",
        "new",
        "old",
        "upper",
        "lower",
        "big",
        "little",
        "el",
        "san",
        "fort",
        "port",
        "lake",
    ]
)
"""Words that many names of places begin with."""
_LINKS = frozenset(["from", "in", "at", "on", "of"])
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
