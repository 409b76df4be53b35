"""What the stream brings, taken to the circuits it is of."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from grid.selectors import topology
from grid.services.detection import judging, remembering
from grid.services.detection.sorting import Watch, by_circuit, signs_of_life
from grid.streaming import DeviceEvent, Reading
from grid.topology import Network

DUE_AT_ONCE = 50
"""Circuits that are judged for being due at a time; the others at the next."""

LOOK_EVERY_S = 1.0
"""How often it is looked up whose readings matter, and which circuits are due."""

LIFE_WAITS = timedelta(seconds=5)
"""Signs of life of a circuit are gathered for so long before it is judged."""


class _Turnstile:
    """Let something happen once in a while, in one thread at a time."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._lock = threading.Lock()
        self._last_s = -every_s

    def is_time(self) -> bool:
        """Return whether it has not happened for long enough, and then count it as happening."""
        with self._lock:
            now_s = time.monotonic()
            if now_s - self._last_s < self._every_s:
                return False
            self._last_s = now_s
            return True


class _Watched:
    """Keep whose readings matter, looked up once in a while."""

    def __init__(self) -> None:
        self._turnstile = _Turnstile(LOOK_EVERY_S)
        self._watch: Watch | None = None

    def get(self, network: Network) -> Watch:
        """Return whose readings matter in a network."""
        if self._watch is None or self._watch.network is not network or self._turnstile.is_time():
            self._watch = remembering.watch(network)
        return self._watch


_due = _Turnstile(LOOK_EVERY_S)
_watched = _Watched()


def take_events(events: Sequence[DeviceEvent], now: datetime) -> None:
    """Take a batch of events. Taking them again, in any order, changes nothing."""
    network = topology.metered_network()
    said = by_circuit(network, events, now=now, skew=timedelta(seconds=judging.PARAMS.skew_s))
    for circuit_id in sorted(said):
        judging.judge(network, circuit_id, now=now, said=said[circuit_id])


def take_readings(readings: Sequence[Reading], now: datetime) -> None:
    """Take a batch of readings: they are signs of life where something is out, or may be.

    Circuits that are due are judged here and by the schedule, so that events never wait for them.
    """
    network = topology.metered_network()
    said = signs_of_life(_watched.get(network), readings)
    if said:
        with transaction.atomic():
            remembering.remember(said)
            remembering.call_for_review(said, at=now + LIFE_WAITS)
    if _due.is_time():
        review_due(now)


def review_due(now: datetime) -> int:
    """Judge the circuits that are due; return how many."""
    due = remembering.due_circuits(now, most=DUE_AT_ONCE)
    for circuit_id in due:
        judging.judge(topology.metered_network(), circuit_id, now=now)
    return len(due)
