"""One reading per meter and interval, whatever arrives, in whatever order and however often."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from grid.pipeline import PipelineParams, count_due, refresh
from grid.pipeline.clean import refused_readings
from grid.warehouse import PartitionedWarehouse
from grid.warehouse.tables import ami_interval_readings
from tests.integration.pipeline.conftest import PARAMS, reading, receive
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

NOON = datetime(2024, 7, 1, 12)


def cleaned(warehouse: PartitionedWarehouse) -> list[tuple[Any, ...]]:
    columns = ami_interval_readings.c
    query = ami_interval_readings.select().order_by(columns.meter_key, columns.reading_at)
    return [
        (row["meter_key"], row["reading_at"], row["usage_kwh"], row["quality"])
        for row in warehouse.select_rows(query)
    ]


def test_the_reading_received_last_counts(warehouse: PartitionedWarehouse) -> None:
    early, late = datetime(2024, 7, 1, 13), datetime(2024, 7, 3, 13)
    receive(
        warehouse,
        "b1",
        reading(1, NOON, "0.5000", ingested_at=late),
        reading(1, NOON, "0.4000", ingested_at=early),
        reading(2, NOON, "0.9000"),
    )

    counts = refresh(warehouse, PARAMS)

    assert counts.cleaned_days == 1
    assert cleaned(warehouse) == [
        (1, NOON, Decimal("0.5000"), "ACTUAL"),
        (2, NOON, Decimal("0.9000"), "ACTUAL"),
    ]


def test_a_second_run_finds_nothing_to_do(warehouse: PartitionedWarehouse) -> None:
    receive(warehouse, "b1", reading(1, NOON, "0.5000"))
    refresh(warehouse, PARAMS)
    before = warehouse.version(ami_interval_readings)

    assert count_due(warehouse, PARAMS) == 0
    assert refresh(warehouse, PARAMS).cleaned_days == 0
    assert warehouse.version(ami_interval_readings) == before


def test_a_late_correction_makes_only_its_date_anew(warehouse: PartitionedWarehouse) -> None:
    next_day = NOON + timedelta(days=1)
    receive(warehouse, "b1", reading(1, NOON, "0.5000"), reading(1, next_day, "0.6000"))
    refresh(warehouse, PARAMS)
    before = warehouse.partition_versions(ami_interval_readings)
    receive(warehouse, "b2", reading(1, NOON, "0.7000", ingested_at=datetime(2024, 12, 2)))

    assert refresh(warehouse, PARAMS).cleaned_days == 1
    after = warehouse.partition_versions(ami_interval_readings)

    assert before[next_day.date()] == after[next_day.date()]
    assert before[NOON.date()] != after[NOON.date()]
    assert [row[2] for row in cleaned(warehouse)] == [Decimal("0.7000"), Decimal("0.6000")]


def test_an_old_reading_that_arrives_after_its_correction_changes_nothing(
    warehouse: PartitionedWarehouse,
) -> None:
    receive(warehouse, "b1", reading(1, NOON, "0.7000", ingested_at=datetime(2024, 8, 2)))
    refresh(warehouse, PARAMS)
    receive(warehouse, "b2", reading(1, NOON, "0.5000", ingested_at=datetime(2024, 8, 1)))
    refresh(warehouse, PARAMS)

    assert [row[2] for row in cleaned(warehouse)] == [Decimal("0.7000")]


def test_the_order_and_the_number_of_runs_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, warehouse: PartitionedWarehouse
) -> None:
    batches = [
        [reading(1, NOON, "0.1", ingested_at=datetime(2024, 8, 1)), reading(3, NOON, "2")],
        [reading(1, NOON, "0.2", ingested_at=datetime(2024, 8, 3))],
        [reading(1, NOON, "0.3", ingested_at=datetime(2024, 8, 2)), reading(2, NOON, "1")],
    ]
    expected = [(1, NOON, Decimal("0.2000")), (2, NOON, Decimal("1.0000")), (3, NOON, Decimal("2.0000"))]
    for number, order in enumerate(permutations(range(3))):
        noon = NOON + timedelta(days=number)
        for position in order:
            rows = [row | {"reading_at": noon, "reading_date": noon.date()} for row in batches[position]]
            receive(warehouse, f"{order}/{position}", *rows)
            if number % 2:
                refresh(warehouse, PARAMS)
        refresh(warehouse, PARAMS)
        found = [row[:3] for row in cleaned(warehouse) if row[1] == noon]
        assert found == [(key, noon, kwh) for key, _, kwh in expected]


def test_readings_cleaned_before_stay_under_new_ones(warehouse: PartitionedWarehouse) -> None:
    # A history that was loaded clean, of which nothing was ever received raw.
    history = [
        {
            "meter_key": key,
            "reading_at": NOON,
            "reading_date": NOON.date(),
            "interval_minutes": 15,
            "usage_kwh": Decimal(key),
            "quality": "ACTUAL",
        }
        for key in (1, 2)
    ]
    warehouse.append(ami_interval_readings, table_of(ami_interval_readings, *history), "history")
    receive(warehouse, "late", reading(2, NOON, "7", quality="ESTIMATED"))
    refresh(warehouse, PARAMS)

    assert cleaned(warehouse) == [
        (1, NOON, Decimal("1.0000"), "ACTUAL"),
        (2, NOON, Decimal("7.0000"), "ESTIMATED"),
    ]


def test_bad_readings_are_refused_with_their_reason(warehouse: PartitionedWarehouse) -> None:
    receive(
        warehouse,
        "b1",
        reading("X", NOON, "1"),
        reading(1, NOON + timedelta(minutes=15), None),
        reading(1, NOON + timedelta(minutes=30), "-0.1"),
        reading(1, NOON + timedelta(minutes=45), "1", interval_minutes=7),
        reading(1, NOON + timedelta(hours=1), "1", ingested_at=NOON),
        reading(1, NOON + timedelta(hours=2), "1", quality="GUESS"),
        reading(1, datetime(2024, 7, 5), "1", reading_date=NOON.date()),
        reading(1, NOON, "1", ingested_at=NOON - timedelta(minutes=4)),
    )
    refresh(warehouse, PARAMS)

    assert [row[:3] for row in cleaned(warehouse)] == [(1, NOON, Decimal("1.0000"))]
    refused = warehouse.select_rows(refused_readings(NOON.date()))
    assert sorted(row["reason"] for row in refused) == [
        "BAD_DATE",
        "BAD_INTERVAL",
        "BAD_QUALITY",
        "FROM_THE_FUTURE",
        "MISSING_USAGE",
        "NEGATIVE_USAGE",
        "UNKNOWN_METER",
    ]


def test_a_meter_without_supply_has_no_voltage(warehouse: PartitionedWarehouse) -> None:
    receive(warehouse, "b1", reading(1, NOON, "0", quality="OUTAGE", voltage_v=Decimal("12.00")))
    refresh(warehouse, PARAMS)

    assert warehouse.select_rows(ami_interval_readings.select())[0]["voltage_v"] is None


def test_meters_are_cleaned_some_at_a_time(warehouse: PartitionedWarehouse) -> None:
    receive(warehouse, "b1", *(reading(key, NOON, str(key)) for key in (3, 1, 2)))
    refresh(warehouse, PipelineParams(time_zone="America/Chicago", meters_per_query=2))

    assert [row[0] for row in cleaned(warehouse)] == [1, 2, 3]


def test_an_interrupted_run_goes_on_where_it_stopped(warehouse: PartitionedWarehouse) -> None:
    days = [NOON + timedelta(days=n) for n in range(3)]
    receive(warehouse, "b1", *(reading(1, at, "1") for at in days))
    steps: list[str] = []

    def interrupt(_done: float, step: str) -> None:
        steps.append(step)
        if len(steps) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(warehouse, PARAMS, interrupt)
    assert list(warehouse.partition_versions(ami_interval_readings)) == [at.date() for at in days[:2]]

    assert refresh(warehouse, PARAMS).cleaned_days == 1
    assert len(cleaned(warehouse)) == 3


def test_nothing_received_is_nothing_due(warehouse: PartitionedWarehouse) -> None:
    assert count_due(warehouse, PARAMS) == 0
    assert warehouse.version(ami_interval_readings) is None
    assert date(2024, 7, 1) not in warehouse.partition_versions(ami_interval_readings)
