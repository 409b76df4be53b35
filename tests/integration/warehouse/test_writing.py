"""Writing to a warehouse, the same on every backend: atomic, exactly once, refused when it does not fit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from grid.warehouse import (
    Expected,
    RowsOf,
    SchemaMismatch,
    TableNotLoaded,
    Warehouse,
    WarehouseConflict,
    open_warehouse,
)
from grid.warehouse.tables import load_zones, outage_restoration_tracker
from tests.integration.warehouse.rows import ids_in, table_of, zones

pytestmark = pytest.mark.integration


def test_preparing_twice_loads_nothing(warehouse: Warehouse) -> None:
    warehouse.prepare()
    warehouse.prepare()
    warehouse.ping()

    assert warehouse.version(load_zones) is None
    with pytest.raises(TableNotLoaded, match=r"production\.load_zones"):
        warehouse.row_count(load_zones)


def test_appending_adds_rows(warehouse: Warehouse) -> None:
    assert warehouse.append(load_zones, zones("Z1", "Z2"), "b1") == 2
    assert warehouse.append(load_zones, zones("Z3"), "b2") == 1

    assert ids_in(warehouse) == ["Z1", "Z2", "Z3"]
    assert warehouse.row_count(load_zones) == 3


def test_the_same_batch_is_written_once(warehouse: Warehouse) -> None:
    assert warehouse.append(load_zones, zones("Z1"), "b1") == 1
    assert warehouse.append(load_zones, zones("Z1"), "b1") == 0
    assert warehouse.replace(load_zones, zones("Z9"), "b1") == 0

    assert ids_in(warehouse) == ["Z1"]


def test_the_same_batch_id_serves_two_tables(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")

    assert warehouse.append(outage_restoration_tracker, table_of(outage_restoration_tracker, {}), "b1") == 1


def raced(warehouse_url: str, batches: dict[str, pa.Table], writers: int) -> list[dict[str, int]]:
    """Let ``writers`` warehouses append all ``batches`` at the same time; return what each one wrote."""
    start = threading.Barrier(writers)

    def write() -> dict[str, int]:
        warehouse = open_warehouse(warehouse_url)
        start.wait()
        written = {batch_id: insistently(warehouse, data, batch_id) for batch_id, data in batches.items()}
        warehouse.close()
        return written

    with ThreadPoolExecutor(writers) as pool:
        return [future.result() for future in [pool.submit(write) for _ in range(writers)]]


def insistently(warehouse: Warehouse, data: pa.Table, batch_id: str) -> int:
    for _ in range(5):
        try:
            return warehouse.append(load_zones, data, batch_id)
        except WarehouseConflict:  # says "try again"
            continue
    raise AssertionError("five conflicts in a row")


def test_racing_writers_write_each_batch_once(warehouse: Warehouse, warehouse_url: str) -> None:
    batches = {f"b{number}": zones(f"Z{number}") for number in range(3)}

    written = raced(warehouse_url, batches, writers=3)

    for batch_id in batches:
        assert sorted(one[batch_id] for one in written) == [0, 0, 1]
    assert ids_in(warehouse) == ["Z0", "Z1", "Z2"]


def test_racing_appends_of_different_batches_all_arrive(warehouse: Warehouse, warehouse_url: str) -> None:
    warehouse.append(load_zones, zones("Z0"), "b0")
    others = [open_warehouse(warehouse_url) for _ in range(3)]

    with ThreadPoolExecutor(len(others)) as pool:
        written = [
            pool.submit(insistently, other, zones(f"Z{number}"), f"b{number}")
            for number, other in enumerate(others, start=1)
        ]

    assert [future.result() for future in written] == [1, 1, 1]
    assert ids_in(warehouse) == ["Z0", "Z1", "Z2", "Z3"]
    for other in others:
        other.close()


def test_racing_replacements_leave_the_rows_of_one(warehouse: Warehouse, warehouse_url: str) -> None:
    warehouse.append(load_zones, zones("Z0"), "b0")
    others = [open_warehouse(warehouse_url) for _ in range(3)]

    def replace(number: int) -> int:
        for _ in range(5):
            try:
                return others[number].replace(load_zones, zones(f"A{number}", f"B{number}"), f"b{number + 1}")
            except WarehouseConflict:
                continue
        raise AssertionError("five conflicts in a row")

    with ThreadPoolExecutor(len(others)) as pool:
        assert list(pool.map(replace, range(len(others)))) == [2, 2, 2]

    assert ids_in(warehouse) in [[f"A{number}", f"B{number}"] for number in range(len(others))]
    for other in others:
        other.close()


def test_replacing_leaves_the_new_rows_only(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z1", "Z2"), "b1")

    assert warehouse.replace(load_zones, zones("Z8", "Z9"), "b2") == 2

    assert ids_in(warehouse) == ["Z8", "Z9"]


def test_replacing_with_nothing_empties_a_loaded_table(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")

    assert warehouse.replace(load_zones, zones(), "b2") == 0

    assert ids_in(warehouse) == []
    assert warehouse.row_count(load_zones) == 0
    assert warehouse.version(load_zones) is not None


def test_a_first_batch_without_rows_loads_an_empty_table(warehouse: Warehouse) -> None:
    assert warehouse.replace(load_zones, zones(), "b1") == 0

    assert warehouse.version(load_zones) is not None
    assert ids_in(warehouse) == []


def test_a_stream_of_batches_is_one_commit(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z0"), "b0")

    def stream() -> Iterator[pa.RecordBatch]:
        yield from zones("Z1", "Z2").to_batches()
        assert ids_in(warehouse) == ["Z0"]  # nothing is visible before the end
        yield from zones("Z3").to_batches()

    assert warehouse.append(load_zones, stream(), "b1") == 3
    assert ids_in(warehouse) == ["Z0", "Z1", "Z2", "Z3"]


def test_a_stream_that_fails_writes_nothing_and_keeps_its_error(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z0"), "b0")

    def stream() -> Iterator[pa.RecordBatch]:
        yield from zones("Z1").to_batches()
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError, match="the source went away"):
        warehouse.replace(load_zones, stream(), "b1")

    assert ids_in(warehouse) == ["Z0"]
    assert warehouse.append(load_zones, zones("Z1"), "b1") == 1


def test_data_that_does_not_fit_writes_nothing(warehouse: Warehouse) -> None:
    def stream() -> Iterator[pa.RecordBatch]:
        yield from zones("Z1", "Z2").to_batches()
        yield from zones("Z3").set_column(0, "zone_id", pa.array([None], pa.string())).to_batches()

    with pytest.raises(SchemaMismatch) as caught:
        warehouse.append(load_zones, stream(), "b1")

    assert caught.value.table == "production.load_zones"
    assert caught.value.column == "zone_id"
    assert caught.value.problem == "is null but must be known in row 2"
    assert warehouse.version(load_zones) is None


def test_the_version_changes_with_every_commit_and_only_then(warehouse: Warehouse) -> None:
    versions = [warehouse.version(load_zones)]
    for step in (
        lambda: warehouse.append(load_zones, zones("Z1"), "b1"),
        lambda: warehouse.append(load_zones, zones("Z2"), "b2"),
        lambda: warehouse.replace(load_zones, zones("Z1", "Z2"), "b3"),
        lambda: warehouse.replace(load_zones, zones("Z1", "Z2"), "b4"),
    ):
        step()
        versions.append(warehouse.version(load_zones))
        assert warehouse.version(load_zones) == versions[-1]

    assert versions[0] is None
    assert len(set(versions)) == 5
    assert warehouse.append(load_zones, zones("Z1"), "b1") == 0
    assert warehouse.version(load_zones) == versions[-1]


def test_another_instance_sees_a_commit_at_once(warehouse: Warehouse, warehouse_url: str) -> None:
    other = open_warehouse(warehouse_url)
    warehouse.append(load_zones, zones("Z1"), "b1")
    assert ids_in(other) == ["Z1"]

    warehouse.append(load_zones, zones("Z2"), "b2")

    assert ids_in(other) == ["Z1", "Z2"]
    other.close()


def test_a_batch_needs_an_id(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="batch id"):
        warehouse.append(load_zones, zones("Z1"), "")


def test_a_closed_warehouse_opens_again(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    assert ids_in(warehouse) == ["Z1"]

    warehouse.close()

    assert ids_in(warehouse) == ["Z1"]


def test_a_replacement_of_an_expected_version_is_made(warehouse: Warehouse) -> None:
    assert warehouse.replace(load_zones, zones("Z1"), "b1", expected=Expected(None)) == 1
    version = warehouse.version(load_zones)

    assert warehouse.replace(load_zones, zones("Z2", "Z3"), "b2", expected=Expected(version)) == 2

    assert ids_in(warehouse) == ["Z2", "Z3"]
    assert warehouse.version(load_zones) != version
    assert warehouse.replace(load_zones, zones("Z9"), "b2", expected=Expected(version)) == 0


@pytest.mark.parametrize("is_loaded_before", [True, False])
def test_a_replacement_of_another_version_is_refused(warehouse: Warehouse, is_loaded_before: bool) -> None:
    if is_loaded_before:
        warehouse.append(load_zones, zones("Z1"), "b1")
    version = warehouse.version(load_zones)
    warehouse.append(load_zones, zones("Z2"), "b2")
    newer = warehouse.version(load_zones)

    with pytest.raises(WarehouseConflict, match="changed by another writer"):
        warehouse.replace(load_zones, zones("Z9"), "b3", expected=Expected(version))

    assert ids_in(warehouse) == (["Z1", "Z2"] if is_loaded_before else ["Z2"])
    assert warehouse.version(load_zones) == newer
    assert warehouse.replace(load_zones, zones("Z9"), "b3", expected=Expected(newer)) == 1


def test_a_commit_during_a_guarded_replacement_is_not_lost(warehouse_url: str, warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    expected = Expected(warehouse.version(load_zones))
    rival = open_warehouse(warehouse_url)
    written: list[int] = []
    thread = threading.Thread(
        target=lambda: written.append(insistently(rival, zones("Z2"), "b2")), name="rival"
    )

    def data() -> Iterator[pa.RecordBatch]:
        thread.start()
        thread.join(timeout=1.0)  # embedded, the rival waits for our lock; on Snowflake it commits
        yield from zones("Z9").to_batches()

    try:
        replaced = warehouse.replace(load_zones, data(), "b3", expected=expected)
    except WarehouseConflict:
        replaced = 0
    thread.join()
    rival.close()

    assert written == [1]
    assert ids_in(warehouse) == (["Z2", "Z9"] if replaced else ["Z1", "Z2"])


def test_some_rows_are_replaced_and_the_others_stay(warehouse: Warehouse) -> None:
    warehouse.append(load_zones, zones("Z1", "Z'2", "Z3"), "b1")
    of = RowsOf(column="zone_id", keys=("Z'2", "Z4"))

    assert warehouse.replace_rows(load_zones, of, zones("Z4"), "b2") == 1
    assert ids_in(warehouse) == ["Z1", "Z3", "Z4"]

    assert warehouse.replace_rows(load_zones, of, zones("Z'2"), "b2") == 0
    assert ids_in(warehouse) == ["Z1", "Z3", "Z4"]

    assert warehouse.replace_rows(load_zones, of, zones(), "b3") == 0
    assert ids_in(warehouse) == ["Z1", "Z3"]


def test_rows_are_replaced_only_in_the_version_that_was_read(warehouse: Warehouse) -> None:
    of = RowsOf(column="zone_id", keys=("Z1",))
    assert warehouse.replace_rows(load_zones, of, zones("Z1"), "b1", expected=Expected(None)) == 1
    version = warehouse.version(load_zones)
    warehouse.append(load_zones, zones("Z2"), "b2")

    with pytest.raises(WarehouseConflict):
        warehouse.replace_rows(load_zones, of, zones("Z1"), "b3", expected=Expected(version))

    assert ids_in(warehouse) == ["Z1", "Z2"]


def test_rows_without_a_key_or_of_numbers_are_not_replaced(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="at least one"):
        warehouse.replace_rows(load_zones, RowsOf(column="zone_id", keys=()), zones("Z1"), "b1")
    of_numbers = RowsOf(column="customers_out", keys=("1",))
    with pytest.raises(ValueError, match="keys of text"):
        warehouse.replace_rows(
            outage_restoration_tracker, of_numbers, table_of(outage_restoration_tracker, {}), "b1"
        )
