"""Who opened a socket, by session or token, and whether they still may what they could then."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from channels.db import database_sync_to_async
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser

from flux_site.api.errors import Unauthenticated
from flux_site.api.masking import user_may_see_pii
from flux_site.api.outages import DATABASE_FAULTS
from flux_site.api.sessions import SessionStore
from flux_site.api.tokens import bearer_secret, user_of
from flux_site.websocket.threads import shared_thread

REMEMBERED = 10_000


@dataclass(frozen=True, kw_only=True)
class Access:
    """A user with what they may, as looked up once. Users with the same ``sees`` see the same rows."""

    user: Any
    sees: str
    looked_up_at: float

    @property
    def is_current(self) -> bool:
        """Whether it need not be looked up again yet."""
        return time.monotonic() - self.looked_up_at < settings.RIGHTS_CHECK_S


class Identity:
    """How a socket was logged in, so that the same can be asked again."""

    _known: dict[tuple[str, str], Access] = {}
    _asking: dict[tuple[str, str], asyncio.Task[Access]] = {}

    def __init__(self, *, secret: str | None, session_key: str | None) -> None:
        self._secret = secret
        self._session_key = session_key
        name = "token" if secret is not None else "session"
        self._key = (name, hashlib.sha256((secret or session_key or "").encode()).hexdigest())

    @classmethod
    def of(cls, scope: Any) -> Identity:
        """Return the identity that a socket's headers claim."""
        secret = secret_of(scope)
        session_key = scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME)
        return cls(secret=secret, session_key=session_key if secret is None else None)

    async def access(self) -> Access:
        """Return the user and their rights, looked up at most once in ``RIGHTS_CHECK_S`` for all sockets.

        While PostgreSQL is away, what was last known holds for ``LOGIN_GRACE_S``.

        Raises:
            Unauthenticated: if the token was revoked or has expired.
        """
        known = self._known.get(self._key)
        if known is not None and known.is_current:
            return known
        try:
            return await self.fresh_access()
        except DATABASE_FAULTS:
            if known is None or time.monotonic() - known.looked_up_at > settings.LOGIN_GRACE_S:
                raise
            return known

    async def fresh_access(self) -> Access:
        """Return the user and their rights as they are now; who asks at the same time shares the answer.

        Raises:
            Unauthenticated: if the token is unknown, revoked or expired.
        """
        asking = self._asking.get(self._key)
        if asking is None:
            asking = asyncio.create_task(self._ask_again())
            self._asking[self._key] = asking
            asking.add_done_callback(lambda _: self._asking.pop(self._key, None))
        return await asyncio.shield(asking)

    async def _ask_again(self) -> Access:
        async with shared_thread():
            access = await database_sync_to_async(self.look_up)()
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[self._key] = access
        return access

    def look_up(self) -> Access:
        """Look up the user and their rights now."""
        looked_up_at = time.monotonic()
        if self._secret is not None:
            user: Any = user_of(self._secret)
        elif self._session_key is not None:
            user = auth.get_user(SimpleNamespace(session=SessionStore(self._session_key)))  # type: ignore[arg-type]
        else:
            user = AnonymousUser()
        return Access(user=user, sees=_sees(user), looked_up_at=looked_up_at)


def _sees(user: Any) -> str:
    """Return a digest of all that decides what a user sees; asking for it loads it into the user.

    Who may see personal data shares with nobody: each of their readings is their own.
    """
    if not user.is_authenticated:
        return ""
    zones = sorted(user.zone_grants.values_list("zone_id", flat=True))
    user._granted_zone_ids = zones
    rights = [str(user.is_superuser), *sorted(user.get_all_permissions()), "", *zones]
    if user_may_see_pii(user):
        rights.append(f"user {user.pk}")
    return hashlib.sha256("\n".join(rights).encode()).hexdigest()


class OwnPagesOnly:
    """Lets sockets that rely on the session cookie come from our own pages only.

    A socket with a token may come from anywhere: a page of another site cannot send that header.
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        self.checked = AllowedHostsOriginValidator(application)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Check the origin unless the socket carries a token."""
        application = self.checked if secret_of(scope) is None else self.application
        return await application(scope, receive, send)


class Login:
    """Logs a socket in by an ``Authorization: Bearer`` header, else by its session."""

    def __init__(self, application: Any) -> None:
        self.application = CookieMiddleware(_LoggedIn(application))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Set the user of the scope; a bad token closes the socket."""
        return await self.application(scope, receive, send)


class _LoggedIn:
    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        identity = Identity.of(scope)
        try:
            access = await identity.fresh_access()
        except Unauthenticated:
            await send({"type": "websocket.close", "code": 4401})
            return None
        return await self.application(scope | {"user": access.user, "identity": identity}, receive, send)


def secret_of(scope: Any) -> str | None:
    """Return the secret of a socket's token, or None."""
    headers = dict(scope.get("headers", []))
    return bearer_secret(headers.get(b"authorization", b"").decode("latin-1"))
