"""Which of several outcomes is told: documents are weighed by how many of the question's words they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.backends.requests import ToolOutcome
from agent.documents.words import SYNONYMS, term_groups, terms
from agent.embedded.documents_or_data import COMPLIANCE, TECHNICAL, Lean
from agent.embedded.normal import Said, is_id, read
from agent.embedded.phrases import phrases
from agent.embedded.talk import without_fillers
from agent.events import Choices, ChoicesReason, DoneReason
from agent.semantic.moments import is_time

_HEADING = ("document", "section")
_OF_OURS = frozenset(["our", "we", "us", "run", "runs", "i", "my"])
"""Words of questions about this grid and these runs: no document answers them unasked."""
_LEANING = 0.15
"""How much better, as a share of the question's words, the documents must be that were not meant."""
LEAST_WITHOUT_CUE = 0.72
"""Share of a question's words from which documents answer one that did not ask for them."""
LEAST_OFFERED = 0.4
"""Share from which they are offered."""


def best_of(question: str, found: Mapping[str, ToolOutcome], lean: Lean) -> str | None:
    """Return the search whose best passage covers most of the question; None where none found anything."""
    meant = {Lean.TECHNICAL: TECHNICAL, Lean.COMPLIANCE: COMPLIANCE}.get(lean)
    scores = {
        name: coverage(question, outcome) + (_LEANING if name == meant else 0.0)
        for name, outcome in found.items()
        if outcome.ended is DoneReason.ANSWERED
    }
    return max(scores, key=lambda name: scores[name], default=None)


def coverage(question: str, outcome: ToolOutcome) -> float:
    """Return the share of the question's words that the passage holds which a search put first; those of its
    heading count a little more. 0 to 1.1."""
    text, heading = (
        _words_of(outcome, ("document", "standard", "section", "text")),
        _words_of(outcome, _HEADING),
    )
    groups = list(dict.fromkeys(term_groups(question)))
    if not groups or not text:
        return 0.0
    return sum(_is_held(each, text) + 0.1 * _is_held(each, heading) for each in groups) / len(groups)


def covers_without_cue(question: str, not_known: Sequence[str], outcome: ToolOutcome) -> bool:
    """Return whether documents answer a question that the data does not know: they hold most of the unknown
    words. With a single unknown word it may be a question of the data, misspelt or beyond it: then they must
    hold all words of the question."""
    share = coverage(question, outcome)
    if outcome.ended is not DoneReason.ANSWERED or share < LEAST_WITHOUT_CUE:
        return False
    text = _words_of(outcome, ("document", "standard", "section", "text"))
    wanted = [group for word in not_known for group in term_groups(word)]
    held = sum(_is_held(group, text) for group in wanted)
    count = len(set(term_groups(question)))
    if len(wanted) == 1:
        return share >= 1.0 and count >= 3
    return count >= 2 and bool(wanted) and held >= len(wanted) / 2


def not_known_words(words: str, outcome: ToolOutcome | None) -> tuple[str, ...]:
    """Return the words of a question that the analyst does not know and documents may; none where it is
    a question of numbers, of something by its id, or one that the data understands in several ways."""
    if outcome is None or outcome.ended is not DoneReason.ASKED_BACK:
        return ()
    if any(isinstance(each, Choices) and each.reason is ChoicesReason.AMBIGUOUS for each in outcome.events):
        return ()
    content = outcome.content if isinstance(outcome.content, Mapping) else {}
    said = without_fillers(read(words))
    if any(is_id(word.plain) for word in said.words) or phrases().start(said.text, "asks_numbers"):
        return ()
    if holds_time(said) or {word.plain for word in said.words} & _OF_OURS:
        return ()
    found = content.get("not_known")
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
