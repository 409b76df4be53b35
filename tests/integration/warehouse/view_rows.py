"""A grid small enough to compute every view by hand: two substations, two circuits, three meters."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CTE, Table, select

from grid.warehouse import Warehouse, tables
from grid.warehouse.statements import tables_read
from tests.integration.warehouse.rows import table_of

DAY = datetime(2024, 7, 1)
EIGHT = DAY + timedelta(hours=13)  # 08:00 in Chicago, which is five hours behind UTC in July
NEWEST = EIGHT + timedelta(days=2)
NOON = datetime(2024, 7, 3, 12)
SQUARE = "POLYGON((0 0,0 1,1 1,1 0,0 0))"
KM_PER_DEGREE = 6371.0088 * math.pi / 180.0


def load_all(warehouse: Warehouse) -> None:
    """Write the rows of every table that views read."""
    load(warehouse, *ROWS)


def load_for(warehouse: Warehouse, view: CTE) -> None:
    """Write the rows of the tables that one view reads."""
    load(warehouse, *tables_read(select(view)))


def load(warehouse: Warehouse, *wanted: Table) -> None:
    """Write the rows of these tables."""
    for table in wanted:
        warehouse.append(table, table_of(table, *ROWS[table]), "rows")


def rows_of(warehouse: Warehouse, view: CTE, *columns: str) -> list[tuple[Any, ...]]:
    """Return the view's rows, these columns of them (all if none are named), ordered by them."""
    names = columns or tuple(view.c.keys())
    found = warehouse.select_rows(select(*(view.c[name] for name in names)))
    assert all(tuple(row) == names for row in found)
    return sorted((tuple(row.values()) for row in found), key=str)


def _load_hour(
    transformer: str, hour: datetime, kwh: float, pct: float, hot_spot_c: float | None, stress: str | None
) -> dict[str, Any]:
    return {
        "transformer_id": transformer,
        "load_hour": hour,
        "load_date": hour.date(),
        "energy_kwh": kwh,
        "load_kva": kwh / 0.8,
        "loading_pct": pct,
        "meter_count": 2,
        "ambient_c": 30.0,
        "top_oil_c": None if hot_spot_c is None else hot_spot_c - 20.0,
        "hot_spot_c": hot_spot_c,
        "thermal_stress": stress,
    }


def _afternoon(day: datetime, hot_spot_c: float, stress: str, hours: int = 6) -> list[dict[str, Any]]:
    """Return the hours 13 to 18 in Chicago of XFMR-1."""
    return [
        _load_hour("XFMR-1", day + timedelta(hours=18 + n), 40.0, 90.0 + n, hot_spot_c, stress)
        for n in range(hours)
    ]


LOADS = [
    _load_hour("XFMR-1", EIGHT, 20.0, 50.0, 80.0, "LOW"),
    *_afternoon(DAY, 115.0, "MODERATE"),
    _load_hour("XFMR-1", EIGHT + timedelta(days=1), 24.0, 60.0, 85.0, "LOW"),
    *_afternoon(DAY + timedelta(days=1), 125.0, "HIGH"),
    _load_hour("XFMR-1", EIGHT + timedelta(days=2), 30.0, 75.0, None, None),
    _load_hour("XFMR-2", EIGHT + timedelta(days=2), 10.0, 25.0, None, None),
]

