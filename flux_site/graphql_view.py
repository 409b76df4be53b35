"""The GraphQL endpoint over HTTP."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from strawberry.django.views import GraphQLView

from flux_site.api.errors import BadInput
from flux_site.api.tokens import bearer_secret


class _CsrfCheck(CsrfViewMiddleware):
    """Django's CSRF check, returning the reason of a refusal instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


class FluxGraphQLView(GraphQLView):
    """GraphQL over HTTP: JSON bodies only; a cookie session needs a CSRF token, a bearer token does not."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check CSRF, then answer."""
        if request.method == "POST" and bearer_secret(request.headers.get("Authorization", "")) is None:
            check = _CsrfCheck(lambda _: HttpResponse())
            check.process_request(request)
            reason = check.process_view(request, None, (), {})
            if reason is not None:
                message = f"The CSRF token is missing or wrong: {reason}"
                body = {"errors": [{"message": message, "extensions": {"code": "CSRF_FAILED"}}]}
                return JsonResponse(body, status=403)
        response = super().dispatch(request, *args, **kwargs)
        if response.headers.get("Content-Type") == "text/plain":  # how the library refuses what is no operation
            body = {"errors": [{"message": response.content.decode(), "extensions": {"code": BadInput.code}}]}
            return JsonResponse(body, status=response.status_code)
        return response
