"""The formats of exported files, each written from batches as they come.

Every batch has the attributes and a last column with the geometry as WKB; CSV has text in its place.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from grid.services.exports.errors import ExportFailed

GEOMETRY = "geometry"
WKT = "wkt"
CRS = "EPSG:4326"
DECIMALS = 9
DBF_NAME_CHARACTERS = 10
DBF_TEXT_BYTES = 254
FIELD_LIST = "fields.csv"

Batches = Iterator[pa.RecordBatch]


class FileFormat(StrEnum):
    """What kind of file is made."""

    GEOJSON = "GEOJSON"
    GEOPACKAGE = "GEOPACKAGE"
    CSV = "CSV"
    PARQUET = "PARQUET"
    SHAPEFILE = "SHAPEFILE"

    @property
    def suffix(self) -> str:
        """The ending of its name."""
        return _SUFFIXES[self]

    @property
    def content_type(self) -> str:
        """Its media type."""
        return _CONTENT_TYPES[self]


_SUFFIXES = {
    FileFormat.GEOJSON: ".geojson",
    FileFormat.GEOPACKAGE: ".gpkg",
    FileFormat.CSV: ".csv",
    FileFormat.PARQUET: ".parquet",
    FileFormat.SHAPEFILE: ".zip",
}
_CONTENT_TYPES = {
    FileFormat.GEOJSON: "application/geo+json",
    FileFormat.GEOPACKAGE: "application/geopackage+sqlite3",
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
    FileFormat.SHAPEFILE: "application/zip",
}


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What goes into a file.

    Attributes:
        layer: its name.
        schema: of the batches; the last column is the geometry.
        geometry_types: of GeoJSON.
        titles: of the attributes, for people.
    """

    layer: str
    schema: pa.Schema
    geometry_types: tuple[str, ...]
    titles: dict[str, str]


def write(file_format: FileFormat, batches: Batches, contents: Contents, *, folder: Path) -> Path:
    """Write a file from batches as they come, into a folder of its own; return where it is.

    Raises:
        ExportFailed: if the format cannot hold the rows.
        OSError, RuntimeError, pyarrow.ArrowException: if it cannot be written.
    """
    place = folder / f"{contents.layer}{file_format.suffix}"
    match file_format:
        case FileFormat.CSV:
            _write_csv(batches, contents, place)
        case FileFormat.PARQUET:
            _write_parquet(batches, contents, place)
        case FileFormat.GEOPACKAGE:
            _write_vector(batches, contents, place, driver="GPKG", options={"GEOMETRY_NAME": "geom"})
        case FileFormat.GEOJSON:
            options = {"RFC7946": "YES", "COORDINATE_PRECISION": str(DECIMALS)}
            _write_vector(batches, contents, place, driver="GeoJSON", options=options)
        case FileFormat.SHAPEFILE:
            _write_shapefile(batches, contents, folder, place)
    return place


