"""Tests that share Redis and a web server keep apart, and end quickly."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import TransactionTestCase

from tests.quick_flush import empty_tables
from tests.servers.web import WebServer, web_server


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
