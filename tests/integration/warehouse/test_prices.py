"""Prices, costs and enriched readings, with answers worked out by hand, on both backends."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from grid.pipeline.enriched import enriched_readings
from grid.warehouse import Warehouse
from grid.warehouse.queries import energy_costs, energy_prices
from grid.warehouse.tables import (
    ami_interval_readings,
    energy_prices_hourly,
    meter_infrastructure,
    substations,
    transformer_hourly_load,
    transformer_metadata,
    weather_hourly,
)
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

SIX, SEVEN, EIGHT = (datetime(2026, 7, 1, hour) for hour in (6, 7, 8))
SPAN = {"since": SIX, "until": EIGHT}


def price(
    zone: str, at: datetime, usd: float | None, *, received: int = 1, source: str = "a.csv"
) -> dict[str, Any]:
    return {
        "zone_id": zone,
        "price_hour": at,
        "price_usd_per_mwh": usd,
        "received_at": datetime(2026, 7, received),
        "method": "SETTLEMENT",
        "source": source,
    }


def put_prices(warehouse: Warehouse, *rows: dict[str, Any]) -> None:
    warehouse.append(energy_prices_hourly, table_of(energy_prices_hourly, *rows), "prices")


def put_grid(warehouse: Warehouse) -> None:
    """Two zones, one substation, transformer and meter each, at 29.7° north and 95.4° and 95.0° west."""
    places = [("1", "ZONE-N", -95.4), ("2", "ZONE-S", -95.0)]
    for table, rows in {
        substations: [{"substation_id": f"SUB-{n}", "zone_id": zone} for n, zone, _ in places],
        transformer_metadata: [
            {"transformer_id": f"XFMR-{n}", "substation_id": f"SUB-{n}", "latitude": 29.7, "longitude": lon}
            for n, _, lon in places
        ],
        meter_infrastructure: [
            {
                "meter_id": f"MTR-{n}",
                "meter_key": int(n),
                "transformer_id": f"XFMR-{n}",
                "substation_id": f"SUB-{n}",
            }
            for n, _, _ in places
        ],
    }.items():
        warehouse.append(table, table_of(table, *rows), "grid")


def load(transformer: str, at: datetime, kwh: float) -> dict[str, Any]:
    return {"transformer_id": transformer, "load_hour": at, "load_date": at.date(), "energy_kwh": kwh}


def test_the_price_received_last_counts(warehouse: Warehouse) -> None:
    put_prices(
        warehouse,
        price("ZONE-N", SIX, 20.0, received=2, source="old.csv"),
        price("ZONE-N", SIX, 25.5, received=3, source="new.csv"),
        price("ZONE-N", SEVEN, 30.0),
        price("ZONE-N", SEVEN, None, received=2),
        price("ZONE-S", SIX, -4.25),
        price("ZONE-S", EIGHT, 99.0),
    )

    found = warehouse.select_rows(energy_prices(**SPAN))

    assert [(row["at"], row["zone_id"], row["price_usd_per_mwh"], row["source"]) for row in found] == [
        (SIX, "ZONE-N", 25.5, "new.csv"),
        (SIX, "ZONE-S", -4.25, "a.csv"),
        (SEVEN, "ZONE-N", None, "a.csv"),
    ]
    one = warehouse.select_rows(energy_prices(**SPAN, zone_ids=["ZONE-S"]))
    assert [row["price_usd_per_mwh"] for row in one] == [-4.25]


def test_without_prices_there_are_none(warehouse: Warehouse) -> None:
    put_grid(warehouse)

    assert warehouse.select_rows(energy_prices(**SPAN)) == []


def test_costs_are_energy_times_the_price_of_its_zone_and_hour(warehouse: Warehouse) -> None:
    """At six 1,000 kWh at 20 USD and 500 at 40 USD per MWh: 20 + 20. At seven only the north has a price."""
    put_grid(warehouse)
    put_prices(
        warehouse, price("ZONE-N", SIX, 20.0), price("ZONE-S", SIX, 40.0), price("ZONE-N", SEVEN, 50.0)
    )
    hours = [
        load("XFMR-1", SIX, 1000.0),
        load("XFMR-2", SIX, 500.0),
        load("XFMR-1", SEVEN, 200.0),
        load("XFMR-2", SEVEN, 300.0),
        load("XFMR-1", EIGHT, 9.0),
    ]
    warehouse.append(transformer_hourly_load, table_of(transformer_hourly_load, *hours), "load")

    found = warehouse.select_rows(energy_costs(**SPAN))

    assert found == [
        {"at": SIX, "energy_kwh": 1500.0, "priced_kwh": 1500.0, "cost_usd": 40.0},
        {"at": SEVEN, "energy_kwh": 500.0, "priced_kwh": 200.0, "cost_usd": 10.0},
    ]
    south = warehouse.select_rows(energy_costs(**SPAN, zone_ids=["ZONE-S"]))
    assert south == [
        {"at": SIX, "energy_kwh": 500.0, "priced_kwh": 500.0, "cost_usd": 20.0},
        {"at": SEVEN, "energy_kwh": 300.0, "priced_kwh": None, "cost_usd": None},
    ]


def test_readings_meet_the_air_and_the_price_of_their_hour(warehouse: Warehouse) -> None:
    """Meter 1 has the western station and the northern price, meter 2 the eastern one and no price at all."""
    put_grid(warehouse)
    put_prices(warehouse, price("ZONE-N", SIX, 40.0), price("ZONE-N", SEVEN, 100.0))
    air = [
        {
            "station_id": station,
            "observed_at": at,
            "latitude": 29.7,
            "longitude": lon,
            "temperature_c": celsius,
        }
        for station, lon, at, celsius in (
            ("W", -95.5, SIX, 30.0),
            ("W", -95.5, SEVEN, 31.0),
            ("E", -94.9, SIX, 27.0),
        )
    ]
    warehouse.append(weather_hourly, table_of(weather_hourly, *air), "air")
    readings = [
        {
            "meter_key": key,
            "reading_at": at,
            "reading_date": at.date(),
            "interval_minutes": 15,
            "usage_kwh": Decimal(kwh),
            "quality": "ACTUAL",
        }
        for key, at, kwh in (
            (1, SIX.replace(minute=45), "0.5000"),
            (1, SEVEN, "2.0000"),
            (2, SIX.replace(minute=15), "1.0000"),
            (2, SEVEN.replace(minute=15), "1.0000"),
        )
    ]
    warehouse.append(ami_interval_readings, table_of(ami_interval_readings, *readings), "readings")

    found = warehouse.select_rows(enriched_readings(date(2026, 7, 1)))

    names = ("meter_id", "usage_kwh", "temperature_c", "price_usd_per_mwh", "cost_usd")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("MTR-1", Decimal("0.5000"), 30.0, 40.0, 0.02),
        ("MTR-1", Decimal("2.0000"), 31.0, 100.0, 0.2),
        ("MTR-2", Decimal("1.0000"), 27.0, None, None),
        ("MTR-2", Decimal("1.0000"), None, None, None),
    ]
    some = warehouse.select_rows(enriched_readings(date(2026, 7, 1), lo_key=2, hi_key=2))
    assert {row["meter_id"] for row in some} == {"MTR-2"}
    assert warehouse.select_rows(enriched_readings(date(2026, 7, 2))) == []


def test_readings_are_enriched_without_weather_and_prices(warehouse: Warehouse) -> None:
    put_grid(warehouse)
    row = {
        "meter_key": 1,
        "reading_at": SIX,
        "reading_date": SIX.date(),
        "interval_minutes": 15,
        "usage_kwh": Decimal("0.5000"),
        "quality": "ACTUAL",
    }
    warehouse.append(ami_interval_readings, table_of(ami_interval_readings, row), "readings")

    found = warehouse.select_rows(enriched_readings(SIX.date()))

    assert [(each["temperature_c"], each["price_usd_per_mwh"], each["cost_usd"]) for each in found] == [
        (None, None, None)
    ]
