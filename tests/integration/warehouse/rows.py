"""Small tables with every required column filled in, so that a test states only what it is about."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import Table, select, types

from grid.warehouse import Warehouse, pa_schema
from grid.warehouse.tables import load_zones

ZONE_IDS = select(load_zones.c.zone_id).order_by(load_zones.c.zone_id)


def table_of(table: Table, *rows: dict[str, Any]) -> pa.Table:
    """Return ``rows`` as data for ``table``; required columns that a row leaves out get a plain value."""
    return pa.Table.from_pylist([_filled(table, row) for row in rows], schema=pa_schema(table))


def _filled(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    unknown = set(row) - set(table.columns.keys())
    assert not unknown, f"{table.name} has no column {unknown}"
    return {
        column.name: row[column.name]
        if column.name in row
        else None
        if column.nullable
        else _plain(column.type)
        for column in table.columns
    }


def _plain(kind: types.TypeEngine[Any]) -> Any:
    match kind:
        case types.Boolean():
            return False
        case types.Integer():
            return 0
        case types.Float():
            return 0.0
        case types.Numeric():
            return Decimal(0)
        case types.DateTime():
            return datetime(2024, 1, 1)
        case types.Date():
            return date(2024, 1, 1)
        case _:
            return "X"


def zones(*ids: str) -> pa.Table:
    """Return load zones of these ids, the smallest table there is."""
    return table_of(load_zones, *({"zone_id": zone_id} for zone_id in ids))


def ids_in(warehouse: Warehouse) -> list[str]:
    """Return the ids of all load zones, in order."""
    return [row["zone_id"] for row in warehouse.select_rows(ZONE_IDS)]
