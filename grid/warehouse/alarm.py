"""Calls functions at their time from one thread, so that a query need not start a thread of its own."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Alarm:
    """Many timers in one thread, which starts with the first of them.

    Functions are called one after the other: they must be quick.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._calls: dict[int, tuple[float, Callable[[], object]]] = {}
        self._wakes_at = float("inf")
        self._thread: threading.Thread | None = None

    def call_after(self, wait_s: float, function: Callable[[], object]) -> int:
        """Have ``function`` called after ``wait_s`` seconds; return what ``cancel`` takes."""
        at = time.monotonic() + wait_s
        with self._changed:
            number = next(self._numbers)
            self._calls[number] = (at, function)
            if self._thread is None or not self._thread.is_alive():  # a fork leaves the thread behind
                self._thread = threading.Thread(target=self._run, name="warehouse-alarm", daemon=True)
                self._thread.start()
            elif at < self._wakes_at:
                self._changed.notify()
        return number

    def cancel(self, number: int) -> None:
        """Call the function no more; one that is due this instant may still be called."""
        with self._changed:
            self._calls.pop(number, None)

    def _run(self) -> None:
        while True:
            for function in self._due():
                try:
                    function()
                except Exception:  # the boundary of a thread; the other calls go on
                    logger.exception("Unable to end a query that takes too long")

    def _due(self) -> list[Callable[[], object]]:
        """Wait until something is due and return it.

        A thread that woke for a call cancelled since goes back to sleep: cancelling wakes nobody.
        """
        with self._changed:
            while True:
                now = time.monotonic()
                due = [number for number, (at, _) in self._calls.items() if at <= now]
                if due:
                    return [self._calls.pop(number)[1] for number in due]
                self._wakes_at = min((at for at, _ in self._calls.values()), default=float("inf"))
                self._changed.wait(None if self._wakes_at == float("inf") else self._wakes_at - now)
