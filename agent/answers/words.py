"""Numbers, names, periods and filters in words."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from agent.semantic.expressions import Clock
from agent.semantic.form import Condition, Filter, Grain, Operator, Period, Question
from agent.semantic.model import Aggregate, DimensionKind, Metric, MetricKind, SemanticModel
from agent.semantic.scope import title_of

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~])")
_AGGREGATES = {
    Aggregate.SUM: "total",
    Aggregate.AVG: "average",
    Aggregate.MAX: "highest",
    Aggregate.MIN: "lowest",
}
_OPERATORS = {
    Operator.ABOVE: "above",
    Operator.AT_LEAST: "at least",
    Operator.BELOW: "below",
    Operator.AT_MOST: "at most",
    Operator.EQUAL: "exactly",
}
_IRREGULAR = {"switch": "switches", "momentary interruption": "momentary interruptions", "branch": "branches"}


def plain(text: Any) -> str:
    """Return a text of the data as Markdown that shows it as it is: data is never formatting."""
    return _MARKDOWN.sub(r"\\\1", str(text)).replace("\n", " ")


def number(value: Any, unit: str = "") -> str:
    """Return a number with its unit, four digits that matter below a thousand; null is "not known"."""
    if value is None:
        return "not known"
    amount = (
        float(value) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else None
    )
    if amount is None:
        return plain(value)
    if amount == int(amount) and abs(amount) < 1e15:
        shown = f"{int(amount):,}"
    elif abs(amount) >= 1000:
        shown = f"{amount:,.0f}"
    else:
        shown = f"{amount:.4g}"
    is_shown = unit and unit not in {"1", "0..1"}
    return f"{shown} {unit}" if is_shown else shown


def cell(value: Any, unit: str = "") -> str:
    """Return a value of a row in words."""
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case int() | float() | Decimal():
            return number(value, unit)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return f"{value:%Y-%m-%d}"
        case _:
            return plain(value)


def plural(noun: str) -> str:
    """Return the plural of a noun of the model."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun if noun.endswith("s") else noun + "s"


def metric_words(model: SemanticModel, metric: Metric) -> str:
    """Return what a metric is: "number of outages", "average loading"."""
    table = model.tables[metric.table]
    if metric.kind is MetricKind.AGGREGATE and metric.aggregate is not None:
        fact = table.facts[metric.fact or ""]
        owner = table.facts[fact.merges] if fact.merges else fact
        return f"{_AGGREGATES[metric.aggregate]} {fact_words(owner.name, owner.synonyms)}"
    if metric.kind is MetricKind.RATIO:
        return metric.name.partition("_")[0].upper()
    if metric.synonyms and metric.kind is MetricKind.COUNT:
        return f"number of {plural(metric.synonyms[0])}"
    if metric.kind is MetricKind.COUNT:
        return f"number of {plural(table.nouns[0])}" if table.nouns else title_of(metric.name).lower()
    return metric.synonyms[0]


def fact_words(name: str, synonyms: tuple[str, ...]) -> str:
    """Return what a fact is called."""
    return synonyms[0].lstrip("~") if synonyms else title_of(name).lower()


def filter_words(model: SemanticModel, chosen: Filter) -> str:
    """Return a filter: "cause code VEGETATION", "not planned"."""
    dimension = model.dimensions[chosen.dimension]
    if dimension.kind is DimensionKind.BOOLEAN:
        words = " or ".join(dimension.values[value][0] for value in chosen.values)
        return f"not {words}" if chosen.is_excluded else words
    values = " or ".join(plain(value) for value in chosen.values)
    return f"{title_of(dimension.name).lower()} {'not ' if chosen.is_excluded else ''}{values}"


def condition_words(model: SemanticModel, condition: Condition) -> str:
    """Return a condition: "loading above 90 %"."""
    metric, fact = model.metrics.get(condition.of), model.facts.get(condition.of)
    if metric is not None:
        name, unit = metric_words(model, metric), metric.unit
    elif fact is not None:
        name, unit = fact_words(fact.name, fact.synonyms), fact.unit
    else:
        dimension = model.dimensions[condition.of]
        name, unit = title_of(dimension.name).lower(), dimension.unit
    if condition.operator is Operator.BETWEEN:
        return f"{name} from {number(condition.value)} to {number(condition.upper, unit)}"
    return f"{name} {_OPERATORS[condition.operator]} {number(condition.value, unit)}"


