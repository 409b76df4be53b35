"""Customers and meters, found by what people say of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q, QuerySet

from flux_site.api.audit.personal import note_shown
from flux_site.api.masking import user_may_see_pii
from grid import models
from grid.federation import from_either_store
from grid.operations import ACTIVE_OUTAGE_STATUSES
from grid.selectors.topology import IS_SERVED

PERSONAL = ("full_name", "service_address")
"""Personal data that is searched and shown; phones and e-mails are neither."""

_METER_LAYERS = ("meters", "outage_interruptions", "outages")


@dataclass(frozen=True, kw_only=True)
class Account:
    """A customer; name and address are null for those who may not see personal data."""

    asset_id: str
    full_name: str | None
    service_address: str | None
    city: str | None
    state: str | None
    zip_code: str | None
    customer_class: str
    critical_kind: str | None
    account_status: str
    meter_id: str
    transformer_id: str
    circuit_id: str
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Customers that were found, and whether personal data was searched."""

    total: int
    is_personal: bool
    accounts: tuple[Account, ...]


@dataclass(frozen=True, kw_only=True)
class MeterRow:
    """A meter.

    Attributes:
        outage_id: the active outage that leaves it without supply; None if there is none on record.
    """

    asset_id: str
    transformer_id: str
    circuit_id: str
    substation_id: str
    customer_class: str
    phases: str
    status: str
    install_date: date | None
    outage_id: str | None
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True)
class Meters:
    """Meters that were found.

    Attributes:
        total: how many there are; ``meters`` may hold fewer.
        by_class: how many of each class.
        by_status: how many of each status.
        out: how many an active outage leaves without supply.
        customers: active accounts behind them; None where the user may not see customers.
    """

    total: int
    by_class: dict[str, int]
    by_status: dict[str, int]
    out: int
    customers: int | None
    meters: tuple[MeterRow, ...]


def find_accounts(words: Sequence[str], *, ids: Sequence[str], first: int, user: Any) -> Accounts:
    """Return customers a user may see whose record holds every word, by id.

    Searched are the id's beginning, city, ZIP code, class, kind of critical customer and meter; name and
    service address only for those who may see personal data, and then what is shown goes on record.

    Args:
        words: what to look for; each has to be found.
        ids: ids that the text can mean; a customer or a meter of one of them is found whatever the words.
        first: how many at most.
        user: who asks.
    """
    is_personal = user_may_see_pii(user)

    def ask() -> Accounts:
        rows: QuerySet[Any] = models.Customer.objects.visible_to(user).select_related("meter")
        by_id = rows.filter(Q(pk__in=list(ids)) | Q(meter_id__in=list(ids))) if ids else rows.none()
        found = by_id if ids and by_id.exists() else rows.filter(_holds(words, is_personal))
        keys = sorted(found.order_by().values_list("pk", flat=True))  # counted and paged in one reading
        page = rows.filter(pk__in=keys[:first]).order_by("pk")
        accounts = tuple(_account(row, is_personal) for row in page)
        return Accounts(total=len(keys), is_personal=is_personal, accounts=accounts)

    return from_either_store(
        field="assistant.accounts",
        layers=("customers", "meters"),
        ask=ask,
    )


def _holds(words: Sequence[str], is_personal: bool) -> Q:
    def holds(word: str) -> Q:
        capital = word.upper()
        found = (
            Q(pk__istartswith=word)
            | Q(meter_id=capital)
            | Q(zip_code=word)
            | Q(city__icontains=word)
            | Q(customer_class=capital)
            | Q(critical_kind__in=[capital, capital.removesuffix("S")])
        )
        if is_personal:
            found |= Q(full_name__icontains=word) | Q(service_address__icontains=word)
        return found

    return reduce(and_, (holds(word) for word in words)) if words else Q(pk__in=[])


