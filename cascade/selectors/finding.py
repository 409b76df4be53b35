"""Runs as somebody may see them."""

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
