"""Every word and phrase that questions may use, and what each may mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.semantic.form import Grain
from agent.semantic.model import Aggregate, Dimension, SemanticModel
from agent.semantic.words import stems

Catalog = Mapping[str, Sequence[str]]
"""The values that sampled dimensions have, by ``table.name``."""


class Kind(StrEnum):
    """What a phrase can be in a question."""

    METRIC = "METRIC"
    FACT = "FACT"
    NOUN = "NOUN"
    DIMENSION = "DIMENSION"
    VALUE = "VALUE"
    TIME = "TIME"
    COMPARISON = "COMPARISON"
    GRAIN = "GRAIN"
    PIECE = "PIECE"
    COUNT = "COUNT"
    AGGREGATE = "AGGREGATE"
    SUPERLATIVE = "SUPERLATIVE"
    FACT_SUPERLATIVE = "FACT_SUPERLATIVE"
    BY = "BY"
    WHICH = "WHICH"
    ABOUT = "ABOUT"
    WHEN = "WHEN"
    COMPARE = "COMPARE"
    SHARE = "SHARE"
    NOT = "NOT"
    AND = "AND"
    TREND = "TREND"
    TOP = "TOP"
    NUMBER = "NUMBER"
    FOLLOW = "FOLLOW"
    TIME_WORD = "TIME_WORD"
    NOW = "NOW"
    UNIT_OF = "UNIT_OF"
    RECENT = "RECENT"
    SORT = "SORT"
    UNIT = "UNIT"
    FILLER = "FILLER"


@dataclass(frozen=True)
class Meaning:
    """One thing that a phrase can mean; ``of`` names a table, ``table.name``, or a metric."""

    kind: Kind
    of: str = ""
    values: tuple[str, ...] = ()
    extra: Any = None
    is_weak: bool = False


GRAMMAR = Path(__file__).with_name("grammar.yaml")
_MODEL_KINDS = {
    Kind.METRIC,
    Kind.FACT,
    Kind.NOUN,
    Kind.DIMENSION,
    Kind.VALUE,
    Kind.FACT_SUPERLATIVE,
    Kind.TIME_WORD,
}
_HINTED = {Kind.METRIC, Kind.FACT, Kind.NOUN, Kind.DIMENSION}
AUXILIARY = frozenset(
    [
        "the",
        "a",
        "an",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "did",
        "do",
        "does",
        "have",
        "had",
        "has",
        "of",
        "their",
        "our",
        "your",
        "its",
        "we",
        "us",
        "to",
        "still",
        "all",
    ]
)
"""Words that may stand inside a phrase without changing it: "customers that were interrupted"."""


@cache
def grammar_words() -> tuple[tuple[str, Meaning], ...]:
    """Return the words that shape a question whatever it is about, and what they are."""
    data = yaml.load(GRAMMAR.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple(
        (str(phrase), Meaning(Kind(kind), extra=_grammar_value(Kind(kind), item["value"])))
        for kind, items in data.items()
        for item in items
        for phrase in item["words"]
    )


def _grammar_value(kind: Kind, value: str | None) -> Any:
    match kind:
        case Kind.AGGREGATE:
            return Aggregate(str(value))
        case Kind.GRAIN | Kind.PIECE:
            return Grain(str(value))
        case _:
            return value


def _of_people(phrases: Iterable[str]) -> list[str]:
    """Return phrases about customers as said of people: "people without power"."""
    return [
        re.sub(r"\bcustomers?\b", "people", phrase)
        for phrase in phrases
        if re.search(r"\bcustomers?\b", phrase)
    ]


class Vocabulary:
    """The phrases of a model and of the values on record."""

    def __init__(self, model: SemanticModel, catalog: Catalog) -> None:
        self.model = model
        self._phrases: dict[str, list[tuple[tuple[str, ...], Meaning]]] = defaultdict(list)
        self._seen: set[tuple[tuple[str, ...], Meaning]] = set()
        self.patterns = [
            (re.compile(dimension.pattern, re.IGNORECASE), f"{dimension.table}.{dimension.name}")
            for dimension in model.dimensions.values()
            if dimension.pattern
        ]
        for phrase, meaning in grammar_words():
            self._add(phrase, meaning)
        self._add_model()
        self.declared_words = frozenset(
            word
            for found in self._phrases.values()
            for phrase, meaning in found
            if meaning.kind in _MODEL_KINDS
            for word in phrase
        )
        self._add_values(catalog)
        self.words = frozenset(
            word for found in self._phrases.values() for phrase, _ in found for word in phrase
        )
        self.model_words = frozenset(
            word
            for found in self._phrases.values()
            for phrase, meaning in found
            if meaning.kind in _MODEL_KINDS
            for word in phrase
        )
        self.hints = frozenset(
            word
            for found in self._phrases.values()
            for phrase, meaning in found
            if meaning.kind in _HINTED
            for word in phrase
            if len(word) > 3
        )

    def starting_with(self, word: str) -> Sequence[tuple[tuple[str, ...], Meaning]]:
        """Return the phrases whose first word it is."""
        return self._phrases.get(word, ())

    def _add(self, phrase: str, meaning: Meaning) -> None:
        words = stems(phrase)
        if words and (words, meaning) not in self._seen:
            self._seen.add((words, meaning))
            self._phrases[words[0]].append((words, meaning))

    def _add_all(self, phrases: Iterable[str], meaning: Meaning) -> None:
        for phrase in phrases:
            if phrase.startswith("~"):
                self._add(
                    phrase[1:], Meaning(meaning.kind, meaning.of, meaning.values, meaning.extra, is_weak=True)
                )
            else:
                self._add(phrase, meaning)

    def _add_model(self) -> None:
        for table in self.model.tables.values():
            self._add_all(table.nouns, Meaning(Kind.NOUN, table.name))
            self._add_all(table.time_words, Meaning(Kind.TIME_WORD, table.name))
            for metric in table.metrics.values():
                self._add_all(metric.synonyms, Meaning(Kind.METRIC, metric.name))
                self._add_all(metric.most, Meaning(Kind.FACT_SUPERLATIVE, metric.name, extra="MOST"))
            for fact in table.facts.values():
                name = f"{table.name}.{fact.name}"
                self._add_all(fact.synonyms, Meaning(Kind.FACT, name))
                if fact.unit == "customers":
                    self._add_all(_of_people(fact.synonyms), Meaning(Kind.FACT, name))
                self._add_all(fact.most, Meaning(Kind.FACT_SUPERLATIVE, name, extra="MOST"))
                self._add_all(fact.least, Meaning(Kind.FACT_SUPERLATIVE, name, extra="LEAST"))
            for dimension in table.dimensions.values():
                name = f"{table.name}.{dimension.name}"
                self._add_all(dimension.synonyms, Meaning(Kind.DIMENSION, name))
                for value, words in dimension.values.items():
                    self._add_all(words, Meaning(Kind.VALUE, name, (value,)))
                for chosen in dimension.sets:
                    self._add_all(chosen.words, Meaning(Kind.VALUE, name, chosen.values))

    def _add_values(self, catalog: Catalog) -> None:
        for name, values in catalog.items():
            dimension = self.model.dimensions[name]
            families: dict[str, list[str]] = defaultdict(list)
            for value in values:
                words = value.replace("_", " ").lower()
                self._add_sampled(words, dimension, (value,))
                base = re.sub(r"\s+\d+$", "", words)
                families[base].append(value)
            if dimension.name == "substation_name":
                # A town with several substations: FULSHEAR 1, FULSHEAR 2.
                for base, members in families.items():
                    self._add_sampled(base, dimension, tuple(sorted(members)))

    def _add_sampled(self, words: str, dimension: Dimension, values: tuple[str, ...]) -> None:
        known = [
            meaning
            for phrase, meaning in self._phrases.get((stems(words) or ("",))[0], ())
            if phrase == stems(words)
        ]
        name = f"{dimension.table}.{dimension.name}"
        if any(meaning.kind is Kind.VALUE and meaning.of == name for meaning in known):
            if len(values) > 1:  # the whole family rather than its first member
                self._replace(stems(words), name, values)
            return
        # A town called Energy does not take the word from everybody else: it needs its noun.
        needs_noun = dimension.needs_noun and " " not in words  # "North" does, "North Central" does not
        is_weak = needs_noun or any(meaning.kind is not Kind.VALUE for meaning in known)
        self._add(words, Meaning(Kind.VALUE, name, values, is_weak=is_weak))

    def _replace(self, phrase: tuple[str, ...], name: str, values: tuple[str, ...]) -> None:
        found = self._phrases[phrase[0]]
        for position, (words, meaning) in enumerate(found):
            if words == phrase and meaning.kind is Kind.VALUE and meaning.of == name:
                merged = tuple(sorted({*meaning.values, *values}))
                found[position] = (words, Meaning(Kind.VALUE, name, merged, is_weak=meaning.is_weak))
