"""Readings from a file into the raw table, each file once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from grid.pipeline.received_file import FileForm, ReceivedFileError
from grid.warehouse import Warehouse, pa_schema
from grid.warehouse.tables import ami_readings_raw

_RAW = pa_schema(ami_readings_raw)


class ReadingsFileError(ReceivedFileError):
    """A file of readings cannot be taken; nothing of it was."""


FORM = FileForm(
    columns={
        "meter_id": pa.string(),
        "reading_at": pa.timestamp("us", tz="UTC"),
        "interval_minutes": pa.int16(),
        "usage_kwh": _RAW.field("usage_kwh").type,
        "voltage_v": _RAW.field("voltage_v").type,
        "quality": pa.string(),
    },
    optional=("voltage_v", "quality"),
    error=ReadingsFileError,
)


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
    return warehouse.append(ami_readings_raw, _rows(path, received_at), f"file/{FORM.digest(path)}")


def _rows(path: Path, received_at: datetime) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the raw table that a file holds."""
    moment = pa.scalar(received_at.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
    for batch in FORM.batches(path):
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
