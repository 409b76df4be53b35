"""Readings of a date with the air and the price of their hour; nothing of it is stored."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select

from grid.warehouse.queries.enriched import readings_with
from grid.warehouse.queries.prices import current_prices
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import ami_interval_readings, energy_prices_hourly, weather_hourly


def enriched_readings(day: date, *, lo_key: int | None = None, hi_key: int | None = None) -> Select[Any]:
    """Return the readings of a UTC date with what they met, by meter and time; see ``readings_with``.

    Args:
        day: the UTC date.
        lo_key: lowest meter key; None for the first.
        hi_key: highest meter key; None for the last.
    """
    reading = ami_interval_readings.c
    start = datetime.combine(day, time())
    price = current_prices(since=start, until=start + timedelta(days=1)).subquery("prices")
    query = (
        readings_with(price)
        .where(reading.reading_date == day)
        .order_by(reading.meter_key, reading.reading_at)
    )
    if lo_key is not None:
        query = query.where(reading.meter_key >= lo_key)
    if hi_key is not None:
        query = query.where(reading.meter_key <= hi_key)
    return reading_as_empty(query, energy_prices_hourly, weather_hourly)
