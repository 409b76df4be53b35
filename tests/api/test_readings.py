"""What meters used, by interval, hour, local day and month; and rolling up what is new."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import run_job
from grid.services import rollup
from grid.warehouse import Warehouse, tables
from tests.clients import Api
from tests.factories.grid import grant_zone, make_meter, make_zone
from tests.warehouse_rows import fill

pytestmark = pytest.mark.usefixtures("synced")

USAGE = """query ($id: String!, $start: DateTime!, $end: DateTime!, $bucket: UsageBucket! = DAY) {
    meterUsage(assetId: $id, start: $start, end: $end, bucket: $bucket) {
        at usageKwh meanVoltageV minVoltageV maxVoltageV readingCount } }"""
START = (
    "mutation { startRollup { __typename ... on Job { jobId kind status } ... on OperationInfo { code } } }"
)
JULY = {"start": "2026-07-01T05:00:00Z", "end": "2026-07-03T05:00:00Z"}  # two days of Chicago
MIDNIGHT = datetime(2026, 7, 1, 5)


@pytest.fixture
def received(warehouse: Warehouse) -> Warehouse:
    """Return a warehouse into which MTR-1 sent 0.25 kWh every quarter of an hour for two local days."""
    fill(
        warehouse,
        tables.meter_infrastructure,
        [
            {
                "meter_id": "MTR-1",
                "meter_key": 7,
                "transformer_id": "XFMR-1",
                "circuit_id": "CKT-1",
                "substation_id": "SUB-1",
                "latitude": 29.7,
                "longitude": -95.4,
                "customer_class": "RESIDENTIAL",
                "phases": "A",
                "status": "ACTIVE",
            }
        ],
    )
    moments = [MIDNIGHT + timedelta(minutes=15 * n) for n in range(192)]
    fill(
        warehouse,
        tables.ami_readings_raw,
        [
            {
                "meter_id": "MTR-1",
                "reading_at": at,
                "reading_date": at.date(),
                "interval_minutes": 15,
                "usage_kwh": Decimal("0.2500"),
                "voltage_v": Decimal("239.00") if at.minute else Decimal("241.00"),
                "quality": "ACTUAL",
                "ingested_at": datetime(2026, 8, 1),
            }
            for at in moments
        ],
    )
    return warehouse


@pytest.fixture
def rolled_up(received: Warehouse) -> Warehouse:
    """Return the same, rolled up."""
    rollup.roll_up(lambda _frac, _step: None)
    return received


def ask(api: Api, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.data(USAGE, id="MTR-1", **(JULY | variables))["meterUsage"]
    return found


def test_days_are_the_utilitys_own(viewer_api: Api, rolled_up: Warehouse) -> None:
    make_meter(id="MTR-1")

    assert ask(viewer_api) == [
        {
            "at": f"2026-07-0{day}T05:00:00+00:00",
            "usageKwh": 24.0,
            "meanVoltageV": 239.5,
            "minVoltageV": 239.0,
            "maxVoltageV": 241.0,
            "readingCount": 96,
        }
        for day in (1, 2)
    ]


def test_hours_and_intervals_are_those_asked_for(viewer_api: Api, rolled_up: Warehouse) -> None:
    make_meter(id="MTR-1")
    span = {"start": "2026-07-01T12:00:00-05:00", "end": "2026-07-01T14:00:00-05:00"}

    hours = ask(viewer_api, bucket="HOUR", **span)
    assert [(row["at"], row["usageKwh"], row["readingCount"]) for row in hours] == [
        ("2026-07-01T17:00:00+00:00", 1.0, 4),
        ("2026-07-01T18:00:00+00:00", 1.0, 4),
    ]
    intervals = ask(viewer_api, bucket="INTERVAL", **span)
    assert [row["at"][11:16] for row in intervals[:3]] == ["17:00", "17:15", "17:30"]
    assert len(intervals) == 8


def test_a_month_is_whole_and_starts_at_its_first_midnight(viewer_api: Api, rolled_up: Warehouse) -> None:
    make_meter(id="MTR-1")

    assert ask(viewer_api, bucket="MONTH") == [
        {
            "at": "2026-07-01T05:00:00+00:00",
            "usageKwh": 48.0,
            "meanVoltageV": None,
            "minVoltageV": 239.0,
            "maxVoltageV": 241.0,
            "readingCount": None,
        }
    ]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"end": "2026-07-01T05:00:00Z"}, "end"),
        ({"start": "2026-08-01T05:00:00Z"}, "end"),
        ({"start": "2026-07-01T05:00:00"}, "start"),
        ({"end": "2026-07-03T05:00:00"}, "end"),
        ({"bucket": "INTERVAL", "end": "2026-08-02T05:00:00Z"}, "bucket"),
        ({"bucket": "HOUR", "end": "2027-07-03T05:00:00Z"}, "bucket"),
    ],
)
def test_a_bad_span_names_its_field(viewer_api: Api, variables: dict[str, Any], field: str) -> None:
    make_meter(id="MTR-1")

    error = viewer_api.error(USAGE, id="MTR-1", **(JULY | variables))
    assert error["extensions"] == {"code": "BAD_INPUT", "field": field}


def test_a_meter_of_another_zone_is_not_found(viewer: User, rolled_up: Warehouse) -> None:
    make_meter(id="MTR-1")
    grant_zone(user=viewer, zone=make_zone())

    assert Api(viewer).code(USAGE, id="MTR-1", **JULY) == "NOT_FOUND"


def test_before_any_roll_up_the_answer_is_not_nothing(viewer_api: Api, received: Warehouse) -> None:
    make_meter(id="MTR-1")

    assert viewer_api.code(USAGE, id="MTR-1", **JULY) == "WAREHOUSE_UNAVAILABLE"


def test_a_roll_up_is_a_job(operator: User, received: Warehouse) -> None:
    started = Api(operator).data(START)["startRollup"]
    assert (started["kind"], started["status"]) == ("warehouse.rollup", "QUEUED")

    job = Job.objects.get(pk=started["jobId"])
    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.owner) == (JobStatus.SUCCEEDED, operator)
    # The readings lie on three UTC dates, which have parts of four local days.
    assert job.counts == {
        "cleaned_days": 3,
        "hourly_days": 0,
        "circuit_hourly_days": 3,
        "usage_days": 4,
        "usage_months": 1,
        "circuit_days": 2,
        "transformer_days": 0,
        "voltage_days": 2,
    }
    version = received.version(tables.ami_daily_usage)
    run_job(Job.objects.get(pk=rollup.start_rollup(user=None).pk).pk)
    assert received.version(tables.ami_daily_usage) == version


def test_a_cancelled_roll_up_keeps_what_was_finished(received: Warehouse) -> None:
    job = rollup.start_rollup(user=None)
    steps: list[str] = []

    def stop_after_two(_frac: float, step: str) -> None:
        steps.append(step)
        if len(steps) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        rollup.roll_up(stop_after_two)
    run_job(job.pk)

    job.refresh_from_db()
    assert job.counts["cleaned_days"] == 1
    dates = {row["reading_date"] for row in received.select_rows(tables.ami_interval_readings.select())}
    assert dates == {date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3)}


def test_the_schedule_starts_nothing_when_nothing_is_due(received: Warehouse) -> None:
    first = rollup.start_scheduled_rollup()
    assert first is not None
    assert rollup.start_scheduled_rollup() is None, "an earlier one has not ended"
    run_job(first.pk)

    assert rollup.start_scheduled_rollup() is None