ROWS: dict[Table, list[dict[str, Any]]] = {
    tables.building_footprints: [
        {"building_id": "BLD-1", "building_use": "RESIDENTIAL", "height_m": 6.0, "floor_count": 2}
        | {
            "footprint_m2": 120.0,
            "latitude": 0.0,
            "longitude": 0.0,
            "footprint_wkt": "POLYGON((0 0,0 1,1 1,0 0))",
        },
        {
            "building_id": "BLD-2",
            "footprint_m2": 40.0,
            "latitude": 0.0,
            "longitude": 0.0,
            "footprint_wkt": "POLYGON",
        },
    ],
    tables.water_bodies: [
        {
            "water_id": "WTR-1",
            "water_kind": "POND",
            "area_m2": 8093.7128448,
            "latitude": 0.0,
            "longitude": 0.0,
        }
        | {"latitude": 0.0, "longitude": 0.0, "outline_wkt": SQUARE},
    ],
    tables.trees: [
        {
            "tree_id": "TREE-1",
            "species": "Quercus virginiana",
            "latitude": 0.0,
            "longitude": 0.5,
            "height_m": 18.0,
        }
        | {"crown_radius_m": 5.4, "growth_m_per_year": 0.6},
        {"tree_id": "TREE-2", "latitude": 0.0, "longitude": 0.6},
        {"tree_id": "TREE-3", "latitude": 0.0, "longitude": 0.7},
    ],
    tables.vegetation_risk_enhanced: [
        {
            "tree_id": "TREE-1",
            "nearest_line_id": "LN-1",
            "distance_to_line_m": 10.0,
            "clearance_deficit_m": -2.9,
        }
        | {"overstrike_m": 2.38, "years_to_encroachment": 4.83, "method": "by hand", "computed_at": DAY},
        {
            "tree_id": "TREE-3",
            "nearest_line_id": "LN-1",
            "distance_to_line_m": 60.0,
            "clearance_deficit_m": -50.0,
        }
        | {"overstrike_m": -40.0, "method": "by hand", "computed_at": DAY},
    ],
    tables.load_zones: [{"zone_id": "Z", "time_zone": "America/Chicago"}],
    tables.substations: [
        {
            "substation_id": "SUB-1",
            "substation_name": "One",
            "latitude": 0.0,
            "longitude": 0.0,
            "zone_id": "Z",
            "max_kv": 138.0,
            "capacity_mva": 20.0,
            "operational_status": "ACTIVE",
        },
        {
            "substation_id": "SUB-2",
            "substation_name": "Two",
            "latitude": 0.0,
            "longitude": 1.0,
            "zone_id": "Z",
            "max_kv": 138.0,
            "operational_status": "ACTIVE",
        },
    ],
    tables.transmission_branches: [
        {
            "branch_id": "LINE-1",
            "from_substation_id": "SUB-1",
            "to_substation_id": "SUB-2",
            "base_kv": 138.0,
            "x_pu": 0.1,
            "rating_mva": 100.0,
            "length_km": 111.0,
            "in_service": True,
        },
        {
            "branch_id": "XF-1",
            "from_substation_id": "SUB-1",
            "to_substation_id": "SUB-1",
            "in_service": True,
        },
        {
            "branch_id": "LINE-2",
            "from_substation_id": "SUB-1",
            "to_substation_id": "SUB-2",
            "in_service": False,
        },
    ],
    tables.circuit_metadata: [
        {
            "circuit_id": circuit,
            "circuit_name": f"Circuit {circuit[-1]}",
            "substation_id": "SUB-1",
            "voltage_kv": 12.47,
            "rated_mva": 10.0,
        }
        for circuit in ("CKT-1", "CKT-2")
    ],
    tables.grid_switches: [{"switch_id": "SW-1", "circuit_id": "CKT-1", "latitude": 0.0, "longitude": 0.001}],
    tables.grid_poles_infrastructure: [
        {
            "pole_id": "POLE-1",
            "circuit_id": "CKT-1",
            "substation_id": "SUB-1",
            "latitude": 0.0,
            "longitude": 0.5,
        }
    ],
    tables.transformer_metadata: [
        {
            "transformer_id": "XFMR-1",
            "transformer_name": "Transformer 1",
            "circuit_id": "CKT-1",
            "substation_id": "SUB-1",
            "pole_id": "POLE-1",
            "latitude": 0.0,
            "longitude": 1.0,
            "rated_kva": 50.0,
            "primary_kv": 12.47,
            "secondary_kv": 0.24,
            "install_year": 2014,
            "customer_count": 2,
            "peak_loading_pct": 95.0,
        },
        {
            "transformer_id": "XFMR-2",
            "transformer_name": "Transformer 2",
            "circuit_id": "CKT-2",
            "substation_id": "SUB-1",
            "latitude": 0.0,
            "longitude": 3.0,
            "rated_kva": 25.0,
            "primary_kv": 12.47,
            "secondary_kv": 0.24,
            "customer_count": 1,
            "peak_loading_pct": 25.0,
        },
    ],
    tables.meter_infrastructure: [
        {
            "meter_id": f"MTR-{key}",
            "meter_key": key,
            "transformer_id": unit,
            "circuit_id": circuit,
            "substation_id": "SUB-1",
            "latitude": 0.0,
            "longitude": 1.0,
            "customer_class": "RESIDENTIAL",
            "status": "ACTIVE",
        }
        for key, unit, circuit in (
            (1, "XFMR-1", "CKT-1"),
            (2, "XFMR-1", "CKT-1"),
            (3, "XFMR-2", "CKT-2"),
        )
    ],
    tables.customers_master_data: [
        {
            "customer_id": "CUST-1",
            "meter_id": "MTR-1",
            "full_name": "A. Person",
            "service_address": "1 Street",
            "city": "Houston",
            "state": "TX",
            "zip_code": "77002",
            "phone": "555-0100",
            "customer_class": "RESIDENTIAL",
            "account_status": "ACTIVE",
        },
        {"customer_id": "CUST-2", "meter_id": "MTR-2", "account_status": "ACTIVE"},
        {"customer_id": "CUST-3", "meter_id": "MTR-3", "account_status": "ACTIVE"},
        {"customer_id": "CUST-4", "meter_id": "MTR-3", "account_status": "CLOSED"},
    ],
    tables.energy_prices_hourly: [
        {
            "zone_id": "Z",
            "price_hour": DAY,
            "received_at": DAY + timedelta(hours=n),
            "price_usd_per_mwh": price,
        }
        | {"method": "SETTLEMENT", "source": "by hand"}
        for n, price in ((1, 99.0), (2, 40.0))
    ],
    tables.ami_interval_readings: [
        {
            "meter_key": 1,
            "reading_at": DAY,
            "reading_date": DAY.date(),
            "interval_minutes": 15,
            "usage_kwh": Decimal("1.5000"),
            "voltage_v": Decimal("239.50"),
            "quality": "ACTUAL",
        }
    ],
    tables.transformer_hourly_load: LOADS,
    tables.weather_hourly: [
        {
            "station_id": station,
            "observed_at": EIGHT,
            "latitude": 0.0,
            "longitude": lon,
            "temperature_c": 30.0,
            "humidity_pct": 50.0,
            "wind_speed_mps": 4.4704,
            "precipitation_mm": 2.54,
        }
        for station, lon in (("WX-1", 1.1), ("WX-2", 2.5))
    ],
    tables.outage_restoration_tracker: [
        {
            "outage_id": "OUT-1",
            "substation_id": "SUB-1",
            "circuit_id": "CKT-1",
            "transformer_id": "XFMR-1",
            "switch_id": "SW-1",
            "status": "CONFIRMED",
            "started_at": NOON,
            "estimated_restoration_at": NOON + timedelta(hours=2),
            "customers_interrupted": 2,
            "customers_out": 1,
        },
        {
            "outage_id": "OUT-2",
            "substation_id": "SUB-1",
            "circuit_id": "CKT-2",
            "status": "RESTORED",
            "started_at": NOON - timedelta(hours=3),
            "restored_at": NOON - timedelta(hours=2),
        },
        {
            "outage_id": "OUT-3",
            "substation_id": "SUB-1",
            "circuit_id": "CKT-2",
            "status": "RESTORED",
            "started_at": NOON - timedelta(days=32, hours=2),
            "restored_at": NOON - timedelta(days=32),
        },
        {
            "outage_id": "OUT-4",
            "substation_id": "SUB-1",
            "circuit_id": "CKT-2",
            "status": "CANCELLED",
            "started_at": NOON - timedelta(days=50),
            "restored_at": NOON - timedelta(days=40),
        },
    ],
    tables.outage_interruptions: [  # OUT-4 was cancelled
        {
            "interruption_id": f"{outage}|{unit}",
            "outage_id": outage,
            "transformer_id": unit,
            "substation_id": "SUB-1",
            "circuit_id": "CKT-9",
            "customers": customers,
            "started_at": NOON,
            "restored_at": None if minutes is None else NOON + timedelta(minutes=minutes),
        }
        for outage, unit, customers, minutes in (
            ("OUT-1", "XFMR-1", 2, None),
            ("OUT-1", "XFMR-7", 5, 40),
            ("OUT-2", "XFMR-1", 2, 90),
            ("OUT-2", "XFMR-7", 5, 40),
            ("OUT-2", "XFMR-8", 3, 90),
            ("OUT-2", "XFMR-9", 1, 4),
            ("OUT-3", "XFMR-1", 4, 100),
            ("OUT-4", "XFMR-1", 2, 600),
        )
    ],
    tables.momentary_interruptions: [
        {
            "momentary_id": f"MOM-{number}",
            "substation_id": "SUB-1",
            "circuit_id": "CKT-9",
            "switch_id": "SW-1",
            "started_at": NOON,
            "ended_at": NOON + timedelta(seconds=seconds),
            "operation_count": tries,
            "customers_interrupted": 30,
        }
        for number, seconds, tries in ((1, 1, 1), (2, 63, 3))
    ],
    tables.crews: [
        {"crew_id": f"CREW-{number}", "home_substation_id": "SUB-1", "status": status}
        for number, status in ((1, "ON_SITE"), (2, "AVAILABLE"), (3, "ASSIGNED"), (4, "OFF_SHIFT"))
    ],
    tables.work_orders: [
        {
            "work_order_id": f"WO-{number}",
            "status": status,
            "crew_id": crew,
            "substation_id": "SUB-1",
            "created_at": NOON,
        }
        for number, status, crew in (
            (1, "IN_PROGRESS", "CREW-1"),
            (2, "IN_PROGRESS", "CREW-1"),
            (3, "OPEN", None),
            (4, "COMPLETED", "CREW-2"),
        )
    ],
    tables.t_transformer_risk_predictions: [
        {
            "transformer_id": "XFMR-1",
            "prediction_date": date(2024, 7, 1) + timedelta(days=n),
            "model_name": "M",
            "model_version": "1",
            "high_risk_probability": 0.75,
            "is_high_risk": True,
            "predicted_at": EIGHT + timedelta(days=n),
        }
        for n in range(2)
    ],
    tables.node_centrality_features: [
        {"node_id": "SUB-1", "node_type": "SUBSTATION", "cascade_risk_score": 1.0}
    ],
    tables.gnn_predictions: [
        {"node_id": "XFMR-1", "model_name": "G", "model_version": "1", "cascade_risk": 0.5, "risk_rank": 1}
    ],
    tables.precomputed_cascades: [
        {
            "scenario_id": scenario,
            "patient_zero_id": node,
            "patient_zero_type": "TRANSFORMER",
            "customers_affected": customers,
            "affected_node_count": 3,
            "wave_count": 1,
        }
        for scenario, node, customers in (
            ("CAS-1", "XFMR-1", 2),
            ("CAS-2", "XFMR-1", 5),
            ("CAS-3", "SUB-2", None),
        )
    ],
    tables.sync_log: [
        {
            "sync_id": f"S-{number}",
            "layer_name": layer,
            "status": status,
            "completed_at": NOON - timedelta(days=days),
            "duration_s": duration,
            "rows_synced": 10,
            "rows_rejected": 1,
        }
        for number, layer, status, days, duration in (
            (1, "outages", "SUCCEEDED", 10, 9.0),
            (2, "outages", "FAILED", 2, 1.0),
            (3, "outages", "SUCCEEDED", 0, 3.0),
            (4, "meters", "FAILED", 1, 5.0),
        )
    ],
    tables.postgres_connection_config: [
        {"config_key": "host", "config_value": "db.example", "updated_at": NOON},
        {"config_key": "port", "config_value": "5432", "updated_at": NOON},
    ],
}
