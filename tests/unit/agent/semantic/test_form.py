"""The form of a question: JSON both ways, and what is no form is refused with the field that is wrong."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.semantic.form import (
    Condition,
    Filter,
    Grain,
    Operator,
    Order,
    Period,
    Question,
    QuestionInvalid,
    question_from_json,
)

WORDS = st.text(min_size=1, max_size=12)
MOMENTS = st.none() | st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1))
FILTERS = st.lists(
    st.builds(Filter, WORDS, st.lists(WORDS, max_size=3).map(tuple), st.booleans()), max_size=2
).map(tuple)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
CONDITIONS = st.lists(
    st.builds(Condition, WORDS, st.sampled_from(Operator), NUMBERS, NUMBERS), max_size=2
).map(tuple)
QUESTIONS = st.builds(
    Question,
    metrics=st.lists(WORDS, max_size=2).map(tuple),
    subject=st.none() | WORDS,
    columns=st.lists(WORDS, max_size=2).map(tuple),
    groups=st.lists(WORDS, max_size=2).map(tuple),
    grain=st.none() | st.sampled_from(Grain),
    filters=FILTERS,
    conditions=CONDITIONS,
    having=CONDITIONS,
    periods=st.lists(st.builds(Period, MOMENTS, MOMENTS, WORDS), max_size=2).map(tuple),
    time=st.none() | WORDS,
    share=FILTERS,
    order=st.none() | st.builds(Order, WORDS, st.booleans()),
    limit=st.none() | st.integers(1, 1000),
)


@given(question=QUESTIONS)
def test_a_form_survives_json(question: Question) -> None:
    assert question_from_json(json.loads(json.dumps(question.as_json()))) == question


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"metric": ["outages_count"]}, "metric"),
        ({"metrics": "outages_count"}, "metrics"),
        ({"metrics": [1]}, "metrics"),
        ({"grain": "DECADE"}, "grain"),
        ({"limit": 0}, "limit"),
        ({"limit": True}, "limit"),
        ({"filters": [{"dimension": "outages.status"}, {"values": ["X"]}]}, "filters"),
        ({"conditions": [{"of": "a.b", "operator": "ABOVE", "value": "9"}]}, "conditions"),
        ({"conditions": [{"of": "a.b", "operator": "BETWEEN", "value": 9}]}, "conditions"),
        ({"conditions": [{"of": "a.b", "operator": "LIKE", "value": 9}]}, "conditions"),
        ({"periods": [{"start": "yesterday"}]}, "periods"),
        ({"periods": [{"start": "2025-08-01T00:00:00+00:00"}]}, "periods"),
        ({"order": {"is_descending": True}}, "order"),
    ],
)
def test_what_is_no_form_is_refused_by_its_field(data: dict[str, Any], field: str) -> None:
    with pytest.raises(QuestionInvalid) as refused:
        question_from_json(data)

    assert refused.value.field == field
