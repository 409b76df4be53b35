"""A request that comes again is answered as the ordinary way would answer it at that moment."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from flux_site import repeats
from flux_site.api.models import ApiToken
from flux_site.api.tokens import issue
from grid import models
from grid.schema.fast import repeated
from tests.factories import grid as factories

pytestmark = pytest.mark.django_db(transaction=True)

LIST = """{ transformers(first: 3, ordering: [{ratedKva: DESC}]) { edges { cursor node { id assetId lat
    ratedKva circuit { name substation { name } } } } pageInfo { hasNextPage } totalCount } }"""
TWO = """{ circuits { edges { node { name transformers(first: 1) { edges { node { assetId } } } } } }
    other: substations(first: 2) { totalCount edges { node { name loadMw } } } }"""
ROLE = "viewer of the test"
NOBODY = '{ transformers(filters: {assetId: {exact: "?"}}) { edges { node { name } } } }'


class Site:
    """The site as a WSGI server calls it, counting what comes through to Django."""

    def __init__(self) -> None:
        self.ordinary = WSGIHandler()
        self.passed_on = 0
        self.application = repeats.Repeats(self._django)

    def _django(self, environ: dict[str, Any], start: Any) -> Any:
        self.passed_on += 1
        return self.ordinary(environ, start)

    def ask(self, query: str, headers: dict[str, str], **more: Any) -> tuple[str, dict[str, str], bytes]:
        """Return the status, headers and body of an answer."""
        return self._asked(self.application, query, headers, more)

    def ask_ordinary(self, query: str, headers: dict[str, str], **more: Any) -> Any:
        """Return the same from Django itself."""
        return self._asked(self.ordinary, query, headers, more)

    def _asked(self, application: Any, query: str, headers: dict[str, str], more: dict[str, Any]) -> Any:
        body = json.dumps({"query": query, **more}).encode()
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/graphql",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "HTTP_HOST": "testserver",
            **headers,
        }
        started: list[Any] = []
        answer = application(environ, lambda *given: started.extend(given))
        content = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        return started[0], dict(started[1]), content

    @contextmanager
    def passing_on(self, count: int) -> Iterator[None]:
        """Check how many requests of the block come through to Django."""
        before = self.passed_on
        yield
        assert self.passed_on - before == count


@pytest.fixture
def site(own_stores: None) -> Site:
    return Site()


@pytest.fixture
def zones(synced: None) -> list[models.Zone]:
    """Create the rows of two zones; return the zones."""
    found = [factories.make_zone() for _ in range(2)]
    for zone in found * 2:
        circuit = factories.make_circuit(substation=factories.make_substation(zone=zone))
        for _ in range(2):
            factories.make_transformer(circuit=circuit)
    return found


@pytest.fixture
def asker(make_user: Callable[..., User], zones: list[models.Zone]) -> Iterator[User]:
    """Return a user limited to the first zone, with a role of their own that may see what viewers may."""
    role = Group.objects.create(name=ROLE)
    role.permissions.set(Group.objects.get(name="viewer").permissions.all())
    user = make_user(roles=(ROLE,))
    factories.grant_zone(user=user, zone=zones[0])
    yield user
    Group.objects.filter(name=ROLE).delete()


def by_token(user: User) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {issue(user=user, name='test', expires_in_days=1)[1]}"}


def by_session(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    token = "a" * 32
    return {
        "HTTP_COOKIE": f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}",
        "HTTP_X_CSRFTOKEN": token,
    }


@pytest.fixture(params=[by_token, by_session], ids=["token", "session"])
def headers(request: pytest.FixtureRequest, asker: User) -> dict[str, str]:
    return request.param(asker)


def data_of(answer: tuple[str, dict[str, str], bytes]) -> bytes:
    """Return the data, without the times taken that follow it."""
    assert answer[0] == "200 OK", answer
    return answer[2].rpartition(b',"extensions":{"backends"')[0]


def known(site: Site, query: str, headers: dict[str, str]) -> None:
    """Ask until the question is answered at the door; a token's first use is a change of the token."""
    site.ask(query, headers)
    site.ask(query, headers)
    with site.passing_on(0):
        site.ask(query, headers)


@pytest.mark.parametrize("query", [LIST, TWO, NOBODY], ids=["list", "two", "empty"])
def test_the_answer_is_the_same_to_the_byte_with_the_same_headers(
    site: Site, headers: dict[str, str], query: str
) -> None:
    known(site, query, headers)

    again, ordinary = site.ask(query, headers), site.ask_ordinary(query, headers)

    assert data_of(again) == data_of(ordinary)
    assert {**again[1], "Content-Length": ""} == {**ordinary[1], "Content-Length": ""}
    assert int(again[1]["Content-Length"]) == len(again[2])
    trace, expected = (json.loads(each[2])["extensions"]["backends"] for each in (again, ordinary))
    for each, other in zip(trace, expected, strict=True):
        assert each | {"ms": 0, "ageS": 0} == other | {"ms": 0, "ageS": 0}
        assert each["ageS"] == pytest.approx(other["ageS"], abs=5)


def test_a_row_that_changes_is_answered_as_it_is_now(site: Site, headers: dict[str, str]) -> None:
    known(site, LIST, headers)
    models.Circuit.objects.update(name="Renamed")

    with site.passing_on(0):
        answer = site.ask(LIST, headers)

    assert answer[2].count(b'"name":"Renamed"') == 3
    assert data_of(answer) == data_of(site.ask_ordinary(LIST, headers))


