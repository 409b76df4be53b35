"""Job kinds that do what a test tells them."""

import time
from typing import Any

from flux_site.api.errors import BadInput
from flux_site.jobs.context import JobContext
from flux_site.jobs.registry import job_kind

COUNT, SLOW, ONCE, REFUSE, BREAK = "test.count", "test.slow", "test.once", "test.refuse", "test.break"


@job_kind(COUNT)
def count(context: JobContext) -> dict[str, Any]:
    """Report as many steps as asked, as fast as it can."""
    steps = int(context.inputs["steps"])
    for step in range(steps):
        context.progress((step + 1) / steps, f"Step {step + 1}")
        context.log(f"Did step {step + 1}.")
    return {"steps": steps}


@job_kind(SLOW)
def slow(context: JobContext) -> dict[str, Any]:
    """Work until ``seconds`` have passed, reporting often."""
    began = time.monotonic()
    seconds = float(context.inputs["seconds"])
    while (passed := time.monotonic() - began) < seconds:
        context.progress(passed / seconds, f"{passed:.1f} s")
        time.sleep(0.05)
    return {"attempt": context.attempt}


@job_kind(ONCE, max_attempts=1)
def once(context: JobContext) -> dict[str, Any]:
    """Like SLOW, but never begun anew."""
    return slow(context)


@job_kind(REFUSE)
def refuse(context: JobContext) -> dict[str, Any]:
    """Fail in an expected way."""
    context.log("Looked at it.")
    raise BadInput("There is nothing to do.", field="steps")


@job_kind(BREAK)
def break_down(context: JobContext) -> dict[str, Any]:
    """Fail in an unexpected way."""
    raise ZeroDivisionError("division by zero")
