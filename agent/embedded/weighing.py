"""Which of several outcomes is told: documents are weighed by how many of the question's words they hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from agent.backends.requests import ToolOutcome
from agent.documents.words import SYNONYMS, term_groups, terms
from agent.embedded.documents_or_data import COMPLIANCE, TECHNICAL, Lean
from agent.embedded.normal import Said, is_id, read
from agent.embedded.phrases import phrases
from agent.embedded.talk import without_fillers
from agent.embedded.vocabulary import NOUNS
from agent.events import Choices, ChoicesReason, DoneReason
from agent.semantic.moments import is_time

_OF_OURS = frozenset(["our", "run", "runs", "i", "my"])
_WE = frozenset(["we", "us"])
"""Words of questions about this grid and these runs: no document answers them unasked. Who says "we" may ask
what a rule wants of them, where most of the words are none of the data's."""
_MANY_UNKNOWN = 3
_LEANING = 1.15
"""How many times better the documents must fit that were not meant."""
LEAST_ASKED_FRAC = 0.4
"""Share of a question that asks the documents from which they are told; below, they are offered."""
LEAST_UNASKED_FRAC = 0.62
"""Share of a question from which documents answer one that did not ask for them."""
LEAST_OFFERED_FRAC = 0.4
"""Share from which they are offered."""
_LEAST_HELD_FRAC = 0.6
"""Share of the words that the data does not know which an unasked document must hold, and how many."""
_FEWEST_HELD = 2
_FEWEST_WORDS = 3
_WHOLE = 0.995
_TOLD = ("document", "standard", "section", "text")
_MODEL = re.compile(r"(?<![\w-])[A-Za-z]{2,5}-?\d{2,}[A-Za-z](?![\w-])")
"""A model of an apparatus, by its letters, digits and letter: "SEL-387E"."""
_FEWEST_TITLE = 3


def best_of(found: Mapping[str, ToolOutcome], lean: Lean, question: str = "") -> str | None:
    """Return the search whose first passage fits the question best; None where none found anything.

    A document whose title the question says ("cold load pickup, how do we …") is meant before any other.
    """
    asked = {group[0] for group in term_groups(question)}
    titled = [name for name, outcome in found.items() if _is_titled(outcome, asked)]
    if len(titled) == 1:
        return titled[0]
    meant = {Lean.TECHNICAL: TECHNICAL, Lean.COMPLIANCE: COMPLIANCE}.get(lean)
    scores = {
        name: _first(outcome, "score") * (_LEANING if name == meant else 1.0)
        for name, outcome in found.items()
        if outcome.ended is DoneReason.ANSWERED
    }
    return max(scores, key=lambda name: scores[name], default=None)


def _first(outcome: ToolOutcome, field: str) -> float:
    """Return a figure of the passage that a search put first; 0 where it has none."""
    passages = outcome.content.get("passages") if isinstance(outcome.content, Mapping) else None
    first: Any = passages[0] if isinstance(passages, list) and passages else None
    value = first.get(field) if isinstance(first, Mapping) else None
    return float(value) if isinstance(value, int | float) else 0.0


def _is_titled(outcome: ToolOutcome, asked: Collection[str]) -> bool:
    """Return whether a question says the title of the document that a search put first, up to its colon."""
    if outcome.ended is not DoneReason.ANSWERED:
        return False
    passages = outcome.content.get("passages") if isinstance(outcome.content, Mapping) else None
    first: Any = passages[0] if isinstance(passages, list) and passages else {}
    title = [group[0] for group in term_groups(str(first.get("document", "")).partition(":")[0])]
    return len(title) >= _FEWEST_TITLE and all(term in asked for term in title)


def answers_the_asked(question: str, outcome: ToolOutcome) -> bool:
    """Return whether what a search put first holds enough of a question that asked the documents."""
    is_enough = outcome.ended is DoneReason.ANSWERED and coverage(outcome) >= LEAST_ASKED_FRAC
    return is_enough and _is_of_the_named(question, outcome)


def _is_of_the_named(question: str, outcome: ToolOutcome) -> bool:
    """Return whether the passage put first names the apparatus that a question names: "the SEL-387E"."""
    named = {match[0].upper() for match in _MODEL.finditer(question)}
    passages = outcome.content.get("passages") if isinstance(outcome.content, Mapping) else None
    first: Any = passages[0] if isinstance(passages, list) and passages else {}
    told = " ".join(
        str(first.get(field, "")) for field in ("document", "standard", "section", "text")
    ).upper()
    return all(name in told for name in named)


