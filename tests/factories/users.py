"""Users for tests, by role."""

import itertools
from typing import Any

from django.contrib.auth.models import Group, User

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"


def make_user(*roles: str, is_staff: bool = True, **fields: Any) -> User:
    """Create a user in the groups named; without roles a user who may do nothing.

    Raises:
        LookupError: if a role does not exist.
    """
    username = fields.pop("username", None) or f"{'-'.join(roles) or 'nobody'}{next(_numbers)}"
    user = User.objects.create_user(username=username, password=PASSWORD, is_staff=is_staff, **fields)
    groups = list(Group.objects.filter(name__in=roles))
    if len(groups) != len(set(roles)):
        raise LookupError(f"No such roles: {set(roles) - {group.name for group in groups}}")
    user.groups.set(groups)
    return user


def make_superuser(**fields: Any) -> User:
    """Create a superuser."""
    username = fields.pop("username", None) or f"super{next(_numbers)}"
    return User.objects.create_superuser(username=username, password=PASSWORD, **fields)
