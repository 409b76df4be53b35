"""A warehouse folder of the test's own, filled with the small grid, and runs of layers from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from flux_site.celery import app
from grid.layers import LAYERS
from grid.services.sync import LayerOutcome, run_layer
from grid.warehouse import Warehouse
from tests.integration.sync.sample import Sample, load, small_grid
from tests.quick_flush import empty_tables

RunAll = Callable[..., dict[str, LayerOutcome]]


@pytest.fixture
def warehouse_folder(tmp_path: Path) -> Path:
    """Return the folder of the test's own warehouse."""
    return tmp_path / "warehouse"


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
