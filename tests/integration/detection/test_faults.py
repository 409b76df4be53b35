"""Faults in the midst of a batch: nothing is half done, and nothing is lost or done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import TransactionTestCase

from flux_site.api.errors import BadInput
from grid import models
from grid.services import detection, outages
from grid.streaming import DeviceEvent, DeviceKind, EventKind, Reading
from tests.integration.detection.conftest import Feeder
from tests.quick_flush import empty_tables


def failing(error: Exception) -> Callable[..., Any]:
    def fail(**_: Any) -> Any:
        raise error

    return fail


def test_what_fails_halfway_leaves_nothing_and_is_done_when_it_comes_again(
    feeder: Feeder, monkeypatch: pytest.MonkeyPatch
) -> None:
    gasps = feeder.gasps(feeder.meters("A1", "A2"))
    with monkeypatch.context() as patch:
        patch.setattr(outages, "report_outage", failing(OperationalError("the connection is lost")))
        with pytest.raises(OperationalError):
            feeder.hear(gasps, 1.0)
    assert models.MeterEvidence.objects.count() == 0

    feeder.hear(gasps, 2.0)

    assert feeder.outages() == [("FA", "PREDICTED", 8)]


def test_what_is_refused_is_tried_again_later_with_the_evidence_kept(
    feeder: Feeder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(outages, "report_outage", failing(BadInput("not now")))
        feeder.hear(feeder.gasps(feeder.meters("A1", "A2")), 1.0)
    assert feeder.outages() == []
    assert models.MeterEvidence.objects.count() == 8

    detection.review_due(feeder.at(32.0))

    assert feeder.outages() == [("FA", "PREDICTED", 8)]


def test_two_processes_with_the_same_events_make_one_outage(
    transactional_db: None, feeder: Feeder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
    gasps = feeder.gasps(feeder.meters("A1", "A2"))
    start = threading.Barrier(4)

    def take() -> None:
        try:
            start.wait()
            detection.take_events(gasps, feeder.at(1.0))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(take) for _ in range(4)]:
            done.result()

    assert models.Outage.objects.count() == 1
    assert models.OperationEvent.objects.count() == 1


def test_circuits_announce_that_their_outages_changed(
    feeder: Feeder, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[tuple[str, list[str]]] = []
    monkeypatch.setattr("flux_site.api.live.announce", lambda topic, keys: told.append((topic, list(keys))))

    with django_capture_on_commit_callbacks(execute=True):
        feeder.hear(feeder.gasps(feeder.meters("A1", "A2")), 1.0)

    outage = models.Outage.objects.get()
    assert ("circuits", ["CKT-F"]) in told
    assert ("outages", [outage.pk]) in told
    told.clear()
    with django_capture_on_commit_callbacks(execute=True):
        feeder.hear(feeder.gasps(feeder.meters("A1", "A2")), 2.0)
    assert told == []


def test_readings_matter_only_where_something_is_out(feeder: Feeder) -> None:
    feeder.read(feeder.meters("B1"), 10.0)
    assert models.MeterEvidence.objects.count() == 0
    feeder.hear(feeder.gasps(feeder.meters("A1", "A2")), 20.0)
    models.CircuitWatch.objects.update(is_watched=False)

    feeder.read(feeder.meters("A1", "B1"), 400.0)

    lit = models.MeterEvidence.objects.filter(lit_at__isnull=False)
    assert sorted(lit.values_list("meter_id", flat=True)) == feeder.meters("A1")


def test_readings_restore_what_no_report_did(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(feeder.meters("A1", "A2")), 1.0)

    feeder.read(feeder.meters("A1", "A2"), 900.0)
    detection.review_due(feeder.at(900.0) + timedelta(seconds=6))

    outage = models.Outage.objects.get()
    assert (outage.status, outage.restored_at) == ("RESTORED", feeder.at(900.0))


def test_before_the_first_sync_nothing_is_known_and_nothing_fails(synced: None) -> None:
    now = datetime.now(UTC)
    gasp = DeviceEvent("E-1", DeviceKind.METER, "MTR-1", EventKind.LAST_GASP, now)

    detection.take_events([gasp], now)
    detection.take_readings([Reading("MTR-1", now, 15, 0.2, 121.0)], now)

    assert models.MeterEvidence.objects.count() == 0
