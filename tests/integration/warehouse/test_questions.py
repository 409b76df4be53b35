"""Questions on both backends: the same rows from the embedded warehouse and through Snowflake's connector.

The expected numbers are counted by hand in ``view_rows``.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.semantic.analyst import Analyst, Answer
from agent.semantic.form import Grain, Question
from agent.semantic.loading import semantic_model
from agent.semantic.parser import AskBack
from grid.warehouse import Warehouse

MODEL = semantic_model()


@pytest.fixture(scope="module")
def analyst(viewed: Warehouse) -> Analyst:
    return Analyst(MODEL, viewed, ZoneInfo("America/Chicago"))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("How many outages are there?", [(3.0,)]),  # OUT-4 was cancelled
        ("How many cancelled outages are there?", [(1.0,)]),
        ("outages by status", [("RESTORED", 2.0), ("CANCELLED", 1.0), ("CONFIRMED", 1.0)]),
        ("How many outages on July 3, 2024?", [(2.0,)]),
        ("What is the average restoration time?", [(90.0,)]),  # 60 and 120 minutes
        ("total customer minutes interrupted", [(1250.0,)]),  # 5·40 + 2·90 + 5·40 + 3·90 + 4·100
        ("What is the CAIDI?", [(1250.0 / 19.0,)]),
        ("work orders by status", [("IN_PROGRESS", 2.0), ("COMPLETED", 1.0), ("OPEN", 1.0)]),
        ("How many crews are available?", [(1.0,)]),
        ("average temperature on July 1, 2024", [(30.0,)]),
        ("total rainfall on July 1, 2024", [(2.54,)]),
        ("Which outages are active?", [("OUT-1",)]),
    ],
)
def test_an_answer_is_what_is_counted_by_hand(
    analyst: Analyst, text: str, rows: list[tuple[Any, ...]]
) -> None:
    reply = analyst.ask(text)

    assert isinstance(reply, Answer), reply
    found = [tuple(row.values())[: len(rows[0])] for row in reply.rows]
    assert sorted(found, key=str) == sorted(
        (pytest.approx(row) for row in rows), key=lambda row: str(row.expected)
    )


def test_every_metric_runs(analyst: Analyst) -> None:
    for table in MODEL.tables.values():
        names = tuple(table.metrics)
        reply = analyst.answer(Question(metrics=names))
        assert isinstance(reply, Answer | AskBack), table.name
        if isinstance(reply, Answer):
            assert [tuple(row) for row in reply.rows] == [names]


@pytest.mark.parametrize("grain", Grain)
def test_time_is_cut_on_the_local_clock(analyst: Analyst, grain: Grain) -> None:
    reply = analyst.answer(Question(metrics=("average_temperature_c",), grain=grain))

    assert isinstance(reply, Answer)
    (row,) = reply.rows
    starts = {
        Grain.HOUR: "2024-07-01 08:00:00",  # 13:00 UTC
        Grain.DAY: "2024-07-01",
        Grain.WEEK: "2024-07-01",
        Grain.MONTH: "2024-07-01",
        Grain.QUARTER: "2024-07-01",
        Grain.YEAR: "2024-01-01",
    }
    assert str(row["time"]) == starts[grain]


def test_an_id_that_no_row_has_is_named(analyst: Analyst) -> None:
    reply = analyst.ask("What is the status of outage OUT-99?")

    assert isinstance(reply, AskBack)
    assert "OUT-99" in reply.text


def test_of_a_time_before_the_record_nothing_is_said(analyst: Analyst) -> None:
    reply = analyst.ask("How many outages were there in 2019?")

    assert isinstance(reply, AskBack)
    assert "begins on" in reply.text
