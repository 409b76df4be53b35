"""Writing to a warehouse, the same on every backend: atomic, exactly once, refused when it does not fit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Select, select

from grid.warehouse import SchemaMismatch, TableNotLoaded, Warehouse, WarehouseConflict, open_warehouse
from grid.warehouse.tables import load_zones, outage_restoration_tracker
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration


def zones(*ids: str) -> pa.Table:
    return table_of(load_zones, *({"zone_id": zone_id} for zone_id in ids))


def zone_ids() -> Select[Any]:
    return select(load_zones.c.zone_id).order_by(load_zones.c.zone_id)


def ids_in(warehouse: Warehouse) -> list[str]:
    return [row["zone_id"] for row in warehouse.select_rows(zone_ids())]


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


def test_racing_writers_write_a_batch_once(warehouse: Warehouse, warehouse_url: str) -> None:
    warehouse.append(load_zones, zones("Z0"), "b0")
    others = [open_warehouse(warehouse_url) for _ in range(3)]
    start = threading.Barrier(len(others))
    written: list[int | Exception] = []

    def write(other: Warehouse) -> None:
        start.wait()
        try:
            written.append(other.append(load_zones, zones("Z1"), "race"))
        except WarehouseConflict as error:
            written.append(error)

    threads = [threading.Thread(target=write, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(str(result) for result in written) == ["0", "0", "1"]
    assert ids_in(warehouse) == ["Z0", "Z1"]


def test_racing_appends_of_different_batches_all_arrive(warehouse: Warehouse, warehouse_url: str) -> None:
    warehouse.append(load_zones, zones("Z0"), "b0")
    others = [open_warehouse(warehouse_url) for _ in range(3)]
    threads = [
        threading.Thread(target=other.append, args=(load_zones, zones(f"Z{number}"), f"b{number}"))
        for number, other in enumerate(others, start=1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ids_in(warehouse) == ["Z0", "Z1", "Z2", "Z3"]


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
