"""The GraphQL endpoint over HTTP."""

from typing import Any

import orjson
from cross_web import HTTPException
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from strawberry.django.views import GraphQLView
from strawberry.types import ExecutionResult

from flux_site.api.csrf import csrf_fault
from flux_site.api.errors import BadInput, LimitExceeded
from grid.schema.fast.repeated import Answered

ENCODING = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATETIME
"""Arrays as lists; moments in the scalars that hold any JSON are left to Django's encoder, as ever."""


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
        response.repeatable = getattr(request, "repeatable", None)  # type: ignore[attr-defined]
        # The library refuses what is no operation in plain text.
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type") == "text/plain":
            return refusal(response.content.decode(), code=BadInput.code, status=response.status_code)
        return response

    def get_context(self, request: HttpRequest, response: HttpResponse) -> Any:
        """Return the context of the resolvers, which says that columns may be arrays."""
        context: Any = super().get_context(request, response)
        context.takes_arrays = True
        context.answered = Answered()
        return context

    def execute_operation(self, request: HttpRequest, context: Any, *more: Any, **options: Any) -> Any:
        """Execute; note how the same can be answered again, where that is known."""
        result = super().execute_operation(request, context, *more, **options)
        if isinstance(result, ExecutionResult) and not result.errors:
            request.repeatable = context.answered.repeatable(request.user)  # type: ignore[attr-defined]
        return result

    def encode_json(self, data: object) -> str | bytes:
        """Return the answer as JSON; what the fast encoder does not know is left to the library's."""
        try:
            return orjson.dumps(data, default=_plain, option=ENCODING)
        except TypeError:
            return super().encode_json(data)

    def parse_json(self, data: str | bytes) -> Any:
        """Return the body, an object; a list would be a batch, which the library refuses with its own words.

        Raises:
            HTTPException: if it is anything else.
        """
        try:
            body = super().parse_json(data)
        except RecursionError as error:
            raise HTTPException(400, "The request is nested too deeply.") from error
        if not isinstance(body, dict | list):
            raise HTTPException(400, "The request is no JSON object.")
        return body


def _plain(value: Any) -> Any:
    """Return what Django's encoder makes of a value.

    Raises:
        TypeError: if it makes nothing of it.
    """
    return DjangoJSONEncoder().default(value)


def refusal(message: str, *, code: str, status: int) -> JsonResponse:
    """Return an error in the shape GraphQL uses."""
    return JsonResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status=status)
