"""The peers of ``ami_queries.py``: plain DuckDB and polars over the live files of a warehouse."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
from deltalake import DeltaTable
from sqlalchemy import Table

from grid.warehouse import tables

READ = (
    tables.ami_interval_readings,
    tables.ami_daily_usage,
    tables.circuit_hourly_usage,
    tables.circuit_daily_usage,
    tables.transformer_hourly_load,
    tables.transformer_daily_load,
    tables.meter_infrastructure,
    tables.transformer_metadata,
    tables.circuit_metadata,
    tables.customers_master_data,
)


def live_files(root: Path, table: Table) -> list[str]:
    """Return the Parquet files of the latest commit."""
    return [str(Path(each)) for each in DeltaTable(root / str(table.schema) / table.name).file_uris()]


def plain_duckdb(root: Path) -> duckdb.DuckDBPyConnection:
    """Return a bare connection with a view per table over its live files."""
    connection = duckdb.connect()
    connection.execute("SET parquet_metadata_cache = true")
    for table in READ:
        listed = ", ".join(f"'{file}'" for file in live_files(root, table))
        hive = str("partition_by" in table.info).lower()
        connection.execute(
            f"CREATE VIEW {table.name} AS "
            f"SELECT * FROM read_parquet([{listed}], hive_partitioning = {hive}, union_by_name = false)"
        )
    return connection


def frames(root: Path) -> dict[str, pl.LazyFrame]:
    """Return a lazy frame per table over its live files."""
    return {
        table.name: pl.scan_parquet(
            live_files(root, table), hive_partitioning="partition_by" in table.info, try_parse_hive_dates=True
        )
        for table in READ
    }


def timed(works: list[Callable[[], object]], repeats: int) -> list[float]:
    """Return the median milliseconds of each, run in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, found in zip(works, times, strict=True):
            began = time.perf_counter()
            work()
            found.append((time.perf_counter() - began) * 1000.0)
    return [statistics.median(found) for found in times]
