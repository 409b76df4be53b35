"""What the state of a layer tells: fresh, stale, failed, paused, running or never synced, and how old."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from grid import models
from grid.layers import LAYERS
from grid.selectors import sync as selectors
from grid.services.sync import SyncError, run_layer, set_paused
from grid.services.sync.connection import locked_connection
from grid.warehouse import Warehouse, WarehouseUnavailable
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load

pytestmark = pytest.mark.integration


def state(key: str) -> selectors.LayerState:
    return next(state for state in selectors.list_layers() if state.key == key)


def test_every_layer_has_a_state_before_anything_was_synced(warehouse: Warehouse, cache: None) -> None:
    states = selectors.list_layers()

    assert [state.key for state in states] == list(LAYERS)
    assert {(state.status, state.row_count, state.synced_at, state.age_s) for state in states} == {
        ("NEVER_SYNCED", None, None, None)
    }
    assert not models.SyncLayer.objects.exists()


def test_a_layer_is_fresh_until_its_source_changes(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded, "zones", "weather")

    fresh = state("weather")
    assert (fresh.status, fresh.source_changed, fresh.row_count, fresh.reject_count) == (
        "FRESH",
        False,
        10,
        0,
    )
    assert fresh.age_s is not None
    assert 0.0 <= fresh.age_s < 60.0
    assert fresh.last_run_at is not None
    assert fresh.last_error is None

    load(loaded, {"weather_hourly": sample["weather_hourly"]})

    assert (state("weather").status, state("weather").source_changed) == ("STALE", True)
    assert state("zones").status == "FRESH"


def test_a_layer_whose_source_joins_others_changes_with_them(
    loaded: Warehouse, run_all: RunAll, sample: Sample
) -> None:
    run_all(loaded)
    load(loaded, {"transformer_hourly_load": sample["transformer_hourly_load"]})

    changed = {state.key for state in selectors.list_layers() if state.source_changed}

    # The last three count their age from it.
    assert changed == {"transformer_load", "outages", "outage_interruptions", "work_orders"}


def test_staleness_goes_by_age_while_the_warehouse_is_away(
    loaded: Warehouse, run_all: RunAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all(loaded, "weather", "zones")

    def away(_table: object) -> str:
        raise WarehouseUnavailable("no answer")

    monkeypatch.setattr(loaded, "version", away)
    monkeypatch.setattr("grid.selectors.sync.fallback_warehouse", lambda: loaded)

    assert (state("weather").status, state("weather").source_changed) == ("FRESH", None)
    models.SyncLayer.objects.filter(pk="weather").update(confirmed_at=timezone.now() - timedelta(minutes=20))
    assert state("weather").status == "STALE"
    assert state("zones").status == "FRESH"


def test_a_damaged_table_hides_only_the_layers_that_read_it(
    loaded: Warehouse, run_all: RunAll, warehouse_folder: Path
) -> None:
    run_all(loaded, "weather", "zones")
    log = warehouse_folder / "production" / "weather_hourly" / "_delta_log"
    for file in log.glob("*.json"):
        file.write_text("{")
    loaded.close()

    assert (state("weather").source_changed, state("zones").source_changed) == (None, False)


def test_a_failure_shows_until_a_good_run(loaded: Warehouse, run_all: RunAll, sample: Sample) -> None:
    run_all(loaded, "weather")
    load(loaded, {"weather_hourly": []})
    with pytest.raises(SyncError):
        run_layer(layer=LAYERS["weather"], warehouse=loaded)

    failed = state("weather")
    assert (failed.status, failed.row_count) == ("FAILED", 10)
    assert failed.last_error is not None
    assert failed.last_error.startswith("The source of weather is empty")
    assert failed.last_run is not None
    assert failed.last_run.error_code == "SUSPICIOUS_DELETE"

    load(loaded, {"weather_hourly": sample["weather_hourly"]})
    run_all(loaded, "weather")
    assert state("weather").status == "FRESH"


def test_paused_and_running_layers_say_so(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded, "weather")
    set_paused(layer="weather", is_paused=True)

    assert (state("weather").status, state("weather").is_paused) == ("PAUSED", True)
    with locked_connection("weather"):
        assert state("weather").status == "RUNNING"
        assert selectors.running_layers() == {"weather"}
    assert state("weather").status == "PAUSED"
    set_paused(layer="weather", is_paused=False)
    assert state("weather").status == "FRESH"


def test_a_run_that_was_killed_shows_as_failed(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded, "zones")
    models.SyncRun.objects.create(layer_id="zones", started_at=timezone.now(), status="RUNNING")

    assert state("zones").status == "FAILED"


def test_states_take_the_same_queries_for_one_layer_and_for_all(
    loaded: Warehouse, run_all: RunAll, django_assert_num_queries: Any
) -> None:
    run_all(loaded, "zones")
    with django_assert_num_queries(4):
        selectors.list_layers()
    run_all(loaded)
    with django_assert_num_queries(4):
        selectors.list_layers()