def may_be_offered(outcome: ToolOutcome) -> bool:
    """Return whether what a search put first may be what is wanted, so that it is worth a choice."""
    return outcome.ended is DoneReason.ANSWERED and coverage(outcome) >= LEAST_OFFERED_FRAC


def coverage(outcome: ToolOutcome) -> float:
    """Return the share of the question, by how rare its words are, that the first passage holds. 0 to 1."""
    return _first(outcome, "coverage_frac")


def answers_unasked(question: str, not_known: Sequence[str], outcome: ToolOutcome) -> bool:
    """Return whether documents answer a question that the data does not know and that asked for no document.

    They must hold most of the question, and most of the words that the data does not know. With a single such
    word it may be a question of the data, misspelt or beyond it: then they must hold all words of a question
    that asks for no number. What begins as a list does ("lines with …") is of the data.
    """
    if outcome.ended is not DoneReason.ANSWERED or _begins_a_list(question):
        return False
    if not _is_of_the_named(question, outcome):
        return False
    text = _words_of(outcome, _TOLD)
    wanted = [group for word in not_known for group in term_groups(word)]
    held = sum(_is_held(group, text) for group in wanted)
    if held >= _FEWEST_HELD:
        return coverage(outcome) >= LEAST_UNASKED_FRAC and held >= _LEAST_HELD_FRAC * len(wanted)
    count = len(set(term_groups(question)))
    asks_numbers = bool(phrases().start(without_fillers(read(question)).text, "asks_numbers"))
    is_whole = held == len(wanted) == 1 and coverage(outcome) >= _WHOLE
    return is_whole and not asks_numbers and count >= _FEWEST_WORDS


def _begins_a_list(question: str) -> bool:
    """Return whether a question begins like a list of assets: "transformers that …", "which lines …"."""
    words = [word.plain for word in without_fillers(read(question)).words]
    is_which = words[:1] in (["which"], ["what"])
    noun, after = (words[1:2], words[2:3]) if is_which else (words[:1], words[1:2])
    is_plural = bool(noun) and noun[0].endswith("s") and (noun[0][:-1] in NOUNS or noun[0][:-2] in NOUNS)
    return is_plural and (is_which or after[:1] in (["with"], ["without"], ["that"], ["which"], ["whose"]))


def not_known_words(words: str, outcome: ToolOutcome | None) -> tuple[str, ...]:
    """Return the words of a question that the analyst does not know and documents may.

    None where it is a question of something by its id, of a time, of ours, or one that the data understands
    in several ways.
    """
    if outcome is None or outcome.ended is not DoneReason.ASKED_BACK:
        return ()
    if any(isinstance(each, Choices) and each.reason is ChoicesReason.AMBIGUOUS for each in outcome.events):
        return ()
    content = outcome.content if isinstance(outcome.content, Mapping) else {}
    said = without_fillers(read(words))
    if any(is_id(word.plain) for word in said.words):
        return ()
    found = content.get("not_known")
    few = _OF_OURS if isinstance(found, list) and len(found) >= _MANY_UNKNOWN else _OF_OURS | _WE
    if holds_time(said) or {word.plain for word in said.words} & few:
        return ()
    return tuple(str(word) for word in found) if isinstance(found, list) else ()


def holds_time(said: Said) -> bool:
    """Return whether a question names a time of the record: no document answers what was last month."""
    words = [word.written for word in said.words]
    spans = ((start, start + length) for length in (2, 3, 4) for start in range(len(words) - length + 1))
    return any(is_time(" ".join(words[start:end])) for start, end in spans)


def _words_of(outcome: ToolOutcome, fields: Sequence[str]) -> frozenset[str]:
    passages = outcome.content.get("passages") if isinstance(outcome.content, Mapping) else None
    first: Any = passages[0] if isinstance(passages, list) and passages else None
    if not isinstance(first, Mapping):
        return frozenset()
    texts = (first.get(field) for field in fields)
    return frozenset(term for text in texts if isinstance(text, str) for term in terms(text))


def _is_held(group: Sequence[str], held: frozenset[str]) -> bool:
    return any(term in held or any(other in held for other in SYNONYMS.get(term, ())) for term in group[:1])
