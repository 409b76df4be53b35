"""The reply to a question as the events of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from agent import events
from agent.answers.charts import chart_of
from agent.answers.words import cell, interpretation, metric_words, notes, number, period_words, plural
from agent.semantic.analyst import Answer, Reply
from agent.semantic.builder import PERIOD, TIME, Column
from agent.semantic.model import SemanticModel
from agent.semantic.parser import AskBack, Refused

MOST_IN_TEXT = 3
"""Rows that are told in words; more are a table."""


def events_of(reply: Reply, model: SemanticModel) -> Iterator[events.Event]:
    """Return the events of a reply, the last one ``Done``."""
    match reply:
        case Refused():
            yield events.Text(delta=reply.reason)
            is_forbidden = reply.is_forbidden
            yield events.Done(
                reason=events.DoneReason.REFUSED if is_forbidden else events.DoneReason.OUT_OF_SCOPE
            )
        case AskBack():
            yield events.Text(delta=reply.text, is_question=True)
            if reply.choices:
                is_unknown = bool(reply.words)
                yield events.Choices(
                    reason=events.ChoicesReason.UNKNOWN_WORDS
                    if is_unknown
                    else events.ChoicesReason.AMBIGUOUS,
                    choices=tuple(
                        events.Choice(label=item.label, question=item.label) for item in reply.choices
                    ),
                )
            yield events.Done(reason=events.DoneReason.ASKED_BACK)
        case Answer():
            yield from _answered(reply, model)


def _answered(answer: Answer, model: SemanticModel) -> Iterator[events.Event]:
    title = title_of_answer(answer, model)
    answer = replace(answer, columns=tuple(_titled(column, answer, model) for column in answer.columns))
    yield events.Sql(
        sql=answer.sql, dialect="snowflake", explanation=interpretation(model, answer.question, answer.clock)
    )
    yield events.Text(delta=text_of(answer, model))
    if len(answer.rows) > 1 or (answer.rows and len(answer.columns) > 1):
        yield events.make_table(
            columns=[
                events.Column(
                    name=column.name,
                    label=column.title,
                    type=_type(answer, column.name),
                    unit=column.unit or None,
                )
                for column in answer.columns
            ],
            rows=[[row[column.name] for column in answer.columns] for row in answer.rows],
            title=title,
            is_truncated=answer.is_cut_off,
        )
    chart = chart_of(answer, title)
    if chart is not None:
        yield events.Chart(spec=chart, title=title)
    if answer.is_cut_off:
        yield events.Warn(message=f"Only the first {len(answer.rows):,} rows are shown.", code="ROWS_CUT_OFF")
    yield events.Done(reason=events.DoneReason.ANSWERED)


def _titled(column: Column, answer: Answer, model: SemanticModel) -> Column:
    metric = model.metrics.get(column.name) if column.name in answer.question.metrics else None
    if metric is None:
        return column
    words = metric_words(model, metric)
    words = f"share of {words}" if answer.question.share else words
    return replace(column, title=words[0].upper() + words[1:])


def title_of_answer(answer: Answer, model: SemanticModel) -> str:
    """Return what the rows are, for the head of a table."""
    if answer.question.metrics:
        words = " and ".join(metric_words(model, model.metrics[name]) for name in answer.question.metrics)
    else:
        words = plural(model.tables[answer.question.subject or ""].nouns[0])
    return words[0].upper() + words[1:]


def text_of(answer: Answer, model: SemanticModel) -> str:
    """Return the answer in words: the numbers first, then what was understood, then what to know of them."""
    lines = [_numbers(answer, model), "", f"*{interpretation(model, answer.question, answer.clock)}*"]
    lines += notes(model, answer.question, answer.notes)
    lines += [f"I read “{written}” as “{meant}”." for written, meant in answer.mended]
    return "\n".join(lines)


def _numbers(answer: Answer, model: SemanticModel) -> str:
    if not answer.rows:
        return f"There are none: nothing on record fits ({title_of_answer(answer, model).lower()})."
    numbers = [column for column in answer.columns if column.is_number]
    names = [column for column in answer.columns if not column.is_number]
    if not answer.question.metrics:
        subject = model.tables[answer.question.subject or ""]
        count = len(answer.rows)
        if count == 1:
            known = "; ".join(
                f"{column.title}: **{cell(answer.rows[0][column.name], column.unit)}**"
                for column in answer.columns
            )
            return f"{known}."
        return f"**{count:,}{' or more' if answer.is_cut_off else ''}** {plural(subject.nouns[0])}."
    if not names:
        row = answer.rows[0]
        told = [
            f"{metric_words(model, model.metrics[name])}: **{_value(answer, model, name, row)}**"
            for name in (column.name for column in numbers)
        ]
        text = "; ".join(told)
        return f"{text[0].upper()}{text[1:]}."
    if len(answer.rows) <= MOST_IN_TEXT:
        return "\n".join(f"- {_row(answer, model, row)}" for row in answer.rows)
    first = answer.rows[0]
    lead = "" if answer.question.grain else f" First: {_row(answer, model, first)}."
    return f"{len(answer.rows):,} rows, below.{lead}"


def _row(answer: Answer, model: SemanticModel, row: dict[str, Any]) -> str:
    names = ", ".join(_name(answer, column.name, row) for column in answer.columns if not column.is_number)
    told = ", ".join(
        f"{metric_words(model, model.metrics[column.name])} **{_value(answer, model, column.name, row)}**"
        for column in answer.columns
        if column.is_number
    )
    return f"{names}: {told}"


def _name(answer: Answer, name: str, row: dict[str, Any]) -> str:
    if name == PERIOD:
        period = next(item for item in answer.question.periods if item.words == row[name])
        return period_words(period)
    if name == TIME and answer.question.grain is not None and isinstance(row[name], date):
        return cell(row[name])
    return cell(row[name])


def _value(answer: Answer, model: SemanticModel, name: str, row: dict[str, Any]) -> str:
    unit = "%" if answer.question.share else model.metrics[name].unit
    if row[name] is None:
        return "none on record"
    return number(row[name], unit)


def _type(answer: Answer, name: str) -> events.ColumnType:
    value = next((row[name] for row in answer.rows if row[name] is not None), None)
    match value:
        case bool():
            return events.ColumnType.BOOLEAN
        case int():
            return events.ColumnType.INTEGER
        case float() | Decimal():
            return events.ColumnType.REAL
        case datetime():
            return events.ColumnType.TIMESTAMP
        case date():
            return events.ColumnType.DATE
        case _:
            return events.ColumnType.TEXT
