"""What a running job may do: report progress, write its log, learn that it was cancelled."""

from __future__ import annotations

import time
from typing import Any

from django.utils import timezone

from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.notify import publish

WRITE_EVERY_S = 0.4


class JobCancelled(Exception):
    """Raised inside a handler when its job was cancelled; let it pass."""


class JobContext:
    """The handle a handler gets. Writes to the row are throttled; each write is also a sign of life."""

    def __init__(self, job: Job) -> None:
        self.job_id = job.pk
        self.inputs: dict[str, Any] = job.inputs
        self.owner = job.owner
        self.attempt = job.attempt
        self._lines: list[str] = []
        self._written_at = 0.0
        self._unwritten: dict[str, Any] = {}

    def progress(self, frac: float, step: str) -> None:
        """Report the share done (0..1) and what is being done; raises JobCancelled if cancelled.

        Raises:
            JobCancelled: if somebody asked for it.
        """
        self._unwritten = {"progress_frac": min(max(frac, 0.0), 1.0), "step": step[:200]}
        self.check_cancelled()

    def log(self, line: str) -> None:
        """Add a line to the job's log; it is written with the next progress."""
        self._lines.append(f"{timezone.now():%Y-%m-%d %H:%M:%S} {line}")

    def check_cancelled(self) -> None:
        """Raise JobCancelled if somebody asked for it (looked up at most every 0.4 s).

        Raises:
            JobCancelled: if so.
        """
        if time.monotonic() - self._written_at >= WRITE_EVERY_S:
            self._write()

    def flush(self) -> None:
        """Write what throttling kept back: log lines and the last progress."""
        self._append_log()
        if self._unwritten:
            Job.objects.filter(pk=self.job_id, status=JobStatus.RUNNING).update(**self._unwritten)
            self._unwritten = {}

    def _append_log(self) -> None:
        from django.db.models import F, Value
        from django.db.models.functions import Concat

        if self._lines:
            text = "\n".join(self._lines) + "\n"
            Job.objects.filter(pk=self.job_id).update(log=Concat(F("log"), Value(text)))
            self._lines.clear()

    def _write(self) -> None:
        self._append_log()
        fields, self._unwritten = self._unwritten, {}
        Job.objects.filter(pk=self.job_id, status=JobStatus.RUNNING).update(
            heartbeat_at=timezone.now(), **fields
        )
        self._written_at = time.monotonic()
        state = Job.objects.filter(pk=self.job_id).values_list("status", "is_cancel_requested").first()
        if state is None or state[1] or state[0] != JobStatus.RUNNING:
            raise JobCancelled
        if fields:
            publish(self.job_id)
