"""Cleaned readings with the air and the price of their hour."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, Double, FromClause, Select, and_, cast, func, literal_column, select

from grid.warehouse.queries.stations import nearest_stations
from grid.warehouse.tables import ami_interval_readings, meter_infrastructure, substations, weather_hourly

KWH_PER_MWH = 1000.0


def readings_with(price: FromClause) -> Select[Any]:
    """Return the cleaned readings with what they met.

    Temperature is that of the station nearest to the meter's transformer; the price is that of the load zone
    of the meter's substation, both in the hour in which the interval begins. What is not known is null.

    Columns: meter_id, meter_key, reading_at, interval_minutes, usage_kwh, quality, temperature_c,
    price_usd_per_mwh, cost_usd (usage_kwh · price / 1000).

    Args:
        price: the prices in force, as ``prices.current_prices`` returns them.
    """
    reading, meter, air = ami_interval_readings.c, meter_infrastructure.c, weather_hourly.c
    station = nearest_stations().subquery("station")
    hour: Any = func.date_trunc(literal_column("'hour'"), reading.reading_at, type_=DateTime)
    cost = cast(reading.usage_kwh, Double) * price.c.price_usd_per_mwh / KWH_PER_MWH
    return (
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
    )
