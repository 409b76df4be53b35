"""The key figures against data counted by hand, from either store."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid import models
from grid.federation.breakers import FAILURES_TO_OPEN, postgis_breaker, warehouse_breaker
from grid.selectors import kpis
from grid.selectors.kpis import inputs
from grid.warehouse import Warehouse, tables
from tests.clients import Api
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_customer,
    make_meter,
    make_outage,
    make_substation,
    make_transformer,
    make_transformer_load,
    make_work_order,
    make_zone,
)
from tests.warehouse_rows import fill

KEYS = (
    "customersServed",
    "activeOutages",
    "customersOut",
    "loadMw",
    "overloadedTransformersPct",
    "openWorkOrders",
)
QUERY = (
    f"{{ kpis(keys: {list(KEYS)}) {{ key label value unit definition dataAsOf reason coveragePct }} }}"
).replace("'", '"')
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LAYERS_NEEDED = ("customers", "outages", "transformer_load", "work_orders")


def values(answer: dict[str, Any]) -> dict[str, float | None]:
    return {each["key"]: each["value"] for each in answer["data"]["kpis"]}


def ages(answer: dict[str, Any]) -> dict[str, str | None]:
    return {each["key"]: each["dataAsOf"] for each in answer["data"]["kpis"]}


def fill_cache() -> None:
    """Fill PostGIS: 5 active accounts, 2 active outages of 3 and 1 customers, 4 loads in the newest hour."""
    for status in ("ACTIVE",) * 5 + ("CLOSED", "SUSPENDED"):
        make_customer(account_status=status)
    make_outage(status="IN_PROGRESS", customers_out=3, started_at=NOON)
    make_outage(status="PREDICTED", customers_out=1, started_at=NOON - timedelta(hours=2))
    make_outage(status="RESTORED", customers_out=0, started_at=NOON - timedelta(hours=3))
    make_outage(status="CANCELLED", customers_out=9, started_at=NOON - timedelta(hours=3))
    for energy_kwh, loading_pct in ((10.0, 20.0), (20.5, 100.0), (30.0, 100.1), (40.0, 180.0)):
        make_transformer_load(energy_kwh=energy_kwh, loading_pct=loading_pct, load_hour=NOON)
    make_transformer_load(energy_kwh=999.0, loading_pct=200.0, load_hour=NOON - timedelta(hours=1))
    for status in ("OPEN", "ASSIGNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"):
        make_work_order(status=status, created_at=NOON - timedelta(hours=5))


def test_the_figures_equal_the_rows_counted_by_hand(viewer_api: Api, synced: None) -> None:
    fill_cache()

    answer = viewer_api.run(QUERY)

    assert values(answer) == {
        "customersServed": 5 - 4,
        "activeOutages": 2,
        "customersOut": 4,
        "loadMw": pytest.approx(0.1005),
        "overloadedTransformersPct": 50.0,
        "openWorkOrders": 3,
    }
    assert all(each["reason"] is None and each["definition"] for each in answer["data"]["kpis"])
    assert ages(answer)["loadMw"] == "2026-06-01T12:00:00+00:00"
    assert ages(answer)["activeOutages"] == "2026-06-01T12:00:00+00:00"
    assert ages(answer)["openWorkOrders"] == "2026-06-01T07:00:00+00:00"
    assert [
        (use["field"], use["backend"], use["fallbackReason"], use["isStale"])
        for use in answer["extensions"]["backends"]
    ] == [("kpis", "postgis", None, True)]  # synced long ago


def test_an_unknown_figure_is_null_and_says_why(viewer_api: Api, synced: None) -> None:
    make_customer()

    answer = viewer_api.run(QUERY)

    found = {each["key"]: each for each in answer["data"]["kpis"]}
    assert (found["customersServed"]["value"], found["customersServed"]["reason"]) == (1, None)
    for key in ("loadMw", "overloadedTransformersPct"):
        assert found[key]["value"] is None
        assert found[key]["dataAsOf"] is None
        assert found[key]["reason"] == "No transformer load has been synced."
    assert found["openWorkOrders"]["value"] == 0
    assert found["openWorkOrders"]["dataAsOf"] is None


def test_the_figures_are_of_the_users_zones(viewer: User, synced: None) -> None:
    zone = make_zone()
    circuit = make_circuit(substation=make_substation(zone=zone))
    make_outage(circuit=circuit, customers_out=7)
    make_outage(customers_out=100)
    grant_zone(user=viewer, zone=zone)

    assert values(Api(viewer).run(QUERY))["customersOut"] == 7


def fill_warehouse(warehouse: Warehouse) -> None:
    """Fill the warehouse with figures that PostGIS does not hold: two zones, the second with one outage."""
    at = NOON.replace(tzinfo=None)
    place = {"latitude": 29.7, "longitude": -95.4}
    fill(
        warehouse,
        tables.substations,
        [
            {
                "substation_id": f"SUB-{n}",
                "substation_name": f"S{n}",
                "zone_id": f"ZONE-{n}",
                "interconnect": "Texas",
                "load_mw": 1.0,
                "generation_capacity_mw": 0.0,
                "operational_status": "OPERATIONAL",
                **place,
            }
            for n in (1, 2)
        ],
    )
    fill(
        warehouse,
        tables.meter_infrastructure,
        [
            {
                "meter_id": f"MTR-{n}",
                "meter_key": n,
                "transformer_id": f"XFMR-{n}",
                "circuit_id": f"CKT-{n}",
                "substation_id": f"SUB-{n}",
                "customer_class": "RESIDENTIAL",
                "phases": "A",
                "status": "ACTIVE",
                **place,
            }
            for n in (1, 2)
        ],
    )
    fill(
        warehouse,
        tables.customers_master_data,
        [
            {
                "customer_id": f"CUST-{n}",
                "meter_id": f"MTR-{meter}",
                "full_name": "A B",
                "service_address": "1 Elm",
                "customer_class": "RESIDENTIAL",
                "account_status": status,
            }
            for n, (meter, status) in enumerate([(1, "ACTIVE"), (1, "ACTIVE"), (1, "CLOSED"), (2, "ACTIVE")])
        ],
    )
    fill(
        warehouse,
        tables.outage_restoration_tracker,
        [
            {
                "outage_id": f"OUT-{n}",
                "substation_id": f"SUB-{n}",
                "circuit_id": f"CKT-{n}",
                "status": "ASSIGNED" if n == 2 else "RESTORED",
                "cause_code": "ANIMAL",
                "is_planned": False,
                "source": "RECORDED",
                "version": 1,
                "started_at": at - timedelta(minutes=n),
                "customers_interrupted": 5,
                "customers_out": 2 if n == 2 else 0,
                **place,
            }
            for n in (1, 2)
        ],
    )
    fill(
        warehouse,
        tables.work_orders,
        [
            {
                "work_order_id": f"WO-{n}",
                "work_type": "REPAIR",
                "priority": "HIGH",
                "status": status,
                "asset_kind": "POLE",
                "asset_id": "POLE-1",
                "substation_id": f"SUB-{station}",
                "circuit_id": "CKT-1",
                "created_at": at - timedelta(hours=n),
                "version": 1,
                **place,
            }
            for n, (station, status) in enumerate([(1, "OPEN"), (1, "COMPLETED"), (2, "OPEN")])
        ],
    )
    fill(
        warehouse,
        tables.transformer_metadata,
        [
            {
                "transformer_id": f"XFMR-{n}",
                "transformer_name": f"T{n}",
                "circuit_id": f"CKT-{n}",
                "substation_id": f"SUB-{n}",
                "line_id": "LINE-1",
                "node": "N",
                "rated_kva": 50.0,
                "phases": "A",
                "primary_kv": 7.2,
                "secondary_kv": 0.24,
                "customer_count": 1,
                "peak_load_kva": 10.0,
                "peak_loading_pct": 20.0,
                **place,
            }
            for n in (1, 2)
        ],
    )
    fill(
        warehouse,
        tables.transformer_hourly_load,
        [
            {
                "transformer_id": f"XFMR-{n}",
                "load_hour": at - timedelta(hours=hours),
                "load_date": at.date(),
                "energy_kwh": energy_kwh,
                "load_kva": energy_kwh,
                "loading_pct": loading_pct,
                "meter_count": 1,
            }
            for n, hours, energy_kwh, loading_pct in [
                (1, 0, 1000.0, 120.0),
                (2, 0, 500.0, 60.0),
                (1, 1, 9000.0, 300.0),
            ]
        ],
    )


WAREHOUSE_FIGURES = {
    "customersServed": 1,
    "activeOutages": 1,
    "customersOut": 2,
    "loadMw": 1.5,
    "overloadedTransformersPct": 50.0,
    "openWorkOrders": 2,
}


@pytest.mark.parametrize("missing", LAYERS_NEEDED)
def test_a_layer_never_synced_sends_the_question_to_the_warehouse(
    viewer_api: Api, synced: None, warehouse: Warehouse, missing: str
) -> None:
    fill_cache()
    fill_warehouse(warehouse)
    models.SyncLayer.objects.filter(pk=missing).update(synced_at=None)

    answer = viewer_api.run(QUERY)

    assert values(answer) == WAREHOUSE_FIGURES
    assert ages(answer)["loadMw"] == "2026-06-01T12:00:00+00:00"
    assert ages(answer)["activeOutages"] == "2026-06-01T11:59:00+00:00"
    assert ages(answer)["openWorkOrders"] == "2026-06-01T12:00:00+00:00"
    (use,) = answer["extensions"]["backends"]
    assert (use["field"], use["backend"]) == ("kpis", "warehouse")
    assert use["fallbackReason"] == f"never synced: {missing}"
    assert use["ms"] > 0


def test_the_warehouse_too_answers_for_the_users_zones(viewer: User, warehouse: Warehouse) -> None:
    fill_warehouse(warehouse)
    grant_zone(user=viewer, zone=make_zone(id="ZONE-1"))

    assert values(Api(viewer).run(QUERY)) == {
        "customersServed": 2,
        "activeOutages": 0,
        "customersOut": 0,
        "loadMw": 1.0,
        "overloadedTransformersPct": 100.0,
        "openWorkOrders": 1,
    }


def test_both_stores_answer_the_same_question_alike(viewer: User, synced: None, warehouse: Warehouse) -> None:
    fill_warehouse(warehouse)
    zone = make_zone()
    station = make_substation(zone=zone)
    circuit = make_circuit(substation=station)
    units = [make_transformer(circuit=circuit) for _ in range(2)]
    for unit, energy_kwh, loading_pct in zip(units, (1000.0, 500.0), (120.0, 60.0), strict=True):
        make_transformer_load(
            transformer=unit, energy_kwh=energy_kwh, loading_pct=loading_pct, load_hour=NOON
        )
    for _ in range(3):
        make_customer()
    make_customer(account_status="CLOSED")
    make_outage(circuit=circuit, customers_out=2, started_at=NOON - timedelta(minutes=2))
    make_outage(circuit=circuit, status="RESTORED", customers_out=0, started_at=NOON - timedelta(minutes=1))
    make_work_order(circuit=circuit, created_at=NOON)
    make_work_order(circuit=circuit, created_at=NOON - timedelta(hours=2))
    make_work_order(circuit=circuit, status="COMPLETED", created_at=NOON - timedelta(hours=1))

    assert kpis.inputs_from_cache(viewer) == kpis.inputs_from_warehouse([])


def test_a_load_says_how_much_of_it_was_metered(viewer_api: Api, synced: None) -> None:
    for meter_count, coverage_pct in ((3, 100.0), (1, 50.0)):
        unit = make_transformer()
        for _ in range(meter_count):
            make_meter(transformer=unit)
        make_transformer_load(
            transformer=unit, load_hour=NOON, meter_count=meter_count, coverage_pct=coverage_pct
        )

    found = {each["key"]: each["coveragePct"] for each in viewer_api.run(QUERY)["data"]["kpis"]}

    assert found["loadMw"] == found["overloadedTransformersPct"] == pytest.approx(100 * 3.5 / 4)
    assert found["openWorkOrders"] is None


def test_a_load_whose_coverage_was_never_determined_says_nothing_of_it(viewer_api: Api, synced: None) -> None:
    fill_cache()
    make_meter()

    found = {each["key"]: each["coveragePct"] for each in viewer_api.run(QUERY)["data"]["kpis"]}

    assert found["loadMw"] is None


def test_the_cache_takes_no_load_newer_than_the_hour_most_meters_reported(warehouse: Warehouse) -> None:
    from grid.layers import LAYERS

    fill_warehouse(warehouse)
    load = tables.transformer_hourly_load
    rows = warehouse.select_rows(load.select())
    begun = next(row for row in rows if row["transformer_id"] == "XFMR-1") | {
        "load_hour": NOON.replace(tzinfo=None) + timedelta(hours=1)
    }
    fill(warehouse, load, [*rows, begun])

    found = warehouse.select_rows(LAYERS["transformer_load"].source)

    # One of two meters is no 90 %.
    assert {row["load_hour"] for row in found} == {NOON.replace(tzinfo=None)}


def test_figures_come_in_their_own_order_whichever_are_named(viewer_api: Api, synced: None) -> None:
    every = viewer_api.data("{ kpis { key label unit definition value reason } }")["kpis"]

    assert [each["key"] for each in every] == list(kpis.KEYS)
    assert all(each["label"] and each["unit"] and each["definition"] for each in every)
    assert all((each["value"] is None) == (each["reason"] is not None) for each in every)
    named = viewer_api.data('{ kpis(keys: ["crewsActive", "loadMw"]) { key } }')["kpis"]
    assert [each["key"] for each in named] == ["loadMw", "crewsActive"]


def test_a_figure_that_there_is_none_of_is_refused(viewer_api: Api, synced: None) -> None:
    error = viewer_api.error('{ kpis(keys: ["happiness"]) { key } }')

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "keys")
    assert "'happiness'" in error["message"]


def test_a_failing_postgis_is_replaced_by_the_warehouse(
    viewer_api: Api, synced: None, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def broken(user: User) -> kpis.KpiInputs:
        raise OperationalError("canceling statement due to statement timeout")

    fill_warehouse(warehouse)
    monkeypatch.setattr(inputs, "inputs_from_cache", broken)

    reasons = []
    for _ in range(FAILURES_TO_OPEN + 1):
        answer = viewer_api.run(QUERY)
        assert values(answer) == WAREHOUSE_FIGURES
        reasons.append(answer["extensions"]["backends"][0]["fallbackReason"])

    assert reasons[0] == "PostGIS failed: OperationalError"
    assert reasons[-1] == "PostGIS failed repeatedly and is left alone for a while"
    assert postgis_breaker.current_state == "open"


def test_a_fault_of_the_programme_opens_no_breaker(
    viewer_api: Api, synced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(user: User) -> kpis.KpiInputs:
        raise ZeroDivisionError

    monkeypatch.setattr(inputs, "inputs_from_cache", broken)

    for _ in range(FAILURES_TO_OPEN + 1):
        assert viewer_api.code(QUERY) == "INTERNAL_ERROR"

    assert postgis_breaker.current_state == "closed"


def test_when_no_store_can_answer_the_error_says_so(viewer_api: Api) -> None:
    error = viewer_api.error(QUERY)

    assert error["extensions"]["code"] == "NEVER_SYNCED"
    assert "'customers' has never been synced" in error["message"]
    assert "The warehouse cannot answer:" in error["message"]


def test_a_table_never_loaded_opens_no_breaker(viewer_api: Api, warehouse: Warehouse) -> None:
    for _ in range(FAILURES_TO_OPEN + 1):
        assert viewer_api.code(QUERY) == "NEVER_SYNCED"

    assert warehouse_breaker.current_state == "closed"


def test_breakers_do_not_make_calls_wait_for_each_other() -> None:
    from threading import Barrier, Thread

    both_inside = Barrier(2, timeout=5)
    errors: list[Exception] = []

    def call() -> None:
        try:
            warehouse_breaker.call(both_inside.wait)
        except Exception as error:  # noqa: BLE001 - a thread must hand its failure over
            errors.append(error)

    threads = [Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
