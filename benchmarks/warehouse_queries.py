"""Measures the embedded warehouse against plain DuckDB on the same Parquet files, in one run.

    python benchmarks/warehouse_queries.py [--days 14] [--meters 3000] [--repeats 7]

Rows are generated (readings every 15 minutes, hourly transformer load), appended day by day, and asked
four questions through the warehouse and through a bare DuckDB connection over the same files. Times are
medians; the ratio is warehouse / plain. Appending is compared with pyarrow writing the same rows.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import func, select

from grid.warehouse import Warehouse, open_warehouse, pa_schema
from grid.warehouse.queries import meter_readings, top_loaded_transformers
from grid.warehouse.tables import (
    ami_interval_readings,
    meter_infrastructure,
    substations,
    transformer_hourly_load,
    transformer_metadata,
)

FIRST_DAY = date(2024, 7, 1)
INTERVALS_A_DAY = 96
METERS_PER_TRANSFORMER = 6


def readings_of(day: date, meters: int, rng: np.random.Generator) -> pa.Table:
    """Return one day of readings, sorted by meter and time."""
    rows = meters * INTERVALS_A_DAY
    start = np.datetime64(day, "us")
    times = start + np.arange(INTERVALS_A_DAY) * np.timedelta64(15 * 60 * 1_000_000, "us")
    usage = pa.array(rng.gamma(2.0, 1500.0, rows).astype(np.int64))
    volts = pa.array((24_000 + rng.integers(-300, 300, rows)).astype(np.int64))
    return pa.table(
        [
            pa.array(np.repeat(np.arange(meters, dtype=np.int32), INTERVALS_A_DAY)),
            pa.array(np.tile(times, meters)),
            pa.array(np.full(rows, day, dtype="datetime64[D]")),
            pa.array(np.full(rows, 15, dtype=np.int16)),
            _scaled(usage, pa.decimal128(12, 4)),
            _scaled(volts, pa.decimal128(7, 2)),
            pa.array(["ACTUAL"] * rows),
        ],
        schema=pa_schema(ami_interval_readings),
    )


def _scaled(units: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return integers as decimals of ``kind``, the integer counting its smallest unit."""
    words = np.zeros((len(units), 2), dtype=np.int64)
    words[:, 0] = units.to_numpy()
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(words)])


def hours_of(day: date, transformers: int, rng: np.random.Generator) -> pa.Table:
    """Return one day of hourly load, sorted by transformer and hour."""
    rows = transformers * 24
    hours = np.datetime64(day, "us") + np.arange(24) * np.timedelta64(3_600_000_000, "us")
    kwh = rng.gamma(4.0, 5.0, rows)
    return pa.table(
        [
            pa.array(np.repeat([f"XFMR-{number:06d}" for number in range(transformers)], 24)),
            pa.array(np.tile(hours, transformers)),
            pa.array(np.full(rows, day, dtype="datetime64[D]")),
            pa.array(kwh),
            pa.array(kwh / 0.95),
            pa.array(kwh / 0.95 / 50.0 * 100.0),
            pa.array(np.full(rows, METERS_PER_TRANSFORMER, dtype=np.int32)),
        ],
        schema=pa_schema(transformer_hourly_load),
    )


def about(table: Any, rows: int, **columns: Any) -> pa.Table:
    """Return ``rows`` rows of a table about things, with ``columns`` given and the rest plain."""
    plain = {pa.string(): "X", pa.float64(): 1.0, pa.int32(): 1, pa.date32(): None}
    arrays = [
        pa.array(columns.get(field.name, [plain[field.type]] * rows), field.type)
        for field in pa_schema(table)
    ]
    return pa.Table.from_arrays(arrays, schema=pa_schema(table))


