"""Servers that answer for us: threads, a spare for the first word, a breaker, one client for many answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.backends.requests import Context, Question, Role, Turn
from agent.events import Done, DoneReason, Event, EventKind, Status, Text, Warn
from agent.services import connections
from agent.services.connections import ChatConnection, CortexConnection, chat_connection, cortex_connection
from agent.services.foreign import FALLBACK, ChatServer, CortexBackend, WithSpare
from flux_site.api.breakers import Breaker
from tests.integration.back_ends.servers import (
    RUN,
    THREADS,
    cortex_says,
    cortex_serving,
    events_of,
    model_says,
    model_serving,
    name_cortex,
    new_thread,
    piece,
)
from tests.servers.scripted_http import Answer, Request, Script, refused, sse, streamed

ASKED = Question(text="How many meters?")
SAID = (Turn(role=Role.USER, text="Hi"), Turn(role=Role.ASSISTANT, text="Hello"))


class Spare:
    """The back end in reserve; it keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Answer from this machine."""
        self.asked.append(question)
        yield Text(delta="Built in.")
        yield Done(reason=DoneReason.ANSWERED)


def with_spare(backend: Any, *, breaker: Breaker | None = None) -> tuple[WithSpare, Spare]:
    spare = Spare()
    breaker = breaker or Breaker(fail_max=2, reset_timeout=30)
    return WithSpare(backend, spare=spare, name="Snowflake Cortex", breaker=breaker), spare


def quick(connection: CortexConnection) -> CortexConnection:
    return replace(connection, retry_wait_s=0.01)


def kinds(events: list[Event]) -> list[EventKind]:
    return [event.kind for event in events if not isinstance(event, Status)]


def paths(server: Any) -> list[str]:
    return [request.path for request in server.requests]


# Threads of Cortex


async def test_a_conversation_that_begins_gets_a_thread_there(settings: Any) -> None:
    async with cortex_serving(settings, new_thread(17), cortex_says("Twelve.", size=3)) as server:
        events = await events_of(CortexBackend(cortex_connection()), ASKED)

    assert paths(server) == [THREADS, RUN]
    assert server.requests[1].json()["thread_id"] == 17
    assert server.requests[1].json()["parent_message_id"] == 0
    assert events[-1] == Done(
        reason=DoneReason.ANSWERED, thread_id="17", message_id="2", request_id="r1", run_id="run-1"
    )


async def test_what_follows_hangs_on_the_message_it_follows(settings: Any) -> None:
    question = Question(text="And now?", history=SAID, thread_id="17", parent_message_id="2")

    async with cortex_serving(settings, cortex_says("Four.")) as server:
        events = await events_of(CortexBackend(cortex_connection()), question)

    [run] = server.requests
    assert (run.json()["thread_id"], run.json()["parent_message_id"]) == (17, 2)
    assert len(run.json()["messages"]) == 1
    assert events[-1].thread_id == "17"  # type: ignore[union-attr]


async def test_a_branch_hangs_on_an_older_message(settings: Any) -> None:
    async with cortex_serving(settings, cortex_says("Five.")) as server:
        question = Question(text="Or by city?", history=SAID[:2], thread_id="17", parent_message_id="1")
        await events_of(CortexBackend(cortex_connection()), question)

    assert server.requests[0].json()["parent_message_id"] == 1


async def test_what_the_thread_does_not_know_is_told_anew(settings: Any) -> None:
    """The answer before was the built-in back end's, so the thread over there has a gap."""
    async with cortex_serving(settings, cortex_says("Four.")) as server:
        question = Question(text="And now?", history=SAID, thread_id="17")
        events = await events_of(CortexBackend(cortex_connection()), question)

    [run] = server.requests
    assert "thread_id" not in run.json()
    assert [message["role"] for message in run.json()["messages"]] == ["user", "assistant", "user"]
    assert events[-1].thread_id is None  # type: ignore[union-attr]


