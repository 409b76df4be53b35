"""Loading the warehouse: whole, exactly once, resumable, and clean when the configuration changes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import func, literal_column, select

from grid.forge import ForgeConfig, ForgeDataError
from grid.forge.build import Forged, forge
from grid.forge.load import load_forged, load_warehouse
from grid.pipeline import PipelineParams, count_due, refresh
from grid.pipeline.clean import refused_readings
from grid.pipeline.hourly import transformer_hours
from grid.warehouse import PartitionedWarehouse, Warehouse, open_warehouse, tables
from grid.warehouse.arrow import pa_schema
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


@pytest.fixture(scope="module")
def received() -> Forged:
    """Return the tiny grid with its last day's readings as received: of two UTC dates, the last a part."""
    return forge(config=replace(ForgeConfig.tiny(end_at=END_AT), raw_days=1))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[PartitionedWarehouse]:
    opened = open_warehouse(f"embedded://{tmp_path}/warehouse?memory_limit=512MB&threads=1")
    assert isinstance(opened, PartitionedWarehouse)
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
    elif name == "building_footprints":
        table = pa.Table.from_batches(list(forged.building_batches()))
    elif name == "transformer_monthly_load":
        batches = list(forged.monthly_load_batches())
        table = pa.Table.from_batches(batches, pa_schema(TABLES[name]))
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
    "moment",
    [
        "writing work_orders",
        "writing building_footprints",
        "writing load of 2025-08-11",
        "writing readings of 2025-08-11",
    ],
)
def test_an_interrupted_load_completes_without_writing_twice(
    warehouse: Warehouse, forged: Forged, moment: str
) -> None:
    with pytest.raises(Interrupted):
        load_forged(warehouse=warehouse, forged=forged, progress=stop_when(moment))
    before = versions(warehouse)

    load_forged(warehouse=warehouse, forged=forged, progress=quiet)

    assert_holds(warehouse, forged)
    growing = {"ami_interval_readings", "transformer_hourly_load"}
    done = {name for name, version in before.items() if version is not None} - growing
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
    for each, moment in ((forged, "readings of 2025-08-11"), (other, "writing load of 2025-08-10")):
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


PARAMS = PipelineParams(time_zone=ForgeConfig.tiny(end_at=END_AT).time_zone)


def test_after_a_load_nothing_is_left_to_roll_up(warehouse: PartitionedWarehouse, forged: Forged) -> None:
    load_forged(warehouse=warehouse, forged=forged, progress=quiet)
    before = versions(warehouse)

    assert count_due(warehouse, PARAMS) == 0
    assert set(refresh(warehouse, PARAMS).__dict__.values()) == {0}
    assert versions(warehouse) == before
    assert warehouse.row_count(tables.ami_daily_usage) >= forged.row_counts()["meter_infrastructure"]


def test_the_hourly_load_is_what_the_roll_up_would_make(
    warehouse: PartitionedWarehouse, forged: Forged
) -> None:
    load_forged(warehouse=warehouse, forged=forged, progress=quiet)

    for day in forged.days():
        ours = pa.Table.from_batches(list(forged.hourly_batches(day))).to_pylist()
        rolled_up = warehouse.select_rows(transformer_hours(day.day, PARAMS))
        keys = ("transformer_id", "load_hour", "load_date", "meter_count", "thermal_stress")
        ours.sort(key=lambda row: (row["transformer_id"], row["load_hour"]))
        assert [[row[key] for key in keys] for row in ours] == [
            [row[key] for key in keys] for row in rolled_up
        ]
        for name in ours[0].keys() - set(keys):
            found = [row[name] for row in ours]
            assert found == pytest.approx([row[name] for row in rolled_up], rel=1e-9), name


class Plain:
    """A warehouse that keeps its derived tables itself, as Snowflake does: the embedded one without dates."""

    def __init__(self, inner: PartitionedWarehouse) -> None:
        for name in ("prepare", "append", "replace", "version", "select_arrow", "select_rows", "row_count"):
            setattr(self, name, getattr(inner, name))


