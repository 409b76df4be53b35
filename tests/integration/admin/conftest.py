"""Logged-in browsers of every role, and a Redis that does not answer."""

from collections.abc import Callable, Iterator
from typing import Any

import kombu.pools
import pytest
from django.test import Client

from flux_site.celery import app as celery_app
from tests.factories.users import make_superuser, make_user

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    """Return a function that opens a browser logged in as a user."""

    def browser(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return browser


@pytest.fixture
def superuser(db: None) -> Any:
    """Return a superuser."""
    return make_superuser()


@pytest.fixture
def boss(superuser: Any, as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of a superuser."""
    return as_user(superuser)


@pytest.fixture
def viewer(db: None) -> Any:
    """Return a viewer with access to the admin."""
    return make_user("viewer")


@pytest.fixture
def dead_redis(settings: Any) -> Iterator[None]:
    """Let the queue and the live news look for Redis where nobody listens."""
    before = celery_app.conf.broker_url
    settings.REDIS_URL = NOBODY_LISTENS
    _use_broker(NOBODY_LISTENS)
    yield
    _use_broker(before)


def _use_broker(url: str | None) -> None:
    """Point Celery at a broker and forget the connections it keeps."""
    celery_app.conf.broker_url = url
    celery_app.conf.broker_write_url = url
    kombu.pools.reset()
    celery_app._pool = None
    celery_app.amqp._producer_pool = None
