"""Ends work that takes too long, counting only the time spent working."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grid.warehouse.alarm import Alarm

_ALARM = Alarm()


class Watchdog:
    """Calls ``interrupt`` once the guarded sections together have lasted longer than ``limit_s``.

    A streamed query waits for its reader between two batches; that time is the reader's.
    """

    def __init__(self, *, limit_s: float, interrupt: Callable[[], object]) -> None:
        self.has_fired = False
        self._limit_s = limit_s
        self._interrupt = interrupt
        self._spent_s = 0.0
        self._since: float | None = None
        self._call: int | None = None
        self._lock = threading.Lock()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Count the time spent inside."""
        with self._lock:
            self._since = time.monotonic()
            if self._call is None:
                self._arm(self._limit_s - self._spent_s)
        try:
            yield
        finally:
            with self._lock:
                self._spent_s += time.monotonic() - self._since
                self._since = None

    def stop(self) -> None:
        """Stop watching."""
        with self._lock:
            if self._call is not None:
                _ALARM.cancel(self._call)
                self._call = None

    def _arm(self, wait_s: float) -> None:
        self._call = _ALARM.call_after(max(wait_s, 0.001), self._look)

    def _look(self) -> None:
        with self._lock:
            if self._call is None:  # stopped while the alarm went off
                return
            self._call = None
            if self._since is None:  # between two sections: the next one arms the timer again
                return
            left_s = self._limit_s - self._spent_s - (time.monotonic() - self._since)
            if left_s > 0:
                self._arm(left_s)
                return
            self.has_fired = True
        self._interrupt()
