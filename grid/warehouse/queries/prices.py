"""Questions about energy prices, and what the transformers' energy costs at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Double, Select, and_, func, select

from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import (
    energy_prices_hourly,
    substations,
    transformer_hourly_load,
    transformer_metadata,
)


def current_prices(*, since: datetime | None = None, until: datetime | None = None) -> Select[Any]:
    """Return the price in force of each zone and hour from ``since`` to before ``until`` (UTC; None: no end).

    Of several prices of one zone and hour the one received last counts, and of two received at the same
    instant the one of the source that comes last by name. A price received as unknown is unknown.

    Columns: zone_id, price_hour, price_usd_per_mwh, method, source, received_at.
    """
    price = energy_prices_hourly.c
    place = func.row_number().over(
        partition_by=(price.zone_id, price.price_hour),
        order_by=(price.received_at.desc(), price.source.desc()),
    )
    within = [] if since is None else [price.price_hour >= since]
    within += [] if until is None else [price.price_hour < until]
    ranked = select(energy_prices_hourly, place.label("place")).where(*within).subquery("ranked_prices")
    columns = [ranked.c[column.name] for column in energy_prices_hourly.columns]
    return select(*columns).where(ranked.c.place == 1)


def energy_prices(*, since: datetime, until: datetime, zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the prices of zones from ``since`` to before ``until`` (UTC), by hour and zone.

    An empty ``zone_ids`` means every zone; a table that was never loaded holds no price.

    Columns: at, zone_id, price_usd_per_mwh (null if unknown), method, source.
    """
    price = current_prices(since=since, until=until).subquery("prices")
    query = select(
        price.c.price_hour.label("at"),
        price.c.zone_id,
        price.c.price_usd_per_mwh,
        price.c.method,
        price.c.source,
    ).order_by(price.c.price_hour, price.c.zone_id)
    if zone_ids:
        query = query.where(price.c.zone_id.in_(zone_ids))
    return reading_as_empty(query, energy_prices_hourly)


def energy_costs(*, since: datetime, until: datetime, zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return what the energy of the transformers cost in each hour from ``since`` to before ``until`` (UTC).

    The energy of each is priced in the zone of its substation; an empty ``zone_ids`` means every zone.

    Columns: at, energy_kwh, priced_kwh (the part with a known price), cost_usd (of that part; null without).
    """
    load, unit, place = transformer_hourly_load.c, transformer_metadata.c, substations.c
    price = current_prices(since=since, until=until).subquery("prices")
    by_zone = (
        select(
            load.load_hour,
            place.zone_id,
            func.sum(load.energy_kwh, type_=Double).label("energy_kwh"),
        )
        .join_from(transformer_hourly_load, transformer_metadata, unit.transformer_id == load.transformer_id)
        .join(substations, place.substation_id == unit.substation_id)
        .where(
            load.load_hour >= since,
            load.load_hour < until,
            load.load_date >= since.date(),  # the partition: skips the files of other days
            load.load_date <= until.date(),
        )
        .group_by(load.load_hour, place.zone_id)
    )
    if zone_ids:
        by_zone = by_zone.where(place.zone_id.in_(zone_ids))
    zones = by_zone.subquery("zones")
    cost = zones.c.energy_kwh * price.c.price_usd_per_mwh / 1000.0
    priced = func.sum(zones.c.energy_kwh, type_=Double).filter(price.c.price_usd_per_mwh.is_not(None))
    query = (
        select(
            zones.c.load_hour.label("at"),
            func.sum(zones.c.energy_kwh, type_=Double).label("energy_kwh"),
            priced.label("priced_kwh"),
            func.sum(cost, type_=Double).label("cost_usd"),
        )
        .join_from(
            zones,
            price,
            and_(price.c.zone_id == zones.c.zone_id, price.c.price_hour == zones.c.load_hour),
            isouter=True,
        )
        .group_by(zones.c.load_hour)
        .order_by(zones.c.load_hour)
    )
    return reading_as_empty(query, energy_prices_hourly)
