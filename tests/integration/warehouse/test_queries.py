"""The analytical queries, with answers worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from grid.warehouse import TableNotLoaded, Warehouse
from grid.warehouse.queries import (
    active_customers,
    kpi_summary,
    latest_load,
    latest_load_hour,
    meter_days,
    meter_months,
    meter_readings,
    outage_totals,
    top_loaded_transformers,
    transformer_load,
    work_totals,
)
from grid.warehouse.tables import (
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    customers_master_data,
    meter_infrastructure,
    outage_restoration_tracker,
    substations,
    transformer_hourly_load,
    transformer_metadata,
    work_orders,
)
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration


HEAT = {
    "coverage_pct": 100.0,
    "ambient_c": 30.0,
    "top_oil_c": 61.5,
    "hot_spot_c": 82.25,
    "ageing_factor": 0.046,
    "thermal_stress": "LOW",
}


def hour(transformer: str, at: datetime, kwh: float, pct: float) -> dict[str, Any]:
    return {
        "transformer_id": transformer,
        "load_hour": at,
        "load_date": at.date(),
        "energy_kwh": kwh,
        "load_kva": kwh / 0.8,
        "loading_pct": pct,
        "meter_count": {"XFMR-B": 1}.get(transformer, 3),
        **HEAT,
    }


@pytest.fixture
def loaded(warehouse: Warehouse) -> Warehouse:
    hours = [
        hour("XFMR-A", datetime(2024, 7, 1, 22), 20.0, 50.0),
        hour("XFMR-A", datetime(2024, 7, 1, 23), 40.0, 100.0),
        hour("XFMR-A", datetime(2024, 7, 2, 0), 44.0, 110.0),
        hour("XFMR-A", datetime(2024, 7, 2, 1), 44.0, 110.0),
        hour("XFMR-B", datetime(2024, 7, 1, 22), 80.0, 200.0),
        hour("XFMR-B", datetime(2024, 7, 2, 1), 36.0, 90.0),
        hour("XFMR-C", datetime(2024, 7, 2, 0), 60.0, 110.0),
    ]
    stranger = hour("XFMR-unknown", datetime(2024, 7, 2, 2), 99.0, 500.0)
    warehouse.append(transformer_hourly_load, table_of(transformer_hourly_load, *hours, stranger), "b1")
    about = [
        {
            "transformer_id": f"XFMR-{name}",
            "circuit_id": f"CKT-{name}",
            "rated_kva": rated,
            "substation_id": station,
        }
        for name, rated, station in (("A", 50.0, "SUB-1"), ("B", 50.0, "SUB-2"), ("C", 75.0, "SUB-1"))
    ]
    warehouse.append(transformer_metadata, table_of(transformer_metadata, *about), "b1")
    stations = [{"substation_id": f"SUB-{zone}", "zone_id": f"ZONE-{zone}"} for zone in (1, 2)]
    warehouse.append(substations, table_of(substations, *stations), "b1")
    return warehouse


def test_the_load_of_a_transformer_is_its_hours_in_the_span_oldest_first(loaded: Warehouse) -> None:
    found = loaded.select_rows(
        transformer_load(
            transformer_id="XFMR-A", since=datetime(2024, 7, 1, 23), until=datetime(2024, 7, 2, 1)
        )
    )

    assert found == [
        {
            "at": datetime(2024, 7, 1, 23),
            "energy_kwh": 40.0,
            "load_kva": 50.0,
            "loading_pct": 100.0,
            "meter_count": 3,
            **HEAT,
        },
        {
            "at": datetime(2024, 7, 2, 0),
            "energy_kwh": 44.0,
            "load_kva": 55.0,
            "loading_pct": 110.0,
            "meter_count": 3,
            **HEAT,
        },
    ]


def test_an_unknown_transformer_has_no_load(loaded: Warehouse) -> None:
    query = transformer_load(transformer_id="XFMR-?", since=datetime(2024, 7, 1), until=datetime(2024, 7, 3))

    assert loaded.select_rows(query) == []


def test_the_top_transformers_are_ordered_by_peak_then_id(loaded: Warehouse) -> None:
    found = loaded.select_rows(top_loaded_transformers(first=5, since=datetime(2024, 7, 1, 23)))

    # Since 23:00 the peak of B is 90; A and C both reached 110, A first at midnight with 44/0.8 kVA.
    assert [(row["transformer_id"], row["peak_loading_pct"], row["peak_at"]) for row in found] == [
        ("XFMR-A", 110.0, datetime(2024, 7, 2, 0)),
        ("XFMR-C", 110.0, datetime(2024, 7, 2, 0)),
        ("XFMR-B", 90.0, datetime(2024, 7, 2, 1)),
    ]
    assert [row["peak_load_kva"] for row in found] == [55.0, 75.0, 45.0]
    assert (found[1]["rated_kva"], found[1]["circuit_id"]) == (75.0, "CKT-C")


def test_the_top_transformers_are_as_many_as_asked(loaded: Warehouse) -> None:
    found = loaded.select_rows(top_loaded_transformers(first=1, since=datetime(2024, 7, 1)))

    assert [(row["transformer_id"], row["peak_loading_pct"]) for row in found] == [("XFMR-B", 200.0)]


def test_the_top_transformers_of_all_time_count_their_hours_over_rating(loaded: Warehouse) -> None:
    found = loaded.select_rows(top_loaded_transformers(first=5))

    assert [(row["transformer_id"], row["peak_loading_pct"], row["hours_over_rating"]) for row in found] == [
        ("XFMR-B", 200.0, 1),
        ("XFMR-A", 110.0, 2),
        ("XFMR-C", 110.0, 1),
    ]


def test_the_top_transformers_can_be_those_of_some_zones(loaded: Warehouse) -> None:
    found = loaded.select_rows(top_loaded_transformers(first=5, zone_ids=["ZONE-1"]))

    assert [row["transformer_id"] for row in found] == ["XFMR-A", "XFMR-C"]
    assert loaded.select_rows(top_loaded_transformers(first=5, zone_ids=["ZONE-9"])) == []


def test_the_newest_hour_of_a_transformer(loaded: Warehouse) -> None:
    assert loaded.select_rows(latest_load_hour(transformer_id="XFMR-C")) == [{"at": datetime(2024, 7, 2)}]
    assert loaded.select_rows(latest_load_hour(transformer_id="XFMR-?")) == [{"at": None}]


@pytest.fixture
def metered(warehouse: Warehouse) -> Warehouse:
    def reading(key: int, at: datetime, kwh: str, volts: str | None) -> dict[str, Any]:
        return {
            "meter_key": key,
            "reading_at": at,
            "reading_date": at.date(),
            "interval_minutes": 15,
            "usage_kwh": Decimal(kwh),
            "voltage_v": None if volts is None else Decimal(volts),
        }

    readings = [
        reading(1, datetime(2024, 7, 1, 23, 0), "0.1000", "240.00"),
        reading(1, datetime(2024, 7, 1, 23, 15), "0.2000", "239.00"),
        reading(1, datetime(2024, 7, 1, 23, 45), "0.0000", None),
        reading(1, datetime(2024, 7, 2, 0, 0), "0.3003", "241.50"),
        reading(2, datetime(2024, 7, 1, 23, 0), "9.0000", "230.00"),
    ]
    warehouse.append(ami_interval_readings, table_of(ami_interval_readings, *readings), "b1")
    meters = [{"meter_id": "MTR-1", "meter_key": 1}, {"meter_id": "MTR-2", "meter_key": 2}]
    warehouse.append(meter_infrastructure, table_of(meter_infrastructure, *meters), "b1")
    return warehouse


def usage(warehouse: Warehouse, *, is_hourly: bool) -> list[dict[str, Any]]:
    return warehouse.select_rows(
        meter_readings(
            meter_id="MTR-1", since=datetime(2024, 7, 1), until=datetime(2024, 7, 3), is_hourly=is_hourly
        )
    )


def test_a_meters_use_is_summed_by_hour(metered: Warehouse) -> None:
    assert usage(metered, is_hourly=True) == [
        {
            "at": datetime(2024, 7, 1, 23),
            "usage_kwh": Decimal("0.3000"),
            "mean_voltage_v": 239.5,
            "min_voltage_v": Decimal("239.00"),
            "max_voltage_v": Decimal("240.00"),
            "reading_count": 3,
        },
        {
            "at": datetime(2024, 7, 2),
            "usage_kwh": Decimal("0.3003"),
            "mean_voltage_v": 241.5,
            "min_voltage_v": Decimal("241.50"),
            "max_voltage_v": Decimal("241.50"),
            "reading_count": 1,
        },
    ]


def test_a_meters_days_and_months_are_those_rolled_up(metered: Warehouse) -> None:
    days = [
        {"meter_key": key, "usage_date": date(2024, 7, day), "usage_kwh": Decimal(day), "reading_count": 96}
        for key in (1, 2)
        for day in (1, 2, 3)
    ]
    metered.append(ami_daily_usage, table_of(ami_daily_usage, *days), "b1")
    months = [
        {"meter_key": 1, "usage_month": date(2024, month, 1), "usage_kwh": Decimal(month)} for month in (6, 7)
    ]
    metered.append(ami_monthly_usage, table_of(ami_monthly_usage, *months), "b1")

    found = metered.select_rows(meter_days(meter_id="MTR-1", first=date(2024, 7, 2), last=date(2024, 7, 9)))
    assert [(row["at"], row["usage_kwh"], row["reading_count"]) for row in found] == [
        (date(2024, 7, 2), Decimal(2), 96),
        (date(2024, 7, 3), Decimal(3), 96),
    ]
    found = metered.select_rows(
        meter_months(meter_id="MTR-1", first=date(2024, 7, 1), last=date(2024, 12, 1))
    )
    assert [(row["at"], row["usage_kwh"]) for row in found] == [(date(2024, 7, 1), Decimal(7))]


def test_a_meters_readings_are_listed_as_they_are(metered: Warehouse) -> None:
    found = usage(metered, is_hourly=False)

    assert [(row["at"], row["usage_kwh"], row["mean_voltage_v"]) for row in found] == [
        (datetime(2024, 7, 1, 23, 0), Decimal("0.1000"), 240.0),
        (datetime(2024, 7, 1, 23, 15), Decimal("0.2000"), 239.0),
        (datetime(2024, 7, 1, 23, 45), Decimal("0.0000"), None),
        (datetime(2024, 7, 2, 0, 0), Decimal("0.3003"), 241.5),
    ]


def test_the_end_of_a_span_is_outside_it(metered: Warehouse) -> None:
    query = meter_readings(
        meter_id="MTR-1",
        since=datetime(2024, 7, 1, 23, 15),
        until=datetime(2024, 7, 2),
        is_hourly=False,
    )

    assert [row["at"].minute for row in metered.select_rows(query)] == [15, 45]


@pytest.fixture
def operating(loaded: Warehouse) -> Warehouse:
    meters = [
        {"meter_id": f"MTR-{number}", "meter_key": number, "substation_id": station}
        for number, station in enumerate(("SUB-1", "SUB-1", "SUB-1", "SUB-2"))
    ]
    loaded.append(meter_infrastructure, table_of(meter_infrastructure, *meters), "b1")
    customers = [
        {"customer_id": f"CUST-{number}", "meter_id": f"MTR-{number}", "account_status": status}
        for number, status in enumerate(("ACTIVE", "ACTIVE", "CLOSED", "ACTIVE"))
    ]
    loaded.append(customers_master_data, table_of(customers_master_data, *customers), "b1")
    outages = [
        {
            "outage_id": f"OUT-{number}",
            "substation_id": station,
            "status": status,
            "customers_out": out,
            "started_at": datetime(2024, 7, 1, number),
        }
        for number, station, status, out in (
            (1, "SUB-1", "PREDICTED", 12),
            (2, "SUB-1", "RESTORED", 0),
            (3, "SUB-2", "IN_PROGRESS", 1),
        )
    ]
    loaded.append(outage_restoration_tracker, table_of(outage_restoration_tracker, *outages), "b1")
    orders = [
        {
            "work_order_id": f"WO-{number}",
            "substation_id": "SUB-2",
            "status": status,
            "created_at": datetime(2024, 7, 1, number),
        }
        for number, status in enumerate(("PLANNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"))
    ]
    loaded.append(work_orders, table_of(work_orders, *orders), "b1")
    return loaded


def test_the_summary_counts_customers_load_outages_and_work(operating: Warehouse) -> None:
    # In the latest hour, 01:00, A took 44 kWh and B 36 kWh: 80 kWh in one hour are 0.08 MW. A is over, B not.
    assert operating.select_rows(kpi_summary()) == [
        {
            "active_customers": 3,
            "load_mw": pytest.approx(0.08),
            "load_at": datetime(2024, 7, 2, 1),
            "transformers_with_load": 2,
            "overloaded_transformers": 1,
            "load_coverage_pct": pytest.approx(100.0),
            "active_outages": 2,
            "customers_out": 13,
            "newest_outage_at": datetime(2024, 7, 1, 3),
            "open_work_orders": 2,
            "newest_work_order_at": datetime(2024, 7, 1, 3),
        }
    ]


def test_the_summary_of_a_zone_counts_what_its_substations_feed(operating: Warehouse) -> None:
    # Only B hangs on the substation of zone 2; its newest hour is 01:00 with 36 kWh at 90 %.
    assert operating.select_rows(kpi_summary(["ZONE-2"])) == [
        {
            "active_customers": 1,
            "load_mw": pytest.approx(0.036),
            "load_at": datetime(2024, 7, 2, 1),
            "transformers_with_load": 1,
            "overloaded_transformers": 0,
            "load_coverage_pct": pytest.approx(100.0),
            "active_outages": 1,
            "customers_out": 1,
            "newest_outage_at": datetime(2024, 7, 1, 3),
            "open_work_orders": 2,
            "newest_work_order_at": datetime(2024, 7, 1, 3),
        }
    ]


def test_the_summary_of_both_zones_is_that_of_all(operating: Warehouse) -> None:
    both = kpi_summary(["ZONE-1", "ZONE-2"])

    assert operating.select_rows(both) == operating.select_rows(kpi_summary())


def test_each_part_of_the_summary_can_be_asked_alone(operating: Warehouse) -> None:
    assert operating.select_rows(active_customers(["ZONE-1"])) == [{"active_customers": 2}]
    assert operating.select_rows(outage_totals(["ZONE-1"])) == [
        {"active_outages": 1, "customers_out": 12, "newest_outage_at": datetime(2024, 7, 1, 2)}
    ]
    assert operating.select_rows(latest_load(["ZONE-1"]))[0]["load_mw"] == pytest.approx(0.044)
    assert operating.select_rows(work_totals(["ZONE-1"])) == [
        {"open_work_orders": 0, "newest_work_order_at": None}
    ]


def test_no_outage_is_zero_but_unknown_load_is_null(warehouse: Warehouse) -> None:
    warehouse.replace(outage_restoration_tracker, table_of(outage_restoration_tracker), "b1")
    for empty in (transformer_hourly_load, transformer_metadata, substations, meter_infrastructure):
        warehouse.replace(empty, table_of(empty), "b1")

    assert warehouse.select_rows(outage_totals()) == [
        {"active_outages": 0, "customers_out": 0, "newest_outage_at": None}
    ]
    assert warehouse.select_rows(latest_load()) == [
        {
            "load_mw": None,
            "load_at": None,
            "transformers_with_load": 0,
            "overloaded_transformers": 0,
            "load_coverage_pct": None,
        }
    ]


def test_outages_that_were_never_loaded_are_not_zero(warehouse: Warehouse) -> None:
    warehouse.prepare()
    warehouse.replace(substations, table_of(substations), "b1")

    with pytest.raises(TableNotLoaded, match="outage_restoration_tracker"):
        warehouse.select_rows(outage_totals())


def test_a_load_of_one_day_is_found_across_midnight(loaded: Warehouse) -> None:
    query = transformer_load(
        transformer_id="XFMR-B", since=datetime(2024, 7, 1), until=datetime(2024, 7, 2, 2)
    )

    assert [row["at"].date() for row in loaded.select_rows(query)] == [date(2024, 7, 1), date(2024, 7, 2)]
