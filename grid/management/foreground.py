"""A job carried out by a command itself, its progress shown and Ctrl-C turned into its cancellation."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.db import connection

from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job

LOOK_EVERY_S = 0.5


def carry_out_in_foreground(job: Job, *, output: Any) -> None:
    """Carry out a queued job in this process; afterwards ``job`` holds its final state.

    Args:
        job: the job.
        output: where its log and progress are shown.
    """
    with _progress_shown(job, output), _cancelled_by_interrupt(job):
        run_job(job.pk)
    job.refresh_from_db()


@contextmanager
def _progress_shown(job: Job, output: Any) -> Iterator[None]:
    """Write the job's log and progress while the block runs."""
    ended = threading.Event()
    thread = threading.Thread(target=_show, args=(job, output, ended), name="show-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(job: Job, output: Any, ended: threading.Event) -> None:
    is_terminal = output.isatty()
    shown, line_open, is_last = 0, False, False
    while not is_last:
        is_last = ended.wait(LOOK_EVERY_S)
        state = Job.objects.filter(pk=job.pk).values("log", "progress_frac", "step").first()
        connection.close()
        if state is None:
            return
        if line_open:
            output.write("\r\033[K", ending="")
            line_open = False
        lines = state["log"].splitlines()
        for line in lines[shown:]:
            output.write(line)
        shown = len(lines)
        if is_terminal and not is_last:
            output.write(f"{state['progress_frac']:4.0%} {state['step'][:100]}", ending="")
            output.flush()
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
