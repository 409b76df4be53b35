"""What the conversation service adds to an answer: time to the first event and to the end, rows.

    python benchmarks/conversations.py [--answers 30] [--pieces 200]

A back end of this file answers at once: a status, ``--pieces`` pieces of text and the end, with no work
between them. So all that is measured is ours: one web server process (daphne), a question by
``sendAssistantMessage``, its answer over a websocket (``assistantAnswer``) and, in turn with it, over
``POST /assistant/ask``. Beside it stands the limit: the same server answering ``{ viewer { username } }``,
which does next to nothing.

Needs a database with migrations and Redis; it makes a user and conversations of its own and deletes them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

from agent.backends.requests import Question  # noqa: E402 - the path must be set first
from agent.events import Done, DoneReason, Event, Status, Text  # noqa: E402

PIECES = "BENCHMARK_PIECES"
SEND = """mutation ($text: String!) { sendAssistantMessage(input: {text: $text}) {
    ... on AssistantExchange { thread { id } answer { id } } ... on OperationInfo { code message } } }"""
FOLLOW = (
    """subscription ($id: ID!) { assistantAnswer(answerId: $id) { isFinished events { seq kind body } } }"""
)


class QuickBackend:
    """Says as much as it is told to, as fast as it is taken."""

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield a status, pieces of text and the end."""
        yield Status(status="working", message="Working")
        for number in range(int(os.environ[PIECES])):
            yield Text(delta=f"piece {number} ")
        yield Done(reason=DoneReason.ANSWERED)


def application() -> Any:
    """Return the web application, answered by the quick back end."""
    from flux_site.asgi import application as served  # first: it sets Django up

    from agent.services import asking  # isort: skip
    from agent.services.backends import ChosenBackend  # isort: skip

    asking.backend_for = lambda _: ChosenBackend(backend=QuickBackend(), name="embedded")
    return served


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=30)
    parser.add_argument("--pieces", type=int, default=200)
    given = parser.parse_args()

    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    from agent.models import AnswerEvent, Message
    from flux_site.api.tokens import issue
    from tests.servers.environment import free_port
    from tests.servers.event_streams import event_stream
    from tests.servers.processes import running
    from tests.servers.subscriptions import subscriber
    from tests.servers.web import WebServer, _answers

    user = get_user_model().objects.create_user(username=f"benchmark-{uuid.uuid4().hex[:8]}")
    user.groups.set(Group.objects.filter(name="viewer"))
    token = issue(user=user, name="benchmark", expires_in_days=1)[1]
    port = free_port()
    changes = {PIECES: str(given.pieces), "FLUX_ASSISTANT_PER_MINUTE": "100000"}
    arguments = ["-m", "daphne", "-p", str(port), "benchmarks._conversations_app:application"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, **changes}
    try:
        with running(arguments, {**environment, "PYTHONPATH": str(ROOT)}) as process:
            server = WebServer(process=process, port=port)
            process.wait_until(lambda: _answers(server), timeout_s=300)
            plain, sockets, streams = [], [], []
            for _ in range(given.answers):
                plain.append(_timed(lambda: server.graphql("{ viewer { username } }", token=token)))
                sockets.append(_over_socket(server, token, subscriber))
                streams.append(_over_stream(server, token, event_stream))
        answers = Message.objects.filter(thread__owner=user, role="ASSISTANT")
        assert set(answers.values_list("done_reason", flat=True)) == {"ANSWERED"}
        rows = AnswerEvent.objects.filter(answer__in=answers).count() / answers.count()
        stored = sorted(answers.values_list("first_event_ms", "duration_ms"))
    finally:
        user.delete()
    print(f"{given.answers} answers of {given.pieces} pieces each, one at a time; ms, median (95 %)")
    print(f"a request that does next to nothing:     {_said(plain)}")
    for name, found in (("websocket", sockets), ("POST /assistant/ask", streams)):
        print(f"{name}: first event {_said([each[0] for each in found])}, end {_said([e[1] for e in found])}")
    print(
        f"in the database: first event {_said([e[0] for e in stored])}, end {_said([e[1] for e in stored])}"
    )
    print(f"rows of events an answer: {rows:.1f} for {given.pieces + 2} events")
    ratio = statistics.median([each[0] for each in streams]) / statistics.median(plain)
    print(f"first event by POST against the request that does nothing: {ratio:.1f} times")


def _over_socket(server: Any, token: str, subscriber: Any) -> tuple[float, float]:
    with subscriber(server.socket_url, token=token) as socket:
        began = time.perf_counter()
        sent = server.graphql(SEND, token=token, text="How many?").body["data"]["sendAssistantMessage"]
        socket.subscribe(FOLLOW, id=sent["answer"]["id"])
        first_ms = 0.0
        while True:
            message = socket.receive()
            first_ms = first_ms or (time.perf_counter() - began) * 1000
            if message["payload"]["data"]["assistantAnswer"]["isFinished"]:
                return first_ms, (time.perf_counter() - began) * 1000


def _over_stream(server: Any, token: str, event_stream: Any) -> tuple[float, float]:
    began = time.perf_counter()
    first_ms = 0.0
    with event_stream(server.port, "/assistant/ask", token=token, body={"text": "How many?"}) as stream:
        for event in stream:
            if event.name == "event":
                first_ms = first_ms or (time.perf_counter() - began) * 1000
    return first_ms, (time.perf_counter() - began) * 1000


def _timed(call: Any) -> float:
    began = time.perf_counter()
    answer = call()
    assert json.dumps(answer.body["data"])
    return (time.perf_counter() - began) * 1000


def _said(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):.0f} ({ordered[int(0.95 * (len(ordered) - 1))]:.0f})"


if __name__ == "__main__":
    main()
