"""Many timers in one thread."""

from __future__ import annotations

import threading
import time

import pytest

from grid.warehouse.alarm import Alarm


def test_calls_come_at_their_time_whatever_their_order() -> None:
    alarm, came, done = Alarm(), [], threading.Event()

    alarm.call_after(0.3, lambda: (came.append("late"), done.set()))
    alarm.call_after(0.1, lambda: came.append("early"))
    alarm.call_after(0.2, lambda: came.append("middle"))

    assert done.wait(5)
    assert came == ["early", "middle", "late"]


def test_a_cancelled_call_does_not_come() -> None:
    alarm, came, done = Alarm(), [], threading.Event()

    number = alarm.call_after(0.05, lambda: came.append("cancelled"))
    alarm.cancel(number)
    alarm.call_after(0.15, done.set)

    assert done.wait(5)
    assert came == []


def test_one_thread_serves_all() -> None:
    alarm, done = Alarm(), threading.Event()
    before = threading.active_count()
    for _ in range(50):
        alarm.cancel(alarm.call_after(60.0, done.set))
    alarm.call_after(0.01, done.set)

    assert threading.active_count() == before + 1
    assert done.wait(5)


def test_a_call_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    alarm, done = Alarm(), threading.Event()

    def fail() -> None:
        raise RuntimeError("no such cursor")

    alarm.call_after(0.01, fail)
    time.sleep(0.05)
    alarm.call_after(0.01, done.set)

    assert done.wait(5)
    assert "no such cursor" in caplog.text
