"""Feeds a writer that runs in another thread from an iterator that stays in the caller's."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

import pyarrow as pa

from grid.warehouse.incoming import IncomingData

_QUEUED_BATCHES = 4
_POLL_S = 0.1


class _SourceFailed(Exception):
    """The source ended with an error: the writer must not commit."""


def pumped(incoming: IncomingData, consume: Callable[[pa.RecordBatchReader], None]) -> None:
    """Run ``consume`` over ``incoming`` in a thread of its own and wait for its end.

    Drivers in other languages pull from their own threads, where the source could neither use its
    database connection nor this warehouse. Here the source runs in the calling thread, at most a few
    batches ahead.

    Raises:
        Exception: the error of the source, else the error of ``consume``.
    """
    waiting: queue.Queue[pa.RecordBatch | _SourceFailed | None] = queue.Queue(_QUEUED_BATCHES)
    failure: list[BaseException] = []

    def arriving() -> Iterator[pa.RecordBatch]:
        while (item := waiting.get()) is not None:
            if isinstance(item, _SourceFailed):
                raise item
            yield item

    def run() -> None:
        try:
            consume(pa.RecordBatchReader.from_batches(incoming.schema, arriving()))
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            failure.append(error)

    writer = threading.Thread(target=run, name="warehouse-writer", daemon=True)
    writer.start()
    try:
        for batch in incoming:
            if not _offer(waiting, batch, writer):
                break
        _offer(waiting, None, writer)
    except BaseException:
        _offer(waiting, _SourceFailed(), writer)
        writer.join()
        raise
    writer.join()
    if failure:
        raise failure[0]


def _offer(
    waiting: queue.Queue[pa.RecordBatch | _SourceFailed | None],
    item: pa.RecordBatch | _SourceFailed | None,
    writer: threading.Thread,
) -> bool:
    """Queue ``item`` as soon as there is room; return False if the writer has ended before."""
    while writer.is_alive():
        try:
            waiting.put(item, timeout=_POLL_S)
        except queue.Full:
            continue
        return True
    return False
