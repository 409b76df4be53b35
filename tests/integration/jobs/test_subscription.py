"""``jobUpdates`` over a real websocket to the real web server."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from flux_site.api.models import ApiToken
from flux_site.api.tokens import issue
from flux_site.jobs import services
from flux_site.jobs.models import Job
from flux_site.jobs.notify import publish
from tests.factories.jobs import make_job
from tests.servers.job_kinds import COUNT
from tests.servers.subscriptions import subscriber
from tests.servers.web import WebServer, web_server

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

ONE = "subscription ($id: ID) { jobUpdates(jobId: $id) { jobId status progressFrac step owner } }"
ALL = "subscription { jobUpdates { jobId status } }"


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[WebServer]:
    """Return the web server of this module."""
    with django_db_blocker.unblock(), web_server() as running:
        yield running


@pytest.fixture
def token(operator: User) -> str:
    """Return a token of the operator."""
    return issue(user=operator, name="test", expires_in_days=1)[1]


def change(job: Job, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**fields)
    publish(job.pk)


def payload(message: dict[str, Any]) -> dict[str, Any]:
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    return message["payload"]["data"]["jobUpdates"]


def codes(message: dict[str, Any]) -> list[str]:
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    return [error["extensions"]["code"] for error in errors]


def test_the_current_state_comes_first_then_each_change_until_the_end(
    server: WebServer, token: str, operator: User
) -> None:
    job = make_job(kind=COUNT, owner=operator, step="Waiting")
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(ONE, id=str(job.pk))

        first = payload(socket.receive())
        change(job, status="RUNNING", progress_frac=0.5, step="Half")
        second = payload(socket.receive())
        change(job, status="SUCCEEDED", progress_frac=1.0, finished_at=timezone.now())
        third = payload(socket.receive())
        last = socket.receive()

    key = str(job.pk)
    assert first == {
        "jobId": key,
        "status": "QUEUED",
        "progressFrac": 0.0,
        "step": "Waiting",
        "owner": "omar",
    }
    assert second == {"jobId": key, "status": "RUNNING", "progressFrac": 0.5, "step": "Half", "owner": "omar"}
    assert (third["status"], third["progressFrac"]) == ("SUCCEEDED", 1.0)
    assert last == {"type": "complete", "id": "1"}


def test_a_finished_job_is_told_once(server: WebServer, token: str) -> None:
    job = make_job(status="FAILED")
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(ONE, id=str(job.pk))

        assert payload(socket.receive())["status"] == "FAILED"
        assert socket.receive() == {"type": "complete", "id": "1"}


def test_a_job_carried_out_elsewhere_is_followed_to_its_end(server: WebServer, token: str) -> None:
    job = make_job(kind=COUNT, inputs={"steps": 3})
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(ONE, id=str(job.pk))
        assert payload(socket.receive())["status"] == "QUEUED"

        services.run_job(job.pk)
        seen = []
        while (message := socket.receive())["type"] != "complete":
            seen.append(payload(message)["status"])

    assert seen[-1] == "SUCCEEDED"
    assert set(seen) <= {"RUNNING", "SUCCEEDED"}


def test_many_changes_are_told_at_most_five_times_a_second(server: WebServer, token: str) -> None:
    job = make_job(kind=COUNT, status="RUNNING")
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(ONE, id=str(job.pk))
        payload(socket.receive())
        began = time.monotonic()
        for step in range(50):
            change(job, progress_frac=step / 100)
            time.sleep(0.01)
        change(job, status="SUCCEEDED", progress_frac=1.0)
        received = []
        while (message := socket.receive())["type"] != "complete":
            received.append(payload(message)["progressFrac"])
        took = time.monotonic() - began

    assert received[-1] == 1.0
    assert 2 <= len(received) <= took / 0.2 + 2


def test_without_an_id_every_unfinished_job_comes_and_every_change(server: WebServer, token: str) -> None:
    waiting, running = make_job(), make_job(status="RUNNING")
    make_job(status="SUCCEEDED")
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(ALL)
        now = {
            message["jobId"]: message["status"] for message in (payload(socket.receive()) for _ in range(2))
        }
        fresh = make_job()
        publish(fresh.pk)
        created = payload(socket.receive())
        change(running, status="SUCCEEDED")
        finished = payload(socket.receive())

    assert now == {str(waiting.pk): "QUEUED", str(running.pk): "RUNNING"}
    assert created == {"jobId": str(fresh.pk), "status": "QUEUED"}
    assert finished == {"jobId": str(running.pk), "status": "SUCCEEDED"}


def test_a_socket_that_is_idle_for_longer_than_six_seconds_stays_open(server: WebServer, token: str) -> None:
    job = make_job()
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(ONE, id=str(job.pk))
        payload(socket.receive())

        with pytest.raises(TimeoutError):
            socket.receive(timeout_s=6.5)
        change(job, status="CANCELLED")

        assert payload(socket.receive())["status"] == "CANCELLED"
        assert socket.receive()["type"] == "complete"


def test_queries_and_mutations_work_over_the_socket_too(
    server: WebServer, token: str, operator: User
) -> None:
    job = make_job(owner=operator)
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(
            "{ viewer { username } jobs { totalCount edges { node { jobId owner } } } }", key="q"
        )
        answer = socket.receive()
        assert answer["payload"]["data"] == {
            "viewer": {"username": "omar"},
            "jobs": {"totalCount": 1, "edges": [{"node": {"jobId": str(job.pk), "owner": "omar"}}]},
        }
        assert socket.receive() == {"type": "complete", "id": "q"}

        socket.subscribe(
            "mutation ($id: ID!) { cancelJob(input: {jobId: $id}) { ... on Job { status } } }",
            key="m",
            id=str(job.pk),
        )
        assert socket.receive()["payload"]["data"] == {"cancelJob": {"status": "CANCELLED"}}


def test_lists_lookups_and_entities_work_over_the_socket(server: WebServer, token: str, synced: None) -> None:
    from tests.factories.grid import make_circuit

    circuit = make_circuit(id="CKT-1", name="North")
    query = """{ circuits { edges { node { name substation { name } } } } circuit(assetId: "CKT-1") { name }
        kpis { key } _service { sdl } _entities(representations: [{__typename: "Circuit", assetId: "CKT-1"}])
        { ... on Circuit { name substation { name } } } }"""
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(query)
        data = socket.receive()["payload"]["data"]

    both = {"name": "North", "substation": {"name": circuit.substation.name}}
    assert data["circuits"]["edges"] == [{"node": both}]
    assert data["circuit"] == {"name": "North"}
    assert data["_entities"] == [both]
    assert len(data["kpis"]) == 18
    assert "@key" in data["_service"]["sdl"]


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ jobs(first: 251) { edges { node { jobId } } } }", {}, "LIMIT_EXCEEDED"),
        ("query ($n: Int) { jobs(first: $n) { edges { node { jobId } } } }", {"n": 251}, "LIMIT_EXCEEDED"),
        ("subscription { jobUpdates { noSuchField } }", {}, "BAD_INPUT"),
        ("subscription { kpiUpdates { " + "__typename " * 40 + "} }", {}, "LIMIT_EXCEEDED"),
    ],
    ids=["limit", "limit by a variable", "validation", "limit of a shared one"],
)
def test_what_is_refused_says_so_over_the_socket(
    server: WebServer, token: str, query: str, variables: dict[str, Any], code: str
) -> None:
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(query, **variables)

        message = socket.receive()
        assert (message["type"], codes(message)) == ("error", [code])


def test_what_is_no_graphql_closes_the_socket(server: WebServer, token: str) -> None:
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe("{ jobs {")

        with pytest.raises(ConnectionClosedError, match="4400"):
            socket.receive()


@pytest.mark.parametrize(
    ("job_id", "code"),
    [("nonsense", "BAD_INPUT"), ("00000000-0000-0000-0000-000000000000", "NOT_FOUND")],
)
def test_a_job_that_is_not_there_is_an_error(server: WebServer, token: str, job_id: str, code: str) -> None:
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe(ONE, id=job_id)

        assert codes(socket.receive()) == [code]


def test_the_job_of_another_is_not_found(server: WebServer, viewer: User, operator: User) -> None:
    job = make_job(owner=operator)
    _, secret = issue(user=viewer, name="test", expires_in_days=1)
    with subscriber(server.socket_url, token=secret) as socket:
        socket.subscribe(ONE, id=str(job.pk))

        assert codes(socket.receive()) == ["NOT_FOUND"]


def test_the_changes_of_anothers_jobs_are_not_told(server: WebServer, viewer: User, operator: User) -> None:
    other, own = make_job(owner=operator), make_job(owner=viewer)
    _, secret = issue(user=viewer, name="test", expires_in_days=1)
    with subscriber(server.socket_url, token=secret) as socket:
        socket.subscribe(ALL)
        assert payload(socket.receive())["jobId"] == str(own.pk)
        change(other, status="RUNNING")
        time.sleep(0.3)
        change(own, status="RUNNING")

        assert payload(socket.receive()) == {"jobId": str(own.pk), "status": "RUNNING"}


def test_an_anonymous_socket_from_our_own_page_may_ask_nothing(server: WebServer) -> None:
    job = make_job()
    origin = f"http://127.0.0.1:{server.port}"
    with subscriber(server.socket_url, origin=origin) as socket:
        socket.subscribe(ONE, id=str(job.pk))
        assert codes(socket.receive()) == ["UNAUTHENTICATED"]

        socket.subscribe("{ viewer { username } }", key="2")
        assert codes(socket.receive()) == ["UNAUTHENTICATED"]


def test_a_session_opens_a_socket_from_our_own_pages_only(server: WebServer, operator: User) -> None:
    client = Client()
    client.force_login(operator)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    with subscriber(server.socket_url, cookie=cookie, origin=f"http://127.0.0.1:{server.port}") as socket:
        socket.subscribe("{ viewer { username } }")
        assert socket.receive()["payload"]["data"] == {"viewer": {"username": "omar"}}

    for origin in ("https://elsewhere.example", None):
        with (
            pytest.raises(InvalidStatus) as refused,
            subscriber(server.socket_url, cookie=cookie, origin=origin),
        ):
            pass
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("kind", ["unknown", "expired", "revoked"])
def test_a_bad_token_opens_no_socket(server: WebServer, operator: User, token: str, kind: str) -> None:
    if kind == "unknown":
        token = "flux_wrong"
    elif kind == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        ApiToken.objects.update(revoked_at=timezone.now())

    with pytest.raises(InvalidStatus) as refused, subscriber(server.socket_url, token=token):
        pass

    assert refused.value.response.status_code == 403
