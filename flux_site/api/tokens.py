"""Issuing and checking API tokens."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from flux_site.api.errors import BadInput, NotFound, Unauthenticated
from flux_site.api.outages import DATABASE_FAULTS, outage_response

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from flux_site.api.models import ApiToken

PREFIX = "flux_"
MAX_DAYS = 365


def digest(secret: str) -> str:
    """Return the SHA-256 of a token's secret, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(*, user: "User", name: str, expires_in_days: int) -> tuple["ApiToken", str]:
    """Create a token for ``user``; the secret is returned once and never stored.

    Raises:
        BadInput: if the name is empty or the lifetime outside 1..365 days.
    """
    from flux_site.api.models import ApiToken

    if not name.strip() or len(name) > 100:
        raise BadInput("A token needs a name of 1 to 100 characters.", field="name")
    if not 1 <= expires_in_days <= MAX_DAYS:
        raise BadInput(f"A token lives 1 to {MAX_DAYS} days, not {expires_in_days}.", field="expiresInDays")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        digest=digest(secret),
        hint=secret[:8],
        expires_at=timezone.now() + timedelta(days=expires_in_days),
    )
    return token, secret


def revoke(*, user: "User", token_id: int) -> "ApiToken":
    """Revoke one of the user's own tokens.

    Raises:
        NotFound: if the user has no such token.
    """
    from flux_site.api.models import ApiToken

    token = ApiToken.objects.filter(user=user, pk=token_id).first()
    if token is None:
        raise NotFound(f"You have no token {token_id}.", field="tokenId")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def user_of(secret: str) -> "User":
    """Return the user a secret belongs to, and note its use at most once a minute.

    Raises:
        Unauthenticated: if the token is unknown, revoked or expired.
    """
    from flux_site.api.models import ApiToken

    token = ApiToken.objects.usable().select_related("user").filter(digest=digest(secret)).first()
    if token is None:
        raise Unauthenticated("The access token is unknown, revoked or expired.")
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def bearer_secret(header: str) -> str | None:
    """Return the secret of an ``Authorization: Bearer`` header, or None."""
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and secret.strip() else None


class TokenMiddleware:
    """Log a request in by its bearer token; such requests carry no cookie, hence need no CSRF token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Authenticate, or answer 401 for a bad token."""
        secret = bearer_secret(request.headers.get("Authorization", ""))
        if secret is not None:
            try:
                request.user = user_of(secret)
            except Unauthenticated as error:
                body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
                return JsonResponse(body, status=401)
            except DATABASE_FAULTS as error:  # what a middleware raises does not reach process_exception
                outage = outage_response(request, error)
                if outage is None:
                    raise
                return outage
        return self.get_response(request)
