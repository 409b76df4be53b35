"""Views of production data and of the operations center, on both backends, against rows computed by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from grid.warehouse import TableNotLoaded, Warehouse, tables, views
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.views import VIEWS
from tests.integration.warehouse.rows import table_of
from tests.integration.warehouse.view_rows import DAY, KM_PER_DEGREE, NEWEST, NOON, load_for, rows_of

pytestmark = pytest.mark.integration


def test_every_view_can_be_read(viewed: Warehouse) -> None:
    for view in VIEWS.values():
        assert rows_of(viewed, view.source), view.fullname


def test_readings_carry_the_meter_and_what_supplies_it(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.ami_readings_final) == [
        (
            "MTR-1",
            "XFMR-1",
            "CKT-1",
            "SUB-1",
            "RESIDENTIAL",
            DAY,
            DAY.date(),
            15,
            Decimal("1.5000"),
            Decimal("239.50"),
            "ACTUAL",
        )
    ]


def test_readings_cost_the_price_received_last(viewed: Warehouse) -> None:
    columns = ("meter_id", "usage_kwh", "price_usd_per_mwh", "cost_usd", "temperature_c")
    found = rows_of(viewed, views.ami_readings_enriched, *columns)

    # 1.5 kWh at 40 USD/MWh; no station tells the temperature of that hour
    assert found == [("MTR-1", Decimal("1.5000"), 40.0, pytest.approx(0.06), None)]


def test_weather_is_converted(viewed: Warehouse) -> None:
    found = rows_of(
        viewed,
        views.houston_weather_hourly,
        "weather_id",
        "temperature_f",
        "wind_speed_mph",
        "precipitation_in",
        "humidity_pct",
    )

    assert [row[0] for row in found] == ["WX-1", "WX-2"]
    # 30 °C, 4.4704 m/s and 2.54 mm
    assert found[0][1:] == pytest.approx((86.0, 10.0, 0.1, 50.0))


def test_a_transformer_stands_in_the_air_of_the_nearest_station(viewed: Warehouse) -> None:
    # at 1.0 and 3.0 degrees east; the stations are at 1.1 and 2.5
    assert rows_of(viewed, views.transformer_weather_station) == [("XFMR-1", "WX-1"), ("XFMR-2", "WX-2")]


def test_thermal_stress_has_the_hours_whose_temperature_is_known(viewed: Warehouse) -> None:
    found = rows_of(
        viewed,
        views.transformer_thermal_stress_materialized,
        "transformer_id",
        "station_id",
        "thermal_stress",
        "hot_spot_c",
        "rated_kva",
    )

    assert found == sorted(
        [("XFMR-1", "WX-1", "MODERATE", 115.0, 50.0)] * 6
        + [("XFMR-1", "WX-1", "HIGH", 125.0, 50.0)] * 6
        + [("XFMR-1", "WX-1", "LOW", 80.0, 50.0), ("XFMR-1", "WX-1", "LOW", 85.0, 50.0)],
        key=str,
    )


def test_meters_can_be_searched_without_personal_data(viewed: Warehouse) -> None:
    found = dict(rows_of(viewed, views.ami_metadata_searchable, "meter_id", "search_text"))

    assert found["MTR-1"] == "MTR-1 RESIDENTIAL ACTIVE XFMR-1 CKT-1 SUB-1 Houston 77002"
    assert found["MTR-2"] == "MTR-2 RESIDENTIAL ACTIVE XFMR-1 CKT-1 SUB-1"
    assert len(found) == 3  # MTR-3 once, though two customers are on it


def test_customers_can_be_searched_by_what_is_known_of_them(viewed: Warehouse) -> None:
    found = {
        row[0]: row[1:]
        for row in rows_of(viewed, views.customers_searchable, "customer_id", "search_text", "circuit_id")
    }

    assert found["CUST-1"] == ("A. Person CUST-1 1 Street Houston 77002 555-0100 MTR-1", "CKT-1")
    assert found["CUST-4"] == ("X CUST-4 X MTR-3", "CKT-2")


def test_the_latest_load_is_that_of_the_newest_hour(viewed: Warehouse) -> None:
    assert rows_of(
        viewed,
        views.transformer_latest_load,
        "transformer_id",
        "load_hour",
        "energy_kwh",
        "load_kva",
        "hot_spot_c",
    ) == [("XFMR-1", NEWEST, 30.0, 37.5, None), ("XFMR-2", NEWEST, 10.0, 12.5, None)]


def test_a_circuit_is_out_in_part_if_some_of_its_customers_are(viewed: Warehouse) -> None:
    found = rows_of(viewed, views.circuit_status_realtime)

    assert found == [
        # 37.5 kVA of 10 MVA
        (
            "CKT-1",
            "Circuit 1",
            "SUB-1",
            "PARTIAL_OUTAGE",
            1,
            1,
            NOON,
            NOON + timedelta(hours=2),
            2,
            2,
            NEWEST,
            pytest.approx(0.03),
            pytest.approx(0.375),
        ),
        # one meter with one active account, the other closed
        (
            "CKT-2",
            "Circuit 2",
            "SUB-1",
            "ENERGIZED",
            0,
            0,
            None,
            None,
            1,
            1,
            NEWEST,
            pytest.approx(0.01),
            pytest.approx(0.125),
        ),
    ]


def test_a_circuit_is_out_if_all_its_customers_are(warehouse: Warehouse) -> None:
    load_for(warehouse, views.circuit_status_realtime)
    outage = {
        "outage_id": "OUT-9",
        "circuit_id": "CKT-1",
        "status": "PREDICTED",
        "customers_out": 1,
        "started_at": NOON - timedelta(hours=1),
    }
    warehouse.append(
        tables.outage_restoration_tracker, table_of(tables.outage_restoration_tracker, outage), "more"
    )

    found = rows_of(
        warehouse,
        views.circuit_status_realtime,
        "circuit_id",
        "status",
        "active_outages",
        "customers_out",
        "outage_started_at",
    )
    assert found[0] == ("CKT-1", "OUTAGE", 2, 2, NOON - timedelta(hours=1))


def test_an_active_outage_names_the_asset_that_failed(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.active_outages, "outage_id", "failed_asset_id", "customers_out") == [
        ("OUT-1", "XFMR-1", 1)
    ]


def test_steps_are_the_moments_at_which_customers_were_restored(viewed: Warehouse) -> None:
    columns = ("outage_id", "step_number", "restored_at", "customers_restored")
    assert rows_of(viewed, views.outage_restoration_steps, *columns) == [
        ("OUT-1", 1, NOON + timedelta(minutes=40), 5),
        ("OUT-2", 1, NOON + timedelta(minutes=4), 1),
        ("OUT-2", 2, NOON + timedelta(minutes=40), 5),
        ("OUT-2", 3, NOON + timedelta(minutes=90), 5),
        ("OUT-3", 1, NOON + timedelta(minutes=100), 4),
        ("OUT-4", 1, NOON + timedelta(minutes=600), 2),
    ]


def test_all_interruptions_stand_in_one_list(viewed: Warehouse) -> None:
    columns = ("interruption_id", "origin", "customers", "duration_minutes", "customer_minutes")
    assert rows_of(viewed, views.customer_interruptions, *columns, "is_sustained") == [
        # One second, and sixty-three, of thirty customers; momentary both.
        ("MOM-1", "RECLOSING", 30, pytest.approx(1 / 60), pytest.approx(0.5), False),
        ("MOM-2", "RECLOSING", 30, pytest.approx(1.05), pytest.approx(31.5), False),
        ("OUT-1|XFMR-1", "OUTAGE", 2, None, None, None),
        ("OUT-1|XFMR-7", "OUTAGE", 5, 40.0, 200.0, True),
        ("OUT-2|XFMR-1", "OUTAGE", 2, 90.0, 180.0, True),
        ("OUT-2|XFMR-7", "OUTAGE", 5, 40.0, 200.0, True),
        ("OUT-2|XFMR-8", "OUTAGE", 3, 90.0, 270.0, True),
        ("OUT-2|XFMR-9", "OUTAGE", 1, 4.0, 4.0, False),
        ("OUT-3|XFMR-1", "OUTAGE", 4, 100.0, 400.0, True),
    ]


def test_service_areas_lie_around_the_transformers(viewed: Warehouse) -> None:
    columns = ("circuit_id", "longitude", "west", "east", "transformer_count", "transformer_kva", "status")
    assert rows_of(viewed, views.flux_ops_center_service_areas_mv, *columns) == [
        ("CKT-1", 1.0, 1.0, 1.0, 1, 50.0, "PARTIAL_OUTAGE"),
        ("CKT-2", 3.0, 3.0, 3.0, 1, 25.0, "ENERGIZED"),
    ]


def test_the_system_in_one_row(viewed: Warehouse) -> None:
    assert viewed.select_rows(select(views.flux_ops_center_kpis)) == [
        {
            "total_customers": 3,
            "active_outages": 1,
            "customers_out": 1,
            "total_load_mw": pytest.approx(0.04),
            "load_at": NEWEST,
            "overloaded_transformers": 0,
            "open_work_orders": 3,
            "crews_active": 2,
            # Of OUT-2 two customers for 90 minutes, five for 40, three for 90: 650 / 10. The one out for four
            # minutes is momentary, OUT-3 ended more than 30 days before the newest, OUT-4 was cancelled.
            "avg_restoration_minutes": 65.0,
        }
    ]


def test_open_work_leaves_out_what_is_closed(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.open_work_orders, "work_order_id") == [("WO-1",), ("WO-2",), ("WO-3",)]


def test_topology_nodes_are_of_every_kind_with_their_voltage(viewed: Warehouse) -> None:
    assert rows_of(
        viewed, views.flux_ops_center_topology_nodes, "node_id", "node_type", "circuit_id", "voltage_kv"
    ) == [
        ("MTR-1", "METER", "CKT-1", 0.24),
        ("MTR-2", "METER", "CKT-1", 0.24),
        ("MTR-3", "METER", "CKT-2", 0.24),
        ("POLE-1", "POLE", "CKT-1", 12.47),
        ("SUB-1", "SUBSTATION", None, 138.0),
        ("SUB-2", "SUBSTATION", None, 138.0),
        ("SW-1", "SWITCH", "CKT-1", 12.47),
        ("XFMR-1", "TRANSFORMER", "CKT-1", 12.47),
        ("XFMR-2", "TRANSFORMER", "CKT-2", 12.47),
    ]


def test_topology_says_what_supplies_what(viewed: Warehouse) -> None:
    assert rows_of(viewed, views.flux_ops_center_topology, "from_asset_id", "to_asset_id", "status") == [
        ("SUB-1", "XFMR-1", "PARTIAL_OUTAGE"),
        ("SUB-1", "XFMR-2", "ENERGIZED"),
        ("XFMR-1", "MTR-1", "PARTIAL_OUTAGE"),
        ("XFMR-1", "MTR-2", "PARTIAL_OUTAGE"),
        ("XFMR-2", "MTR-3", "ENERGIZED"),
    ]


def test_feeders_have_their_length_on_the_equator(viewed: Warehouse) -> None:
    found = rows_of(
        viewed, views.flux_ops_center_topology_feeders, "transformer_id", "distance_km", "loading_pct"
    )

    assert found == [
        ("XFMR-1", pytest.approx(KM_PER_DEGREE), 75.0),
        ("XFMR-2", pytest.approx(3.0 * KM_PER_DEGREE), 25.0),
    ]


def test_substations_have_what_they_supply(viewed: Warehouse) -> None:
    columns = (
        "substation_id",
        "circuit_count",
        "transformer_count",
        "transformer_kva",
        "meter_count",
        "load_mw",
        "active_outages",
        "customers_out",
    )
    assert rows_of(viewed, views.flux_ops_center_topology_metro, *columns) == [
        ("SUB-1", 2, 2, 75.0, 3, pytest.approx(0.04), 1, 1),
        ("SUB-2", 0, 0, None, 0, None, 0, 0),
    ]


def test_a_view_over_a_table_that_was_never_loaded_says_so(warehouse: Warehouse) -> None:
    warehouse.prepare()

    with pytest.raises(TableNotLoaded) as caught:
        warehouse.select_rows(select(views.v_sync_status))

    assert caught.value.table == "postgres_sync.sync_log"
    assert warehouse.select_rows(reading_as_empty(select(views.v_sync_status), tables.sync_log)) == []


def test_a_view_follows_its_tables(warehouse: Warehouse) -> None:
    def status() -> list[str]:
        return [row["status"] for row in warehouse.select_rows(select(views.sync_status.c.status))]

    for number, state in enumerate(("FAILED", "SUCCEEDED")):
        run = {"sync_id": f"S-{number}", "status": state, "completed_at": NOON + timedelta(hours=number)}
        warehouse.append(tables.sync_log, table_of(tables.sync_log, run), f"b{number}")

        assert status() == [state]


def test_views_join_like_tables_and_twice(viewed: Warehouse) -> None:
    first = views.circuit_status_realtime
    second = views.circuit_status_realtime.alias("other")
    query = (
        select(
            first.c.circuit_id, second.c.circuit_id.label("neighbour"), tables.substations.c.substation_name
        )
        .join_from(first, second, second.c.substation_id == first.c.substation_id)
        .join(tables.substations, tables.substations.c.substation_id == first.c.substation_id)
        .where(first.c.circuit_id < second.c.circuit_id)
    )

    assert viewed.select_rows(query) == [
        {"circuit_id": "CKT-1", "neighbour": "CKT-2", "substation_name": "One"}
    ]
