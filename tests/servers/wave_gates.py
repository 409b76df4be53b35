"""Gates between the waves of a cascade: a worker computes the next wave when the test says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

VARIABLE = "FLUX_TEST_WAVE_GATES"
FIRST_KEY = 7_340_000
"""Advisory lock of wave 0; each wave has the next number."""


def add_gates() -> None:
    """Let every cascade of this process wait at the gate of a wave before computing it."""
    from cascade.services import runs

    plain = runs.propagate

    def gated(**arguments: Any) -> Iterator[Any]:
        steps, number = plain(**arguments), 0
        while True:
            _wait(number)
            try:
                wave = next(steps)
            except StopIteration as end:
                return end.value
            yield wave
            number += 1
            time.sleep(runs.TELL_EVERY_S)  # so that the next wave is told at once

    runs.propagate = gated  # type: ignore[assignment]


def _wait(number: int) -> None:
    from django.db import connection

    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock_shared(%s)", [FIRST_KEY + number])
            (is_open,) = cursor.fetchone()
            if is_open:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [FIRST_KEY + number])
                return
        time.sleep(0.02)


class Gates:
    """The gates that a test holds shut."""

    def __init__(self, session: psycopg.Connection[Any], waves: tuple[int, ...]) -> None:
        self.session = session
        for wave in waves:
            session.execute("SELECT pg_advisory_lock(%s)", [FIRST_KEY + wave])

    def open(self, wave: int) -> None:
        """Let the worker compute a wave."""
        self.session.execute("SELECT pg_advisory_unlock(%s)", [FIRST_KEY + wave])


@contextmanager
def shut_gates(*waves: int) -> Iterator[Gates]:
    """Hold the gates of some waves shut while the block runs, or until they are opened."""
    from tests.servers.environment import database_url

    with psycopg.connect(database_url(), autocommit=True) as session:
        yield Gates(session, waves)
