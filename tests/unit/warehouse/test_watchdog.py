"""The watchdog counts time at work, not time between."""

from __future__ import annotations

import threading
import time

from grid.warehouse.watchdog import Watchdog


def test_work_longer_than_the_limit_is_interrupted() -> None:
    interrupted = threading.Event()
    watchdog = Watchdog(limit_s=0.05, interrupt=interrupted.set)

    with watchdog.guarded():
        assert interrupted.wait(5)

    assert watchdog.has_fired


def test_waiting_between_sections_does_not_count() -> None:
    interrupted = threading.Event()
    watchdog = Watchdog(limit_s=0.2, interrupt=interrupted.set)

    for _ in range(3):
        with watchdog.guarded():
            pass
        time.sleep(0.15)

    assert not interrupted.is_set()
    assert not watchdog.has_fired


def test_sections_add_up() -> None:
    interrupted = threading.Event()
    watchdog = Watchdog(limit_s=0.3, interrupt=interrupted.set)
    started = time.monotonic()

    while not interrupted.is_set():
        with watchdog.guarded():
            interrupted.wait(0.1)
        assert time.monotonic() - started < 5

    assert time.monotonic() - started >= 0.3


def test_a_stopped_watchdog_stays_silent() -> None:
    interrupted = threading.Event()
    watchdog = Watchdog(limit_s=0.05, interrupt=interrupted.set)

    with watchdog.guarded():
        watchdog.stop()
        time.sleep(0.15)

    assert not interrupted.is_set()
