"""Words of a question put right that are almost words of the grammar: "downstrem of SW-…"."""

from __future__ import annotations

from functools import cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from agent.embedded.grammar import grammar
from agent.embedded.normal import Said, Word, is_id
from agent.embedded.phrases import phrases
from agent.embedded.vocabulary import RESERVED
from agent.semantic.spelling import ordinary_words

_SHORTEST_MENDED = 5
_CLOSE = 84.0


@cache
def grammar_words() -> frozenset[str]:
    """Return the words that patterns are made of."""
    return frozenset(word for word in grammar().words | phrases().words if word.isalpha())


def mended_words(said: Said) -> Said:
    """Return a question with words put right that are almost words of the grammar."""
    known = grammar_words() | RESERVED
    words: list[Word] = []
    mended: list[tuple[str, str]] = []
    for word in said.words:
        right = _right(word.plain, known)
        if right is not None:
            mended.append((word.written, right))
        words.append(word if right is None else Word(right, right))
    return Said(tuple(words), tuple(mended))


@cache
def _choices_of(length: int) -> tuple[str, ...]:
    known = grammar_words() | RESERVED
    return tuple(sorted(word for word in known if abs(len(word) - length) <= 2 and len(word) > 3))


def _right(word: str, known: frozenset[str]) -> str | None:
    if not word.isalpha() or is_id(word) or len(word) < _SHORTEST_MENDED or word in known:
        return None
    if word in ordinary_words():
        return None
    near = process.extract(word, _choices_of(len(word)), scorer=fuzz.ratio, score_cutoff=_CLOSE - 4, limit=3)
    near = [
        found
        for found in near
        if OSA.distance(word, found[0]) <= (1 if len(word) < 8 else 2) and found[0][0] == word[0]
    ]
    if not near or (len(near) > 1 and near[0][1] == near[1][1]):
        return None
    return str(near[0][0])
