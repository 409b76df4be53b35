"""Outages raised, widened, confirmed and restored by what devices say; and nothing twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from grid import models
from grid.services import detection, outages
from grid.streaming import DeviceKind, EventKind
from grid.topology import DeviceKind as Kind
from grid.topology import DeviceRef
from tests.integration.detection.conftest import Feeder

Rows = Callable[[], list[object]]


def test_gasps_behind_one_fuse_are_a_predicted_outage_of_it(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(feeder.meters("A1", "A2")), 1.0)

    assert feeder.outages() == [("FA", "PREDICTED", 8)]
    outage = models.Outage.objects.get()
    assert (outage.source, outage.started_at) == ("LAST_GASP", feeder.at(0.0))
    assert sorted(outage.interruptions.values_list("transformer_id", flat=True)) == ["A1", "A2"]


def test_the_order_of_events_and_their_repetition_change_nothing(feeder: Feeder, all_rows: Rows) -> None:
    first = feeder.gasps(feeder.meters(*feeder.behind("B")))
    later = feeder.returns(feeder.meters("B1"), 600.0)
    feeder.hear(first, 1.0)
    feeder.hear(later, 601.0)
    before = all_rows()
    again = [*first, *later, *first]
    random.Random(7).shuffle(again)

    for seconds in (602.0, 603.0):
        feeder.hear(again, seconds)

    assert all_rows() == before
    assert feeder.outages() == [("FB", "PREDICTED", 8)]


def test_a_lone_gasp_waits_for_a_review(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(["MTR-A1-1"]), 1.0)
    assert feeder.outages() == []

    detection.review_due(feeder.at(59.0))
    assert feeder.outages() == []
    detection.review_due(feeder.at(61.0))

    assert feeder.outages() == [("MTR-A1-1", "PREDICTED", 1)]


def test_a_reading_after_a_lone_gasp_shows_that_it_was_false(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(["MTR-A1-1"]), 1.0)

    feeder.read(["MTR-A1-1"], 30.0)
    detection.review_due(feeder.at(61.0))

    assert feeder.outages() == []
    assert models.Outage.objects.count() == 0


@pytest.mark.parametrize("voltage_v", [None, 2.5])
def test_a_reading_without_voltage_is_no_sign_of_life(feeder: Feeder, voltage_v: float | None) -> None:
    feeder.hear(feeder.gasps(["MTR-A1-1"]), 1.0)

    feeder.read(["MTR-A1-1"], 30.0, voltage_v=voltage_v)
    detection.review_due(feeder.at(61.0))

    assert feeder.outages() == [("MTR-A1-1", "PREDICTED", 1)]


def test_more_gasps_make_it_the_recloser(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(feeder.meters("B2")), 0.5)
    assert feeder.outages() == [("B2", "PREDICTED", 4)]

    feeder.hear(feeder.gasps(feeder.meters("B1", "B3")), 1.0)

    assert feeder.outages() == [("FB", "PREDICTED", 12)]
    assert models.Outage.objects.count() == 1


def test_parts_reported_apart_become_one_outage(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(feeder.meters("A1")), 0.5)
    feeder.hear(feeder.gasps(feeder.meters("B2"), 1.0), 30.0)
    assert [device for device, *_ in feeder.outages()] == ["A1", "B2"]

    feeder.hear(feeder.gasps(feeder.meters(*feeder.behind("A", "B")), 2.0), 31.0)

    assert feeder.outages() == [("BRK", "PREDICTED", 20)]
    assert models.Outage.objects.filter(status="CANCELLED").count() == 1


def test_a_switch_that_opens_confirms_its_outage_at_once(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(feeder.meters("B2")), 0.5)

    feeder.hear([feeder.event("REC", EventKind.OPENED, 0.0, DeviceKind.SWITCH)], 1.0)

    assert feeder.outages() == [("REC", "CONFIRMED", 12)]
    assert models.Outage.objects.count() == 1


def test_a_switch_that_closes_brings_all_back(feeder: Feeder, all_rows: Rows) -> None:
    opened = feeder.event("REC", EventKind.OPENED, 0.0, DeviceKind.SWITCH)
    closed = feeder.event("REC", EventKind.CLOSED, 900.0, DeviceKind.SWITCH)
    feeder.hear([opened], 1.0)
    feeder.hear([closed], 901.0)
    outage = models.Outage.objects.get()
    assert (outage.status, outage.source, outage.restored_at) == ("RESTORED", "SCADA", feeder.at(900.0))
    before = all_rows()

    feeder.hear([closed, opened], 902.0)

    assert all_rows() == before


def test_supply_comes_back_in_steps(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(feeder.meters(*feeder.behind("B"))), 1.0)

    feeder.hear(feeder.returns(feeder.meters("B1"), 600.0), 601.0)
    assert feeder.outages() == [("FB", "PREDICTED", 8)]
    feeder.hear(feeder.returns(feeder.meters("B2", "B3")[::2], 1200.0), 1201.0)

    outage = models.Outage.objects.get()
    assert (outage.status, outage.restored_at) == ("RESTORED", feeder.at(1200.0))
    ends = set(outage.interruptions.values_list("restored_at", flat=True))
    assert ends == {feeder.at(600.0), feeder.at(1200.0)}


def test_what_an_operator_called_off_is_not_raised_again(feeder: Feeder, operator: object) -> None:
    gasps = feeder.gasps(feeder.meters("A1", "A2"))
    feeder.hear(gasps, 1.0)
    outages.cancel_outage(outage_id=models.Outage.objects.get().pk, actor=operator)

    feeder.hear(gasps, 3605.0)

    assert feeder.outages() == []
    assert models.Outage.objects.count() == 1


def test_what_an_operator_confirmed_keeps_its_device(feeder: Feeder, operator: object) -> None:
    feeder.hear(feeder.gasps(feeder.meters("B2")), 0.5)
    outages.confirm_outage(outage_id=models.Outage.objects.get().pk, actor=operator)

    feeder.hear(feeder.gasps(feeder.meters("B1", "B3")), 1.0)

    assert feeder.outages() == [("B2", "CONFIRMED", 4), ("FB", "PREDICTED", 8)]


def test_an_outage_that_an_operator_reported_is_known(feeder: Feeder, operator: object) -> None:
    outages.report_outage(
        device=DeviceRef(Kind.SWITCH, "FB"), started_at=feeder.at(0.0), source="CALL", actor=operator
    )

    feeder.hear(feeder.gasps(feeder.meters(*feeder.behind("B"))), 1.0)

    assert feeder.outages() == [("FB", "CONFIRMED", 12)]


def test_a_gasp_from_the_future_is_passed_over_now_and_later(feeder: Feeder) -> None:
    ahead = feeder.gasps(feeder.meters("A1", "A2"), 90.0)

    feeder.hear(ahead, 1.0)
    feeder.hear(ahead, 200.0)

    assert feeder.outages() == []


def test_a_transformer_speaks_for_its_meters(feeder: Feeder) -> None:
    feeder.hear([feeder.event("B3", EventKind.LAST_GASP, 0.0, DeviceKind.TRANSFORMER)], 1.0)

    assert feeder.outages() == [("B3", "PREDICTED", 4)]


def test_devices_nobody_knows_are_passed_over(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(["MTR-NOBODY"]), 1.0)

    assert models.MeterEvidence.objects.count() == 0


def test_old_evidence_is_forgotten_unless_an_outage_is_open(feeder: Feeder) -> None:
    feeder.hear(feeder.gasps(feeder.meters("A1", "A2")), 1.0)
    after = feeder.at(0.0) + timedelta(hours=49)
    assert detection.forget_old(after) == 0
    outages.restore(outage_id=models.Outage.objects.get().pk, restored_at=feeder.at(1200.0))

    assert detection.forget_old(after) == 8
