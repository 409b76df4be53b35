"""Which store answers while one is away, slow, hanging or failing; and that the first choice comes back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from flux_site.api.tokens import issue
from grid.federation.breakers import FAILURES_TO_OPEN, RESET_AFTER_S
from grid.federation.results import CHECKED_FOR_S
from grid.layers import LAYERS
from grid.services.sync import run_layer
from grid.warehouse import open_warehouse
from tests.integration.faults.test_outages import session_headers, within
from tests.servers.environment import database_url, redis_url
from tests.servers.proxy import TcpProxy
from tests.servers.web import Answer, WebServer, web_server

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

SYNCED = ("zones", "substations", "circuits")
LIST = """query ($after: String) { substations(first: 2, after: $after, filters: {loadMw: {gte: -10}},
    ordering: [{maxKv: DESC}]) { totalCount pageInfo { endCursor } edges { cursor node { assetId name lon
    loadMw zone { name } circuits(first: 2) { totalCount edges { node { assetId name } } } } } } }"""
METERS = "{ meters(first: 1) { totalCount edges { node { assetId } } } }"
PEAKS = "{ topLoadedTransformers(first: 2) { assetId peakLoadKva } }"
START = """mutation { startSync(input: {layers: ["substations"]}) { __typename } }"""
VIEWER = "{ viewer { username roles zoneIds } }"
PATIENT_S = 2.0  # of the tests' pool and of the look-up of the user


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running server, and the doors to the three services it stands on."""

    server: WebServer
    postgres: TcpProxy
    redis: TcpProxy
    stop_warehouse: Callable[[], None]
    start_warehouse: Callable[[], None]
    warehouse_url: str


