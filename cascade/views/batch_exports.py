"""``/exports/cascade-batches/{id}/{part}.{format}``: a batch's result as a file."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from cascade.selectors.finding import finished_batch
from cascade.services.batch_exporting import export_batch
from flux_site.api.errors import FluxError, NotFound
from grid.views.columns import check_login, error_response


@require_safe
def export_batch_file(request: HttpRequest, batch_id: str, name: str) -> HttpResponse:
    """Answer with one part of a finished batch, or 304 if the client has it."""
    try:
        check_login(request)
        if not (batch_id.isascii() and batch_id.isdigit() and len(batch_id) < 19):
            raise NotFound(f"There is no batch {batch_id!r}.", field="batchId")
        part, _, file_format = name.partition(".")
        batch = finished_batch(int(batch_id), request.user)
        version = f"{batch.pk}|{name}|{batch.job.finished_at}|{batch.name}"
        etag = f'"{hashlib.sha256(version.encode()).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
        known = get_conditional_response(request, etag=etag, response=HttpResponse(headers=headers))
        if known is not None and known.status_code != 200:
            return known
        body, content_type = export_batch(batch, part=part, file_format=file_format)
    except FluxError as error:
        return error_response(error)
    filename = f"cascade-batch-{batch_id}-{part}.{file_format}"
    disposition = content_disposition_header(as_attachment=True, filename=filename) or ""
    return HttpResponse(
        body,
        content_type=content_type,
        headers={**headers, "X-Content-Type-Options": "nosniff", "Content-Disposition": disposition},
    )
