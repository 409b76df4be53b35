"""Changes by the pages of the admin and by uploads, and pages that show personal data."""

import re
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from flux_site.api.audit.mutations import MOST_TARGETS, known_username
from flux_site.api.audit.personal import collecting
from flux_site.api.audit.recording import record_attempt, record_outcome, record_personal_reads
from flux_site.api.audit.who import who_in_request
from flux_site.api.models import AuditResult, AuditSource
from flux_site.api.outages import DATABASE_FAULTS, outage_response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
GRAPHQL_PATH = "/graphql"
ADMIN_PATH = "/admin/"
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
ACTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class AuditMiddleware:
    """Records a page's change before it is carried out and how it ended, and personal data before it leaves.

    GraphQL is on record by its fields, not here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; record what it shows and how it ended."""
        with collecting() as reads:
            response = self.get_response(request)
            try:
                if reads.ids:
                    record_personal_reads(
                        reads, who=who_in_request(request), source=AuditSource.WEB, action=page_name(request)
                    )
            except (DatabaseError, *DATABASE_FAULTS) as error:
                refusal = outage_response(request, error)
                if refusal is None:
                    raise
                response = refusal
        record_id = getattr(request, "audit_record_id", None)
        if record_id is not None:
            result = _result(response)
            code = None if result is AuditResult.DONE else f"HTTP_{response.status_code}"
            record_outcome(record_id, result, error_code=code)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Record a change before the page carries it out; refuse it if that is impossible."""
        if request.method in SAFE_METHODS or request.path == GRAPHQL_PATH:
            return None
        try:
            request.audit_record_id = record_attempt(  # type: ignore[attr-defined]
                who=who_in_request(request),
                source=AuditSource.WEB,
                action=page_name(request),
                targets=_targets(request),
            )
        except (DatabaseError, *DATABASE_FAULTS) as error:
            refusal = outage_response(request, error)
            if refusal is None:
                raise
            return refusal
        return None


def page_name(request: HttpRequest) -> str:
    """Return the name of the page, and the action chosen in a list: ``admin:jobs_job_changelist cancel``."""
    match = request.resolver_match
    name = match.view_name if match is not None and match.view_name else request.path
    chosen = request.POST.get("action", "") if _is_form(request) else ""
    return f"{name} {chosen}" if ACTION_NAME.fullmatch(chosen) else name


def _targets(request: HttpRequest) -> list[str]:
    """Return the ids in the address and the rows ticked in a list; of a login the user, if there is one."""
    match = request.resolver_match
    found = [str(value) for value in match.kwargs.values()] if match is not None else []
    if not _is_form(request):
        return found
    if match is not None and match.view_name == "admin:login":
        return known_username(request.POST.get("username", ""))
    return [*found, *request.POST.getlist("_selected_action")][:MOST_TARGETS]


def _is_form(request: HttpRequest) -> bool:
    """Return whether the body is a form of the admin, which is read for its CSRF token anyway."""
    return request.path.startswith(ADMIN_PATH) and request.content_type in FORMS


def _result(response: HttpResponse) -> AuditResult:
    if response.status_code >= 500:
        return AuditResult.FAILED
    if response.status_code >= 400:
        return AuditResult.REFUSED
    is_page = response.status_code < 300 and response.headers.get("Content-Type", "").startswith("text/html")
    return AuditResult.ANSWERED if is_page else AuditResult.DONE