@pytest.fixture(scope="module", params=["embedded", pytest.param("snowflake", marks=pytest.mark.slow)])
def running_site(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """Return a server whose warehouse holds the varied grid."""
    postgres = TcpProxy(int(connection.settings_dict["PORT"]))
    redis = TcpProxy(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
    if request.param == "embedded":
        folder = tmp_path_factory.mktemp("site") / "warehouse"
        shutil.copytree(request.getfixturevalue("varied_folder"), folder)
        away = folder.with_name("away")
        url = open_url = f"embedded://{folder}?memory_limit=512MB&threads=1"

        def stop() -> None:
            folder.rename(away)

        def start() -> None:
            away.rename(folder)

    else:
        open_url = request.getfixturevalue("snowflake_url")
        port = int(open_url.partition("&port=")[2].partition("&")[0])
        door = TcpProxy(port)
        url = open_url.replace(f"&port={port}", f"&port={door.port}")
        stop, start = door.cut, door.restore
    with web_server(
        FLUX_TEST_DATABASE_PATIENCE_S="2",
        FLUX_DATABASE_URL=database_url(port=postgres.port),
        FLUX_REDIS_URL=redis_url(port=redis.port),
        FLUX_WAREHOUSE_URL=url,
    ) as server:
        yield Site(
            server=server,
            postgres=postgres,
            redis=redis,
            stop_warehouse=stop,
            start_warehouse=start,
            warehouse_url=open_url,
        )
    postgres.cut()
    redis.cut()


@pytest.fixture
def site(running_site: Site, operator: User) -> Iterator[Site]:
    """Return the site with some layers synced; both stores are well again afterwards."""
    warehouse = open_warehouse(running_site.warehouse_url)
    for key in SYNCED:
        run_layer(layer=LAYERS[key], warehouse=warehouse)
    warehouse.close()
    token = issue(user=operator, name="probe", expires_in_days=1)[1]
    within(3 * RESET_AFTER_S, lambda: running_site.server.graphql(LIST, token=token), is_from("postgis"))
    yield running_site
    assert running_site.server.process.is_running


@pytest.fixture
def token(operator: User) -> str:
    """Return a token of the operator."""
    return issue(user=operator, name="test", expires_in_days=1)[1]


def uses(answer: Answer) -> list[dict[str, Any]]:
    return list(answer.body.get("extensions", {}).get("backends", []))


def is_from(backend: str) -> Callable[[Answer], bool]:
    return lambda answer: [use["backend"] for use in uses(answer)] == [backend]


def is_stale(answer: Answer) -> bool:
    return bool(uses(answer)) and bool(uses(answer)[0]["isStale"])


def code(answer: Answer) -> str:
    return str(answer.body["errors"][0]["extensions"]["code"])


def timed(ask: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.monotonic()
    answer = ask()
    return answer, time.monotonic() - began


def test_postgresql_goes_the_warehouse_answers_alike_and_postgresql_comes_back(
    site: Site, token: str, operator: User
) -> None:
    def ask(**variables: Any) -> Answer:
        return site.server.graphql(LIST, token=token, **variables)

    headers = session_headers(operator)
    cached = ask()
    (use,) = uses(cached)
    assert (use["field"], use["backend"], use["fallbackReason"]) == ("substations", "postgis", None)
    assert (0 <= use["ageS"] < 60, use["isStale"]) == (True, False)
    second = ask(after=cached.body["data"]["substations"]["pageInfo"]["endCursor"])
    by_session = site.server.ask("/graphql", body={"query": VIEWER}, headers=headers)

    site.postgres.cut()
    try:
        served, first_s = timed(ask)
        assert (served.status, served.body["data"]) == (200, cached.body["data"])
        (use,) = uses(served)
        assert (use["backend"], use["ageS"], use["isStale"]) == ("warehouse", None, False)
        assert "PostGIS" in use["fallbackReason"]
        assert first_s < 20.0
        for _ in range(FAILURES_TO_OPEN):
            assert ask().status == 200
        quick, quick_s = timed(lambda: ask(after=cached.body["data"]["substations"]["pageInfo"]["endCursor"]))
        assert quick.body["data"] == second.body["data"]
        assert quick_s < PATIENT_S
        same = site.server.ask("/graphql", body={"query": VIEWER}, headers=headers)
        assert (
            same.body["data"]
            == by_session.body["data"]
            == {"viewer": {"username": "omar", "roles": ["operator"], "zoneIds": []}}
        )
        refused = site.server.graphql(START, token=token)
        assert (refused.status, code(refused)) == (503, "DATABASE_UNAVAILABLE")
        assert site.server.graphql(LIST, token="flux_unknown").status == 503
    finally:
        site.postgres.restore()

    back = within(RESET_AFTER_S + PATIENT_S + 3.0, ask, is_from("postgis"))
    assert back.body["data"] == cached.body["data"]


def test_a_postgresql_that_hangs_is_given_up_and_then_left_alone(site: Site, token: str) -> None:
    def ask() -> Answer:
        return site.server.graphql(LIST, token=token)

    cached = ask()

    site.postgres.hang()
    try:
        durations_s = []
        for _ in range(FAILURES_TO_OPEN + 1):
            answer, took_s = timed(ask)
            assert answer.body["data"] == cached.body["data"]
            assert is_from("warehouse")(answer)
            durations_s.append(took_s)
        assert max(durations_s) < 2 * PATIENT_S + 3.0, durations_s
        assert durations_s[-1] < PATIENT_S, durations_s
        health, took_s = timed(lambda: site.server.ask("/healthz"))
        assert (health.status, health.body["services"]["postgis"]) == (503, False)
        assert took_s < 8.0
    finally:
        site.postgres.resume()

    assert within(RESET_AFTER_S + PATIENT_S + 5.0, ask, is_from("postgis")).status == 200


def test_a_postgresql_that_is_slow_is_waited_for_so_long_and_no_longer(site: Site, token: str) -> None:
    def ask() -> Answer:
        return site.server.graphql(LIST, token=token)

    cached = ask()
    try:
        site.postgres.delay_s = 0.05
        slow = ask()
        assert slow.body["data"] == cached.body["data"]
        assert is_from("postgis")(slow)
        assert uses(slow)[0]["ms"] > 50

        site.postgres.delay_s = 2.5
        too_slow, took_s = timed(ask)
        assert too_slow.body["data"] == cached.body["data"]
        assert is_from("warehouse")(too_slow)
        assert took_s < 10.0
    finally:
        site.postgres.delay_s = 0.0

    assert within(RESET_AFTER_S + PATIENT_S + 5.0, ask, is_from("postgis")).status == 200


def test_an_error_that_postgresql_returns_sends_the_question_to_the_warehouse(site: Site, token: str) -> None:
    cached = site.server.graphql(LIST, token=token)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE grid_circuit RENAME TO grid_circuit_gone")
    try:
        served = site.server.graphql(LIST, token=token)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE grid_circuit_gone RENAME TO grid_circuit")

    assert served.body["data"] == cached.body["data"]
    (use,) = uses(served)
    assert (use["backend"], use["fallbackReason"]) == ("warehouse", "PostGIS failed: ProgrammingError")
    assert is_from("postgis")(site.server.graphql(LIST, token=token))


def test_a_layer_never_synced_is_answered_by_the_warehouse(site: Site, token: str) -> None:
    answer = site.server.graphql(METERS, token=token)

    assert answer.body["data"]["meters"]["totalCount"] == 36
    (use,) = uses(answer)
    assert (use["backend"], use["fallbackReason"]) == ("warehouse", "never synced: meters")


def test_the_warehouse_goes_its_last_answers_stay_and_it_comes_back(site: Site, token: str) -> None:
    def ask() -> Answer:
        return site.server.graphql(PEAKS, token=token)

    fresh = within(3 * RESET_AFTER_S, ask, lambda answer: "errors" not in answer.body)
    assert len(fresh.body["data"]["topLoadedTransformers"]) == 2
    kept = ask()
    assert (uses(kept)[0]["backend"], uses(kept)[0]["isStale"]) == ("result-cache", False)

    site.stop_warehouse()
    try:
        within(CHECKED_FOR_S + 10.0, ask, is_stale)  # a version looked up on Snowflake holds for a moment
        for _ in range(FAILURES_TO_OPEN + 1):
            last, took_s = timed(ask)
            (use,) = uses(last)
            assert last.body["data"] == fresh.body["data"]
            assert (use["backend"], use["isStale"]) == ("result-cache", True)
            assert (use["ageS"] >= 0, "warehouse failed" in use["fallbackReason"]) == (True, True)
        assert took_s < 1.0
        assert is_from("postgis")(site.server.graphql(LIST, token=token))
        never = site.server.graphql(METERS, token=token)
        assert code(never) == "NEVER_SYNCED"
        unasked = site.server.graphql("{ topLoadedTransformers(first: 7) { assetId } }", token=token)
        assert (unasked.status, code(unasked)) == (200, "WAREHOUSE_UNAVAILABLE")
    finally:
        site.start_warehouse()

    back = within(
        RESET_AFTER_S + 5.0, ask, lambda answer: bool(uses(answer)) and not uses(answer)[0]["isStale"]
    )
    assert back.body["data"] == fresh.body["data"]


def test_without_both_stores_the_error_names_both_and_last_answers_stay(site: Site, token: str) -> None:
    fresh = within(
        3 * RESET_AFTER_S,
        lambda: site.server.graphql(PEAKS, token=token),
        lambda answer: "errors" not in answer.body,
    )
    site.postgres.cut()
    site.stop_warehouse()
    try:
        neither = site.server.graphql(LIST, token=token)
        assert (neither.status, code(neither)) == (503, "DATABASE_UNAVAILABLE")
        assert "Neither PostgreSQL nor the warehouse" in neither.body["errors"][0]["message"]
        last = within(CHECKED_FOR_S + 10.0, lambda: site.server.graphql(PEAKS, token=token), is_stale)
        assert last.body["data"] == fresh.body["data"]
        assert (uses(last)[0]["backend"], uses(last)[0]["isStale"]) == ("result-cache", True)
    finally:
        site.start_warehouse()
        site.postgres.restore()

    back = within(
        RESET_AFTER_S + PATIENT_S + 5.0,
        lambda: site.server.graphql(LIST, token=token),
        is_from("postgis"),
    )
    assert back.status == 200


def test_without_postgresql_and_redis_nobody_is_known(site: Site, token: str) -> None:
    assert site.server.graphql(LIST, token=token).status == 200
    site.postgres.cut()
    site.redis.cut()
    try:
        unknown = site.server.graphql(LIST, token=token)
        assert (unknown.status, code(unknown)) == (503, "DATABASE_UNAVAILABLE")
    finally:
        site.redis.restore()
        site.postgres.restore()
    assert within(
        RESET_AFTER_S + PATIENT_S + 5.0,
        lambda: site.server.graphql(LIST, token=token),
        is_from("postgis"),
    )
