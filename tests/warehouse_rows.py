"""Rows for warehouse tables, written by hand in tests."""

import uuid
from typing import Any

import pyarrow as pa
from sqlalchemy import Table

from grid.warehouse import Warehouse
from grid.warehouse.arrow import pa_schema

NOT_FORGED = {
    "forge_loads",
    "ami_readings_raw",
    "ami_daily_usage",
    "ami_monthly_usage",
    "circuit_hourly_usage",
    "circuit_daily_usage",
    "transformer_daily_load",
}
"""Tables that no generated data goes into: the record of loads, what meters send, what is rolled up."""


def fill(warehouse: Warehouse, table: Table, rows: list[dict[str, Any]]) -> None:
    """Put ``rows`` in place of whatever the table holds; nullable columns may be left out."""
    schema = pa_schema(table)
    complete = [{name: row.get(name) for name in schema.names} for row in rows]
    assert all(row.keys() <= set(schema.names) for row in rows)
    warehouse.replace(table, pa.Table.from_pylist(complete, schema=schema), uuid.uuid4().hex)
