"""Settlement prices from a file, each file whole and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from grid.pipeline.received_file import FileForm, ReceivedFileError
from grid.warehouse import Warehouse, pa_schema
from grid.warehouse.tables import energy_prices_hourly, load_zones

METHOD = "SETTLEMENT"
MAX_SOURCE = 128
_PRICES = pa_schema(energy_prices_hourly)


class PricesFileError(ReceivedFileError):
    """A file of prices cannot be taken; nothing of it was."""


FORM = FileForm(
    columns={
        "zone_id": pa.string(),
        "price_hour": pa.timestamp("us", tz="UTC"),
        "price_usd_per_mwh": pa.float64(),
    },
    error=PricesFileError,
)


def receive_prices(*, warehouse: Warehouse, path: Path, received_at: datetime) -> int:
    """Add the prices of a file to those there are; return how many, 0 if it was taken before.

    The file is CSV with a header (plain or gzip) or Parquet, with the columns zone_id (a load zone of the
    warehouse), price_hour (start of the hour, ISO 8601 with its zone) and price_usd_per_mwh (empty while it
    is not known).

    Args:
        warehouse: where to.
        path: the file.
        received_at: when it was received; of two prices of a zone and hour the later received counts.

    Raises:
        PricesFileError: naming the file and what is wrong with it.
        WarehouseError: if the warehouse has no load zones or refuses the rows.
    """
    digest = FORM.digest(path)
    zones = {row["zone_id"] for row in warehouse.select_rows(select(load_zones.c.zone_id))}
    rows = _rows(path, received_at, zones)
    return warehouse.append(energy_prices_hourly, rows, f"file/{digest}")


def _rows(path: Path, received_at: datetime, zones: set[str]) -> Iterator[pa.RecordBatch]:
    moment = pa.scalar(received_at.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
    seen: set[tuple[str, datetime]] = set()
    for batch in FORM.batches(path):
        hour = batch.column("price_hour").cast(pa.timestamp("us"))
        _check(path, batch, hour, zones, seen)
        count = batch.num_rows
        columns = {
            "zone_id": batch.column("zone_id"),
            "price_hour": hour,
            "received_at": pa.repeat(moment, count),
            "price_usd_per_mwh": batch.column("price_usd_per_mwh"),
            "method": pa.repeat(METHOD, count),
            "source": pa.repeat(path.name[:MAX_SOURCE], count),
        }
        yield pa.RecordBatch.from_arrays([columns[field.name] for field in _PRICES], schema=_PRICES)


def _check(
    path: Path, batch: pa.RecordBatch, hour: pa.Array, zones: set[str], seen: set[tuple[str, datetime]]
) -> None:
    """Refuse unknown zones, times that are no full hours, and two prices of one zone and hour."""
    for zone in pc.unique(batch.column("zone_id")).to_pylist():
        if zone not in zones:
            raise PricesFileError(f"{path.name}: zone_id: {zone!r} is no load zone of this warehouse")
    for zone, moment in zip(batch.column("zone_id").to_pylist(), hour.to_pylist(), strict=True):
        if moment is None or moment.minute or moment.second or moment.microsecond:
            raise PricesFileError(f"{path.name}: price_hour: {moment} is not the start of an hour")
        if (zone, moment) in seen:
            raise PricesFileError(f"{path.name}: zone {zone} has two prices for {moment} UTC")
        seen.add((zone, moment))
