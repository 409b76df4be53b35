"""Runs and batches as somebody may see them."""

from typing import Any

from cascade import models
from flux_site.api.errors import NotFound
from flux_site.jobs.models import JobStatus


def finished_run(run_id: int, user: Any, *, field: str = "runId") -> models.CascadeRun:
    """Return a run that has a result.

    Raises:
        NotFound: if the user may see no such run, or it has no result.
    """
    found = models.CascadeRun.objects.visible_to(user).select_related("job").filter(pk=run_id).first()
    if found is None:
        raise NotFound(f"There is no run {run_id} that you may see.", field=field)
    if found.job.status != JobStatus.SUCCEEDED:
        raise NotFound(f"Run {run_id} has no result: it is {found.job.status.lower()}.", field=field)
    return found


def finished_batch(batch_id: int, user: Any, *, field: str = "batchId") -> models.CascadeBatch:
    """Return a batch that has a result, without its long columns.

    Raises:
        NotFound: if the user may see no such batch, or it has no result.
    """
    rows = models.CascadeBatch.objects.visible_to(user).select_related("job", "inputs")
    found = rows.defer("report", "influence", "contingencies", "inputs__arrays").filter(pk=batch_id).first()
    if found is None:
        raise NotFound(f"There is no batch {batch_id} that you may see.", field=field)
    if found.job.status != JobStatus.SUCCEEDED:
        raise NotFound(f"Batch {batch_id} has no result: it is {found.job.status.lower()}.", field=field)
    return found
