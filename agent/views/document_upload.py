"""``POST /documents``: a document for the assistant, as multipart with its file in a part called ``file``.

Further parts: ``kind`` (TECHNICAL, COMPLIANCE or OTHER), and if wanted ``title``, ``standard``, ``edition``
and ``sourceUrl``. The answer names the document and the job that reads it.
"""

from django.conf import settings
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from agent.services import ingestion
from flux_site.api.csrf import csrf_fault
from flux_site.api.errors import BadInput, FluxError, LimitExceeded
from grid.views.columns import check_login, check_permission, error_response
from grid.views.imports import CsrfFailed

ROOM_FOR_MULTIPART = 64 * 1024
STATUS_OF_CODE = {"CSRF_FAILED": 403, "DOCUMENT_REPEATED": 409, "DOCUMENT_UNREADABLE": 415}


@csrf_exempt  # checked here, so that a bearer token needs no CSRF token and a refusal is JSON
@require_POST
def upload_document(request: HttpRequest) -> HttpResponse:
    """Take a document in and answer what it is called."""
    try:
        return JsonResponse(_received(request), status=201)
    except FluxError as error:
        response = error_response(error)
        response.status_code = STATUS_OF_CODE.get(error.code, response.status_code)
        return response


def _received(request: HttpRequest) -> dict[str, object]:
    most = settings.DOCUMENT_MAX_BYTES
    length = request.headers.get("Content-Length") or ""
    if not length.isdigit():
        raise BadInput("State the size of the request in Content-Length.", field="file")
    if int(length) > most + ROOM_FOR_MULTIPART:
        raise LimitExceeded(f"A document has at most {most:,} bytes.", field="file")
    check_login(request)
    check_permission(request, "agent.add_document")
    fault = csrf_fault(request)
    if fault is not None:
        raise CsrfFailed(fault)
    try:
        file = request.FILES.get("file")
    except (StopUpload, OSError) as error:
        raise BadInput("The upload was cut off.", field="file") from error
    if file is None:
        raise BadInput("The request has no part called file.", field="file")
    document = ingestion.add_document(
        name=file.name or "",
        content=file.read(),
        kind=request.POST.get("kind", ""),
        title=request.POST.get("title", "").strip(),
        standard=request.POST.get("standard", "").strip(),
        edition=request.POST.get("edition", "").strip(),
        source_url=request.POST.get("sourceUrl", "").strip(),
        user=request.user,
    )
    return {
        "documentId": str(document.pk),
        "key": document.key,
        "title": document.title,
        "state": document.state,
        "jobId": str(document.job_id),
    }
