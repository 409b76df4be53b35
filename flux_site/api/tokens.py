"""Issuing and checking API tokens."""

import base64
import binascii
import hashlib
import secrets
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from flux_site.api import principals, rights
from flux_site.api.errors import BadInput, NotFound, Unauthenticated

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
    transaction.on_commit(partial(principals.forget_token, token.digest))
    return token


def user_of(secret: str) -> "User":
    """Return the user a secret belongs to.

    Raises:
        Unauthenticated: if the token is unknown, revoked or expired.
    """
    return token_of(secret).user


def token_of(secret: str) -> "ApiToken":
    """Return the token with a secret and its user, who knows its name; note its use at most once a minute.

    Raises:
        Unauthenticated: if the token is unknown, revoked or expired.
    """
    from flux_site.api.models import ApiToken

    token = rights.find_token(digest(secret))
    if token is None:
        raise Unauthenticated("The access token is unknown, revoked or expired.")
    token.user.api_token_name = token.name  # type: ignore[attr-defined]
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def bearer_secret(header: str) -> str | None:
    """Return the secret of an ``Authorization: Bearer`` header, or None."""
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and secret.strip() else None


def basic_secret(header: str) -> str | None:
    """Return the password of an ``Authorization: Basic`` header if it looks like a token, or None."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if password.startswith(PREFIX) else None
