"""A sync whose process or PostgreSQL is killed at any moment leaves nothing half; the next run is good."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from flux_site.api.errors import DatabaseUnavailable
from grid import models
from grid.layers import LAYERS
from grid.selectors.sync import running_layers
from grid.services.sync import SyncError, checkpoints, run_layer
from grid.warehouse import Warehouse
from tests.integration.sync.comparison import assert_equals_source
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load
from tests.integration.sync.standins import Counting, Eventful, Heard
from tests.servers.environment import environment
from tests.servers.postgres import OwnPostgres, own_postgres, small_space, used_by_this_process
from tests.servers.processes import running

pytestmark = pytest.mark.integration

POLES = "grid_poles_infrastructure"
PARENTS_OF_POLES = ("zones", "substations", "circuits", "lines")


def cached_poles() -> list[Any]:
    return list(models.Pole.objects.order_by("pk").values_list())


def kill_run(*arguments: str) -> None:
    """Start a run of the poles in a process, kill it where it stands still, and wait for its lock to go."""
    with running(["-m", "tests.servers.sync_run", "poles", *arguments], environment()) as process:
        process.wait_until(lambda: "reached" in process.log.read_text())
        assert "poles" in running_layers()
        process.kill()
    deadline = time.monotonic() + 10
    while "poles" in running_layers():
        assert time.monotonic() < deadline, "the lock outlived its process"
        time.sleep(0.05)


def change_poles(warehouse: Warehouse, sample: Sample) -> None:
    rows = sample[POLES]
    rows[0]["pole_material"] = "STEEL"
    load(warehouse, {POLES: [*rows[:-1], rows[0] | {"pole_id": "POLE-NEW"}]})


@pytest.mark.parametrize(
    ("mode", "moment"),
    [
        ("full", "extract"),
        ("full", "check"),
        ("full", "apply"),
        ("full", "commit"),
        ("incremental", "extract"),
        ("incremental", "commit"),
    ],
)
def test_a_killed_process_changes_nothing_and_the_next_run_is_good(
    moment: str, mode: str, loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, *PARENTS_OF_POLES, "poles")
    before = cached_poles()
    change_poles(loaded, sample)
    is_incremental = mode == "incremental"

    kill_run("--stop-at", moment, *(["--incremental"] if is_incremental else []))

    assert cached_poles() == before
    assert models.SyncLayer.objects.get(pk="poles").row_count == 12
    outcome = run_layer(layer=LAYERS["poles"], warehouse=loaded, incremental=is_incremental)
    assert (outcome.rows_inserted, outcome.rows_updated, outcome.rows_deleted) == (1, 1, 1)
    assert outcome.mode == ("CHANGES" if is_incremental else "FULL")
    assert_equals_source(loaded, "poles")
    killed = models.SyncRun.objects.filter(layer="poles").order_by("-pk")[1]
    assert (killed.status, killed.error_code) == ("FAILED", "INTERRUPTED")
    assert not models.SyncReject.objects.exists()


@pytest.mark.parametrize(("moment", "left_to_read"), [("extract", 8), ("apply", 0)])
def test_a_killed_process_is_gone_on_with_from_its_last_chunk(
    moment: str, left_to_read: int, loaded: Warehouse, run_all: RunAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHUNK_ROWS", 4)
    run_all(loaded, *PARENTS_OF_POLES)

    kill_run("--stop-at", moment, "--chunk-rows", "4", "--batch", "2")

    assert not models.Pole.objects.exists()
    counting = Counting(loaded)
    run_layer(layer=LAYERS["poles"], warehouse=counting)
    assert counting.rows_read == left_to_read
    assert_equals_source(loaded, "poles")
    assert not models.SyncCheckpoint.objects.exists()


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[OwnPostgres]:
    """Return a PostgreSQL server of this module's own."""
    with django_db_blocker.unblock(), own_postgres() as server:
        yield server


