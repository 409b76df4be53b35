"""How well questions find the passages that answer them: recall at 1 and 3, by halves, and false finds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, the documents that answer it (or none) and pieces of their sections' headings."""

    text: str
    documents: tuple[str, ...]
    sections: tuple[str, ...]

    @property
    def is_held_out(self) -> bool:
        """Tell whether it belongs to the half that nothing is tuned on: a hash of its text decides."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1

    def is_answered_by(self, document: str, section: str) -> bool:
        """Tell whether a passage of this document and section answers."""
        wanted = (piece.casefold() in section.casefold() for piece in self.sections)
        return document in self.documents and any(wanted)


@dataclass(frozen=True, kw_only=True)
class Recall:
    """What was found of a set of questions."""

    questions: int
    at_1: float
    at_3: float
    document_at_1: float
    unanswered: int
    median_ms: float
    missed: tuple[str, ...] = field(default=())


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Question(text=row["q"], documents=_texts(row["doc"]), sections=_texts(row.get("section")))
        for row in rows
    ]


def measure(
    questions: Sequence[Question], search: Callable[[str], Sequence[tuple[str, str]]]
) -> Recall | None:
    """Return the recall of ``search``, which gives (document, section) of at least 3 passages, best first."""
    asked = [question for question in questions if question.documents]
    if not asked:
        return None
    first = third = document = unanswered = 0
    times: list[float] = []
    missed: list[str] = []
    for question in asked:
        began = time.perf_counter()
        found = list(search(question.text))[:3]
        times.append((time.perf_counter() - began) * 1000)
        hits = [question.is_answered_by(*each) for each in found]
        first += hits[:1] == [True]
        third += any(hits)
        document += bool(found) and found[0][0] in question.documents
        unanswered += not found
        if not any(hits):
            missed.append(question.text)
    count = len(asked)
    return Recall(
        questions=count,
        at_1=first / count,
        at_3=third / count,
        document_at_1=document / count,
        unanswered=unanswered,
        median_ms=sorted(times)[count // 2],
        missed=tuple(missed),
    )


def _texts(value: str | list[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
