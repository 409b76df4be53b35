"""``/documents/{key}``: a document as it was read, section by section; where citations lead."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from agent.documents.passages import SECTION_SIGN
from agent.selectors.documents import find_document
from flux_site.api.errors import FluxError
from grid.views.columns import check_login, error_response


@require_safe
def document_page(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with a document's sections; each can be linked to by its anchor."""
    try:
        check_login(request)
        document, passages = find_document(key, user=request.user)
    except FluxError as error:
        return error_response(error)
    sections = [
        {
            "anchor": anchor,
            "headings": section.split(SECTION_SIGN) if section else [],
            "passages": [{"page": each.page, "paragraphs": each.text.split("\n")} for each in group],
        }
        for (anchor, section), group in groupby(passages, key=lambda each: (each.anchor, each.section))
    ]
    response = TemplateResponse(request, "agent/document.html", {"document": document, "sections": sections})
    response["Cache-Control"] = "private, no-cache"
    return response
