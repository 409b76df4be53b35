"""The client of Cortex against a server on this machine: pieces, errors, silence, retries, threads."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.backends.cortex_client import CortexAgent, CortexClient, CortexSettings
from agent.backends.cortex_credentials import AccessToken, OAuthTokenFile
from agent.backends.cortex_events import CortexTranslator
from agent.backends.errors import BackendFault
from agent.backends.requests import Question, Role, Turn
from agent.events import Done, DoneReason, Error, Event, EventKind, Text
from tests.servers.scripted_http import Answer, Request, ScriptedServer, refused, serving, sse, streamed
from tests.unit.agent.backends.cortex_recording import EVENTS

AGENT = CortexAgent(database="FLUX_DB", schema="APPLICATIONS", name="GRID AGENT")
RUN = "/api/v2/databases/FLUX_DB/schemas/APPLICATIONS/agents/GRID%20AGENT:run"
HELLO = sse(("response.text.delta", {"content_index": 0, "text": "Hello"}), ("response", {"content": []}))


def client_of(server: ScriptedServer, **changes: Any) -> CortexClient:
    settings = CortexSettings(url=server.url, agent=AGENT, retry_wait_s=0.01)
    return CortexClient(replace(settings, **changes), AccessToken("secret"))


async def ask(server: ScriptedServer, question: Question | None = None, **changes: Any) -> list[Event]:
    async with client_of(server, **changes) as client:
        return [event async for event in client.answer(question or Question(text="How many meters?"))]


@pytest.mark.parametrize("size", [1, 7, 1000, None])
async def test_a_stream_says_the_same_however_it_is_cut(size: int | None) -> None:
    body = sse(*EVENTS)
    expected = CortexTranslator(request_id="req-1")
    whole = [ours for name, data in EVENTS for ours in expected.feed(name, _json(data))] + expected.end()

    async with serving(streamed(body, size=size, X_Snowflake_Request_ID="req-1")) as server:
        events = await ask(server)

    assert events == whole


async def test_lines_may_end_as_they_like_and_comments_are_no_events() -> None:
    body = (
        b': keep alive\r\n\r\nevent: response.text.delta\r\ndata: {"text":\r\ndata: "Hi"}\r\n\r\n'
        b"event: done\r\ndata: [DONE]\r\n\r\n"
    )

    async with serving(streamed(body, size=5)) as server:
        events = await ask(server)

    assert [event.kind for event in events] == [EventKind.TEXT, EventKind.DONE]
    assert events[0] == Text(delta="Hi")


async def test_the_request_is_what_the_api_documents() -> None:
    async with serving(streamed(HELLO)) as server:
        await ask(server, Question(text="And now?", thread_id="7", parent_message_id="42"))

    [request] = server.requests
    assert (request.method, request.path) == ("POST", RUN)
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["x-snowflake-authorization-token-type"] == "PROGRAMMATIC_ACCESS_TOKEN"
    assert request.headers["accept"] == "text/event-stream"
    assert request.json() == {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "And now?"}]}],
        "stream": True,
        "thread_id": 7,
        "parent_message_id": 42,
    }


async def test_the_role_is_named_where_one_is_set() -> None:
    async with serving(streamed(HELLO)) as server:
        await ask(server)
        await ask(server, role="FLUX_ASSISTANT")

    plain, with_role = server.requests
    assert "x-snowflake-role" not in plain.headers
    assert with_role.headers["x-snowflake-role"] == "FLUX_ASSISTANT"


async def test_without_a_thread_all_that_was_said_is_sent() -> None:
    history = (Turn(role=Role.USER, text="Hi"), Turn(role=Role.ASSISTANT, text="Hello"))

    async with serving(streamed(HELLO)) as server:
        await ask(server, Question(text="And now?", history=history))

    sent = server.requests[0].json()
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert "thread_id" not in sent


async def test_a_first_message_of_a_thread_hangs_on_nothing() -> None:
    async with serving(streamed(HELLO)) as server:
        await ask(server, Question(text="Hi", thread_id="abc"))

    assert (server.requests[0].json()["thread_id"], server.requests[0].json()["parent_message_id"]) == (
        "abc",
        0,
    )


async def test_an_answer_in_one_piece_is_read_too() -> None:
    body = {"content": [{"type": "text", "text": "Twelve."}], "metadata": {"run_id": "r"}}

    async with serving(refused(200, body)) as server:
        events = await ask(server)

    assert events == [Text(delta="Twelve."), Done(reason=DoneReason.ANSWERED, run_id="r")]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_server_is_asked_again(status: int) -> None:
    busy = refused(status, {"message": "later"}, Retry_After="0")

    async with serving(busy, busy, streamed(HELLO)) as server:
        events = await ask(server)

    assert len(server.requests) == 3
    assert [event.kind for event in events] == [EventKind.TEXT, EventKind.DONE]


async def test_a_connection_that_breaks_before_an_answer_is_tried_again() -> None:
    async def hang_up(_: Request, __: Answer) -> None:
        raise ConnectionResetError

    async with serving(hang_up, streamed(HELLO)) as server:
        events = await ask(server)

    assert len(server.requests) == 2
    assert events[-1] == Done(reason=DoneReason.ANSWERED)


@pytest.mark.parametrize(
    ("status", "code", "is_retryable"),
    [
        (400, "BACKEND_BAD_REQUEST", False),
        (401, "BACKEND_UNAUTHENTICATED", False),
        (403, "BACKEND_FORBIDDEN", False),
        (404, "BACKEND_NOT_FOUND", False),
        (500, "BACKEND_UNAVAILABLE", True),
    ],
)
async def test_a_refusal_is_told_and_not_repeated(status: int, code: str, is_retryable: bool) -> None:
    answer = refused(
        status, {"code": "390144", "message": "JWT token is invalid"}, X_Snowflake_Request_ID="r9"
    )

    async with serving(answer) as server:
        events = await ask(server)

    assert len(server.requests) == 1
    assert events == [
        Error(
            code=code,
            message=f"The server answered {status}: JWT token is invalid",
            is_retryable=is_retryable,
            request_id="r9",
        ),
        Done(reason=DoneReason.FAILED),
    ]


async def test_a_server_that_stays_busy_is_given_up() -> None:
    async with serving(refused(503, "no object")) as server:
        events = await ask(server)

    assert len(server.requests) == 3
    assert events[0].code == "BACKEND_UNAVAILABLE"  # type: ignore[union-attr]


async def test_nobody_listens() -> None:
    nobody = ScriptedServer([])
    nobody.url = "http://127.0.0.1:1"

    events = await ask(nobody)

    assert [event.kind for event in events] == [EventKind.ERROR, EventKind.DONE]
    assert events[0].code == "BACKEND_UNAVAILABLE"  # type: ignore[union-attr]


async def test_a_stream_that_breaks_is_not_begun_anew() -> None:
    async def break_off(_: Request, answer: Answer) -> None:
        await answer.head(Content_Type="text/event-stream", X_Snowflake_Request_ID="r1")
        await answer.chunk(sse(("response.text.delta", {"text": "Hous"})))
        raise ConnectionResetError

    async with serving(break_off) as server:
        events = await ask(server)

    assert len(server.requests) == 1
    assert events[0] == Text(delta="Hous")
    assert events[1].code == "BACKEND_CUT_OFF"  # type: ignore[union-attr]
    assert events[2] == Done(reason=DoneReason.FAILED, request_id="r1")


async def stay_silent(_: Request, answer: Answer) -> None:
    """Begin an answer and say no more."""
    await answer.head(Content_Type="text/event-stream", X_Snowflake_Request_ID="r1")
    await answer.chunk(sse(("response.text.delta", {"text": "Hm"})))
    await asyncio.Event().wait()


@pytest.mark.parametrize("changes", [{"silence_timeout_s": 0.05}, {"total_timeout_s": 0.2}])
async def test_a_silent_agent_is_not_waited_for(changes: dict[str, float]) -> None:
    async with serving(stay_silent) as server:
        events = await ask(server, **changes)
        await asyncio.wait_for(server.hung_up.wait(), 5)

    assert [event.kind for event in events] == [EventKind.TEXT, EventKind.ERROR, EventKind.DONE]
    assert events[1].code == "BACKEND_TIMEOUT"  # type: ignore[union-attr]


async def test_a_slow_reader_is_not_cut_short_by_the_time_limit() -> None:
    async with serving(streamed(HELLO)) as server, client_of(server, total_timeout_s=0.3) as client:
        answer = client.answer(Question(text="?"))
        first = await anext(answer)
        await asyncio.sleep(0.4)  # the limit passes while the reader has the event in hand
        rest = [event async for event in answer]

    assert first == Text(delta="Hello")
    assert rest[-1].kind is EventKind.DONE


async def test_an_agent_that_never_begins_is_asked_once() -> None:
    async def never(_: Request, __: Answer) -> None:
        await asyncio.Event().wait()

    async with serving(never) as server:
        events = await ask(server, first_byte_timeout_s=0.05)

    assert len(server.requests) == 1  # a second run would say the question twice in the thread
    assert events[0].code == "BACKEND_TIMEOUT"  # type: ignore[union-attr]


async def test_closing_the_answer_closes_the_connection() -> None:
    async with serving(stay_silent) as server, client_of(server) as client:
        answer = client.answer(Question(text="?"))
        assert await anext(answer) == Text(delta="Hm")
        await answer.aclose()  # type: ignore[attr-defined]

        await asyncio.wait_for(server.hung_up.wait(), 5)


async def test_cancelling_the_task_closes_the_connection() -> None:
    began = asyncio.Event()

    async def follow(client: CortexClient) -> None:
        async for _ in client.answer(Question(text="?")):
            began.set()

    async with serving(stay_silent) as server, client_of(server) as client:
        task = asyncio.create_task(follow(client))
        await asyncio.wait_for(began.wait(), 5)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.hung_up.wait(), 5)


# Threads and feedback


@pytest.mark.parametrize("answer", [{"thread_id": 17}, {"thread_id": "17"}, "17", 17])
async def test_a_new_thread_has_an_id_however_it_comes(answer: Any) -> None:
    async with serving(refused(200, answer)) as server, client_of(server) as client:
        assert await client.create_thread() == "17"

    assert server.requests[0].json() == {"origin_application": "flux_ops_center"}


async def test_threads_are_listed_read_renamed_and_deleted() -> None:
    thread = {"metadata": {"thread_id": 7}, "messages": []}
    scripts = [refused(200, [{"thread_id": 7}]), refused(200, thread), refused(200, {}), refused(200, {})]

    async with serving(*scripts) as server, client_of(server) as client:
        assert await client.list_threads() == [{"thread_id": 7}]
        assert await client.read_thread("7", page_size=500, last_message_id="3") == thread
        await client.rename_thread("7", "Meters")
        await client.delete_thread("7/../8")

    assert [(request.method, request.path) for request in server.requests] == [
        ("GET", "/api/v2/cortex/threads?origin_application=flux_ops_center"),
        ("GET", "/api/v2/cortex/threads/7?page_size=100&last_message_id=3"),
        ("POST", "/api/v2/cortex/threads/7"),
        ("DELETE", "/api/v2/cortex/threads/7%2F..%2F8"),
    ]
    assert server.requests[2].json() == {"thread_name": "Meters"}


async def test_reading_is_tried_again_and_writing_is_not() -> None:
    busy = refused(503, {})

    async with serving(busy, refused(200, [])) as server, client_of(server) as client:
        assert await client.list_threads() == []
    async with serving(busy) as other, client_of(other) as client:
        with pytest.raises(BackendFault, match="503"):
            await client.create_thread()

    assert (len(server.requests), len(other.requests)) == (2, 1)


async def test_feedback_names_the_request_it_is_about() -> None:
    async with serving(refused(200, {"status": "ok"})) as server, client_of(server) as client:
        await client.send_feedback(
            is_positive=False, request_id="r1", message="Wrong city", categories=["accuracy"], thread_id="7"
        )
        await client.send_feedback(is_positive=True)

    assert server.requests[0].path == RUN.replace(":run", ":feedback")
    assert server.requests[0].json() == {
        "positive": False,
        "orig_request_id": "r1",
        "feedback_message": "Wrong city",
        "categories": ["accuracy"],
        "thread_id": 7,
    }
    assert server.requests[1].json() == {"positive": True}


async def test_the_token_file_is_read_for_every_request(tmp_path: Path) -> None:
    file = tmp_path / "token"
    async with serving(refused(200, [])) as server:
        settings = CortexSettings(url=server.url, agent=AGENT)
        async with CortexClient(settings, OAuthTokenFile(file)) as client:
            for token in ("first", "second"):
                file.write_text(f"{token}\n")
                await client.list_threads()
            file.unlink()
            events = [event async for event in client.answer(Question(text="?"))]

    assert [request.headers["authorization"] for request in server.requests] == [
        "Bearer first",
        "Bearer second",
    ]
    assert server.requests[0].headers["x-snowflake-authorization-token-type"] == "OAUTH"
    assert events[0].code == "BACKEND_UNAUTHENTICATED"  # type: ignore[union-attr]


def test_a_name_that_snowflake_would_refuse_is_refused_at_once() -> None:
    with pytest.raises(BackendFault, match="16 bytes"):
        CortexClient(
            CortexSettings(url="http://x", agent=AGENT, origin_application="a" * 17), AccessToken("t")
        )


def _json(data: Any) -> str:
    import json

    return json.dumps(data)
