"""GraphQL of access: who am I, log in and out, tokens."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.contrib import auth
from django.core.cache import cache
from strawberry.types import Info

from flux_site.api import models, tokens
from flux_site.api.errors import LimitExceeded, Unauthenticated
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.outages import QUEUE_FAULTS
from flux_site.api.principals import Principal
from flux_site.api.visibility import require_login

MAX_FAILED_LOGINS = 10
FAILED_LOGIN_WINDOW_S = 300


@strawberry.type(description="The user who asks.")
class Viewer:
    """The logged-in user."""

    username: str
    full_name: str | None
    is_staff: bool = strawberry.field(description="Whether the admin is open to them.")
    roles: list[str]
    permissions: list[str]
    zone_ids: list[str] = strawberry.field(description="Zones they are limited to; empty means every zone.")


def viewer_of(user: Any) -> Viewer:
    """Return the API's view of a user."""
    is_known = isinstance(user, Principal)
    return Viewer(
        username=user.get_username(),
        full_name=user.get_full_name() or None,
        is_staff=user.is_staff,
        roles=sorted(user.roles if is_known else user.groups.values_list("name", flat=True)),
        permissions=sorted(user.get_all_permissions()),
        zone_ids=sorted(user.zone_ids if is_known else user.zone_grants.values_list("zone_id", flat=True)),
    )


@strawberry_django.type(models.ApiToken, description="A token a program uses instead of a password.")
class ApiToken:
    """An API token, without its secret."""

    id: strawberry.ID
    name: strawberry.auto
    hint: strawberry.auto
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@strawberry.type(description="A new token; its secret is shown this once.")
class NewApiToken:
    """A token with its secret."""

    token: ApiToken
    secret: str


@strawberry.input
class LoginInput:
    """Name and password."""

    username: str
    password: str


@strawberry.input
class CreateApiTokenInput:
    """What the token is for and how long it lives."""

    name: str
    expires_in_days: int = 90


@strawberry.input
class RevokeApiTokenInput:
    """Which token."""

    token_id: strawberry.ID


@strawberry.type(description="The session is over.")
class LoggedOut:
    """Result of logging out."""

    ok: bool


LoginPayload = Annotated[Viewer | Fault, strawberry.union("LoginPayload")]
CreateApiTokenPayload = Annotated[NewApiToken | Fault, strawberry.union("CreateApiTokenPayload")]
RevokeApiTokenPayload = Annotated[ApiToken | Fault, strawberry.union("RevokeApiTokenPayload")]


def _failures_key(info: Info, username: str) -> str:
    address = info.context.request.META.get("REMOTE_ADDR", "")
    return f"failed-logins:{tokens.digest(f'{address}|{username.lower()}')}"


def _count_failure(key: str) -> None:
    try:
        cache.add(key, 0, timeout=FAILED_LOGIN_WINDOW_S)
        cache.incr(key)
    except (*QUEUE_FAULTS, ValueError, OSError):
        return  # without Redis logins go on, uncounted


def _failures(key: str) -> int:
    try:
        return int(cache.get(key) or 0)
    except (*QUEUE_FAULTS, OSError):
        return 0


@strawberry.type
class AccessQuery:
    """Questions about access."""

    @strawberry_django.field(extensions=[Requires(without_database=True)], description="The user who asks.")
    def viewer(self, info: Info) -> Viewer:
        """Return the user."""
        return viewer_of(require_login(info))

    @strawberry_django.field(extensions=[Requires()], description="The user's own API tokens, newest first.")
    def api_tokens(self, info: Info) -> list[ApiToken]:
        """Return the tokens."""
        return list(models.ApiToken.objects.filter(user=require_login(info)))  # type: ignore[arg-type]


@strawberry.type
class AccessMutation:
    """Logging in and out, and tokens."""

    @strawberry_django.mutation(
        handle_django_errors=False, description="Open a session; sets the session cookie."
    )
    def login(self, info: Info, input: LoginInput) -> LoginPayload:
        """Log in."""

        def attempt() -> Viewer:
            key = _failures_key(info, input.username)
            if _failures(key) >= MAX_FAILED_LOGINS:
                raise LimitExceeded("Too many failed logins. Wait five minutes.", field="username")
            request = info.context.request
            user = auth.authenticate(request, username=input.username, password=input.password)
            if user is None:
                _count_failure(key)
                raise Unauthenticated("The user name or the password is wrong.", field="password")
            auth.login(request, user)
            return viewer_of(user)

        return expected_failures(attempt)

    @strawberry_django.mutation(handle_django_errors=False, description="Close the session.")
    def logout(self, info: Info) -> LoggedOut:
        """Log out; harmless when nobody is logged in."""
        auth.logout(info.context.request)
        return LoggedOut(ok=True)

    @strawberry_django.mutation(
        handle_django_errors=False, extensions=[Requires()], description="Create a token for programs."
    )
    def create_api_token(self, info: Info, input: CreateApiTokenInput) -> CreateApiTokenPayload:
        """Create a token."""

        def create() -> NewApiToken:
            token, secret = tokens.issue(
                user=require_login(info), name=input.name, expires_in_days=input.expires_in_days
            )
            return NewApiToken(token=token, secret=secret)  # type: ignore[arg-type]

        return expected_failures(create)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires()],
        description="Revoke one of the user's own tokens.",
    )
    def revoke_api_token(self, info: Info, input: RevokeApiTokenInput) -> RevokeApiTokenPayload:
        """Revoke a token."""

        def revoke() -> Any:
            if not str(input.token_id).isdigit():
                from flux_site.api.errors import NotFound

                raise NotFound(f"You have no token {input.token_id}.", field="tokenId")
            return tokens.revoke(user=require_login(info), token_id=int(input.token_id))

        return expected_failures(revoke)
