"""The embedded warehouse as files: layout, damage and recovery, new columns, upkeep."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Table, select

from grid.warehouse import (
    TableNotLoaded,
    Warehouse,
    WarehouseCorrupted,
    WarehouseUnavailable,
    open_warehouse,
    pa_schema,
)
from grid.warehouse.tables import ami_interval_readings, ami_readings_raw, load_zones, transformer_hourly_load
from tests.integration.warehouse.rows import ids_in, table_of, zones

pytestmark = pytest.mark.integration


@pytest.fixture
def warehouse(embedded: Warehouse) -> Warehouse:
    return embedded


def folder_of(root: Path, table: Table) -> Path:
    return root / str(table.schema) / table.name


def data_files(root: Path, table: Table) -> list[Path]:
    return sorted(folder_of(root, table).rglob("*.parquet"))


def commit_file(root: Path, table: Table, version: int) -> Path:
    return folder_of(root, table) / "_delta_log" / f"{version:020d}.json"


def test_readings_lie_in_a_folder_per_date_as_sorted_zstd_parquet(warehouse: Warehouse, root: Path) -> None:
    days = [date(2024, 7, 1), date(2024, 7, 2)]
    rows = [
        {"meter_key": key, "reading_at": datetime(day.year, day.month, day.day, hour), "reading_date": day}
        for key in range(50)
        for day in days
        for hour in range(24)
    ]
    warehouse.append(ami_interval_readings, table_of(ami_interval_readings, *rows), "b1")

    files = data_files(root, ami_interval_readings)
    assert {file.parent.name for file in files} == {"reading_date=2024-07-01", "reading_date=2024-07-02"}
    for file in files:
        found = pq.read_table(file, partitioning=None)
        keys = list(zip(found["meter_key"].to_pylist(), found["reading_at"].to_pylist(), strict=True))
        assert keys == sorted(keys)
        assert len(keys) == 50 * 24
        assert pq.read_metadata(file).row_group(0).column(0).compression == "ZSTD"


def test_a_commit_carries_its_batch_id(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones("Z1"), "nightly-2024-07-01")

    actions = [json.loads(line) for line in commit_file(root, load_zones, 1).read_text().splitlines()]

    (info,) = [action["commitInfo"] for action in actions if "commitInfo" in action]
    assert info["batch_id"] == "nightly-2024-07-01"


@pytest.mark.parametrize("damage", ["missing", "empty", "cut short", "nonsense"])
def test_a_damaged_data_file_is_named_and_reading_recovers(
    warehouse: Warehouse, root: Path, damage: str
) -> None:
    warehouse.append(load_zones, zones("Z1", "Z2"), "b1")
    warehouse.append(transformer_hourly_load, table_of(transformer_hourly_load, {}), "b1")
    assert ids_in(warehouse) == ["Z1", "Z2"]
    (file,) = data_files(root, load_zones)
    sound = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "cut short": sound[:-20], "nonsense": b"abc" * 300}[damage])

    for _ in range(2):
        with pytest.raises(WarehouseCorrupted) as caught:
            ids_in(warehouse)
        assert caught.value.table == "production.load_zones"
        assert caught.value.file == file
        assert str(file) in caught.value.message
        assert "production.load_zones" in caught.value.message
    assert len(warehouse.select_rows(select(transformer_hourly_load))) == 1  # other tables are not touched

    file.write_bytes(sound)
    assert ids_in(warehouse) == ["Z1", "Z2"]


def test_damaged_pages_inside_a_file_are_found(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones(*(f"Z{number:06d}" for number in range(20_000))), "b1")
    (file,) = data_files(root, load_zones)
    broken = bytearray(file.read_bytes())
    broken[200:-2000] = b"\xa5" * (len(broken) - 2200)
    file.write_bytes(broken)

    with pytest.raises(WarehouseCorrupted) as caught:
        ids_in(warehouse)

    assert caught.value.file == file


@pytest.mark.parametrize("content", ["{nonsense", "", None], ids=["nonsense", "empty", "missing"])
@pytest.mark.parametrize("opened", ["before", "after"])
def test_a_damaged_commit_is_named_and_reading_recovers(
    warehouse: Warehouse, root: Path, content: str | None, opened: str
) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    if opened == "before":
        assert ids_in(warehouse) == ["Z1"]
    writer = open_warehouse(f"embedded://{root}")
    writer.append(load_zones, zones("Z2"), "b2")
    writer.append(load_zones, zones("Z3"), "b3")
    file = commit_file(root, load_zones, 2)
    sound = file.read_bytes()
    if content is None:
        file.unlink()
    else:
        file.write_text(content)

    with pytest.raises(WarehouseCorrupted) as caught:
        ids_in(warehouse)
    assert caught.value.file == file
    with pytest.raises(WarehouseCorrupted):
        warehouse.version(load_zones)
    with pytest.raises(WarehouseCorrupted):
        warehouse.append(load_zones, zones("Z4"), "b4")

    file.write_bytes(sound)
    assert ids_in(warehouse) == ["Z1", "Z2", "Z3"]


def test_a_lost_log_is_not_an_empty_table(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    shutil.rmtree(folder_of(root, load_zones) / "_delta_log")

    with pytest.raises(WarehouseCorrupted, match="_delta_log"):
        ids_in(warehouse)
    with pytest.raises(WarehouseCorrupted, match="_delta_log"):
        warehouse.append(load_zones, zones("Z2"), "b2")


def test_a_missing_folder_is_unavailable_and_not_an_unloaded_table(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    root.rename(root.with_name("elsewhere"))

    with pytest.raises(WarehouseUnavailable, match="FLUX_WAREHOUSE_URL names does not exist") as refusal:
        warehouse.ping()
    # Users see it: where the server keeps its files is not for them.
    assert str(root) not in str(refusal.value)
    with pytest.raises(WarehouseUnavailable, match="does not exist"):
        ids_in(warehouse)

    root.with_name("elsewhere").rename(root)
    warehouse.ping()
    assert ids_in(warehouse) == ["Z1"]


def test_a_table_made_anew_is_seen_by_those_who_knew_the_old_one(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    warehouse.append(load_zones, zones("Z2"), "b2")
    before = warehouse.version(load_zones)
    shutil.rmtree(folder_of(root, load_zones))
    with pytest.raises(TableNotLoaded):
        ids_in(warehouse)

    writer = open_warehouse(f"embedded://{root}")
    for number in range(4):
        writer.append(load_zones, zones(f"N{number}"), f"b{number}")

    assert warehouse.version(load_zones) != before
    assert ids_in(warehouse) == ["N0", "N1", "N2", "N3"]


def test_a_table_stored_before_a_column_was_declared_is_read_and_extended(
    warehouse: Warehouse, root: Path
) -> None:
    from deltalake import DeltaTable, write_deltalake

    old_schema = pa.schema([field for field in pa_schema(load_zones) if field.name != "time_zone"])
    folder = folder_of(root, load_zones)
    folder.mkdir(parents=True)
    DeltaTable.create(folder, schema=old_schema, description=",".join(old_schema.names))
    write_deltalake(folder, zones("Z1").select(old_schema.names).cast(old_schema), mode="append")
    query = select(load_zones.c.zone_id, load_zones.c.time_zone).order_by(load_zones.c.zone_id)

    assert warehouse.select_rows(query) == [{"zone_id": "Z1", "time_zone": None}]

    warehouse.append(load_zones, table_of(load_zones, {"zone_id": "Z2", "time_zone": "UTC"}), "b1")
    assert warehouse.select_rows(query) == [
        {"zone_id": "Z1", "time_zone": None},
        {"zone_id": "Z2", "time_zone": "UTC"},
    ]


def test_compacting_merges_files_and_keeps_the_rows(warehouse: Warehouse, root: Path) -> None:
    reader = open_warehouse(f"embedded://{root}")
    for number in range(10):
        warehouse.append(load_zones, zones(f"Z{number}"), f"b{number}")
    assert len(ids_in(reader)) == 10
    before = data_files(root, load_zones)

    warehouse.compact(load_zones)
    assert set(before) < set(data_files(root, load_zones))  # a query may still read them

    warehouse.compact(load_zones, keep_hours=0)
    (file,) = data_files(root, load_zones)
    assert pq.read_metadata(file).num_rows == 10
    assert ids_in(reader) == [f"Z{number}" for number in range(10)]
    assert warehouse.append(load_zones, zones("Z0"), "b0") == 0  # batches are remembered


def test_files_are_merged_once_there_are_many_small_ones(warehouse: Warehouse, root: Path) -> None:
    for number in range(4):
        warehouse.append(load_zones, zones(f"Z{number}"), f"b{number}")

    assert not warehouse.compact_if_scattered(load_zones, small_files=5)
    warehouse.append(load_zones, zones("Z4"), "b4")
    assert warehouse.compact_if_scattered(load_zones, small_files=5)
    assert not warehouse.compact_if_scattered(load_zones, small_files=2)

    assert ids_in(warehouse) == [f"Z{number}" for number in range(5)]
    assert not warehouse.compact_if_scattered(ami_readings_raw, small_files=1)  # never loaded


def test_large_files_are_left_alone(
    warehouse: Warehouse, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid.warehouse.delta_store.SMALL_FILE_BYTES", 1)
    for number in range(3):
        warehouse.append(load_zones, zones(f"Z{number}"), f"b{number}")

    assert not warehouse.compact_if_scattered(load_zones, small_files=1)


def test_compacting_a_table_that_was_never_loaded_does_nothing(warehouse: Warehouse) -> None:
    warehouse.compact(load_zones)

    assert warehouse.version(load_zones) is None
