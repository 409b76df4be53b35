"""A file as a stream of Arrow batches, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from grid.intake.errors import IntakeError

BATCH_ROWS = 65_536
GEOMETRY = "geometry of the file"
"""The column under which a vector file's own geometry travels, as WKB; no file names a column so."""


class FileFormat(StrEnum):
    """The formats that are read."""

    CSV = "CSV"
    CSV_GZ = "CSV_GZ"
    GEOPACKAGE = "GEOPACKAGE"
    GEOJSON = "GEOJSON"
    SHAPEFILE = "SHAPEFILE"
    PARQUET = "PARQUET"


SUFFIXES: dict[str, FileFormat] = {
    ".csv.gz": FileFormat.CSV_GZ,
    ".csv": FileFormat.CSV,
    ".gpkg": FileFormat.GEOPACKAGE,
    ".geojson": FileFormat.GEOJSON,
    ".json": FileFormat.GEOJSON,
    ".zip": FileFormat.SHAPEFILE,
    ".shp": FileFormat.SHAPEFILE,
    ".parquet": FileFormat.PARQUET,
    ".geoparquet": FileFormat.PARQUET,
}


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What a file may not say by itself.

    Attributes:
        crs: reference system of its coordinates, such as EPSG:2278.
        encoding: of its text, for CSV and shapefiles.
        delimiter: between the columns of a CSV file; None: the one its header shows.
        layer: of a GeoPackage with several.
    """

    crs: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    layer: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return what is set."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file that can be read as often as wanted.

    Attributes:
        name: for messages.
        columns: names in file order, without the geometry.
        has_geometry: whether batches carry ``GEOMETRY``.
        crs: reference system the file states; None if it states none.
        batches: begins to read it; raises IntakeError where it is damaged.
    """

    name: str
    columns: tuple[str, ...]
    has_geometry: bool
    crs: str | None
    batches: Callable[[], Iterator[pa.RecordBatch]]


def format_of(name: str) -> FileFormat:
    """Return the format that a file's name tells.

    Raises:
        IntakeError: FILE_FORMAT_UNKNOWN, with the endings that are known.
    """
    lowered = name.lower()
    for suffix, found in SUFFIXES.items():
        if lowered.endswith(suffix):
            return found
    raise IntakeError(
        f"{name} is of no known format. Names end in {', '.join(SUFFIXES)}.",
        code="FILE_FORMAT_UNKNOWN",
        field="file",
    )


def open_source(
    path: Path,
    *,
    file_format: FileFormat,
    name: str,
    options: ReadOptions,
    work: Path,
    max_unpacked_bytes: int,
) -> Source:
    """Return the file as a source; its head has been read, its rows have not.

    Args:
        path: where it is.
        file_format: what it must be; a file that is something else is refused.
        name: what people call it.
        options: what the file may not say.
        work: an empty folder for what must be unpacked; it must outlive the source.
        max_unpacked_bytes: a file that unpacks to more is refused.

    Raises:
        IntakeError: FILE_DAMAGED, FILE_TOO_LARGE, FILE_ENCODING, BAD_OPTION.
    """
    from grid.intake import csv_source, parquet_source, vector_source

    try:
        if not path.stat().st_size:
            raise IntakeError(f"{name} is empty.", code="FILE_DAMAGED", field="file")
    except OSError as error:
        raise IntakeError(
            f"{name} cannot be read: {error.strerror}", code="FILE_MISSING", field="file"
        ) from error
    match file_format:
        case FileFormat.CSV | FileFormat.CSV_GZ:
            return csv_source.open_csv(
                path,
                name=name,
                options=options,
                is_gzip=file_format == FileFormat.CSV_GZ,
                max_unpacked_bytes=max_unpacked_bytes,
            )
        case FileFormat.PARQUET:
            return parquet_source.open_parquet(path, name=name, max_unpacked_bytes=max_unpacked_bytes)
        case _:
            return vector_source.open_vector(
                path,
                file_format=file_format,
                name=name,
                options=options,
                work=work,
                max_unpacked_bytes=max_unpacked_bytes,
            )


def check_names(name: str, columns: list[str]) -> tuple[str, ...]:
    """Return the column names of a file.

    Raises:
        IntakeError: FILE_DAMAGED, if one is blank or appears twice.
    """
    for position, column in enumerate(columns, 1):
        if not column.strip():
            raise IntakeError(f"Column {position} of {name} has no name.", code="FILE_DAMAGED", field="file")
        if columns.count(column) > 1:
            raise IntakeError(f"{name} has two columns {column}.", code="FILE_DAMAGED", field="file")
    return tuple(columns)
