"""Measures the import of a CSV file into a warehouse table against DuckDB writing it as Parquet, in one run.

    python benchmarks/import_file.py [--rows 596906] [--json]

Writes a file of meters and works in a temporary folder; neither the cache nor the warehouse of the settings
is touched. Both sides read the same file. DuckDB parses, types and writes it and checks nothing else.

- check: read the file, convert and check every row, keep the good ones aside.
- join: read the table and join the file to it by key; refuse duplicates and incomplete rows.
- write: replace the table in one guarded commit.

"first" fills an empty table, "again" merges the file into the table it filled. Times are seconds; ratio is
the sum of the three over DuckDB; memory is the growth of the process's peak in MB.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from grid.intake.checking import Checker
from grid.intake.guessing import guess_mapping
from grid.intake.merging import Merger, Mode
from grid.intake.sources import ReadOptions, Source, format_of, open_source
from grid.warehouse import Expected, Warehouse, open_warehouse
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import meter_infrastructure

HEADER = (
    "METER_ID,TRANSFORMER_ID,CIRCUIT_ID,SUBSTATION_ID,METER_LATITUDE,METER_LONGITUDE,CUSTOMER_CLASS,PHASES,"
    "INSTALL_DATE,STATUS\n"
)


def write_file(path: Path, rows: int) -> None:
    """Write a file of meters, as another system would."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(
            f"MTR-{n},XFMR-{n // 6},CKT-{n // 900},SUB-{n // 5000},{29 + n * 1e-6:.6f},{-95 - n * 1e-6:.6f},"
            f"RESIDENTIAL,A,2019-{n % 12 + 1:02d}-01,ACTIVE\n"
            for n in range(rows)
        )


def peak_mb() -> float:
    """Return the largest memory this process has had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def import_once(path: Path, warehouse: Warehouse, work: Path, batch_id: str) -> dict[str, float]:
    """Import the file and return the seconds of each part."""
    work.mkdir()
    source = open_source(
        path,
        file_format=format_of(path.name),
        name=path.name,
        options=ReadOptions(),
        work=work,
        max_unpacked_bytes=2**40,
    )
    mapping = guess_mapping(table=meter_infrastructure, columns=source.columns, has_geometry=False)
    checker = Checker(table=meter_infrastructure, mapping=mapping, choices={})
    merger = Merger(work, table=meter_infrastructure, mapping=mapping, mode=Mode.MERGE)
    began = time.perf_counter()
    merger.write_checked(_checked(source, checker), checker.schema)
    merger.write_refused_keys([])
    checked = time.perf_counter()
    expected = Expected(warehouse.version(meter_infrastructure))
    merger.write_present(
        warehouse.select_arrow(reading_as_empty(sa.select(meter_infrastructure), meter_infrastructure))
    )
    if merger.find_late_refusals(next_number=1):
        raise AssertionError("every row of the file is good")
    joined = time.perf_counter()
    warehouse.replace(meter_infrastructure, merger.rows(), batch_id, expected=expected)
    written = time.perf_counter()
    merger.close()
    return {"check_s": checked - began, "join_s": joined - checked, "write_s": written - joined}


def _checked(source: Source, checker: Checker) -> Iterator[pa.RecordBatch]:
    first = 1
    for batch in source.batches():
        yield checker.check(batch, first_row=first).rows
        first += batch.num_rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=596_906)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flux-import-") as name:
        folder = Path(name)
        path = folder / "meters.csv"
        write_file(path, arguments.rows)
        began = time.perf_counter()
        duckdb.sql(
            f"COPY (SELECT * FROM read_csv('{path}')) TO '{folder / 'meters.parquet'}' (COMPRESSION zstd)"
        )
        peer_s = time.perf_counter() - began
        before_mb = peak_mb()
        warehouse = open_warehouse(f"embedded://{folder}/warehouse?memory_limit=1GB")
        results: dict[str, dict[str, float]] = {}
        for turn in ("first", "again"):
            parts = import_once(path, warehouse, folder / turn, turn)
            results[turn] = parts | {"ratio": sum(parts.values()) / peer_s}
        warehouse.close()
    report = {"rows": arguments.rows, "duckdb_s": peer_s, "grown_mb": peak_mb() - before_mb, **results}
    if arguments.json:
        print(json.dumps(report))
        return
    print(f"{arguments.rows:,} rows; DuckDB alone {peer_s:.2f} s; memory grew by {report['grown_mb']:.0f} MB")
    for turn, parts in results.items():
        shown = "  ".join(f"{part.removesuffix('_s')} {value:.2f}" for part, value in parts.items())
        print(f"{turn:6} {shown}")


if __name__ == "__main__":
    main()
