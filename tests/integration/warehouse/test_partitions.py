"""Tables that are derived a date at a time: replacing one date leaves the others alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from grid.warehouse import PartitionedWarehouse, SchemaMismatch, Warehouse, WarehouseError
from grid.warehouse.tables import transformer_hourly_load
from tests.integration.warehouse.rows import table_of

pytestmark = pytest.mark.integration

ONE, TWO = date(2024, 7, 1), date(2024, 7, 2)


def load(day: date, *kwh: float) -> Any:
    rows = [
        {
            "transformer_id": f"XFMR-{number}",
            "load_hour": datetime(day.year, day.month, day.day, number),
            "load_date": day,
            "energy_kwh": value,
        }
        for number, value in enumerate(kwh)
    ]
    return table_of(transformer_hourly_load, *rows)


def energies(warehouse: Warehouse) -> dict[date, list[float]]:
    found: dict[date, list[float]] = {}
    columns = transformer_hourly_load.c
    query = transformer_hourly_load.select().order_by(columns.load_hour)
    for row in warehouse.select_rows(query):
        found.setdefault(row["load_date"], []).append(row["energy_kwh"])
    return found


@pytest.fixture
def two_days(embedded: Warehouse) -> PartitionedWarehouse:
    assert isinstance(embedded, PartitionedWarehouse)
    embedded.append(transformer_hourly_load, load(ONE, 1.0, 2.0), "one")
    embedded.append(transformer_hourly_load, load(TWO, 3.0), "two")
    return embedded


def test_one_date_is_replaced_and_the_others_stay(two_days: PartitionedWarehouse) -> None:
    written = two_days.replace_partition(transformer_hourly_load, ONE, load(ONE, 7.0, 8.0, 9.0), "again")

    assert written == 3
    assert energies(two_days) == {ONE: [7.0, 8.0, 9.0], TWO: [3.0]}


def test_a_date_is_emptied_by_no_rows(two_days: PartitionedWarehouse) -> None:
    two_days.replace_partition(transformer_hourly_load, ONE, load(ONE), "nothing")

    assert energies(two_days) == {TWO: [3.0]}
    assert list(two_days.partition_versions(transformer_hourly_load)) == [TWO]


def test_a_batch_is_written_once_and_known_afterwards(two_days: PartitionedWarehouse) -> None:
    two_days.replace_partition(transformer_hourly_load, ONE, load(ONE, 7.0), "again")

    assert two_days.known_batches(transformer_hourly_load, ["again", "never", "one"]) == {"again", "one"}
    assert two_days.replace_partition(transformer_hourly_load, ONE, load(ONE, 5.0), "again") == 0
    assert energies(two_days)[ONE] == [7.0]


def test_rows_of_another_date_are_refused(two_days: PartitionedWarehouse) -> None:
    with pytest.raises(WarehouseError):
        two_days.replace_partition(transformer_hourly_load, ONE, load(TWO, 5.0), "astray")

    assert energies(two_days) == {ONE: [1.0, 2.0], TWO: [3.0]}


def test_bad_rows_are_refused_and_nothing_is_lost(two_days: PartitionedWarehouse) -> None:
    with pytest.raises(SchemaMismatch):
        two_days.replace_partition(transformer_hourly_load, ONE, load(ONE, float("nan")), "bad")

    assert energies(two_days) == {ONE: [1.0, 2.0], TWO: [3.0]}


def test_only_the_dates_that_changed_have_a_new_version(two_days: PartitionedWarehouse) -> None:
    before = two_days.partition_versions(transformer_hourly_load)
    two_days.append(transformer_hourly_load, load(TWO, 4.0), "more")
    after = two_days.partition_versions(transformer_hourly_load)

    assert list(before) == list(after) == [ONE, TWO]
    assert before[ONE] == after[ONE]
    assert before[TWO] != after[TWO]


def test_a_table_never_loaded_has_no_dates(embedded: Warehouse) -> None:
    assert isinstance(embedded, PartitionedWarehouse)
    assert embedded.partition_versions(transformer_hourly_load) == {}
    assert embedded.known_batches(transformer_hourly_load, ["one"]) == set()
