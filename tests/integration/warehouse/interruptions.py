"""Outages, interruptions and customers, as rows for the warehouse tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from grid.pipeline.periods import whole
from grid.warehouse import Warehouse
from grid.warehouse.queries import InterruptionPeriod, InterruptionScope, day_offsets
from grid.warehouse.tables import (
    circuit_metadata,
    customers_master_data,
    meter_infrastructure,
    momentary_interruptions,
    outage_restoration_tracker,
    substations,
)
from tests.warehouse_rows import fill, filled

HOUSTON = ZoneInfo("America/Chicago")
MAY_4 = datetime(2026, 5, 4, 15)
AS_OF = datetime(2026, 5, 10, 12)
EVERYWHERE = InterruptionScope()


def period(first: date, last: date, zone: ZoneInfo = HOUSTON, as_of: datetime = AS_OF) -> InterruptionPeriod:
    span = whole(first, last, zone)
    return InterruptionPeriod(
        since=span.start,
        until=span.end,
        as_of=as_of,
        offsets=day_offsets(span.start, span.end, zone),
        sustained_after_min=5.0,
    )


MAY = period(date(2026, 5, 1), date(2026, 5, 31))


def interruption(
    outage: str,
    transformer: str,
    customers: int,
    minutes: float | None,
    *,
    start: datetime = MAY_4,
    meter: str | None = None,
    circuit: str = "CKT-1",
    substation: str = "SUB-1",
) -> dict[str, Any]:
    return {
        "interruption_id": f"{outage}|{meter or transformer}",
        "outage_id": outage,
        "transformer_id": transformer,
        "meter_id": meter,
        "substation_id": substation,
        "circuit_id": circuit,
        "customers": customers,
        "started_at": start,
        "restored_at": None if minutes is None else start + timedelta(minutes=minutes),
    }


def outage(
    key: str, *, planned: bool = False, status: str = "RESTORED", cause: str | None = "TREE"
) -> dict[str, Any]:
    return filled(
        outage_restoration_tracker,
        {"outage_id": key, "is_planned": planned, "status": status, "cause_code": cause, "started_at": MAY_4},
    )


def momentary(key: str, customers: int, minutes: float, operations: int, **more: Any) -> dict[str, Any]:
    start = more.pop("start", MAY_4)
    return filled(
        momentary_interruptions,
        {
            "momentary_id": key,
            "substation_id": "SUB-1",
            "circuit_id": "CKT-1",
            "started_at": start,
            "ended_at": start + timedelta(minutes=minutes),
            "operation_count": operations,
            "customers_interrupted": customers,
            **more,
        },
    )


def load_stations(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        substations,
        [
            filled(
                substations,
                {"substation_id": f"SUB-{n}", "zone_id": f"Z-{n}", "substation_name": f"Station {n}"},
            )
            for n in (1, 2)
        ],
    )
    fill(
        warehouse,
        circuit_metadata,
        [
            filled(
                circuit_metadata,
                {"circuit_id": f"CKT-{n}", "circuit_name": f"Feeder {n}", "substation_id": "SUB-1"},
            )
            for n in (1, 2)
        ],
    )


def load_customers(warehouse: Warehouse, meters: dict[str, tuple[str, str, str, int]]) -> None:
    """Put meters by id: transformer, circuit, substation, active accounts; each has a closed one too."""
    rows = [
        filled(
            meter_infrastructure,
            {"meter_id": meter, "transformer_id": unit, "circuit_id": circuit, "substation_id": station},
        )
        for meter, (unit, circuit, station, _) in meters.items()
    ]
    fill(warehouse, meter_infrastructure, rows)
    accounts = [
        filled(
            customers_master_data,
            {
                "customer_id": f"{meter}-{n}",
                "meter_id": meter,
                "account_status": "ACTIVE" if n < active else "CLOSED",
            },
        )
        for meter, (*_, active) in meters.items()
        for n in range(active + 1)
    ]
    fill(warehouse, customers_master_data, accounts)
