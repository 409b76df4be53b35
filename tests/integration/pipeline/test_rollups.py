"""Hourly transformer load with its temperatures, and daily and monthly use by local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from grid.pipeline import PipelineParams, count_due, refresh
from grid.pipeline.usage import day_bounds, local_days, utc_dates
from grid.standards.transformer_thermal import ageing_factor, thermal_course
from grid.warehouse import PartitionedWarehouse
from grid.warehouse.tables import (
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
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

START = datetime(2024, 7, 1)
CHICAGO = ZoneInfo("America/Chicago")


def hours(warehouse: PartitionedWarehouse, transformer: str) -> list[dict[str, Any]]:
    load = transformer_hourly_load.c
    query = (
        transformer_hourly_load.select().where(load.transformer_id == transformer).order_by(load.load_hour)
    )
    return warehouse.select_rows(query)


def air(warehouse: PartitionedWarehouse, station: str, lon: float, temperatures: list[float]) -> None:
    rows = [
        {
            "station_id": station,
            "observed_at": START + timedelta(hours=n),
            "latitude": 29.7,
            "longitude": lon,
            "temperature_c": value,
        }
        for n, value in enumerate(temperatures)
    ]
    warehouse.append(weather_hourly, table_of(weather_hourly, *rows), f"{station}/{len(temperatures)}")


def quarter_hours(meter: int, start: datetime, *kwh: float) -> list[dict[str, Any]]:
    return [reading(meter, start + timedelta(minutes=15 * n), f"{value:.4f}") for n, value in enumerate(kwh)]


def test_an_hour_is_the_sum_of_its_meters(warehouse: PartitionedWarehouse) -> None:
    receive(
        warehouse,
        "b1",
        *quarter_hours(1, START, 1.0, 2.0, 3.0, 4.0, 5.0),
        *quarter_hours(2, START, 0.5, 0.5, 0.5, 0.5),
    )
    refresh(warehouse, PARAMS)

    first, second = hours(warehouse, "XFMR-A")
    assert (first["energy_kwh"], second["energy_kwh"]) == (12.0, 5.0)
    assert first["load_kva"] == pytest.approx(12.0 / 0.95)
    assert first["loading_pct"] == pytest.approx(12.0 / 0.95 / 25.0 * 100.0)
    assert (first["meter_count"], first["coverage_pct"]) == (2, 100.0)
    assert second["coverage_pct"] == 12.5  # one of eight readings of the hour
    assert hours(warehouse, "XFMR-B") == []


def test_without_weather_temperatures_are_unknown(warehouse: PartitionedWarehouse) -> None:
    receive(warehouse, "b1", *quarter_hours(3, START, 1.0, 1.0, 1.0, 1.0))
    refresh(warehouse, PARAMS)

    found = hours(warehouse, "XFMR-B")[0]
    for column in ("ambient_c", "top_oil_c", "hot_spot_c", "ageing_factor", "thermal_stress"):
        assert found[column] is None, column


def test_temperatures_follow_the_standard_over_three_days(warehouse: PartitionedWarehouse) -> None:
    rng = np.random.default_rng(1)
    kwh = np.round(rng.uniform(2.0, 20.0, 72), 2)
    ambient = [round(float(value), 1) for value in rng.uniform(22.0, 38.0, 72)]
    air(warehouse, "NEAR", -95.01, ambient)
    air(warehouse, "FAR", -95.4, [0.0] * 72)
    rows = [
        row
        for n, value in enumerate(kwh)
        for row in quarter_hours(3, START + timedelta(hours=n), *[value] * 4)
    ]
    receive(warehouse, "b1", *rows)
    refresh(warehouse, PARAMS)

    found = hours(warehouse, "XFMR-B")
    load = 4.0 * kwh / 0.95 / 50.0
    course = thermal_course(load_pu=load, ambient_c=ambient, step_h=1.0, params=PARAMS.thermal)
    assert [row["ambient_c"] for row in found] == ambient
    # A day of memory: what is forgotten is e^-8 of a rise of some 50 °C.
    assert [row["top_oil_c"] for row in found] == pytest.approx(course.top_oil_c.tolist(), abs=0.03)
    assert [row["hot_spot_c"] for row in found] == pytest.approx(course.hot_spot_c.tolist(), abs=0.03)
    for row in found:
        assert row["ageing_factor"] == pytest.approx(float(ageing_factor(row["hot_spot_c"])), rel=1e-9)
    limits = [(110.0, "LOW"), (120.0, "MODERATE"), (140.0, "HIGH"), (9999.0, "CRITICAL")]
    assert [row["thermal_stress"] for row in found] == [
        next(name for limit, name in limits if row["hot_spot_c"] <= limit) for row in found
    ]
    assert len({row["thermal_stress"] for row in found}) >= 2


def test_a_gap_in_the_readings_does_not_cool_the_oil(warehouse: PartitionedWarehouse) -> None:
    air(warehouse, "ONLY", -95.0, [30.0] * 24)
    for n in (0, 1, 2, 9):
        receive(warehouse, f"b{n}", *quarter_hours(3, START + timedelta(hours=n), *[11.875] * 4))
    refresh(warehouse, PARAMS)

    # 4 x 11.875 kWh / 0.95 = 50 kVA, the rating: 75 °C of oil in every hour there is.
    assert [row["top_oil_c"] for row in hours(warehouse, "XFMR-B")] == pytest.approx([75.0] * 4)
    assert [row["hot_spot_c"] for row in hours(warehouse, "XFMR-B")] == pytest.approx([110.0] * 4)


def test_new_temperatures_make_their_date_anew(warehouse: PartitionedWarehouse) -> None:
    receive(warehouse, "b1", *quarter_hours(3, START, 1.0), *quarter_hours(3, START + timedelta(days=1), 1.0))
    refresh(warehouse, PARAMS)
    air(warehouse, "ONLY", -95.0, [30.0])

    assert refresh(warehouse, PARAMS).hourly_days == 1
    assert [row["ambient_c"] for row in hours(warehouse, "XFMR-B")] == [30.0, None]


def test_other_constants_make_everything_anew(warehouse: PartitionedWarehouse) -> None:
    receive(warehouse, "b1", *quarter_hours(3, START, 1.0))
    refresh(warehouse, PARAMS)
    other = PipelineParams(time_zone="America/Chicago", power_factor=1.0)

    assert count_due(warehouse, other) > 0
    refresh(warehouse, other)
    assert hours(warehouse, "XFMR-B")[0]["load_kva"] == 1.0


def test_days_are_local(warehouse: PartitionedWarehouse) -> None:
    # Midnight in Chicago in summer is 05:00 UTC.
    receive(
        warehouse,
        "b1",
        *quarter_hours(1, datetime(2024, 7, 2, 4, 30), 1.0, 2.0, 4.0, 8.0),
        reading(1, datetime(2024, 7, 2, 6), "0", quality="OUTAGE"),
        reading(1, datetime(2024, 7, 2, 7), "0.5", quality="ESTIMATED", voltage_v=Decimal("231.50")),
    )
    refresh(warehouse, PARAMS)

    query = ami_daily_usage.select().order_by(ami_daily_usage.c.usage_date)
    first, second = warehouse.select_rows(query)
    assert (first["usage_date"], first["usage_kwh"], first["reading_count"]) == (
        date(2024, 7, 1),
        Decimal(3),
        2,
    )
    assert (second["usage_date"], second["usage_kwh"], second["reading_count"]) == (
        date(2024, 7, 2),
        Decimal("12.5"),
        4,
    )
    assert (second["outage_minutes"], second["estimated_count"], second["peak_kw"]) == (15, 1, 32.0)
    assert (second["min_voltage_v"], second["max_voltage_v"]) == (Decimal("231.50"), Decimal("240.00"))
    assert second["mean_voltage_v"] == pytest.approx((240 + 240 + 231.5) / 3)
    assert second["coverage_pct"] == pytest.approx(100 * 4 / 96)


@pytest.mark.parametrize(
    ("day", "quarters"), [(date(2024, 3, 10), 92), (date(2024, 11, 3), 100), (date(2024, 7, 1), 96)]
)
def test_a_whole_day_is_covered_whole_however_long_it_is(
    warehouse: PartitionedWarehouse, day: date, quarters: int
) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=CHICAGO).astimezone(UTC).replace(tzinfo=None)
    receive(
        warehouse,
        "b1",
        *quarter_hours(2, start - timedelta(hours=1), *[1.0] * (quarters + 8)),
    )
    refresh(warehouse, PARAMS)

    by_day = {row["usage_date"]: row for row in warehouse.select_rows(ami_daily_usage.select())}
    assert by_day[day]["coverage_pct"] == 100.0
    assert by_day[day]["usage_kwh"] == quarters
    assert [by_day[day + timedelta(days=n)]["reading_count"] for n in (-1, 1)] == [4, 4]


def test_a_month_is_the_sum_of_its_local_days(warehouse: PartitionedWarehouse) -> None:
    receive(
        warehouse,
        "b1",
        *quarter_hours(1, datetime(2024, 7, 1, 4, 45), 1.0, 2.0),  # the first is of June
        *quarter_hours(1, datetime(2024, 7, 20, 12), 4.0),
        *quarter_hours(1, datetime(2024, 8, 1, 4, 45), 8.0, 16.0),  # the second is of August
    )
    refresh(warehouse, PARAMS)

    months = warehouse.select_rows(ami_monthly_usage.select().order_by(ami_monthly_usage.c.usage_month))
    assert [(row["usage_month"], row["usage_kwh"], row["day_count"]) for row in months] == [
        (date(2024, 6, 1), Decimal(1), 1),
        (date(2024, 7, 1), Decimal(14), 3),
        (date(2024, 8, 1), Decimal(16), 1),
    ]
    assert [row["peak_kw"] for row in months] == [4.0, 32.0, 64.0]


def test_what_was_made_of_readings_since_replaced_goes_with_them(warehouse: PartitionedWarehouse) -> None:
    def history(at: datetime) -> Any:
        row = {
            "meter_key": 3,
            "reading_at": at,
            "reading_date": at.date(),
            "interval_minutes": 15,
            "usage_kwh": Decimal(1),
            "quality": "ACTUAL",
        }
        return table_of(ami_interval_readings, row)

    for number, at in enumerate((datetime(2024, 5, 10, 12), datetime(2024, 7, 20, 12)) * 2):
        warehouse.replace(ami_interval_readings, history(at), f"history/{number}")
        refresh(warehouse, PARAMS)

        assert list(warehouse.partition_versions(transformer_hourly_load)) == [at.date()]
        assert list(warehouse.partition_versions(ami_daily_usage)) == [at.date()]
        assert list(warehouse.partition_versions(ami_monthly_usage)) == [at.date().replace(day=1)]
        for table in (
            circuit_hourly_usage,
            circuit_daily_usage,
            transformer_daily_load,
            transformer_daily_voltage,
        ):
            assert list(warehouse.partition_versions(table)) == [at.date()]
        assert count_due(warehouse, PARAMS) == 0


def test_a_late_reading_reaches_every_roll_up_of_its_day(warehouse: PartitionedWarehouse) -> None:
    derived = (circuit_hourly_usage, circuit_daily_usage, transformer_daily_load, transformer_daily_voltage)
    noon, next_noon = datetime(2024, 7, 1, 17), datetime(2024, 7, 2, 17)
    receive(warehouse, "b1", *quarter_hours(3, noon, 1.0), *quarter_hours(3, next_noon, 8.0))
    refresh(warehouse, PARAMS)
    before = [warehouse.partition_versions(table) for table in derived]
    again = reading(3, noon, "1.0000", ingested_at=datetime(2024, 12, 2))  # a duplicate
    late = reading(3, noon + timedelta(minutes=15), "2.5", ingested_at=datetime(2024, 12, 2))
    receive(warehouse, "b2", again, late, reading(3, noon, "-1", ingested_at=datetime(2024, 12, 3)))

    assert refresh(warehouse, PARAMS).circuit_days == 1
    assert count_due(warehouse, PARAMS) == 0

    for table, old in zip(derived, before, strict=True):
        new = warehouse.partition_versions(table)
        assert new[noon.date()] != old[noon.date()]
        if table is not transformer_daily_load:  # the oil remembers the day before
            assert new[next_noon.date()] == old[next_noon.date()]
    for table, moment in ((circuit_hourly_usage, "usage_hour"), (circuit_daily_usage, "usage_date")):
        rows = warehouse.select_rows(table.select().order_by(table.c[moment]))
        assert [row["usage_kwh"] for row in rows] == [Decimal("3.5"), Decimal(8)]
        assert [row["reading_count"] for row in rows] == [2, 1]
    days = warehouse.select_rows(transformer_daily_load.select().order_by(transformer_daily_load.c.load_date))
    assert [row["energy_kwh"] for row in days] == [3.5, 8.0]
    assert [row["peak_at"] for row in days] == [noon, next_noon]
    # Two of four quarter-hours of the only hour there is; the other day's has one.
    assert [row["covered_hours"] for row in days] == [0.5, 0.25]


@pytest.mark.parametrize(
    "name", ["America/Chicago", "UTC", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Kiritimati"]
)
def test_local_days_and_utc_dates_are_each_others_inverse(name: str) -> None:
    zone = ZoneInfo(name)
    for n in range(0, 366, 3):
        day = date(2024, 1, 1) + timedelta(days=n)
        start, end = day_bounds(day, zone)
        assert end - start in {timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)}
        assert all(day in local_days(each, zone) for each in utc_dates(day, zone))
        assert all(day in utc_dates(each, zone) for each in local_days(day, zone))
