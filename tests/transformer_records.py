"""Three transformers on one circuit, with their past and their future, as rows of a warehouse."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from grid.warehouse import Warehouse, tables
from tests.integration.warehouse.rows import table_of

AT = datetime(2024, 7, 1)
END = datetime(2025, 8, 1)
PLACE = {"latitude": 29.8, "longitude": -95.4}


def unit(name: str, number: int, year: int, **more: Any) -> dict[str, Any]:
    return {
        "unit_id": f"{name}-U{number}",
        "transformer_id": name,
        "rated_kva": 50.0,
        "maker": "A",
        "built_year": year,
        "liquid": "MINERAL_OIL",
        "install_year": year,
        **more,
    }


def outage(number: int, start: datetime, cause: str, **more: Any) -> dict[str, Any]:
    return {
        "outage_id": f"OUT-{number}",
        "circuit_id": "CKT-1",
        "status": "RESTORED",
        "cause_code": cause,
        "is_planned": False,
        "started_at": start,
        "restored_at": start + timedelta(hours=2),
        **PLACE,
        **more,
    }


UNITS = [
    # A failed in 2023 and its new unit fails in November 2024; B is renewed in August 2024; C stands.
    unit("XFMR-A", 1, 1990, removed_at=datetime(2023, 3, 1), removal_reason="FAILED"),
    unit(
        "XFMR-A",
        2,
        2023,
        installed_at=datetime(2023, 3, 1, 6),
        removed_at=datetime(2024, 11, 5),
        removal_reason="FAILED",
    ),
    unit("XFMR-A", 3, 2024, installed_at=datetime(2024, 11, 5, 9)),
    unit("XFMR-B", 1, 1970, maker="B", removed_at=datetime(2024, 8, 10), removal_reason="RENEWED"),
    unit("XFMR-B", 2, 2024, installed_at=datetime(2024, 8, 10, 2)),
    unit("XFMR-C", 1, 2000, liquid="NATURAL_ESTER"),
]
OUTAGES = [
    outage(1, datetime(2022, 7, 1, 12), "EQUIPMENT"),  # of the circuit
    outage(2, datetime(2023, 3, 1), "EQUIPMENT", transformer_id="XFMR-A"),  # of the unit before
    outage(3, datetime(2023, 9, 1), "OVERLOAD", transformer_id="XFMR-A"),
    outage(4, datetime(2024, 2, 1), "LIGHTNING", transformer_id="XFMR-C"),
    outage(5, datetime(2024, 3, 1), "ANIMAL", transformer_id="XFMR-C"),
    outage(6, datetime(2024, 4, 1), "LIGHTNING"),
    outage(7, datetime(2024, 4, 2), "PLANNED_WORK", transformer_id="XFMR-B", is_planned=True),
]
MONTHS = [
    # May 2024 and July 2023 count at the moment, June 2023 is too old.
    ("XFMR-A", date(2023, 6, 1), 720, 200.0, 90.0, 0.5),
    ("XFMR-A", date(2023, 7, 1), 744, 130.0, 50.0, 0.2),
    ("XFMR-A", date(2024, 5, 1), 720, 110.0, 40.0, 0.1),
    ("XFMR-C", date(2024, 5, 1), 744, 70.0, 30.0, 0.01),
]


def seen(number: int, asset: str, code: int, at: datetime) -> dict[str, Any]:
    return {
        "inspection_id": f"I-{number}",
        "asset_kind": "TRANSFORMER",
        "asset_id": asset,
        "condition_code": code,
        "inspected_at": at,
    }


def blink(number: int, at: datetime) -> dict[str, Any]:
    end = at + timedelta(seconds=1)
    return {"momentary_id": f"M-{number}", "circuit_id": "CKT-1", "started_at": at, "ended_at": end}


def place(name: str, phases: str, pole: str | None) -> dict[str, Any]:
    return {
        "transformer_id": name,
        "circuit_id": "CKT-1",
        "phases": phases,
        "pole_id": pole,
        "rated_kva": 50.0,
        "primary_kv": 12.47,
        "customer_count": 7,
    }


def order(number: int, work: str, asset: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "work_order_id": f"WO-{number}",
        "work_type": work,
        "asset_id": asset,
        "created_at": at,
        "status": "COMPLETED",
        "asset_kind": "TRANSFORMER",
        **PLACE,
        **more,
    }


def hour(at: datetime, pct: float) -> dict[str, Any]:
    return {
        "transformer_id": "XFMR-C",
        "load_hour": at,
        "load_date": at.date(),
        "loading_pct": pct,
        "hot_spot_c": 120.0,
        "ageing_factor": 2.0,
    }


def truth(name: str, hazard: float) -> dict[str, Any]:
    return {
        "transformer_id": name,
        "as_of": AT,
        "expected_failures_30d": 0.1 * hazard,
        "expected_failures_90d": 0.3 * hazard,
        "expected_failures_365d": hazard,
    }


LATER = {
    # What came after the moment, or was not over by then: no feature may know it.
    "outage_restoration_tracker": [
        outage(21, AT - timedelta(hours=1), "EQUIPMENT", transformer_id="XFMR-C"),
        outage(22, AT + timedelta(days=3), "OVERLOAD", transformer_id="XFMR-C"),
        outage(23, AT + timedelta(days=3), "LIGHTNING"),
    ],
    "asset_inspections": [seen(9, "XFMR-C", 5, AT + timedelta(days=1))],
    "momentary_interruptions": [blink(9, AT + timedelta(days=1))],
    "transformer_hourly_load": [hour(AT + timedelta(hours=2), 400.0)],
    "transformer_units": [unit("XFMR-C", 2, 2025, installed_at=datetime(2025, 7, 1))],
}


def month(row: tuple[Any, ...]) -> dict[str, Any]:
    name, first, hours, peak, mean, ageing = row
    return {
        "transformer_id": name,
        "load_month": first,
        "hours": hours,
        "peak_loading_pct": peak,
        "mean_loading_pct": mean,
        "hours_over_100_pct": 20.0,
        "hours_over_120_pct": 5.0,
        "hours_over_150_pct": 0.0,
        "peak_hot_spot_c": 100.0 + peak / 10.0,
        "mean_ageing_factor": ageing,
        "mean_voltage_pu": 1.02,
    }


def store(warehouse: Warehouse, name: str, rows: list[dict[str, Any]], batch: str) -> None:
    warehouse.append(getattr(tables, name), table_of(getattr(tables, name), *rows), batch)


def write_records(warehouse: Warehouse) -> None:
    """Write them all."""
    rows = {
        "transformer_metadata": [
            place("XFMR-A", "A", "POLE-1"),
            place("XFMR-B", "ABC", None),
            place("XFMR-C", "B", None),
        ],
        "transformer_units": UNITS,
        "outage_restoration_tracker": OUTAGES,
        "transformer_monthly_load": [month(row) for row in MONTHS],
        "transformer_hourly_load": [
            hour(datetime(2024, 6, 3, 14), 160.0),
            hour(datetime(2024, 6, 3, 15), 80.0),
            hour(AT + timedelta(hours=1), 300.0),
        ],
        "asset_inspections": [
            seen(1, "XFMR-A", 5, datetime(2022, 1, 1)),
            seen(2, "XFMR-C", 2, datetime(2020, 1, 1)),
            seen(3, "XFMR-C", 3, datetime(2023, 7, 1)),
        ],
        "momentary_interruptions": [blink(1, datetime(2024, 1, 1))],
        "work_orders": [
            order(1, "TRANSFORMER_REPLACEMENT", "XFMR-A", datetime(2023, 3, 1), outage_id="OUT-2"),
            order(2, "TRANSFORMER_REPLACEMENT", "XFMR-A", datetime(2024, 11, 5)),
            order(3, "OUTAGE_RESTORATION", "XFMR-C", datetime(2024, 9, 5)),
            order(4, "TRANSFORMER_REPLACEMENT", "XFMR-C", datetime(2024, 8, 5), status="CANCELLED"),
        ],
        "t_transformer_true_hazard": [truth("XFMR-A", 0.7), truth("XFMR-B", 0.1)],
    }
    for name, each in rows.items():
        store(warehouse, name, each, name)
