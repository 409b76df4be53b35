"""The events of a conversation: JSON both ways, and what is no event."""

import datetime as dt
import json
from decimal import Decimal
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import events
from agent.events import (
    BadEvent,
    Choice,
    Choices,
    ChoicesReason,
    Column,
    ColumnType,
    Done,
    DoneReason,
    Event,
    EventKind,
    Sql,
    Status,
    Text,
    cell,
    make_table,
    read_event,
    write_event,
)

COLUMNS = (
    Column(name="circuit_id", label="Circuit", type=ColumnType.TEXT),
    Column(name="peak_kw", label="Peak", type=ColumnType.REAL, unit="kW"),
)
EXAMPLES: tuple[Event, ...] = (
    Status(status="planning", message="Planning"),
    events.Thinking(delta="The word peak is a metric.", block=1),
    Text(delta="**12** outages", is_question=False),
    events.ToolUse(
        tool_use_id="t1", name="grid_analyst", input={"question": "how many", "limits": [1, None]}
    ),
    events.ToolResult(
        tool_use_id="t1", name="grid_analyst", is_ok=True, content={"a": [1.5]}, duration_ms=3.25
    ),
    Sql(sql="SELECT 1 WHERE x = :x", parameters={"x": 3, "y": None, "z": "a", "b": True, "f": 0.5}),
    make_table(columns=COLUMNS, rows=[("CKT-1", 12.5), ("CKT-2", None)], title="Peaks", row_count=2),
    events.Chart(spec={"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar"}),
    events.Citation(number=1, document_id="fac-003", document_title="FAC-003", section="R1", url="/x"),
    Choices(reason=ChoicesReason.AMBIGUOUS, choices=(Choice(label="City", question="by city"),)),
    events.Assets(assets=(events.AssetRef(asset_id="SUB-1", label="Alvin", lon=-95.2, lat=29.4),)),
    events.Warn(message="The data ends yesterday."),
    events.Error(code="TIMEOUT", message="No answer in time.", is_retryable=True),
    Done(reason=DoneReason.ANSWERED, message_id="7", tokens=120),
)


def test_examples_cover_every_kind() -> None:
    assert {example.kind for example in EXAMPLES} == set(EventKind)
    assert {type(example) for example in EXAMPLES} == set(get_args(Event))


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.kind.value)
def test_an_event_survives_json(event: Event) -> None:
    text = json.dumps(write_event(event), allow_nan=False)

    assert read_event(json.loads(text)) == event
    assert json.loads(text)["kind"] == event.kind.value


@given(
    st.lists(
        st.tuples(st.none() | st.text(), st.none() | st.booleans() | st.integers() | st.floats()), max_size=5
    )
)
def test_any_row_survives_json(rows: list[tuple[object, object]]) -> None:
    table = make_table(columns=COLUMNS, rows=rows)

    again = read_event(json.loads(json.dumps(write_event(table), allow_nan=False)))

    assert again == table
    for before, after in zip(table.rows, again.rows, strict=True):
        assert [type(value) for value in after] == [type(value) for value in before]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal(12), 12),
        (Decimal("12.5"), 12.5),
        (Decimal("NaN"), None),
        (float("nan"), None),
        (float("-inf"), None),
        (np.float64("nan"), None),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (dt.date(2024, 7, 8), "2024-07-08"),
        (dt.datetime(2024, 7, 8, 15, tzinfo=dt.UTC), "2024-07-08T15:00:00+00:00"),
        (True, True),
        (None, None),
    ],
)
def test_a_value_of_a_database_becomes_a_cell(value: object, expected: object) -> None:
    found = cell(value)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "kind"),
        ({"kind": "SING"}, "kind"),
        ({"kind": "TEXT"}, "delta"),
        ({"kind": "TEXT", "delta": "a", "speed": 3}, "speed"),
        ({"kind": "STATUS", "status": 3, "message": "m"}, "status"),
        ({"kind": "DONE", "reason": "BORED"}, "reason"),
        (
            {"kind": "TABLE", "title": None, "columns": [], "rows": [[1]]},
            "rows.0",
        ),
    ],
)
def test_what_is_no_event_is_refused_by_field(document: dict[str, object], field: str) -> None:
    with pytest.raises(BadEvent, match=field):
        read_event(document)


def test_a_table_knows_the_number_of_its_cells() -> None:
    with pytest.raises(BadEvent, match=r"rows\.1: has 1 cells, and there are 2 columns"):
        make_table(columns=COLUMNS, rows=[("a", 1), ("b",)])
