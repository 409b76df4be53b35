"""Keeping views: addresses of the application under a name, for their owner or for everyone."""

import re
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from flux_site.api.errors import BadInput, LimitExceeded, NotFound, PermissionRefused
from flux_site.api.models import SavedView

MOST_VIEWS = 100
MAX_NAME = 100
SHARE_PERMISSION = "api.share_savedview"

_ADDRESS = re.compile(r"/(?![/\\])[^\s\\<>\"#]*")
"""A path of this host: what begins with two slashes, or a slash and a backslash, leads to another one."""


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise BadInput(f"A view needs a name of 1 to {MAX_NAME} characters.", field="name")
    return name


def _address(address: str) -> str:
    if len(address) > SavedView.MAX_ADDRESS:
        raise BadInput(f"An address has at most {SavedView.MAX_ADDRESS} characters.", field="address")
    if not _ADDRESS.fullmatch(address):
        raise BadInput(
            "The address must be a path of this application, such as /outages?show=all.", field="address"
        )
    return address


def _may_share(user: Any, is_shared: bool) -> bool:
    if is_shared and not user.has_perm(SHARE_PERMISSION):
        raise PermissionRefused("You may not share views with everyone.")
    return is_shared


def _is_taken(user: Any, name: str) -> BadInput:
    return BadInput(f"You already have a view called {name}.", field="name")


def _one_at_a_time(user: Any) -> None:
    """Let no other change of the user's views in until this transaction ends: what is counted holds."""
    get_user_model().objects.select_for_update().get(pk=user.pk)


@transaction.atomic
def save(*, user: Any, name: str, address: str, is_shared: bool = False) -> SavedView:
    """Keep an address under a name.

    Raises:
        BadInput: if the name is empty, too long or taken, or the address is none of this application.
        LimitExceeded: if the user has as many views as one may have.
        PermissionRefused: if it is to be shared by one who may not.
    """
    name, address, is_shared = _name(name), _address(address), _may_share(user, is_shared)
    _one_at_a_time(user)
    own = SavedView.objects.filter(user=user)
    if own.count() >= MOST_VIEWS:
        raise LimitExceeded(f"You have {MOST_VIEWS} saved views; delete one first.", field="name")
    if own.filter(name=name).exists():
        raise _is_taken(user, name)
    return SavedView.objects.create(user=user, name=name, address=address, is_shared=is_shared)


@transaction.atomic
def update(
    *,
    user: Any,
    view_id: str,
    name: str | None = None,
    address: str | None = None,
    is_shared: bool | None = None,
    is_default: bool | None = None,
) -> SavedView:
    """Change one of the user's own views; what is None stays.

    Raises:
        NotFound: if the user has no such view.
        BadInput: if the name or the address is refused, see :func:`save`.
        PermissionRefused: if it is to be shared by one who may not.
    """
    _one_at_a_time(user)
    view = _own(user, view_id)
    if name is not None:
        view.name = _name(name)
        if SavedView.objects.filter(user=user, name=view.name).exclude(pk=view.pk).exists():
            raise _is_taken(user, view.name)
    if address is not None:
        view.address = _address(address)
    if is_shared is not None:
        view.is_shared = _may_share(user, is_shared)
    if is_default is not None:
        view.is_default = is_default
        SavedView.objects.filter(user=user, is_default=True).exclude(pk=view.pk).update(is_default=False)
    view.save()
    return view


def delete(*, user: Any, view_id: str) -> None:
    """Delete one of the user's own views.

    Raises:
        NotFound: if the user has no such view.
    """
    _own(user, view_id).delete()


def _own(user: Any, view_id: str) -> SavedView:
    view = SavedView.objects.filter(user=user, pk=view_id).first() if _is_id(view_id) else None
    if view is None:
        raise NotFound(f"You have no saved view {view_id}.", field="id")
    return view


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
