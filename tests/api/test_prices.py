"""Energy prices and costs: by hour, local day and month; who may see which zone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid import models
from grid.warehouse import Warehouse, tables
from tests.clients import Api
from tests.factories.grid import grant_zone, make_zone
from tests.integration.warehouse.rows import table_of

PRICES = """query ($start: DateTime!, $end: DateTime!, $zone: String) {
    energyPrices(start: $start, end: $end, zoneId: $zone) { at zoneId priceUsdPerMwh method source } }"""
COSTS = """query ($start: DateTime!, $end: DateTime!, $bucket: CostBucket! = DAY) {
    energyCosts(start: $start, end: $end, bucket: $bucket) { at energyKwh pricedKwh costUsd } }"""
MIDNIGHT = datetime(2026, 6, 30, 5)  # of 30 June in Chicago
SPAN = {"start": "2026-06-30T05:00:00Z", "end": "2026-07-02T05:00:00Z"}


@pytest.fixture
def priced(synced: None, warehouse: Warehouse) -> Warehouse:
    """Two zones, a transformer of 100 kWh an hour in each, over two days; one price each but for one hour."""
    moments = [MIDNIGHT + timedelta(hours=n) for n in range(48)]
    zones = {"ZONE-N": 20.0, "ZONE-S": 50.0}
    rows: dict[Any, list[dict[str, Any]]] = {
        tables.substations: [{"substation_id": f"SUB-{zone}", "zone_id": zone} for zone in zones],
        tables.transformer_metadata: [
            {"transformer_id": f"XFMR-{zone}", "substation_id": f"SUB-{zone}"} for zone in zones
        ],
        tables.transformer_hourly_load: [
            {"transformer_id": f"XFMR-{zone}", "load_hour": at, "load_date": at.date(), "energy_kwh": 100.0}
            for zone in zones
            for at in moments
        ],
        tables.energy_prices_hourly: [
            {
                "zone_id": zone,
                "price_hour": at,
                "received_at": MIDNIGHT,
                "price_usd_per_mwh": None if at == moments[0] else usd,
                "method": "SETTLEMENT",
                "source": "june.csv",
            }
            for zone, usd in zones.items()
            for at in moments
        ],
    }
    for table, found in rows.items():
        warehouse.append(table, table_of(table, *found), "priced")
    for zone in zones:
        make_zone(id=zone)
    return warehouse


def test_prices_come_by_hour_and_zone(viewer_api: Api, priced: Warehouse) -> None:
    found = viewer_api.data(PRICES, start=SPAN["start"], end="2026-06-30T07:00:00Z")["energyPrices"]

    assert [(row["at"][:13], row["zoneId"], row["priceUsdPerMwh"]) for row in found] == [
        ("2026-06-30T05", "ZONE-N", None),
        ("2026-06-30T05", "ZONE-S", None),
        ("2026-06-30T06", "ZONE-N", 20.0),
        ("2026-06-30T06", "ZONE-S", 50.0),
    ]
    assert {(row["method"], row["source"]) for row in found} == {("SETTLEMENT", "june.csv")}
    one = viewer_api.data(PRICES, zone="ZONE-S", **SPAN)["energyPrices"]
    assert len(one) == 48


def test_costs_are_those_of_local_days_and_months(viewer_api: Api, priced: Warehouse) -> None:
    """A day has 24 h of 100 kWh at 20 and at 50 USD per MWh: 168 USD; the first lacks an hour's prices."""
    days = viewer_api.data(COSTS, **SPAN)["energyCosts"]

    assert days == [
        {
            "at": "2026-06-30T05:00:00+00:00",
            "energyKwh": 4800.0,
            "pricedKwh": 4600.0,
            "costUsd": pytest.approx(161.0),
        },
        {
            "at": "2026-07-01T05:00:00+00:00",
            "energyKwh": 4800.0,
            "pricedKwh": 4800.0,
            "costUsd": pytest.approx(168.0),
        },
    ]
    months = viewer_api.data(COSTS, bucket="MONTH", **SPAN)["energyCosts"]
    assert [(row["at"][:10], row["energyKwh"]) for row in months] == [
        ("2026-06-01", 4800.0),
        ("2026-07-01", 4800.0),
    ]
    hours = viewer_api.data(COSTS, bucket="HOUR", **SPAN)["energyCosts"]
    assert len(hours) == 48
    assert hours[0]["costUsd"] is None
    assert hours[1] == {
        "at": "2026-06-30T06:00:00+00:00",
        "energyKwh": 200.0,
        "pricedKwh": 200.0,
        "costUsd": pytest.approx(7.0),
    }


def test_a_user_of_one_zone_sees_its_prices_and_costs_only(
    viewer: User, viewer_api: Api, priced: Warehouse
) -> None:
    grant_zone(user=viewer, zone=models.Zone.objects.get(pk="ZONE-S"))

    prices = viewer_api.data(PRICES, **SPAN)["energyPrices"]
    costs = viewer_api.data(COSTS, **SPAN)["energyCosts"]

    assert {row["zoneId"] for row in prices} == {"ZONE-S"}
    assert [row["costUsd"] for row in costs] == pytest.approx([115.0, 120.0])
    refused = viewer_api.run(PRICES, zone="ZONE-N", **SPAN)["errors"][0]
    assert refused["extensions"]["code"] == "NOT_FOUND"


def test_an_unknown_zone_is_not_found(viewer_api: Api, priced: Warehouse) -> None:
    refused = viewer_api.run(PRICES, zone="ZONE-X", **SPAN)["errors"][0]

    assert refused["extensions"]["code"] == "NOT_FOUND"
    assert refused["extensions"]["field"] == "zoneId"


@pytest.mark.parametrize(
    ("query", "span", "field"),
    [
        (PRICES, {"end": SPAN["start"]}, "end"),
        (PRICES, {"start": "2026-06-30T05:00:00"}, "start"),
        (PRICES, {"end": "2026-08-02T05:00:00Z"}, "end"),
        (COSTS, {"end": "2027-07-02T05:00:00Z"}, "end"),
    ],
)
def test_a_bad_span_names_its_field(
    viewer_api: Api, priced: Warehouse, query: str, span: dict[str, str], field: str
) -> None:
    refused = viewer_api.run(query, **(SPAN | span))["errors"][0]

    assert refused["extensions"]["code"] == "BAD_INPUT"
    assert refused["extensions"]["field"] == field


def test_without_prices_there_are_none(viewer_api: Api, warehouse: Warehouse) -> None:
    make_zone(id="ZONE-N")

    assert viewer_api.data(PRICES, **SPAN)["energyPrices"] == []
