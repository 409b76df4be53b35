"""Measures the cleaning and rolling up of meter readings against plain DuckDB on the same files, in one run.

    python benchmarks/rollups.py [--repeats 3]

A day of the demo grid is received raw, each reading twice. Ours cleans it, rolls it up and commits it, and
checks every row; plain DuckDB writes the answer of one statement to a Parquet file, without the weather, the
temperatures, the checks and the commit. CPU seconds of all threads, medians.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import pyarrow as pa
from sqlalchemy import literal, select

from grid.forge.config import ForgeConfig, Scale
from grid.forge.load import load_warehouse
from grid.pipeline import PipelineParams, refresh
from grid.warehouse import PartitionedWarehouse, open_warehouse, pa_schema, tables

END_AT = datetime(2025, 8, 12, 5, tzinfo=UTC)
PARAMS = PipelineParams(time_zone="America/Chicago")
DERIVED = {
    "clean": "ami_interval_readings",
    "hourly load": "transformer_hourly_load",
    "daily use": "ami_daily_usage",
}
RECEIVED_AT = tuple(datetime(2025, 9, day, tzinfo=UTC).replace(tzinfo=None) for day in (1, 2))
PLAIN = {
    "clean": (
        "SELECT * EXCLUDE place FROM (SELECT m.meter_key, r.*, row_number() OVER ("
        "PARTITION BY m.meter_key, r.reading_at ORDER BY r.ingested_at DESC) AS place "
        "FROM ami_readings_raw r JOIN meter_infrastructure m USING (meter_id)) "
        "WHERE place = 1 ORDER BY meter_key, reading_at"
    ),
    "hourly load": (
        "SELECT m.transformer_id, date_trunc('hour', r.reading_at) AS hour, sum(r.usage_kwh) AS kwh "
        "FROM ami_interval_readings r JOIN meter_infrastructure m USING (meter_key) GROUP BY ALL ORDER BY ALL"
    ),
    "daily use": (
        "SELECT meter_key, sum(usage_kwh), count(*), min(voltage_v), max(voltage_v), avg(voltage_v) "
        "FROM ami_interval_readings GROUP BY meter_key ORDER BY meter_key"
    ),
}


def receive(warehouse: PartitionedWarehouse) -> int:
    """Append every cleaned reading twice to those received, and return how many were received."""
    meter, kept, raw = tables.meter_infrastructure.c, tables.ami_interval_readings.c, tables.ami_readings_raw
    received = 0
    for received_at in RECEIVED_AT:
        query = (
            select(
                meter.meter_id,
                *(kept[name] for name in ("reading_at", "reading_date", "interval_minutes", "usage_kwh")),
                kept.voltage_v,
                kept.quality,
                literal(received_at).label("ingested_at"),
            )
            .join_from(
                tables.ami_interval_readings,
                tables.meter_infrastructure,
                meter.meter_key == kept.meter_key,
            )
            .order_by(kept.reading_at, meter.meter_id)
        )
        received += warehouse.append(raw, warehouse.select_arrow(query), f"received/{received_at}")
    return received


def plain_duckdb(root: Path) -> duckdb.DuckDBPyConnection:
    """Return a bare connection with a view per table over all its files."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for folder in (
        "raw/ami_readings_raw",
        "production/ami_interval_readings",
        "production/meter_infrastructure",
    ):
        files = sorted(str(file) for file in (root / folder).rglob("*.parquet"))
        listed = ", ".join(f"'{file}'" for file in files if "_delta_log" not in file)
        name = folder.partition("/")[2]
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")
    return connection


def median_cpu_s(work: Callable[[], object], repeats: int) -> float:
    """Return the median CPU time of ``work``, all threads, in seconds."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)


class Stopwatch:
    """Notes the CPU time at which each derived table is begun."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    def note(self, _done: float, step: str) -> None:
        """Take the progress of a refresh."""
        self.began.setdefault(step.partition(" ")[0], time.process_time())

    def spent_s(self, table: str) -> float:
        """Return the CPU seconds from the beginning of ``table`` to that of the next."""
        moments = [*self.began.values(), time.process_time()]
        at = list(self.began).index(table)
        return moments[at + 1] - moments[at]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        root = Path(folder).resolve() / "warehouse"
        warehouse: Any = open_warehouse(f"embedded://{root}?threads=2", query_timeout_s=600)
        config = ForgeConfig(scale=Scale.DEMO, end_at=END_AT, ami_days=1, history_years=0)
        load_warehouse(warehouse=warehouse, config=config, progress=lambda _done, _step: None)
        received = receive(warehouse)
        plain = plain_duckdb(root)
        cleaned = warehouse.row_count(tables.ami_interval_readings)
        theirs = {
            name: median_cpu_s(
                lambda sql=sql: plain.execute(  # type: ignore[misc]
                    f"COPY ({sql}) TO '{folder}/plain.parquet' (FORMAT parquet, COMPRESSION zstd)"
                ),
                repeats,
            )
            for name, sql in PLAIN.items()
        }
        ours: dict[str, list[float]] = {name: [] for name in DERIVED}
        for _ in range(repeats):
            touch(warehouse)
            watch = Stopwatch()
            refresh(warehouse, PARAMS, watch.note)
            for name, table in DERIVED.items():
                ours[name].append(watch.spent_s(table))
    print(f"{received:,} readings received, {cleaned:,} cleaned\n")
    print(f"{'':14}{'ours CPU s':>12}{'plain CPU s':>13}{'ratio':>8}{'rows/s in':>14}")
    for name, spent in ours.items():
        rows = received if name == "clean" else cleaned
        median = statistics.median(spent)
        print(
            f"{name:14}{median:12.2f}{theirs[name]:13.2f}{median / theirs[name]:8.2f}{rows / median:14,.0f}"
        )


def touch(warehouse: PartitionedWarehouse) -> None:
    """Receive one more reading of every date, so that all of them are due."""
    raw = tables.ami_readings_raw
    for day in warehouse.partition_versions(raw):
        row = select(raw).where(raw.c.reading_date == day).limit(1)
        table = pa.Table.from_pylist(warehouse.select_rows(row), schema=pa_schema(raw))
        warehouse.append(raw, table, f"again/{day}/{uuid.uuid4().hex}")


if __name__ == "__main__":
    main()