def load(warehouse: Warehouse, days: list[date], meters: int) -> Iterator[tuple[str, int, float, float]]:
    """Append everything; yield name, rows, seconds here and seconds of pyarrow writing the readings."""
    rng = np.random.default_rng(1)
    transformers = max(1, meters // METERS_PER_TRANSFORMER)
    rows = spent = peer = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for day in days:
            data = readings_of(day, meters, rng)
            began = time.perf_counter()
            warehouse.append(ami_interval_readings, data, f"readings-{day}")
            spent += time.perf_counter() - began
            began = time.perf_counter()
            pq.write_table(data, Path(folder) / f"{day}.parquet", compression="zstd")
            peer += time.perf_counter() - began
            rows += data.num_rows
            warehouse.append(transformer_hourly_load, hours_of(day, transformers, rng), f"load-{day}")
    yield "append readings", int(rows), spent, peer
    meter_ids = [f"MTR-{number:07d}" for number in range(meters)]
    warehouse.append(
        meter_infrastructure,
        about(meter_infrastructure, meters, meter_id=meter_ids, meter_key=list(range(meters))),
        "meters",
    )
    warehouse.append(substations, about(substations, 1), "substations")
    names = [f"XFMR-{number:06d}" for number in range(transformers)]
    warehouse.append(
        transformer_metadata, about(transformer_metadata, transformers, transformer_id=names), "transformers"
    )


def plain_duckdb(root: Path) -> duckdb.DuckDBPyConnection:
    """Return a bare connection with a view per table over all its files."""
    connection = duckdb.connect()
    connection.execute("SET parquet_metadata_cache = true")
    for name in (
        "ami_interval_readings",
        "transformer_hourly_load",
        "meter_infrastructure",
        "transformer_metadata",
    ):
        files = sorted(str(file) for file in (root / "production" / name).rglob("*.parquet"))
        listed = ", ".join(f"'{file}'" for file in files if "_delta_log" not in file)
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")
    return connection


def median_ms(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of ``work`` in milliseconds, after one run that does not count."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--meters", type=int, default=3000)
    parser.add_argument("--repeats", type=int, default=7)
    wanted = parser.parse_args()
    days = [FIRST_DAY + timedelta(days=number) for number in range(wanted.days)]
    since = datetime.combine(FIRST_DAY, datetime.min.time())
    until = since + timedelta(days=wanted.days)
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        root = Path(folder).resolve() / "warehouse"
        warehouse = open_warehouse(f"embedded://{root}")
        print(f"{'':24}{'rows':>12}{'warehouse':>14}{'plain':>14}{'ratio':>8}")
        for name, rows, spent_s, peer_s in load(warehouse, days, wanted.meters):
            ours, theirs = f"{rows / spent_s:,.0f}/s", f"{rows / peer_s:,.0f}/s"
            print(f"{name:24}{rows:12,}{ours:>14}{theirs:>14}{spent_s / peer_s:8.2f}")
        files = list((root / "production" / "ami_interval_readings").rglob("*.parquet"))
        size = sum(file.stat().st_size for file in files) / warehouse.row_count(ami_interval_readings)
        print(f"{'bytes a reading':24}{'':12}{size:>14.2f}")
        plain = plain_duckdb(root)
        reading = ami_interval_readings.c
        middle = wanted.meters // 2
        one_meter = meter_readings(meter_id=f"MTR-{middle:07d}", since=since, until=until, is_hourly=True)
        by_day = (
            select(reading.reading_date, func.sum(reading.usage_kwh).label("kwh"))
            .group_by(reading.reading_date)
            .order_by(reading.reading_date)
        )
        questions = [
            (
                "one meter by hour",
                one_meter,
                (
                    "SELECT date_trunc('hour', reading_at) AS h, sum(usage_kwh), avg(voltage_v), "
                    "min(voltage_v), max(voltage_v), count(*) "
                    "FROM ami_interval_readings JOIN meter_infrastructure USING (meter_key) "
                    f"WHERE meter_id = 'MTR-{middle:07d}' GROUP BY h ORDER BY h"
                ),
            ),
            (
                "total by day",
                by_day,
                "SELECT reading_date, sum(usage_kwh) FROM ami_interval_readings GROUP BY 1 ORDER BY 1",
            ),
            (
                "top 10 loaded",
                top_loaded_transformers(first=10, since=since),
                (
                    "SELECT transformer_id, transformer_name, max(loading_pct) AS p, "
                    "arg_max(load_hour, loading_pct) "
                    "FROM transformer_hourly_load JOIN transformer_metadata USING (transformer_id) "
                    "GROUP BY 1, 2 ORDER BY p DESC, 1 LIMIT 10"
                ),
            ),
            (
                "count readings",
                select(func.count().label("n")).select_from(ami_interval_readings),
                "SELECT count(*) FROM ami_interval_readings",
            ),
        ]
        for name, query, statement in questions:
            found = warehouse.select_rows(query)
            rows = plain.execute(statement).fetchall()
            assert len(found) == len(rows), (name, len(found), len(rows))
            ours = median_ms(lambda query=query: warehouse.select_rows(query), wanted.repeats)
            theirs = median_ms(lambda sql=statement: plain.execute(sql).fetchall(), wanted.repeats)
            print(f"{name:24}{len(rows):12,}{ours:>11.1f} ms{theirs:>11.1f} ms{ours / theirs:8.2f}")
        stream_s = median_ms(
            lambda: sum(batch.num_rows for batch in warehouse.select_arrow(select(ami_interval_readings))), 1
        )
        total = warehouse.row_count(ami_interval_readings)
        print(f"{'stream all readings':24}{total:12,}{total / stream_s * 1000:>12,.0f}/s")
        warehouse.close()


if __name__ == "__main__":
    main()