CHANGES: dict[str, Callable[[User], Any]] = {
    "deactivated": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "deleted": lambda user: user.delete(),
    "no role": lambda user: user.groups.clear(),
    "role without permissions": lambda user: Group.objects.get(name=ROLE).permissions.clear(),
    "role deleted": lambda user: Group.objects.get(name=ROLE).delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_rights_that_are_taken_away_count_at_once(
    site: Site, headers: dict[str, str], asker: User, change: Callable[[User], Any]
) -> None:
    known(site, LIST, headers)
    change(asker)

    with site.passing_on(1):
        status, _, content = site.ask(LIST, headers)

    assert status == "401 Unauthorized" or json.loads(content)["data"] is None
    assert b"edges" not in content


def test_a_zone_that_is_granted_or_taken_counts_at_once(
    site: Site, headers: dict[str, str], asker: User, zones: list[models.Zone]
) -> None:
    known(site, LIST, headers)
    assert b'"totalCount":4' in site.ask(LIST, headers)[2]

    factories.grant_zone(user=asker, zone=zones[1])
    assert b'"totalCount":8' in site.ask(LIST, headers)[2]

    asker.zone_grants.filter(zone=zones[0]).update(zone=factories.make_zone())
    assert b'"totalCount":4' in site.ask(LIST, headers)[2]


def test_a_token_that_is_revoked_or_has_expired_is_refused_at_once(site: Site, asker: User) -> None:
    headers = by_token(asker)
    known(site, LIST, headers)
    ApiToken.objects.update(revoked_at=timezone.now())
    assert site.ask(LIST, headers)[0] == "401 Unauthorized"

    headers = by_token(asker)
    known(site, LIST, headers)
    ApiToken.objects.filter(revoked_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert site.ask(LIST, headers)[0] == "401 Unauthorized"


def test_a_session_that_ended_or_lost_its_password_is_refused_at_once(site: Site, asker: User) -> None:
    client = Client()
    for end in (lambda: client.logout(), lambda: (asker.set_password("another"), asker.save())):
        headers = by_session(asker)
        known(site, LIST, headers)
        client.cookies["sessionid"] = headers["HTTP_COOKIE"].split("sessionid=")[1].split(";")[0]
        end()

        assert json.loads(site.ask(LIST, headers)[2])["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_session_without_its_csrf_token_is_refused(site: Site, asker: User) -> None:
    headers = by_session(asker)
    known(site, LIST, headers)

    for wrong in ({"HTTP_X_CSRFTOKEN": "b" * 32}, {"HTTP_X_CSRFTOKEN": ""}, {"HTTP_ORIGIN": "http://evil"}):
        assert site.ask(LIST, headers | wrong)[0] == "403 Forbidden"


def test_nobody_is_given_the_answer_of_another(
    site: Site, asker: User, make_user: Callable[..., User]
) -> None:
    known(site, LIST, by_token(asker))

    assert b'"totalCount":8' in site.ask(LIST, by_token(make_user(roles=("viewer",))))[2]
    assert b"UNAUTHENTICATED" in site.ask(LIST, {})[2] or site.ask(LIST, {})[0] == "403 Forbidden"
    assert site.ask(LIST, {"HTTP_AUTHORIZATION": "Bearer flux_wrong"})[0] == "401 Unauthorized"


def test_a_host_that_is_not_ours_is_refused(site: Site, headers: dict[str, str], settings: Any) -> None:
    known(site, LIST, headers)

    assert site.ask(LIST, headers | {"HTTP_HOST": "elsewhere.example"})[0] == "400 Bad Request"


@pytest.mark.parametrize(
    "query",
    [
        "{ transformers(first: 2) { edges { node { route } } } health { status } }",
        "{ customers(first: 2) { edges { node { name } } } }",
        "{ viewer { username } transformers(first: 2) { edges { node { assetId } } } }",
        "{ transformers(first: 2) { edges { node { assetId } } } __typename }",
        "mutation { logout { __typename } }",
        "{ transformers(first: 1000) { edges { node { assetId } } } }",
    ],
)
def test_what_is_not_answered_by_plans_alone_is_never_answered_at_the_door(
    site: Site, asker: User, query: str
) -> None:
    headers = by_token(asker)
    with site.passing_on(4):
        for _ in range(4):
            site.ask(query, headers)


def test_other_variables_are_another_question(site: Site, asker: User) -> None:
    query = "query ($n: Int) { transformers(first: $n) { edges { node { assetId } } } }"
    headers = by_token(asker)
    for size in (1, 2, 1, 2, 1, 2):
        content = site.ask(query, headers, variables={"n": size})[2]

        assert len(json.loads(content)["data"]["transformers"]["edges"]) == size


def test_a_layer_that_is_forgotten_sends_the_question_the_ordinary_way(
    site: Site, headers: dict[str, str]
) -> None:
    known(site, LIST, headers)
    models.SyncLayer.objects.filter(key="circuits").delete()

    with site.passing_on(1):
        site.ask(LIST, headers)


def test_a_database_that_fails_sends_the_question_the_ordinary_way(
    site: Site, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known(site, LIST, headers)

    def fail(*_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(repeated.statements, "run", fail)
    with site.passing_on(1):
        site.ask(LIST, headers)


def test_once_a_minute_the_ordinary_way_is_gone(
    site: Site, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known(site, LIST, headers)
    now = repeats.time.monotonic()
    monkeypatch.setattr(repeats.time, "monotonic", lambda: now + repeats.KEPT_FOR_S + 1)

    with site.passing_on(1):
        site.ask(LIST, headers)


def test_the_oldest_requests_are_forgotten(site: Site, asker: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "KEPT_REQUESTS", 2)
    headers = by_token(asker)
    site.ask(LIST, headers)
    for name in "abc":
        site.ask(f"query {name} {LIST}", headers)

    with site.passing_on(1):
        site.ask(f"query c {LIST}", headers)
        site.ask(f"query a {LIST}", headers)
