"""Fixtures of the tests that drive the React application."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings
from playwright.sync_api import Browser

from cascade.services.decisions.assumptions import ensure_defaults
from flux_site.celery import app as celery_app
from grid.forge.config import ForgeConfig, Scale
from grid.forge.load import load_warehouse
from grid.selectors.warehouse import get_warehouse
from tests.e2e.browser import apart
from tests.e2e.browser import chromium as run_chromium
from tests.factories.users import make_user
from tests.quick_flush import empty_everything
from tests.servers.web import WebServer, web_server
from tests.servers.worker import worker

END_AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
"""Outages are in progress then, and a circuit with a tie and a recloser has none of them."""


@pytest.fixture(scope="module")
def browser_of_module() -> Iterator[Browser]:
    """Run Chromium for a file of tests."""
    with run_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def kept_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Open the test database to a whole file of tests, and empty it afterwards.

    The tests themselves are marked ``django_db``: what this file's fixtures commit stays for all of them.
    """
    name = str(connection.settings_dict["NAME"])
    assert name.startswith("test_"), f"{name} is no test database: mark the tests with django_db"
    assert (settings.FRONTEND_DIST / "index.html").is_file(), "Build the front end first: npm run build."
    with django_db_blocker.unblock():
        yield
        empty_everything()
        connections.close_all()


@pytest.fixture(scope="module")
def empty_site(kept_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """Run the web server on an empty cache, with a planner called pia."""
    folder = tmp_path_factory.mktemp("empty") / "warehouse"
    with override_settings(WAREHOUSE_URL=f"embedded://{folder}?memory_limit=512MB&threads=1"):
        apart(lambda: make_user("planner", username="pia"))
        with web_server(FLUX_DEBUG="1") as server:
            yield server


@pytest.fixture(scope="module")
def grid_site(kept_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """Run the web server and a worker on the Texas grid with a tiny distribution system.

    Users: pia, a planner, who may start cascades; vera, a viewer, who may not.
    """
    folder = tmp_path_factory.mktemp("grid") / "warehouse"
    with celery_app.connection_for_write() as link:
        link.default_channel.queue_purge(celery_app.conf.task_default_queue)  # what other tests left behind
    with override_settings(WAREHOUSE_URL=f"embedded://{folder}?memory_limit=1GB&threads=1"):
        apart(_fill)
        with web_server(FLUX_DEBUG="1") as server, worker():
            yield server
        get_warehouse().close()


def _fill() -> None:
    config = ForgeConfig(scale=Scale.TINY, end_at=END_AT, ami_days=3, history_years=0)
    load_warehouse(warehouse=get_warehouse(), config=config, progress=lambda done, step: None)
    call_command("flux_health", verbosity=0)
    call_command("flux_sync", verbosity=0)
    ensure_defaults()  # what migrations bring, and emptying the database between files takes
    make_user("planner", username="pia")
    make_user("viewer", username="vera")
