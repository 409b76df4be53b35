"""Quiet months and a storm of two days in a warehouse, small enough to be counted by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from grid.warehouse import Warehouse
from grid.warehouse.tables import (
    circuit_metadata,
    customers_master_data,
    meter_infrastructure,
    outage_interruptions,
    outage_restoration_tracker,
    substations,
    weather_hourly,
)
from tests.warehouse_rows import fill, filled

STORM_AT = datetime(2026, 5, 4, 5)
"""Midnight of the storm's first day in Houston, in UTC."""

QUIET_DAYS = 150
"""They reach back into the year before, so that the storm's has a threshold for major event days."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """An outage of the past: minutes from midnight of the first storm day.

    Attributes:
        key: its id.
        began: when it began, min.
        parts: (minutes it lasted, None: not over; customers) of each of its interruptions.
        part: substation and circuit, A or B.
    """

    key: str
    began: int
    parts: list[tuple[int | None, int]]
    part: str = "A"
    status: str = "RESTORED"
    is_planned: bool = False
    is_recorded: bool = True
    customers: int | None = None
    more: dict[str, object] = field(default_factory=dict)

    @property
    def started_at(self) -> datetime:
        """When it began, naive UTC."""
        return STORM_AT + timedelta(minutes=self.began)

    def ends(self) -> list[datetime | None]:
        """When each part was back."""
        return [
            None if lasted is None else self.started_at + timedelta(minutes=lasted)
            for lasted, _ in self.parts
        ]


DAY = 24 * 60

STORM = [
    Past(key="OUT-1", began=10, parts=[(30, 5), (60, 7)], more={"switch_id": "SW-1", "cause_code": "WIND"}),
    Past(key="OUT-2", began=40, parts=[(120, 20), (3, 2)], part="B", more={"transformer_id": "T-2"}),
    Past(key="OUT-3", began=70, parts=[(90, 4)]),
    Past(key="OUT-4", began=70, parts=[(1500, 9)]),
    Past(key="OUT-5", began=DAY + 5, parts=[(100, 6)]),
    Past(key="OUT-6", began=DAY + 20, parts=[(100, 6)], part="B"),
    Past(key="OUT-7", began=DAY + 30, parts=[(200, 1)]),
    Past(
        key="OUT-8", began=DAY + 30, parts=[], customers=8, more={"restored_at": STORM_AT + timedelta(days=2)}
    ),
]
OTHERS = [
    Past(key="OUT-PLANNED", began=60, parts=[(600, 1000)], is_planned=True),
    Past(key="OUT-FALSE", began=60, parts=[(600, 1000)], status="CANCELLED"),
    Past(
        key="OUT-MOVED", began=60, parts=[], customers=0, more={"restored_at": STORM_AT + timedelta(hours=9)}
    ),
    Past(key="OUT-ORPHAN", began=80, parts=[(60, 11)], is_recorded=False),
]
QUIET = [Past(key=f"OUT-Q{day}", began=-DAY * (day + 3) + 720, parts=[(45, 3)]) for day in range(QUIET_DAYS)]


def load(warehouse: Warehouse, outages: list[Past] | None = None) -> None:
    """Put the outages (the quiet days and the storm, unless others are given) and their weather in place."""
    rows = [*QUIET, *STORM, *OTHERS] if outages is None else outages
    fill(
        warehouse,
        substations,
        [filled(substations, {"substation_id": f"SUB-{n}", "zone_id": f"Z-{n}"}) for n in "AB"],
    )
    fill(
        warehouse,
        circuit_metadata,
        [filled(circuit_metadata, {"circuit_id": f"CKT-{n}", "substation_id": f"SUB-{n}"}) for n in "AB"],
    )
    fill(
        warehouse,
        meter_infrastructure,
        [
            filled(
                meter_infrastructure,
                {"meter_id": f"M-{n}", "circuit_id": f"CKT-{n}", "substation_id": f"SUB-{n}"},
            )
            for n in "AB"
        ],
    )
    fill(
        warehouse,
        customers_master_data,
        [
            filled(
                customers_master_data,
                {"customer_id": f"C-{n}", "meter_id": f"M-{n}", "account_status": "ACTIVE"},
            )
            for n in "AB"
        ],
    )
    fill(
        warehouse,
        outage_restoration_tracker,
        [
            filled(
                outage_restoration_tracker,
                {
                    "outage_id": each.key,
                    "substation_id": f"SUB-{each.part}",
                    "circuit_id": f"CKT-{each.part}",
                    "status": each.status,
                    "is_planned": each.is_planned,
                    "started_at": each.started_at,
                    "restored_at": None if None in (ends := each.ends()) else max(ends, default=None),  # type: ignore[type-var]
                    "customers_interrupted": sum(count for _, count in each.parts)
                    if each.customers is None
                    else each.customers,
                    "longitude": -95.4,
                    "latitude": 29.8,
                    **each.more,
                },
            )
            for each in rows
            if each.is_recorded
        ],
    )
    fill(
        warehouse,
        outage_interruptions,
        [
            {
                "interruption_id": f"{each.key}|{number}",
                "outage_id": each.key,
                "transformer_id": f"T-{each.key}-{number}",
                "circuit_id": f"CKT-{each.part}",
                "substation_id": f"SUB-{each.part}",
                "customers": customers,
                "started_at": each.started_at,
                "restored_at": end,
            }
            for each in rows
            for number, ((_, customers), end) in enumerate(zip(each.parts, each.ends(), strict=True))
        ],
    )
    fill(
        warehouse,
        weather_hourly,
        [
            {
                "station_id": station,
                "observed_at": STORM_AT + timedelta(hours=hour),
                "latitude": 29.8,
                "longitude": -95.4,
                "temperature_c": None if station == "W-2" else 20.0 + hour,
                "wind_speed_mps": None if hour == 3 else wind + hour,
                "precipitation_mm": 2.0 * wind,
            }
            for station, wind in (("W-1", 1.0), ("W-2", 4.0))
            for hour in range(6)
        ],
    )
