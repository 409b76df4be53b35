"""Answers and vectors of a server of the OpenAI protocol, through the official client, on this machine."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from agent.backends.errors import BackendFault
from agent.backends.openai_chat import ChatBackend, ChatSettings, open_client
from agent.backends.openai_embedding import OpenAIEmbedder
from agent.backends.requests import Question, Role, Tool, ToolOutcome, ToolRefused, Turn
from agent.events import (
    Citation,
    Done,
    DoneReason,
    Event,
    EventKind,
    Sql,
    Text,
    Thinking,
    ToolResult,
    ToolUse,
)
from tests.servers.scripted_http import Answer, Request, ScriptedServer, refused, serving, sse, streamed

SQL = Sql(sql="SELECT count(*) FROM meters")


async def count_meters(given: Mapping[str, Any]) -> ToolOutcome:
    """Count the meters of a city."""
    if given.get("city") == "Atlantis":
        raise ToolRefused("There is no city Atlantis.")
    return ToolOutcome(content={"city": given.get("city"), "meters": 12}, events=(SQL,))


TOOL = Tool(
    name="count_meters",
    description="Counts meters.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
    run=count_meters,
)


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **extra: Any) -> tuple[None, Any]:
    choices = (
        []
        if delta is None and finish is None
        else [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    )
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return None, {**body, **extra}


def usage(total: int) -> tuple[None, Any]:
    return chunk(usage={"prompt_tokens": total - 1, "completion_tokens": 1, "total_tokens": total})


def call(index: int, **parts: Any) -> dict[str, Any]:
    function = {name: parts[name] for name in ("name", "arguments") if name in parts}
    body = {"index": index, "function": function}
    return {"tool_calls": [body | ({"id": parts["id"], "type": "function"} if "id" in parts else {})]}


def said(*chunks: tuple[None, Any], size: int | None = None) -> Any:
    return streamed(sse(*chunks, (None, "[DONE]")), size=size)


TEXT = said(chunk({"content": "Twelve"}), chunk({"content": " meters."}), chunk(finish="stop"), usage(30))
CALL = said(
    chunk(call(0, id="t1", name="count_meters", arguments="")),
    chunk(call(0, arguments='{"city": "Hou')),
    chunk(call(0, arguments='ston"}')),
    chunk(finish="tool_calls"),
    usage(20),
)


async def ask(server: ScriptedServer, question: Question | None = None, **changes: Any) -> list[Event]:
    settings = replace(ChatSettings(url=f"{server.url}/v1", model="m", key="secret", retries=0), **changes)
    question = question or Question(text="How many meters has Houston?", tools=(TOOL,))
    return [event async for event in ChatBackend(settings).answer(question)]


async def test_a_tool_is_called_and_its_result_answers() -> None:
    async with serving(CALL, TEXT) as server:
        events = await ask(server)

    assert [event.kind for event in events] == [
        EventKind.STATUS,
        EventKind.TOOL_USE,
        EventKind.SQL,
        EventKind.TOOL_RESULT,
        EventKind.STATUS,
        EventKind.TEXT,
        EventKind.TEXT,
        EventKind.DONE,
    ]
    assert events[1] == ToolUse(tool_use_id="t1", name="count_meters", input={"city": "Houston"})
    result = events[3]
    assert isinstance(result, ToolResult)
    assert (result.is_ok, result.content) == (True, {"city": "Houston", "meters": 12})
    assert events[-1] == Done(reason=DoneReason.ANSWERED, run_id="c1", tokens=50)


async def test_requests_are_those_of_the_protocol() -> None:
    history = (Turn(role=Role.USER, text="Hi"), Turn(role=Role.ASSISTANT, text="Hello"))

    async with serving(CALL, TEXT) as server:
        await ask(server, Question(text="How many?", history=history, tools=(TOOL,)))

    first, second = (request.json() for request in server.requests)
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].headers["authorization"] == "Bearer secret"
    assert [message["role"] for message in first["messages"]] == ["system", "user", "assistant", "user"]
    assert first["tools"][0]["function"]["name"] == "count_meters"
    assistant, tool = second["messages"][-2:]
    assert assistant["tool_calls"] == [
        {
            "id": "t1",
            "type": "function",
            "function": {"name": "count_meters", "arguments": '{"city": "Houston"}'},
        }
    ]
    assert tool["tool_call_id"] == "t1"
    assert json.loads(tool["content"]) == {"result": {"city": "Houston", "meters": 12}}


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("count_meters", "{broken", "no JSON"),
        ("count_meters", "[1]", "JSON object"),
        ("drop_tables", "{}", "no tool 'drop_tables'"),
        ("count_meters", '{"city": "Atlantis"}', "no city Atlantis"),
    ],
)
async def test_a_bad_call_goes_back_to_the_model(name: str, arguments: str, told: str) -> None:
    bad = said(chunk(call(0, id="t1", name=name, arguments=arguments)), chunk(finish="tool_calls"))

    async with serving(bad, TEXT) as server:
        events = await ask(server)

    [result] = [event for event in events if isinstance(event, ToolResult)]
    assert not result.is_ok
    assert told in (result.message or "")
    assert told in json.loads(server.requests[1].json()["messages"][-1]["content"])["error"]
    assert events[-1].reason is DoneReason.ANSWERED  # type: ignore[union-attr]


async def test_two_calls_of_one_round_are_both_answered() -> None:
    both = said(
        chunk(call(0, id="t1", name="count_meters", arguments='{"city": "A"}')),
        chunk(call(1, id="t2", name="count_meters", arguments='{"city": "B"}')),
        chunk(finish="tool_calls"),
    )

    async with serving(both, TEXT) as server:
        events = await ask(server)

    assert [event.tool_use_id for event in events if isinstance(event, ToolResult)] == ["t1", "t2"]


async def test_a_model_that_never_stops_calling_is_stopped() -> None:
    async with serving(CALL) as server:
        events = await ask(server, most_rounds=2)

    assert len(server.requests) == 3
    assert server.requests[-1].json()["tool_choice"] == "none"
    assert events[-1].reason is DoneReason.FAILED  # type: ignore[union-attr]


async def test_a_long_result_is_cut_for_the_model_alone() -> None:
    async with serving(CALL, TEXT) as server:
        events = await ask(server, most_result_characters=20)

    sent = json.loads(server.requests[1].json()["messages"][-1]["content"])
    assert sent["result_cut_after_characters"] == 20
    assert any(isinstance(event, ToolResult) and event.content["meters"] == 12 for event in events)


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_thoughts_are_no_text(name: str) -> None:
    async with serving(said(chunk({name: "Hm."}), chunk({"content": "12"}), chunk(finish="stop"))) as server:
        events = await ask(server)

    assert [event for event in events if isinstance(event, Thinking | Text)] == [
        Thinking(delta="Hm."),
        Text(delta="12"),
    ]


@pytest.mark.parametrize(
    ("script", "reason", "code"),
    [
        (said(chunk({"content": "Twel"}), chunk(finish="length")), DoneReason.ANSWERED, "ANSWER_CUT"),
        (said(chunk(finish="content_filter")), DoneReason.REFUSED, "CONTENT_FILTER"),
        (said(chunk({"refusal": "I may not."}), chunk(finish="stop")), DoneReason.REFUSED, None),
        (said(chunk(finish="stop")), DoneReason.FAILED, "EMPTY_ANSWER"),
        (said(chunk({"content": "Twel"})), DoneReason.FAILED, "BACKEND_CUT_OFF"),
        (refused(401, {"error": {"message": "bad key"}}), DoneReason.FAILED, "BACKEND_UNAUTHENTICATED"),
        (refused(429, {"error": {"message": "slow down"}}), DoneReason.FAILED, "BACKEND_BUSY"),
        (refused(500, {}), DoneReason.FAILED, "BACKEND_UNAVAILABLE"),
    ],
)
async def test_every_end_says_how_it_was(script: Any, reason: DoneReason, code: str | None) -> None:
    async with serving(script) as server:
        events = await ask(server)

    assert events[-1].reason is reason  # type: ignore[union-attr]
    assert code is None or code in {getattr(event, "code", None) for event in events}


async def test_a_broken_stream_is_not_begun_anew() -> None:
    async def break_off(_: Request, answer: Answer) -> None:
        await answer.head(Content_Type="text/event-stream")
        await answer.chunk(sse(chunk({"content": "Twel"})))
        raise ConnectionResetError

    async with serving(break_off) as server:
        events = await ask(server, retries=2)

    assert len(server.requests) == 1
    assert [event.kind for event in events] == [
        EventKind.STATUS,
        EventKind.TEXT,
        EventKind.ERROR,
        EventKind.DONE,
    ]


async def test_nobody_listens() -> None:
    nobody = ScriptedServer([])
    nobody.url = "http://127.0.0.1:1"

    events = await ask(nobody)

    assert events[1].code == "BACKEND_UNAVAILABLE"  # type: ignore[union-attr]


async def test_stopping_closes_the_connection() -> None:
    async def stay_silent(_: Request, answer: Answer) -> None:
        await answer.head(Content_Type="text/event-stream")
        await answer.chunk(sse(chunk({"content": "Hm"})))
        await asyncio.Event().wait()

    async with serving(stay_silent) as server:
        settings = ChatSettings(url=f"{server.url}/v1", model="m")
        answer = ChatBackend(settings).answer(Question(text="?"))
        async for event in answer:
            if isinstance(event, Text):
                break
        await answer.aclose()  # type: ignore[attr-defined]

        await asyncio.wait_for(server.hung_up.wait(), 5)


async def cite(given: Mapping[str, Any]) -> ToolOutcome:
    """Cite two passages, numbered from 1 as every call does."""
    events = tuple(
        Citation(number=n, document_id=f"{given['q']}{n}", document_title=f"{given['q']}{n}") for n in (1, 2)
    )
    content = {"passages": [{"number": n, "text": f"{given['q']}{n}"} for n in (1, 2)], "page": 1}
    return ToolOutcome(content=content, events=events)


async def test_citations_of_several_calls_have_numbers_of_their_own() -> None:
    tool = Tool(name="cite", description="Cites.", parameters={"type": "object"}, run=cite)
    calls = said(
        chunk(call(0, id="a", name="cite", arguments='{"q": "x"}')),
        chunk(call(1, id="b", name="cite", arguments='{"q": "y"}')),
        chunk(finish="tool_calls"),
    )

    async with serving(calls, TEXT) as server:
        events = await ask(server, Question(text="?", tools=(tool,)))

    given = [(event.number, event.document_id) for event in events if isinstance(event, Citation)]
    assert given == [(1, "x1"), (2, "x2"), (3, "y1"), (4, "y2")]
    last = json.loads(server.requests[1].json()["messages"][-1]["content"])["result"]
    assert last == {"passages": [{"number": 3, "text": "y1"}, {"number": 4, "text": "y2"}], "page": 1}


async def test_calls_beyond_the_most_of_a_round_are_refused() -> None:
    calls = said(
        *(chunk(call(n, id=f"t{n}", name="count_meters", arguments="{}")) for n in range(4)),
        chunk(finish="tool_calls"),
    )

    async with serving(calls, TEXT) as server:
        events = await ask(server, most_calls=3)

    results = [event for event in events if isinstance(event, ToolResult)]
    assert [event.is_ok for event in results] == [True, True, True, False]
    assert "At most 3 tools" in str(results[-1].message)


async def test_a_client_is_used_again_and_stays_open() -> None:
    async with serving(TEXT) as server:
        settings = ChatSettings(url=f"{server.url}/v1", model="m")
        backend = ChatBackend(settings, client=open_client(settings))
        for _ in range(2):
            events = [event async for event in backend.answer(Question(text="?"))]
            assert events[-1].kind is EventKind.DONE
        await backend.aclose()


def vectors(*rows: list[float]) -> dict[str, Any]:
    data = [{"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(rows)]
    return {
        "object": "list",
        "data": data[::-1],
        "model": "e",
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }


async def test_vectors_come_in_order_and_of_length_1() -> None:
    async with serving(refused(200, vectors([3.0, 4.0], [0.0, 2.0]))) as server:
        embedder = OpenAIEmbedder(url=f"{server.url}/v1", model="e")
        found = await asyncio.to_thread(embedder.embed, ["one", "two"])

    assert np.allclose(found, [[0.6, 0.8], [0.0, 1.0]])
    assert found.dtype == np.float32
    assert server.requests[0].json()["input"] == ["one", "two"]


async def test_vectors_that_are_missing_are_a_fault() -> None:
    async with serving(refused(200, vectors([1.0, 0.0]))) as server:
        embedder = OpenAIEmbedder(url=f"{server.url}/v1", model="e")
        with pytest.raises(BackendFault, match="1 vectors came for 2 texts"):
            await asyncio.to_thread(embedder.embed, ["one", "two"])
