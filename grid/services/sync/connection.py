"""The connection of one run: its own, so that nothing of a run outlives it.

A session of its own carries the layer's lock, the staging tables and the longer time limits; when it
ends, for whatever reason, PostgreSQL drops all three. Progress and state rows go through Django's
connection and are therefore seen by others while the run's transaction is still open.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.db import Error as DjangoDatabaseError
from django.db import connection as django_connection

from flux_site.jobs.context import JobCancelled
from flux_site.jobs.models import Job, JobStatus
from grid.layers.locks import LOCK_CLASS, lock_key
from grid.services.sync.errors import LayerBusy

POLL_CANCEL_S = 0.4

_SETTINGS = {
    "statement_timeout": "900s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "300s",
    "client_connection_check_interval": "1s",  # a killed worker must not keep its lock
    "work_mem": "64MB",
    "temp_buffers": "64MB",
    "jit": "off",
    "application_name": "flux-sync",
}


@contextmanager
def locked_connection(layer: str) -> Iterator[psycopg.Connection]:
    """Open a connection in autocommit mode that holds the lock of ``layer`` until it closes.

    Raises:
        LayerBusy: if another run holds it.
        psycopg.OperationalError: if PostgreSQL does not answer.
    """
    parameters = django_connection.get_connection_params()
    own = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
    parameters["options"] = " ".join([parameters.get("options", ""), *own])  # the last setting wins
    parameters.pop("cursor_factory", None)
    with psycopg.connect(**parameters, autocommit=True) as session:
        row = session.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, lock_key(layer))).fetchone()
        if row is None or not row[0]:
            raise LayerBusy(f"Layer {layer} is being synced by another run. Wait for it, or cancel its job.")
        try:
            yield session
        finally:
            with suppress(
                psycopg.Error
            ):  # a lost session has let go of it; others end a moment after closing
                session.execute("SELECT pg_advisory_unlock_all()")


@contextmanager
def cancelled_with_job(session: psycopg.Connection, job_id: uuid.UUID | None) -> Iterator[None]:
    """Stop the statement that runs on ``session`` soon after the job is cancelled.

    Raises:
        JobCancelled: in place of the error of the stopped statement.
    """
    if job_id is None:
        yield
        return
    ended, was_cancelled = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(POLL_CANCEL_S):
            try:
                state = Job.objects.filter(pk=job_id).values_list("status", "is_cancel_requested").first()
                if state is None or state[1] or state[0] != JobStatus.RUNNING:
                    was_cancelled.set()
                    session.cancel_safe(timeout=5)
            except (DjangoDatabaseError, psycopg.Error):
                continue  # PostgreSQL is away: the run itself will notice
            finally:
                django_connection.close()

    watcher = threading.Thread(target=watch, name=f"sync-cancel-{job_id}", daemon=True)
    watcher.start()
    try:
        yield
    except psycopg.errors.QueryCanceled:
        if was_cancelled.is_set():
            raise JobCancelled from None
        raise
    finally:
        ended.set()
        watcher.join(timeout=10)
