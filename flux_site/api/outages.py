"""What the web process says while PostgreSQL or Redis is away: a clear 503, never a stack trace."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg
import redis
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from psycopg_pool import PoolTimeout

from flux_site.api.errors import DatabaseUnavailable, FluxError, QueueUnavailable

logger = logging.getLogger(__name__)

DATABASE_FAULTS = (OperationalError, InterfaceError, psycopg.OperationalError, PoolTimeout)
QUEUE_FAULTS = (redis.ConnectionError, redis.TimeoutError)

_was_away: ContextVar[bool] = ContextVar("database_was_away", default=False)


@contextmanager
def noting_outage() -> Iterator[None]:
    """Forget at the end of a request what it noted of the database."""
    token = _was_away.set(False)
    try:
        yield
    finally:
        _was_away.reset(token)


def note_database_away() -> None:
    """Note for the rest of this request that PostgreSQL does not answer, so that it is not asked again."""
    _was_away.set(True)


def forget_database_away() -> None:
    """Forget that PostgreSQL did not answer: a subscription outlives any outage."""
    _was_away.set(False)


def database_was_away() -> bool:
    """Return whether PostgreSQL did not answer earlier in this request."""
    return _was_away.get()


def service_fault(error: BaseException) -> FluxError | None:
    """Return the service outage behind an exception, or None if it is something else."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, FluxError):
            return seen
        if "statement timeout" in str(seen):
            return DatabaseUnavailable("PostgreSQL took too long to answer and the query was stopped.")
        if isinstance(seen, DATABASE_FAULTS):
            return DatabaseUnavailable("PostgreSQL does not answer. The request was not carried out.")
        if isinstance(seen, QUEUE_FAULTS):
            return QueueUnavailable("Redis does not answer. The request was not carried out.")
        seen = seen.__cause__ or seen.__context__
    return None


class ServiceOutageMiddleware:
    """Turn a lost PostgreSQL or Redis into a 503 that names the service."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the hook below sees what escapes."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 for a service outage; leave every other exception to Django."""
        return outage_response(request, error)


def outage_response(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return a 503 that names the service behind an exception, or None if it is something else.

    It is a page for a browser that asks for one, and GraphQL's ``errors`` for everybody else.
    """
    fault = service_fault(error)
    if fault is None or fault.code not in {"DATABASE_UNAVAILABLE", "QUEUE_UNAVAILABLE"}:
        return None
    logger.warning("%s %s: %s", request.method, request.path, fault.message)
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        answer: HttpResponse = render(request, "service_outage.html", {"message": fault.message}, status=503)
    else:
        body = {"errors": [{"message": fault.message, "extensions": fault.extensions}]}
        answer = JsonResponse(body, status=503)
    answer.headers["Retry-After"] = "5"
    return answer
