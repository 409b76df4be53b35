"""Measures the questions about reliability at the size of the metro scale, against plain DuckDB.

    python benchmarks/reliability.py [--folder DIR] [--interruptions 800000] [--repeats 5]

A warehouse is written for it: 91,554 transformers, 596,906 meters, 686,000 accounts, 230 substations, 1,400
circuits, and interruptions over six years, one row per outage and transformer. Each question is asked as the
application asks it (what the record covers, all days of the years that thresholds come from, the answer
itself), and once as hand-written SQL in a bare DuckDB connection over the same files, doing the main sum
alone; sums are compared before anything is timed. Runs alternate. Medians in milliseconds, by the wall
clock and of the processors; a ratio is ours over theirs, of the processors' time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import numpy as np
import pyarrow as pa
from deltalake import DeltaTable
from sqlalchemy import Table

from grid.warehouse import Warehouse, open_warehouse, queries, tables
from grid.warehouse.arrow import pa_schema
from grid.warehouse.queries import (
    InterruptionPeriod,
    InterruptionScope,
    Planned,
    ReliabilityGroup,
)

TRANSFORMERS, METERS, ACCOUNTS, CIRCUITS, SUBSTATIONS = 91_554, 596_906, 686_000, 1_400, 230
YEARS = 6
BEGIN = datetime(2020, 1, 1, 6)  # noqa: DTZ001 - the warehouse's moments are naive UTC
ZONE = "America/Chicago"


def names(prefix: str, numbers: np.ndarray) -> pa.Array:
    """Return ids of numbers."""
    return pa.array([f"{prefix}-{number:06d}" for number in numbers.tolist()])


def table_of(table: Table, size: int, columns: dict[str, Any]) -> pa.Table:
    """Return an Arrow table; columns left out are null, or a plain value where that is not allowed."""
    plain: dict[Any, Any] = {pa.types.is_string: "X", pa.types.is_floating: 0.0, pa.types.is_boolean: False}
    arrays = []
    for field in pa_schema(table):
        if field.name in columns:
            arrays.append(pa.array(columns[field.name]).cast(field.type))
            continue
        value = None
        if not field.nullable:
            value = next((given for test, given in plain.items() if test(field.type)), 1)
            value = BEGIN if pa.types.is_timestamp(field.type) else value
        arrays.append(pa.array([value] * size, field.type))
    return pa.Table.from_arrays(arrays, schema=pa_schema(table))


def write(warehouse: Warehouse, interruptions: int) -> None:
    """Write the tables that the questions read."""
    rng = np.random.default_rng(20_260_301)
    circuit_of = rng.integers(CIRCUITS, size=TRANSFORMERS)
    station_of = rng.integers(SUBSTATIONS, size=CIRCUITS)
    unit_of = rng.integers(TRANSFORMERS, size=METERS)

    def put(table: Table, size: int, **columns: Any) -> None:
        warehouse.replace(table, table_of(table, size, columns), f"bench-{table.name}")

    stations, circuits = np.arange(SUBSTATIONS), np.arange(CIRCUITS)
    put(tables.substations, SUBSTATIONS, substation_id=names("SUB", stations), zone_id=["Z"] * SUBSTATIONS)
    put(
        tables.circuit_metadata,
        CIRCUITS,
        circuit_id=names("CKT", circuits),
        substation_id=names("SUB", station_of),
    )
    put(
        tables.meter_infrastructure,
        METERS,
        meter_id=names("MTR", np.arange(METERS)),
        transformer_id=names("XFMR", unit_of),
        circuit_id=names("CKT", circuit_of[unit_of]),
        substation_id=names("SUB", station_of[circuit_of[unit_of]]),
    )
    put(
        tables.customers_master_data,
        ACCOUNTS,
        customer_id=names("CUST", np.arange(ACCOUNTS)),
        meter_id=names("MTR", rng.integers(METERS, size=ACCOUNTS)),
        account_status=np.where(rng.random(ACCOUNTS) < 0.97, "ACTIVE", "CLOSED"),
    )
    outages = max(interruptions // 6, 1)
    outage = np.sort(rng.integers(outages, size=interruptions))
    started_s = np.sort(rng.integers(YEARS * 365 * 86_400, size=outages))
    start = np.datetime64(BEGIN, "us") + started_s[outage].astype("timedelta64[s]")
    length_s = np.exp(rng.normal(8.2, 1.1, size=interruptions)).astype(np.int64)
    unit = rng.integers(TRANSFORMERS, size=interruptions)
    put(
        tables.outage_restoration_tracker,
        outages,
        outage_id=names("OUT", np.arange(outages)),
        status=["RESTORED"] * outages,
        is_planned=rng.random(outages) < 0.1,
        cause_code=np.array(["TREE", "WIND", "ANIMAL", "EQUIPMENT"])[rng.integers(4, size=outages)],
        started_at=np.datetime64(BEGIN, "us") + started_s.astype("timedelta64[s]"),
    )
    put(
        tables.outage_interruptions,
        interruptions,
        interruption_id=pa.array([f"OUT-{number:06d}|{row}" for row, number in enumerate(outage.tolist())]),
        outage_id=names("OUT", outage),
        transformer_id=names("XFMR", unit),
        circuit_id=names("CKT", circuit_of[unit]),
        substation_id=names("SUB", station_of[circuit_of[unit]]),
        customers=rng.integers(1, 15, size=interruptions),
        started_at=start,
        restored_at=start + length_s.astype("timedelta64[s]"),
    )
    brief = interruptions // 10
    began = np.datetime64(BEGIN, "us") + rng.integers(YEARS * 365 * 86_400, size=brief).astype(
        "timedelta64[s]"
    )
    circuit = rng.integers(CIRCUITS, size=brief)
    put(
        tables.momentary_interruptions,
        brief,
        momentary_id=names("MOM", np.arange(brief)),
        circuit_id=names("CKT", circuit),
        substation_id=names("SUB", station_of[circuit]),
        started_at=began,
        ended_at=began + np.timedelta64(20, "s"),
        operation_count=rng.integers(1, 4, size=brief),
        customers_interrupted=rng.integers(100, 1500, size=brief),
    )


def plain_duckdb(root: Path) -> duckdb.DuckDBPyConnection:
    """Return a bare connection with a view per table over its live files."""
    connection = duckdb.connect(config={"threads": 2})
    for table in (
        tables.outage_interruptions,
        tables.outage_restoration_tracker,
        tables.customers_master_data,
        tables.meter_infrastructure,
    ):
        files = DeltaTable(root / str(table.schema) / table.name).file_uris()
        listed = ", ".join(f"'{file}'" for file in files)
        connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM read_parquet([{listed}])")
    return connection


PLAIN = """
    SELECT {key} AS key, outage.is_planned,
        sum(CASE WHEN row.restored_at - row.started_at > INTERVAL 5 MINUTE THEN row.customers END) AS ci,
        sum(CASE WHEN row.restored_at - row.started_at > INTERVAL 5 MINUTE
            THEN row.customers * epoch(row.restored_at - row.started_at) / 60 END) AS cmi
    FROM outage_interruptions AS row LEFT JOIN outage_restoration_tracker AS outage USING (outage_id)
    WHERE row.started_at >= TIMESTAMP '{since}' AND row.started_at < TIMESTAMP '{until}'
    GROUP BY ALL"""
PLAIN_MET = """
    WITH met AS (
        SELECT transformer_id, count(*) AS often FROM outage_interruptions
        WHERE started_at >= TIMESTAMP '{since}' AND started_at < TIMESTAMP '{until}'
            AND restored_at - started_at > INTERVAL 5 MINUTE
        GROUP BY ALL)
    SELECT often AS key, count(*) AS ci FROM customers_master_data JOIN meter_infrastructure USING (meter_id)
        JOIN met USING (transformer_id)
    WHERE account_status = 'ACTIVE' GROUP BY ALL"""


def median_ms(works: list[Callable[[], object]], repeats: int) -> list[tuple[float, float]]:
    """Return the median time of each work by the wall clock and of the processors, run in turn, ms."""
    times: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(repeats):
        for work, spent in zip(works, times, strict=True):
            began, cpu_began = time.perf_counter(), time.process_time()
            work()
            spent.append((time.perf_counter() - began, time.process_time() - cpu_began))
    return [
        (
            1000.0 * statistics.median(wall for wall, _ in spent),
            1000.0 * statistics.median(cpu for _, cpu in spent),
        )
        for spent in times
    ]


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--interruptions", type=int, default=800_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reliability-") as spare:
        measure(arguments.folder or Path(spare), arguments.interruptions, arguments.repeats)


def measure(folder: Path, interruptions: int, repeats: int) -> None:
    """Write the warehouse unless it is there, compare, measure, print."""
    warehouse = open_warehouse(f"embedded://{folder}?threads=2&memory_limit=2GB")
    if warehouse.version(tables.outage_interruptions) is None:
        write(warehouse, interruptions)
    plain = plain_duckdb(folder)

    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")
    import django

    django.setup()
    from django.conf import settings

    settings.TIME_ZONE = ZONE
    from grid.selectors.reliability.breakdowns import _parts
    from grid.selectors.reliability.history import find_history, find_record
    from grid.selectors.reliability.history import period as period_of

    first, last = date(2025, 1, 1), date(2025, 12, 31)
    everywhere = InterruptionScope()
    record = find_record(warehouse)
    assert record is not None
    five = period_of(record, date(2021, 1, 1), last)
    year = period_of(record, first, last)
    local = f"timezone('{ZONE}', timezone('UTC', row.started_at))::DATE"

    def rows(query: Any) -> list[dict[str, Any]]:
        return warehouse.select_rows(query)

    def met(at: InterruptionPeriod) -> list[dict[str, Any]]:
        return rows(
            queries.customers_by_interruptions(everywhere, at, apart=[], planned=Planned.ALL, hours=8.0)
        )

    def sql(text: str, at: InterruptionPeriod, key: str = "''") -> list[tuple[Any, ...]]:
        return plain.execute(text.format(key=key, since=at.since, until=at.until)).fetchall()

    def ranking() -> object:
        history = find_history(warehouse, everywhere, first, last)
        return _parts(warehouse, history, ReliabilityGroup.CIRCUIT, everywhere, first, last, Planned.ALL)

    summed = {row["local_date"]: 0 for row in rows(queries.daily_interruptions(everywhere, five))}
    for row in rows(queries.daily_interruptions(everywhere, five)):
        summed[row["local_date"]] += row["customer_interruptions"]
    checked: dict[Any, int] = {}
    for key, _, ci, _ in sql(PLAIN, five, local):
        checked[key] = checked.get(key, 0) + int(ci or 0)
    assert {day: ci for day, ci in summed.items() if ci} == {day: ci for day, ci in checked.items() if ci}
    assert {row["interruption_count"]: row["customers"] for row in met(year)} == dict(sql(PLAIN_MET, year))

    whole = "indices, thresholds and major event days of a year, from six"
    asked: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        (
            "the totals of five years by local day",
            lambda: rows(queries.daily_interruptions(everywhere, five)),
            lambda: sql(PLAIN, five, local),
        ),
        (whole, lambda: find_history(warehouse, everywhere, first, last), lambda: sql(PLAIN, five, local)),
        (
            "the same of one circuit",
            lambda: find_history(warehouse, InterruptionScope(circuit_id="CKT-000007"), first, last),
            lambda: sql(PLAIN, five, local),
        ),
        ("all circuits, ranked", ranking, lambda: sql(PLAIN, year, "row.circuit_id")),
        ("customers by interruptions of a year", lambda: met(year), lambda: sql(PLAIN_MET, year)),
    ]
    print(f"{interruptions:,} interruptions, {ACCOUNTS:,} accounts, two threads; medians")
    print(f"{'':62} {'ours: wall, CPU':>18} {'DuckDB: wall, CPU':>20}   ratio of CPU")
    for name, ours, theirs in asked:
        (wall, cpu), (their_wall, their_cpu) = median_ms([ours, theirs], repeats)
        print(
            f"{name:62} {wall:8.0f} {cpu:6.0f} ms {their_wall:10.0f} {their_cpu:6.0f} ms"
            f"   {cpu / their_cpu:.2f}"
        )


if __name__ == "__main__":
    main()
