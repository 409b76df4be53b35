"""Puts words right that are shortened, or almost one of the model's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from agent.semantic.calendar_days import MONTHS, WEEKDAYS
from agent.semantic.typed import SHORTHAND
from agent.semantic.vocabulary import Vocabulary, grammar_words
from agent.semantic.words import Token, stem, stems, tokens_of

SHORTEST_CORRECTED = 5
CLOSE_ENOUGH = 84.0
NEAR = 60.0
_ORDINARY = Path(__file__).with_name("ordinary_words.txt")
_TIME_WORDS = frozenset(
    [
        "today",
        "yesterday",
        "since",
        "before",
        "after",
        "until",
        "between",
        "during",
        "weekend",
        "summer",
        "winter",
        "spring",
        "autumn",
        "second",
        "third",
        "fourth",
        "first",
        "previous",
        "current",
        "tomorrow",
        "later",
        "earlier",
        "through",
        "quarter",
        "last",
        "next",
        "past",
        "week",
        "month",
        "year",
        "day",
        "hour",
        "ago",
    ]
)


@cache
def shorthand() -> dict[str, tuple[Token, ...]]:
    """Return the words that each short form stands for."""
    data = yaml.load(SHORTHAND.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {str(short): tuple(tokens_of(words)) for short, words in data.items()}


@cache
def ordinary_words() -> frozenset[str]:
    """Return words that are spelled right and are no slip for one of the model's: a county is no count."""
    return frozenset(_ORDINARY.read_text(encoding="utf-8").split())


@cache
def _plain_words() -> frozenset[str]:
    """Return the words that shape questions, as typed in haste: "mny" is one with a letter left out."""
    of_grammar = {word for phrase, _ in grammar_words() for word in stems(phrase)}
    return frozenset(word for word in of_grammar | _TIME_WORDS if len(word) > 3)


def spelled(tokens: list[Token], vocabulary: Vocabulary, mended: list[tuple[str, str]]) -> list[Token]:
    """Return tokens with short forms written out and misspelt words put right; ``mended`` gets these."""
    found: list[Token] = []
    for token in tokens:
        known = shorthand().get(token.lower, ()) if token.stem not in vocabulary.words else ()
        if known:
            found += [Token(token.text, part.lower, part.stem) for part in known]
        else:
            found.append(_mended(token, vocabulary, mended))
    return found


def near(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return words of the model that are like an unknown one."""
    found = process.extract(word, vocabulary.hints, scorer=fuzz.ratio, score_cutoff=NEAR, limit=3)
    return tuple(item[0] for item in found if item[0] != word)


def _mended(token: Token, vocabulary: Vocabulary, mended: list[tuple[str, str]]) -> Token:
    word = token.stem
    if token.number is not None or token.is_id or not word.isalpha():
        return token
    if word in vocabulary.words or _is_of_times(token.lower):
        return token
    inflected = _inflected(word, vocabulary)
    if inflected is not None:
        return Token(token.text, inflected, stem(inflected))
    if {word, token.lower} & ordinary_words():
        return token
    right = _almost(word, vocabulary) if len(word) >= SHORTEST_CORRECTED else None
    if right is None and len(word) >= SHORTEST_CORRECTED:
        right = _almost_a_time(word)
    if right is None and len(word) >= 3:
        right = _with_a_letter_left_out(word)
    if right is None:
        return token
    mended.append((token.text, right))
    return Token(token.text, right, stem(right))


def _inflected(word: str, vocabulary: Vocabulary) -> str | None:
    """Return another form of a verb that the model knows: "affecting" is "affect", "restore" "restored"."""
    forms = [word + "d", word + "ed"]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            base = word.removesuffix(ending)
            forms += [base, base + "e", base + "ed"]
    return next((form for form in forms if form in vocabulary.declared_words), None)


def _almost_a_time(word: str) -> str | None:
    """Return the day, month or other word of times that a word is with one slip."""
    known = {right for right in (*_TIME_WORDS, *MONTHS, *WEEKDAYS) if len(right) >= SHORTEST_CORRECTED}
    found = [right for right in sorted(known) if right[0] == word[0] and OSA.distance(word, right) == 1]
    return found[0] if len(found) == 1 else None


def _almost(word: str, vocabulary: Vocabulary) -> str | None:
    near_words = process.extract(
        word, vocabulary.model_words, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH - 4.0, limit=4
    )
    close = [(found, score) for found, score, _ in near_words if _is_slip(word, found, score)]
    swapped = [item for item in close if sorted(item[0]) == sorted(word)]
    swapped = [item for item in swapped if item[0] in vocabulary.declared_words]  # "median" is no town
    close = swapped or [item for item in close if item[1] >= CLOSE_ENOUGH]
    if not close or (len(close) > 1 and close[0][1] == close[1][1]):
        return None
    return close[0][0]


def _is_slip(word: str, right: str, score: float) -> bool:
    """Return whether a word is another with a slip of the fingers: letters swapped, doubled or left out."""
    if right[0] != word[0] or OSA.distance(word, right) > (1 if len(word) < 8 else 2):
        return False
    return score >= CLOSE_ENOUGH or sorted(word) == sorted(right)


def _with_a_letter_left_out(word: str) -> str | None:
    found = [
        right
        for right in _plain_words()
        if len(right) == len(word) + 1
        and right[0] == word[0]
        and any(right[:at] + right[at + 1 :] == word for at in range(1, len(right)))
    ]
    return found[0] if len(found) == 1 else None


def _is_of_times(word: str) -> bool:
    return word in MONTHS or word in WEEKDAYS or word in _TIME_WORDS
