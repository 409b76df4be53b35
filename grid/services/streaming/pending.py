"""What PostGIS holds and the warehouse does not yet: kept with the landing, delivered in batches, each once.

Rows get a batch id before they are sent and keep it until they are known to have arrived; the warehouse takes
a batch id once. So a delivery that died at any moment is simply made again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from sqlalchemy import Table

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services.streaming.partitions import DELIVERY_LOCK, LOCK_CLASS
from grid.streaming.transport import StreamName
from grid.warehouse import Warehouse, WarehouseError, pa_schema
from grid.warehouse.tables import ami_readings_raw, device_events

logger = logging.getLogger(__name__)

BATCH_ROWS = 500_000
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")
_MOMENT = pa.timestamp("us", tz="UTC")
Rows = Sequence[tuple[Any, ...]]

TABLES: dict[StreamName, Table] = {
    StreamName.READINGS: ami_readings_raw,
    StreamName.EVENTS: device_events,
}
_ORDER = {
    StreamName.READINGS: ("meter_id", "reading_at"),
    StreamName.EVENTS: ("device_id", "occurred_at"),
}


def keep(stream: StreamName, rows: Rows, now: datetime) -> None:
    """Keep rows for the warehouse, in the transaction that lands them."""
    if not rows:
        return
    batch = _FORMS[stream](rows, now)
    models.StreamPending.objects.create(
        stream=stream.value, row_count=batch.num_rows, rows=_encoded(batch), landed_at=now
    )


def deliver(warehouse: Warehouse | None = None, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Deliver what waits and return how many rows arrived. Only one process delivers, others return 0.

    While the warehouse is away rows wait and keep the reason.
    """
    delivered = 0
    with _only_one() as is_ours:
        if not is_ours:
            return 0
        target = warehouse or get_warehouse()
        for stream in StreamName:
            while not stop() and (found := _next_batch(stream)):
                batch_id, waiting = found
                ids = [row.pk for row in waiting]
                try:
                    target.append(TABLES[stream], _sorted(stream, waiting), batch_id)
                except WarehouseError as error:
                    message = f"{error.code}: {error.message}"[:2000]
                    models.StreamPending.objects.filter(pk__in=ids).update(last_error=message)
                    logger.warning("Unable to deliver %s rows of %s: %s", len(ids), stream, error)
                    break
                models.StreamPending.objects.filter(pk__in=ids).delete()
                delivered += sum(row.row_count for row in waiting)
    return delivered


@contextmanager
def _only_one() -> Iterator[bool]:
    """Hold the lock of delivery while the block runs; PostgreSQL frees it if the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, DELIVERY_LOCK])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, DELIVERY_LOCK])


@transaction.atomic
def _next_batch(stream: StreamName) -> tuple[str, list[models.StreamPending]] | None:
    """Return the rows to send next and their batch id, which is written: those under way come first."""
    rows = models.StreamPending.objects.filter(stream=stream.value).order_by("pk")
    begun = rows.exclude(batch_id="").values_list("batch_id", flat=True).first()
    if begun is not None:
        return begun, list(rows.filter(batch_id=begun))
    chosen: list[int] = []
    count = 0
    for pk, row_count in rows.values_list("pk", "row_count").iterator():
        if chosen and count + row_count > BATCH_ROWS:
            break
        chosen.append(pk)
        count += row_count
    if not chosen:
        return None
    batch_id = f"stream/{stream}/{uuid.uuid4()}"
    rows.filter(pk__in=chosen).update(batch_id=batch_id)
    return batch_id, list(rows.filter(batch_id=batch_id))


def _readings(rows: Rows, now: datetime) -> pa.RecordBatch:
    meter_id, reading_at, interval_minutes, usage_kwh, voltage_v, quality = zip(*rows, strict=True)
    schema = pa_schema(ami_readings_raw)
    at = pa.array(reading_at, _MOMENT).cast(pa.timestamp("us"))
    return pa.RecordBatch.from_arrays(
        [
            pa.array(meter_id, pa.string()),
            at,
            pc.cast(at, pa.date32(), safe=False),
            pa.array(interval_minutes, pa.int16()),
            pa.array(usage_kwh, pa.float64()).cast(schema.field("usage_kwh").type),
            pa.array(voltage_v, pa.float64()).cast(schema.field("voltage_v").type),
            pa.array(quality, pa.string()),
            _repeated(now, len(rows)),
        ],
        schema=schema,
    )


def _events(rows: Rows, now: datetime) -> pa.RecordBatch:
    device_id, device_kind, event_id, event_kind, occurred_at, detail = zip(*rows, strict=True)
    at = pa.array(occurred_at, _MOMENT).cast(pa.timestamp("us"))
    columns = {
        "event_id": pa.array(event_id, pa.string()),
        "device_kind": pa.array(device_kind, pa.string()),
        "device_id": pa.array(device_id, pa.string()),
        "event_kind": pa.array(event_kind, pa.string()),
        "occurred_at": at,
        "received_at": _repeated(now, len(rows)),
        "event_date": pc.cast(at, pa.date32(), safe=False),
        "detail": pa.array(detail, pa.string()),
    }
    schema = pa_schema(device_events)
    return pa.RecordBatch.from_arrays([columns[field.name] for field in schema], schema=schema)


_FORMS: dict[StreamName, Callable[[Rows, datetime], pa.RecordBatch]] = {
    StreamName.READINGS: _readings,
    StreamName.EVENTS: _events,
}


def _repeated(moment: datetime, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(moment.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us")), count)


def _encoded(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_COMPRESSED) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _sorted(stream: StreamName, waiting: Sequence[models.StreamPending]) -> pa.Table:
    """Return rows in the order in which they are looked for."""
    rows = pa.Table.from_batches([_decoded(each.rows) for each in waiting])
    return rows.sort_by([(name, "ascending") for name in _ORDER[stream]])


def _decoded(rows: bytes | memoryview) -> pa.RecordBatch:
    return pa.ipc.open_stream(pa.py_buffer(bytes(rows))).read_next_batch()