@pytest.fixture
def on_own_server(server: OwnPostgres, cache: None) -> Iterator[OwnPostgres]:
    """Let Django work on the module's own server, whose tables are empty."""
    with used_by_this_process(server):
        yield server
        for layer in reversed(LAYERS.values()):
            layer.model._default_manager.all().delete()
        models.SyncLayer.objects.all().delete()


@pytest.mark.parametrize("moment", ["extract", "check", "apply", "commit"])
def test_a_killed_postgresql_has_the_old_rows_and_the_next_run_is_good(
    moment: str,
    on_own_server: OwnPostgres,
    loaded: Warehouse,
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for key in (*PARENTS_OF_POLES, "poles"):
        run_layer(layer=LAYERS[key], warehouse=loaded)
    before = cached_poles()
    change_poles(loaded, sample)
    is_killed = False

    def kill(*_: Any, **__: Any) -> None:
        nonlocal is_killed
        if not is_killed:
            is_killed = True
            on_own_server.kill()

    source: Any = Eventful(loaded, kill, batch_rows=5) if moment == "extract" else loaded
    place = {
        "check": "grid.services.sync.validation.refuse_orphans",
        "apply": "grid.services.sync.verification.verify",
        "commit": "grid.services.sync.records.record_success",
    }.get(moment)
    with monkeypatch.context() as patch:
        if place:
            module, _, name = place.rpartition(".")
            real = getattr(__import__(module, fromlist=[name]), name)

            def then_kill(*arguments: Any, **named: Any) -> Any:
                result = real(*arguments, **named)
                kill()
                return result

            patch.setattr(place, then_kill)
        with pytest.raises(DatabaseUnavailable):
            run_layer(layer=LAYERS["poles"], warehouse=source)
    assert is_killed
    on_own_server.start()

    assert cached_poles() == before
    outcome = run_layer(layer=LAYERS["poles"], warehouse=loaded)
    assert (outcome.rows_inserted, outcome.rows_updated, outcome.rows_deleted) == (1, 1, 1)
    assert_equals_source(loaded, "poles")
    killed = models.SyncRun.objects.filter(layer="poles").order_by("-pk")[1]
    assert (killed.status, killed.error_code) == ("FAILED", "INTERRUPTED")


def test_chunks_staged_before_postgresql_was_killed_are_read_again(
    on_own_server: OwnPostgres, loaded: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHUNK_ROWS", 4)
    for key in PARENTS_OF_POLES:
        run_layer(layer=LAYERS[key], warehouse=loaded)
    batches = 0

    def kill(_number: int) -> None:
        nonlocal batches
        batches += 1
        if batches == 3:
            on_own_server.kill()

    with pytest.raises(DatabaseUnavailable):
        run_layer(layer=LAYERS["poles"], warehouse=Eventful(loaded, kill, batch_rows=100))
    on_own_server.start()
    heard = Heard()

    run_layer(layer=LAYERS["poles"], warehouse=loaded, report=heard)

    assert heard.lines == []  # unlogged tables are empty after a crash: nothing to go on with
    assert_equals_source(loaded, "poles")


def test_a_full_disk_rolls_back_and_the_next_run_with_room_is_good(
    on_own_server: OwnPostgres, loaded: Warehouse, sample: Sample
) -> None:
    for key in (*PARENTS_OF_POLES, "poles"):
        run_layer(layer=LAYERS[key], warehouse=loaded)
    before = cached_poles()
    first = sample[POLES][0]
    many = [first | {"pole_id": f"POLE-{number:06d}"} for number in range(60_000)]
    load(loaded, {POLES: [*sample[POLES], *many]})

    with small_space(on_own_server, "grid_pole") as how:
        with pytest.raises(SyncError) as raised:
            run_layer(layer=LAYERS["poles"], warehouse=loaded)
        assert cached_poles() == before

    if how == "full":
        assert raised.value.code == "DATABASE_FULL"
        assert "no disk space left" in raised.value.message
    outcome = run_layer(layer=LAYERS["poles"], warehouse=loaded)
    assert (outcome.rows_inserted, outcome.row_count) == (60_000, 60_012)
    assert_equals_source(loaded, "poles")
