"""Reads a question: a form that can be answered, a question back, or the reason why it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.semantic.builder import Builder
from agent.semantic.choices import Choice, choices_of
from agent.semantic.expressions import Clock
from agent.semantic.form import Question
from agent.semantic.gathering import Unreadable, WordUnclear
from agent.semantic.model import SemanticModel
from agent.semantic.reading import Read, Reader
from agent.semantic.screening import screened
from agent.semantic.segments import Cut, combinations, cut
from agent.semantic.times import NoSuchDate, TimeGrammar
from agent.semantic.typed import signs_written_out
from agent.semantic.vague import with_spans
from agent.semantic.vocabulary import Catalog, Vocabulary
from agent.semantic.words import stems, tokens_of

MOST_CHARACTERS = 500
_CLOSE = 0.05
"""Readings whose costs differ by less are equally likely; the question is asked back."""
_POLITE = {
    "please",
    "can",
    "could",
    "you",
    "kindly",
    "would",
    "now",
    "i",
    "want",
    "to",
    "need",
    "go",
    "and",
    "then",
    "let",
    "us",
}


@dataclass(frozen=True)
class Understood:
    """A question that can be answered, and spellings that were put right on the way."""

    question: Question
    mended: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AskBack:
    """What must be clear before there is an answer, with choices where there are some."""

    text: str
    choices: tuple[Choice, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A question that is out of scope, or about what the asking user may not see; and why."""

    reason: str
    is_forbidden: bool = False


Outcome = Understood | AskBack | Refused


class Parser:
    """Reads the questions of one model at one moment, with the values on record then."""

    def __init__(self, model: SemanticModel, catalog: Catalog, clock: Clock) -> None:
        self._model = model
        self._vocabulary = Vocabulary(model, catalog)
        self._builder = Builder(model, clock)
        self._grammar = TimeGrammar(clock.local)

    def parse(self, text: str, previous: Question | None = None) -> Outcome:
        """Return what a question means; ``previous`` is the form of the question before it in the talk."""
        if len(text) > MOST_CHARACTERS:
            return AskBack(f"A question may have {MOST_CHARACTERS} characters; this one has {len(text)}.")
        refused = self._refused(text)
        if refused is not None:
            return refused
        text = signs_written_out(text)
        try:
            pieces = cut(text, self._vocabulary, self._grammar)
        except NoSuchDate as error:
            return AskBack(f"{error}.")
        if pieces.unknown_ids:
            named = ", ".join(pieces.unknown_ids)
            return AskBack(f"I know no kind of asset whose ids look like {named}.", words=pieces.unknown_ids)
        if pieces.unknown:
            return self._since_when(text, pieces, previous) or self._not_known(pieces)
        if not pieces.segments:
            return AskBack("What would you like to know?", self._examples())
        return self._read(pieces, previous)

    def _refused(self, text: str) -> Refused | None:
        screen = screened(text)
        if screen is not None:
            return Refused(screen)
        words = tuple(token.stem for token in tokens_of(text))
        command = words
        while command and command[0] in _POLITE:
            command = command[1:]
        for scope in self._model.scopes:
            if any(command[: len(start)] == start for start in map(stems, scope.starts)) and any(
                token.is_id for token in tokens_of(text)
            ):
                return Refused(scope.reason)
            for phrase in map(stems, scope.words):
                if any(words[at : at + len(phrase)] == phrase for at in range(len(words))):
                    return Refused(scope.reason)
        return None

    def _since_when(self, text: str, pieces: Cut, previous: Question | None) -> AskBack | None:
        """Return the question how far back, where that is all that is not known."""
        spans = with_spans(text, tuple(pieces.unknown))
        read = {span: self.parse(spelled, previous) for span, spelled in spans.items()}
        choices = tuple(
            Choice(span, each.question) for span, each in read.items() if isinstance(each, Understood)
        )
        said = " and ".join(f'"{word}"' for word in pieces.unknown)
        return AskBack(f"How far back is {said}?", choices) if choices else None

    def _not_known(self, pieces: Cut) -> AskBack:
        words = tuple(pieces.unknown)
        named = ", ".join(f'"{word}"' for word in words)
        near = [found for word in words for found in pieces.unknown[word]]
        hint = f" Did you mean {', '.join(dict.fromkeys(near))}?" if near else ""
        return AskBack(f"I do not know what {named} means here.{hint}", words=words)

    def _read(self, pieces: Cut, previous: Question | None) -> Outcome:
        reader = Reader(self._model, self._builder, self._grammar, previous)
        readings: dict[Question, Read] = {}
        reasons: list[str] = []
        unclear: list[str] = []
        for items in combinations(pieces.segments):
            try:
                read = reader.read(items)
            except Unreadable as error:
                (unclear if isinstance(error, WordUnclear) else reasons).append(str(error))
                continue
            known = readings.get(read.question)
            if known is None or read.cost < known.cost:
                readings[read.question] = read
        if not readings:
            return AskBack(self._why_not(reasons or unclear), self._examples())
        ranked = sorted(readings.values(), key=lambda read: read.cost)
        likely = [read for read in ranked if read.cost - ranked[0].cost < _CLOSE]
        if len(likely) > 1:
            return AskBack(
                "That can mean several things. Which one?",
                choices_of(self._model, [read.question for read in likely]),
            )
        return Understood(ranked[0].question, pieces.mended)

    def _examples(self) -> tuple[Choice, ...]:
        return tuple(Choice(text) for text in self._model.verified[:4])

    def _why_not(self, reasons: Sequence[str]) -> str:
        if not reasons:
            return "I could not tell what is asked."
        commonest = max(dict.fromkeys(reasons), key=reasons.count)
        return f"{commonest[0].upper()}{commonest[1:].rstrip('.?')}" + (
            "?" if commonest.endswith("?") else "."
        )
