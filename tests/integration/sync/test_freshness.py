"""How old a layer is, when that is too old, and the alert that says so once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from flux_site.celery import app
from grid import models
from grid.layers import LAYERS
from grid.selectors import sync as selectors
from grid.services.sync import (
    AlertChanges,
    check_freshness,
    create_foreground_job,
    run_layer,
    set_paused,
    start_scheduled_sync,
)
from grid.services.sync.freshness import confirm_unchanged
from grid.warehouse import Warehouse, WarehouseUnavailable
from tests.factories.sync import make_sync_alert, make_sync_layer, make_sync_run
from tests.integration.sync.conftest import RunAll
from tests.integration.sync.sample import Sample, load
from tests.integration.sync.standins import Eventful

pytestmark = pytest.mark.integration

LIMITS = dict.fromkeys(
    ("transformer_load", "weather", "outages", "outage_interruptions", "work_orders", "crews"), 15
)
"""Minutes; every other layer may be 26 hours old."""


def state(key: str) -> selectors.LayerState:
    return selectors.get_layer(key)


def confirmed_at(key: str) -> datetime:
    at = models.SyncLayer.objects.get(pk=key).confirmed_at
    assert at is not None
    return at


def confirm(key: str, *, ago: timedelta) -> datetime:
    """Pretend that a layer was last found equal to its source some time ago; return when."""
    at = timezone.now() - ago
    models.SyncLayer.objects.filter(pk=key).update(confirmed_at=at)
    return at


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """Return what was sent to subscribers."""
    sent: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(
        "grid.services.sync.notify.announce", lambda topic, keys: sent.append((topic, list(keys)))
    )
    return sent


def test_every_layer_has_the_limit_that_operations_need() -> None:
    assert {key: layer.max_age for key, layer in LAYERS.items()} == {
        key: timedelta(minutes=LIMITS[key]) if key in LIMITS else timedelta(hours=26) for key in LAYERS
    }


def test_a_layer_that_was_never_synced_has_no_age(warehouse: Warehouse, cache: None) -> None:
    never = state("weather")

    assert (never.confirmed_at, never.age_s, never.is_too_old, never.max_age_s) == (None, None, None, 900.0)


@pytest.mark.parametrize(("key", "limit_s"), [("weather", 900), ("zones", 93_600)])
def test_a_layer_is_too_old_from_its_limit_on(
    key: str, limit_s: int, warehouse: Warehouse, cache: None
) -> None:
    make_sync_layer(key=key)
    confirm(key, ago=timedelta(seconds=limit_s - 60))
    assert state(key).is_too_old is False

    confirm(key, ago=timedelta(seconds=limit_s + 1))

    assert state(key).is_too_old is True
    assert state(key).age_s == pytest.approx(limit_s + 1, abs=30)


def test_a_run_confirms_its_layer_as_of_its_look_at_the_source(
    loaded: Warehouse, run_all: RunAll, cache: None
) -> None:
    before = timezone.now()
    reading: list[datetime] = []
    source: Any = Eventful(loaded, lambda _number: reading.append(timezone.now()))

    run_layer(layer=LAYERS["weather"], warehouse=source)

    assert before < confirmed_at("weather") < reading[0]
    synced_at = models.SyncLayer.objects.get(pk="weather").synced_at
    assert synced_at is not None
    assert synced_at > reading[-1]


def test_a_check_during_a_run_is_newer_than_the_look_of_the_run(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded, "weather")
    checks: list[tuple[datetime, bool]] = []
    source: Any = Eventful(
        loaded, lambda _number: checks.append((timezone.now(), confirm_unchanged(LAYERS["weather"])))
    )

    run_layer(layer=LAYERS["weather"], warehouse=source)

    assert all(is_unchanged for _, is_unchanged in checks)
    assert confirmed_at("weather") >= checks[-1][0]


def test_a_failed_run_confirms_nothing(loaded: Warehouse, run_all: RunAll) -> None:
    run_all(loaded, "weather")
    at = confirm("weather", ago=timedelta(hours=1))
    load(loaded, {"weather_hourly": []})

    with pytest.raises(Exception, match="is empty"):
        run_layer(layer=LAYERS["weather"], warehouse=loaded)

    assert confirmed_at("weather") == at


@pytest.mark.parametrize("check", ["schedule", "job"])
def test_a_check_that_finds_the_source_unchanged_makes_a_layer_fresh(
    check: str, loaded: Warehouse, run_all: RunAll
) -> None:
    from flux_site.jobs.services import run_job

    run_all(loaded, "weather")
    synced_at = models.SyncLayer.objects.get(pk="weather").synced_at
    confirm("weather", ago=timedelta(hours=1))
    assert state("weather").is_too_old

    if check == "schedule":
        assert start_scheduled_sync(layers=["weather"], only_stale=True) is None
    else:
        run_job(create_foreground_job(layers=["weather"], only_stale=True).pk)

    fresh = state("weather")
    assert (fresh.is_too_old, fresh.synced_at) == (False, synced_at)
    assert models.SyncRun.objects.count() == 1


def test_a_check_that_finds_a_change_or_no_warehouse_confirms_nothing(
    loaded: Warehouse, run_all: RunAll, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all(loaded, "weather", "zones")
    weather_at, zones_at = (confirm(key, ago=timedelta(hours=30)) for key in ("weather", "zones"))
    load(loaded, {"weather_hourly": sample["weather_hourly"]})

    assert not confirm_unchanged(LAYERS["weather"])

    def away(_table: object) -> str:
        raise WarehouseUnavailable("no answer")

    monkeypatch.setattr(loaded, "version", away)
    assert start_scheduled_sync(layers=["zones"], only_stale=True) is None
    assert (confirmed_at("weather"), confirmed_at("zones")) == (weather_at, zones_at)


def test_an_alert_is_raised_and_cleared_once(
    cache: None, announced: list[tuple[str, list[str]]], caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("weather", "zones"):
        make_sync_layer(key=key)
        confirm(key, ago=timedelta(minutes=20))
    make_sync_layer(key="poles", synced_at=None)
    caplog.set_level(logging.INFO, "grid.services.sync.freshness")

    assert check_freshness() == AlertChanges(raised=("weather",), cleared=())
    assert check_freshness() == AlertChanges(raised=(), cleared=())

    alert = models.SyncAlert.objects.get()
    assert (alert.layer_id, alert.cleared_at, alert.max_age_s, alert.reason, alert.detail) == (
        "weather",
        None,
        900.0,
        "NOT_CONFIRMED",
        "",
    )
    assert alert.age_s == pytest.approx(1200, abs=30)
    assert announced == [("layers", ["weather"])]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Layer weather is too old" in caplog.text

    confirm("weather", ago=timedelta(minutes=1))
    assert check_freshness() == AlertChanges(raised=(), cleared=("weather",))
    assert check_freshness() == AlertChanges(raised=(), cleared=())

    alert.refresh_from_db()
    assert alert.cleared_at is not None
    assert alert.cleared_at > alert.raised_at
    assert len(announced) == 2
    confirm("weather", ago=timedelta(minutes=20))
    assert check_freshness().raised == ("weather",)
    assert models.SyncAlert.objects.count() == 2


def paused() -> None:
    set_paused(layer="weather", is_paused=True)


def failed() -> None:
    make_sync_run(layer=models.SyncLayer.objects.get(pk="weather"), status="FAILED", error_message="no disk")


def left_out() -> None:
    make_sync_run(
        layer=models.SyncLayer.objects.get(pk="weather"), status="SKIPPED", error_message="no zones"
    )


@pytest.mark.parametrize(
    ("happen", "reason", "detail"),
    [
        (paused, "PAUSED", ""),
        (failed, "RUN_FAILED", "no disk"),
        (left_out, "RUN_FAILED", "no zones"),
    ],
)
def test_an_alert_says_why(happen: Callable[[], None], reason: str, detail: str, cache: None) -> None:
    make_sync_layer(key="weather")
    happen()

    check_freshness()

    alert = models.SyncAlert.objects.get()
    assert (alert.reason, alert.detail) == (reason, detail)


def test_checks_at_the_same_moment_raise_one_alert(cache: None) -> None:
    make_sync_layer(key="weather")
    together = threading.Barrier(4)
    raised: list[str] = []

    def check() -> None:
        together.wait(timeout=10)
        raised.extend(check_freshness().raised)
        connection.close()

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert raised == ["weather"]
    assert models.SyncAlert.objects.count() == 1


def test_the_database_holds_one_open_alert_of_a_layer(cache: None) -> None:
    first = make_sync_alert()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_sync_alert(layer=first.layer)

    models.SyncAlert.objects.filter(pk=first.pk).update(cleared_at=timezone.now())
    make_sync_alert(layer=first.layer)

    assert models.SyncAlert.objects.count() == 2


def test_old_cleared_alerts_are_tidied_away(cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grid.services.sync.freshness.KEEP_ALERTS", 2)
    layer = make_sync_layer(key="weather", confirmed_at=timezone.now())
    old = [make_sync_alert(layer=layer, cleared_at=timezone.now()) for _ in range(3)]
    newest = make_sync_alert(layer=layer)

    check_freshness()

    assert set(models.SyncAlert.objects.values_list("pk", flat=True)) == {old[-1].pk, newest.pk}


def test_the_task_of_the_schedule_looks_at_the_layers(cache: None) -> None:
    make_sync_layer(key="outages")

    answer = app.tasks["grid.check_freshness"].apply().get()

    assert {name: list(keys) for name, keys in answer.items()} == {"raised": ["outages"], "cleared": []}
