"""``cascadeProgress`` over a real websocket, the waves being computed by a real worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import TransactionTestCase

from cascade.models import CascadeRun
from cascade.services.runs import start_run
from flux_site.api.tokens import issue
from flux_site.jobs.services import run_job
from tests.factories.cascade import make_finished_run, make_run
from tests.factories.grid import make_branch, make_bus, make_plant, make_substation, make_zone
from tests.quick_flush import empty_tables
from tests.servers import wave_gates
from tests.servers.subscriptions import Subscriber, subscriber
from tests.servers.wave_gates import shut_gates
from tests.servers.web import WebServer, web_server
from tests.servers.worker import worker

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_stores", "synced"),
]

QUERY = """subscription ($run: ID!) { cascadeProgress(runId: $run) { runId status errorMessage
    wave { number trippedCount shedMw cumulativeShedMw servedMw islandsAlive islandsDead deadBusCount } } }"""
near = pytest.approx


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[WebServer]:
    """Return the web server of this module."""
    with django_db_blocker.unblock(), web_server() as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def quick_flush() -> Iterator[None]:
    """End the tests that commit quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture
def token(planner: User) -> str:
    """Return a token of the planner."""
    return token_of(planner)


def token_of(user: User) -> str:
    return issue(user=user, name="test", expires_in_days=1)[1]


@pytest.fixture
def domino(synced: None) -> tuple[str, ...]:
    """Create three lines of 40 MW each that feed a load; return their ids.

    Rated 50, 50 and 70 MVA. Without the first the others carry 60: the second trips. The third then carries
    120 and trips, and all 120 MW are lost.
    """
    zone = make_zone()
    source, sink = (
        make_bus(number=number, substation=make_substation(zone=zone), load_mw=load_mw)
        for number, load_mw in ((1, 0.0), (2, 120.0))
    )
    make_plant(bus=source, p_mw=120.0, p_max_mw=200.0)
    lines = [
        make_branch(from_bus=source, to_bus=sink, x_pu=0.1, rating_mva=rating_mva)
        for rating_mva in (50.0, 50.0, 70.0)
    ]
    return tuple(line.pk for line in lines)


def news(socket: Subscriber) -> dict[str, Any]:
    message = socket.receive(timeout_s=30.0)
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"]["cascadeProgress"]
    return found


def code(socket: Subscriber) -> str:
    message = socket.receive()
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    return str(errors[0]["extensions"]["code"])


def waves_to_the_end(socket: Subscriber) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the waves that come until one message says how the run ended, and that message."""
    waves = []
    while (told := news(socket))["status"] not in {"SUCCEEDED", "FAILED", "CANCELLED"} or told["wave"]:
        if told["wave"]:
            waves.append(told["wave"])
    assert socket.receive() == {"type": "complete", "id": "1"}
    return waves, told


def test_waves_arrive_while_the_run_is_computed_and_to_whoever_joins_late(
    server: WebServer, token: str, planner: User, domino: tuple[str, ...]
) -> None:
    with (
        shut_gates(0, 1, 2) as gates,
        worker(**{wave_gates.VARIABLE: "1"}),
        subscriber(server.socket_url, token=token) as early,
        subscriber(server.socket_url, token=token) as late,
    ):
        run = start_run(outages=domino[:1], user=planner)
        early.subscribe(QUERY, run=str(run.pk))
        waiting = news(early)
        assert (waiting["runId"], waiting["wave"]) == (str(run.pk), None)
        gates.open(0)
        while (first := news(early))["wave"] is None:
            assert first["status"] in {"QUEUED", "RUNNING"}
        # Wave 1 is not computed yet, and the run has no result.
        assert (first["status"], first["wave"]["number"], first["wave"]["trippedCount"]) == ("RUNNING", 0, 0)
        assert CascadeRun.objects.get().total_shed_mw is None
        gates.open(1)
        second = news(early)["wave"]
        assert (second["number"], second["trippedCount"], second["shedMw"]) == (1, 1, near(0.0))
        late.subscribe(QUERY, run=str(run.pk))
        assert [news(late)["wave"]["number"] for _ in range(2)] == [0, 1]
        assert CascadeRun.objects.get().total_shed_mw is None
        gates.open(2)
        (third,), ended = waves_to_the_end(early)
        assert waves_to_the_end(late) == ([third], ended)

    assert third == {
        "number": 2,
        "trippedCount": 1,
        "shedMw": near(120.0),
        "cumulativeShedMw": near(120.0),
        "servedMw": near(0.0),
        "islandsAlive": 0,
        "islandsDead": 2,
        "deadBusCount": 2,
    }
    assert ended == {"runId": str(run.pk), "status": "SUCCEEDED", "errorMessage": None, "wave": None}
    stored = CascadeRun.objects.get()
    assert (stored.total_shed_mw, stored.progress) == (near(120.0), [])


def test_whoever_joins_after_the_end_gets_every_wave_once(
    server: WebServer, token: str, planner: User, domino: tuple[str, ...]
) -> None:
    run = start_run(outages=domino[:1], user=planner)
    run_job(run.job_id)
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(QUERY, run=str(run.pk))
        waves, ended = waves_to_the_end(socket)

    assert [(wave["number"], wave["cumulativeShedMw"]) for wave in waves] == [
        (0, near(0.0)),
        (1, near(0.0)),
        (2, near(120.0)),
    ]
    assert ended["status"] == "SUCCEEDED"


def test_a_run_that_fails_says_why(server: WebServer, token: str, planner: User) -> None:
    run = make_run(owner=planner)
    type(run.job).objects.filter(pk=run.job_id).update(status="FAILED", error_message="No room.")
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(QUERY, run=str(run.pk))
        waves, ended = waves_to_the_end(socket)

    assert (waves, ended["status"], ended["errorMessage"]) == ([], "FAILED", "No room.")


def test_runs_of_others_need_the_permission(
    server: WebServer, make_user: Callable[..., User], viewer: User
) -> None:
    owner, stranger = make_user(username="olga"), make_user(username="nils")
    run = make_finished_run(owner=owner)
    for user, sees in ((owner, True), (viewer, True), (stranger, False)):
        with subscriber(server.socket_url, token=token_of(user)) as socket:
            socket.subscribe(QUERY, run=str(run.pk))
            if sees:
                assert len(waves_to_the_end(socket)[0]) == 2
            else:
                assert code(socket) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("run_id", "expected"), [("0", "NOT_FOUND"), ("x", "BAD_INPUT"), ("-1", "BAD_INPUT")]
)
def test_a_run_that_is_none_is_refused(server: WebServer, token: str, run_id: str, expected: str) -> None:
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(QUERY, run=run_id)
        assert code(socket) == expected
