"""Files of settlement prices: taken whole and once, or refused with what is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from grid.pipeline.receive_prices import PricesFileError, receive_prices
from grid.warehouse import PartitionedWarehouse, SchemaMismatch, TableNotLoaded
from grid.warehouse.tables import energy_prices_hourly, load_zones
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

NOW = datetime(2026, 7, 2, 10, tzinfo=timezone(timedelta(hours=2)))
HEADER = "zone_id,price_hour,price_usd_per_mwh\n"
GOOD = (
    HEADER
    + "ZONE-1,2026-07-01T00:00:00-05:00,31.25\nZONE-1,2026-07-01T06:00:00Z,\nZONE-2,2026-07-01T06:00:00Z,-5\n"
)


@pytest.fixture
def zoned(warehouse: PartitionedWarehouse) -> PartitionedWarehouse:
    zones = [{"zone_id": "ZONE-1"}, {"zone_id": "ZONE-2"}]
    warehouse.append(load_zones, table_of(load_zones, *zones), "zones")
    return warehouse


def take(warehouse: PartitionedWarehouse, path: Path, text: str) -> int:
    path.write_text(text)
    return receive_prices(warehouse=warehouse, path=path, received_at=NOW)


def test_a_file_is_taken_whole_and_once(zoned: PartitionedWarehouse, tmp_path: Path) -> None:
    assert take(zoned, tmp_path / "july.csv", GOOD) == 3
    assert take(zoned, tmp_path / "july again.csv", GOOD) == 0

    order = (energy_prices_hourly.c.zone_id, energy_prices_hourly.c.price_hour)
    rows = zoned.select_rows(energy_prices_hourly.select().order_by(*order))
    assert [(row["zone_id"], row["price_hour"], row["price_usd_per_mwh"]) for row in rows] == [
        ("ZONE-1", datetime(2026, 7, 1, 5), 31.25),
        ("ZONE-1", datetime(2026, 7, 1, 6), None),
        ("ZONE-2", datetime(2026, 7, 1, 6), -5.0),
    ]
    assert {row["received_at"] for row in rows} == {datetime(2026, 7, 2, 8)}
    assert {(row["method"], row["source"]) for row in rows} == {("SETTLEMENT", "july.csv")}


def test_a_parquet_file_is_taken(zoned: PartitionedWarehouse, tmp_path: Path) -> None:
    path = tmp_path / "july.parquet"
    at = pa.array([datetime(2026, 7, 1, 6)], pa.timestamp("ms", tz="America/Chicago"))
    pq.write_table(pa.table({"zone_id": ["ZONE-2"], "price_hour": at, "price_usd_per_mwh": [12.5]}), path)

    assert receive_prices(warehouse=zoned, path=path, received_at=NOW) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + "ZONE-9,2026-07-01T06:00:00Z,1\n", "'ZONE-9' is no load zone"),
        (HEADER + ",2026-07-01T06:00:00Z,1\n", "None is no load zone"),
        (HEADER + "ZONE-1,2026-07-01T06:15:00Z,1\n", "2026-07-01 06:15:00 is not the start of an hour"),
        (HEADER + "ZONE-1,,1\n", "None is not the start of an hour"),
        (HEADER + "ZONE-1,2026-07-01T06:00:00Z,1\nZONE-1,2026-07-01T01:00:00-05:00,2\n", "two prices"),
        (HEADER + "ZONE-1,2026-07-01T06:00:00Z,cheap\n", "cheap"),
        ("zone_id,price_hour\nZONE-1,2026-07-01T06:00:00Z\n", "no column price_usd_per_mwh"),
        ("zone_id,price_hour,price_usd_per_mwh,note\nZONE-1,2026-07-01T06:00:00Z,1,x\n", "a column note"),
        ("", "cannot be read"),
    ],
)
def test_a_bad_file_is_refused_whole(
    zoned: PartitionedWarehouse, tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(PricesFileError, match=said):
        take(zoned, tmp_path / "bad.csv", text)

    with pytest.raises(TableNotLoaded):
        zoned.row_count(energy_prices_hourly)


def test_an_infinite_price_is_refused(zoned: PartitionedWarehouse, tmp_path: Path) -> None:
    with pytest.raises(SchemaMismatch, match="price_usd_per_mwh"):
        take(zoned, tmp_path / "bad.csv", HEADER + "ZONE-1,2026-07-01T06:00:00Z,inf\n")


def test_without_load_zones_no_price_has_a_place(warehouse: PartitionedWarehouse, tmp_path: Path) -> None:
    with pytest.raises(TableNotLoaded):
        take(warehouse, tmp_path / "july.csv", GOOD)


def test_a_file_of_another_kind_is_refused(zoned: PartitionedWarehouse, tmp_path: Path) -> None:
    with pytest.raises(PricesFileError, match="is none of"):
        take(zoned, tmp_path / "july.xlsx", GOOD)
