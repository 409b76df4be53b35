"""How GraphQL errors reach the client: expected ones with their code, unexpected ones without detail."""

import logging

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from graphql import GraphQLError
from strawberry.types import ExecutionContext

from flux_site.api.errors import FluxError
from flux_site.api.outages import service_fault

logger = logging.getLogger(__name__)


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
    return None


def report(error: GraphQLError) -> None:
    """Give an error its code in place; an unexpected one is logged and loses its detail."""
    original = error.original_error
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
    """Give every error of an operation its code."""
    for error in errors:
        report(error)
