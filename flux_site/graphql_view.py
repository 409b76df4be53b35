"""The GraphQL endpoint over HTTP."""

from typing import Any

from cross_web import HTTPException
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from strawberry.django.views import GraphQLView

from flux_site.api.csrf import csrf_fault
from flux_site.api.errors import BadInput, LimitExceeded


class FluxGraphQLView(GraphQLView):
    """GraphQL over HTTP: JSON bodies only; a cookie session needs a CSRF token, a bearer token does not."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check CSRF, then answer."""
        fault = csrf_fault(request)
        if fault is not None:
            return refusal(fault, code="CSRF_FAILED", status=403)
        try:
            response = super().dispatch(request, *args, **kwargs)
        except RequestDataTooBig:
            message = f"The request has more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."
            return refusal(message, code=LimitExceeded.code, status=413)
        except UnicodeDecodeError:
            return refusal("The request is not UTF-8.", code=BadInput.code, status=400)
        # The library refuses what is no operation in plain text.
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type") == "text/plain":
            return refusal(response.content.decode(), code=BadInput.code, status=response.status_code)
        return response

    def parse_json(self, data: str | bytes) -> Any:
        """Return the body, an object; a list would be a batch, which the library refuses with its own words.

        Raises:
            HTTPException: if it is anything else.
        """
        body = super().parse_json(data)
        if not isinstance(body, dict | list):
            raise HTTPException(400, "The request is no JSON object.")
        return body


def refusal(message: str, *, code: str, status: int) -> JsonResponse:
    """Return an error in the shape GraphQL uses."""
    return JsonResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status=status)
