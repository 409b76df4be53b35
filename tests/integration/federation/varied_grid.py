"""The small grid with values that tell stores apart: ties, unknowns, capitals, accents, signs of LIKE."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from grid.warehouse import tables
from tests.integration.sync.sample import NEWEST, Sample, small_grid

NUMBERS = (-1.5, 0.0, 0.1, 0.30000000000000004, 1e-9, 7.2, 12.47, 66.6, 66.6, 100.0, 1234567.875)
WHOLES = (0, 1, 2, 2, 7, 40, 1999, 2004)
TEXTS = (
    "Alder",
    "alder",
    "ALDER 2",
    "Birch_1",
    "Birch%1",
    "Oak/Elm",
    "Núñez",
    "ÉCLAIR",
    "z",
    "a b",
    "it's",
    "\\x",
)
YEARS = (1998, 2001, 2004, None)
FREE_TEXTS = {
    "substation_name", "circuit_name", "transformer_name", "interconnect", "operational_status", "status",
    "fuel_type", "phases", "conductor_type", "pole_material", "pole_class", "city", "account_status",
    "cause_code", "priority", "work_type", "description", "crew_id", "full_name", "service_address",
    "species", "common_name", "water_name", "zone_code", "zone_subtype",
    "critical_kind", "phone", "email", "zip_code",
}  # fmt: skip
CHOICES = {
    "line_class": ("BACKBONE", "LATERAL", "SERVICE"),
    "switch_kind": ("BREAKER", "RECLOSER", "FUSE", "TIE"),
    "building_use": ("RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL", "OUTBUILDING"),
    "water_kind": ("POND", "LAKE", "RESERVOIR", "BAYOU"),
    "customer_class": ("RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL"),
}
KEPT = {"latitude", "longitude", "meter_key", "bus_number", "meter_count"}
KEPT_TABLES = {"load_zones", "outage_interruptions", "weather_hourly"}
OPERATIONS = {"outage_restoration_tracker", "work_orders", "crews"}


def varied_grid(seed: int = 7) -> Sample:
    """Return the rows by table name; every reference still holds."""
    rng = random.Random(seed)
    sample = small_grid(meters_per_transformer=3)
    sample["crews"] = [
        {
            "crew_id": f"CREW-{n}",
            "crew_name": f"Line {n}",
            "crew_kind": "LINE",
            "home_substation_id": f"SUB-{n}",
            "member_count": 3,
            "status": "AVAILABLE",
            "latitude": None if n else 29.6,
            "longitude": None if n else -95.3,
            "version": 1,
            "updated_at": NEWEST,
        }
        for n in range(3)
    ]
    sample["outage_interruptions"] = [
        {
            "interruption_id": f"OUT-0|XFMR-1-{n}",
            "outage_id": "OUT-0",
            "transformer_id": f"XFMR-1-{n}",
            "meter_id": None,
            "substation_id": "SUB-1",
            "circuit_id": "CKT-1",
            "customers": n,
            "started_at": NEWEST - timedelta(hours=3),
            "restored_at": NEWEST - timedelta(hours=1) if n else None,
            "updated_at": NEWEST,
        }
        for n in range(3)
    ]
    for table in tables.metadata.sorted_tables:
        if table.name in KEPT_TABLES or table.name == "transformer_hourly_load":
            continue
        for row in sample[table.name]:
            for column in table.columns:
                _vary(row, column, table.name, rng)
    sample["substations"][0]["substation_name"] = "Alder"
    return sample


def _vary(row: dict[str, Any], column: sa.Column[Any], table: str, rng: random.Random) -> None:
    name = column.name
    if (
        column.primary_key
        or name.endswith("_id")
        or name in KEPT
        or (table in OPERATIONS and name in {"status", "priority"})
    ):
        return
    if name in CHOICES:
        row[name] = rng.choice(CHOICES[name])
    elif name in FREE_TEXTS and isinstance(column.type, sa.String):
        limit = column.type.length or 64
        row[name] = _or_none(rng.choice(TEXTS)[:limit], column, rng)
    elif isinstance(column.type, sa.Boolean):
        row[name] = rng.random() < 0.5
    elif isinstance(column.type, sa.Integer):
        row[name] = _or_none(rng.choice(WHOLES), column, rng)
    elif isinstance(column.type, sa.Double):
        row[name] = _or_none(rng.choice(NUMBERS), column, rng)
    elif isinstance(column.type, sa.DateTime):
        if name in {"estimated_restoration_at", "scheduled_at"}:
            row[name] = _or_none(
                NEWEST - timedelta(hours=rng.choice((1, 1, 30)), microseconds=5), column, rng
            )
    elif isinstance(column.type, sa.Date):
        row[name] = _or_none(rng.choice((date(1999, 5, 1), date(2015, 1, 1))), column, rng)


def _or_none(value: Any, column: sa.Column[Any], rng: random.Random) -> Any:
    return None if column.nullable and rng.random() < 0.3 else value


MOMENTS: tuple[datetime, ...] = (NEWEST, NEWEST - timedelta(hours=3), NEWEST - timedelta(days=20))
