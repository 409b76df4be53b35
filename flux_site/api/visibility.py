"""What a user may see: one place for the model permission and the row filter."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from strawberry.types import Info
from strawberry_django.optimizer import optimizer as current_optimizer

from flux_site.api.errors import PermissionRefused, Unauthenticated


def user_of(info: Info) -> Any:
    """Return the user of a GraphQL request, over HTTP or a websocket; anonymous if nobody is logged in."""
    return user_in(info.context)


def user_in(context: Any) -> Any:
    """Return the user of a GraphQL request from its context."""
    request = context["request"] if isinstance(context, dict) else context.request
    scope = getattr(request, "scope", None)
    user = scope.get("user") if scope is not None and not hasattr(request, "user") else request.user
    return user if user is not None else AnonymousUser()


def require_login(info: Info) -> Any:
    """Return the user.

    Raises:
        Unauthenticated: if nobody is logged in.
    """
    user = user_of(info)
    if not user.is_authenticated:
        raise Unauthenticated("Log in first.")
    return user


def require(info: Info, permission: str) -> Any:
    """Return the user if they hold ``permission``.

    Raises:
        Unauthenticated: if nobody is logged in.
        PermissionRefused: if the user lacks the permission.
    """
    user = require_login(info)
    if not user.has_perm(permission):
        raise PermissionRefused(f"You need the permission {permission}.")
    return user


def visible(queryset: QuerySet[Any], info: Info) -> QuerySet[Any]:
    """Return the rows of a model that the user may see.

    Raises:
        Unauthenticated: if nobody is logged in.
        PermissionRefused: if the user may not see this model at all; never an empty list instead.
    """
    options = queryset.model._meta
    user = require(info, f"{options.app_label}.view_{options.model_name}")
    return queryset.visible_to(user)  # type: ignore[attr-defined]


def first_of(rows: QuerySet[Any], info: Info) -> Any:
    """Return the first row, fetched together with what the query selects of it; None if there is none.

    A row that a resolver fetches by itself would load each related row with a query of its own, past the
    limits on what the user may see.
    """
    optimizer = current_optimizer.get()
    return (rows if optimizer is None else optimizer.optimize(rows, info=info)).first()


def page_of_rows(rows: QuerySet[Any], info: Info, *, first: int, offset: int) -> list[Any]:
    """Return some rows in their order, fetched together with what the query selects of them."""
    optimizer = current_optimizer.get()
    found = rows if optimizer is None else optimizer.optimize(rows, info=info)
    return list(found[offset : offset + first])
