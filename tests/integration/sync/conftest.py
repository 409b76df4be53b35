"""A warehouse folder of the test's own, filled with the small grid, and runs of layers from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from flux_site.celery import app
from grid.layers import LAYERS
from grid.services.sync import LayerOutcome, run_layer
from grid.warehouse import Warehouse, open_warehouse
from tests.integration.sync.sample import Sample, load, small_grid
from tests.quick_flush import empty_tables

RunAll = Callable[..., dict[str, LayerOutcome]]


@pytest.fixture
def warehouse_folder(tmp_path: Path) -> Path:
    """Return the folder of the test's own warehouse."""
    return tmp_path / "warehouse"


@pytest.fixture
def sample() -> Sample:
    """Return the rows of the small grid."""
    return small_grid()


@pytest.fixture(scope="session")
def small_warehouse_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse folder that holds the small grid, to be copied."""
    folder = tmp_path_factory.mktemp("small") / "warehouse"
    opened = open_warehouse(f"embedded://{folder}?memory_limit=512MB&threads=1")
    load(opened, small_grid())
    opened.close()
    return folder


@pytest.fixture
def loaded(small_warehouse_folder: Path, warehouse_folder: Path, warehouse: Warehouse) -> Warehouse:
    """Return the warehouse holding the small grid, as ``sample`` does."""
    shutil.copytree(small_warehouse_folder, warehouse_folder, dirs_exist_ok=True)
    return warehouse


@pytest.fixture
def quick_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """End the tests that commit quickly."""
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)


@pytest.fixture
def cache(quick_flush: None, transactional_db: None) -> Iterator[None]:
    """Give access to the cache without a transaction around the test, since sync has a session of its own."""
    forget_schedules()
    yield
    forget_schedules()


def forget_schedules() -> None:
    """Delete what the quick end of a test leaves."""
    for model in (PeriodicTask, IntervalSchedule, CrontabSchedule):
        model.objects.all().delete()


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
