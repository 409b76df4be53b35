"""The process that lands what the streams bring: a thread for each stream, and one for the warehouse.

A lane reads a batch, lands it, tells the listeners, buries dead letters and acknowledges, in this order. It
keeps a batch until all of that worked; what is done twice after a fault changes nothing.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone
from psycopg import Error as PsycopgError
from psycopg_pool import PoolTimeout

from flux_site.api.patience import answering_within
from grid import models
from grid.services.streaming import landing, listeners, partitions, pending
from grid.streaming import DeviceEvent, Reading
from grid.streaming.sifting import ClockTolerance, sift_events, sift_readings
from grid.streaming.transport import DeadLetter, Message, Source, StreamName, Transport, TransportUnavailable
from grid.warehouse import WarehouseError

logger = logging.getLogger(__name__)

T = TypeVar("T")

POSTGRES_FAULTS = (DatabaseError, PsycopgError, PoolTimeout)
WAITING_FAULTS = (*POSTGRES_FAULTS, TransportUnavailable, landing.NothingKnown)
"""What passes by itself: the batch waits."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_POSTGRES_PATIENCE_S = 30.0
_BEAT_EVERY_S = 2.0
_RATE_OVER_S = 10.0


@dataclass(frozen=True)
class BatchLimits:
    """Say how messages are gathered into a batch.

    Attributes:
        most: messages in a batch.
        gather_s: how long more are waited for after the first.
        wait_s: how long the first is waited for, before the lane looks whether it should stop.
    """

    most: int
    gather_s: float
    wait_s: float = 1.0


LIMITS = {
    StreamName.READINGS: BatchLimits(most=5_000, gather_s=0.1),
    StreamName.EVENTS: BatchLimits(most=2_000, gather_s=0.05),
}


