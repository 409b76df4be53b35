"""Cuts a question into phrases. A word that belongs to none is asked back, never ignored."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.semantic.numbers import UNITS, match_comparison
from agent.semantic.spelling import near, spelled
from agent.semantic.times import TimeGrammar
from agent.semantic.vocabulary import AUXILIARY, Kind, Meaning, Vocabulary
from agent.semantic.words import Token, tokens_of

MOST_COMBINATIONS = 4000
_PART_OF_PHRASES = {Kind.SUPERLATIVE, Kind.COMPARISON, Kind.COMPARE, Kind.TIME}


@dataclass(frozen=True)
class Segment:
    """A phrase of a question, what it may mean, and the comparisons or superlatives that stand inside it."""

    text: str
    meanings: tuple[Meaning, ...]
    is_plural: bool = False
    inner: tuple[Segment, ...] = ()


@dataclass(frozen=True)
class Item:
    """A segment with one of its meanings."""

    text: str
    meaning: Meaning
    is_plural: bool
    inner: tuple[Item, ...] = ()

    @property
    def kind(self) -> Kind:
        """Return what the phrase is."""
        return self.meaning.kind


@dataclass(frozen=True)
class Cut:
    """A question cut into segments; words of none, with near matches; spellings that were mended."""

    segments: tuple[Segment, ...]
    unknown: dict[str, tuple[str, ...]]
    unknown_ids: tuple[str, ...]
    mended: tuple[tuple[str, str], ...]


def cut(text: str, vocabulary: Vocabulary, grammar: TimeGrammar) -> Cut:
    """Return the phrases of a question.

    Raises:
        NoSuchDate: if a date is named that does not exist.
    """
    tokens = tokens_of(text)
    mended: list[tuple[str, str]] = []
    unknown: dict[str, tuple[str, ...]] = {}
    tokens = spelled(tokens, vocabulary, mended)
    marks = _marked(tokens, vocabulary, grammar)
    segments: list[Segment] = []
    unknown_ids: list[str] = []
    at = 0
    while at < len(tokens):
        if at in marks:
            end, segment = marks[at]
            segments.append(segment)
            at = end
            continue
        token = tokens[at]
        if token.is_id:
            values = tuple(
                Meaning(Kind.VALUE, name, (token.text.upper(),), extra="ID")
                for pattern, name in vocabulary.patterns
                if pattern.fullmatch(token.text)
            )
            if values:
                segments.append(Segment(token.text, values))
            else:
                unknown_ids.append(token.text)
            at += 1
            continue
        found = _unit(tokens, at, marks) or _unit_of(tokens, at, vocabulary)
        found = found or _longest(tokens, at, vocabulary, marks)
        if found is not None:
            end, segment = found
            segments.append(segment)
            at = end
            continue
        if token.number is not None and not token.is_ordinal:
            segments.append(Segment(token.text, (Meaning(Kind.NUMBER, extra=int(token.number)),)))
        else:
            unknown[token.text] = near(token.stem, vocabulary)
        at += 1
    return Cut(tuple(segments), unknown, tuple(unknown_ids), tuple(mended))


def _unit_of(tokens: list[Token], at: int, vocabulary: Vocabulary) -> tuple[int, Segment] | None:
    """Return the unit that is asked for: "how many km of"."""
    words = [token.stem for token in tokens[at : at + 4]]
    if len(words) < 4 or words[:2] != ["how", "many"] or words[3] != "of" or words[2] not in UNITS:
        return None
    if vocabulary.starting_with(words[2]):
        return None
    text = " ".join(token.text for token in tokens[at : at + 4])
    return at + 4, Segment(text, (Meaning(Kind.UNIT_OF, extra=words[2]),))


def combinations(segments: Sequence[Segment]) -> Iterator[list[Item]]:
    """Return every choice of one meaning for each segment, at most ``MOST_COMBINATIONS``."""
    choices = [_items(segment) for segment in segments if segment.meanings]
    for chosen in itertools.islice(itertools.product(*choices), MOST_COMBINATIONS):
        yield list(chosen)


def _items(segment: Segment) -> list[Item]:
    inner = tuple(_items(part)[0] for part in segment.inner)
    return [Item(segment.text, meaning, segment.is_plural, inner) for meaning in segment.meanings]


def _marked(
    tokens: list[Token], vocabulary: Vocabulary, grammar: TimeGrammar
) -> dict[int, tuple[int, Segment]]:
    """Return times and comparisons by where they begin: they are read before any other phrase."""
    marks: dict[int, tuple[int, Segment]] = {}
    at = 0
    while at < len(tokens):
        # "circuit Wallis 02", "Fulshear 01 day by day": a name of the data that holds a number goes first.
        named = _longest(tokens, at, vocabulary, {})
        if named is not None and _is_name_with_number(tokens[at : named[0]], named[1]):
            at = named[0]
            continue
        comparison = match_comparison(tokens, at)
        said = grammar.match(tokens, at)
        is_quantity = comparison is not None and comparison[1].unit is not None
        if said is not None and comparison is not None and is_quantity and said.end <= comparison[0]:
            said = None  # "2000 kVA" is no year; "3 days ago" is no quantity
        if said is not None:
            end, meaning = said.end, Meaning(Kind.TIME, extra=said.period)
        elif comparison is not None:
            end, meaning = comparison[0], Meaning(Kind.COMPARISON, extra=comparison[1])
        else:
            at += 1
            continue
        marks[at] = (end, Segment(" ".join(token.text for token in tokens[at:end]), (meaning,)))
        at = end
    return marks


def _unit(tokens: list[Token], at: int, marks: dict[int, tuple[int, Segment]]) -> tuple[int, Segment] | None:
    """Return the unit in which an answer is asked for: "in MVA"."""
    if tokens[at].lower != "in" or at + 1 >= len(tokens) or at + 1 in marks or at in marks:
        return None
    unit = tokens[at + 1].stem
    if unit not in UNITS or UNITS[unit].family == "age" or unit == "day":
        return None
    text = f"{tokens[at].text} {tokens[at + 1].text}"
    return at + 2, Segment(text, (Meaning(Kind.UNIT, extra=unit),))


def _is_name_with_number(tokens: list[Token], segment: Segment) -> bool:
    is_value = any(meaning.kind is Kind.VALUE for meaning in segment.meanings)
    return is_value and any(token.number is not None for token in tokens)


def _longest(
    tokens: list[Token], at: int, vocabulary: Vocabulary, marks: dict[int, tuple[int, Segment]]
) -> tuple[int, Segment] | None:
    best: list[tuple[int, tuple[Segment, ...], Meaning, int]] = []
    longest = 0
    for phrase, meaning in vocabulary.starting_with(tokens[at].stem):
        if len(phrase) < longest:
            continue
        matched = _match(tokens, at, phrase, meaning, marks, vocabulary)
        if matched is None:
            continue
        if len(phrase) > longest:
            longest, best = len(phrase), []
        best.append((matched[0], matched[1], meaning, len(phrase)))
    if not best:
        return None
    end = max(item[0] for item in best)
    meanings = [item[2] for item in best]
    if any(meaning.kind is not Kind.FILLER and not meaning.is_weak for meaning in meanings):
        meanings = [meaning for meaning in meanings if meaning.kind is not Kind.FILLER]
    meanings = _with_when(meanings)
    inner = next((item[1] for item in best if item[1]), ())
    text = " ".join(token.text for token in tokens[at:end])
    last = tokens[end - 1]
    return end, Segment(text, tuple(dict.fromkeys(meanings)), last.lower != last.stem, inner)


def _with_when(meanings: list[Meaning]) -> list[Meaning]:
    """Return meanings so that "failed" chooses the units that failed and says when they did, both at once."""
    chosen = {meaning.of.partition(".")[0] for meaning in meanings if meaning.kind is Kind.VALUE}
    both = {meaning.of for meaning in meanings if meaning.kind is Kind.TIME_WORD} & chosen
    return [
        replace(meaning, extra="WHEN")
        if meaning.kind is Kind.VALUE and meaning.of.partition(".")[0] in both
        else meaning
        for meaning in meanings
        if meaning.kind is not Kind.TIME_WORD or meaning.of not in both
    ]


def _match(
    tokens: list[Token],
    at: int,
    phrase: tuple[str, ...],
    meaning: Meaning,
    marks: dict[int, tuple[int, Segment]],
    vocabulary: Vocabulary,
) -> tuple[int, tuple[Segment, ...]] | None:
    """Return where a phrase at ``at`` ends; between its words others may stand that change nothing."""
    here, inner = at + 1, []
    for word in phrase[1:]:
        while here < len(tokens) and tokens[here].stem != word:
            if meaning.kind is Kind.VALUE or not _is_model(meaning):
                return None
            if here in marks:
                end, segment = marks[here]
                if segment.meanings[0].kind not in _PART_OF_PHRASES:
                    return None
                inner.append(segment)
                here = end
            elif tokens[here].lower in AUXILIARY:
                here += 1
            elif tokens[here].lower in {"most", "fewest", "least"}:
                direction = "MOST" if tokens[here].lower == "most" else "LEAST"
                inner.append(Segment(tokens[here].text, (Meaning(Kind.SUPERLATIVE, extra=direction),)))
                here += 1
            else:
                return None
        if here >= len(tokens) or here in marks:
            return None
        here += 1
    return here, tuple(inner)


def _is_model(meaning: Meaning) -> bool:
    return meaning.kind in {Kind.METRIC, Kind.FACT, Kind.DIMENSION}
