"""Cleaned readings with the air and the price of their hour; nothing of it is stored."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import DateTime, Double, Select, and_, cast, func, literal_column, select

from grid.warehouse.queries.prices import current_prices
from grid.warehouse.queries.stations import nearest_stations
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import (
    ami_interval_readings,
    energy_prices_hourly,
    meter_infrastructure,
    substations,
    weather_hourly,
)

KWH_PER_MWH = 1000.0


def enriched_readings(day: date, *, lo_key: int | None = None, hi_key: int | None = None) -> Select[Any]:
    """Return the readings of a UTC date with what they met, by meter and time.

    Temperature is that of the station nearest to the meter's transformer; the price is that of the load zone
    of the meter's substation, both in the hour in which the interval begins. What is not known is null.

    Columns: meter_id, meter_key, reading_at, interval_minutes, usage_kwh, quality, temperature_c,
    price_usd_per_mwh, cost_usd (usage_kwh · price / 1000).

    Args:
        day: the UTC date.
        lo_key: lowest meter key; None for the first.
        hi_key: highest meter key; None for the last.
    """
    reading, meter, air = ami_interval_readings.c, meter_infrastructure.c, weather_hourly.c
    start = datetime.combine(day, time())
    price = current_prices(since=start, until=start + timedelta(days=1)).subquery("prices")
    station = nearest_stations().subquery("station")
    hour: Any = func.date_trunc(literal_column("'hour'"), reading.reading_at, type_=DateTime)
    cost = cast(reading.usage_kwh, Double) * price.c.price_usd_per_mwh / KWH_PER_MWH
    query = (
        select(
            meter.meter_id,
            reading.meter_key,
            reading.reading_at,
            reading.interval_minutes,
            reading.usage_kwh,
            reading.quality,
            air.temperature_c,
            price.c.price_usd_per_mwh,
            cost.label("cost_usd"),
        )
        .join_from(ami_interval_readings, meter_infrastructure, meter.meter_key == reading.meter_key)
        .outerjoin(station, station.c.transformer_id == meter.transformer_id)
        .outerjoin(weather_hourly, and_(air.station_id == station.c.station_id, air.observed_at == hour))
        .outerjoin(substations, substations.c.substation_id == meter.substation_id)
        .outerjoin(price, and_(price.c.zone_id == substations.c.zone_id, price.c.price_hour == hour))
        .where(reading.reading_date == day)
        .order_by(reading.meter_key, reading.reading_at)
    )
    if lo_key is not None:
        query = query.where(reading.meter_key >= lo_key)
    if hi_key is not None:
        query = query.where(reading.meter_key <= hi_key)
    return reading_as_empty(query, energy_prices_hourly, weather_hourly)
