"""Where a run reports to: the job it belongs to, or nobody."""

from __future__ import annotations

import uuid
from typing import Protocol

from flux_site.jobs.context import JobContext


class Report(Protocol):
    """What a run needs of whoever started it."""

    job_id: uuid.UUID | None

    def progress(self, frac: float, step: str) -> None:
        """Report the share of the run done, 0 to 1; raises JobCancelled to stop the run."""

    def log(self, line: str) -> None:
        """Add a line to the log."""


class Silence:
    """Reports to nobody; never cancels."""

    job_id: uuid.UUID | None = None

    def progress(self, frac: float, step: str) -> None:
        """Do nothing."""

    def log(self, line: str) -> None:
        """Do nothing."""


class JobShare:
    """Reports one run as a share of its job's progress."""

    def __init__(self, context: JobContext, *, first_frac: float, share_frac: float) -> None:
        self.job_id: uuid.UUID | None = context.job_id
        self._context = context
        self._first_frac = first_frac
        self._share_frac = share_frac

    def progress(self, frac: float, step: str) -> None:
        """Report the share of the run done; raises JobCancelled if the job was cancelled."""
        self._context.progress(self._first_frac + self._share_frac * frac, step)

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        self._context.log(line)
