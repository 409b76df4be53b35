"""Checks of what an outage is given."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from flux_site.api.errors import BadInput
from grid.operations import CAUSES


def check_cause(code: str | None) -> str | None:
    """Return a cause code as it is stored; None: not yet known.

    Raises:
        BadInput: if it is not one of the known ones.
    """
    if code is None:
        return None
    if code not in CAUSES:
        raise BadInput(
            f"{code!r} is no cause code. There are {', '.join(sorted(CAUSES))}.", field="causeCode"
        )
    return code


def check_moment(moment: datetime, field: str) -> datetime:
    """Return a moment.

    Raises:
        BadInput: if it has no time zone.
    """
    if timezone.is_naive(moment):
        raise BadInput(f"{field} needs a time zone, such as 2026-06-01T12:00:00Z.", field=field)
    return moment


def check_past(moment: datetime, field: str, *, now: datetime) -> datetime:
    """Return a moment that is not in the future.

    Raises:
        BadInput: if it is, or has no time zone.
    """
    if check_moment(moment, field) > now:
        raise BadInput(
            f"{field} is {moment:%Y-%m-%d %H:%M:%S%z}, in the future: it is {now:%Y-%m-%d %H:%M:%S%z}.",
            field=field,
        )
    return moment
