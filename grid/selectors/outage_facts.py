"""Outages as a control room speaks of them: where, since when, why, who is out, who works on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum

from flux_site.api.errors import NotFound
from grid import models
from grid.federation import from_either_store
from grid.operations import ACTIVE_OUTAGE_STATUSES, CAUSES, CLOSED_WORK_STATUSES, OutageStatus
from grid.selectors.named_assets import KINDS
from grid.selectors.topology import IS_SERVED

LAYERS = ("outages", "outage_interruptions", "substations", "circuits")
RESTORED_WITHIN = timedelta(hours=24)


class OutageScope(StrEnum):
    """Which outages a question is about."""

    ACTIVE = "ACTIVE"
    """Neither restored nor cancelled, announced ones among them."""
    PLANNED = "PLANNED"
    """Active ones that were announced."""
    UNASSIGNED = "UNASSIGNED"
    """Active ones without a crew."""
    RESTORED = "RESTORED"
    """Restored within the 24 hours before the newest restoration on record."""


@dataclass(frozen=True, kw_only=True)
class OutageFacts:
    """What is on record of an outage. Null is unknown, or not to be seen by the user."""

    asset_id: str
    status: str
    is_active: bool
    cause_code: str | None
    cause: str | None
    is_planned: bool
    source: str
    started_at: datetime
    confirmed_at: datetime | None
    restored_at: datetime | None
    restored_by_p50_at: datetime | None
    restored_by_p80_at: datetime | None
    customers_interrupted: int
    customers_out: int
    device_kind: str | None
    device_id: str | None
    circuit_id: str
    circuit_name: str
    substation_id: str
    substation_name: str
    zone: str | None
    crew_id: str | None
    crew_name: str | None
    crew_status: str | None
    notes: str | None
    updated_at: datetime | None
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True)
class OutageList:
    """Outages, the most customers out first, and what they add up to.

    Attributes:
        total: how many there are; ``outages`` may hold fewer.
        customers_out: customers not yet restored, over all of them; one behind two outages counts twice.
        without_crew: how many have no crew.
        since: where the outages are limited to a time, its start.
        updated_at: when the newest change of one of them was made; null where none is recorded.
    """

    total: int
    customers_out: int
    without_crew: int
    since: datetime | None
    updated_at: datetime | None
    outages: tuple[OutageFacts, ...]


@dataclass(frozen=True, kw_only=True)
class OutageDetail:
    """One outage, with who is still out and the work on it.

    Attributes:
        outage: the outage.
        critical_out: active accounts of critical customers still out, by kind.
        transformers_out: transformers whose customers are still out.
        transformers: transformers, or meters, that it interrupted.
        work_orders: open work orders of it: id, status.
    """

    outage: OutageFacts
    critical_out: dict[str, int]
    transformers_out: int
    transformers: int
    work_orders: tuple[tuple[str, str], ...]


def find_zone(name: str, *, user: Any) -> tuple[str, str] | None:
    """Return id and name of a zone that a user may see, by either; None if there is none."""
    rows = models.Zone.objects.visible_to(user).filter(Q(pk__iexact=name) | Q(name__iexact=name))
    return from_either_store(
        field="assistant.zone",
        layers=("zones",),
        vital_layers=(),
        ask=lambda: rows.order_by("pk").values_list("pk", "name").first(),
    )


def is_city(name: str, *, user: Any) -> bool:
    """Return whether customers that a user may see live in a city, or in a ZIP code."""
    if not KINDS["CUST"].is_seen_by(user):
        return False
    rows = models.Customer.objects.visible_to(user).filter(_in_city(name))
    return from_either_store(
        field="assistant.city", layers=("customers",), vital_layers=(), ask=lambda: rows.exists()
    )


def list_outages(
    *,
    user: Any,
    scope: OutageScope,
    first: int,
    at: tuple[str, str] | None = None,
    zone_id: str | None = None,
    city: str | None = None,
) -> OutageList:
    """Return outages that a user may see.

    Args:
        user: who asks.
        scope: which.
        first: how many at most.
        at: kind and id of an asset: outages that leave it, or customers of it, without supply; of a circuit,
            substation or switch those behind it.
        zone_id: only outages of this zone.
        city: only outages that interrupt customers of this city or ZIP code.
    """

    def ask() -> OutageList:
        rows: QuerySet[Any] = models.Outage.objects.visible_to(user)
        if at is not None:
            rows = rows.filter(_at(*at, is_over=scope is OutageScope.RESTORED))
        if zone_id is not None:
            rows = rows.filter(zone_id=zone_id)
        since = None
        if scope is OutageScope.RESTORED:
            rows = rows.filter(status=OutageStatus.RESTORED, restored_at__isnull=False)
            newest = rows.aggregate(newest=Max("restored_at"))["newest"]
            since = None if newest is None else newest - RESTORED_WITHIN
            rows = rows.filter(restored_at__gte=since) if since is not None else rows.none()
        else:
            rows = rows.filter(status__in=ACTIVE_OUTAGE_STATUSES)
            if scope is OutageScope.PLANNED:
                rows = rows.filter(is_planned=True)
            elif scope is OutageScope.UNASSIGNED:
                rows = rows.filter(crew__isnull=True)
        if city is not None:
            rows = rows.filter(pk__in=_with_customers_in(city, rows, user))
        sums = rows.aggregate(out=Sum("customers_out"), newest=Max("updated_at"))
        order = ("-restored_at",) if scope is OutageScope.RESTORED else ("-customers_out", "-started_at")
        page = rows.select_related("circuit", "substation", "zone", "crew").order_by(*order, "pk")[:first]
        return OutageList(
            total=rows.count(),
            customers_out=int(sums["out"] or 0),
            without_crew=rows.filter(crew__isnull=True).count(),
            since=since,
            updated_at=sums["newest"],
            outages=_facts(list(page), user),
        )

    return from_either_store(field="assistant.outages", layers=LAYERS, vital_layers=("outages",), ask=ask)


def outage_detail(*, outage_id: str, user: Any) -> OutageDetail:
    """Return one outage.

    Raises:
        NotFound: if there is none that the user may see.
    """

    def ask() -> OutageDetail:
        rows = models.Outage.objects.visible_to(user).filter(pk=outage_id)
        found = _facts(list(rows.select_related("circuit", "substation", "zone", "crew")), user)
        if not found:
            raise NotFound(f"There is no outage {outage_id!r} that you may see.", field="outage_id")
        cut = models.OutageInterruption.objects.visible_to(user).filter(outage_id=outage_id)
        out = list(cut.filter(restored_at__isnull=True).values_list("transformer_id", "meter_id"))
        whole = [transformer for transformer, meter in out if meter is None]
        meters = [meter for _, meter in out if meter is not None]
        critical: dict[str, int] = {}
        if out and KINDS["CUST"].is_seen_by(user):
            customers = models.Customer.objects.visible_to(user).filter(
                IS_SERVED, critical_kind__isnull=False
            )
            behind = Q(meter__transformer_id__in=whole) | Q(meter_id__in=meters)
            for kind in customers.filter(behind).order_by("pk").values_list("critical_kind", flat=True):
                critical[str(kind)] = critical.get(str(kind), 0) + 1
        work: tuple[tuple[str, str], ...] = ()
        if KINDS["WO"].is_seen_by(user):
            orders = models.WorkOrder.objects.visible_to(user).filter(outage_id=outage_id)
            orders = orders.exclude(status__in=CLOSED_WORK_STATUSES).order_by("pk")
            work = tuple(orders.values_list("pk", "status"))
        return OutageDetail(
            outage=found[0],
            critical_out=critical,
            transformers_out=len({transformer for transformer, _ in out}),
            transformers=cut.values("transformer_id").distinct().count(),
            work_orders=work,
        )

    layers = (*LAYERS, "customers", "work_orders")
    return from_either_store(field="assistant.outage", layers=layers, vital_layers=("outages",), ask=ask)


def _at(kind: str, asset_id: str, *, is_over: bool) -> Q:
    """Return the condition of outages that concern an asset."""
    match kind:
        case "SUB":
            return Q(substation_id=asset_id)
        case "CKT":
            return Q(circuit_id=asset_id)
        case "SW":
            return Q(switch_id=asset_id)
        case "XFMR":
            cut = Q(transformer_id=asset_id)
        case "MTR":
            cut = _cut_off(models.Meter.objects.filter(pk=asset_id))
        case "CUST":
            cut = _cut_off(models.Meter.objects.filter(customers__pk=asset_id))
        case _:
            return Q(pk__in=[])
    rows = models.OutageInterruption.objects.filter(cut)
    if not is_over:
        rows = rows.filter(restored_at__isnull=True)
    return Q(pk__in=list(rows.values_list("outage_id", flat=True)))


def _cut_off(meters: QuerySet[Any]) -> Q:
    """Return the condition of interruptions of meters: their own, or of all behind their transformer."""
    found = list(meters.values_list("pk", "transformer_id"))
    whole = Q(meter__isnull=True, transformer_id__in=[transformer for _, transformer in found])
    return whole | Q(meter_id__in=[meter for meter, _ in found])


def _in_city(name: str) -> Q:
    return Q(city__iexact=name) | Q(zip_code=name)


def _with_customers_in(city: str, outages: QuerySet[Any], user: Any) -> set[str]:
    """Return those of some outages that interrupted customers of a city; few outages are asked about."""
    rows = models.OutageInterruption.objects.filter(outage_id__in=list(outages.values_list("pk", flat=True)))
    cut = list(rows.order_by().values_list("outage_id", "transformer_id", "meter_id"))
    units = {unit for _, unit, _ in cut}
    customers = models.Customer.objects.visible_to(user).filter(IS_SERVED & _in_city(city))
    living = list(
        customers.filter(meter__transformer_id__in=list(units))
        .order_by()
        .values_list("meter_id", "meter__transformer_id")
    )
    meters, whole = {meter for meter, _ in living}, {unit for _, unit in living}
    return {outage for outage, unit, meter in cut if (unit in whole if meter is None else meter in meters)}


def _facts(rows: list[Any], user: Any) -> tuple[OutageFacts, ...]:
    crews: set[str] = set()
    if KINDS["CREW"].is_seen_by(user):
        ids = [row.crew_id for row in rows if row.crew_id is not None]
        crews = set(models.Crew.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return tuple(_one(row, row.crew if row.crew_id in crews else None) for row in rows)


def _one(row: Any, crew: Any | None) -> OutageFacts:
    device = next(
        (
            (kind, getattr(row, f"{kind}_id"))
            for kind in ("switch", "transformer", "meter")
            if getattr(row, f"{kind}_id") is not None
        ),
        (None, None),
    )
    cause = CAUSES.get(row.cause_code or "")
    return OutageFacts(
        asset_id=row.pk,
        status=row.status,
        is_active=row.status in ACTIVE_OUTAGE_STATUSES,
        cause_code=row.cause_code,
        cause=cause.label if cause is not None else row.cause_code,
        is_planned=row.is_planned,
        source=row.source,
        started_at=row.started_at,
        confirmed_at=row.confirmed_at,
        restored_at=row.restored_at,
        restored_by_p50_at=row.estimated_restoration_at,
        restored_by_p80_at=row.estimated_restoration_p80_at,
        customers_interrupted=row.customers_interrupted,
        customers_out=row.customers_out,
        device_kind=device[0],
        device_id=device[1],
        circuit_id=row.circuit_id,
        circuit_name=row.circuit.name,
        substation_id=row.substation_id,
        substation_name=row.substation.name,
        zone=None if row.zone is None else row.zone.name,
        crew_id=None if crew is None else crew.pk,
        crew_name=None if crew is None else crew.name,
        crew_status=None if crew is None else crew.status,
        notes=row.notes,
        updated_at=row.updated_at,
        lon=row.location.x,
        lat=row.location.y,
    )