class Lane:
    """One consumer of one stream, in a thread of its own."""

    def __init__(
        self,
        transport: Transport,
        stream: StreamName,
        *,
        name: str,
        stop: threading.Event,
        limits: BatchLimits | None = None,
        tolerance: ClockTolerance | None = None,
    ) -> None:
        self.name = name
        self.stream = stream
        self._transport = transport
        self._stop = stop
        self._limits = limits or LIMITS[stream]
        self._tolerance = tolerance or ClockTolerance(max_age=timedelta(hours=settings.STREAM_KEEP_HOURS))
        self._beat = _Beat(name, stream)

    def run(self) -> None:
        """Work until told to stop."""
        source: Source | None = None
        try:
            while not self._stop.is_set():
                if source is None:
                    source = self._patiently(lambda: self._transport.source(self.stream, self.name))
                elif (messages := self._patiently(self._reading_from(source))) is not None:
                    self._take(source, messages)
        finally:
            if source is not None:
                with suppress(TransportUnavailable):
                    source.close()
            self._beat.end()
            connection.close()

    def _reading_from(self, source: Source) -> Callable[[], list[Message]]:
        limits = self._limits
        return lambda: source.read(limits.most, wait_s=limits.wait_s, gather_s=limits.gather_s)

    def _take(self, source: Source, messages: Sequence[Message]) -> None:
        """Do all that is due with a batch; one that is given up unfinished was not acknowledged."""
        if messages:
            landed = self._patiently(lambda: self._land(messages))
            if landed is None:
                return
            if landed.records:
                self._patiently(lambda: self._tell(landed.records))
            if landed.dead and not self._patiently(lambda: _bury(source, landed.dead)):
                return
            self._beat.count(landed)
        self._patiently(lambda: source.ack(messages))
        self._beat.tell_if_due()

    def _land(self, messages: Sequence[Message]) -> landing.Landed[Any]:
        now = timezone.now()  # of this attempt: what is too old by then could not be told from a replay
        with answering_within(_POSTGRES_PATIENCE_S):
            if self.stream is StreamName.READINGS:
                readings = sift_readings(messages, now=now, tolerance=self._tolerance)
                return landing.land_readings(readings, now=now)
            events = sift_events(messages, now=now, tolerance=self._tolerance)
            return landing.land_events(events, now=now)

    def _tell(self, records: Sequence[Any]) -> None:
        """Tell the listeners. A fault of theirs that does not pass must not hold up what comes next."""
        now = timezone.now()
        try:
            if self.stream is StreamName.READINGS:
                listeners.tell_readings(records, now)
            else:
                listeners.tell_events(records, now)
        except WAITING_FAULTS:
            raise
        except Exception:  # a listener is others' code
            logger.exception("A listener failed for %s records of %s", len(records), self.stream)

    def _patiently(self, attempt: Callable[[], T]) -> T | None:
        """Return what ``attempt`` returns, trying again while it fails for what passes; None if stopped."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                result = attempt()
            except WAITING_FAULTS as error:
                if pause_s == _FIRST_PAUSE_S:
                    logger.warning("The stream of %s waits: %s", self.stream, error)
                self._beat.note(f"{type(error).__name__}: {error}")
                if isinstance(error, POSTGRES_FAULTS):
                    _forget_connection()
                self._beat.tell_if_due()
                if self._stop.wait(pause_s):
                    return None
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                self._beat.note("")
                return result


class _Beat:
    """What a lane tells of itself, now and then."""

    def __init__(self, name: str, stream: StreamName) -> None:
        self._row = models.StreamConsumer(name=name, stream=stream.value, started_at=timezone.now())
        self._counts: list[tuple[float, int]] = [(time.monotonic(), 0)]
        self._told_at_s = 0.0

    def count(self, landed: landing.Landed[Any]) -> None:
        """Count a batch."""
        self._row.landed_count += landed.new_count
        self._row.dead_count += len(landed.dead)
        newest = max((_moment(record) for record in landed.records), default=None)
        if newest is not None and (self._row.last_record_at is None or newest > self._row.last_record_at):
            self._row.last_record_at = newest

    def note(self, error: str) -> None:
        """Keep what holds the lane up; empty if nothing does."""
        self._row.last_error = error[:2000]

    def tell_if_due(self) -> None:
        """Write the row every other second; while PostgreSQL is away, nobody could read it anyway."""
        now_s = time.monotonic()
        if now_s - self._told_at_s < _BEAT_EVERY_S:
            return
        self._told_at_s = now_s
        self._counts.append((now_s, self._row.landed_count))
        while len(self._counts) > 2 and now_s - self._counts[1][0] >= _RATE_OVER_S:
            self._counts.pop(0)
        since_s, count = self._counts[0]
        self._row.rate_per_s = (self._row.landed_count - count) / (now_s - since_s)
        self._row.beat_at = timezone.now()
        try:
            models.StreamConsumer.objects.bulk_create(
                [self._row],
                update_conflicts=True,
                unique_fields=["name"],
                update_fields=[
                    "beat_at", "landed_count", "dead_count", "rate_per_s", "last_record_at", "last_error",
                ],
            )  # fmt: skip
        except POSTGRES_FAULTS:
            _forget_connection()

    def end(self) -> None:
        """Take the row away: this consumer is no more."""
        try:
            models.StreamConsumer.objects.filter(name=self._row.name).delete()
        except POSTGRES_FAULTS:
            _forget_connection()


class WarehouseLane:
    """Brings to the warehouse what landed, every so often."""

    def __init__(self, *, stop: threading.Event, every_s: float | None = None) -> None:
        self._stop = stop
        self._every_s = settings.STREAM_BRONZE_EVERY_S if every_s is None else every_s

    def run(self) -> None:
        """Deliver until told to stop, and once more then, so that little is left."""
        try:
            while not self._stop.wait(self._every_s):
                self._deliver(self._stop.is_set)
            self._deliver(lambda: False)
        finally:
            connection.close()

    def _deliver(self, stop: Callable[[], bool]) -> None:
        try:
            pending.deliver(stop=stop)
        except (*POSTGRES_FAULTS, WarehouseError) as error:
            logger.warning("Unable to deliver to the warehouse: %s", error)
            _forget_connection()


class Consumer:
    """The lanes of one process."""

    def __init__(
        self,
        transport: Transport,
        *,
        streams: Sequence[StreamName] = tuple(StreamName),
        has_warehouse_lane: bool = True,
        stop: threading.Event | None = None,
    ) -> None:
        self.stop = stop or threading.Event()
        where = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"
        self._faults: list[str] = []
        work: dict[str, Callable[[], None]] = {
            str(stream): Lane(transport, stream, name=f"{where}-{stream}", stop=self.stop).run
            for stream in streams
        }
        if has_warehouse_lane:
            work["warehouse"] = WarehouseLane(stop=self.stop).run
        self._threads = [
            threading.Thread(target=self._guarded, args=(name, run), name=f"stream-{name}")
            for name, run in work.items()
        ]

    def run(self) -> bool:
        """Work until told to stop; return whether it ended well, without a lane that died."""
        _make_partitions()
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()
        return not self._faults

    def _guarded(self, name: str, run: Callable[[], None]) -> None:
        """Run a lane. When one dies of a fault of ours, all end, so that the process is started anew."""
        try:
            run()
        except Exception:
            logger.exception("The lane of %s died", name)
            self._faults.append(name)
            self.stop.set()


def _make_partitions() -> None:
    try:
        partitions.make_ahead(timezone.now())
    except POSTGRES_FAULTS as error:
        logger.warning("Unable to make partitions ahead; they are made when they are needed: %s", error)
    finally:
        _forget_connection()


def _bury(source: Source, letters: Sequence[DeadLetter]) -> bool:
    source.bury(letters)
    return True


def _forget_connection() -> None:
    with suppress(*POSTGRES_FAULTS):
        connection.close()


def _moment(record: Reading | DeviceEvent) -> datetime:
    return record.reading_at if isinstance(record, Reading) else record.occurred_at
