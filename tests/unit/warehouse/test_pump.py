"""The pump runs the source in the caller's thread and the writer in another."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from grid.warehouse.incoming import IncomingData
from grid.warehouse.pump import pumped
from grid.warehouse.tables import load_zones

COLUMNS = ["zone_id", "zone_name", "state", "interconnect", "time_zone"]


def zone(number: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({name: [f"Z{number}"] for name in COLUMNS})


def test_all_batches_arrive_in_order_and_threads_differ() -> None:
    threads = {}

    def source() -> Iterator[pa.RecordBatch]:
        for number in range(20):
            threads["source"] = threading.current_thread()
            yield zone(number)

    arrived: list[str] = []

    def consume(reader: pa.RecordBatchReader) -> None:
        threads["writer"] = threading.current_thread()
        arrived.extend(value for batch in reader for value in batch.column(0).to_pylist())

    pumped(IncomingData(load_zones, source()), consume)

    assert arrived == [f"Z{number}" for number in range(20)]
    assert threads["source"] is threading.current_thread()
    assert threads["writer"] is not threading.current_thread()


def test_an_error_of_the_source_reaches_both_ends() -> None:
    seen_by_writer: list[BaseException] = []

    def source() -> Iterator[pa.RecordBatch]:
        yield zone(1)
        raise LookupError("gone")

    def consume(reader: pa.RecordBatchReader) -> None:
        try:
            reader.read_all()
        except BaseException as error:
            seen_by_writer.append(error)
            raise

    with pytest.raises(LookupError, match="gone"):
        pumped(IncomingData(load_zones, source()), consume)
    assert len(seen_by_writer) == 1


def test_a_writer_that_fails_early_ends_an_endless_source() -> None:
    def source() -> Iterator[pa.RecordBatch]:
        number = 0
        while True:
            number += 1
            yield zone(number)

    def consume(reader: pa.RecordBatchReader) -> None:
        reader.read_next_batch()
        raise OSError(28, "No space left on device")

    incoming = IncomingData(load_zones, source())
    with pytest.raises(OSError, match="No space left"):
        pumped(incoming, consume)
    assert incoming.error is None
