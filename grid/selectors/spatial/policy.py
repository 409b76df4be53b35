"""Where spatial questions are answered: in PostGIS alone, and what is said when it cannot."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeVar

from django.db.models import QuerySet

from flux_site.api.errors import BadInput, LimitExceeded, PermissionRefused, WarehouseUnavailableError
from grid.federation import operational

T = TypeVar("T")

MAX_FIRST = 250


class OnlyInPostgis(WarehouseUnavailableError):
    """The warehouse cannot answer a spatial question in place of PostGIS."""

    code = "ONLY_IN_POSTGIS"


def from_postgis(
    *, field: str, layers: Sequence[str], ask: Callable[[], T], optional: Sequence[str] = ()
) -> T:
    """Return what PostGIS answers; there is no other store for questions about space.

    Args:
        field: name of the GraphQL field, for the trace.
        layers: what the answer rests on; it must have been synced.
        ask: asks PostGIS.
        optional: layers that may be empty; the trace then says that their part of the answer is.

    Raises:
        NeverSynced: if one of ``layers`` was never synced.
        DatabaseUnavailable: if PostGIS does not answer; it says that nothing else can.
    """
    return operational(
        field=field,
        layers=tuple(dict.fromkeys([*layers, *optional])),
        vital_layers=tuple(layers),
        from_cache=ask,
        from_warehouse=_refuse,
    )


def _refuse() -> NoReturn:
    raise OnlyInPostgis("Questions about space are answered by PostGIS alone.")


def require_views(user: Any, models: Iterable[Any]) -> None:
    """Check that a user may see some models.

    Raises:
        PermissionRefused: naming the first permission that is missing.
    """
    for model in models:
        options = model._meta
        permission = f"{options.app_label}.view_{options.model_name}"
        if not user.has_perm(permission):
            raise PermissionRefused(f"You need the permission {permission}.")


def check_first(first: int, *, most: int = MAX_FIRST, field: str = "first") -> int:
    """Return how many are wanted.

    Raises:
        BadInput: unless it is 1 to ``most``.
    """
    if not 1 <= first <= most:
        raise BadInput(f"{field} is {first}; it must be 1 to {most}.", field=field)
    return first


def planned_rows(rows: QuerySet[Any]) -> int:
    """Return how many rows PostgreSQL expects a query to find, by its statistics, without running it."""
    (plan,) = _plan_of(rows)
    return int(plan["Plan"]["Plan Rows"])


def check_size(rows: QuerySet[Any], *, most: int, what: str, field: str) -> None:
    """Refuse a question that would look at too many rows, before it keeps PostgreSQL busy.

    Raises:
        LimitExceeded: if PostgreSQL expects more than ``most`` of them.
    """
    check_count(planned_rows(rows), most=most, what=what, field=field, about="about ")


def check_count(count: int, *, most: int, what: str, field: str, about: str = "") -> None:
    """Refuse a question about too many rows.

    Raises:
        LimitExceeded: if there are more than ``most``.
    """
    if count > most:
        raise LimitExceeded(
            f"There are {about}{count} {what} there; one question looks at no more than {most}. "
            "Ask about a smaller area.",
            field=field,
        )


def _plan_of(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    import json

    return json.loads(rows.order_by().explain(format="json"))  # type: ignore[no-any-return]
