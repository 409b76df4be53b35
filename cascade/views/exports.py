"""``/exports/cascade-runs/{id}/{part}.{format}``: a run's result as a file."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from cascade.selectors.finding import finished_run
from cascade.services.exporting import export_run
from flux_site.api.errors import FluxError, NotFound
from grid.views.columns import check_login, error_response


@require_safe
def export_file(request: HttpRequest, run_id: str, name: str) -> HttpResponse:
    """Answer with one part of a finished run."""
    try:
        check_login(request)
        if not (run_id.isascii() and run_id.isdigit() and len(run_id) < 19):
            raise NotFound(f"There is no run {run_id!r}.", field="runId")
        part, _, file_format = name.partition(".")
        run = finished_run(int(run_id), request.user)
        body, content_type = export_run(run, part=part, file_format=file_format)
    except FluxError as error:
        return error_response(error)
    filename = f"cascade-run-{run_id}-{part}.{file_format}"
    return HttpResponse(
        body,
        content_type=content_type,
        headers={
            "Cache-Control": "private, no-store",
            "Vary": "Cookie, Authorization",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=filename) or "",
        },
    )