async def test_a_thread_that_was_removed_over_there_is_done_without(settings: Any) -> None:
    gone = refused(404, {"message": "Thread not found"})
    question = Question(text="And now?", history=SAID, thread_id="17", parent_message_id="2")

    async with cortex_serving(settings, gone, cortex_says("Four.")) as server:
        events = await events_of(CortexBackend(cortex_connection()), question)

    assert kinds(events) == [EventKind.TEXT, EventKind.DONE]
    assert "thread_id" not in server.requests[1].json()
    assert len(server.requests[1].json()["messages"]) == 3


async def test_what_is_before_the_user_is_told_to_the_model(settings: Any) -> None:
    question = Question(text="Is this overloaded?", context=Context(asset_ids=("XFMR-1", "XFMR-2")))

    async with cortex_serving(settings, new_thread(), cortex_says("No.")) as server:
        await events_of(CortexBackend(cortex_connection()), question)
    async with model_serving(settings, model_says("No.")) as model:
        await events_of(ChatServer(chat_connection()), question)

    first, second = server.requests[1].json()["messages"][0]["content"]
    assert first["text"] == "Is this overloaded?"
    assert "XFMR-1, XFMR-2" in second["text"]
    assert "XFMR-1, XFMR-2" in model.requests[0].json()["messages"][-1]["content"]


# The spare


async def hang_up(_: Request, __: Answer) -> None:
    """Break the connection before a word."""
    raise ConnectionResetError


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (refused(401, {"message": "JWT token is invalid"}), "The server answered 401: JWT token is invalid"),
        (refused(403, {"message": "no role"}), "The server answered 403: no role"),
        (refused(404, {"message": "no agent"}), "The server answered 404: no agent"),
        (refused(429, {"message": "later"}, Retry_After="0"), "The server answered 429: later"),
        (refused(500, {"message": "oh"}), "The server answered 500: oh"),
        (hang_up, "Snowflake cannot be reached"),
    ],
)
async def test_before_the_first_word_the_spare_answers(settings: Any, script: Script, why: str) -> None:
    question = Question(text="And now?", history=SAID, thread_id="17", parent_message_id="2")

    async with cortex_serving(settings, script):
        backend, spare = with_spare(CortexBackend(quick(cortex_connection())))
        events = await events_of(backend, question)

    assert kinds(events) == [EventKind.WARNING, EventKind.TEXT, EventKind.DONE]
    [warning] = [event for event in events if isinstance(event, Warn)]
    assert warning.code == FALLBACK
    assert why in warning.message
    assert spare.asked[0].history == SAID
    assert spare.asked[0].thread_id is None


async def test_a_run_that_fails_in_its_stream_before_a_word_is_replaced(settings: Any) -> None:
    fault = sse(("error", {"code": "399504", "message": "Model is not available"}))
    async with cortex_serving(settings, new_thread(), streamed(fault)):
        backend, _ = with_spare(CortexBackend(cortex_connection()))
        events = await events_of(backend, ASKED)

    assert kinds(events) == [EventKind.WARNING, EventKind.TEXT, EventKind.DONE]
    assert "Model is not available" in events[-3].message  # type: ignore[union-attr]


async def break_off(_: Request, answer: Answer) -> None:
    """Say a word and break the connection."""
    await answer.head(Content_Type="text/event-stream")
    await answer.chunk(sse(("response.text.delta", {"text": "Twel"})))
    raise ConnectionResetError


async def test_after_the_first_word_nobody_else_answers(settings: Any) -> None:
    async with cortex_serving(settings, new_thread(), break_off):
        backend, spare = with_spare(CortexBackend(cortex_connection()))
        events = await events_of(backend, ASKED)

    assert kinds(events) == [EventKind.TEXT, EventKind.ERROR, EventKind.DONE]
    assert events[-1].reason is DoneReason.FAILED  # type: ignore[union-attr]
    assert spare.asked == []


async def test_a_model_server_that_is_away_is_replaced_too(settings: Any) -> None:
    async with model_serving(settings, refused(401, {"error": {"message": "Bad key"}})):
        backend, _ = with_spare(ChatServer(chat_connection()))
        events = await events_of(backend, ASKED)

    assert kinds(events) == [EventKind.WARNING, EventKind.TEXT, EventKind.DONE]
    assert "secret-key" not in str(events)


