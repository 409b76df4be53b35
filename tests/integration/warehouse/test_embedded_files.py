"""The embedded warehouse as files: layout, damage and recovery, crashes, full disks, other processes."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Table, func, select

from grid.warehouse import (
    TableNotLoaded,
    Warehouse,
    WarehouseCorrupted,
    WarehouseFull,
    WarehouseQueryTimeout,
    WarehouseUnavailable,
    open_warehouse,
    pa_schema,
)
from grid.warehouse.tables import ami_interval_readings, load_zones, transformer_hourly_load
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[3]
ZONES = select(load_zones.c.zone_id).order_by(load_zones.c.zone_id)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "ware house's"


@pytest.fixture
def warehouse(root: Path) -> Warehouse:
    return open_warehouse(f"embedded://{str(root).replace(' ', '%20')}?threads=2&memory_limit=500MB")


def zones(*ids: str) -> pa.Table:
    return table_of(load_zones, *({"zone_id": zone_id} for zone_id in ids))


def ids_in(warehouse: Warehouse) -> list[str]:
    return [row["zone_id"] for row in warehouse.select_rows(ZONES)]


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

    with pytest.raises(WarehouseUnavailable, match="does not exist"):
        warehouse.ping()
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


def test_a_slow_reader_is_not_a_slow_query(root: Path) -> None:
    warehouse = open_warehouse(f"embedded://{root}?threads=2", query_timeout_s=1)
    warehouse.append(load_zones, zones(*(f"Z{number:05d}" for number in range(20_000))), "b1")

    seen = 0
    for batch in warehouse.select_arrow(ZONES, batch_rows=8_000):
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


def in_child(script: str, *arguments: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


WRITER = """
    import sys
    import pyarrow as pa
    from grid.warehouse import open_warehouse, pa_schema
    from grid.warehouse.tables import load_zones
    schema = pa_schema(load_zones)
    def batch(number, rows=20_000):
        ids = pa.array([f"{number}-{row}" for row in range(rows)])
        fill = pa.array(["x"] * rows)
        return pa.RecordBatch.from_arrays([ids, fill, fill, fill, fill], schema=schema)
    warehouse = open_warehouse(sys.argv[1])
"""


def test_processes_that_race_write_a_batch_once(warehouse: Warehouse, root: Path) -> None:
    script = (
        textwrap.dedent(WRITER)
        + 'print(warehouse.append(load_zones, iter([batch(1, 10)]), "the-same"))\n'
        + 'print(warehouse.append(load_zones, iter([batch(sys.argv[2], 10)]), "own-" + sys.argv[2]))\n'
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, f"embedded://{root}", str(number)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (2, 3, 4)
    ]
    written = [child.communicate(timeout=60)[0].split() for child in children]

    assert sorted(first for first, _ in written) == ["0", "0", "10"]
    assert [second for _, second in written] == ["10", "10", "10"]
    assert warehouse.row_count(load_zones) == 40
    assert len(set(ids_in(warehouse))) == 40


def test_a_writer_killed_in_the_middle_leaves_nothing(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        def endless():
            number = 0
            while True:
                yield batch(number)
                number += 1
                if number == 8:
                    print("writing", flush=True)
        warehouse.replace(load_zones, endless(), "b2")
        """
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, f"embedded://{root}"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=10)

    assert ids_in(warehouse) == ["Z1"]
    assert warehouse.replace(load_zones, zones("Z2"), "b2") == 1  # the lock died with its holder
    assert ids_in(warehouse) == ["Z2"]


def test_a_full_disk_is_told_and_leaves_nothing(warehouse: Warehouse, root: Path) -> None:
    """A limit on the size of files stands for a full disk: writing fails in the same place."""
    warehouse.append(load_zones, zones("Z1"), "b1")
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        import random, resource, signal
        from grid.warehouse import WarehouseFull
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        draw = random.Random(1)
        ids = pa.array([draw.randbytes(16).hex() for _ in range(100_000)])
        fill = pa.array(["x"] * 100_000)
        data = pa.Table.from_arrays([ids, fill, fill, fill, fill], schema=schema)
        try:
            warehouse.append(load_zones, data, "b2")
        except WarehouseFull as error:
            print(error.code, error.message)
        """
    )
    child = in_child(script, f"embedded://{root}")

    assert child.stdout.startswith("WAREHOUSE_FULL no room to write table production.load_zones"), child
    assert ids_in(warehouse) == ["Z1"]
    assert warehouse.append(load_zones, zones("Z2"), "b2") == 1


def test_a_disk_full_error_of_the_system_is_told(
    warehouse: Warehouse, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grid.warehouse import delta_commit

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    warehouse.append(load_zones, zones("Z1"), "b1")
    monkeypatch.setattr(delta_commit, "write_deltalake", full)

    with pytest.raises(WarehouseFull):
        warehouse.append(load_zones, zones("Z2"), "b2")


def test_a_fork_after_use_is_refused_instead_of_hanging(root: Path) -> None:
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        import os
        from grid.warehouse import WarehouseUnavailable
        warehouse.append(load_zones, iter([batch(1, 3)]), "b1")
        if os.fork() == 0:
            try:
                warehouse.version(load_zones)
            except WarehouseUnavailable as error:
                print(error.message, flush=True)
            os._exit(0)
        os.wait()
        print(warehouse.row_count(load_zones))
        """
    )
    child = in_child(script, f"embedded://{root}")

    assert child.returncode == 0, child
    assert "forked" in child.stdout
    assert child.stdout.endswith("\n3\n")


def test_a_fork_before_use_works_on_both_sides(root: Path) -> None:
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        import os
        child = os.fork()
        written = warehouse.append(load_zones, iter([batch(1 if child else 2, 3)]), "b1" if child else "b2")
        if child == 0:
            os._exit(written)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), warehouse.row_count(load_zones))
        """
    )
    child = in_child(script, f"embedded://{root}")

    assert child.stdout == "3 6\n", child


def test_readers_never_see_half_a_replacement(warehouse: Warehouse, root: Path) -> None:
    """A writer swaps between 1000 rows of A and 1000 of B; a reader sees all of one or all of the other."""
    writer = open_warehouse(f"embedded://{root}")
    whole = {name: zones(*(f"{name}{row:04d}" for row in range(1000))) for name in "AB"}
    writer.replace(load_zones, whole["A"], "start")
    stop = threading.Event()
    failures: list[BaseException] = []

    def swap() -> None:
        try:
            for turn in range(30):
                writer.replace(load_zones, whole["BA"[turn % 2]], f"turn-{turn}")
        except BaseException as error:  # noqa: BLE001 - reported by the test's own thread
            failures.append(error)
        finally:
            stop.set()

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    while not stop.is_set():
        names = [zone_id[0] for zone_id in ids_in(warehouse)]
        assert len(names) == 1000
        assert len(set(names)) == 1
        seen.add(names[0])
    thread.join()

    assert not failures
    assert seen == {"A", "B"}


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


def test_compacting_a_table_that_was_never_loaded_does_nothing(warehouse: Warehouse) -> None:
    warehouse.compact(load_zones)

    assert warehouse.version(load_zones) is None