def _write_csv(batches: Batches, contents: Contents, place: Path) -> None:
    with pa.csv.CSVWriter(str(place), contents.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_parquet(batches: Batches, contents: Contents, place: Path) -> None:
    """Write GeoParquet 1.1; what its ``geo`` metadata says of the extent is known at the end."""
    corners: list[np.ndarray[Any, Any]] = []
    with pa.parquet.ParquetWriter(str(place), contents.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            if contents.geometry_types == ("Point",) and len(batch):
                corners.append(_box_of_points(batch.column(GEOMETRY)))
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": list(contents.geometry_types)}
        boxes = np.array(corners) if corners else np.empty((0, 4))
        boxes = boxes[np.isfinite(boxes).all(axis=1)]
        if len(boxes):
            column["bbox"] = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
        geo = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
        writer.add_key_value_metadata({"geo": json.dumps(geo)})


def _box_of_points(cells: pa.Array) -> np.ndarray[Any, Any]:
    """Return west, south, east and north of little-endian WKB points."""
    payload = b"".join(cell[5:] for cell in pc.drop_null(cells).to_pylist())
    points = np.frombuffer(payload, dtype="<f8").reshape(-1, 2)
    if not len(points):
        return np.full(4, np.nan)
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _write_vector(
    batches: Batches, contents: Contents, place: Path, *, driver: str, options: dict[str, str]
) -> None:
    """Write by GDAL, which takes the batches as a stream; what fails in making them is raised as it is."""
    import pyogrio  # loads GDAL

    faults: list[BaseException] = []

    def guarded() -> Batches:
        try:
            yield from batches
        except BaseException as error:
            faults.append(error)
            raise

    types = contents.geometry_types
    kind = types[0] if len(types) == 1 else "Unknown"
    stream = pa.RecordBatchReader.from_batches(contents.schema, guarded())
    try:
        pyogrio.write_arrow(
            stream,
            str(place),
            layer=contents.layer,
            driver=driver,
            geometry_name=GEOMETRY,
            geometry_type=kind,
            crs=CRS,
            encoding="UTF-8",
            layer_options=options,
        )
    except BaseException:
        if faults:
            raise faults[0] from None
        raise


def _write_shapefile(batches: Batches, contents: Contents, folder: Path, place: Path) -> None:
    """Write a shapefile and a list of its fields, zipped.

    Names have 10 characters there and texts 254 bytes; a moment is a text, true is 1. A file ends at 2 GB.
    """
    names = short_names([name for name in contents.schema.names if name != GEOMETRY])
    schema = pa.schema(
        [pa.field(names.get(each.name, each.name), _dbf_type(each.type)) for each in contents.schema]
    )
    parts = folder / "parts"
    parts.mkdir()
    short = Contents(
        layer=contents.layer,
        schema=schema,
        geometry_types=contents.geometry_types,
        titles=contents.titles,
    )
    dbf_batches = (_for_dbf(batch, schema) for batch in batches)
    _write_vector(
        dbf_batches,
        short,
        parts / f"{contents.layer}.shp",
        driver="ESRI Shapefile",
        options={"2GB_LIMIT": "YES"},
    )
    _write_field_list(names, contents.titles, parts / FIELD_LIST)
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in sorted(parts.iterdir()):
            archive.write(part, part.name)
            part.unlink()
    with suppress(OSError):
        parts.rmdir()


def short_names(names: list[str]) -> dict[str, str]:
    """Return names of at most 10 characters that differ without case, by the whole ones.

    A name that fits stays. Of a long one the first characters stay, and a number where that is taken.
    """
    taken = {name.lower() for name in names if len(name) <= DBF_NAME_CHARACTERS}
    found = {}
    for name in names:
        short, number = name[:DBF_NAME_CHARACTERS], 1
        if len(name) > DBF_NAME_CHARACTERS:
            while short.lower() in taken:
                ending = f"_{number}"
                short = name[: DBF_NAME_CHARACTERS - len(ending)] + ending
                number += 1
            taken.add(short.lower())
        found[name] = short
    return found


def _write_field_list(names: dict[str, str], titles: dict[str, str], place: Path) -> None:
    rows = {
        "field": list(names.values()),
        "attribute": list(names),
        "meaning": [titles.get(name, "") for name in names],
    }
    pa.csv.write_csv(pa.table(rows), str(place))


def _dbf_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return pa.string()
    return pa.int16() if pa.types.is_boolean(kind) else kind


def _for_dbf(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch as a DBF table can hold it.

    Raises:
        ExportFailed: TEXT_TOO_LONG, where a text would be cut off.
    """
    columns = []
    for given, target in zip(batch.columns, schema, strict=True):
        column = given
        if pa.types.is_timestamp(column.type):
            column = pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
        elif column.type != target.type:
            column = column.cast(target.type)
        if pa.types.is_string(column.type) and len(column):
            longest = pc.max(pc.binary_length(column)).as_py() or 0
            if longest > DBF_TEXT_BYTES:
                raise ExportFailed(
                    f"{target.name} has a text of {longest} bytes; a shapefile holds {DBF_TEXT_BYTES}. "
                    "Choose another format.",
                    code="TEXT_TOO_LONG",
                    field="format",
                )
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=schema)
