"""Waiting for a job that a tool has started, no longer than somebody waits for an answer."""

from __future__ import annotations

import time
import uuid

from flux_site.jobs.models import Job

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.5


def wait_for(job_id: uuid.UUID, *, limit_s: float) -> Job:
    """Return a job once it is finished, or as it is after some seconds.

    Its row is read now and then: the row is the truth, also where Redis is away.
    """
    deadline, pause_s = time.monotonic() + limit_s, FIRST_PAUSE_S
    job = Job.objects.get(pk=job_id)
    while not job.is_finished and time.monotonic() < deadline:
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
        job.refresh_from_db()
    return job
