"""What the types say about themselves, so that the fast path need not call their Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

READ_FROM = "read_from"
ROW_RULE = "row_rule"


@dataclass(frozen=True, kw_only=True)
class Column:
    """The column a field with a resolver reads, and the SQL function that its resolver equals."""

    name: str
    function: str | None = None


@dataclass(frozen=True, kw_only=True)
class RowRule:
    """What a type's ``get_queryset`` does: asks for a permission and filters by zone.

    ``permission`` may hold ``{model}``; ``zone`` is the column compared with the zones of the user, None
    for rows that belong to no zone. ``permission`` None asks for a login only.
    """

    permission: str | None
    zone: str | None


def read_from(name: str, function: str | None = None) -> Mapping[str, Any]:
    """Return metadata for a field whose resolver returns a column, or an SQL function of it."""
    return {READ_FROM: Column(name=name, function=function)}


def shows_rows(*, permission: str | None = None, zone: str | None = None) -> Callable[[F], F]:
    """Say of a ``get_queryset`` what it does; one that says nothing keeps its type off the fast path."""

    def mark(get_queryset: F) -> F:
        setattr(get_queryset, ROW_RULE, RowRule(permission=permission, zone=zone))
        return get_queryset

    return mark
