"""What energy costs, from the warehouse."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from flux_site.api.errors import NotFound
from grid import models
from grid.federation import analytical, from_either_store
from grid.models.base import granted_zone_ids
from grid.pipeline.usage import day_bounds
from grid.selectors.hours import span
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import queries, tables

MAX_PRICE_DAYS = 31
MAX_COST_DAYS = 366


class CostBucket(StrEnum):
    """The span that costs are summed over: UTC hours, local days, local months."""

    HOUR = "HOUR"
    DAY = "DAY"
    MONTH = "MONTH"


@dataclass(frozen=True, kw_only=True)
class EnergyPrice:
    """The price of a load zone in one hour; None while it is not known."""

    at: datetime
    zone_id: str
    price_usd_per_mwh: float | None
    method: str
    source: str


@dataclass(frozen=True, kw_only=True)
class EnergyCost:
    """What energy cost in one span; the cost is that of the part with a known price."""

    at: datetime
    energy_kwh: float
    priced_kwh: float
    cost_usd: float | None


def energy_prices(*, zone_id: str | None, start: datetime, end: datetime, user: Any) -> list[EnergyPrice]:
    """Return the hourly prices from ``start`` to before ``end`` of one zone or all visible ones.

    Raises:
        BadInput: if a time has no zone, the end is not after the start, or they are too far apart.
        NotFound: if there is no such zone that the user may see.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    since, until = span(start, end, most_days=MAX_PRICE_DAYS, what="the price")
    zones = granted_zone_ids(user)
    if zone_id is not None:
        is_there = from_either_store(
            field="energyPrices",
            layers=("zones",),
            ask=lambda: models.Zone.objects.filter(pk=zone_id).exists(),
            is_check=True,
        )
        if not is_there or (zones and zone_id not in zones):
            raise NotFound(f"There is no load zone {zone_id!r} that you may see.", field="zoneId")
        zones = [zone_id]
    query = queries.energy_prices(since=since, until=until, zone_ids=zones)
    return analytical(
        field="energyPrices",
        question={"zones": sorted(zones), "start": since, "end": until},
        data_version=lambda: str(get_warehouse().version(tables.energy_prices_hourly)),
        ask=lambda: [
            EnergyPrice(**row | {"at": row["at"].replace(tzinfo=UTC)})
            for row in get_warehouse().select_rows(query)
        ],
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [EnergyPrice(**each) for each in kept],
    )


def energy_costs(*, bucket: CostBucket, start: datetime, end: datetime, user: Any) -> list[EnergyCost]:
    """Return what the energy of all visible transformers cost from ``start`` to before ``end``, oldest first.

    Days and months are local ones; the first and the last hold only what lies between the two times.

    Raises:
        BadInput: if a time has no zone, the end is not after the start, or they are too far apart.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    since, until = span(start, end, most_days=MAX_COST_DAYS, what="the cost")
    zones = granted_zone_ids(user)
    zone = ZoneInfo(settings.TIME_ZONE)
    read = (
        tables.transformer_hourly_load,
        tables.transformer_metadata,
        tables.substations,
        tables.energy_prices_hourly,
    )
    query = queries.energy_costs(since=since, until=until, zone_ids=zones)
    return analytical(
        field="energyCosts",
        question={"zones": sorted(zones), "bucket": bucket, "start": since, "end": until},
        data_version=lambda: ";".join(str(get_warehouse().version(table)) for table in read),
        ask=lambda: _summed(get_warehouse().select_rows(query), bucket, zone),
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [EnergyCost(**each) for each in kept],
    )


def _summed(rows: list[dict[str, Any]], bucket: CostBucket, zone: ZoneInfo) -> list[EnergyCost]:
    """Sum hours up by the local day or month in which they begin."""
    sums: dict[datetime, list[dict[str, Any]]] = {}
    for row in rows:
        at = row["at"].replace(tzinfo=UTC)
        if bucket is not CostBucket.HOUR:
            day: date = at.astimezone(zone).date()
            first = day if bucket is CostBucket.DAY else day.replace(day=1)
            at = day_bounds(first, zone)[0].replace(tzinfo=UTC)
        sums.setdefault(at, []).append(row)
    found = []
    for at, hours in sums.items():
        costs = [row["cost_usd"] for row in hours if row["cost_usd"] is not None]
        found.append(
            EnergyCost(
                at=at,
                energy_kwh=sum(row["energy_kwh"] for row in hours),
                priced_kwh=sum(row["priced_kwh"] or 0.0 for row in hours),
                cost_usd=sum(costs) if costs else None,
            )
        )
    return found
