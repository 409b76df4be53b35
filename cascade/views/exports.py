"""``/exports/cascade-runs/{id}/{part}.{format}``: a run's result as a file."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from cascade import models
from cascade.selectors.finding import finished_run
from cascade.services.exporting import export_run
from flux_site.api.errors import FluxError, NotFound
from grid.views.columns import check_login, error_response


@require_safe
def export_file(request: HttpRequest, run_id: str, name: str) -> HttpResponse:
    """Answer with one part of a finished run, or 304 if the client has it."""
    try:
        check_login(request)
        if not (run_id.isascii() and run_id.isdigit() and len(run_id) < 19):
            raise NotFound(f"There is no run {run_id!r}.", field="runId")
        part, _, file_format = name.partition(".")
        run = finished_run(int(run_id), request.user)
        etag = _etag(run, name)
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
        known = get_conditional_response(request, etag=etag, response=HttpResponse(headers=headers))
        if known is not None and known.status_code != 200:
            return known
        body, content_type = export_run(run, part=part, file_format=file_format)
    except FluxError as error:
        return error_response(error)
    filename = f"cascade-run-{run_id}-{part}.{file_format}"
    disposition = content_disposition_header(as_attachment=True, filename=filename) or ""
    return HttpResponse(
        body,
        content_type=content_type,
        headers={**headers, "X-Content-Type-Options": "nosniff", "Content-Disposition": disposition},
    )


def _etag(run: models.CascadeRun, name: str) -> str:
    """Return the version of a download; it changes when the run is computed anew or gets another name."""
    version = f"{run.pk}|{name}|{run.job.finished_at}|{run.result_digest}|{run.name}"
    return f'"{hashlib.sha256(version.encode()).hexdigest()[:32]}"'
