"""Who hangs on each substation, and where it lies: counts alone, of nobody by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from grid import models
from grid.selectors.topology import IS_SERVED

METERS_AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class SubstationCustomers:
    """Hold the active accounts behind a substation.

    Attributes:
        by_class: how many of each billing class.
        critical: how many of each kind of critical customer; they are among the former.
    """

    by_class: dict[str, int] = field(default_factory=dict)
    critical: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Count them."""
        return sum(self.by_class.values())


@dataclass(frozen=True, kw_only=True)
class SubstationPlace:
    """Hold where a substation lies."""

    name: str
    longitude: float
    latitude: float
    zone: str | None


def substation_customers(substation_ids: Iterable[str]) -> dict[str, SubstationCustomers]:
    """Return the customers of each substation that circuits are on record for.

    A substation without circuits on record is left out: its customers are not known, which is not none.
    """
    wanted = list(dict.fromkeys(substation_ids))
    circuits = models.Circuit.objects.filter(substation_id__in=wanted).order_by()
    found = {
        substation_id: SubstationCustomers()
        for substation_id in circuits.values_list("substation_id", flat=True).distinct()
    }
    served = models.Customer.objects.filter(IS_SERVED, meter__substation_id__in=list(found)).order_by()
    by_class = served.values_list("meter__substation_id", "customer_class").annotate(Count("pk"))
    for substation_id, customer_class, count in by_class:
        found[substation_id].by_class[customer_class] = count
    critical = served.filter(critical_kind__isnull=False)
    for substation_id, kind, count in critical.values_list("meter__substation_id", "critical_kind").annotate(
        Count("pk")
    ):
        found[substation_id].critical[kind] = count
    return found


@dataclass(frozen=True, kw_only=True)
class MeterCustomers:
    """Hold the active accounts of one class on a meter."""

    meter_id: str
    substation_id: str | None
    customer_class: str
    count: int


def meter_customers(meter_ids: Sequence[str]) -> Iterator[MeterCustomers]:
    """Yield the active accounts on meters, by meter and class, with the substation on the meter's record."""
    served = models.Customer.objects.filter(IS_SERVED).order_by()
    for first in range(0, len(meter_ids), METERS_AT_ONCE):
        rows = served.filter(meter_id__in=meter_ids[first : first + METERS_AT_ONCE])
        grouped = rows.values_list("meter_id", "meter__substation_id", "customer_class")
        for meter_id, substation_id, customer_class, count in grouped.annotate(Count("pk")):
            yield MeterCustomers(
                meter_id=meter_id, substation_id=substation_id, customer_class=customer_class, count=count
            )


def substation_places(substation_ids: Iterable[str]) -> dict[str, SubstationPlace]:
    """Return where substations lie; those not in the cache are left out."""
    rows = models.Substation.objects.filter(pk__in=list(substation_ids)).select_related("zone")
    return {
        row.pk: SubstationPlace(
            name=row.name,
            longitude=row.location.x,
            latitude=row.location.y,
            zone=None if row.zone is None else row.zone.name,
        )
        for row in rows
    }


def branch_substations(branch_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the substations at the ends of branches."""
    rows = models.Branch.objects.filter(pk__in=list(branch_ids)).order_by()
    return {
        branch_id: (start, end)
        for branch_id, start, end in rows.values_list("pk", "from_substation_id", "to_substation_id")
    }


def bus_substations(bus_ids: Iterable[str]) -> dict[str, str]:
    """Return the substation of buses."""
    return dict(models.Bus.objects.filter(pk__in=list(bus_ids)).order_by().values_list("pk", "substation_id"))
