"""Small tables with every required column filled in, so that a test states only what it is about."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from sqlalchemy import Table, select

from grid.warehouse import Warehouse, pa_schema
from grid.warehouse.tables import load_zones
from tests.warehouse_rows import filled

ZONE_IDS = select(load_zones.c.zone_id).order_by(load_zones.c.zone_id)


def table_of(table: Table, *rows: dict[str, Any]) -> pa.Table:
    """Return ``rows`` as data for ``table``; required columns that a row leaves out get a plain value."""
    return pa.Table.from_pylist([filled(table, row) for row in rows], schema=pa_schema(table))


def zones(*ids: str) -> pa.Table:
    """Return load zones of these ids, the smallest table there is."""
    return table_of(load_zones, *({"zone_id": zone_id} for zone_id in ids))


def ids_in(warehouse: Warehouse) -> list[str]:
    """Return the ids of all load zones, in order."""
    return [row["zone_id"] for row in warehouse.select_rows(ZONE_IDS)]
