"""Answers in words: numbers with units, what was understood, what is left out; data is no formatting."""

from __future__ import annotations

from datetime import datetime

import pytest

from agent import events
from agent.answers.events import events_of
from agent.answers.words import cell, number, plain, plural
from agent.semantic.analyst import Analyst, Answer
from agent.semantic.form import Filter, Question
from agent.semantic.loading import semantic_model
from agent.semantic.parser import AskBack

MODEL = semantic_model()


def told(analyst: Analyst, text: str) -> list[events.Event]:
    return list(events_of(analyst.ask(text), MODEL))


def words_of(found: list[events.Event]) -> str:
    return "".join(event.delta for event in found if isinstance(event, events.Text))


def test_a_number_is_told_with_what_was_understood_and_its_sql(analyst: Analyst) -> None:
    found = told(analyst, "How many outages were there last week?")

    assert [event.kind for event in found] == [
        events.EventKind.SQL,
        events.EventKind.TEXT,
        events.EventKind.DONE,
    ]
    text = words_of(found)
    assert "Number of outages: **20**" in text
    assert "from 4 August 2025 to 10 August 2025" in text
    assert "newest data is of 12 August 2025, 11:45 (America/Chicago)" in text
    assert "CANCELLED are left out" in text


def test_rows_are_a_table_and_a_chart(analyst: Analyst) -> None:
    found = told(analyst, "Monthly outages in 2024")
    table = next(event for event in found if isinstance(event, events.Table))
    chart = next(event for event in found if isinstance(event, events.Chart))

    assert [column.type for column in table.columns] == [events.ColumnType.DATE, events.ColumnType.REAL]
    assert len(table.rows) == 12
    assert chart.spec["mark"]["type"] == "line"
    assert len(chart.spec["data"]["values"]) == 12
    assert chart.spec["encoding"]["y"]["field"] == table.columns[1].name


@pytest.mark.parametrize("question", MODEL.verified)
def test_every_question_offered_as_an_example_is_answered(analyst: Analyst, question: str) -> None:
    assert told(analyst, question)[-1].reason is events.DoneReason.ANSWERED  # type: ignore[union-attr]


def test_every_event_survives_json(analyst: Analyst) -> None:
    for text in ("outages by cause in 2024", "Show me the load", "What is my bill?", "customers by city"):
        for event in told(analyst, text):
            assert events.read_event(events.write_event(event)) == event


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Show me the load", events.DoneReason.ASKED_BACK),
        ("How many flurbs are there?", events.DoneReason.ASKED_BACK),
        ("What is my bill?", events.DoneReason.OUT_OF_SCOPE),
        ("outages by cause in 2024", events.DoneReason.ANSWERED),
    ],
)
def test_an_answer_ends_with_how_it_ended(analyst: Analyst, text: str, reason: events.DoneReason) -> None:
    last = told(analyst, text)[-1]

    assert isinstance(last, events.Done)
    assert last.reason is reason


def test_a_misspelling_is_mended_and_told(analyst: Analyst) -> None:
    assert "I read “transfomers” as “transformer”" in words_of(
        told(analyst, "How many transfomers are there?")
    )


@pytest.mark.parametrize(
    ("text", "told_so"),
    [
        ("the five most recent outages", "the newest first, 5 of them"),
        ("how many transformers were loaded above 80% last week", "Number of so loaded transformers: **13**"),
        ("what is the temperature at station WX-03 now", "Average temperature: **22.1 °C**"),
        ("when was the peak load of XFMR-40799-02-0001 yesterday", "2025-08-11 16:00"),
    ],
)
def test_the_newest_rows_hours_and_things_are_told_as_what_they_are(
    analyst: Analyst, text: str, told_so: str
) -> None:
    assert told_so in words_of(told(analyst, text))


def test_a_time_only_partly_on_record_is_told(analyst: Analyst) -> None:
    assert "begins on 30 July 2023: the time before is not counted" in words_of(
        told(analyst, "outages in 2023")
    )


def test_what_a_form_of_a_language_model_asks_is_answered_alike(analyst: Analyst) -> None:
    question = Question(
        metrics=("outages_count",), filters=(Filter("outages.cause_code", ("[x](http://y)",)),)
    )
    found = list(events_of(analyst.answer(question), MODEL))

    assert "\\[x\\](http://y)" in words_of(found)
    assert "Number of outages: **0**" in words_of(found)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "kWh", "not known"),
        (0.0, "MW", "0 MW"),
        (1234567.8, "kWh", "1,234,568 kWh"),
        (12.3456, "%", "12.35 %"),
        (0.00012345, "", "0.0001234"),
        (5, "1", "5"),
    ],
)
def test_numbers_keep_what_matters(value: float | None, unit: str, shown: str) -> None:
    assert number(value, unit) == shown


def test_data_is_no_formatting() -> None:
    assert plain("**a** <b> [c](d)\n# e") == "\\*\\*a\\*\\* \\<b\\> \\[c\\](d) \\# e"
    assert cell(True) == "yes"
    assert [plural(noun) for noun in ("city", "outage", "switch")] == ["cities", "outages", "switches"]


def test_a_word_that_does_not_say_since_when_is_asked_back_with_usual_spans(analyst: Analyst) -> None:
    for text in ("recent outages", "Outages that happened recently?", "outages lately"):
        reply = analyst.ask(text)

        assert isinstance(reply, AskBack)
        assert reply.text.startswith("How far back is")
        assert [choice.label for choice in reply.choices] == [
            "In the last 24 hours",
            "In the last 7 days",
            "In the last 30 days",
        ]
        weeks = reply.choices[1].question
        assert weeks is not None
        (period,) = weeks.periods
        # Seven local days, the newest of the data among them.
        assert (period.start, period.end) == (datetime(2025, 8, 6), datetime(2025, 8, 13))

    newest = analyst.ask("most recent outages")
    assert isinstance(newest, Answer)


def test_it_is_not_all_that_is_asked_where_more_is_not_known(analyst: Analyst) -> None:
    reply = analyst.ask("recent flurbs")

    assert isinstance(reply, AskBack)
    assert set(reply.words) == {"recent", "flurbs"}
    assert reply.choices == ()
