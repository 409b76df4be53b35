"""Who asks, through what and from where, as the audit log keeps it."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest
from strawberry.types import Info

from flux_site.api.visibility import user_of


@dataclass(frozen=True, kw_only=True)
class Who:
    """Somebody who asks."""

    user_id: int | None
    username: str | None
    token_name: str | None
    client_address: str | None


def who_in_request(request: HttpRequest) -> Who:
    """Return who sent a request."""
    return _who(request.user, request.META.get("REMOTE_ADDR"))


def who_asks(context: Any, user: Any) -> Who:
    """Return who sent a GraphQL operation, over HTTP or a websocket."""
    request = context["request"] if isinstance(context, dict) else context.request
    if isinstance(request, HttpRequest):
        return who_in_request(request)
    scope = getattr(request, "scope", {})
    client = scope.get("client") or [None]
    return _who(user, client[0])


def who_in_background(user: Any) -> Who:
    """Return a user for whom something is done after their request: from where they asked is not known."""
    return _who(user, None)


def who_resolves(info: Info) -> Who:
    """Return who asks for a field."""
    return who_asks(info.context, user_of(info))


def _who(user: Any, address: str | None) -> Who:
    is_known = user.is_authenticated
    return Who(
        user_id=user.pk if is_known else None,
        username=user.get_username() if is_known else None,
        token_name=getattr(user, "api_token_name", None),  # see tokens.token_of
        client_address=_checked(address),
    )


def _checked(address: str | None) -> str | None:
    """Return an address; None for what is none, such as that of a local socket."""
    try:
        return str(ip_address((address or "").partition("%")[0]))
    except ValueError:
        return None
