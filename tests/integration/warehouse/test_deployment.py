"""What deploy/snowflake creates, executed on the local server where that can, compared with the embedded."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
import snowflake.connector
from sqlalchemy import Table, func, make_url, select

from grid.ddl import jobs
from grid.ddl.files import all_files
from grid.ddl.sql import VARIABLE
from grid.forge import ForgeConfig
from grid.forge.build import forge
from grid.forge.load import load_forged
from grid.pipeline import PipelineParams, refresh
from grid.warehouse import (
    PartitionedWarehouse,
    SchemaMismatch,
    TableNotLoaded,
    Warehouse,
    open_warehouse,
    tables,
)
from grid.warehouse.snowflake_ledger import LEDGER
from grid.warehouse.views import VIEWS
from tests.integration.pipeline.conftest import reading
from tests.integration.pipeline.test_whole_history import assert_same, random_readings, weather
from tests.integration.warehouse.rows import table_of
from tests.integration.warehouse.view_rows import ROWS, load
from tests.snowflake_server.process import SnowflakeServer

pytestmark = pytest.mark.integration

VALUES = {"time_zone": "America/Chicago", "raw_retention_days": "30", "ledger_retention_days": "400"}
PARAMS = PipelineParams(time_zone=VALUES["time_zone"])
NOT_THERE = r"USE |ALTER SCHEMA|CREATE PIPE"  # the server has no roles, managed access and pipes
COLUMNS = "SELECT table_schema, table_name, column_name FROM information_schema.columns ORDER BY 1, 2, 3"


def statements(*names: str) -> list[str]:
    """Return the statements of these files that the local server can run."""
    return [
        filled(statement)
        for file in all_files()
        for statement in file.statements
        if file.name in names and not re.match(NOT_THERE, statement)
    ]


def filled(statement: str) -> str:
    return VARIABLE.sub(lambda found: VALUES.get(found[1], "X1"), statement)


class Account:
    """A database on the local server, set up by the files of the deployment."""

    def __init__(self, server: SnowflakeServer, *files: str) -> None:
        self.url = server.url(f"DEPLOYED_{uuid.uuid4().hex[:8].upper()}")
        parts = make_url(self.url)
        self.connection = snowflake.connector.connect(
            account="local",
            user=parts.username,
            password=parts.password,
            database=parts.database,
            host="127.0.0.1",
            port=server.port,
            protocol="http",
            enable_server_session_keep_alive_auto_detection=False,
        )
        for statement in statements(*files):
            self.run(statement)
        self.warehouse = open_warehouse(self.url, query_timeout_s=30)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as whoever deploys, and return its rows."""
        with self.connection.cursor() as cursor:
            return list(cursor.execute(statement).fetchall())

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """Return the rows of a table or view by its name, in an order of their own."""
        return sorted((plain(row) for row in self.run(f"SELECT * FROM {name}")), key=str)

    def refresh(self) -> None:
        """Do what Snowflake does by itself within the target lag."""
        for statement in statements("03_ami_pipeline.sql"):
            if made := re.match(r"CREATE DYNAMIC TABLE IF NOT EXISTS ([\w.]+)", statement):
                self.run(f"ALTER DYNAMIC TABLE {made[1]} REFRESH")

    def close(self) -> None:
        self.warehouse.close()
        self.connection.close()


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row with numbers that compare across drivers."""
    return tuple(
        round(float(value), 9) if isinstance(value, float | int | Decimal) else value for value in row
    )


@pytest.fixture(scope="module")
def account(snowflake_server: SnowflakeServer) -> Iterator[Account]:
    """An account with tables, the pipeline and views."""
    opened = Account(snowflake_server, "02_tables.sql", "03_ami_pipeline.sql", "04_views.sql")
    yield opened
    opened.close()


@pytest.fixture
def fresh(snowflake_server: SnowflakeServer) -> Iterator[Account]:
    """The same without views, for one test alone."""
    opened = Account(snowflake_server, "02_tables.sql", "03_ami_pipeline.sql")
    yield opened
    opened.close()


@pytest.fixture
def embedded(embedded_url: str) -> Iterator[PartitionedWarehouse]:
    opened = open_warehouse(embedded_url)
    assert isinstance(opened, PartitionedWarehouse)
    yield opened
    opened.close()


def stored(warehouse: Warehouse, table: Table) -> list[dict[str, Any]]:
    keys = list(table.primary_key.columns)
    return warehouse.select_rows(select(table).order_by(*keys))


def test_tables_are_as_declared(account: Account) -> None:
    found: dict[str, list[str]] = {}
    for schema, table, column in account.run(
        "SELECT LOWER(table_schema), LOWER(table_name), LOWER(column_name) FROM information_schema.columns "
        "ORDER BY ordinal_position"
    ):
        found.setdefault(f"{schema}.{table}", []).append(column)

    for table in (*tables.metadata.sorted_tables, *LEDGER.sorted_tables):
        assert found[table.fullname] == list(table.columns.keys()), table.fullname


def test_the_application_finds_nothing_to_create(account: Account) -> None:
    before = account.run(COLUMNS)

    account.warehouse.prepare()

    assert account.run(COLUMNS) == before


def test_views_by_name_answer_as_the_declared_ones(
    snowflake_server: SnowflakeServer, embedded: Warehouse
) -> None:
    account = Account(snowflake_server, "02_tables.sql")
    for table in tables.DERIVED_TABLES:  # plain tables here: the rows of the views' tests are not derived
        account.warehouse.append(table, table_of(table), "none")
    for statement in statements("04_views.sql"):
        account.run(statement)
    load(account.warehouse, *ROWS)
    load(embedded, *ROWS)

    for name, declared in VIEWS.items():
        expected = [plain(tuple(row.values())) for row in embedded.select_rows(select(declared.source))]
        assert account.rows(name) == sorted(expected, key=str), name
    account.close()


def load_inputs(warehouse: Warehouse, readings: list[dict[str, Any]], air: list[dict[str, Any]]) -> None:
    meters = [
        {"meter_id": f"MTR-{key}", "meter_key": key, "transformer_id": unit}
        for key, unit in ((1, "XFMR-A"), (2, "XFMR-A"), (3, "XFMR-B"))
    ]
    units = [
        {"transformer_id": "XFMR-A", "rated_kva": 25.0, "latitude": 29.7, "longitude": -95.4},
        {"transformer_id": "XFMR-B", "rated_kva": 50.0, "latitude": 29.7, "longitude": -95.0},
    ]
    for table, rows in (
        (tables.meter_infrastructure, meters),
        (tables.transformer_metadata, units),
        (tables.ami_readings_raw, readings),
        (tables.weather_hourly, air),
    ):
        warehouse.append(table, table_of(table, *rows), "rows")


def test_the_pipeline_makes_the_same_as_dynamic_tables(
    fresh: Account, embedded: PartitionedWarehouse
) -> None:
    readings, air = random_readings(3, 60), weather(3, 60)
    load_inputs(fresh.warehouse, readings, air)
    load_inputs(embedded, readings, air)

    fresh.refresh()
    refresh(embedded, PARAMS)

    for table in tables.DERIVED_TABLES:
        assert_same(stored(fresh.warehouse, table), stored(embedded, table))


def cleaned(*days: date) -> list[dict[str, Any]]:
    return [
        {
            "meter_key": 1,
            "reading_at": datetime(day.year, day.month, day.day, hour),
            "reading_date": day,
            "interval_minutes": 60,
            "usage_kwh": Decimal("2.0000"),
            "quality": "ACTUAL",
        }
        for day in days
        for hour in (6, 7)
    ]


def test_clean_readings_are_written_to_the_history(fresh: Account) -> None:
    load_inputs(fresh.warehouse, [], [])
    table = tables.ami_interval_readings
    first, second = date(2024, 7, 1), date(2024, 7, 2)

    with pytest.raises(TableNotLoaded):
        fresh.warehouse.select_rows(select(table))
    assert fresh.warehouse.replace(table, table_of(table, *cleaned(first)), "day-1") == 2
    assert fresh.warehouse.append(table, table_of(table, *cleaned(second)), "day-2") == 2
    assert fresh.warehouse.append(table, table_of(table, *cleaned(second)), "day-2") == 0
    fresh.refresh()

    assert fresh.warehouse.row_count(tables.ami_readings_history) == 4
    assert [row["reading_at"].day for row in stored(fresh.warehouse, table)] == [1, 1, 2, 2]
    assert [row["energy_kwh"] for row in stored(fresh.warehouse, tables.transformer_hourly_load)] == [2.0] * 4
    before = fresh.warehouse.version(table)
    fresh.warehouse.replace(table, table_of(table, *cleaned(first)), "again")
    fresh.refresh()
    assert len(stored(fresh.warehouse, table)) == 2
    assert fresh.warehouse.version(table) != before


def test_rows_of_a_rollup_are_neither_read_nor_written(account: Account) -> None:
    def rows() -> Iterator[Any]:
        raise AssertionError("Snowflake computes its own")
        yield

    for table in tables.DERIVED_TABLES[1:]:
        assert account.warehouse.replace(table, rows(), "forge") == 0


def test_nobody_writes_a_dynamic_table(account: Account) -> None:
    with pytest.raises(snowflake.connector.errors.ProgrammingError, match="Dynamic table"):
        account.run("DELETE FROM production.ami_daily_usage")


def test_a_dynamic_table_without_a_declared_column_must_be_deployed_again(fresh: Account) -> None:
    fresh.run(
        "CREATE OR REPLACE DYNAMIC TABLE production.ami_monthly_usage TARGET_LAG = '1 minute' "
        "WAREHOUSE = X AS SELECT meter_key FROM production.ami_daily_usage"
    )

    with pytest.raises(SchemaMismatch, match=r"ami_monthly_usage, column usage_month: .* deploy it again"):
        fresh.warehouse.prepare()


def test_compaction_moves_what_is_old_and_changes_no_answer(fresh: Account) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    old, recent = now - timedelta(days=40), now - timedelta(days=5)
    quarter = timedelta(minutes=15)
    raw = [
        reading(1, old, "1.0", ingested_at=old),
        reading(1, old, "2.0", ingested_at=old + quarter),  # counts instead of the first
        reading(2, old, "3.0", ingested_at=now - timedelta(hours=1)),  # old, but received just now
        reading(1, recent, "4.0", ingested_at=recent),
        reading(9, old, "5.0", ingested_at=old),  # refused: no such meter
    ]
    load_inputs(fresh.warehouse, raw, [])
    fresh.refresh()
    before = stored(fresh.warehouse, tables.ami_interval_readings)

    for _ in range(2):
        for statement in jobs.compaction().statements:
            fresh.run(filled(statement))
    fresh.refresh()

    assert stored(fresh.warehouse, tables.ami_interval_readings) == before
    assert sorted(row["usage_kwh"] for row in before) == [Decimal(2), Decimal(3), Decimal(4)]
    kept = fresh.warehouse.select_rows(select(tables.ami_readings_history.c.usage_kwh))
    assert kept == [{"usage_kwh": Decimal("2.0000")}]
    left = fresh.warehouse.select_rows(select(tables.ami_readings_raw.c.usage_kwh))
    assert sorted(row["usage_kwh"] for row in left) == [Decimal(3), Decimal(4), Decimal(5)]


def test_the_ledger_forgets_only_old_batches(account: Account) -> None:
    zone = table_of(tables.load_zones, {"zone_id": "Z"})
    account.warehouse.append(tables.load_zones, zone, "new")
    account.run(
        "INSERT INTO raw.flux_batches "
        "SELECT 'production.load_zones', 'old', 1, DATEADD('day', -500, SYSDATE())"
    )

    account.run(filled(jobs.ledger_clean_up().statements[0]))

    left = {batch for (batch,) in account.run("SELECT batch_id FROM raw.flux_batches")}
    assert "new" in left
    assert "old" not in left


def test_a_late_feed_is_noticed(account: Account) -> None:
    late = filled(jobs.LATE_FEED).replace("X1", "60")
    now = datetime.now(UTC).replace(tzinfo=None)
    load_inputs(account.warehouse, [reading(1, now, "1.0", ingested_at=now - timedelta(hours=2))], [])
    assert len(account.run(late)) == 1

    row = reading(1, now, "1.0", ingested_at=now - timedelta(minutes=5))
    account.warehouse.append(tables.ami_readings_raw, table_of(tables.ami_readings_raw, row), "newer")
    assert account.run(late) == []


def test_forged_data_can_be_loaded_into_a_deployed_account(fresh: Account) -> None:
    forged = forge(config=ForgeConfig.tiny(end_at=datetime(2025, 8, 12, 17, 20)))
    for _ in range(2):  # the second writes nothing
        load_forged(warehouse=fresh.warehouse, forged=forged, progress=lambda _done, _step: None)
    fresh.refresh()

    counts = forged.row_counts()
    assert fresh.warehouse.row_count(tables.ami_readings_history) == counts["ami_interval_readings"]
    assert fresh.warehouse.row_count(tables.ami_interval_readings) == counts["ami_interval_readings"]
    load = tables.transformer_hourly_load
    made = fresh.warehouse.select_rows(
        select(load.c.transformer_id, load.c.load_hour, load.c.energy_kwh).order_by(*load.primary_key.columns)
    )
    keys = [("transformer_id", "ascending"), ("load_hour", "ascending")]
    own = pa.Table.from_batches(list(forged.hourly_batches())).sort_by(keys).to_pylist()
    assert len(made) == len(own) == counts[load.name]
    for mine, theirs in zip(made, own, strict=True):
        assert (mine["transformer_id"], mine["load_hour"]) == (theirs["transformer_id"], theirs["load_hour"])
        assert mine["energy_kwh"] == pytest.approx(theirs["energy_kwh"], abs=0.05)  # of rounded readings


def test_plain_tables_are_written_as_before(warehouse: Warehouse) -> None:
    table = tables.ami_interval_readings
    assert warehouse.append(table, table_of(table, *cleaned(date(2024, 7, 1))), "day-1") == 2
    counted = warehouse.select_rows(select(func.count().label("n")).select_from(table))
    assert counted == [{"n": 2}]
    assert warehouse.version(tables.ami_readings_history) is None
