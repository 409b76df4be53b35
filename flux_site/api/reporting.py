"""How GraphQL errors reach the client: expected ones with their code, unexpected ones without detail."""

import logging
import traceback

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError
from graphql import GraphQLError
from strawberry.relay import GlobalIDValueError
from strawberry.types import ExecutionContext

from flux_site.api.errors import DatabaseUnavailable, FluxError
from flux_site.api.outages import service_fault

logger = logging.getLogger(__name__)

# What makes our values of ids, cursors, page sizes and others; says by a bare ValueError that it cannot.
CONVERTERS = ("strawberry.relay", "strawberry_django.relay", "django.db.models.fields")


def describe(error: BaseException) -> tuple[str, dict[str, str]] | None:
    """Return the message and extensions of an expected failure, or None for an unexpected one."""
    if isinstance(error, FluxError):
        return error.message, error.extensions
    fault = service_fault(error)
    if fault is not None:
        return fault.message, fault.extensions
    if isinstance(error, PermissionDenied):
        return "You may not do this.", {"code": "PERMISSION_DENIED"}
    if isinstance(error, ObjectDoesNotExist):
        return "There is no such thing, or none that you may see.", {"code": "NOT_FOUND"}
    if isinstance(error, ValidationError):
        return "; ".join(error.messages), {"code": "BAD_INPUT"}
    if isinstance(error, DataError):
        return f"A value cannot be compared: {str(error).splitlines()[0]}", {"code": "BAD_INPUT"}
    if _is_bad_value(error):
        return str(error), {"code": "BAD_INPUT"}
    return None


def _is_bad_value(error: BaseException) -> bool:
    """Return whether a library could not make sense of a value of the request."""
    if not isinstance(error, ValueError) or error.__traceback__ is None:
        return False
    *_, (frame, _line) = traceback.walk_tb(error.__traceback__)
    return isinstance(error, GlobalIDValueError) or frame.f_globals["__name__"].startswith(CONVERTERS)


def _cause(error: GraphQLError) -> BaseException | None:
    """Return what a resolver raised; None if the request itself is at fault.

    GraphQL's own errors about variables and arguments come wrapped in another GraphQLError; one with a path
    and without nodes is a value of ours that does not fit its type.
    """
    original = error.original_error
    if isinstance(original, GraphQLError) and (error.path is None or original.nodes):
        return None
    return original


def report(error: GraphQLError) -> None:
    """Give an error its code in place; an unexpected one is logged and loses its detail."""
    original = _cause(error)
    if original is None:
        error.extensions = {"code": "BAD_INPUT"} | (error.extensions or {})
        return
    described = describe(original)
    if described is not None:
        error.message, error.extensions = described[0], described[1]
        return
    logger.error("Unable to resolve %s", error.path, exc_info=original)
    error.message = "Something went wrong on the server. The failure was logged."
    error.extensions = {"code": "INTERNAL_ERROR"}


def process_errors(errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
    """Give every error of an operation its code; over HTTP a lost database makes the answer a 503."""
    for error in errors:
        report(error)
    response = getattr(execution_context.context, "response", None) if execution_context else None
    if response is not None and any(
        (error.extensions or {}).get("code") == DatabaseUnavailable.code for error in errors
    ):
        response.status_code = 503
        response.headers["Retry-After"] = "5"
