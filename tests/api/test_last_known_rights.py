"""Users known shortly before PostgreSQL went away go on reading, with the rights last known and no others."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from flux_site.api import principals, tokens
from flux_site.api.breakers import login_breaker, postgis_breaker
from grid.warehouse import Warehouse, tables
from tests.clients import Api
from tests.factories.grid import grant_zone, make_zone
from tests.warehouse_rows import fill

VIEWER = "{ viewer { username fullName isStaff roles permissions zoneIds } }"
STATIONS = "{ substations { totalCount edges { node { assetId } } } }"


@contextmanager
def postgresql_left_alone() -> Iterator[None]:
    """Keep the breakers in front of PostgreSQL open."""
    login_breaker.open()
    postgis_breaker.open()
    try:
        yield
    finally:
        login_breaker.close()
        postgis_breaker.close()


def is_unknown(api: Api) -> bool:
    """Return whether the client is told that PostgreSQL is needed to know it."""
    with postgresql_left_alone():
        response = api.post(VIEWER)
    code = response.json()["errors"][0]["extensions"]["code"]
    return (response.status_code, code) == (503, "DATABASE_UNAVAILABLE")


def fill_stations(warehouse: Warehouse, zones: dict[str, str]) -> None:
    """Put substations, each in its zone, into the warehouse."""
    fill(
        warehouse,
        tables.load_zones,
        [{"zone_id": zone, "zone_name": zone, "interconnect": "Texas"} for zone in set(zones.values())],
    )
    fill(
        warehouse,
        tables.substations,
        [
            {
                "substation_id": station,
                "substation_name": station,
                "zone_id": zone,
                "latitude": 29.0,
                "longitude": -95.0,
                "interconnect": "Texas",
                "load_mw": 1.0,
                "generation_capacity_mw": 0.0,
                "operational_status": "OPERATIONAL",
            }
            for station, zone in zones.items()
        ],
    )


def token_api(user: User) -> Api:
    return Api(token=tokens.issue(user=user, name="probe", expires_in_days=1)[1])


@pytest.mark.parametrize("client", [Api, token_api], ids=["session", "token"])
def test_a_known_user_reads_on_with_the_same_rights_and_zones(
    make_user: Callable[..., User], warehouse: Warehouse, synced: None, client: Callable[[User], Api]
) -> None:
    user = make_user(roles=("viewer",), first_name="Zita", last_name="North")
    grant_zone(user=user, zone=make_zone(id="ZONE-1"))
    fill_stations(warehouse, {"SUB-1": "ZONE-1", "SUB-2": "ZONE-2"})
    api = client(user)
    before = api.data(VIEWER)
    assert before["viewer"]["zoneIds"] == ["ZONE-1"]

    with postgresql_left_alone():
        assert api.data(VIEWER) == before
        assert api.data(STATIONS)["substations"] == {
            "totalCount": 1,
            "edges": [{"node": {"assetId": "SUB-1"}}],
        }
        response = api.post("{ jobs { totalCount } }")
        assert response.status_code == 503
        assert "jobs cannot be answered" in response.json()["errors"][0]["message"]


def test_a_user_never_seen_is_not_let_in(viewer: User) -> None:
    assert is_unknown(Api(viewer))
    assert is_unknown(token_api(viewer))


def test_nothing_can_be_changed(operator: User, synced: None) -> None:
    api = Api(operator)
    api.data(VIEWER)

    with postgresql_left_alone():
        response = api.post('mutation { startSync(input: {layers: ["substations"]}) { __typename } }')

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "DATABASE_UNAVAILABLE"
    assert "nothing can be changed" in error["message"]


def test_a_token_ends_at_its_own_end(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    api = token_api(viewer)
    api.data(VIEWER)
    later = timezone.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(principals.timezone, "now", lambda: later)

    assert is_unknown(api)


def test_a_revoked_token_opens_nothing(
    viewer: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    token, secret = tokens.issue(user=viewer, name="probe", expires_in_days=1)
    api = Api(token=secret)
    api.data(VIEWER)

    with django_capture_on_commit_callbacks(execute=True):
        tokens.revoke(user=viewer, token_id=token.pk)

    assert is_unknown(api)


def test_a_changed_password_ends_the_session(viewer: User) -> None:
    api = Api(viewer)
    api.data(VIEWER)
    viewer.set_password("another battery staple")
    viewer.save()
    principals.forget_user(viewer.pk)
    principals.keep(User.objects.get(pk=viewer.pk))

    assert is_unknown(api)


def test_what_was_known_is_forgotten_after_a_while(viewer: User, settings: Any) -> None:
    settings.LOGIN_GRACE_S = 1
    api = Api(viewer)
    api.data(VIEWER)
    time.sleep(1.2)

    assert is_unknown(api)


def test_a_user_is_kept_once_a_minute_not_at_every_request(viewer: User) -> None:
    api = Api(viewer)
    api.data(VIEWER)
    cache.delete(f"principal:{viewer.pk}")

    api.data(VIEWER)

    assert cache.get(f"principal:{viewer.pk}") is None
