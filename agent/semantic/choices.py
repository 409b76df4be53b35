"""What a question may have meant, in words that tell one meaning from another, each with its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.semantic.form import Condition, Operator, Period, Question
from agent.semantic.model import SemanticModel
from agent.semantic.scope import title_of

MOST_CHOICES = 5
_SIGNS = {
    Operator.ABOVE: "above",
    Operator.AT_LEAST: "at least",
    Operator.BELOW: "below",
    Operator.AT_MOST: "at most",
    Operator.EQUAL: "of",
    Operator.BETWEEN: "from",
}


@dataclass(frozen=True)
class Choice:
    """One thing that may have been meant, and its form; without one the words are a question."""

    label: str
    question: Question | None = None


def choices_of(model: SemanticModel, questions: Sequence[Question]) -> tuple[Choice, ...]:
    """Return the likeliest forms as choices, the likeliest first; no two have one label."""
    questions = questions[:MOST_CHOICES]
    labels = [words_of(model, question) for question in questions]
    if len(set(labels)) < len(labels):
        labels = [f"{label}{_more(question)}" for label, question in zip(labels, questions, strict=True)]
    seen: dict[str, Choice] = {}
    for label, question in zip(labels, questions, strict=True):
        distinct = label if label not in seen else f"{label}, {_tables(model, question)}"
        seen.setdefault(distinct, Choice(distinct, question))
    return tuple(seen.values())


def words_of(model: SemanticModel, question: Question) -> str:
    """Return a form in a few words."""
    names = ", ".join(title_of(name) for name in question.metrics) or title_of(question.subject or "")
    groups = "".join(f" by {title_of(name.partition('.')[2]).lower()}" for name in question.groups)
    filters = "".join(
        f", {title_of(item.dimension.partition('.')[2]).lower()} "
        f"{'not ' if item.is_excluded else ''}{' or '.join(item.values)}"
        for item in question.filters
    )
    return f"{names}{groups}{filters} ({_base(model, question)})"


def _more(question: Question) -> str:
    """Return what else a form says, where the few words do not tell two forms apart."""
    parts = [_condition(item) for item in (*question.conditions, *question.having)]
    parts += [_period(item) for item in question.periods]
    if question.grain is not None:
        parts.append(f"by {question.grain.value.lower()}")
    if question.time is not None:
        parts.append(f"by {_name(question.time)}")
    parts += [f"share that is {_name(item.dimension)} {' or '.join(item.values)}" for item in question.share]
    if question.columns:
        parts.append(f"with {', '.join(_name(name) for name in question.columns)}")
    if question.order is not None:
        direction = "highest" if question.order.is_descending else "lowest"
        parts.append(f"the {direction} {_name(question.order.by)} first")
    if question.limit is not None:
        parts.append(f"{question.limit} of them")
    return f": {'; '.join(parts)}" if parts else ""


def _condition(condition: Condition) -> str:
    upper = "" if condition.upper is None else f" to {condition.upper:g}"
    return f"{_name(condition.of)} {_SIGNS[condition.operator]} {condition.value:g}{upper}"


def _period(period: Period) -> str:
    if period.words:
        return period.words
    start, end = period.start, period.end
    return f"{'' if start is None else start.isoformat()} to {'' if end is None else end.isoformat()}"


def _name(name: str) -> str:
    return title_of(name.rpartition(".")[2]).lower()


def _base(model: SemanticModel, question: Question) -> str:
    table = model.metrics[question.metrics[0]].table if question.metrics else question.subject or ""
    return _brief(model, table)


def _tables(model: SemanticModel, question: Question) -> str:
    """Return the tables that a form's names are of, where the same words stand for several."""
    names = [*question.groups, *(item.dimension for item in question.filters), *question.columns]
    found = dict.fromkeys(_brief(model, name.partition(".")[0]) for name in names)
    return f"of {', '.join(found)}"


def _brief(model: SemanticModel, table: str) -> str:
    text = model.tables[table].description.partition(";")[0]
    return f"{text[0].lower()}{text[1:]}"
