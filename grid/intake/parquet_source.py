"""Parquet files, plain or GeoParquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from grid.intake.errors import IntakeError, damaged, too_large
from grid.intake.sources import BATCH_ROWS, GEOMETRY, Source, check_names

_FAULTS = (pa.ArrowException, OSError, ValueError)


def open_parquet(path: Path, *, name: str, max_unpacked_bytes: int) -> Source:
    """Return a Parquet file as a source; a GeoParquet file's primary geometry is the file's own.

    Raises:
        IntakeError: FILE_DAMAGED, FILE_TOO_LARGE.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            groups = range(file.metadata.num_row_groups)
            unpacked = sum(file.metadata.row_group(number).total_byte_size for number in groups)
            geo = _geo(name, (file.metadata.metadata or {}).get(b"geo"))
    except _FAULTS as error:
        raise damaged(name, error) from error
    if unpacked > max_unpacked_bytes:
        raise too_large(name, max_unpacked_bytes)
    geometry: str | None = geo.get("primary_column")
    if geometry is not None and geometry not in schema.names:
        raise damaged(name, f"its geometry column {geometry} is missing")
    columns = check_names(name, [column for column in schema.names if column != geometry])

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(BATCH_ROWS):
                    names = [GEOMETRY if column == geometry else column for column in batch.schema.names]
                    yield pa.RecordBatch.from_arrays(batch.columns, names=names)
        except _FAULTS as error:
            raise damaged(name, error) from error

    return Source(
        name=name,
        columns=columns,
        has_geometry=geometry is not None,
        crs=_crs(geo, geometry),
        batches=batches,
    )


def _geo(name: str, text: bytes | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        geo = json.loads(text)
        encoding = geo["columns"][geo["primary_column"]]["encoding"]
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(name, "its GeoParquet metadata cannot be read") from error
    if encoding != "WKB":
        raise IntakeError(
            f"The geometry of {name} is encoded as {encoding}; only WKB is read.",
            code="FILE_FORMAT_UNKNOWN",
            field="file",
        )
    return dict(geo)


def _crs(geo: dict[str, Any], geometry: str | None) -> str | None:
    if geometry is None:
        return None
    column = geo["columns"][geometry]
    if "crs" not in column:
        return "OGC:CRS84"  # the standard's default
    return None if column["crs"] is None else json.dumps(column["crs"])
