"""What the risk of the coming hours is made of, as the cache has it now: whole columns, of nobody by name.

Zones are told of each row and do not limit what is read: who may see which zone is settled where the risk is
shown. Unknown is NaN or None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Count, F, Max, Q, Sum

from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES
from grid.selectors.restoration import estimate_outage
from grid.selectors.topology import IS_SERVED

FloatArray = npt.NDArray[np.float64]
METERED_PCT = 90.0
"""Of a substation's meters' time, for its load to count as known: as for the load among the key figures."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Hold assets and what is known of them.

    Attributes:
        ids: natural keys.
        zones: load zones; None: not known.
        values: columns by name, one entry for each asset; NaN: not known.
    """

    ids: list[str]
    zones: list[str | None]
    values: dict[str, FloatArray]

    def __len__(self) -> int:
        """Count the assets."""
        return len(self.ids)


@dataclass(frozen=True, kw_only=True)
class PresentLoad:
    """Hold how the metered load of an hour compares with that of the planning base case.

    Attributes:
        multiplier: metered over planned load of the substations that have both; None: none has.
        metered_mw: metered load of these.
        planned_mw: their planned load.
        at: start of the hour.
    """

    multiplier: float | None
    metered_mw: float
    planned_mw: float
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BranchFacts:
    """Hold what the outage rate of a branch depends on; ``length_km`` None: within one substation."""

    is_line: bool
    base_kv: float
    length_km: float | None


def never_synced(layers: Sequence[str]) -> list[str]:
    """Return those of some layers that no sync has ever filled."""
    return models.SyncLayer.objects.never_synced(layers)


def served_zones() -> dict[str, int]:
    """Return the zones that have customers, with how many."""
    rows = models.Customer.objects.filter(IS_SERVED, zone__isnull=False).order_by()
    return dict(rows.values_list("zone_id").annotate(Count("pk")))


def active_outages(now: datetime) -> Rows:
    """Return active outages: ``customers_out``, and the hours from now until P50 and P80 of the restoration.

    The estimate on record counts while it lies ahead; else one is made as of now from how long restoration
    takes.
    """
    outages = models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES, customers_out__gt=0)
    ids, zones, out, p50, p80 = [], [], [], [], []
    for outage in outages.order_by("pk"):
        first, second = outage.estimated_restoration_at, outage.estimated_restoration_p80_at
        if first is None or first <= now:
            found = estimate_outage(outage, now=now)
            first, second = found.p50_at, found.p80_at
        ids.append(outage.pk)
        zones.append(outage.zone_id)
        out.append(float(outage.customers_out))
        p50.append(_hours(first, now))
        p80.append(_hours(second, now))
    return _made(ids, zones, customers_out=out, p50_h=p50, p80_h=p80)


def transformer_zones() -> dict[str, str | None]:
    """Return the load zone of each transformer."""
    return dict(models.Transformer.objects.order_by().values_list("pk", "zone_id"))


def transformer_failures() -> Rows:
    """Return transformers whose health was assessed: ``failures_per_year`` and ``customers``."""
    accounts = models.Customer.objects.filter(IS_SERVED).order_by().values_list("meter__transformer_id")
    customers: dict[str, int] = dict(accounts.annotate(Count("pk")))
    rows = _health("TRANSFORMER").values_list("pk", "zone_id", "failures_per_year")
    ids, zones, rates = _columns(rows, 3)
    return _made(ids, zones, failures_per_year=rates, customers=[customers.get(each, 0) for each in ids])


def pole_failures() -> Rows:
    """Return poles that carry a line section: ``failures_per_year`` and ``customers``.

    Customers are those behind the switch that opens on a fault of that section, as the assessment of trees
    found them; where it looked at no such section they are not known. A pole that carries none interrupts
    nobody by itself.
    """
    customers: dict[str, int | None] = dict(
        models.VegetationLine.objects.filter(line_kind=models.VegetationLine.SECTION)
        .order_by()
        .values_list("pk", "customers")
    )
    rows = _health("POLE").filter(pole__line__isnull=False)
    ids, zones, rates, lines = _columns(
        rows.values_list("pk", "zone_id", "failures_per_year", "pole__line_id"), 4
    )
    return _made(ids, zones, failures_per_year=rates, customers=[customers.get(each) for each in lines])


def circuit_loadings() -> tuple[Rows, datetime | None]:
    """Return circuits by their weather rating: ``loading_pct`` and ``customers``; and the hour of it."""
    accounts = models.Customer.objects.filter(IS_SERVED).order_by().values_list("meter__circuit_id")
    customers: dict[str, int] = dict(accounts.annotate(Count("pk")))
    rated = models.WeatherRating.objects.filter(asset_kind="CIRCUIT").order_by("pk")
    ids, zones, loading = _columns(rated.values_list("pk", "zone_id", "weather_loading_pct"), 3)
    at = rated.aggregate(at=Max("rated_hour"))["at"]
    return _made(ids, zones, loading_pct=loading, customers=[customers.get(each, 0) for each in ids]), at


def tree_risks() -> Rows:
    """Return trees near distribution lines: ``customer_minutes_per_year``, 0 where no line can be struck.

    Trees along transmission lines of which only a straight route is known are left out.
    """
    rows = models.TreeRisk.objects.filter(is_route_approximate=False).order_by("pk")
    wanted = ("pk", "zone_id", "customer_minutes_per_year", "overstrike_m", "nearest_line_id")
    ids, zones, minutes, overstrike, lines = _columns(rows.values_list(*wanted), 5)
    known = [
        0.0 if value is None and (line is None or (over is not None and over < 0.0)) else value
        for value, over, line in zip(minutes, overstrike, lines, strict=True)
    ]
    return _made(ids, zones, customer_minutes_per_year=known)


def trees_were_assessed() -> bool:
    """Return whether trees near lines were ever assessed."""
    return models.TreeRisk.objects.exists() or models.VegetationLine.objects.exists()


def health_was_assessed() -> bool:
    """Return whether the health of assets was ever assessed."""
    return models.AssetHealth.objects.exists()


def substation_loads(interconnect: str) -> dict[str, tuple[str | None, int]]:
    """Return zone and customers of each substation of a network that circuits are on record for."""
    circuits = models.Circuit.objects.filter(substation__interconnect=interconnect).order_by()
    zones: dict[str, str | None] = dict(
        circuits.values_list("substation_id", "substation__zone_id").distinct()
    )
    served = models.Customer.objects.filter(
        IS_SERVED, meter__substation__interconnect=interconnect
    ).order_by()
    customers: dict[str, int] = dict(served.values_list("meter__substation_id").annotate(Count("pk")))
    return {each: (zone, customers.get(each, 0)) for each, zone in zones.items()}


def present_load(interconnect: str) -> PresentLoad:
    """Return the metered load of the newest hour against the planned load of the same substations.

    Only substations count whose meters reported at least 90 % of the hour.
    """
    metered = models.SubstationStatus.objects.filter(
        substation__interconnect=interconnect,
        load_mw__isnull=False,
        load_coverage_pct__gte=METERED_PCT,
        substation__load_mw__gt=0.0,
    )
    newest = metered.aggregate(at=Max("load_hour"))["at"]
    found = metered.filter(load_hour=newest).aggregate(
        metered=Sum("load_mw"), planned=Sum("substation__load_mw")
    )
    if not found["planned"]:
        return PresentLoad(multiplier=None, metered_mw=0.0, planned_mw=0.0, at=None)
    return PresentLoad(
        multiplier=found["metered"] / found["planned"],
        metered_mw=found["metered"],
        planned_mw=found["planned"],
        at=newest,
    )


def branch_rating_fracs(interconnect: str) -> tuple[dict[str, float], datetime | None]:
    """Return per branch its rating in the hour's weather over the one in force, where known; and the hour."""
    rated = models.WeatherRating.objects.filter(
        Q(rated_mva__gt=0.0, weather_rated_mva__gt=0.0),
        asset_kind="BRANCH",
        pk__in=models.Branch.objects.filter(interconnect=interconnect, in_service=True).values("pk"),
    )
    fracs = rated.order_by().values_list("pk").annotate(frac=F("weather_rated_mva") / F("rated_mva"))
    return dict(fracs), rated.aggregate(at=Max("rated_hour"))["at"]


def branch_facts(branch_ids: Sequence[str]) -> dict[str, BranchFacts]:
    """Return what the outage rate of branches depends on; those not in the cache are left out."""
    rows = models.Branch.objects.filter(pk__in=list(branch_ids)).order_by()
    return {
        key: BranchFacts(is_line=kind == models.BranchKind.LINE, base_kv=base_kv, length_km=length_km)
        for key, kind, base_kv, length_km in rows.values_list("pk", "kind", "base_kv", "length_km")
    }


def _health(kind: str) -> Any:
    return models.AssetHealth.objects.filter(asset_kind=kind).order_by("pk")


def _hours(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (moment - now).total_seconds() / 3600.0


def _columns(rows: Any, count: int) -> list[list[Any]]:
    """Return the columns of rows; empty ones without any row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]


def _made(ids: list[str], zones: list[str | None], **columns: list[Any]) -> Rows:
    return Rows(
        ids=ids,
        zones=zones,
        values={
            name: np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            for name, values in columns.items()
        },
    )
