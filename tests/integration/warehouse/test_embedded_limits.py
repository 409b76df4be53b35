"""What one query of the embedded warehouse may take, and what it may not touch."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from grid.warehouse import (
    Warehouse,
    WarehouseQueryTimeout,
    WarehouseQueryTooLarge,
    open_warehouse,
)
from grid.warehouse.tables import load_zones
from tests.integration.warehouse.rows import ZONE_IDS, ids_in, zones

pytestmark = pytest.mark.integration


@pytest.fixture
def warehouse(embedded: Warehouse) -> Warehouse:
    return embedded


def test_a_slow_query_ends_and_the_next_one_works(root: Path) -> None:
    warehouse = open_warehouse(f"embedded://{root}?threads=2", query_timeout_s=0.5)
    warehouse.append(load_zones, zones(*(f"Z{number:05d}" for number in range(20_000))), "b1")
    a, b, c = load_zones.alias("a"), load_zones.alias("b"), load_zones.alias("c")
    endless = select(func.count().label("n")).where(a.c.zone_id < b.c.zone_id, b.c.zone_id < c.c.zone_id)
    started = time.monotonic()

    with pytest.raises(WarehouseQueryTimeout, match=r"longer than 0\.5 s"):
        warehouse.select_rows(endless)

    assert time.monotonic() - started < 5
    assert len(ids_in(warehouse)) == 20_000


def test_a_query_too_large_for_the_memory_is_told_and_the_next_one_works(root: Path) -> None:
    warehouse = open_warehouse(f"embedded://{root}?threads=2&memory_limit=50MB")
    warehouse.append(load_zones, zones(*(f"Z{number:05d}" for number in range(3_000))), "b1")
    a, b = load_zones.alias("a"), load_zones.alias("b")
    huge = select(func.length(func.string_agg(a.c.zone_id + b.c.zone_id, ",")).label("n"))

    with pytest.raises(WarehouseQueryTooLarge, match="more memory than 50MB"):
        warehouse.select_rows(huge)

    assert len(ids_in(warehouse)) == 3_000


def test_a_slow_reader_is_not_a_slow_query(root: Path) -> None:
    warehouse = open_warehouse(f"embedded://{root}?threads=2", query_timeout_s=1)
    warehouse.append(load_zones, zones(*(f"Z{number:05d}" for number in range(20_000))), "b1")

    seen = 0
    for batch in warehouse.select_arrow(ZONE_IDS, batch_rows=8_000):
        seen += batch.num_rows
        time.sleep(0.5)

    assert seen == 20_000


def test_the_query_engine_reads_nothing_outside_its_folder(warehouse: Warehouse, tmp_path: Path) -> None:
    import duckdb

    warehouse.append(load_zones, zones("Z1"), "b1")
    ids_in(warehouse)
    (tmp_path / "secret.csv").write_text("word\nswordfish\n")
    database = warehouse._reader._database  # type: ignore[attr-defined]

    for statement in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"ATTACH '{tmp_path}/other.duckdb'",
        f"COPY (SELECT 1) TO '{tmp_path}/stolen.csv'",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            database.cursor().execute(statement)
