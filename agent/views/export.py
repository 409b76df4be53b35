"""``GET /assistant/threads/{id}/export.{format}``: a conversation as a file."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from agent.selectors.conversations import USE
from agent.services.exporting import export_thread
from flux_site.api.errors import FluxError
from grid.views.columns import check_login, check_permission, error_response


@require_safe
def export_conversation(request: HttpRequest, thread_id: str, file_format: str) -> HttpResponse:
    """Answer with one of the user's own conversations."""
    try:
        check_login(request)
        check_permission(request, USE)
        file = export_thread(user=request.user, thread_id=thread_id, file_format=file_format)
    except FluxError as error:
        return error_response(error)
    disposition = content_disposition_header(as_attachment=True, filename=file.name) or ""
    return HttpResponse(
        file.body,
        content_type=file.content_type,
        headers={
            "Cache-Control": "private, no-store",
            "Vary": "Cookie, Authorization",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": disposition,
        },
    )
