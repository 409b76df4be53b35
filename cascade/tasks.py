"""Job kinds of the cascade laboratory."""

from typing import Any

from cascade.services.runs import JOB_KIND, execute_run
from flux_site.jobs.context import JobContext
from flux_site.jobs.registry import job_kind


@job_kind(JOB_KIND)
def run_cascade(context: JobContext) -> dict[str, Any]:
    """Carry out one cascade run."""
    return execute_run(context)
