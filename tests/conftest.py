"""Fixtures every test may use: users by role, clients of the API, a filled cache, a small network."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from grid.warehouse import Warehouse
from tests.clients import Api
from tests.factories.grid import MOMENT
from tests.quick_flush import empty_tables, replace_lost_connections
from tests.small_network import SmallNetwork, make_small_network

PASSWORD = "correct horse battery staple"

hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", max_examples=1000, deadline=None)
hypothesis_settings.load_profile(os.environ.get("FLUX_EXAMPLES", "repeatable"))
"""The same run of tests twice draws the same examples; FLUX_EXAMPLES=explore looks for new ones."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Begin each test with connections that work: one lost in a test must not fail all that follow."""
    replace_lost_connections()


@pytest.fixture(scope="session", autouse=True)
def quick_flush_everywhere() -> Iterator[None]:
    """End the tests that commit quickly, and past the audit log, which refuses to be emptied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture
def own_stores(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Give a test cache keys and a warehouse folder of its own, and closed breakers."""
    from flux_site.api.breakers import login_breaker
    from grid.federation.breakers import postgis_breaker, warehouse_breaker
    from grid.selectors import network, topology

    network._load.cache_clear()  # its key, the versions of the layers, is the same in every test
    topology.forget_networks()
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}
    settings.WAREHOUSE_URL = f"embedded://{tmp_path}/warehouse?memory_limit=512MB&threads=1"
    yield
    for breaker in (login_breaker, postgis_breaker, warehouse_breaker):
        breaker.close()


@pytest.fixture
def warehouse(own_stores: None) -> Iterator[Warehouse]:
    """Return the test's own warehouse, empty."""
    from grid.selectors.warehouse import get_warehouse

    opened = get_warehouse()
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture
def dead_queue() -> Iterator[None]:
    """Point this process's Celery at a Redis that is not there."""
    from flux_site.celery import app

    alive = app.conf.broker_url
    app.conf.broker_url = app.conf.broker_write_url = "redis://127.0.0.1:1/0"
    app._after_fork()  # forgets the connections it holds
    yield
    app.conf.broker_url = app.conf.broker_write_url = alive
    app._after_fork()


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Return a function that creates a user with roles and permissions (``app.codename``)."""

    def make(*permissions: str, roles: tuple[str, ...] = (), **fields: Any) -> User:
        user = User.objects.create_user(
            username=fields.pop("username", f"user-{uuid.uuid4().hex[:12]}"), password=PASSWORD, **fields
        )
        user.groups.set(Group.objects.filter(name__in=roles))
        assert user.groups.count() == len(roles)
        for permission in permissions:
            app_label, codename = permission.split(".")
            user.user_permissions.add(
                Permission.objects.get(content_type__app_label=app_label, codename=codename)
            )
        return User.objects.get(pk=user.pk)  # without cached permissions

    return make


@pytest.fixture
def viewer(make_user: Callable[..., User]) -> User:
    """Return a user who may look at the grid, without personal data."""
    return make_user(roles=("viewer",), username="vera")


@pytest.fixture
def operator(make_user: Callable[..., User]) -> User:
    """Return a user who may sync and see all jobs."""
    return make_user(roles=("operator",), username="omar")


@pytest.fixture
def planner(make_user: Callable[..., User]) -> User:
    """Return a user who may run cascades."""
    return make_user(roles=("planner",), username="pia")


@pytest.fixture
def nobody(make_user: Callable[..., User]) -> User:
    """Return a user without any permission."""
    return make_user(username="nora")


@pytest.fixture
def anonymous_api(db: None) -> Api:
    """Return a client of the API that is not logged in."""
    return Api()


@pytest.fixture
def viewer_api(viewer: User) -> Api:
    """Return the viewer's client."""
    return Api(viewer)


@pytest.fixture
def operator_api(operator: User) -> Api:
    """Return the operator's client."""
    return Api(operator)


@pytest.fixture
def planner_api(planner: User) -> Api:
    """Return the planner's client."""
    return Api(planner)


@pytest.fixture
def nobody_api(nobody: User) -> Api:
    """Return the client of a user without any permission."""
    return Api(nobody)


@pytest.fixture
def synced(db: None) -> None:
    """Mark every layer of the cache as synced."""
    from grid.layers import LAYERS
    from grid.models import SyncLayer

    state = {"source_version": "v1", "row_count": 10, "reject_count": 0, "checksum": "0" * 64}
    SyncLayer.objects.bulk_create(
        SyncLayer(key=key, synced_at=MOMENT, confirmed_at=MOMENT, **state) for key in LAYERS
    )


@pytest.fixture
def small_network(synced: None) -> SmallNetwork:
    """Return three buses in a triangle whose cascades are calculated by hand, see its docstring."""
    return make_small_network()
