"""Sync layers of the cache from the warehouse, in the foreground."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import run_job
from grid.services.sync import create_foreground_job, ensure_schedules

LOOK_EVERY_S = 0.5


class Command(BaseCommand):
    """Runs a sync as a job of its own in this process; needs PostgreSQL and the warehouse, not Redis."""

    help = (
        "Sync layers of the cache from the warehouse. Ctrl-C cancels; what was not finished is rolled back."
    )

    requires_system_checks: list[str] = []  # they would import the whole API

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("layers", nargs="*", metavar="LAYER", help="layers to sync; none: all")
        parser.add_argument("--all", action="store_true", help="sync every layer (the default)")
        parser.add_argument(
            "--if-stale", action="store_true", help="leave out layers whose source has not changed since"
        )
        parser.add_argument("--force", action="store_true", help="allow a run that deletes most of a layer")

    def handle(self, *args: Any, **options: Any) -> None:
        """Carry out the sync.

        Raises:
            CommandError: if a layer is unknown or could not be synced.
        """
        if options["all"] and options["layers"]:
            raise CommandError("Name layers or give --all, not both.")
        ensure_schedules()
        try:
            job = create_foreground_job(
                layers=options["layers"] or None, force=options["force"], only_stale=options["if_stale"]
            )
        except BadInput as error:
            raise CommandError(error.message) from error
        with self._progress_shown(job), _cancelled_by_interrupt(job):
            run_job(job.pk)
        job.refresh_from_db()
        if job.status == JobStatus.CANCELLED:
            raise CommandError("Cancelled. Layers already finished stay synced.", returncode=130)
        if job.status != JobStatus.SUCCEEDED:
            raise CommandError(f"{job.error_code}: {job.error_message}")
        counts = ", ".join(
            f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(job.counts.items())
        )
        self.stdout.write(self.style.SUCCESS(f"Synced: {counts}."))

    @contextmanager
    def _progress_shown(self, job: Job) -> Iterator[None]:
        """Write the job's log and progress while the block runs."""
        ended = threading.Event()
        thread = threading.Thread(target=self._show, args=(job, ended), name="show-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _show(self, job: Job, ended: threading.Event) -> None:
        is_terminal = self.stdout.isatty()
        shown, line_open, is_last = 0, False, False
        while not is_last:
            is_last = ended.wait(LOOK_EVERY_S)
            state = Job.objects.filter(pk=job.pk).values("log", "progress_frac", "step").first()
            connection.close()
            if state is None:
                return
            if line_open:
                self.stdout.write("\r\033[K", ending="")
                line_open = False
            lines = state["log"].splitlines()
            for line in lines[shown:]:
                self.stdout.write(line)
            shown = len(lines)
            if is_terminal and not is_last:
                self.stdout.write(f"{state['progress_frac']:4.0%} {state['step'][:100]}", ending="")
                self.stdout.flush()
                line_open = True


@contextmanager
def _cancelled_by_interrupt(job: Job) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into a request to cancel the job, so that it ends as cancelled."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask() -> None:
        Job.objects.filter(pk=job.pk).update(is_cancel_requested=True)
        connection.close()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=ask, name="ask-to-cancel").start()  # the main thread may be inside a query

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
