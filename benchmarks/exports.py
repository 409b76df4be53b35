"""Measures exports of meters in every format against bare writers that are given the same rows, in one run.

    python benchmarks/exports.py [--rows 596906] [--json]

PostgreSQL makes the rows up while it is asked, so no table is touched; files go to a temporary folder.
"ours" reads the rows from PostgreSQL in batches and writes the file, as the job does. "read" is the reading
alone. The peers have all rows in memory before the clock starts, and write them at once: GDAL through
pyogrio, or pyarrow. So the ratio of ours to read + peer is what the batches cost. Memory is the growth of
the process's peak over all of ours, MB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

import pyarrow as pa  # noqa: E402 - Django must be set up first
import pyarrow.csv  # noqa: E402
import pyarrow.parquet  # noqa: E402
import pyogrio  # noqa: E402

from grid.selectors import exchange  # noqa: E402
from grid.selectors.exchange import Collection, RowQuery  # noqa: E402
from grid.services.exports import FileFormat  # noqa: E402
from grid.services.exports.formats import GEOMETRY, Contents, write  # noqa: E402
from grid.services.exports.reading import batches, selection_of, snapshot  # noqa: E402

MADE_UP = """(SELECT 'MTR-' || lpad(n::text, 9, '0') AS id, 'Z-1' AS zone_id, n AS meter_key,
    'XFMR-' || n / 6 AS transformer_id, 'CKT-' || n / 900 AS circuit_id, 'SUB-' || n / 5000 AS substation_id,
    'POLE-' || n / 6 AS pole_id, 'RESIDENTIAL' AS customer_class, 'A' AS phases,
    date '2019-01-01' + n %% 365 AS install_date, 'ACTIVE' AS status,
    ST_SetSRID(ST_MakePoint(-95 - n * 1e-6, 29 + n * 1e-6), 4326) AS location
    FROM generate_series(1, {rows}) n) t"""


def made_up_meters(rows: int) -> Collection:
    """Return the collection of meters, over rows that PostgreSQL makes up."""
    found = exchange.find_collection("meters")
    if found is None:
        raise LookupError("meters")
    return replace(found, layer=replace(found.layer, sources=MADE_UP.format(rows=rows)))


def peak_mb() -> float:
    """Return the largest memory this process has had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def seconds(do: Callable[[], Any]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def export(collection: Collection, file_format: FileFormat, folder: Path) -> int:
    """Write a file as the job does; return its size."""
    selection = selection_of(collection, file_format)
    contents = Contents(
        layer="meters", schema=selection.schema, geometry_types=collection.geometry_types, titles={}
    )
    folder.mkdir()
    with snapshot() as session:
        rows = batches(session, RowQuery(collection=collection), selection, with_personal=False)
        return write(file_format, rows, contents, folder=folder).stat().st_size


def read_all(collection: Collection, file_format: FileFormat) -> pa.Table:
    """Return all rows at once."""
    selection = selection_of(collection, file_format)
    with snapshot() as session:
        rows = batches(session, RowQuery(collection=collection), selection, with_personal=False)
        return pa.Table.from_batches(rows, schema=selection.schema)


def peer(file_format: FileFormat, table: pa.Table, folder: Path) -> None:
    """Write rows that are in memory by the bare writer of a format."""
    match file_format:
        case FileFormat.CSV:
            pa.csv.write_csv(table, str(folder / "peer.csv"))
        case FileFormat.PARQUET:
            pa.parquet.write_table(table, str(folder / "peer.parquet"), compression="zstd")
        case _:
            drivers = {
                FileFormat.GEOPACKAGE: ("GPKG", "peer.gpkg"),
                FileFormat.GEOJSON: ("GeoJSON", "peer.geojson"),
                FileFormat.SHAPEFILE: ("ESRI Shapefile", "peer.shp"),
            }
            driver, name = drivers[file_format]
            pyogrio.write_arrow(
                table,
                str(folder / name),
                driver=driver,
                layer="meters",
                geometry_name=GEOMETRY,
                geometry_type="Point",
                crs="EPSG:4326",
                encoding="UTF-8",
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=596_906)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    collection = made_up_meters(arguments.rows)
    report: dict[str, dict[str, float]] = {each.value: {} for each in FileFormat}
    with tempfile.TemporaryDirectory(prefix="flux-exports-") as name:
        folder = Path(name)
        export(made_up_meters(100), FileFormat.GEOPACKAGE, folder / "warm")
        before_mb = peak_mb()
        for each in FileFormat:
            began = time.perf_counter()
            size = export(collection, each, folder / each.value)
            report[each.value] = {"ours_s": time.perf_counter() - began, "mb": size / 1e6}
        grown_mb = peak_mb() - before_mb
        for each in FileFormat:
            began = time.perf_counter()
            table = read_all(collection, each)
            found = report[each.value]
            found["read_s"] = time.perf_counter() - began
            found["peer_s"] = seconds(partial(peer, each, table, folder))
            found["ratio"] = found["ours_s"] / (found["read_s"] + found["peer_s"])
            found["rows_per_s"] = arguments.rows / found["ours_s"]
    if arguments.json:
        print(json.dumps({"rows": arguments.rows, "grown_mb": grown_mb, **report}))
        return
    print(f"{arguments.rows:,} meters; memory grew by {grown_mb:.0f} MB")
    for key, each in report.items():
        print(
            f"{key:11} ours {each['ours_s']:6.2f} s {each['rows_per_s']:8,.0f} rows/s, {each['mb']:6.1f} MB; "
            f"read {each['read_s']:6.2f} s, peer {each['peer_s']:6.2f} s; ratio {each['ratio']:.2f}"
        )


if __name__ == "__main__":
    main()
