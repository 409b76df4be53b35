"""The back end: what it says around the tools, and what it keeps for the next question."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from agent.backends.requests import Context, Question, Tool, ToolOutcome, ToolRefused
from agent.embedded.backend import EmbeddedBackend
from agent.events import (
    AssetRef,
    Assets,
    Choice,
    Choices,
    ChoicesReason,
    Done,
    DoneReason,
    Event,
    Status,
    Text,
    ToolResult,
    ToolUse,
    Warn,
    read_event,
    write_event,
)


def tool(name: str, outcome: ToolOutcome | Exception, calls: list[Mapping[str, Any]] | None = None) -> Tool:
    async def run(given: Mapping[str, Any]) -> ToolOutcome:
        if calls is not None:
            calls.append(given)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return Tool(name=name, description=name, parameters={}, run=run)


def ask(
    text: str, *tools: Tool, state: Mapping[str, Any] | None = None, context: Context | None = None
) -> list[Event]:
    question = Question(text=text, tools=tools, state=state or {}, context=context or Context())

    async def gathered() -> list[Event]:
        return [event async for event in EmbeddedBackend().answer(question)]

    events = asyncio.run(gathered())
    assert [read_event(write_event(event)) for event in events] == events
    return events


def done(events: list[Event]) -> Done:
    assert isinstance(events[-1], Done)
    return events[-1]


def text_of(events: list[Event]) -> str:
    return "".join(event.delta for event in events if isinstance(event, Text))


FACTS = ToolOutcome(
    content={"asset_id": "XFMR-1-01-0001"},
    summary="It is rated 45 kVA.",
    events=(Warn(message="old"), Assets(assets=(AssetRef(asset_id="XFMR-1-01-0001", label="T1"),))),
)


def test_an_answer_is_told_in_order() -> None:
    events = ask("what is XFMR-1-01-0001", tool("asset_lookup", FACTS))

    assert [type(event) for event in events] == [
        Status, Status, ToolUse, ToolResult, Warn, Text, Assets, Done,
    ]  # fmt: skip
    assert text_of(events) == "It is rated 45 kVA."
    assert done(events).state == {
        "tool": "asset_lookup",
        "input": {"asset": "XFMR-1-01-0001"},
        "asset": "XFMR-1-01-0001",
    }


def test_a_tool_that_refuses_ends_the_answer_with_its_reason() -> None:
    events = ask("what is XFMR-1-01-0001", tool("asset_lookup", ToolRefused("The database is away.")))

    result = next(event for event in events if isinstance(event, ToolResult))
    assert (result.is_ok, result.message) == (False, "The database is away.")
    assert text_of(events) == "The database is away."
    assert done(events).reason is DoneReason.REFUSED


def test_a_tool_that_the_user_may_not_use_is_named_and_not_called() -> None:
    events = ask("what is XFMR-1-01-0001", tool("trace", FACTS))

    assert not any(isinstance(event, ToolUse) for event in events)
    assert "Your rights do not include facts of assets" in text_of(events)
    assert done(events).reason is DoneReason.REFUSED


def test_a_choice_of_the_analyst_is_taken_by_its_form() -> None:
    form = {"metrics": ["outages_count"]}
    asked = ToolOutcome(
        content={"question": "Which?", "choices": {"Outages (a)": form}},
        events=(
            Choices(
                reason=ChoicesReason.AMBIGUOUS, choices=(Choice(label="Outages (a)", question="Outages (a)"),)
            ),
        ),
        summary="Which?",
        ended=DoneReason.ASKED_BACK,
    )
    state = done(ask("how many somethings", tool("grid_analyst", asked))).state
    calls: list[Mapping[str, Any]] = []

    for text in ("Outages (a)", " outages (A) ", "the first one", "1"):
        ask(text, tool("grid_analyst", FACTS, calls), state=state)

    assert calls == [{"form": form}] * 4


def test_a_choice_of_an_asset_runs_the_same_call_with_it() -> None:
    asked = ToolOutcome(
        content={"found": False},
        events=(
            Choices(
                reason=ChoicesReason.AMBIGUOUS,
                choices=(
                    Choice(label="Wallis, substation", question="Trace SUB-1"),
                    Choice(label="Other", question="Trace SUB-2"),
                ),
            ),
        ),
        summary="Which one?",
        ended=DoneReason.ASKED_BACK,
    )
    state = done(ask("what feeds substation Wallis", tool("trace", asked))).state
    calls: list[Mapping[str, Any]] = []

    ask("Other", tool("trace", FACTS, calls), state=state)

    assert calls == [{"asset": "SUB-2", "direction": "FEEDING_PATH"}]


def test_what_was_asked_back_leaves_the_talk_before_as_it_was() -> None:
    before = {"tool": "trace", "input": {"asset": "SUB-1", "direction": "UPSTREAM"}, "asset": "SUB-1"}

    state = done(ask("rating of the selected transformer", tool("asset_lookup", FACTS), state=before)).state

    assert state == before


def test_a_broken_state_is_no_state() -> None:
    state = {
        "tool": 5,
        "input": "x",
        "items": {"a": 1},
        "choices": [1],
        "form": "f",
        "asset": 7,
        "run_id": [],
    }

    events = ask("what is XFMR-1-01-0001", tool("asset_lookup", FACTS), state=state)

    assert done(events).reason is DoneReason.ANSWERED


def test_several_that_are_selected_are_offered() -> None:
    context = Context(asset_ids=("XFMR-1-01-0001", "SUB-1", "XFMR-1-01-0002"))

    events = ask("rating of the selected transformer", tool("asset_lookup", FACTS), context=context)

    offered = next(event for event in events if isinstance(event, Choices))
    assert [choice.question for choice in offered.choices] == [
        "rating of XFMR-1-01-0001",
        "rating of XFMR-1-01-0002",
    ]
    assert done(events).reason is DoneReason.ASKED_BACK


UNKNOWN = ToolOutcome(
    content={"question": "?", "not_known": ["flurbs"]},
    summary='I do not know what "flurbs" means here.',
    ended=DoneReason.ASKED_BACK,
)


@pytest.mark.parametrize("unknown", ["flurbs", "somethings"])
def test_of_two_questions_the_one_that_is_understood_is_answered_and_the_other_named(unknown: str) -> None:
    events = ask(
        f"What is XFMR-1-01-0001? How many {unknown} are there?",
        tool("asset_lookup", FACTS),
        tool("grid_analyst", UNKNOWN),
    )

    text = text_of(events)
    assert "That asks two things; I can answer one of them." in text
    assert "**What is XFMR-1-01-0001?**\n\nIt is rated 45 kVA." in text
    assert f"**How many {unknown} are there?**\n\nNot answered: I do not know what" in text
    assert any(isinstance(event, Assets) for event in events)
    assert done(events).reason is DoneReason.ASKED_BACK
    assert done(events).state["asset"] == "XFMR-1-01-0001"


def test_a_text_ends_as_most_of_its_parts_do() -> None:
    events = ask(
        "What is XFMR-1-01-0001? How many flurbs are there? What is the risk now?",
        tool("asset_lookup", FACTS),
        tool("grid_analyst", UNKNOWN),
        tool("risk", ToolOutcome(content={}, summary="Risk is 3.")),
    )

    assert "That asks three things; I can answer two of them." in text_of(events)
    assert "Risk is 3." in text_of(events)
    assert done(events).reason is DoneReason.ANSWERED


def test_the_choices_of_a_part_that_is_not_answered_can_be_taken() -> None:
    form = {"metrics": ["outages_count"]}
    asked = ToolOutcome(
        content={"question": "Which?", "choices": {"Outages (a)": form}},
        events=(
            Choices(
                reason=ChoicesReason.AMBIGUOUS, choices=(Choice(label="Outages (a)", question="Outages (a)"),)
            ),
        ),
        summary="Which?",
        ended=DoneReason.ASKED_BACK,
    )
    first = ask(
        "What is XFMR-1-01-0001? How many flurbs are there?",
        tool("asset_lookup", FACTS),
        tool("grid_analyst", asked),
    )
    calls: list[Mapping[str, Any]] = []

    ask("Outages (a)", tool("grid_analyst", FACTS, calls), state=done(first).state)

    assert calls == [{"form": form}]


def test_what_leads_to_a_question_is_told_to_be_no_part_of_it() -> None:
    calls: list[Mapping[str, Any]] = []

    events = ask("I'm standing at XFMR-1-01-0001. How old is it?", tool("asset_lookup", FACTS, calls))

    assert calls == [{"asset": "XFMR-1-01-0001"}]
    assert "I took “I'm standing at XFMR-1-01-0001” as what leads to the question." in text_of(events)


@pytest.mark.parametrize("text", ["", "   ", "???", "x" * 501, "(" * 100, "the " * 120, "\x00", "🙂 🙂"])
def test_strange_texts_end_like_others(text: str) -> None:
    unknown = ToolOutcome(
        content={"not_known": ["x"]}, summary="I do not know that.", ended=DoneReason.ASKED_BACK
    )

    events = ask(text, tool("grid_analyst", unknown))

    assert isinstance(events[0], Status)
    assert text_of(events)
    assert isinstance(events[-1], Done)


def test_examples_are_only_of_tools_that_the_user_has() -> None:
    events = ask("what can you do", tool("trace", FACTS))

    offered = next(event for event in events if isinstance(event, Choices))
    assert [choice.label for choice in offered.choices] == ["What feeds the selected transformer?"]
    assert offered.reason is ChoicesReason.FOLLOW_UP
