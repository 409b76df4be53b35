"""A warehouse folder of the test's own, filled with the small grid, and runs of layers from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from flux_site.celery import app
from grid.layers import LAYERS
from grid.selectors.warehouse import get_warehouse
from grid.services.sync import LayerOutcome, run_layer
from grid.warehouse import Warehouse
from tests.integration.sync.sample import Sample, load, small_grid

STATE_TABLES = (
    "grid_syncreject",
    "grid_syncrun",
    "grid_synclayer",
    "jobs_job",
    "django_celery_beat_periodictask",
    "django_celery_beat_intervalschedule",
    "django_celery_beat_crontabschedule",
    "auth_user_user_permissions",
    "auth_user_groups",
    "auth_user",
)

RunAll = Callable[..., dict[str, LayerOutcome]]


@pytest.fixture
def warehouse_folder(tmp_path: Path) -> Path:
    """Return the folder of the warehouse."""
    return tmp_path / "warehouse"


@pytest.fixture
def warehouse(settings: Any, warehouse_folder: Path) -> Iterator[Warehouse]:
    """Return the empty warehouse that the settings name."""
    settings.WAREHOUSE_URL = f"embedded://{warehouse_folder}?memory_limit=512MB&threads=1"
    opened = get_warehouse()
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture
def sample() -> Sample:
    """Return the small grid, still to be loaded."""
    return small_grid()


@pytest.fixture
def loaded(warehouse: Warehouse, sample: Sample) -> Warehouse:
    """Return the warehouse holding the small grid."""
    load(warehouse, sample)
    return warehouse


@pytest.fixture
def quick_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty only the tables that sync fills: many times faster than the flush of a transactional test."""

    def empty_tables(_test_case: TransactionTestCase) -> None:
        assert str(connection.settings_dict["NAME"]).startswith("test_")
        with connection.cursor() as cursor:
            for table in (*reversed([layer.table for layer in LAYERS.values()]), *STATE_TABLES):
                cursor.execute(f'DELETE FROM "{table}"')

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)


@pytest.fixture
def cache(quick_flush: None, transactional_db: None) -> None:
    """Give access to the cache without a transaction around the test, since sync has a session of its own."""


@pytest.fixture
def eager() -> Iterator[None]:
    """Let the queue carry out each task as it is sent."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def run_all(cache: None) -> RunAll:
    """Return a function that runs layers, all by default, parents first."""

    def run(warehouse: Warehouse, *keys: str) -> dict[str, LayerOutcome]:
        return {key: run_layer(layer=LAYERS[key], warehouse=warehouse) for key in (keys or LAYERS)}

    return run
