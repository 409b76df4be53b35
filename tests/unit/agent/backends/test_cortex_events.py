"""The stream of a Cortex agent, event by event, without a network."""

import json
from collections import Counter
from typing import TypeVar

import pytest

from agent.backends.cortex_events import CortexTranslator
from agent.events import (
    Chart,
    Choices,
    ChoicesReason,
    Citation,
    Done,
    DoneReason,
    Error,
    Event,
    EventKind,
    Sql,
    Table,
    Text,
    Thinking,
    ToolResult,
    Warn,
    write_event,
)
from tests.unit.agent.backends.cortex_recording import EVENTS, ROWS

T = TypeVar("T")


def translate(*events: tuple[str, object]) -> list[Event]:
    translator = CortexTranslator(thread_id="7", request_id="req-1")
    found = [ours for name, data in events for ours in translator.feed(name, json.dumps(data))]
    return [*found, *translator.end()]


def of_type(events: list[Event], kind: type[T]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


def test_a_recorded_answer_becomes_each_event_once() -> None:
    events = translate(*EVENTS)

    assert Counter(event.kind for event in events) == {
        EventKind.STATUS: 2,
        EventKind.THINKING: 3,
        EventKind.TOOL_USE: 1,
        EventKind.SQL: 1,
        EventKind.TABLE: 1,
        EventKind.TOOL_RESULT: 1,
        EventKind.CHART: 1,
        EventKind.TEXT: 2,
        EventKind.CITATION: 1,
        EventKind.WARNING: 1,
        EventKind.CHOICES: 1,
        EventKind.DONE: 1,
    }
    assert all(write_event(event) for event in events)


def test_pieces_join_to_the_whole_and_the_whole_is_not_said_again() -> None:
    events = translate(*EVENTS)

    assert "".join(text.delta for text in of_type(events, Text)) == "Houston has **12** meters — größer."
    thoughts = [thought.delta for thought in of_type(events, Thinking)]
    assert thoughts == ["Meters by ", "city.", "Count meters."]


def test_sql_comes_whole_with_what_is_known_of_it_before_its_table() -> None:
    events = translate(*EVENTS)

    [sql] = of_type(events, Sql)
    assert sql == Sql(
        sql="SELECT city, count(*) FROM meters",
        dialect="snowflake",
        explanation="Counts meters.",
        is_verified=True,
        query_id="01b2-query",
        tool_use_id="t1",
    )
    [table] = of_type(events, Table)
    assert events.index(sql) < events.index(table)


def test_cells_are_what_their_columns_say() -> None:
    [table] = of_type(translate(*EVENTS), Table)

    assert table.rows == ROWS
    assert [column.type.value for column in table.columns] == [
        "TEXT",
        "INTEGER",
        "REAL",
        "DATE",
        "TIMESTAMP",
        "BOOLEAN",
    ]
    assert (table.row_count, table.is_truncated) == (2, False)


def test_the_end_names_the_message_to_go_on_from_and_the_cost() -> None:
    done = translate(*EVENTS)[-1]

    assert done == Done(
        reason=DoneReason.ANSWERED,
        thread_id="7",
        message_id="42",
        request_id="req-1",
        run_id="run-1",
        tokens=120,
    )


def test_a_citation_has_document_link_and_quote() -> None:
    [citation] = of_type(translate(*EVENTS), Citation)

    assert citation == Citation(
        number=1,
        document_id="https://docs.example.org/fac-003",
        document_title="FAC-003",
        url="https://docs.example.org/fac-003",
        quote="once per calendar year",
        block=6,
    )


def test_unknown_events_are_counted_and_left_out() -> None:
    translator = CortexTranslator()

    assert translator.feed("response.brand_new_thing", "{}") == []
    assert translator.feed("message", "not even JSON") == []
    assert translator.unknown == {"response.brand_new_thing": 1, "message": 1}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("response.text.delta", "{broken"),
        ("response.text.delta", "[1]"),
        ("response.chart", '{"chart_spec": "{no"}'),
        ("response.chart", '{"chart_spec": 3}'),
        ("response.table", '{"result_set": {"data": []}}'),
        ("response.tool_result.analyst.delta", '{"tool_use_id": "t", "delta": 5}'),
        ("response.text", '{"annotations": [4]}'),
    ],
)
def test_a_broken_event_is_a_warning_and_the_answer_goes_on(name: str, data: str) -> None:
    translator = CortexTranslator()

    [warning] = of_type(translator.feed(name, data), Warn)
    after = translator.feed("response.text.delta", '{"content_index": 9, "text": "still here"}')

    assert warning.code == "BAD_EVENT"
    assert after == [Text(delta="still here", block=9)]


