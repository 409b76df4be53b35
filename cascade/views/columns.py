"""``/columns/cascade-runs/{id}/…``: a run's result as Arrow streams."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cascade import models
from cascade.selectors.columns import branch_columns, substation_columns
from flux_site.api.errors import FluxError, NotFound, Unauthenticated
from flux_site.jobs.models import JobStatus
from grid.views.columns import arrow_response, error_response

PARTS = {"branches": branch_columns, "substations": substation_columns}


@require_safe
def run_columns(request: HttpRequest, run_id: str, part: str) -> HttpResponse:
    """Answer with one part of a finished run's result."""
    try:
        if not request.user.is_authenticated:
            raise Unauthenticated("Log in first.")
        if part not in PARTS:
            raise NotFound(f"A run has no {part!r}; it has: {', '.join(PARTS)}.", field="part")
        if not (run_id.isascii() and run_id.isdigit() and len(run_id) < 19):
            raise NotFound(f"There is no run {run_id!r}.", field="runId")
        run = (
            models.CascadeRun.objects.visible_to(request.user).select_related("job").filter(pk=run_id).first()
        )
        if run is None:
            raise NotFound(f"There is no run {run_id} that you may see.", field="runId")
        if run.job.status != JobStatus.SUCCEEDED:
            raise NotFound(f"Run {run_id} has no result: it is {run.job.status.lower()}.", field="runId")
        version = f"run|{run.pk}|{part}|{run.job.finished_at}"
        return arrow_response(request, version=version, build=lambda: PARTS[part](run))
    except FluxError as error:
        return error_response(error)
