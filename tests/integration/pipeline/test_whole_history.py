"""What a warehouse derives by itself, over all dates at once, is what the roll-up makes a date at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Table

from grid.pipeline import refresh
from grid.pipeline.circuits import all_circuit_days, all_circuit_hours
from grid.pipeline.clean import all_clean_readings
from grid.pipeline.hourly import all_transformer_hours
from grid.pipeline.transformer_days import all_transformer_days
from grid.pipeline.transformer_voltages import all_transformer_voltage_days
from grid.pipeline.usage import all_daily_usage, all_monthly_usage
from grid.warehouse import PartitionedWarehouse
from grid.warehouse.arrow import Query
from grid.warehouse.tables import (
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    ami_readings_history,
    circuit_daily_usage,
    circuit_hourly_usage,
    transformer_daily_load,
    transformer_daily_voltage,
    transformer_hourly_load,
    weather_hourly,
)
from tests.integration.pipeline.conftest import PARAMS, reading, receive
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

START = datetime(2024, 10, 31, 22)  # the clocks of Chicago go back on 3 November


def random_readings(seed: int, hours: int) -> list[dict[str, Any]]:
    """Return readings of three meters with gaps, corrections, estimates, outages and faults."""
    rng = np.random.default_rng(seed)
    rows = []
    for quarter in range(4 * hours):
        at = START + timedelta(minutes=15 * quarter)
        for meter in (1, 2, 3):
            if rng.random() < 0.05 or (meter == 3 and 30 <= quarter // 4 < 60):
                continue
            for again in range(1 + int(rng.random() < 0.1)):
                quality = str(rng.choice(["ACTUAL", "ESTIMATED", "OUTAGE"], p=[0.8, 0.15, 0.05]))
                kwh = -1.0 if rng.random() < 0.02 else rng.uniform(0.0, 9.0)
                received = at + timedelta(hours=1 + again)
                rows.append(
                    reading(meter, at, f"{kwh:.4f}", quality=quality, ingested_at=received)
                    | {"voltage_v": Decimal(f"{rng.uniform(225.0, 250.0):.2f}")}
                )
    rows.append(reading(99, START, "1.0"))
    return rows


def weather(seed: int, hours: int) -> list[dict[str, Any]]:
    """Return two stations; one of them misses hours."""
    rng = np.random.default_rng(seed)
    return [
        {
            "station_id": station,
            "observed_at": START.replace(minute=0) + timedelta(hours=n),
            "latitude": 29.7,
            "longitude": longitude,
            "temperature_c": round(float(rng.uniform(15.0, 40.0)), 1),
        }
        for station, longitude in (("A", -95.41), ("B", -95.01))
        for n in range(hours)
        if station == "A" or n % 7
    ]


def in_order(warehouse: PartitionedWarehouse, query: Query) -> list[dict[str, Any]]:
    return sorted(warehouse.select_rows(query), key=lambda row: [str(row[name]) for name in list(row)[:4]])


def stored(warehouse: PartitionedWarehouse, table: Table) -> list[dict[str, Any]]:
    return in_order(warehouse, table.select())


def assert_same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert len(found) == len(expected) > 0
    for mine, theirs in zip(found, expected, strict=True):
        assert list(mine) == list(theirs)
        for name, value in theirs.items():
            if isinstance(value, float):
                assert mine[name] == pytest.approx(value, rel=1e-9), name
            else:
                assert mine[name] == value, name


@pytest.mark.parametrize("seed", [1, 2])
def test_all_at_once_is_as_a_date_at_a_time(warehouse: PartitionedWarehouse, seed: int) -> None:
    hours = 100
    receive(warehouse, "raw", *random_readings(seed, hours))
    warehouse.append(weather_hourly, table_of(weather_hourly, *weather(seed, hours)), "air")
    warehouse.append(ami_readings_history, table_of(ami_readings_history), "none")

    refresh(warehouse, PARAMS)

    for table, query in (
        (ami_interval_readings, all_clean_readings()),
        (transformer_hourly_load, all_transformer_hours(PARAMS)),
        (ami_daily_usage, all_daily_usage(PARAMS.time_zone)),
        (ami_monthly_usage, all_monthly_usage()),
        (circuit_hourly_usage, all_circuit_hours()),
        (circuit_daily_usage, all_circuit_days()),
        (transformer_daily_load, all_transformer_days(PARAMS.time_zone)),
        (transformer_daily_voltage, all_transformer_voltage_days()),
    ):
        assert_same(in_order(warehouse, query), stored(warehouse, table))


def test_what_is_received_counts_before_the_history(warehouse: PartitionedWarehouse) -> None:
    kept = [
        {
            "meter_key": 1,
            "reading_at": START + timedelta(minutes=15 * n),
            "reading_date": START.date(),
            "interval_minutes": 15,
            "usage_kwh": Decimal("1.0000"),
            "quality": "ACTUAL",
        }
        for n in range(2)
    ]
    warehouse.append(ami_readings_history, table_of(ami_readings_history, *kept), "history")
    receive(warehouse, "raw", reading(1, START, "2.0000", ingested_at=START + timedelta(hours=1)))

    found = in_order(warehouse, all_clean_readings())

    assert [row["usage_kwh"] for row in found] == [Decimal("2.0000"), Decimal("1.0000")]