async def test_a_key_that_cannot_be_read_is_no_crash(tmp_path: Path) -> None:
    connection = CortexConnection(
        url="http://127.0.0.1:1",
        agent=("A", "B", "C"),
        account="A",
        user="U",
        private_key_file=tmp_path / "k",
    )
    backend, _ = with_spare(CortexBackend(connection))

    events = await events_of(backend, ASKED)

    assert kinds(events) == [EventKind.WARNING, EventKind.TEXT, EventKind.DONE]
    assert "cannot be read" in events[1].message  # type: ignore[union-attr]


# The breaker


async def test_a_dead_server_is_left_alone_and_tried_again_later(settings: Any) -> None:
    breaker = Breaker(fail_max=2, reset_timeout=30)
    scripts = (refused(500, {}), refused(500, {}), new_thread(), cortex_says("Hi."))
    async with cortex_serving(settings, *scripts) as server:
        backend, spare = with_spare(CortexBackend(cortex_connection()), breaker=breaker)
        for _ in range(3):
            events = await events_of(backend, ASKED)

        assert len(server.requests) == 2
        assert kinds(events) == [EventKind.WARNING, EventKind.TEXT, EventKind.DONE]
        assert "left alone for a while" in events[0].message  # type: ignore[union-attr]
        assert len(spare.asked) == 3

        breaker.reset_timeout = 0  # the pause is over
        events = await events_of(backend, ASKED)

    assert Text(delta="Hi.") in events
    assert breaker.current_state == "closed"


async def test_a_refusal_costs_no_waiting_and_opens_no_breaker(settings: Any) -> None:
    breaker = Breaker(fail_max=2, reset_timeout=30)
    async with cortex_serving(settings, refused(403, {"message": "no role"})) as server:
        backend, _ = with_spare(CortexBackend(cortex_connection()), breaker=breaker)
        for _ in range(3):
            await events_of(backend, ASKED)

    assert len(server.requests) == 3
    assert breaker.current_state == "closed"


# Stopping, and connections


async def wait_for_ever(_: Request, answer: Answer) -> None:
    """Say a word and then nothing."""
    await answer.head(Content_Type="text/event-stream")
    await answer.chunk(sse(("response.text.delta", {"text": "Hm"})))
    await asyncio.Event().wait()


async def a_word_and_silence(_: Request, answer: Answer) -> None:
    """Say a word in a completion and then nothing."""
    await answer.head(Content_Type="text/event-stream")
    await answer.chunk(sse(piece({"content": "Hm"})))
    await asyncio.Event().wait()


@pytest.mark.parametrize("which", ["cortex", "openai"])
async def test_stopping_hangs_up(settings: Any, which: str) -> None:
    serve = (
        cortex_serving(settings, new_thread(), wait_for_ever)
        if which == "cortex"
        else model_serving(settings, a_word_and_silence)
    )
    async with serve as server:
        first = CortexBackend(cortex_connection()) if which == "cortex" else ChatServer(chat_connection())
        backend, _ = with_spare(first)
        answer = backend.answer(ASKED)
        async for event in answer:
            if isinstance(event, Text):
                break
        await answer.aclose()  # type: ignore[attr-defined]

        await asyncio.wait_for(server.hung_up.wait(), 5)


async def test_a_loop_has_one_client_of_a_connection(settings: Any) -> None:
    made = []

    def make() -> Any:
        made.append(1)
        return quick(cortex_connection()).open()

    async with cortex_serving(settings, new_thread()):
        first = connections.kept(cortex_connection(), make)
        again = connections.kept(cortex_connection(), make)
        settings.CORTEX_TOKEN = "another"
        other = connections.kept(cortex_connection(), make)

    assert first is again
    assert other is not first
    assert len(made) == 2


def test_secrets_are_no_part_of_what_is_printed(settings: Any) -> None:
    name_cortex(settings, "http://127.0.0.1:1")
    settings.CORTEX_PRIVATE_KEY_PASSPHRASE = "secret-passphrase"

    printed = repr(cortex_connection()) + repr(ChatConnection(url="u", model="m", key="secret-key"))

    assert "secret" not in printed
