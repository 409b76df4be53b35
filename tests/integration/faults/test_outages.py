"""The web server while PostgreSQL, Redis or the warehouse is away, and after it is back."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from flux_site.api.tokens import issue
from flux_site.jobs.models import Job
from tests.conftest import PASSWORD
from tests.factories.grid import make_substation, make_transformer
from tests.factories.jobs import make_job
from tests.servers.environment import database_url, redis_url
from tests.servers.proxy import TcpProxy
from tests.servers.subscriptions import subscriber
from tests.servers.web import Answer, WebServer, web_server

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

COUNT = "{ substations { totalCount } }"
HEALTH = "{ health { status services { name isUp } } }"
START = """mutation { startSync(input: {layers: ["substations"]}) { __typename
    ... on Job { jobId } ... on OperationInfo { code message } } }"""


@pytest.fixture(scope="module")
def postgres_door(django_db_setup: None, django_db_blocker: Any) -> Iterator[TcpProxy]:
    """Return the proxy through which the server reaches PostgreSQL."""
    proxy = TcpProxy(int(connection.settings_dict["PORT"]))
    yield proxy
    proxy.cut()


@pytest.fixture(scope="module")
def redis_door() -> Iterator[TcpProxy]:
    """Return the proxy through which the server reaches Redis."""
    proxy = TcpProxy(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    yield proxy
    proxy.cut()


@pytest.fixture(scope="module")
def running_server(
    postgres_door: TcpProxy, redis_door: TcpProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebServer]:
    """Return the web server of this module; its warehouse is an empty folder that does not exist."""
    with web_server(
        FLUX_TEST_DATABASE_PATIENCE_S="2",
        FLUX_DATABASE_URL=database_url(port=postgres_door.port),
        FLUX_REDIS_URL=redis_url(port=redis_door.port),
        FLUX_WAREHOUSE_URL=f"embedded://{tmp_path_factory.mktemp('none')}/warehouse",
    ) as server:
        yield server


@pytest.fixture
def server(running_server: WebServer, synced: None) -> Iterator[WebServer]:
    """Return the web server; it must live before and after each test."""
    assert running_server.process.is_running
    yield running_server
    assert running_server.process.is_running


@pytest.fixture
def token(operator: User) -> str:
    """Return a token of the operator."""
    return issue(user=operator, name="test", expires_in_days=1)[1]


@pytest.fixture
def without_postgres(server: WebServer, token: str, postgres_door: TcpProxy) -> Iterator[TcpProxy]:
    """Cut PostgreSQL off once the server has worked with it."""
    make_substation()
    assert server.graphql(COUNT, token=token).body["data"] == {"substations": {"totalCount": 1}}
    postgres_door.cut()
    yield postgres_door
    if postgres_door.is_cut:
        postgres_door.restore()


@pytest.fixture
def without_redis(server: WebServer, redis_door: TcpProxy) -> Iterator[TcpProxy]:
    """Cut Redis off."""
    redis_door.cut()
    yield redis_door
    if redis_door.is_cut:
        redis_door.restore()


def within(seconds: float, ask: Callable[[], Answer], is_good: Callable[[Answer], bool]) -> Answer:
    """Ask until the answer is good; fail with the last one after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_good(answer := ask()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)
    return answer


def is_database_fault(answer: Answer) -> bool:
    error = answer.body["errors"][0]
    return (
        answer.status == 503
        and answer.headers["retry-after"] == "5"
        and error["extensions"]["code"] == "DATABASE_UNAVAILABLE"
        and "PostgreSQL" in error["message"]
    )


def test_without_postgresql_every_request_says_so_and_the_server_recovers(
    server: WebServer, token: str, without_postgres: TcpProxy
) -> None:
    assert is_database_fault(server.graphql(COUNT, token=token))
    assert is_database_fault(server.ask("/columns/substations", headers={"Authorization": f"Bearer {token}"}))

    without_postgres.restore()

    answer = within(15.0, lambda: server.graphql(COUNT, token=token), lambda answer: answer.status == 200)
    assert answer.body["data"] == {"substations": {"totalCount": 1}}
    for _ in range(10):
        assert server.graphql(COUNT, token=token).status == 200


def test_a_session_too_is_told_that_postgresql_is_away(
    server: WebServer, operator: User, without_postgres: TcpProxy
) -> None:
    headers = session_headers(operator)

    assert is_database_fault(server.ask("/graphql", body={"query": COUNT}, headers=headers))
    assert is_database_fault(server.ask("/columns/substations", headers=headers))

    without_postgres.restore()
    answer = within(
        15.0,
        lambda: server.ask("/graphql", body={"query": COUNT}, headers=headers),
        lambda answer: answer.status == 200,
    )
    assert answer.body["data"] == {"substations": {"totalCount": 1}}


