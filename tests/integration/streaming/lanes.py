"""Lanes in threads of the test, and readings for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from grid.services.streaming.consumer import BatchLimits, Lane
from grid.streaming import DeviceEvent, DeviceKind, EventKind, Reading, encode_event, encode_reading
from grid.streaming.transport import StreamName, Transport, TransportUnavailable

QUICK = BatchLimits(most=200, gather_s=0.0, wait_s=0.1)


def wait_until(is_so: Callable[[], bool], timeout_s: float = 90.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.05)


@contextmanager
def consuming(
    transport: Transport, stream: StreamName, *, limits: BatchLimits = QUICK, name: str = "lane"
) -> Iterator[None]:
    """Run a lane while the block runs."""
    stop = threading.Event()
    lane = Lane(transport, stream, name=name, stop=stop, limits=limits)
    thread = threading.Thread(target=lane.run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


def is_drained(transport: Transport, stream: StreamName) -> bool:
    """Return whether everything sent was acknowledged."""
    with suppress(TransportUnavailable):
        return transport.backlog(stream).message_count == 0
    return False


def drain(transport: Transport, stream: StreamName, *, name: str = "lane") -> None:
    """Let a lane land all that there is."""
    with consuming(transport, stream, name=name):
        wait_until(lambda: is_drained(transport, stream))


def last_hours(meters: Sequence[str], *, intervals: int) -> list[Reading]:
    """Return readings of some meters over the newest intervals of 15 minutes; each has a value of its own."""
    now = timezone.now().astimezone(UTC)
    newest = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return [
        Reading(meter, newest - step * timedelta(minutes=15), 15, place + step / 1000, 240.0)
        for step in range(intervals)
        for place, meter in enumerate(meters)
    ]


def gasps(meters: Sequence[str], *, at: datetime | None = None) -> list[DeviceEvent]:
    """Return a last gasp of each meter."""
    moment = at or timezone.now().astimezone(UTC)
    return [
        DeviceEvent(f"gasp-{meter}", DeviceKind.METER, meter, EventKind.LAST_GASP, moment) for meter in meters
    ]


def publish(transport: Transport, records: Sequence[Reading | DeviceEvent | bytes]) -> None:
    """Send records to their streams; bytes go to that of readings."""
    for stream in StreamName:
        bodies = [
            record
            if isinstance(record, bytes)
            else encode_event(record)
            if isinstance(record, DeviceEvent)
            else encode_reading(record)
            for record in records
            if isinstance(record, DeviceEvent) == (stream is StreamName.EVENTS)
        ]
        for start in range(0, len(bodies), 1000):
            transport.publish(stream, bodies[start : start + 1000])
