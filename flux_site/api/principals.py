"""What was last known of a user, kept for a while so that reading goes on while PostgreSQL is away.

See docs/adr/0005: only for reading, never more rights than were last known, never past a token's own end.
"""

import hmac
import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import auth
from django.core.cache import cache
from django.utils import timezone

from flux_site.api.outages import QUEUE_FAULTS

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)

RENEW_AFTER_S = 60.0
REMEMBERED = 10_000

_lock = threading.Lock()
_kept_at: dict[tuple[int, str | None], float] = {}


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A user as last known; behaves like Django's user as far as reading goes."""

    pk: int
    username: str
    full_name: str
    is_staff: bool
    roles: tuple[str, ...]
    permissions: frozenset[str]
    zone_ids: tuple[str, ...]
    session_hash: str

    is_authenticated = True
    is_anonymous = False
    is_active = True

    @property
    def id(self) -> int:
        """The user's key."""
        return self.pk

    @property
    def _granted_zone_ids(self) -> list[str]:
        return list(self.zone_ids)

    def get_username(self) -> str:
        """Return the login name."""
        return self.username

    def get_full_name(self) -> str:
        """Return the full name, empty if unknown."""
        return self.full_name

    def get_all_permissions(self) -> set[str]:
        """Return the permissions last known."""
        return set(self.permissions)

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Return whether the permission was among them."""
        return permission in self.permissions


def keep(user: Any, *, token_digest: str | None = None, token_expires_at: datetime | None = None) -> None:
    """Keep what is known of a user, and that a token is theirs; at most once a minute for each.

    Without Redis nothing is kept.
    """
    now = time.monotonic()
    with _lock:
        if now - _kept_at.get((user.pk, token_digest), -RENEW_AFTER_S) < RENEW_AFTER_S:
            return
        if len(_kept_at) >= REMEMBERED:
            _kept_at.clear()
        _kept_at[user.pk, token_digest] = now
    grace_s = settings.LOGIN_GRACE_S
    principal = Principal(
        pk=user.pk,
        username=user.get_username(),
        full_name=user.get_full_name(),
        is_staff=user.is_staff,
        roles=tuple(sorted(user.groups.values_list("name", flat=True))),
        permissions=frozenset(user.get_all_permissions()),
        zone_ids=tuple(user.zone_grants.values_list("zone_id", flat=True)),
        session_hash=user.get_session_auth_hash(),
    )
    try:
        cache.set(_user_key(user.pk), principal, timeout=grace_s)
        if token_digest is not None and token_expires_at is not None:
            left_s = (token_expires_at - timezone.now()).total_seconds()
            cache.set(
                _token_key(token_digest), (user.pk, token_expires_at), timeout=max(1, min(grace_s, left_s))
            )
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to keep what is known of a user: %s", error)


def forget_user(user_id: int) -> None:
    """Forget a user whose rights or password changed."""
    _forget(_user_key(user_id), {key for key in _kept_at if key[0] == user_id})


def forget_token(token_digest: str) -> None:
    """Forget a token that was revoked."""
    _forget(_token_key(token_digest), {key for key in _kept_at if key[1] == token_digest})


def of_token(token_digest: str) -> Principal | None:
    """Return whom a token belonged to when last seen, or None; the token's own end is honoured."""
    found = _get(_token_key(token_digest))
    if found is None or found[1] <= timezone.now():
        return None
    return _of_user(found[0])


def of_session(request: "HttpRequest") -> Principal | None:
    """Return whom a session belongs to, if its password is still the one last known; else None."""
    user_id = request.session.get(auth.SESSION_KEY)
    principal = None if user_id is None else _of_user(int(user_id))
    if principal is None:
        return None
    hash_of_session = str(request.session.get(auth.HASH_SESSION_KEY, ""))
    return principal if hmac.compare_digest(hash_of_session, principal.session_hash) else None


def _of_user(user_id: int) -> Principal | None:
    found = _get(_user_key(user_id))
    return found if isinstance(found, Principal) else None


def _user_key(user_id: int) -> str:
    return f"principal:{user_id}"


def _token_key(token_digest: str) -> str:
    return f"principal-token:{token_digest}"


def _get(key: str) -> Any:
    try:
        return cache.get(key)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to look up what is known of a user: %s", error)
        return None


def _forget(key: str, kept: set[tuple[int, str | None]]) -> None:
    with _lock:
        for each in kept:
            _kept_at.pop(each, None)
    try:
        cache.delete(key)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to forget what is known of a user: %s", error)