def _account(row: Any, is_personal: bool) -> Account:
    # What cannot be put on record is not shown.
    shown = is_personal and all(note_shown(name, row.pk) for name in PERSONAL)
    return Account(
        asset_id=row.pk,
        full_name=row.full_name if shown else None,
        service_address=row.service_address if shown else None,
        city=row.city,
        state=row.state,
        zip_code=row.zip_code,
        customer_class=row.customer_class,
        critical_kind=row.critical_kind,
        account_status=row.account_status,
        meter_id=row.meter_id,
        transformer_id=row.meter.transformer_id,
        circuit_id=row.meter.circuit_id,
        lon=row.meter.location.x,
        lat=row.meter.location.y,
    )


_OF: dict[str, Callable[[str], Q]] = {
    "SUB": lambda key: Q(substation_id=key),
    "CKT": lambda key: Q(circuit_id=key),
    "XFMR": lambda key: Q(transformer_id=key),
    "POLE": lambda key: Q(pole_id=key),
    "MTR": lambda key: Q(pk=key),
    "CUST": lambda key: Q(customers__pk=key),
}
METERS_OF = tuple(_OF)
"""Kinds of assets that have meters, or are one."""


def find_meters(
    *, of: Sequence[tuple[str, str]], beginnings: Sequence[str] = (), first: int, user: Any
) -> Meters:
    """Return meters that a user may see, by id.

    Args:
        of: kinds and ids of what they belong to; all of it.
        beginnings: how their ids begin, one of these; none means any.
        first: how many at most.
        user: who asks.
    """

    def ask() -> Meters:
        rows: QuerySet[Any] = models.Meter.objects.visible_to(user)
        for kind, key in of:
            rows = rows.filter(_OF[kind](key))
        if beginnings:
            rows = rows.filter(reduce(or_, (Q(pk__startswith=each) for each in beginnings)))
        told = list(rows.values_list("pk", "transformer_id", "customer_class", "status"))
        page = list(rows.order_by("pk")[:first])
        cut = _outages_of(told)
        return Meters(
            total=len(told),
            by_class=_tally(row[2] for row in told),
            by_status=_tally(row[3] for row in told),
            out=sum(1 for row in told if row[0] in cut),
            customers=_customers_of([row[0] for row in told], user),
            meters=tuple(_meter(row, cut.get(row.pk)) for row in page),
        )

    return from_either_store(
        field="assistant.meters",
        layers=(*_METER_LAYERS, "customers"),
        vital_layers=_METER_LAYERS,
        ask=ask,
    )


def _tally(values: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))


def _outages_of(meters: Sequence[tuple[Any, ...]]) -> dict[str, str]:
    """Return which meters are without supply by which outage; few interruptions are open at a time."""
    rows = models.OutageInterruption.objects.filter(
        restored_at__isnull=True, outage__status__in=ACTIVE_OUTAGE_STATUSES
    )
    open_now = list(rows.order_by("outage_id").values_list("outage_id", "transformer_id", "meter_id"))
    whole = {transformer: outage for outage, transformer, meter in open_now if meter is None}
    single = {meter: outage for outage, _, meter in open_now if meter is not None}
    cut = {row[0]: single.get(row[0]) or whole.get(row[1]) for row in meters}
    return {meter: outage for meter, outage in cut.items() if outage is not None}


_AT_ONCE = 5_000


def _customers_of(meter_ids: Sequence[str], user: Any) -> int | None:
    if not user.has_perm("grid.view_customer"):
        return None
    rows: QuerySet[Any] = models.Customer.objects.visible_to(user).filter(IS_SERVED)
    parts = (meter_ids[at : at + _AT_ONCE] for at in range(0, len(meter_ids), _AT_ONCE))
    return sum(rows.filter(meter_id__in=part).count() for part in parts)


def _meter(row: Any, outage_id: str | None) -> MeterRow:
    return MeterRow(
        asset_id=row.pk,
        transformer_id=row.transformer_id,
        circuit_id=row.circuit_id,
        substation_id=row.substation_id,
        customer_class=row.customer_class,
        phases=row.phases,
        status=row.status,
        install_date=row.install_date,
        outage_id=outage_id,
        lon=row.location.x,
        lat=row.location.y,
    )
