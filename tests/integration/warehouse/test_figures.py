"""The queries behind ratings, trends and health, worked by hand on either kind of warehouse."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table

from grid.warehouse import Warehouse, queries, tables
from grid.warehouse.queries import evidence
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
NOON = datetime(2025, 7, 1, 12)
PLACE = {"latitude": 29.8, "longitude": -95.4}
ZONE = ["ZONE-1"]


def load(warehouse: Warehouse, table: Table, *rows: dict[str, Any]) -> None:
    warehouse.append(table, table_of(table, *rows), "rows")


@pytest.fixture
def stations(warehouse: Warehouse) -> Warehouse:
    """Two substations in two zones, each with a circuit of its number."""
    load(
        warehouse,
        tables.substations,
        *({"substation_id": f"SUB-{n}", "zone_id": f"ZONE-{n}", **PLACE} for n in (1, 2)),
    )
    load(
        warehouse,
        tables.circuit_metadata,
        *(
            {"circuit_id": f"CKT-{n}", "substation_id": f"SUB-{n}", "rated_a": 530.0, "length_km": 7.5}
            for n in (1, 2, 3)
        ),
    )
    return warehouse


def test_a_circuit_is_limited_by_the_least_of_its_breaker_and_its_cables(stations: Warehouse) -> None:
    lines = [("A", "CKT-1", "BACKBONE", True, 430.0), ("B", "CKT-1", "BACKBONE", True, 600.0)]
    lines += [("C", "CKT-1", "LATERAL", True, 100.0), ("D", "CKT-2", "BACKBONE", False, 100.0)]
    load(
        stations,
        tables.grid_power_lines,
        *(
            {
                "line_id": name,
                "circuit_id": circuit,
                "line_class": kind,
                "is_underground": cable,
                "rated_a": a,
            }
            for name, circuit, kind, cable, a in lines
        ),
    )
    switches = [
        ("1", "CKT-1", "BREAKER", 630.0),
        ("2", "CKT-2", "BREAKER", 630.0),
        ("3", "CKT-2", "TIE", 9.0),
    ]
    load(
        stations,
        tables.grid_switches,
        *(
            {"switch_id": name, "circuit_id": circuit, "switch_kind": kind, "rated_a": rated}
            for name, circuit, kind, rated in switches
        ),
    )

    found = stations.select_rows(queries.circuits_to_rate())

    # CKT-3 hangs on a substation that is not known.
    assert [(row["circuit_id"], row["other_limit_a"]) for row in found] == [
        ("CKT-1", 430.0),
        ("CKT-2", 630.0),
    ]
    assert (found[0]["lon"], found[0]["lat"]) == (-95.4, 29.8)
    assert len(stations.select_rows(queries.circuits_to_rate(ZONE))) == 1


def test_usage_of_circuits_is_summed_by_hour(stations: Warehouse) -> None:
    load(
        stations,
        tables.circuit_hourly_usage,
        *(
            {
                "circuit_id": circuit,
                "substation_id": f"SUB-{circuit[-1]}",
                "customer_class": kind,
                "usage_hour": NOON + HOUR * hours,
                "usage_date": (NOON + HOUR * hours).date(),
                "usage_kwh": kwh,
                "metered_minutes": 30,
            }
            for circuit, kind, hours, kwh in (
                ("CKT-1", "RESIDENTIAL", 0, 1000),
                ("CKT-1", "COMMERCIAL", 0, 500),
                ("CKT-2", "RESIDENTIAL", 0, 100),
                ("CKT-1", "RESIDENTIAL", -13, 70),
            )
        ),
    )
    hours = [NOON, NOON - HOUR * 13]

    loads = stations.select_rows(queries.circuit_loads_at(hours, ZONE))
    system = stations.select_rows(queries.load_hours(hours=hours))

    assert sorted((row["load_hour"], row["energy_kwh"], row["metered_minutes"]) for row in loads) == [
        (NOON - HOUR * 13, 70.0, 30),
        (NOON, 1500.0, 60),
    ]
    assert {row["at"]: row["load_mw"] for row in system} == {NOON: 1.6, NOON - HOUR * 13: 0.07}


def test_weather_is_that_of_the_hours_asked_for(warehouse: Warehouse) -> None:
    load(
        warehouse,
        tables.weather_hourly,
        *(
            {"station_id": name, "observed_at": NOON + HOUR * hours, "temperature_c": celsius, **PLACE}
            for name, hours, celsius in (("B", 0, 30.0), ("A", 0, None), ("A", 1, None), ("A", -800, 1.0))
        ),
    )

    found = warehouse.select_rows(queries.observations_at([NOON]))

    assert [(row["station_id"], row["temperature_c"]) for row in found] == [("A", None), ("B", 30.0)]
    assert warehouse.select_rows(queries.newest_observation()) == [{"at": NOON}]
    assert warehouse.select_rows(queries.weather_hours(None, None)) == [
        {"at": NOON, "station_count": 2},
        {"at": NOON + HOUR, "station_count": 1},
    ]
    assert len(warehouse.select_rows(queries.weather_hours(NOON - HOUR * 900, NOON))) == 1


@pytest.fixture
def outages(stations: Warehouse) -> Warehouse:
    """Outages: ended, ended in two steps, active, cancelled; the second in the other zone."""
    load(
        stations,
        tables.outage_restoration_tracker,
        *(
            {
                "outage_id": name,
                "substation_id": station,
                "circuit_id": "CKT-1",
                "transformer_id": unit,
                "status": status,
                "cause_code": cause,
                "started_at": NOON - HOUR * begun,
                "restored_at": None if ended is None else NOON - HOUR * ended,
            }
            for name, station, unit, status, cause, begun, ended in (
                ("A", "SUB-1", "XFMR-1", "RESTORED", "EQUIPMENT", 5, 3),
                ("B", "SUB-2", None, "RESTORED", "OVERLOAD", 5, 1),
                ("C", "SUB-1", None, "CONFIRMED", None, 2, None),
                ("D", "SUB-1", "XFMR-1", "CANCELLED", "EQUIPMENT", 5, None),
            )
        ),
    )
    load(
        stations,
        tables.outage_interruptions,
        *(
            {
                "interruption_id": f"{outage}|{n}",
                "outage_id": outage,
                "substation_id": station,
                "customers": customers,
                "started_at": NOON - HOUR * begun,
                "restored_at": None if ended is None else NOON - HOUR * ended,
            }
            for n, (outage, station, customers, begun, ended) in enumerate(
                [
                    ("A", "SUB-1", 10, 5, 3),
                    ("A", "SUB-1", 4, 5, 3),
                    ("A", "SUB-1", 99, 5, 5 - 1 / 12),
                    ("B", "SUB-2", 6, 5, 4),
                    ("C", "SUB-1", 7, 2, None),
                    ("D", "SUB-1", 50, 5, None),
                ]
            )
        ),
    )
    return stations


def spans(rows: list[dict[str, Any]]) -> list[tuple[float, float | None, int]]:
    found = [
        (
            (NOON - row["started_at"]) / HOUR,
            None if row["ended_at"] is None else (NOON - row["ended_at"]) / HOUR,
            row["count"],
        )
        for row in rows
    ]
    return sorted(found, key=str)


def test_spans_are_those_that_touch_the_window(outages: Warehouse) -> None:
    window = {"since": NOON - HOUR * 3, "until": NOON - HOUR}

    assert spans(outages.select_rows(queries.outage_spans(**window))) == [(2.0, None, 1), (5.0, 1.0, 1)]
    assert spans(outages.select_rows(queries.interruption_spans(**window))) == [(2.0, None, 7)]
    earlier = {"since": NOON - HOUR * 4.5, "until": NOON - HOUR * 4.2, "zone_ids": ZONE}
    assert spans(outages.select_rows(queries.interruption_spans(**earlier))) == [(5.0, 3.0, 14)]


def test_ended_outages_cost_what_lasted_more_than_five_minutes(outages: Warehouse) -> None:
    found = outages.select_rows(queries.ended_outages(since=NOON - HOUR * 9, until=NOON))

    assert sorted((row["ended_at"], row["customers"], row["customer_minutes"]) for row in found) == [
        (NOON - HOUR * 3, 14, 14 * 120.0),
        (NOON - HOUR, 6, 6 * 60.0),
    ]
    assert outages.select_rows(queries.newest_restoration(NOON)) == [{"at": NOON - HOUR}]
    assert outages.select_rows(queries.newest_restoration(NOON, ZONE)) == [{"at": NOON - HOUR * 3}]


def test_faults_are_counted_where_equipment_failed(outages: Warehouse) -> None:
    found = outages.select_rows(evidence.asset_faults(NOON - HOUR * 9, NOON))

    assert {row["asset_id"]: row["fault_count"] for row in found} == {"XFMR-1": 1, "CKT-1": 1}
    assert outages.select_rows(evidence.oldest_outage()) == [{"at": NOON - HOUR * 5}]


def test_work_orders_of_the_past(stations: Warehouse) -> None:
    load(
        stations,
        tables.work_orders,
        *(
            {
                "work_order_id": str(n),
                "substation_id": "SUB-1",
                "asset_id": asset,
                "work_type": kind,
                "status": status,
                "created_at": NOON - HOUR * begun,
                "completed_at": None if ended is None else NOON - HOUR * ended,
                "outage_id": outage,
            }
            for n, (asset, kind, status, begun, ended, outage) in enumerate(
                [
                    ("POLE-1", "Pole_Replacement", "OPEN", 5, None, None),
                    ("POLE-1", "REPAIR", "COMPLETED", 5, 2, None),
                    ("POLE-1", "REPAIR", "CANCELLED", 5, None, None),
                    ("POLE-2", "REPAIR", "ASSIGNED", 1, None, "OUT-1"),
                    ("POLE-3", "INSPECTION", "OPEN", 1, None, None),
                ]
            )
        ),
    )

    found = stations.select_rows(queries.work_spans(since=NOON - HOUR * 4, until=NOON - HOUR * 3))

    assert spans(found) == [(5.0, 2.0, 1), (5.0, None, 1)]
    assert stations.select_rows(evidence.open_defects()) == [{"asset_id": "POLE-1", "order_count": 1}]


def test_crews_and_health_are_summed(stations: Warehouse) -> None:
    load(
        stations,
        tables.crews,
        *(
            {"crew_id": f"CREW-{n}", "home_substation_id": f"SUB-{home}", "status": status}
            for n, (home, status) in enumerate([(1, "ON_SITE"), (1, "AVAILABLE"), (2, "ASSIGNED")])
        ),
    )
    load(
        stations,
        tables.asset_health,
        *(
            {
                "asset_id": name,
                "asset_kind": kind,
                "substation_id": "SUB-1",
                "health_index": index,
                "as_of": NOON,
            }
            for name, kind, index in (("A", "POLE", 40.0), ("B", "POLE", None), ("C", "CIRCUIT", 1.0))
        ),
    )

    (crews,) = stations.select_rows(queries.crew_totals(ZONE))
    (health,) = stations.select_rows(queries.health_totals(["POLE"], ZONE))

    assert (crews["crew_count"], crews["crews_active"], crews["crews_at"]) == (2, 1, None)
    assert (health["health_index_sum"], health["health_count"], health["health_at"]) == (40.0, 1, NOON)


def test_the_evidence_of_transformers_and_inspections(stations: Warehouse) -> None:
    load(
        stations,
        tables.transformer_metadata,
        *(
            {
                "transformer_id": f"XFMR-{n}",
                "circuit_id": "CKT-1",
                "peak_loading_pct": 60.0,
                "install_year": 1990,
            }
            for n in (1, 2)
        ),
    )
    load(
        stations,
        tables.transformer_daily_load,
        *(
            {
                "transformer_id": "XFMR-1",
                "load_date": date(2025, 6, day),
                "peak_loading_pct": peak,
                "ageing_h": 1.5,
                "aged_hours": 24,
            }
            for day, peak in ((1, 200.0), (29, 80.0), (30, 90.0))
        ),
    )
    load(
        stations,
        tables.asset_inspections,
        *(
            {
                "inspection_id": str(n),
                "asset_id": "XFMR-1",
                "condition_code": code,
                "inspected_at": NOON + HOUR * hours,
            }
            for n, (code, hours) in enumerate([(1, -9), (3, -5), (4, -5), (5, 1)])
        ),
    )

    units = stations.select_rows(evidence.transformer_evidence(date(2025, 6, 20)))

    assert [
        (row["asset_id"], row["peak_loading_pct"], row["ageing_h"], row["aged_hours"]) for row in units
    ] == [("XFMR-1", 90.0, 3.0, 48), ("XFMR-2", 60.0, None, None)]
    assert stations.select_rows(evidence.newest_load_day()) == [{"day": date(2025, 6, 30)}]
    (seen,) = stations.select_rows(evidence.newest_inspections(NOON))
    assert (seen["asset_id"], seen["condition_code"]) == ("XFMR-1", 4)
