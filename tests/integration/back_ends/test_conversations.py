"""Whole conversations over real connections: what is asked, what is stored, how they are stopped."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.models import Message
from agent.services.answering import answering
from agent.services.conversations import Exchange, delete_thread, stop_answer
from agent.services.feedback import give_feedback
from flux_site.jobs.models import Job
from tests.factories import grid as make
from tests.integration.back_ends.servers import (
    RUN,
    THREADS,
    cortex_says,
    model_calls,
    model_says,
    name_cortex,
    name_model_server,
    new_thread,
    served,
)
from tests.servers.scripted_http import Answer, Request, refused, sse, streamed
from tests.unit.agent.backends.cortex_recording import EVENTS, ROWS

pytestmark = pytest.mark.integration


def documents(answer: Message) -> list[dict[str, Any]]:
    return list(answer.events.order_by("seq").values_list("document", flat=True))


def codes(answer: Message) -> list[str | None]:
    return [each.get("code") for each in documents(answer) if each["kind"] == "WARNING"]


@pytest.mark.parametrize("size", [1, 64, None])
def test_an_answer_of_cortex_is_stored_however_it_is_cut(
    settings: Any, viewer: User, answered: Callable[..., Message], size: int | None
) -> None:
    with served(new_thread(17), streamed(sse(*EVENTS), size=size, X_Snowflake_Request_ID="r1")) as server:
        name_cortex(settings, server.url)
        answer = answered(user=viewer, text="Meters by city?")

    assert (answer.done_reason, answer.backend) == ("ANSWERED", "cortex")
    assert answer.text == "Houston has **12** meters — größer."
    assert answer.tokens == 120
    assert (answer.backend_thread_id, answer.backend_message_id, answer.backend_request_id) == (
        "17",
        "42",
        "r1",
    )
    [table] = [each for each in documents(answer) if each["kind"] == "TABLE"]
    assert [tuple(row) for row in table["rows"]] == list(ROWS)
    [sql] = [each for each in documents(answer) if each["kind"] == "SQL"]
    assert (sql["sql"], sql["is_verified"]) == ("SELECT city, count(*) FROM meters", True)
    assert [each["kind"] for each in documents(answer)][-1] == "DONE"


def test_a_conversation_goes_on_in_its_thread_and_branches_there(
    settings: Any, viewer: User, answered: Callable[..., Message]
) -> None:
    scripts = [cortex_says(f"Answer {n}.", message_id=10 + n) for n in (1, 2, 3)]
    with served(new_thread(17), *scripts) as server:
        name_cortex(settings, server.url)
        first = answered(user=viewer, text="One?")
        thread_id = str(first.thread_id)
        answered(user=viewer, text="Two?", thread_id=thread_id)
        answered(user=viewer, text="Or two?", thread_id=thread_id, parent_id=str(first.pk))

    runs = [request.json() for request in server.requests if request.path == RUN]
    assert [request.path for request in server.requests].count(THREADS) == 1
    assert [(run["thread_id"], run["parent_message_id"]) for run in runs] == [(17, 0), (17, 11), (17, 11)]
    assert [len(run["messages"]) for run in runs] == [1, 1, 1]


def test_what_the_built_in_back_end_answered_in_between_is_told(
    settings: Any, viewer: User, answered: Callable[..., Message]
) -> None:
    denied = refused(403, {"message": "warehouse suspended"})
    with served(new_thread(17), cortex_says("One."), denied, cortex_says("Three.")) as server:
        name_cortex(settings, server.url)
        first = answered(user=viewer, text="How many meters are there?")
        second = answered(user=viewer, text="hello", thread_id=str(first.thread_id))
        third = answered(user=viewer, text="And now?", thread_id=str(first.thread_id))

    assert codes(second) == ["FALLBACK"]
    assert second.backend_request_id == ""
    assert third.text == "Three."
    last = server.requests[-1].json()
    assert "thread_id" not in last
    assert len(last["messages"]) == 5


@pytest.mark.parametrize(
    ("scripts", "why"),
    [
        ([refused(401, {"message": "token is invalid"})], "401: token is invalid"),
        ([refused(429, {"message": "later"}, Retry_After="0")], "429: later"),
        ([new_thread(), refused(429, {"message": "too many runs"}, Retry_After="0")], "429: too many runs"),
    ],
)
def test_who_is_refused_is_answered_from_here(
    settings: Any, viewer: User, answered: Callable[..., Message], scripts: list[Any], why: str
) -> None:
    with served(*scripts) as server:
        name_cortex(settings, server.url)
        answer = answered(user=viewer, text="hello")

    [warning] = [each for each in documents(answer) if each["kind"] == "WARNING"]
    assert (warning["code"], why in warning["message"]) == ("FALLBACK", True)
    assert answer.done_reason != "FAILED"
    assert answer.text
    assert "secret-token" not in json.dumps(documents(answer))


async def break_off(_: Request, answer: Answer) -> None:
    """Say half a sentence."""
    await answer.head(Content_Type="text/event-stream")
    await answer.chunk(sse(("response.text.delta", {"text": "Houston has "})))
    raise ConnectionResetError


def test_a_break_in_the_middle_keeps_what_there_is_and_says_so(
    settings: Any, viewer: User, answered: Callable[..., Message]
) -> None:
    with served(new_thread(), break_off) as server:
        name_cortex(settings, server.url)
        answer = answered(user=viewer, text="Meters by city?")

    assert (answer.text, answer.done_reason, answer.error_code) == (
        "Houston has",
        "FAILED",
        "BACKEND_CUT_OFF",
    )


async def a_word_and_silence(_: Request, answer: Answer) -> None:
    """Say a word and keep the connection."""
    await answer.head(Content_Type="text/event-stream")
    await answer.chunk(sse(("response.text.delta", {"text": "Hm"})))
    await asyncio.Event().wait()


def test_stopping_closes_the_connection_over_there(
    settings: Any, viewer: User, ask: Callable[..., Exchange]
) -> None:
    with served(new_thread(), a_word_and_silence) as server:
        name_cortex(settings, server.url)
        exchange = ask(user=viewer, text="Meters by city?")
        until = time.monotonic() + 5
        while not exchange.answer.events.filter(document__kind="TEXT").exists():
            assert time.monotonic() < until
            time.sleep(0.01)
        stop_answer(user=viewer, answer_id=str(exchange.answer.pk))
        assert answering.wait_until_idle(5)
        until = time.monotonic() + 5
        while not server.hung_up.is_set():
            assert time.monotonic() < until
            time.sleep(0.01)

    answer = Message.objects.get(pk=exchange.answer.pk)
    assert (answer.done_reason, answer.text) == ("CANCELLED", "Hm")


async def slowly(_: Request, answer: Answer) -> None:
    """Say two words, the second later."""
    await answer.head(Content_Type="text/event-stream")
    await answer.chunk(sse(("response.text.delta", {"text": "Twelve "})))
    await asyncio.sleep(0.3)
    await answer.chunk(sse(("response.text.delta", {"text": "meters."}), ("response", {"content": []})))
    await answer.end()


def test_what_comes_slowly_is_stored_as_it_comes(
    settings: Any, viewer: User, ask: Callable[..., Exchange]
) -> None:
    seen: set[str] = set()
    with served(new_thread(), slowly) as server:
        name_cortex(settings, server.url)
        exchange = ask(user=viewer, text="How many?")
        while not answering.wait_until_idle(0.02):
            texts = [each["delta"] for each in documents(exchange.answer) if each["kind"] == "TEXT"]
            seen.add("".join(texts))

    assert "Twelve " in seen
    assert Message.objects.get(pk=exchange.answer.pk).text == "Twelve meters."


def test_a_model_calls_our_tools_as_the_asking_user_and_is_checked(
    settings: Any, viewer: User, answered: Callable[..., Message], synced: None
) -> None:
    substation = make.make_substation(id="SUB-77", name="Wallis")
    call = model_calls(("asset_lookup", {"asset": "SUB-77"}))
    with served(call, model_says("SUB-77 is Wallis; ", "SUB-99 is not far [4].", size=5)) as server:
        name_model_server(settings, server.url)
        answer = answered(user=viewer, text="What is SUB-77?")

    told = documents(answer)
    [result] = [each for each in told if each["kind"] == "TOOL_RESULT"]
    assert (result["name"], result["is_ok"]) == ("asset_lookup", True)
    sent = json.loads(server.requests[1].json()["messages"][-1]["content"])
    assert "Wallis" in json.dumps(sent["result"])
    assert codes(answer) == ["UNKNOWN_ID", "UNKNOWN_CITATION"]
    assert next(each["message"] for each in told if each["kind"] == "WARNING").startswith("SUB-99 is not")
    pointed = [asset["asset_id"] for each in told if each["kind"] == "ASSETS" for asset in each["assets"]]
    assert pointed == [substation.pk]
    assert answer.backend == "openai"


def test_feedback_and_deletion_reach_snowflake_as_jobs(
    settings: Any, viewer: User, answered: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)
    with served(new_thread(17), cortex_says("Twelve.", request_id="r9")) as server:
        name_cortex(settings, server.url)
        answer = answered(user=viewer, text="How many?")
    give_feedback(user=viewer, answer_id=str(answer.pk), is_positive=True)
    delete_thread(user=viewer, thread_id=str(answer.thread_id))

    assert [(job.kind, job.inputs) for job in Job.objects.order_by("created_at")] == [
        ("agent.forward_feedback", {"answer_id": str(answer.pk)}),
        ("agent.delete_cortex_threads", {"thread_ids": ["17"]}),
    ]
