"""``POST /imports/files``: a file for import, as multipart with one part called ``file``."""

from django.conf import settings
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from flux_site.api.csrf import csrf_fault
from flux_site.api.errors import BadInput, FluxError, LimitExceeded, PermissionRefused
from grid.services import imports
from grid.views.columns import check_login, check_permission, error_response

_ROOM_FOR_MULTIPART = 64 * 1024


class CsrfFailed(PermissionRefused):
    """The CSRF token is missing or wrong."""

    code = "CSRF_FAILED"


@csrf_exempt  # checked here, so that a bearer token needs no CSRF token and a refusal is JSON
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a file in the import folder and answer what it is called there."""
    try:
        return JsonResponse(_received(request), status=201)
    except imports.ImportRefused as error:
        status = {"FILE_TOO_LARGE": 413, "IMPORT_FOLDER_UNUSABLE": 503}.get(error.code, 400)
        response = error_response(error)
        response.status_code = status
        return response
    except CsrfFailed as error:
        response = error_response(error)
        response.status_code = 403
        return response
    except FluxError as error:
        return error_response(error)


def _received(request: HttpRequest) -> dict[str, object]:
    length = request.headers.get("Content-Length") or ""
    if not length.isdigit():
        raise BadInput("State the size of the request in Content-Length.", field="file")
    if int(length) > settings.IMPORT_MAX_BYTES + _ROOM_FOR_MULTIPART:
        raise LimitExceeded(f"A file has at most {settings.IMPORT_MAX_BYTES:,} bytes.", field="file")
    check_login(request)
    check_permission(request, "grid.add_fileimport")
    fault = csrf_fault(request)
    if fault is not None:
        raise CsrfFailed(fault)
    try:
        file = request.FILES.get("file")
    except (StopUpload, OSError) as error:
        raise BadInput("The upload was cut off.", field="file") from error
    if file is None:
        raise BadInput("The request has no part called file.", field="file")
    row = imports.receive(chunks=file.chunks(), name=file.name or "", user=request.user)
    return {
        "digest": row.digest,
        "name": row.name,
        "fileFormat": row.file_format,
        "sizeBytes": row.size_bytes,
    }
