"""Readings from a file into the raw table, each file once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from grid.warehouse import Warehouse, pa_schema
from grid.warehouse.tables import ami_readings_raw

_RAW = pa_schema(ami_readings_raw)
COLUMNS: dict[str, pa.DataType] = {
    "meter_id": pa.string(),
    "reading_at": pa.timestamp("us", tz="UTC"),
    "interval_minutes": pa.int16(),
    "usage_kwh": _RAW.field("usage_kwh").type,
    "voltage_v": _RAW.field("voltage_v").type,
    "quality": pa.string(),
}
OPTIONAL = ("voltage_v", "quality")
SUFFIXES = (".csv", ".csv.gz", ".parquet")
_BATCH_ROWS = 65_536


class ReadingsFileError(Exception):
    """A file of readings cannot be taken; nothing of it was."""


def receive_file(*, warehouse: Warehouse, path: Path, received_at: datetime) -> int:
    """Append the readings of a file to those received; return how many, 0 if it was taken before.

    The file is CSV with a header (plain or gzip) or Parquet, with the columns meter_id, reading_at (start of
    the interval, ISO 8601 with its zone), interval_minutes, usage_kwh and, if known, voltage_v and quality.

    Args:
        warehouse: where to.
        path: the file.
        received_at: when it was received; of two readings of an interval the later received counts.

    Raises:
        ReadingsFileError: naming the file and what is wrong with it.
        WarehouseError: if the warehouse refuses the rows.
    """
    if not path.name.endswith(SUFFIXES):
        raise ReadingsFileError(f"{path.name} is none of {', '.join(SUFFIXES)}")
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ReadingsFileError(f"{path} cannot be read: {error.strerror}") from error
    return warehouse.append(ami_readings_raw, _rows(path, received_at), f"file/{digest}")


def _rows(path: Path, received_at: datetime) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the raw table that a file holds."""
    moment = pa.scalar(received_at.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
    try:
        for batch in _batches(path):
            at = batch.column("reading_at").cast(pa.timestamp("us"))
            filled = {
                "reading_at": at,
                "reading_date": pc.cast(at, pa.date32(), safe=False),
                "ingested_at": pa.repeat(moment, batch.num_rows),
            }
            arrays = [filled.get(field.name) for field in _RAW]
            yield pa.RecordBatch.from_arrays(
                [
                    batch.column(field.name) if array is None else array
                    for field, array in zip(_RAW, arrays, strict=True)
                ],
                schema=_RAW,
            )
    except (pa.ArrowException, OSError) as error:
        raise ReadingsFileError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    if path.name.endswith(".parquet"):
        with pq.ParquetFile(path) as file:
            _check(path, file.schema_arrow.names)
            for batch in file.iter_batches(_BATCH_ROWS):
                yield _typed(path, batch)
        return
    options = pacsv.ConvertOptions(column_types=COLUMNS, strings_can_be_null=True)
    with pacsv.open_csv(pa.input_stream(path, compression="detect"), convert_options=options) as reader:
        _check(path, reader.schema.names)
        for batch in reader:
            yield _typed(path, batch)


def _check(path: Path, names: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL]
    if missing:
        raise ReadingsFileError(f"{path.name} has no column {', '.join(missing)}")
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise ReadingsFileError(f"{path.name} has a column {unknown[0]}; columns are {', '.join(COLUMNS)}")


def _typed(path: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with all columns, in order and of their types."""
    arrays = []
    for name, kind in COLUMNS.items():
        if name not in batch.schema.names:
            arrays.append(pa.nulls(batch.num_rows, kind))
            continue
        array = batch.column(name)
        if name == "reading_at" and not (pa.types.is_timestamp(array.type) and array.type.tz):
            raise ReadingsFileError(f"{path.name}: reading_at has no time zone")
        try:
            arrays.append(array.cast(kind))
        except pa.ArrowException as error:
            raise ReadingsFileError(f"{path.name}: {name}: {str(error).splitlines()[0]}") from error
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(list(COLUMNS.items())))
