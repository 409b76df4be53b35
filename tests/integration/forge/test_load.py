"""Loading the warehouse: whole, exactly once, resumable, and clean when the configuration changes."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import func, literal_column, select

from grid.forge import ForgeConfig, ForgeDataError
from grid.forge.build import Forged, forge
from grid.forge.load import load_forged, load_warehouse
from grid.warehouse import Warehouse, open_warehouse, tables
from grid.warehouse.tables import metadata
from tests.warehouse_rows import NOT_FORGED

END_AT = datetime(2025, 8, 12, 17, 20)
TABLES = {table.name: table for table in metadata.tables.values()}


class Interrupted(Exception):
    """Stands for whatever ends a load half-way."""


@pytest.fixture(scope="module")
def forged() -> Forged:
    return forge(config=ForgeConfig.tiny(end_at=END_AT))


@pytest.fixture(scope="module")
def other() -> Forged:
    return forge(config=ForgeConfig.tiny(end_at=END_AT, seed=2))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(f"embedded://{tmp_path}/warehouse?memory_limit=512MB&threads=1")
    opened.prepare()
    yield opened
    opened.close()


def quiet(_done: float, _step: str) -> None:
    """Ignore progress."""


def stop_when(text: str) -> Callable[[float, str], None]:
    def progress(_done: float, step: str) -> None:
        if text in step:
            raise Interrupted(step)

    return progress


def content(warehouse: Warehouse, name: str) -> list[tuple[Any, ...]]:
    table = TABLES[name]
    query = select(table).order_by(*table.primary_key.columns)
    stored = pa.Table.from_batches(list(warehouse.select_arrow(query)))
    return list(zip(*(stored[column].to_pylist() for column in stored.column_names), strict=True))


def expected(forged: Forged, name: str) -> list[tuple[Any, ...]]:
    if name == "ami_interval_readings":
        table = pa.Table.from_batches([b for day in forged.days() for b in forged.reading_batches(day)])
    elif name == "transformer_hourly_load":
        table = pa.Table.from_batches(list(forged.hourly_batches()))
    else:
        table = forged.tables[name]
    keys = [(column.name, "ascending") for column in TABLES[name].primary_key.columns]
    table = table.sort_by(keys)
    return list(zip(*(table[column].to_pylist() for column in table.column_names), strict=True))


def versions(warehouse: Warehouse) -> dict[str, str | None]:
    return {name: warehouse.version(table) for name, table in TABLES.items()}


def assert_holds(warehouse: Warehouse, forged: Forged) -> None:
    for name, count in forged.row_counts().items():
        assert warehouse.row_count(TABLES[name]) == count, name
        assert content(warehouse, name) == expected(forged, name), name


def test_every_table_arrives_whole(warehouse: Warehouse, forged: Forged) -> None:
    seen: list[float] = []

    counts = load_warehouse(
        warehouse=warehouse,
        config=ForgeConfig.tiny(end_at=END_AT),
        progress=lambda done, _step: seen.append(done),
    )

    assert counts == forged.row_counts()
    assert set(counts) == set(TABLES) - NOT_FORGED
    assert_holds(warehouse, forged)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_loading_again_writes_nothing(warehouse: Warehouse, forged: Forged) -> None:
    load_forged(warehouse=warehouse, forged=forged, progress=quiet)
    before = versions(warehouse)

    load_forged(warehouse=warehouse, forged=forged, progress=quiet)

    assert versions(warehouse) == before


@pytest.mark.parametrize(
    "moment", ["writing work_orders", "writing transformer_hourly_load", "writing readings of 2025-08-11"]
)
def test_an_interrupted_load_completes_without_writing_twice(
    warehouse: Warehouse, forged: Forged, moment: str
) -> None:
    with pytest.raises(Interrupted):
        load_forged(warehouse=warehouse, forged=forged, progress=stop_when(moment))
    before = versions(warehouse)

    load_forged(warehouse=warehouse, forged=forged, progress=quiet)

    assert_holds(warehouse, forged)
    done = {name for name, version in before.items() if version is not None} - {"ami_interval_readings"}
    assert done
    assert all(versions(warehouse)[name] == before[name] for name in done)


def test_another_configuration_replaces_everything(
    warehouse: Warehouse, forged: Forged, other: Forged
) -> None:
    load_forged(warehouse=warehouse, forged=forged, progress=quiet)

    load_forged(warehouse=warehouse, forged=other, progress=quiet)

    assert_holds(warehouse, other)


def test_the_first_configuration_comes_back_whole(
    warehouse: Warehouse, forged: Forged, other: Forged
) -> None:
    for each in (forged, other, forged):
        load_forged(warehouse=warehouse, forged=each, progress=quiet)

    assert_holds(warehouse, forged)


def test_interrupted_loads_of_two_configurations_do_not_mix(
    warehouse: Warehouse, forged: Forged, other: Forged
) -> None:
    for each, moment in ((forged, "readings of 2025-08-11"), (other, "transformer_hourly_load")):
        with pytest.raises(Interrupted):
            load_forged(warehouse=warehouse, forged=each, progress=stop_when(moment))

    load_forged(warehouse=warehouse, forged=forged, progress=quiet)

    assert_holds(warehouse, forged)


def test_a_damaged_source_writes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    config = ForgeConfig(
        scale=ForgeConfig.tiny(end_at=END_AT).scale, ami_days=2, end_at=END_AT, data_dir=tmp_path
    )

    with pytest.raises(ForgeDataError):
        load_warehouse(warehouse=warehouse, config=config, progress=quiet)

    assert set(versions(warehouse).values()) == {None}


def test_readings_and_hourly_load_agree_in_the_warehouse(warehouse: Warehouse, forged: Forged) -> None:
    load_forged(warehouse=warehouse, forged=forged, progress=quiet)
    readings, meters = tables.ami_interval_readings.c, tables.meter_infrastructure.c
    summed = (
        select(
            meters.transformer_id,
            func.date_trunc(literal_column("'hour'"), readings.reading_at).label("hour"),
            func.sum(readings.usage_kwh).label("kwh"),
        )
        .select_from(
            tables.ami_interval_readings.join(
                tables.meter_infrastructure, meters.meter_key == readings.meter_key
            )
        )
        .group_by(meters.transformer_id, func.date_trunc(literal_column("'hour'"), readings.reading_at))
    )
    hourly = {
        (row["transformer_id"], row["load_hour"]): row["energy_kwh"]
        for row in warehouse.select_rows(select(tables.transformer_hourly_load))
    }

    rows = warehouse.select_rows(summed)

    assert len(rows) == len(hourly) == forged.row_counts()["transformer_hourly_load"]
    assert all(float(row["kwh"]) == hourly[row["transformer_id"], row["hour"]] for row in rows)
