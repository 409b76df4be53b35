"""What an analytical question about readings may ask for, and asking it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from sqlalchemy import Select

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.federation import analytical, from_either_store
from grid.models.base import granted_zone_ids
from grid.selectors.warehouse import get_warehouse
from grid.warehouse.queries import Scope
from grid.warehouse.statements import tables_read

T = TypeVar("T")
Rows = list[dict[str, Any]]

MAX_IDS = 200
MAX_GROUPS = 500
_FIRST_DAY = date(1990, 1, 1)
_LAST_DAY = date(2199, 12, 31)
_VISIBLE: dict[str, tuple[str, str, Any]] = {
    "zone_ids": ("zoneIds", "zone", models.Zone),
    "substation_ids": ("substationIds", "substation", models.Substation),
    "circuit_ids": ("circuitIds", "circuit", models.Circuit),
    "transformer_ids": ("transformerIds", "transformer", models.Transformer),
    "meter_ids": ("meterIds", "meter", models.Meter),
}


def local_zone() -> ZoneInfo:
    """Return the utility's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def visible_scope(wanted: Scope, user: Any) -> Scope:
    """Return ``wanted`` within the zones that the user may see.

    Raises:
        BadInput: if a list is too long.
        NotFound: if it names something that there is not, or that the user may not see.
    """
    for attribute, (field, kind, model) in _VISIBLE.items():
        ids = set(getattr(wanted, attribute))
        if len(ids) > MAX_IDS:
            raise BadInput(f"{field} has {len(ids)} entries; it may have {MAX_IDS}.", field=field)
        if not ids:
            continue
        known = from_either_store(
            field=f"scope.{field}",
            layers=(f"{kind}s",),
            ask=lambda model=model, ids=ids: _visible_ids(model, ids, user),  # type: ignore[misc]
            is_check=True,
        )
        if missing := sorted(ids - known):
            raise NotFound(f"There is no {kind} {missing[0]!r} that you may see.", field=field)
    # Named zones are visible ones by now, so that they only narrow what is granted.
    return Scope(
        zone_ids=tuple(sorted(wanted.zone_ids or granted_zone_ids(user))),
        substation_ids=tuple(sorted(wanted.substation_ids)),
        circuit_ids=tuple(sorted(wanted.circuit_ids)),
        transformer_ids=tuple(sorted(wanted.transformer_ids)),
        meter_ids=tuple(sorted(wanted.meter_ids)),
        customer_classes=tuple(sorted(wanted.customer_classes)),
    )


def _visible_ids(model: Any, ids: set[str], user: Any) -> set[str]:
    return set(model.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def check_period(first: date, last: date, *, most_days: int, what: str, name: str = "lastDay") -> None:
    """Refuse a period that is empty, absurd or too long.

    Args:
        first: its first local day.
        last: its last local day.
        most_days: how many days it may have.
        what: what is given for at most that long, for the message.
        name: the field at fault.

    Raises:
        BadInput: naming the field.
    """
    if not (_FIRST_DAY <= first <= _LAST_DAY and _FIRST_DAY <= last <= _LAST_DAY):
        raise BadInput(f"The period must lie between {_FIRST_DAY} and {_LAST_DAY}.", field=name)
    if last < first:
        raise BadInput(f"{name} is {last}; it must not be before {first}.", field=name)
    days = (last - first).days + 1
    if days > most_days:
        raise BadInput(
            f"The period has {days} days; {what} is given for at most {most_days} at a time.", field=name
        )


def check_limit(limit: int) -> None:
    """Refuse a number of groups that is none.

    Raises:
        BadInput: if it is outside 1..500.
    """
    if not 1 <= limit <= MAX_GROUPS:
        raise BadInput(f"limit is {limit}; it must be 1 to {MAX_GROUPS}.", field="limit")


def asked(
    *,
    field: str,
    question: Mapping[str, Any],
    queries: Mapping[str, Select[Any]],
    build: Callable[[dict[str, Rows]], T],
    encode: Callable[[T], Any],
    decode: Callable[[Any], T],
) -> T:
    """Return the answer to a question that several queries together answer; see ``federation.analytical``.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    read = {table.fullname: table for query in queries.values() for table in tables_read(query)}

    def data_version() -> str:
        warehouse = get_warehouse()
        return ";".join(str(warehouse.version(read[name])) for name in sorted(read))

    def ask() -> T:
        warehouse = get_warehouse()
        return build({name: warehouse.select_rows(query) for name, query in queries.items()})

    return analytical(
        field=field,
        question={**question, "time_zone": settings.TIME_ZONE},
        data_version=data_version,
        ask=ask,
        encode=encode,
        decode=decode,
    )
