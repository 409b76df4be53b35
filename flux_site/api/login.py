"""Who asks: by session or by token, from PostgreSQL or, while it is away, from what was last known."""

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pybreaker
from django.conf import settings
from django.contrib import auth
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject

from flux_site.api import principals, rights
from flux_site.api.breakers import login_breaker
from flux_site.api.errors import DatabaseUnavailable, Unauthenticated
from flux_site.api.outages import DATABASE_FAULTS, note_database_away, noting_outage, outage_response
from flux_site.api.patience import answering_within
from flux_site.api.principals import Principal
from flux_site.api.sessions import SessionStore
from flux_site.api.tokens import basic_secret, bearer_secret, digest, token_of

logger = logging.getLogger(__name__)

READING = ("/graphql", "/columns/", "/tiles/")
"""Where reading goes on without PostgreSQL; elsewhere, as in the admin, nobody is logged in without it."""

BASIC_FOR = ("/tiles/",)
"""Where desktop programs may send a token as the password of HTTP basic; reading only, so that a browser that
remembers it cannot be made to change anything."""

_AWAY = (*DATABASE_FAULTS, pybreaker.CircuitBreakerError)


class LoginMiddleware:
    """Log a request in by its bearer token or its session.

    Requests with a token carry no cookie, hence need no CSRF token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Authenticate; answer 401 for a bad token and 503 if nobody knows."""
        with noting_outage(), answering_within(settings.REQUEST_TIMEOUT_S):
            header = request.headers.get("Authorization", "")
            secret = bearer_secret(header) or (basic_secret(header) if _takes_basic(request) else None)
            if secret is None:
                return self._by_session(request)
            try:
                return self._by_token(request, secret)
            except Unauthenticated as error:
                body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
                return JsonResponse(body, status=401)

    def _by_token(self, request: HttpRequest, secret: str) -> HttpResponse:
        key = digest(secret)
        try:
            token = _looked_up(token_of, secret) if _may_read(request) else token_of(secret)
        except _AWAY as error:  # what a middleware raises does not reach process_exception
            principal = principals.of_token(key) if _may_read(request) else None
            if principal is None:
                outage = outage_response(request, _as_outage(error))
                if outage is None:
                    raise
                return outage
            note_database_away()
            request.user = principal  # type: ignore[assignment]
            return self.get_response(request)
        request.user = token.user
        response = self.get_response(request)
        _keep(token.user, token_digest=key, token_expires_at=token.expires_at)
        return response

    def _by_session(self, request: HttpRequest) -> HttpResponse:
        if not _may_read(request):
            return self.get_response(request)
        found: list[Any] = []

        def look_up() -> Any:
            found.append(_user_of_session(request))
            return found[0]

        request.user = SimpleLazyObject(look_up)  # type: ignore[assignment]
        response = self.get_response(request)
        if found and found[0].is_authenticated and request.user.is_authenticated:
            _keep(found[0])
        return response


def log_in_again(request: HttpRequest) -> Any:
    """Return the user by what a request came with, looked up now; for answers that take long.

    Raises:
        Unauthenticated: if the token was revoked or has expired, or the session has ended.
    """
    secret = bearer_secret(request.headers.get("Authorization", ""))
    if secret is not None:
        return token_of(secret).user
    key = request.session.session_key
    user = auth.get_user(SimpleNamespace(session=SessionStore(key)))  # type: ignore[arg-type]
    if not user.is_authenticated:
        raise Unauthenticated("Log in first.")
    return user


def _takes_basic(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"} and request.path.startswith(BASIC_FOR)


def _may_read(request: HttpRequest) -> bool:
    return request.path.startswith(READING)


def _looked_up(look_up: Callable[[Any], Any], key: Any) -> Any:
    with answering_within(settings.LOGIN_LOOKUP_TIMEOUT_S):
        return login_breaker.call(look_up, key)


def _user_of_session(request: HttpRequest) -> Any:
    try:
        return _looked_up(_user_with_rights, request)
    except _AWAY as error:
        principal = principals.of_session(request)
        if principal is None:
            raise _as_outage(error) from error
        note_database_away()
        return principal


def _user_with_rights(request: HttpRequest) -> Any:
    key, user_id = request.session.session_key, request.session.get(auth.SESSION_KEY)
    before = rights.fingerprint_of_session(key, int(user_id)) if key and user_id is not None else None
    user = auth.get_user(request)
    if user.is_authenticated:
        rights.load(user)
        user.rights_fingerprint = before  # type: ignore[attr-defined,union-attr]
    return user


def _as_outage(error: Exception) -> Exception:
    if isinstance(error, pybreaker.CircuitBreakerError):
        return DatabaseUnavailable("PostgreSQL does not answer. The request was not carried out.")
    return error


def _keep(user: Any, **token: Any) -> None:
    if isinstance(user, Principal):
        return
    try:
        principals.keep(user, **token)
    except (DatabaseError, *_AWAY) as error:  # the answer is there all the same
        logger.warning("Unable to look up what is to be kept of a user: %s", error)
