"""The numbers behind key figures that rest on more than the cache's main layers.

Crews, health, margin and restoration.

Each is looked up by itself, so that one that cannot be had leaves the others alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from flux_site.api.errors import DatabaseUnavailable, WarehouseUnavailableError
from grid import models
from grid.federation import analytical, operational
from grid.models.base import granted_zone_ids
from grid.operations import CrewStatus
from grid.selectors.line_ratings import current_hour
from grid.selectors.rated_hour import POWER_FACTOR
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import queries, tables
from grid.warehouse.queries.past_figures import RESTORATION_DAYS

T = TypeVar("T")

AT_WORK = (CrewStatus.ASSIGNED, CrewStatus.ON_SITE)
HEALTH_KINDS = ("TRANSFORMER", "POLE")
"""The assets whose health is averaged: circuits and substations are made of them."""

RESTORATION_STALE_FOR_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A part that cannot be had, and why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Crews:
    """How many crews are on record, and how many are assigned or on site."""

    count: int
    active: int
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HealthTotals:
    """The health indices of transformers and poles, summed."""

    index_sum: float | None
    count: int
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class MarginTotals:
    """What circuits may carry and do carry, over those of which both are known."""

    at: datetime | None
    load_mw: float | None
    rated_mw: float | None
    circuit_count: int
    over_85_count: int


@dataclass(frozen=True, kw_only=True)
class Restoration:
    """Customers of outages that ended within 30 days, and how long they were out together.

    ``at`` is the end of those days: the newest end of an outage on record.
    """

    at: datetime | None
    customers: int
    customer_minutes: float


def find(ask: Callable[[], T]) -> T | Unknown:
    """Return what ``ask`` finds, or that it cannot be had."""
    try:
        return ask()
    except (WarehouseUnavailableError, DatabaseUnavailable) as error:
        return Unknown(reason=error.message)


def crews(user: Any) -> Crews:
    """Return the crews at home in the zones the user may see.

    Raises:
        NeverSynced, DatabaseUnavailable: if neither store can answer.
    """

    def from_cache() -> Crews:
        found = models.Crew.objects.visible_to(user).aggregate(
            count=Count("pk"), active=Count("pk", filter=Q(status__in=AT_WORK)), at=Max("updated_at")
        )
        return Crews(**found)

    def from_warehouse() -> Crews:
        (found,) = get_warehouse().select_rows(queries.crew_totals(granted_zone_ids(user)))
        return Crews(
            count=int(found["crew_count"]), active=int(found["crews_active"]), at=_utc(found["crews_at"])
        )

    return operational(
        field="kpis.crews", layers=("crews",), from_cache=from_cache, from_warehouse=from_warehouse
    )


def health(user: Any) -> HealthTotals:
    """Return the health of the transformers and poles in the zones the user may see.

    Raises:
        NeverSynced, DatabaseUnavailable: if neither store can answer.
    """

    def from_cache() -> HealthTotals:
        found = (
            models.AssetHealth.objects.visible_to(user)
            .filter(asset_kind__in=HEALTH_KINDS)
            .aggregate(index_sum=Sum("health_index"), count=Count("health_index"), at=Max("as_of"))
        )
        return HealthTotals(**found)

    def from_warehouse() -> HealthTotals:
        (found,) = get_warehouse().select_rows(queries.health_totals(HEALTH_KINDS, granted_zone_ids(user)))
        return HealthTotals(
            index_sum=found["health_index_sum"],
            count=int(found["health_count"]),
            at=_utc(found["health_at"]),
        )

    return operational(
        field="kpis.health", layers=("asset_health",), from_cache=from_cache, from_warehouse=from_warehouse
    )


def margin(user: Any) -> MarginTotals:
    """Return the margin of the circuits in the zones the user may see.

    Raises:
        NeverSynced, DatabaseUnavailable: if neither store can answer.
    """
    hour = current_hour(field="kpis.margin", zone_ids=granted_zone_ids(user))
    return margin_totals(hour)


def margin_totals(hour: Any) -> MarginTotals:
    """Return the margin of an hour of circuits."""
    found = hour.margin
    return MarginTotals(
        at=hour.at,
        load_mw=None if found.load_mva is None else found.load_mva * POWER_FACTOR,
        rated_mw=None if found.rated_mva is None else found.rated_mva * POWER_FACTOR,
        circuit_count=found.circuit_count,
        over_85_count=found.over_85_count,
    )


def restoration(user: Any) -> Restoration:
    """Return the outages in the zones the user may see that ended in the 30 days up to the newest end.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    zones = sorted(granted_zone_ids(user))
    limit = timezone.now().astimezone(UTC).replace(tzinfo=None)

    def ask() -> Restoration:
        warehouse = get_warehouse()
        at = warehouse.select_rows(queries.newest_restoration(limit, zones))[0]["at"]
        if at is None:
            return Restoration(at=None, customers=0, customer_minutes=0.0)
        rows = warehouse.select_rows(
            queries.ended_outages(since=at - timedelta(days=RESTORATION_DAYS), until=at, zone_ids=zones)
        )
        return sum_up(rows, at)

    return analytical(
        field="kpis.restoration",
        question={"zones": zones},
        data_version=lambda: version_of(tables.outage_interruptions, tables.outage_restoration_tracker),
        ask=ask,
        encode=asdict,
        decode=lambda kept: Restoration(**kept),
        stale_for_s=RESTORATION_STALE_FOR_S,
    )


def sum_up(rows: Sequence[dict[str, Any]], at: datetime) -> Restoration:
    """Return the sums over outages that ended within 30 days before ``at`` (naive UTC)."""
    since = at - timedelta(days=RESTORATION_DAYS)
    counted = [row for row in rows if since < row["ended_at"] <= at]
    return Restoration(
        at=_utc(at),
        customers=sum(int(row["customers"]) for row in counted),
        customer_minutes=sum(float(row["customer_minutes"]) for row in counted),
    )


def version_of(*read: Any) -> str:
    """Return one version for the tables an answer rests on."""
    warehouse = get_warehouse()
    return ";".join(str(warehouse.version(table)) for table in read)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
