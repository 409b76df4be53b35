"""Outages from their report to their end."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from flux_site.api.errors import BadInput, FluxError, NotFound
from grid import models
from grid.services import outages, work_orders
from grid.services.crews import set_shift
from grid.services.operations import (
    AlreadyOut,
    CrewUnavailable,
    ImpossibleTransition,
    NotOut,
    OutageNotRestored,
    StaleVersion,
    TooManyRestored,
)
from grid.topology import DeviceRef
from tests.factories.grid import make_crew, make_work_order
from tests.factories.users import make_user

BREAKER, FUSE = DeviceRef("SWITCH", "SW-BREAKER"), DeviceRef("SWITCH", "SW-FUSE")


def report(device: DeviceRef = BREAKER, **fields: Any) -> models.Outage:
    began = timezone.now() - timedelta(hours=1)
    return outages.report_outage(**{"device": device, "started_at": began, "source": "SCADA", **fields})


def out_by(outage: models.Outage) -> dict[str, int]:
    rows = models.OutageInterruption.objects.filter(outage=outage, restored_at__isnull=True)
    return {row.meter_id or row.transformer_id: row.customers for row in rows}


def sums(outage: models.Outage) -> tuple[str, int, int, int]:
    outage.refresh_from_db()
    return outage.status, outage.version, outage.customers_interrupted, outage.customers_out


def code_of(error: pytest.ExceptionInfo[FluxError]) -> tuple[str, str | None]:
    return error.value.code, error.value.field


def test_report_counts_whom_the_device_supplies(feeder: SimpleNamespace) -> None:
    outage = report(cause_code="VEGETATION", note="pole down")

    assert out_by(outage) == {"XFMR-A": 3, "XFMR-B": 2, "XFMR-C": 1}
    assert sums(outage) == ("CONFIRMED", 1, 6, 6)
    assert (outage.switch_id, outage.circuit_id, outage.zone_id) == (
        "SW-BREAKER",
        "CKT-F",
        feeder.zone.pk,
    )
    assert outage.location == feeder.breaker.location
    assert outage.estimated_restoration_at < outage.estimated_restoration_p80_at
    event = models.OperationEvent.objects.get(outage=outage)
    assert (event.action, event.version, event.from_status, event.to_status) == (
        "REPORT",
        1,
        None,
        "CONFIRMED",
    )
    assert event.note == "pole down"


def test_report_of_one_service_counts_its_accounts_alone(feeder: SimpleNamespace) -> None:
    outage = report(DeviceRef("METER", "MTR-A0"))

    assert out_by(outage) == {"MTR-A0": 1}
    assert (outage.meter_id, outage.transformer_id) == ("MTR-A0", "XFMR-A")


def test_life_of_an_outage_with_its_order_and_crew(feeder: SimpleNamespace) -> None:
    outage = report(status="PREDICTED")
    outages.confirm_outage(outage_id=outage.pk, expected_version=1)
    outages.assign_crew(outage_id=outage.pk, crew_id="CREW-1", expected_version=2)
    order = models.WorkOrder.objects.get(outage=outage)
    feeder.crew.refresh_from_db()
    assert (order.status, order.crew_id, feeder.crew.status) == ("ASSIGNED", "CREW-1", "ASSIGNED")

    outages.start_work(outage_id=outage.pk, expected_version=3)
    order.refresh_from_db()
    feeder.crew.refresh_from_db()
    assert (order.status, feeder.crew.status) == ("IN_PROGRESS", "ON_SITE")

    half = timezone.now() - timedelta(minutes=10)
    outages.restore(outage_id=outage.pk, restored_at=half, transformer_ids=["XFMR-A"], expected_version=4)
    assert sums(outage) == ("IN_PROGRESS", 5, 6, 3)
    with pytest.raises(OutageNotRestored):
        work_orders.complete_work_order(work_order_id=order.pk)

    end = timezone.now()
    outages.restore(outage_id=outage.pk, restored_at=end, expected_version=5, customers_restored=3)
    assert sums(outage) == ("RESTORED", 6, 6, 0)
    assert outage.restored_at == end

    work_orders.complete_work_order(work_order_id=order.pk, actual_hours=1.5)
    order.refresh_from_db()
    feeder.crew.refresh_from_db()
    assert (order.status, order.actual_hours, feeder.crew.status) == ("COMPLETED", 1.5, "AVAILABLE")
    events = models.OperationEvent.objects.filter(outage=outage).order_by("pk")
    assert [(each.action, each.version) for each in events] == [
        ("REPORT", 1),
        ("CONFIRM", 2),
        ("ASSIGN", 3),
        ("START", 4),
        ("RESTORE_PART", 5),
        ("RESTORE", 6),
    ]


def test_orders_take_their_outage_along(feeder: SimpleNamespace) -> None:
    outage = report()
    order = work_orders.create_work_order(
        work_type="OUTAGE_RESTORATION",
        priority="EMERGENCY",
        asset_kind="SWITCH",
        asset_id="SW-BREAKER",
        outage_id=outage.pk,
    )
    work_orders.assign_work_order(work_order_id=order.pk, crew_id="CREW-1")
    assert sums(outage)[0] == "ASSIGNED"

    work_orders.start_work_order(work_order_id=order.pk)
    assert sums(outage)[0] == "IN_PROGRESS"

    work_orders.cancel_work_order(work_order_id=order.pk)
    assert sums(outage)[0] == "CONFIRMED"
    assert outage.crew_id is None
    feeder.crew.refresh_from_db()
    assert feeder.crew.status == "AVAILABLE"


@pytest.mark.parametrize(
    ("is_planned", "work_type", "priority"),
    [(False, "OUTAGE_RESTORATION", "EMERGENCY"), (True, "PLANNED_WORK", "MEDIUM")],
)
def test_the_order_made_with_a_crew_says_whether_the_outage_is_planned(
    feeder: SimpleNamespace, is_planned: bool, work_type: str, priority: str
) -> None:
    outage = report(is_planned=is_planned)

    outages.assign_crew(outage_id=outage.pk, crew_id="CREW-1")

    order = models.WorkOrder.objects.get(outage=outage)
    assert (order.work_type, order.priority, order.status) == (work_type, priority, "ASSIGNED")


def test_the_recorded_order_of_planned_work_moves_with_its_outage(feeder: SimpleNamespace) -> None:
    outage = report(is_planned=True)
    order = make_work_order(outage=outage, circuit=feeder.circuit, work_type="PLANNED_WORK")

    outages.assign_crew(outage_id=outage.pk, crew_id="CREW-1")
    outages.start_work(outage_id=outage.pk)

    order.refresh_from_db()
    assert (order.status, order.crew_id) == ("IN_PROGRESS", "CREW-1")
    assert models.WorkOrder.objects.filter(outage=outage).count() == 1
    with pytest.raises(OutageNotRestored):
        work_orders.complete_work_order(work_order_id=order.pk)


@pytest.mark.parametrize(
    ("is_planned", "work_type", "field"),
    [
        (True, "OUTAGE_RESTORATION", "workType"),
        (False, "PLANNED_WORK", "workType"),
        (True, "PLANNED_WORK", None),
    ],
)
def test_an_order_of_an_outage_is_of_its_type(
    feeder: SimpleNamespace, is_planned: bool, work_type: str, field: str | None
) -> None:
    outage = report(is_planned=is_planned)

    def order(outage_id: str | None = outage.pk) -> models.WorkOrder:
        return work_orders.create_work_order(
            work_type=work_type,
            priority="LOW",
            asset_kind="SWITCH",
            asset_id="SW-BREAKER",
            outage_id=outage_id,
        )

    with pytest.raises(BadInput) as none:
        order(None)
    assert code_of(none) == ("BAD_INPUT", "outageId")
    if field is None:
        order()
    with pytest.raises(BadInput) as refused:
        order()
    assert code_of(refused) == ("BAD_INPUT", field or "outageId")


def test_another_crew_takes_over_and_the_former_is_free(feeder: SimpleNamespace) -> None:
    other = make_crew(id="CREW-2", home_substation=feeder.circuit.substation)
    outage = report()
    outages.assign_crew(outage_id=outage.pk, crew_id="CREW-1")

    outages.assign_crew(outage_id=outage.pk, crew_id="CREW-2")

    feeder.crew.refresh_from_db()
    other.refresh_from_db()
    assert (feeder.crew.status, other.status) == ("AVAILABLE", "ASSIGNED")
    assert models.WorkOrder.objects.get(outage=outage).crew_id == "CREW-2"


def test_cancel_takes_everything_back(feeder: SimpleNamespace) -> None:
    outage = report()
    outages.assign_crew(outage_id=outage.pk, crew_id="CREW-1")

    outages.cancel_outage(outage_id=outage.pk)

    feeder.crew.refresh_from_db()
    assert sums(outage) == ("CANCELLED", 3, 0, 0)
    assert models.WorkOrder.objects.get(outage=outage).status == "CANCELLED"
    assert feeder.crew.status == "AVAILABLE"


def test_what_is_out_already_stays_with_its_outage(feeder: SimpleNamespace) -> None:
    nested = report(FUSE)
    wide = report(BREAKER)

    assert (out_by(nested), out_by(wide)) == ({"XFMR-B": 2, "XFMR-C": 1}, {"XFMR-A": 3})
    with pytest.raises(AlreadyOut) as refused:
        report(DeviceRef("TRANSFORMER", "XFMR-B"))
    assert code_of(refused) == ("ALREADY_OUT", "device")
    assert nested.pk in refused.value.message


def test_a_predicted_outage_within_is_absorbed(feeder: SimpleNamespace) -> None:
    early = timezone.now() - timedelta(hours=3)
    nested = report(FUSE, status="PREDICTED", started_at=early)

    wide = report(BREAKER)

    assert sums(nested) == ("CANCELLED", 2, 0, 0)
    assert out_by(wide) == {"XFMR-A": 3, "XFMR-B": 2, "XFMR-C": 1}
    assert sums(wide) == ("CONFIRMED", 1, 6, 6)
    starts = dict(models.OutageInterruption.objects.values_list("transformer_id", "started_at"))
    assert (starts["XFMR-B"], starts["XFMR-A"]) == (early, wide.started_at)


def test_a_service_out_before_its_transformer_is_not_counted_twice(feeder: SimpleNamespace) -> None:
    single = report(DeviceRef("METER", "MTR-A0"))
    wide = report(DeviceRef("TRANSFORMER", "XFMR-A"))

    assert (out_by(single), out_by(wide)) == ({"MTR-A0": 1}, {"XFMR-A": 2})


def test_what_another_outage_lies_over_goes_over_to_it(feeder: SimpleNamespace) -> None:
    nested = report(FUSE)
    wide = report(BREAKER)

    outages.restore(outage_id=nested.pk, restored_at=timezone.now())

    assert sums(nested)[0] == "RESTORED"
    assert sums(nested)[2:] == (0, 0)
    assert sums(wide)[2:] == (6, 6)
    assert out_by(wide) == {"XFMR-A": 3, "XFMR-B": 2, "XFMR-C": 1}
    assert models.OutageInterruption.objects.get(transformer_id="XFMR-B").started_at == nested.started_at


def test_move_down_and_up_again(feeder: SimpleNamespace) -> None:
    outage = report(BREAKER, status="PREDICTED")

    outages.move_outage(outage_id=outage.pk, device=FUSE)
    assert out_by(outage) == {"XFMR-B": 2, "XFMR-C": 1}
    assert sums(outage) == ("PREDICTED", 2, 3, 3)

    outages.move_outage(outage_id=outage.pk, device=BREAKER)
    assert sums(outage) == ("PREDICTED", 3, 6, 6)

    outages.move_outage(outage_id=outage.pk, device=DeviceRef("METER", "MTR-C0"))
    assert out_by(outage) == {"MTR-C0": 1}
    assert sums(outage) == ("PREDICTED", 4, 1, 1)


def test_an_estimate_of_an_operator_stands_until_given_back(feeder: SimpleNamespace) -> None:
    outage = report()
    soon = timezone.now() + timedelta(hours=5)

    outages.set_estimate(outage_id=outage.pk, restored_by=soon)
    outages.set_cause(outage_id=outage.pk, cause_code="DIG_IN")
    outage.refresh_from_db()
    assert (outage.estimated_restoration_at, outage.estimated_restoration_p80_at) == (soon, None)

    outages.set_estimate(outage_id=outage.pk, restored_by=None)
    outage.refresh_from_db()
    assert outage.estimated_restoration_at > soon  # cables take long: median 8 h
    assert outage.estimated_restoration_p80_at is not None


def test_stale_version_says_what_happened_meanwhile(feeder: SimpleNamespace) -> None:
    outage = report(status="PREDICTED")
    outages.confirm_outage(outage_id=outage.pk, actor=make_user("operator", username="kim"))

    with pytest.raises(StaleVersion) as refused:
        outages.assign_crew(outage_id=outage.pk, crew_id="CREW-1", expected_version=1)

    assert code_of(refused) == ("STALE_VERSION", "expectedVersion")
    assert "at version 2, not 1" in refused.value.message
    assert "CONFIRM by kim" in refused.value.message


def test_bad_reports_name_the_field(feeder: SimpleNamespace) -> None:
    ahead = timezone.now() + timedelta(hours=1)
    for fields, field in (
        ({"started_at": ahead}, "startedAt"),
        ({"source": "RUMOUR"}, "source"),
        ({"status": "RESTORED"}, "status"),
        ({"cause_code": "GREMLINS"}, "causeCode"),
        ({"device": DeviceRef("SWITCH", "SW-NONE")}, "device"),
        ({"device": FUSE, "transformer_ids": ["XFMR-A"]}, "transformerIds"),
        ({"device": FUSE, "transformer_ids": []}, "transformerIds"),
        ({"note": "x" * 2001}, "note"),
    ):
        with pytest.raises((BadInput, NotFound)) as refused:
            report(**fields)
        assert refused.value.field == field
    assert not models.Outage.objects.exists()


def test_bad_restorations_change_nothing(feeder: SimpleNamespace) -> None:
    outage = report()
    now = timezone.now()
    for fields, code, field in (
        ({"restored_at": outage.started_at - timedelta(seconds=1)}, "BAD_INPUT", "restoredAt"),
        ({"restored_at": now + timedelta(hours=1)}, "BAD_INPUT", "restoredAt"),
        ({"restored_at": now.replace(tzinfo=None)}, "BAD_INPUT", "restoredAt"),
        ({"transformer_ids": ["XFMR-NONE"]}, "NOT_OUT", "transformerIds"),
        ({"meter_ids": ["MTR-A0"]}, "NOT_OUT", "meterIds"),
        ({"transformer_ids": []}, "BAD_INPUT", "transformerIds"),
        ({"customers_restored": 7}, "TOO_MANY_RESTORED", "customersRestored"),
        (
            {"customers_restored": 2, "transformer_ids": ["XFMR-A"]},
            "BAD_INPUT",
            "customersRestored",
        ),
    ):
        with pytest.raises(FluxError) as refused:
            outages.restore(**{"outage_id": outage.pk, "restored_at": now, **fields})
        assert code_of(refused) == (code, field)
    assert sums(outage) == ("CONFIRMED", 1, 6, 6)

    outages.restore(outage_id=outage.pk, restored_at=now, transformer_ids=["XFMR-A"])
    with pytest.raises(NotOut):
        outages.restore(outage_id=outage.pk, restored_at=now, transformer_ids=["XFMR-A"])
    with pytest.raises(TooManyRestored):
        outages.restore(outage_id=outage.pk, restored_at=now, customers_restored=4)


def test_crews_that_cannot_come(feeder: SimpleNamespace) -> None:
    outage = report()
    make_crew(id="CREW-FAR")
    make_crew(id="CREW-OFF", home_substation=feeder.circuit.substation, status="OFF_SHIFT")
    make_crew(id="CREW-BUSY", home_substation=feeder.circuit.substation, status="ON_SITE")

    for crew, words in (("CREW-FAR", "works in"), ("CREW-OFF", "off shift"), ("CREW-BUSY", "ON_SITE")):
        with pytest.raises(CrewUnavailable, match=words) as refused:
            outages.assign_crew(outage_id=outage.pk, crew_id=crew)
        assert code_of(refused) == ("CREW_UNAVAILABLE", "crewId")
    with pytest.raises(NotFound):
        outages.assign_crew(outage_id=outage.pk, crew_id="CREW-NONE")
    assert sums(outage) == ("CONFIRMED", 1, 6, 6)
    assert not models.WorkOrder.objects.exists()


def test_a_crew_at_work_does_not_end_its_shift(feeder: SimpleNamespace) -> None:
    outages.assign_crew(outage_id=report().pk, crew_id="CREW-1")

    with pytest.raises(ImpossibleTransition) as refused:
        set_shift(crew_id="CREW-1", is_on_shift=False)

    assert code_of(refused) == ("IMPOSSIBLE_TRANSITION", "crewId")


def test_each_change_goes_to_the_outbox_with_the_row_after_it(feeder: SimpleNamespace) -> None:
    outage = report()
    outages.set_cause(outage_id=outage.pk, cause_code="WIND")

    kinds = list(models.OutboxEvent.objects.order_by("sequence").values_list("kind", "key"))
    assert kinds == [
        ("grid.outage", outage.pk),
        ("grid.outage_interruptions", outage.pk),
        ("grid.operation_event", str(models.OperationEvent.objects.earliest("pk").pk)),
        ("grid.outage", outage.pk),
        ("grid.operation_event", str(models.OperationEvent.objects.latest("pk").pk)),
    ]
    newest = models.OutboxEvent.objects.filter(kind="grid.outage").first()
    assert (newest.payload["cause_code"], newest.payload["version"]) == ("WIND", 2)
    assert newest.payload["customers_out"] == 6
