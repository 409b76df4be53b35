"""Gates before the chunks of a batch: a worker that has taken one computes it when the test says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

VARIABLE = "FLUX_TEST_CHUNK_GATES"
FIRST_KEY = 7_350_000
"""Advisory lock of chunk 0; each chunk has the next number."""


def add_gates() -> None:
    """Let this process wait at the gate of every chunk it has taken."""
    from cascade.services import batch_job

    plain = batch_job._Worker._compute

    def gated(worker: Any, number: int) -> None:
        _wait(number)
        plain(worker, number)

    batch_job._Worker._compute = gated  # type: ignore[method-assign]


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

    def __init__(self, session: psycopg.Connection[Any], chunks: range) -> None:
        self._session = session
        for chunk in chunks:
            session.execute("SELECT pg_advisory_lock(%s)", [FIRST_KEY + chunk])

    def open(self, *chunks: int) -> None:
        """Let workers compute some chunks."""
        for chunk in chunks:
            self._session.execute("SELECT pg_advisory_unlock(%s)", [FIRST_KEY + chunk])


@contextmanager
def shut_gates(count: int) -> Iterator[Gates]:
    """Hold the gates of the first chunks shut while the block runs, or until they are opened."""
    from tests.servers.environment import database_url

    with psycopg.connect(database_url(), autocommit=True) as session:
        yield Gates(session, range(count))
