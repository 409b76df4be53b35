"""Key figures of crews, restoration, margin and health, from either store, worked by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid import models
from grid.selectors.kpis import parts
from grid.standards.conductors import CATALOGUE
from grid.standards.line_rating import RatingParams, ampacity_a
from grid.warehouse import Warehouse, tables
from tests.api.test_line_ratings import ACSR, NIGHT
from tests.api.test_line_ratings import fill_cache as fill_ratings
from tests.clients import Api
from tests.factories.computed import make_asset_health
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_crew,
    make_pole,
    make_substation,
    make_transformer,
    make_zone,
)
from tests.warehouse_rows import fill, filled

NOON = datetime(2025, 6, 1, 12, 0)
PLACE = {"latitude": 29.7, "longitude": -95.4}


def figures(api: Api, *keys: str) -> dict[str, dict[str, Any]]:
    answer = api.data(
        "query($keys: [String!]) { kpis(keys: $keys) { key value unit dataAsOf reason } }", keys=list(keys)
    )
    return {each["key"]: each for each in answer["kpis"]}


def figure(api: Api, key: str) -> tuple[float | None, str | None]:
    found = figures(api, key)[key]
    return found["value"], found["reason"]


def put(warehouse: Warehouse, table: Any, *rows: dict[str, Any]) -> None:
    fill(warehouse, table, [filled(table, row) for row in rows])


def put_stations(warehouse: Warehouse) -> None:
    put(
        warehouse,
        tables.substations,
        *({"substation_id": f"SUB-{n}", "zone_id": f"ZONE-{n}", **PLACE} for n in (1, 2)),
    )


def test_crews_at_work_are_those_assigned_or_on_site(viewer_api: Api, synced: None) -> None:
    for status in ("AVAILABLE", "ASSIGNED", "ON_SITE", "ON_SITE", "OFF_SHIFT"):
        make_crew(status=status)

    assert figure(viewer_api, "crewsActive") == (3.0, None)


def test_without_a_crew_on_record_it_is_not_known_how_many_work(viewer_api: Api, synced: None) -> None:
    assert figure(viewer_api, "crewsActive") == (None, "No crews are on record.")


def test_the_warehouse_counts_crews_alike(
    viewer: User, viewer_api: Api, synced: None, warehouse: Warehouse
) -> None:
    put_stations(warehouse)
    put(
        warehouse,
        tables.crews,
        *(
            {"crew_id": f"CREW-{n}", "home_substation_id": f"SUB-{station}", "status": status}
            for n, (station, status) in enumerate([(1, "ASSIGNED"), (1, "OFF_SHIFT"), (2, "ON_SITE")])
        ),
    )
    models.SyncLayer.objects.filter(pk="crews").update(synced_at=None)

    assert figure(viewer_api, "crewsActive") == (2.0, None)
    grant_zone(user=viewer, zone=make_zone(id="ZONE-1"))
    assert figure(Api(viewer), "crewsActive") == (1.0, None)


def test_a_part_that_cannot_be_had_leaves_the_others_alone(viewer_api: Api, synced: None) -> None:
    models.SyncLayer.objects.filter(pk="crews").update(synced_at=None)

    found = figures(viewer_api, "crewsActive", "activeOutages")

    assert found["activeOutages"]["value"] == 0
    assert found["crewsActive"]["value"] is None
    assert "'crews' has never been synced" in found["crewsActive"]["reason"]


def put_outages(warehouse: Warehouse) -> None:
    """Fill in outages: of two steps, momentary in part, long before, active, and cancelled."""
    outages = [
        ("A", "RESTORED", NOON, 1),
        ("B", "RESTORED", NOON - timedelta(days=29), 2),
        ("C", "RESTORED", NOON - timedelta(days=31), 1),
        ("D", "CONFIRMED", None, 1),
        ("E", "CANCELLED", NOON, 1),
    ]
    put(
        warehouse,
        tables.outage_restoration_tracker,
        *(
            {
                "outage_id": f"OUT-{name}",
                "status": status,
                "substation_id": f"SUB-{station}",
                "restored_at": ended,
                "version": 1,
            }
            for name, status, ended, station in outages
        ),
    )
    # Outage, customers, minutes out, end before the end of the outage.
    out = [
        ("A", 10, 60, 0),
        ("A", 30, 20, 40),
        ("B", 5, 100, 0),
        ("B", 500, 5, 0),
        ("C", 7, 1000, 0),
        ("E", 90, 90, 0),
    ]
    ends = {name: ended for name, _, ended, _ in outages}
    stations = {name: station for name, _, _, station in outages}
    put(
        warehouse,
        tables.outage_interruptions,
        *(
            {
                "interruption_id": f"OUT-{name}|XFMR-{n}",
                "outage_id": f"OUT-{name}",
                "substation_id": f"SUB-{stations[name]}",
                "customers": customers,
                "started_at": ends[name] - timedelta(minutes=before + minutes),
                "restored_at": ends[name] - timedelta(minutes=before),
            }
            for n, (name, customers, minutes, before) in enumerate(out)
        ),
        {
            "interruption_id": "OUT-D|XFMR-9",
            "outage_id": "OUT-D",
            "substation_id": "SUB-1",
            "customers": 8,
            "started_at": NOON,
        },
    )


def test_the_average_restoration_is_that_of_a_customer(
    viewer: User, viewer_api: Api, synced: None, warehouse: Warehouse
) -> None:
    put_stations(warehouse)
    put_outages(warehouse)

    found = figures(viewer_api, "averageRestorationMinutes")["averageRestorationMinutes"]

    # 10 customers for 60 min, 30 for 20, 5 for 100; five minutes are momentary, 31 days too long ago.
    assert found["value"] == pytest.approx((600 + 600 + 500) / 45)
    assert (found["unit"], found["reason"]) == ("min", None)
    assert found["dataAsOf"] == "2025-06-01T12:00:00+00:00"
    grant_zone(user=viewer, zone=make_zone(id="ZONE-1"))
    assert figure(Api(viewer), "averageRestorationMinutes") == (pytest.approx(1200 / 40), None)


def test_a_restoration_after_now_does_not_count(
    viewer_api: Api, synced: None, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_stations(warehouse)
    put_outages(warehouse)
    monkeypatch.setattr(timezone, "now", lambda: NOON.replace(tzinfo=UTC) - timedelta(days=1))

    found = parts.restoration(User.objects.get(username="vera"))

    assert (found.customers, found.customer_minutes) == (5 + 7, 500 + 7000)


def test_without_an_outage_that_ended_the_average_is_not_known(
    viewer_api: Api, synced: None, warehouse: Warehouse
) -> None:
    put_stations(warehouse)
    put(warehouse, tables.outage_interruptions)
    put(warehouse, tables.outage_restoration_tracker)

    value, reason = figure(viewer_api, "averageRestorationMinutes")

    assert (value, reason) == (None, "No outage that ended in those days is on record.")


def test_without_the_warehouse_the_average_says_so(viewer_api: Api, synced: None) -> None:
    value, reason = figure(viewer_api, "averageRestorationMinutes")

    assert value is None
    assert reason is not None
    assert reason.startswith("The warehouse cannot answer")


def test_the_margin_is_what_the_weather_ratings_leave(viewer_api: Api, synced: None) -> None:
    fill_ratings()

    found = figures(viewer_api, "operationalMarginPct", "capacityLeftMw", "circuitsAbove85Pct")

    # One circuit has both: 6 MVA on 336.4 kcmil at 12.47 kV in a night of 30 °C; power factor 0.95.
    rated_a = ampacity_a(CATALOGUE[ACSR], ambient_c=30.0, sun_w_per_m2=0.0, params=RatingParams())
    rated_mva = 3**0.5 * 12.47 * float(rated_a) / 1000
    assert found["operationalMarginPct"]["value"] == pytest.approx(100 * (1 - 6 / rated_mva))
    assert found["capacityLeftMw"]["value"] == pytest.approx((rated_mva - 6) * 0.95)
    assert found["circuitsAbove85Pct"]["value"] == 0.0
    assert found["capacityLeftMw"]["dataAsOf"] == NIGHT.isoformat()


def test_without_weather_the_margin_is_not_known(viewer_api: Api, synced: None) -> None:
    fill_ratings()
    models.WeatherObservation.objects.all().delete()

    value, reason = figure(viewer_api, "operationalMarginPct")

    assert value is None
    assert reason == "No circuit has both a load and a rating in the weather of the hour."


def test_the_health_is_the_mean_of_transformers_and_poles(viewer: User, synced: None) -> None:
    zone = make_zone()
    circuit = make_circuit(substation=make_substation(zone=zone))
    make_asset_health(transformer=make_transformer(circuit=circuit), health_index=80.0)
    make_asset_health(pole=make_pole(circuit=circuit), health_index=50.0)
    make_asset_health(pole=make_pole(circuit=circuit), health_index=None)
    make_asset_health(circuit=circuit, health_index=10.0)
    make_asset_health(pole=make_pole(), health_index=20.0)

    assert figure(Api(viewer), "assetHealthIndex") == (pytest.approx(50.0), None)
    grant_zone(user=viewer, zone=zone)
    assert figure(Api(viewer), "assetHealthIndex") == (pytest.approx(65.0), None)


def test_the_warehouse_averages_health_alike(viewer_api: Api, synced: None, warehouse: Warehouse) -> None:
    put_stations(warehouse)
    put(
        warehouse,
        tables.asset_health,
        *(
            {
                "asset_id": f"A-{n}",
                "asset_kind": kind,
                "substation_id": "SUB-1",
                "health_index": index,
                "as_of": NOON,
            }
            for n, (kind, index) in enumerate(
                [("TRANSFORMER", 80.0), ("POLE", 50.0), ("POLE", None), ("CIRCUIT", 10.0)]
            )
        ),
    )
    models.SyncLayer.objects.filter(pk="asset_health").update(synced_at=None)

    assert figure(viewer_api, "assetHealthIndex") == (pytest.approx(65.0), None)


def test_health_that_was_never_assessed_is_not_known(viewer_api: Api, synced: None) -> None:
    value, reason = figure(viewer_api, "assetHealthIndex")

    assert value is None
    assert reason is not None
    assert reason.startswith("The health of no asset is known")
