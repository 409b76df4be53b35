"""The sign of life of a running job, sent from a thread of its own so that one long statement is no death."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection
from django.utils import timezone

from flux_site.jobs.models import Job, JobStatus

logger = logging.getLogger(__name__)

BEAT_EVERY_S = 10.0


@contextmanager
def heartbeat(job_id: uuid.UUID) -> Iterator[None]:
    """Keep the job's ``heartbeat_at`` fresh while the block runs."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT_EVERY_S):
            try:
                running = Job.objects.filter(pk=job_id, status=JobStatus.RUNNING)
                running.update(heartbeat_at=timezone.now())
            except Error as error:
                logger.warning("Unable to send the heartbeat of job %s: %s", job_id, error)
            finally:
                connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