def test_sql_of_a_system_tool_is_told() -> None:
    use = {"tool_use_id": "t9", "type": "system_execute_sql", "name": "x", "input": {"sql": "SELECT 1"}}

    [sql] = of_type(translate(("response.tool_use", use), ("response", {})), Sql)

    assert (sql.sql, sql.tool_use_id) == ("SELECT 1", "t9")


def test_sql_sent_whole_each_time_is_not_doubled() -> None:
    pieces = ["SELECT", "SELECT a", "SELECT a FROM t"]
    deltas = [
        ("response.tool_result.analyst.delta", {"tool_use_id": "t", "delta": {"sql": sql}}) for sql in pieces
    ]

    [sql] = of_type(translate(*deltas, ("response", {})), Sql)

    assert sql.sql == "SELECT a FROM t"


def test_suggestions_of_the_analyst_are_choices() -> None:
    delta = "response.tool_result.analyst.delta"
    events = translate(
        (delta, {"tool_use_id": "t", "delta": {"suggestions": {"index": 0, "delta": "Peak "}}}),
        (delta, {"tool_use_id": "t", "delta": {"suggestions": {"index": 1, "delta": "Mean load?"}}}),
        (delta, {"tool_use_id": "t", "delta": {"suggestions": {"index": 0, "delta": "load?"}}}),
        ("response.tool_result", {"tool_use_id": "t", "status": "success", "content": []}),
        ("response", {}),
    )

    [choices] = of_type(events, Choices)
    assert choices.reason is ChoicesReason.AMBIGUOUS
    assert [choice.question for choice in choices.choices] == ["Peak load?", "Mean load?"]


def test_a_question_back_ends_the_answer_as_one() -> None:
    text = {"content_index": 0, "text": "Which city?", "is_elicitation": True}

    events = translate(("response.text.delta", text), ("response.text", text), ("response", {}))

    assert of_type(events, Text) == [Text(delta="Which city?", block=0, is_question=True)]
    assert events[-1].reason is DoneReason.ASKED_BACK  # type: ignore[union-attr]


def test_a_failed_tool_says_so() -> None:
    result = {"tool_use_id": "t", "name": "search", "status": "error", "content": []}

    [found] = of_type(translate(("response.tool_result", result), ("response", {})), ToolResult)

    assert (found.is_ok, found.message) == (False, "error")


def test_an_error_event_fails_the_answer() -> None:
    events = translate(("error", {"code": "399504", "message": "Out of budget", "request_id": "req-9"}))

    assert events == [
        Error(code="399504", message="Out of budget", request_id="req-9"),
        Done(reason=DoneReason.FAILED, thread_id="7", request_id="req-9"),
    ]


def test_a_stream_without_its_end_is_cut_off() -> None:
    events = translate(("response.text.delta", {"content_index": 0, "text": "Hous"}))

    assert [event.kind for event in events] == [EventKind.TEXT, EventKind.ERROR, EventKind.DONE]
    assert events[1].code == "BACKEND_CUT_OFF"  # type: ignore[union-attr]
    assert events[2].reason is DoneReason.FAILED  # type: ignore[union-attr]


@pytest.mark.parametrize(("name", "data"), [("done", "{}"), ("done", "[DONE]"), ("message", "[DONE]")])
def test_other_ends_are_ends(name: str, data: str) -> None:
    translator = CortexTranslator()

    translator.feed(name, data)

    assert translator.end() == [Done(reason=DoneReason.ANSWERED)]


def test_an_answer_in_one_piece_says_the_same() -> None:
    content = [
        {"type": "thinking", "thinking": {"text": "Hm."}},
        {"type": "text", "text": "Twelve.", "annotations": []},
        {"type": "chart", "chart": {"chart_spec": '{"mark": "bar"}'}},
    ]

    events = translate(("response", {"content": content, "metadata": {"thread_id": 9}}))

    assert events == [
        Thinking(delta="Hm.", block=0),
        Text(delta="Twelve.", block=1),
        Chart(spec={"mark": "bar"}),
        Done(reason=DoneReason.ANSWERED, thread_id="9", request_id="req-1"),
    ]
