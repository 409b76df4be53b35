"""How key figures went: from history against figures worked by hand, and from samples."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid import models
from grid.selectors.kpis import KEYS
from grid.selectors.kpis.trends import spans_at
from grid.services.kpi_samples import take_sample
from grid.warehouse import Warehouse, tables
from tests.api.test_kpi_parts import put, put_stations
from tests.api.test_line_ratings import NIGHT, by_id, fill_warehouse
from tests.api.test_line_ratings import QUERY as RATINGS
from tests.clients import Api
from tests.factories.computed import make_asset_health, make_kpi_sample
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_crew,
    make_customer,
    make_meter,
    make_outage,
    make_pole,
    make_substation,
    make_transformer,
    make_zone,
)

NOW = datetime(2025, 6, 8, 12, 3, 20, tzinfo=UTC)
MARK = datetime(2025, 6, 8, 12, 0, tzinfo=UTC)
NAIVE = MARK.replace(tzinfo=None)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grid.selectors.kpis.trends.timezone.now", lambda: NOW)


def trend(api: Api, key: str) -> dict[str, Any]:
    answer = api.data(
        """query($keys: [String!]) { kpis(keys: $keys) {
             value trend { source at values dayAgo weekAgo reason } } }""",
        keys=[key],
    )
    return answer["kpis"][0]["trend"]


def put_outages(warehouse: Warehouse, *spans: tuple[str, str, float, float | None, int]) -> None:
    """Fill in outages: name, status, begun and ended so many hours before the mark, customers."""

    def at(ago: float | None) -> datetime | None:
        return None if ago is None else NAIVE - HOUR * ago

    put(
        warehouse,
        tables.outage_restoration_tracker,
        *(
            {
                "outage_id": name,
                "substation_id": "SUB-1",
                "status": status,
                "started_at": at(begun),
                "restored_at": at(ended),
            }
            for name, status, begun, ended, _ in spans
        ),
    )
    put(
        warehouse,
        tables.outage_interruptions,
        *(
            {
                "interruption_id": f"{name}|X",
                "outage_id": name,
                "substation_id": "SUB-1",
                "customers": customers,
                "started_at": at(begun),
                "restored_at": at(ended),
            }
            for name, _, begun, ended, customers in spans
        ),
    )
    put(
        warehouse,
        tables.work_orders,
        *(
            {
                "work_order_id": name,
                "substation_id": "SUB-1",
                "status": status,
                "created_at": at(begun),
                "completed_at": at(ended),
            }
            for name, status, begun, ended in (
                ("WO-1", "OPEN", 30, None),
                ("WO-2", "COMPLETED", 200, 100),
                ("WO-3", "COMPLETED", 200, None),
                ("WO-4", "CANCELLED", 200, None),
            )
        ),
    )


def test_outages_in_force_then_are_told_from_when_they_began_and_ended(
    viewer_api: Api, synced: None, warehouse: Warehouse
) -> None:
    put_stations(warehouse)
    put_outages(
        warehouse,
        ("A", "RESTORED", 25.0, 23.0, 10),
        ("B", "RESTORED", 24.0, 24.0, 20),
        ("C", "RESTORED", 170.0, 165.0, 30),
        ("D", "CONFIRMED", 2.0, None, 40),
        ("E", "CANCELLED", 25.0, 0.0, 50),
        ("F", "RESTORED", 300.0, 168.0, 60),
    )

    outages, out, work = (
        trend(viewer_api, key) for key in ("activeOutages", "customersOut", "openWorkOrders")
    )

    assert out["source"] == "HISTORY"
    assert len(out["at"]) == len(out["values"]) == 57
    assert (out["at"][0], out["at"][-1]) == ("2025-06-01T12:00:00+00:00", MARK.isoformat())
    # A day ago A was on, B had ended that moment; a week ago C was on, F had ended that moment.
    assert (out["values"][-1], out["dayAgo"], out["weekAgo"]) == (40.0, 10.0, 30.0)
    assert (outages["values"][-1], outages["dayAgo"], outages["weekAgo"]) == (1.0, 1.0, 1.0)
    assert out["values"][-2] == 0.0
    # WO-2 was open until four days ago; when the others were is not known, or WO-1 still is.
    assert (work["values"][-1], work["dayAgo"], work["weekAgo"]) == (1.0, 1.0, 1.0)
    assert sum(work["values"]) == 11 + 23


def test_the_average_restoration_is_what_would_have_been_said_then(
    viewer_api: Api, synced: None, warehouse: Warehouse
) -> None:
    put_stations(warehouse)
    put_outages(warehouse, ("A", "RESTORED", 3.0, 1.0, 10), ("B", "RESTORED", 101.0, 100.0, 10))

    found = trend(viewer_api, "averageRestorationMinutes")

    assert (found["values"][-1], found["dayAgo"], found["weekAgo"]) == (90.0, 60.0, None)


def test_load_and_margin_are_those_of_the_same_hour_then(
    viewer_api: Api, synced: None, warehouse: Warehouse
) -> None:
    fill_warehouse(warehouse)
    put(warehouse, tables.customers_master_data)
    put(warehouse, tables.outage_restoration_tracker)
    put(warehouse, tables.work_orders)
    models.SyncLayer.objects.update(synced_at=None)
    then = by_id(viewer_api.data(RATINGS, at=(NIGHT - timedelta(days=1)).isoformat()))["CKT-A"]

    load, margin = (trend(viewer_api, key) for key in ("loadMw", "operationalMarginPct"))

    assert load["at"][-1] == NIGHT.isoformat()
    assert (load["values"][-1], load["dayAgo"], load["weekAgo"]) == (8.55, 1.9, None)
    assert margin["dayAgo"] == pytest.approx(then["marginPct"])
    assert margin["weekAgo"] is None


def test_a_figure_of_no_hour_has_no_trend(viewer_api: Api, synced: None) -> None:
    found = trend(viewer_api, "loadMw")

    assert (found["at"], found["values"]) == ([], [])
    assert found["reason"] == "No hour is known that the figure is of."


def test_without_the_warehouse_history_is_not_known(viewer_api: Api, synced: None) -> None:
    found = trend(viewer_api, "activeOutages")

    assert set(found["values"]) == {None}
    assert found["reason"].startswith("The warehouse cannot answer")


def test_figures_without_history_are_told_from_samples(viewer: User, synced: None) -> None:
    mine, other = make_zone(), make_zone()
    for days, served in ((0, 100), (1, 90), (7, 80)):
        for zone, share in ((mine, 1), (other, 2)):
            make_kpi_sample(
                zone=zone,
                at=MARK - timedelta(days=days, minutes=4),
                active_customers=served * share,
                customers_out=10,
                crews_active=days,
                health_index_sum=50.0 * share,
                health_count=1,
            )
    make_kpi_sample(zone=mine, at=MARK - timedelta(days=2, minutes=6), crews_active=9)

    served = trend(Api(viewer), "customersServed")
    health = trend(Api(viewer), "assetHealthIndex")

    assert served["source"] == "SAMPLES"
    assert (served["values"][-1], served["dayAgo"], served["weekAgo"]) == (280.0, 250.0, 220.0)
    assert health["dayAgo"] == 75.0
    grant_zone(user=viewer, zone=mine)
    crews = trend(Api(viewer), "crewsActive")
    assert (crews["values"][-1], crews["dayAgo"], crews["weekAgo"]) == (0.0, 1.0, 7.0)
    assert crews["values"].count(None) == 54  # the one more than five minutes off is none


def test_without_samples_it_says_so(viewer_api: Api, synced: None) -> None:
    found = trend(viewer_api, "crewsActive")

    assert set(found["values"]) == {None}
    assert found["reason"] == "It is sampled every five minutes, and no sample is as old yet."


@pytest.mark.parametrize("key", KEYS)
def test_every_figure_has_a_trend_or_says_why_not(
    viewer_api: Api, synced: None, warehouse: Warehouse, key: str
) -> None:
    found = trend(viewer_api, key)

    assert found["source"] in {"HISTORY", "SAMPLES"}
    assert found["reason"]


def test_what_was_in_force_at_a_moment() -> None:
    rows = [
        {"started_at": NAIVE, "ended_at": NAIVE + HOUR, "count": 2},
        {"started_at": NAIVE + HOUR, "ended_at": None, "count": 3},
    ]

    assert spans_at(rows, [NAIVE - HOUR, NAIVE, NAIVE + HOUR, NAIVE + 9 * HOUR]) == [0.0, 2.0, 3.0, 3.0]
    assert spans_at([], [NAIVE]) == [0.0]


def test_a_sample_holds_sums_of_each_zone(synced: None) -> None:
    zone = make_zone()
    circuit = make_circuit(substation=make_substation(zone=zone))
    unit = make_transformer(circuit=circuit)
    for status in ("ACTIVE", "ACTIVE", "CLOSED"):
        make_customer(meter=make_meter(transformer=unit), account_status=status)
    make_outage(circuit=circuit, customers_out=5)
    make_outage(circuit=circuit, customers_out=9, status="RESTORED")
    make_crew(home_substation=circuit.substation, status="ON_SITE")
    make_crew(home_substation=circuit.substation, status="AVAILABLE")
    make_asset_health(transformer=unit, health_index=70.0)
    make_asset_health(pole=make_pole(circuit=circuit), health_index=None)
    make_asset_health(circuit=circuit, health_index=1.0)

    assert take_sample(now=NOW) == 1
    assert take_sample(now=NOW + timedelta(minutes=1)) == 0

    (found,) = models.KpiSample.objects.values()
    assert (found["at"], found["zone_id"]) == (MARK, zone.pk)
    assert (found["active_customers"], found["customers_out"], found["crews_active"]) == (2, 5, 1)
    assert (found["health_index_sum"], found["health_count"]) == (70.0, 1)


def test_what_was_never_synced_is_not_sampled(synced: None) -> None:
    make_customer()
    models.SyncLayer.objects.filter(pk__in=["outages", "crews"]).update(synced_at=None)

    take_sample(now=NOW)

    (found,) = models.KpiSample.objects.all()
    assert found.active_customers == 1
    assert (found.customers_out, found.crews_active) == (None, None)


def test_where_nobody_is_out_the_sample_says_none_are(synced: None) -> None:
    make_customer()

    take_sample(now=NOW)

    assert models.KpiSample.objects.get().customers_out == 0


def test_samples_are_kept_for_90_days(synced: None) -> None:
    make_kpi_sample(at=MARK - timedelta(days=90))
    make_kpi_sample(at=MARK - timedelta(days=90, minutes=5))

    take_sample(now=NOW)

    assert models.KpiSample.objects.count() == 1


def test_the_moment_now_is_this_machines(monkeypatch: pytest.MonkeyPatch, synced: None) -> None:
    make_customer()
    monkeypatch.setattr(timezone, "now", lambda: NOW)

    take_sample()

    assert models.KpiSample.objects.get().at == MARK
