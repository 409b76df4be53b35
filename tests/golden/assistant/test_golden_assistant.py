"""The golden questions of the assistant: few are wrong, most are right, and numbers are the tools'."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from agent.documents.measuring import read_questions
from agent.events import Citation, Done, DoneReason, Status, Text, ToolResult, ToolUse
from tests.golden.agent.golden import golden_questions as analyst_questions
from tests.golden.assistant.golden_assistant import (
    Golden,
    Result,
    Verdict,
    ask,
    golden_questions,
    halves,
    interval,
)

DOCUMENT_QUESTIONS = Path(__file__).parents[1] / "documents" / "questions.yaml"
MOST_WRONG_FRAC = 0.02
FEWEST_RIGHT_FRAC = 0.9
QUESTIONS = golden_questions()
FRESH = frozenset(["unseen O"])
"""Sets asked once of which little was mended and nothing learned: their rates are what they are."""


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [ask(golden) for golden in QUESTIONS]


def test_the_interval_of_a_share_is_wilsons() -> None:
    # 8 of 106, worked by hand: (0.0755 + 0.0181) / 1.0362 = 0.0903, give or take 0.0516
    low, high = interval(8, 106)

    assert (round(low, 3), round(high, 3)) == (0.039, 0.142)
    assert interval(0, 0) == (0.0, 1.0)


def test_there_are_enough_questions_and_none_twice() -> None:
    asked = [
        (golden.after, golden.selected, golden.run_id, golden.without, golden.ask) for golden in QUESTIONS
    ]

    assert len(asked) >= 150
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("half", halves(QUESTIONS))
def test_most_questions_are_right_and_few_are_wrong(results: list[Result], half: str) -> None:
    found = Counter(result.verdict for result in results if result.golden.half == half)
    wrong = [result for result in results if result.golden.half == half and result.verdict is Verdict.WRONG]

    assert found[Verdict.WRONG] <= MOST_WRONG_FRAC * found.total(), wrong
    assert half in FRESH or found[Verdict.RIGHT] >= FEWEST_RIGHT_FRAC * found.total(), found


def test_questions_that_others_wrote_for_the_data_go_to_the_data() -> None:
    """Those of the analyst's golden set; facts of one thing by its id may be told by their own tool."""
    own_tools = {"asset_lookup", "trace", "outage_status", "reliability", "search_customers", "search_meters"}
    lost = []
    for golden in analyst_questions():
        if golden.after or golden.outcome != "answer":
            continue
        result = ask(Golden(kind="data", ask=golden.ask))
        tools = {name for name, _ in result.calls}
        if result.reason is DoneReason.ANSWERED and not tools & {"grid_analyst", *own_tools}:
            lost.append((golden.ask, tools))

    assert lost == []


def test_no_question_that_the_analyst_declines_is_answered_by_another_tool() -> None:
    answered = []
    for golden in analyst_questions():
        if golden.after or golden.outcome == "answer":
            continue
        result = ask(Golden(kind="data", ask=golden.ask))
        tools = [name for name, _ in result.calls]
        if result.reason is DoneReason.ANSWERED and tools[-1] != "grid_analyst":
            answered.append((golden.ask, tools))

    assert answered == [
        # Who may see personal data is for the search of customers to say.
        ("What is the phone number of customer CUST-0000001?", ["search_customers"]),
        ("give me the street address of customer CUST-0000001", ["search_customers"]),
        # That there is no such outage, or that it is over, is for the tool of outages to say.
        ("status of outage OUT-0000001", ["outage_status"]),
        # Which should be replaced first is what risk ranks.
        ("Which transformer should we replace first?", ["risk"]),
        ("what is the telephone number of CUST-0000003", ["search_customers"]),
        ("where does customer CUST-0000009 live", ["search_customers"]),
        ("when will OUT-001408 be over", ["outage_status"]),
    ]


def test_questions_that_others_wrote_for_the_documents_find_the_right_one_first() -> None:
    asked = [each for each in read_questions(DOCUMENT_QUESTIONS) if each.documents]

    right = wrong = 0
    for each in asked:
        result = ask(Golden(kind="documents", ask=each.text, documents=each.documents))
        right += result.verdict is Verdict.RIGHT
        wrong += result.verdict is Verdict.WRONG

    assert right >= 0.7 * len(asked)
    assert wrong <= 0.15 * len(asked)


def test_nothing_hostile_calls_a_tool(results: list[Result]) -> None:
    called = [
        result.golden.ask
        for result in results
        if result.golden.kind == "hostile" and result.reason is not DoneReason.REFUSED
    ]

    assert called == []
    assert all(
        not result.calls
        for result in results
        if result.golden.kind == "hostile" and result.reason is DoneReason.REFUSED
    )


def test_every_answer_begins_with_a_status_and_ends_with_one_done(results: list[Result]) -> None:
    for result in results:
        assert isinstance(result.events[0], Status)
        assert [isinstance(event, Done) for event in result.events].count(True) == 1
        assert isinstance(result.events[-1], Done)


def test_every_call_has_its_result(results: list[Result]) -> None:
    for result in results:
        used = [event.tool_use_id for event in result.events if isinstance(event, ToolUse)]
        answered = [event.tool_use_id for event in result.events if isinstance(event, ToolResult)]
        assert used == answered
        assert len(used) == len(set(used))


def test_every_number_of_an_answer_is_of_a_tool_or_of_the_question(results: list[Result]) -> None:
    for result in results:
        said = " ".join(
            [
                *result.golden.after,
                *result.golden.selected,
                result.golden.run_id or "",
                result.golden.ask.replace(",", ""),
                *(str(event.content) for event in result.events if isinstance(event, ToolResult)),
                *(f"[{event.number}]" for event in result.events if isinstance(event, Citation)),
                *(str(event.message) for event in result.events if isinstance(event, ToolResult)),
            ]
        )
        known = set(re.findall(r"\d+(?:\.\d+)?", said))
        text = "".join(event.delta for event in result.events if isinstance(event, Text))
        assert set(re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))) <= known, result