def session_headers(user: User) -> dict[str, str]:
    """Return the headers of a browser that is logged in."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    token = "t" * 32
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}", "X-CSRFToken": token}


def test_without_postgresql_the_health_is_down_and_the_page_still_comes(
    server: WebServer, token: str, without_postgres: TcpProxy
) -> None:
    probe = server.ask("/healthz")
    assert (probe.status, probe.body["status"]) == (503, "DOWN")
    assert (probe.body["services"]["postgis"], probe.body["services"]["redis"]) == (False, True)

    headers = {"Cookie": f"csrftoken={'t' * 32}", "X-CSRFToken": "t" * 32}
    health = server.ask("/graphql", body={"query": HEALTH}, headers=headers)
    assert (health.status, health.body["data"]["health"]["status"]) == (200, "DOWN")

    page = server.ask("/")
    assert page.status == 200 or b"front end is not built" in page.body

    without_postgres.restore()
    probe = within(15.0, lambda: server.ask("/healthz"), lambda answer: answer.status == 200)
    assert probe.body["services"]["postgis"] is True


def test_connections_that_postgresql_ended_are_replaced_unnoticed(server: WebServer, token: str) -> None:
    for _ in range(3):
        with ThreadPoolExecutor(6) as many:  # so that several connections wait in the server's pool
            answers = list(many.map(lambda _: server.graphql(COUNT, token=token), range(6)))
        assert {answer.status for answer in answers} == {200}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] > 0

        answer = server.graphql(COUNT, token=token)
        assert answer.body.get("data") == {"substations": {"totalCount": 0}}, answer


def test_without_redis_questions_are_answered_and_the_queue_is_named(
    server: WebServer, token: str, without_redis: TcpProxy
) -> None:
    make_substation()
    began = time.monotonic()

    assert server.graphql(COUNT, token=token).body["data"] == {"substations": {"totalCount": 1}}
    answer = server.graphql(START, token=token).body["data"]["startSync"]

    assert time.monotonic() - began < 8.0
    assert (answer["__typename"], answer["code"]) == ("OperationInfo", "QUEUE_UNAVAILABLE")
    assert "Redis" in answer["message"]
    job = Job.objects.get()
    assert (job.status, job.error_code) == ("FAILED", "QUEUE_UNAVAILABLE")
    probe = server.ask("/healthz")
    assert (probe.status, probe.body["status"], probe.body["services"]["redis"]) == (200, "DEGRADED", False)

    without_redis.restore()
    again = server.graphql(START, token=token).body["data"]["startSync"]
    assert again["__typename"] == "Job"
    assert Job.objects.get(pk=again["jobId"]).status == "QUEUED"


def test_without_redis_one_can_still_log_in(
    server: WebServer, operator: User, without_redis: TcpProxy
) -> None:
    query = """mutation ($u: String!, $p: String!) { login(input: {username: $u, password: $p}) {
        ... on Viewer { username } ... on OperationInfo { code } } }"""
    headers = {"Cookie": f"csrftoken={'t' * 32}", "X-CSRFToken": "t" * 32}

    def log_in(password: str) -> Answer:
        variables = {"u": "omar", "p": password}
        return server.ask("/graphql", body={"query": query, "variables": variables}, headers=headers)

    assert log_in("wrong").body["data"]["login"] == {"code": "UNAUTHENTICATED"}
    answer = log_in(PASSWORD)
    assert answer.body["data"]["login"] == {"username": "omar"}
    assert settings.SESSION_COOKIE_NAME in answer.headers["set-cookie"]


def test_without_redis_a_subscription_begins_with_the_state_and_follows_when_it_is_back(
    server: WebServer, token: str, redis_door: TcpProxy
) -> None:
    query = "subscription ($id: ID) { jobUpdates(jobId: $id) { status } }"
    job = make_job()
    redis_door.cut()
    try:
        with subscriber(server.socket_url, token=token) as socket:
            socket.subscribe(query, id=str(job.pk))
            assert socket.receive()["payload"]["data"] == {"jobUpdates": {"status": "QUEUED"}}
            Job.objects.update(status="SUCCEEDED")
            redis_door.restore()
            assert socket.receive()["payload"]["data"] == {"jobUpdates": {"status": "SUCCEEDED"}}
    finally:
        redis_door.cut()
        redis_door.restore()


def test_a_subscription_that_loses_redis_goes_on_when_it_is_back(
    server: WebServer, token: str, redis_door: TcpProxy
) -> None:
    from flux_site.jobs.notify import publish

    job = make_job()
    with subscriber(server.socket_url, token=token) as socket:
        socket.subscribe("subscription ($id: ID) { jobUpdates(jobId: $id) { status } }", id=str(job.pk))
        assert socket.receive()["payload"]["data"] == {"jobUpdates": {"status": "QUEUED"}}
        redis_door.cut()
        time.sleep(0.5)
        redis_door.restore()
        Job.objects.update(status="SUCCEEDED")

        deadline = time.monotonic() + 20.0
        while time.monotonic() < deadline:
            publish(job.pk)
            try:
                message = socket.receive(timeout_s=1.0)
            except TimeoutError:
                continue
            break

    assert message["payload"]["data"] == {"jobUpdates": {"status": "SUCCEEDED"}}


def test_without_a_warehouse_its_questions_fail_and_all_others_are_answered(
    server: WebServer, token: str
) -> None:
    transformer = make_transformer()
    query = "query ($id: String!) { transformerLoad(assetId: $id) { at } }"

    for _ in range(5):
        answer = server.graphql(query, token=token, id=transformer.pk)
        assert answer.status == 200
        (error,) = answer.body["errors"]
        assert error["extensions"]["code"] == "WAREHOUSE_UNAVAILABLE"
        assert error["message"].startswith("The warehouse cannot answer")
    assert server.graphql("{ transformers { totalCount } }", token=token).body["data"] == {
        "transformers": {"totalCount": 1}
    }
    assert server.graphql("{ mapLayers { key } kpis { key value } }", token=token).status == 200
    health = server.ask("/healthz")
    assert (health.status, health.body["services"]["warehouse"]) == (200, False)
