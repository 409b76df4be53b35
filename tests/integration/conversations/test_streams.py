"""Answers followed over real websockets and real streams of a real web server, which may die."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.utils import timezone

from agent.models import Message, Thread
from agent.services import asking
from agent.services.answering import answering
from agent.services.conversations import open_thread, stop_answer
from flux_site.api.errors import Unauthenticated
from flux_site.api.login import log_in_again
from flux_site.api.models import ApiToken
from flux_site.api.sessions import SessionStore
from flux_site.api.tokens import issue, revoke
from tests.factories.conversations import make_answer, make_question, make_running_answer, make_thread
from tests.factories.users import make_user
from tests.servers.event_streams import EventStream, ServerEvent, event_stream
from tests.servers.redis import own_redis
from tests.servers.scripted_answers import choose
from tests.servers.subscriptions import Subscriber, subscriber
from tests.servers.web import WebServer, web_server

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

SCRIPTED = "tests.servers.scripted_web:application"
SEND = """mutation ($input: SendAssistantMessageInput!) { sendAssistantMessage(input: $input) {
    ... on AssistantExchange { thread { id title } question { id text } answer { id state parentId } }
    ... on OperationInfo { code message field } } }"""
FOLLOW = """subscription ($id: ID!, $after: Int! = -1) { assistantAnswer(answerId: $id, after: $after) {
    state isFinished events { seq kind body } answer { doneReason } } }"""
STOP = """mutation ($id: ID!) { stopAssistantAnswer(input: {answerId: $id}) {
    ... on AssistantMessage { id state } ... on OperationInfo { code } } }"""


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[WebServer]:
    """Return the web server of this module, whose questions are answered by a script."""
    with django_db_blocker.unblock(), web_server(SCRIPTED) as running:
        yield running


@pytest.fixture
def token(viewer: User) -> str:
    """Return a token of the viewer."""
    return issue(user=viewer, name="test", expires_in_days=1)[1]


def send(server: WebServer, token: str, text: str, **more: Any) -> dict[str, Any]:
    answer = server.graphql(SEND, token=token, input={"text": text, **more})
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body["data"]["sendAssistantMessage"]
    assert "code" not in found, found
    return found


def updates(socket: Subscriber, until: str | None = None) -> list[dict[str, Any]]:
    """Return the events told, up to the end, or up to a text."""
    told: list[dict[str, Any]] = []
    while True:
        message = socket.receive()
        if message["type"] == "complete":
            return told
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        update = message["payload"]["data"]["assistantAnswer"]
        told += update["events"]
        assert update["isFinished"] == (update["state"] == "DONE")
        if until is not None and until in text(told):
            return told


def text(events: list[dict[str, Any]]) -> str:
    return "".join(each["body"]["delta"] for each in events if each["kind"] == "TEXT")


def stored(answer_id: str) -> list[dict[str, Any]]:
    rows = Message.objects.get(pk=answer_id).events.order_by("seq")
    return [
        {
            "seq": row.seq,
            "kind": row.document["kind"],
            "body": {key: value for key, value in row.document.items() if key != "state"},
        }
        for row in rows
    ]


def events_of(stream: EventStream | list[ServerEvent]) -> list[dict[str, Any]]:
    return [each.data for each in stream if each.name == "event"]


def begun(server: WebServer, token: str) -> str:
    """Have an answer begun that never ends; return its id once it has said something."""
    answer_id = str(send(server, token, "say:12 hang")["answer"]["id"])
    with socket_at(server, token, answer_id) as socket:
        updates(socket, until="12")
    return answer_id


@contextmanager
def socket_at(server: WebServer, token: str, answer_id: str, after: int = -1) -> Iterator[Subscriber]:
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(FOLLOW, id=answer_id, after=after)
        yield socket


def test_a_question_is_asked_and_its_answer_followed_over_a_websocket(server: WebServer, token: str) -> None:
    sent = send(server, token, "status say:There nap:0.3 say:are say:12 table nap:0.2 done")
    answer_id = sent["answer"]["id"]
    with socket_at(server, token, answer_id) as socket:
        told = updates(socket)

    assert sent["thread"]["title"] == sent["question"]["text"]
    assert sent["answer"]["state"] == "RUNNING"
    assert sent["answer"]["parentId"] == sent["question"]["id"]
    assert told == stored(answer_id)
    assert [each["kind"] for each in told][-1] == "DONE"
    assert text(told) == "There are 12 "
    assert "state" not in told[-1]["body"]  # what only the back end needs


def test_readers_that_come_late_or_again_or_together_read_the_same(server: WebServer, token: str) -> None:
    answer_id = send(server, token, "say:a nap:0.2 say:b nap:0.6 say:c nap:0.2 say:d done")["answer"]["id"]
    path = f"/assistant/answers/{answer_id}/events"
    with socket_at(server, token, answer_id) as first:
        begun = updates(first, until="b ")  # the connection is lost here
    with socket_at(server, token, answer_id) as second, event_stream(server.port, path, token=token) as third:
        whole, streamed = updates(second), list(third)
    with socket_at(server, token, answer_id, after=begun[-1]["seq"]) as first_again:
        rest = updates(first_again)
    with event_stream(server.port, path, token=token, last_id=str(begun[-1]["seq"])) as later:
        resumed = events_of(list(later))

    expected = stored(answer_id)
    assert text(expected) == "a b c d "
    assert whole == events_of(streamed) == expected
    assert begun + rest == begun + resumed == expected
    assert [each.id for each in streamed if each.name == "event"] == [str(each["seq"]) for each in expected]
    assert streamed[-1].name == "end"
    assert streamed[-1].data == {"state": "DONE", "doneReason": "ANSWERED"}


def test_a_program_asks_and_reads_with_one_request(server: WebServer, token: str, viewer: User) -> None:
    body = {"text": "say:12 nap:0.2 done", "context": {"assetIds": ["SUB-1"], "workspace": "map"}}
    with event_stream(server.port, "/assistant/ask", token=token, body=body) as stream:
        headers, told = stream.headers, list(stream)

    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "private, no-store"
    ids = told[0]
    assert ids.name == "exchange"
    question = Message.objects.get(pk=ids.data["questionId"])
    assert question.context == {"asset_ids": ["SUB-1"], "run_id": None, "workspace": "map"}
    assert str(question.thread_id) == ids.data["threadId"]
    assert question.thread.owner == viewer
    assert events_of(told) == stored(ids.data["answerId"])


def test_who_comes_back_after_the_end_is_told_that_nothing_more_comes(
    server: WebServer, token: str, viewer: User
) -> None:
    answer = make_answer(question=make_question(thread=make_thread(owner=viewer)))
    path = f"/assistant/answers/{answer.pk}/events"

    with event_stream(server.port, path, token=token, last_id="1") as stream:
        assert (stream.status, stream.read()) == (204, b"")
    with event_stream(server.port, f"{path}?after=0", token=token) as stream:
        assert [each["seq"] for each in events_of(list(stream))] == [1]
    with event_stream(server.port, f"{path}?after=x", token=token) as stream:
        assert stream.status == 400


def test_an_answer_is_stopped_whatever_process_is_asked(server: WebServer, token: str, viewer: User) -> None:
    answer_id = send(server, token, "say:12 hang")["answer"]["id"]
    with socket_at(server, token, answer_id) as socket:
        updates(socket, until="12")
        began = time.monotonic()
        stop_answer(user=viewer, answer_id=answer_id)  # by this process; the server writes the answer
        updates(socket)
        took_s = time.monotonic() - began

    assert took_s < 1.0
    assert Message.objects.get(pk=answer_id).done_reason == "CANCELLED"
    again = server.graphql(STOP, token=token, id=answer_id).body["data"]["stopAssistantAnswer"]
    assert again == {"id": answer_id, "state": "DONE"}


def test_a_process_that_ends_in_good_order_tells_its_answers_as_interrupted(token: str) -> None:
    with web_server(SCRIPTED) as ending:
        answer_id = begun(ending, token)
        os.kill(ending.process.process.pid, signal.SIGTERM)
        ending.process.process.wait(timeout=20)

    answer = Message.objects.get(pk=answer_id)
    assert (answer.done_reason, answer.error_code, answer.text) == ("FAILED", "INTERRUPTED", "12")
    assert [each["kind"] for each in stored(answer_id)] == ["TEXT", "ERROR", "DONE"]


def test_without_redis_answers_go_on_and_without_their_process_their_silence_is_told(
    token: str, viewer: User, settings: Any
) -> None:
    with own_redis() as redis, web_server(SCRIPTED, FLUX_REDIS_URL=redis.url) as server:
        redis.kill()
        body = {"text": "say:a nap:0.7 say:b nap:0.7 say:c done"}
        with event_stream(server.port, "/assistant/ask", token=token, body=body) as stream:
            told = events_of(stream)
        answer_id = begun(server, token)
        server.process.kill()

    assert text(told) == "a b c "
    assert [each["kind"] for each in told] == ["TEXT", "TEXT", "TEXT", "DONE"]  # as they came, not at the end
    answer = Message.objects.get(pk=answer_id)
    assert answer.state == "RUNNING"  # nobody could say it
    silent_since = timezone.now() - timedelta(seconds=settings.ASSISTANT_LOST_AFTER_S + 1)
    Message.objects.filter(pk=answer_id).update(heartbeat_at=silent_since)
    open_thread(user=viewer, thread_id=str(answer.thread_id))
    answer.refresh_from_db()
    assert (answer.done_reason, answer.error_code, answer.text) == ("FAILED", "INTERRUPTED", "12")


def test_a_reader_is_told_that_the_process_died(server: WebServer, token: str, settings: Any) -> None:
    thread = make_thread(owner=User.objects.get(username="vera"))
    lost = make_running_answer(
        question=make_question(thread=thread), silent_s=settings.ASSISTANT_LOST_AFTER_S + 1
    )

    with socket_at(server, token, str(lost.pk)) as socket:
        told = updates(socket)

    assert [each["kind"] for each in told] == ["ERROR", "DONE"]


def test_somebody_elses_answer_is_none(server: WebServer, token: str) -> None:
    foreign = make_answer(question=make_question(thread=make_thread(owner=make_user("viewer"))))
    none = "00000000-0000-4000-8000-000000000000"
    said = []
    for key in (str(foreign.pk), none):
        with event_stream(server.port, f"/assistant/answers/{key}/events", token=token) as stream:
            said.append((stream.status, stream.read().decode().replace(key, "…")))
        with socket_at(server, token, key) as socket:
            said.append((socket.receive()["payload"], socket.receive()["type"]))
    streams, sockets = (
        said[::2],
        [str(each).replace(str(foreign.pk), "…").replace(none, "…") for each in said[1::2]],
    )

    assert streams[0] == streams[1]
    assert streams[0][0] == 404
    assert sockets[0] == sockets[1]
    assert "NOT_FOUND" in sockets[0]


def test_a_revoked_token_ends_what_is_followed(server: WebServer, token: str, viewer: User) -> None:
    answer_id = begun(server, token)
    with event_stream(server.port, f"/assistant/answers/{answer_id}/events", token=token) as stream:
        for event in stream:
            if event.name == "event":
                revoke(user=viewer, token_id=ApiToken.objects.get(user=viewer).pk)
            if event.name == "refused":
                break
        else:
            pytest.fail("the stream ended without a word")

    assert event.data["code"] == "UNAUTHENTICATED"


def test_a_session_that_ended_is_known_no_more(viewer: User, client: Client, rf: RequestFactory) -> None:
    client.force_login(viewer)
    request = rf.get("/assistant/answers/x/events")
    request.session = SessionStore(client.session.session_key)

    assert log_in_again(request) == viewer
    client.logout()
    with pytest.raises(Unauthenticated):
        log_in_again(request)


def test_asking_in_somebody_elses_conversation_is_refused_and_writes_nothing(
    server: WebServer, token: str
) -> None:
    foreign = make_thread(owner=make_user("viewer"))
    body = {"text": "say:a done", "threadId": str(foreign.pk)}

    with event_stream(server.port, "/assistant/ask", token=token, body=body) as stream:
        assert stream.status == 404

    assert Thread.objects.count() == 1
    assert not Message.objects.exists()


def test_a_server_without_an_event_loop_streams_too(
    viewer: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "backend_for", choose)
    client.force_login(viewer)

    response = client.post("/assistant/ask", '{"text": "say:12 done"}', content_type="application/json")

    assert response.status_code == 200
    told = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert told.startswith("retry: 1000\n\nevent: exchange\ndata: ")
    assert 'id: 0\nevent: event\ndata: {"seq": 0, "kind": "TEXT"' in told
    assert told.endswith('event: end\ndata: {"state": "DONE", "doneReason": "ANSWERED"}\n\n')
    assert answering.wait_until_idle(5)
