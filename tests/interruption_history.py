"""Two years of interruptions in a warehouse, small enough to be worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from grid.warehouse import Warehouse
from grid.warehouse.tables import (
    circuit_metadata,
    customers_master_data,
    meter_infrastructure,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
    substations,
)
from tests.warehouse_rows import fill, filled

STORM_MINUTES = sum(600 + 60 * n for n in range(10))
OPEN_MINUTES = 120.0
"""The outage that is not over began at 20:00, and the record ends when the last one ended, at 22:00."""

STORM = date(2025, 8, 1)


def noon(day: date) -> datetime:
    """Return 17:00 UTC, noon in Houston in summer."""
    return datetime(day.year, day.month, day.day, 17)


More = tuple[str, str, datetime, float, str]
"""A further outage: its id, the meter, when it began, its minutes and its cause."""


def load(warehouse: Warehouse, *, with_momentaries: bool = True, more: Sequence[More] = ()) -> None:
    """Put a year of small interruptions, then one with a storm, in two substations of ten and five customers.

    2024: every tenth day from the 1st of January one customer of CKT-A is out, by turns for 30 and 60 min.
    2025: three days: planned work, a storm in steps, and an outage that is not over.
    """
    fill(
        warehouse,
        substations,
        [
            filled(
                substations,
                {"substation_id": f"SUB-{n}", "zone_id": f"Z-{n}", "substation_name": f"Station {n}"},
            )
            for n in "AB"
        ],
    )
    fill(
        warehouse,
        circuit_metadata,
        [
            filled(
                circuit_metadata,
                {"circuit_id": f"CKT-{n}", "circuit_name": f"Feeder {n}", "substation_id": f"SUB-{n}"},
            )
            for n in "AB"
        ],
    )
    meters = {f"M-{n}": "A" if n < 10 else "B" for n in range(15)}
    fill(
        warehouse,
        meter_infrastructure,
        [
            filled(
                meter_infrastructure,
                {
                    "meter_id": meter,
                    "transformer_id": f"T-{meter}",
                    "circuit_id": f"CKT-{n}",
                    "substation_id": f"SUB-{n}",
                },
            )
            for meter, n in meters.items()
        ],
    )
    fill(
        warehouse,
        customers_master_data,
        [
            filled(
                customers_master_data,
                {"customer_id": f"C-{meter}", "meter_id": meter, "account_status": "ACTIVE"},
            )
            for meter in meters
        ],
    )
    small = [
        ("SMALL", f"M-{n % 10}", noon(date(2024, 1, 1) + timedelta(days=10 * n)), 30 * (1 + n % 2))
        for n in range(36)
    ]
    rows = [
        *small,
        ("WORK", "M-0", noon(date(2025, 2, 3)), 120),
        *(("STORM", f"M-{n}", noon(STORM), 600 + 60 * n) for n in range(10)),
        ("STORM", "M-12", noon(STORM), 4),
        ("CAR", "M-13", datetime(2025, 12, 31, 20), None),
        ("LATE", "M-14", datetime(2025, 12, 31, 21), 60),
        *(each[:4] for each in more),
    ]
    causes = {"WORK": "MAINTENANCE", "STORM": "WIND", "SMALL": "ANIMAL"} | {each[0]: each[4] for each in more}
    fill(
        warehouse,
        outage_restoration_tracker,
        [
            filled(
                outage_restoration_tracker,
                {
                    "outage_id": key,
                    "status": "CONFIRMED" if key == "CAR" else "RESTORED",
                    "is_planned": key == "WORK",
                    "cause_code": causes.get(key),
                },
            )
            for key in ("SMALL", "WORK", "STORM", "CAR", "LATE", *(each[0] for each in more))
        ],
    )
    fill(
        warehouse,
        outage_interruptions,
        [
            {
                "interruption_id": f"{key}|{meter}|{number}",
                "outage_id": key,
                "transformer_id": f"T-{meter}",
                "circuit_id": f"CKT-{meters[meter]}",
                "substation_id": f"SUB-{meters[meter]}",
                "customers": 1,
                "started_at": at,
                "restored_at": None if minutes is None else at + timedelta(minutes=minutes),
            }
            for number, (key, meter, at, minutes) in enumerate(rows)
        ],
    )
    if with_momentaries:
        at = noon(date(2025, 3, 3))
        fill(
            warehouse,
            momentary_interruptions,
            [
                {
                    "momentary_id": "MOM-1",
                    "substation_id": "SUB-B",
                    "circuit_id": "CKT-B",
                    "switch_id": "SW-1",
                    "started_at": at,
                    "ended_at": at + timedelta(seconds=40),
                    "operation_count": 2,
                    "customers_interrupted": 5,
                }
            ],
        )