def test_a_warehouse_that_rolls_up_itself_gets_the_hourly_load_written(
    warehouse: PartitionedWarehouse, forged: Forged
) -> None:
    plain: Any = Plain(warehouse)
    assert not isinstance(plain, PartitionedWarehouse)

    for _ in range(2):
        load_forged(warehouse=plain, forged=forged, progress=quiet)

    assert content(warehouse, "transformer_hourly_load") == expected(forged, "transformer_hourly_load")
    assert warehouse.version(tables.ami_daily_usage) is None


def test_old_dates_go_with_the_configuration_they_came_from(
    warehouse: PartitionedWarehouse, forged: Forged
) -> None:
    earlier = forge(config=ForgeConfig.tiny(end_at=datetime(2025, 7, 1, 5)))
    load_forged(warehouse=warehouse, forged=earlier, progress=quiet)

    load_forged(warehouse=warehouse, forged=forged, progress=quiet)

    assert_holds(warehouse, forged)
    days = [day.day for day in forged.days()]
    assert list(warehouse.partition_versions(tables.transformer_hourly_load)) == days
    assert min(warehouse.partition_versions(tables.ami_daily_usage)) >= days[0]


def test_received_readings_are_cleaned_to_what_was_metered(
    warehouse: PartitionedWarehouse, received: Forged
) -> None:
    load_forged(warehouse=warehouse, forged=received, progress=quiet)

    assert content(warehouse, "ami_interval_readings") == expected(received, "ami_interval_readings")
    assert warehouse.row_count(tables.ami_readings_raw) == received.row_counts()["ami_readings_raw"]
    assert [day.day.day for day in received.raw_days()] == [11, 12]
    assert count_due(warehouse, PARAMS) == 0
    stored = content(warehouse, "transformer_hourly_load")
    wanted = expected(received, "transformer_hourly_load")
    assert [row[:3] for row in stored] == [row[:3] for row in wanted]
    assert [row[3] for row in stored] == pytest.approx([row[3] for row in wanted], rel=1e-12)


def test_what_is_received_is_partly_late_doubled_corrected_and_refused(
    warehouse: PartitionedWarehouse, received: Forged
) -> None:
    load_forged(warehouse=warehouse, forged=received, progress=quiet)
    raw = tables.ami_readings_raw.c
    day = received.raw_days()[0]
    metered = 300 * (day.hi - day.lo)
    rows = warehouse.select_rows(select(tables.ami_readings_raw).where(raw.reading_date == day.day))
    reasons = [row["reason"] for row in warehouse.select_rows(refused_readings(day.day))]
    late = [row for row in rows if row["ingested_at"] > row["reading_at"] + timedelta(minutes=60)]

    assert len(rows) == pytest.approx(metered * 1.016, abs=5)
    assert (
        len({(row["meter_id"], row["reading_at"]) for row in rows if row["meter_id"] != "MTR-UNKNOWN"})
        == metered
    )
    assert len(late) == pytest.approx(metered * 0.035, rel=0.25)
    assert set(reasons) == {"UNKNOWN_METER", "NEGATIVE_USAGE", "MISSING_USAGE"}
    assert len(reasons) == pytest.approx(metered * 0.001, abs=3)
    assert all(row["ingested_at"] > row["reading_at"] for row in rows)
    assert max(row["ingested_at"] for row in rows) <= received.period.end + timedelta(minutes=26)


def test_a_load_interrupted_between_two_deliveries_completes(
    warehouse: PartitionedWarehouse, received: Forged
) -> None:
    with pytest.raises(Interrupted):
        load_forged(
            warehouse=warehouse, forged=received, progress=stop_when("received readings of 2025-08-12")
        )

    load_forged(warehouse=warehouse, forged=received, progress=quiet)

    assert content(warehouse, "ami_interval_readings") == expected(received, "ami_interval_readings")
    assert warehouse.row_count(tables.ami_readings_raw) == received.row_counts()["ami_readings_raw"]


def test_rows_are_counted_to_their_total(warehouse: PartitionedWarehouse, received: Forged) -> None:
    seen: list[tuple[int, int]] = []
    steps: list[float] = []

    load_forged(
        warehouse=warehouse,
        forged=received,
        progress=lambda done, _step: steps.append(done),
        rows=lambda done, total: seen.append((done, total)),
    )

    total = sum(received.row_counts().values())
    assert {each[1] for each in seen} == {total}
    assert [each[0] for each in seen] == sorted(each[0] for each in seen)
    assert seen[-1][0] <= total
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