def period_words(period: Period) -> str:
    """Return a period by its first and last day, or its moments."""
    start, end = period.start, period.end
    if period.is_whole_days:
        last = None if end is None else end - timedelta(days=1)
        if start is not None and last is not None:
            return (
                f"on {_day(start)}" if start.date() == last.date() else f"from {_day(start)} to {_day(last)}"
            )
        if start is not None:
            return f"since {_day(start)}"
        return f"until {_day(last)}" if last is not None else "at any time"
    first = "" if start is None else f"from {_moment(start)} "
    return f"{first}to {_moment(end)}" if end is not None else first.strip()


def _moment(at: datetime) -> str:
    return f"{_day(at)}, {at:%H:%M}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def interpretation(model: SemanticModel, question: Question, clock: Clock) -> str:
    """Return what a question was taken to mean, so that a misreading is seen."""
    if question.metrics:
        what = " and ".join(metric_words(model, model.metrics[name]) for name in question.metrics)
        table = model.tables[model.metrics[question.metrics[0]].table]
    else:
        table = model.tables[question.subject or ""]
        what = f"the {plural(table.nouns[0])}"
    if question.share:
        what = f"share of {what} that is {' and '.join(filter_words(model, item) for item in question.share)}"
    parts = [what]
    groups = [title_of(name.partition(".")[2]).lower() for name in question.groups]
    groups = [question.grain.value.lower(), *groups] if question.grain is not None else groups
    if groups:
        parts.append(f"by {' and '.join(groups)}")
    if question.filters:
        parts.append(f"with {', '.join(filter_words(model, item) for item in question.filters)}")
    limits = [condition_words(model, item) for item in (*question.conditions, *question.having)]
    if limits:
        parts.append(f"where {' and '.join(limits)}")
    times = " compared with ".join(period_words(period) for period in question.periods)
    about = f" (by {title_of(question.time.partition('.')[2]).lower()})" if question.time else ""
    parts.append(
        f"{times}{about}" if times else "over all that is on record" if table.time else "as on record now"
    )
    if question.order is not None:
        is_time = question.order.by == f"{table.name}.{table.time}"
        ends = ("newest", "oldest") if is_time else ("highest", "lowest")
        direction = ends[0] if question.order.is_descending else ends[1]
        parts.append(f"the {direction} first" + (f", {question.limit} of them" if question.limit else ""))
    said = ", ".join(parts)
    newest = f"The newest data is of {_moment(clock.local)} ({clock.zone.key})"
    return f"{said[0].upper()}{said[1:]}. {newest}; that day is taken as today."


def notes(model: SemanticModel, question: Question, more: tuple[str, ...] = ()) -> list[str]:
    """Return what must be known of the numbers beside what was asked."""
    found = list(more)
    for name in question.metrics:
        metric = model.metrics[name]
        if metric.description and metric.kind in (MetricKind.RATIO, MetricKind.SUM_PER):
            found.append(
                f"{metric_words(model, metric)}: {metric.description[0].lower()}{metric.description[1:]}."
            )
        table = model.tables[metric.table]
        fact = table.facts.get(metric.fact or "")
        if fact is not None and fact.description:
            described = f"{fact.description[0].lower()}{fact.description[1:]}"
            found.append(f"{fact_words(fact.name, fact.synonyms).capitalize()}: {described}.")
        if question.periods and table.time is None and metric.kind is not MetricKind.RATIO:
            found.append(f"The {metric_words(model, metric)} is as on record now, whatever the time.")
    named = {item.dimension for item in (*question.filters, *question.share)}
    if any(model.dimensions[name].kind is DimensionKind.ID for name in named) and not question.metrics:
        return list(dict.fromkeys(found))
    asked = named | set(question.groups)
    tables = {model.metrics[name].table for name in question.metrics} | (
        {question.subject} if question.subject else set()
    )
    for table_name in sorted(tables):
        table = model.tables[table_name]
        for dimension, values in table.default.items():
            left_out = [value for value in table.dimensions[dimension].values if value not in values]
            if left_out and f"{table_name}.{dimension}" not in asked:
                found.append(
                    f"{plural(table.nouns[0]).capitalize()} that are {' or '.join(left_out)} are left out."
                )
    if question.grain is Grain.WEEK:
        found.append("Weeks begin on Monday.")
    return list(dict.fromkeys(found))
