"""Rows for warehouse tables, written by hand in tests."""

import uuid
from typing import Any

import pyarrow as pa
from sqlalchemy import Table

from grid.warehouse import Warehouse
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import CASCADE_ANALYSIS, ML_DEMO, POSTGRES_SYNC, metadata

NOT_FORGED = {
    "forge_loads",
    "ami_readings_raw",
    "ami_readings_history",
    "ami_daily_usage",
    "ami_monthly_usage",
    "technical_manuals_pdf_chunks",
    *(
        table.name
        for table in metadata.tables.values()
        if table.schema in (ML_DEMO, CASCADE_ANALYSIS, POSTGRES_SYNC)
    ),
}
"""Tables that no generated data goes into: the record of loads, what meters send, what is rolled up,
documents, and what jobs compute or note down."""


def fill(warehouse: Warehouse, table: Table, rows: list[dict[str, Any]]) -> None:
    """Put ``rows`` in place of whatever the table holds; nullable columns may be left out."""
    schema = pa_schema(table)
    complete = [{name: row.get(name) for name in schema.names} for row in rows]
    assert all(row.keys() <= set(schema.names) for row in rows)
    warehouse.replace(table, pa.Table.from_pylist(complete, schema=schema), uuid.uuid4().hex)
