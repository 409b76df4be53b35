"""The cache against the source, compared outside sync: values by pyarrow, checksums by changing one value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import connection, transaction

from grid.layers import LAYERS
from grid.services.sync.columns import Kind, columns_of
from grid.services.sync.verification import table_summary
from grid.warehouse import Warehouse, tables
from tests.integration.sync.conftest import RunAll

pytestmark = pytest.mark.integration

# Names that differ between a warehouse table and the table of the cache it fills.
RENAMED = {
    "meters": ("meter_infrastructure", {"meter_id": "id"}),
    "customers": ("customers_master_data", {"customer_id": "id"}),
    "poles": (
        "grid_poles_infrastructure",
        {"pole_id": "id", "pole_height_m": "height_m", "pole_material": "material"},
    ),
    "transformers": ("transformer_metadata", {"transformer_id": "id", "transformer_name": "name"}),
    "switches": ("grid_switches", {"switch_id": "id", "switch_kind": "kind"}),
    "buses": ("transmission_buses", {"bus_id": "id", "bus_number": "number"}),
    "plants": ("transmission_plants", {"plant_id": "id"}),
    "substations": (
        "substations",
        {"substation_id": "id", "substation_name": "name", "operational_status": "status"},
    ),
}

NOT_CACHED = {"nominal_voltage_v"}
"""Columns that only questions to the warehouse need."""


@pytest.mark.parametrize("key", RENAMED)
def test_cache_holds_the_values_of_the_source_tables_files(
    key: str, loaded: Warehouse, run_all: RunAll
) -> None:
    import sqlalchemy as sa

    run_all(loaded)
    name, renamed = RENAMED[key]
    source = next(table for table in tables.metadata.sorted_tables if table.name == name)
    wanted = pa.Table.from_batches(loaded.select_arrow(sa.select(source))).rename_columns(
        [renamed.get(column.name, column.name) for column in source.columns]
    )

    left_out = {"latitude", "longitude", *NOT_CACHED}
    compared = [column for column in wanted.column_names if column not in left_out]
    has_place = "longitude" in wanted.column_names
    place = ", ST_X(location) AS longitude, ST_Y(location) AS latitude" if has_place else ""
    names = compared + (["longitude", "latitude"] if has_place else [])
    with connection.cursor() as cursor:
        quoted = ", ".join(f'"{column}"' for column in compared)
        cursor.execute(f'SELECT {quoted}{place} FROM "{LAYERS[key].table}" ORDER BY id')
        cached = cursor.fetchall()

    assert cached == sorted(
        (tuple(row[name] for name in names) for row in wanted.to_pylist()), key=lambda row: row[0]
    )


@pytest.fixture
def session(cache: None) -> Iterator[psycopg.Connection]:
    """Return a plain connection to the test database."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as session:
        yield session


@pytest.mark.parametrize("key", ["substations", "branches", "lines", "outages"])
def test_checksum_changes_with_any_single_value(
    key: str, loaded: Warehouse, run_all: RunAll, session: psycopg.Connection
) -> None:
    run_all(loaded)
    layer, columns = LAYERS[key], columns_of(LAYERS[key].model)
    table = layer.table
    before = table_summary(session, table=table, columns=columns)
    other: dict[Kind, str] = {
        Kind.TEXT: "left(coalesce({0}, '') || 'x', {1})",
        Kind.FLOAT: "coalesce({0}, 0) + 1e-9",
        Kind.INTEGER: "coalesce({0}, 0) + 1",
        Kind.BOOLEAN: "NOT {0}",
        Kind.DATE: "coalesce({0}, '2000-01-01') + 1",
        Kind.TIMESTAMP: "coalesce({0}, now()) + interval '1 microsecond'",
        Kind.POINT: "ST_Translate({0}, 1e-9, 0)",
        Kind.LINE: "ST_Reverse({0})",
    }
    row_id = session.execute(f'SELECT max(id) FROM "{table}"').fetchone()
    assert row_id is not None
    changed = 0
    for column in columns:
        if column.parent_table is not None or column.is_key:
            continue
        value = other[column.kind].format(f'"{column.name}"', column.max_length or 100)
        with session.transaction(force_rollback=True):
            found: Any = session.execute(
                f'UPDATE "{table}" SET "{column.name}" = {value} WHERE id = %s'
                f' AND "{column.name}" IS DISTINCT FROM {value} RETURNING 1',
                row_id,
            ).fetchall()
            if found:
                changed += 1
                after = table_summary(session, table=table, columns=columns)
                assert after[0] == before[0]
                assert after[1] != before[1], column.name
    assert changed >= 8
    assert table_summary(session, table=table, columns=columns) == before


def test_checksum_does_not_depend_on_the_order_of_rows_and_tells_null_from_empty(
    loaded: Warehouse, run_all: RunAll, session: psycopg.Connection
) -> None:
    run_all(loaded, "zones")
    columns = columns_of(LAYERS["zones"].model)
    before = table_summary(session, table="grid_zone", columns=columns)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE turned AS SELECT * FROM grid_zone ORDER BY id DESC")
    try:
        assert table_summary(session, table="turned", columns=columns) == before
        session.execute("UPDATE turned SET state = ''")
        assert table_summary(session, table="turned", columns=columns)[1] != before[1]
    finally:
        session.execute("DROP TABLE turned")
