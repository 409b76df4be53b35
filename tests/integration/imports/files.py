"""Files of poles as other programs write them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyogrio import raw

FEET = 0.3048
COLUMNS = ("POLE_ID", "CIRCUIT_ID", "SUBSTATION_ID", "POLE_HEIGHT_FT", "POLE_MATERIAL", "POLE_CLASS")


def pole(number: int, **changes: Any) -> dict[str, Any]:
    """Return a pole as the file of another system has it."""
    return {
        "POLE_ID": f"NEW-{number}",
        "CIRCUIT_ID": "CKT-1",
        "SUBSTATION_ID": "SUB-1",
        "POLE_HEIGHT_FT": 40.0 + number,
        "POLE_MATERIAL": "STEEL",
        "POLE_CLASS": "H1",
        "LONGITUDE": -95.5 + number / 1000,
        "LATITUDE": 29.75 + number / 1000,
    } | changes


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as CSV, gzip if the name says so."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_vector(path: Path, rows: Sequence[dict[str, Any]], *, crs: str | None = "EPSG:4326") -> Path:
    """Write rows as points by GDAL; a name ending in .zip gives a zipped shapefile."""
    place = path.with_suffix(".shp") if path.suffix == ".zip" else path
    drivers = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}
    shapes = [struct.pack("<BIdd", 1, 1, row["LONGITUDE"], row["LATITUDE"]) for row in rows]
    raw.write(
        str(place),
        np.array(shapes, dtype=object),
        [
            np.array([row[name] for row in rows], dtype=object if name != "POLE_HEIGHT_FT" else float)
            for name in COLUMNS
        ],
        [name[:10] for name in COLUMNS] if place.suffix == ".shp" else list(COLUMNS),
        geometry_type="Point",
        crs=crs,
        driver=drivers[place.suffix],
    )
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(place.parent.glob(f"{place.stem}.*")):
                if part != path:
                    archive.write(part, f"data/{part.name}")
    return path


def write_geoparquet(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as GeoParquet 1.0 in its default reference system."""
    table = pa.Table.from_pylist([{name: row[name] for name in COLUMNS} for row in rows])
    shapes = [struct.pack(">BIdd", 0, 1, row["LONGITUDE"], row["LATITUDE"]) for row in rows]
    table = table.append_column("shape", pa.array(shapes, pa.binary()))
    geo = {
        "version": "1.0.0",
        "primary_column": "shape",
        "columns": {"shape": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


SHAPEFILE_MAPPING = {
    "pole_id": {"column": "POLE_ID"},
    "circuit_id": {"column": "CIRCUIT_ID"},
    "substation_id": {"column": "SUBSTATION"},
    "latitude": {"geometry": True},
    "longitude": {"geometry": True},
    "pole_height_m": {"column": "POLE_HEIGH", "unit": "ft"},
    "pole_material": {"column": "POLE_MATER"},
    "pole_class": {"column": "POLE_CLASS"},
}
"""Shapefiles cut names to ten characters."""
