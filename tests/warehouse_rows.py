"""Rows for warehouse tables, written by hand in tests."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import Table, types

from grid.warehouse import Warehouse
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import (
    CASCADE_ANALYSIS,
    ML_DEMO,
    POSTGRES_SYNC,
    metadata,
    t_transformer_true_hazard,
)

NOT_FORGED = {
    "forge_loads",
    "ami_readings_raw",
    "ami_readings_history",
    "ami_daily_usage",
    "ami_monthly_usage",
    "circuit_hourly_usage",
    "circuit_daily_usage",
    "transformer_daily_load",
    "transformer_daily_voltage",
    "asset_health",
    "operator_edits",
    "device_events",
    "vegetation_risk_enhanced",
    "technical_manuals_pdf_chunks",
    *(
        table.name
        for table in metadata.tables.values()
        if table.schema in (ML_DEMO, CASCADE_ANALYSIS, POSTGRES_SYNC)
        and table is not t_transformer_true_hazard
    ),
}
"""Tables that no generated data goes into: the record of loads, what meters send, what is rolled up,
what operators wrote, documents, and what jobs compute or note down."""


def fill(warehouse: Warehouse, table: Table, rows: list[dict[str, Any]]) -> None:
    """Put ``rows`` in place of whatever the table holds; nullable columns may be left out."""
    schema = pa_schema(table)
    complete = [{name: row.get(name) for name in schema.names} for row in rows]
    assert all(row.keys() <= set(schema.names) for row in rows)
    warehouse.replace(table, pa.Table.from_pylist(complete, schema=schema), uuid.uuid4().hex)


def filled(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with a plain value in every required column that it leaves out."""
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
