"""The CSRF check of views that answer refusals in their own form."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from flux_site.api.tokens import bearer_secret


class _CsrfCheck(CsrfViewMiddleware):
    """Django's CSRF check, returning the reason of a refusal instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def csrf_fault(request: HttpRequest) -> str | None:
    """Return why a POST fails the CSRF check, or None; a bearer token carries no cookie and needs none."""
    if request.method != "POST" or bearer_secret(request.headers.get("Authorization", "")) is not None:
        return None
    check = _CsrfCheck(lambda _: HttpResponse())
    check.process_request(request)
    reason = check.process_view(request, lambda _: HttpResponse(), (), {})
    return None if reason is None else f"The CSRF token is missing or wrong: {reason}"
