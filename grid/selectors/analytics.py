"""Questions only the warehouse can answer: history and extremes of transformer load."""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.federation import analytical, from_either_store
from grid.models.base import granted_zone_ids
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import queries, tables

MAX_HOURS = 24 * 366
MAX_PEAKS = 100
PEAKS_STALE_FOR_S = 60.0
"""The highest hours on record hardly change when readings are rolled up, which happens every minute."""


@dataclass(frozen=True, kw_only=True)
class LoadHour:
    """The load of a transformer in one hour, and its temperatures at the end of the hour."""

    at: datetime
    load_kva: float
    loading_pct: float
    energy_kwh: float
    coverage_pct: float | None
    ambient_c: float | None
    top_oil_c: float | None
    hot_spot_c: float | None
    ageing_factor: float | None
    thermal_stress: str | None


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The highest hour of a transformer, and how many hours it was loaded above its rating."""

    asset_id: str
    name: str
    circuit_id: str
    rated_kva: float
    peak_load_kva: float
    peak_loading_pct: float
    at: datetime
    hours_over_rating: int


def transformer_load(*, asset_id: str, hours: int, user: Any) -> list[LoadHour]:
    """Return the hourly load of a transformer over the ``hours`` up to its newest one, oldest first.

    Raises:
        BadInput: if ``hours`` is outside 1..8784.
        NotFound: if there is no such transformer that the user may see.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    if not 1 <= hours <= MAX_HOURS:
        raise BadInput(f"hours is {hours}; it must be 1 to {MAX_HOURS}.", field="hours")
    is_known = from_either_store(
        field="transformerLoad",
        layers=("transformers",),
        ask=lambda: models.Transformer.objects.visible_to(user).filter(pk=asset_id).exists(),
        is_check=True,
    )
    if not is_known:
        raise NotFound(f"There is no transformer {asset_id!r} that you may see.", field="assetId")

    def ask() -> list[LoadHour]:
        warehouse = get_warehouse()
        newest = warehouse.select_rows(queries.latest_load_hour(transformer_id=asset_id))[0]["at"]
        if newest is None:
            return []
        until = newest + timedelta(hours=1)
        rows = warehouse.select_rows(
            queries.transformer_load(
                transformer_id=asset_id, since=until - timedelta(hours=hours), until=until
            )
        )
        return [
            LoadHour(
                at=row["at"].replace(tzinfo=UTC),
                **{each.name: row[each.name] for each in fields(LoadHour) if each.name != "at"},
            )
            for row in rows
        ]

    return analytical(
        field="transformerLoad",
        question={"asset_id": asset_id, "hours": hours},
        data_version=lambda: _versions(tables.transformer_hourly_load),
        ask=ask,
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [LoadHour(**each) for each in kept],
    )


def top_loaded_transformers(*, first: int, user: Any) -> list[Peak]:
    """Return the ``first`` transformers with the highest hourly loading on record, highest first.

    Raises:
        BadInput: if ``first`` is outside 1..100.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    if not 1 <= first <= MAX_PEAKS:
        raise BadInput(f"first is {first}; it must be 1 to {MAX_PEAKS}.", field="first")
    zones = granted_zone_ids(user)

    def ask() -> list[Peak]:
        rows = get_warehouse().select_rows(queries.top_loaded_transformers(first=first, zone_ids=zones))
        return [
            Peak(
                asset_id=row["transformer_id"],
                name=row["transformer_name"],
                circuit_id=row["circuit_id"],
                rated_kva=row["rated_kva"],
                peak_load_kva=row["peak_load_kva"],
                peak_loading_pct=row["peak_loading_pct"],
                at=row["peak_at"].replace(tzinfo=UTC),
                hours_over_rating=int(row["hours_over_rating"]),
            )
            for row in rows
        ]

    return analytical(
        field="topLoadedTransformers",
        question={"first": first, "zones": sorted(zones)},
        data_version=lambda: _versions(
            tables.transformer_hourly_load, tables.transformer_metadata, tables.substations
        ),
        ask=ask,
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [Peak(**each) for each in kept],
        stale_for_s=PEAKS_STALE_FOR_S,
    )


def _versions(*read: sa.Table) -> str:
    """Return one version for the tables an answer rests on."""
    warehouse = get_warehouse()
    return ";".join(str(warehouse.version(table)) for table in read)
