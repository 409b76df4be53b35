"""Views of production data: readings, weather, thermal stress, meters and customers to search."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, and_, cast, func, literal, select

from grid.warehouse.queries.enriched import readings_with
from grid.warehouse.queries.prices import current_prices
from grid.warehouse.queries.stations import nearest_stations
from grid.warehouse.tables import (
    PRODUCTION,
    ami_interval_readings,
    customers_master_data,
    meter_infrastructure,
    transformer_hourly_load,
    transformer_metadata,
    weather_hourly,
)
from grid.warehouse.views.base import view

MPS_PER_MPH = 0.44704
MM_PER_INCH = 25.4

_reading = ami_interval_readings.c
_meter = meter_infrastructure.c
_customer = customers_master_data.c
_unit = transformer_metadata.c
_load = transformer_hourly_load.c
_air = weather_hourly.c

ami_readings_final = view(
    PRODUCTION,
    "ami_readings_final",
    "Cleaned readings with the meter's id and what supplies it.",
    select(
        _meter.meter_id,
        _meter.transformer_id,
        _meter.circuit_id,
        _meter.substation_id,
        _meter.customer_class,
        _reading.reading_at.label("timestamp"),
        _reading.reading_date,
        _reading.interval_minutes,
        _reading.usage_kwh,
        _reading.voltage_v.label("voltage"),
        _reading.quality.label("data_quality"),
    ).join_from(ami_interval_readings, meter_infrastructure, _meter.meter_key == _reading.meter_key),
)

ami_readings_enriched = view(
    PRODUCTION,
    "ami_readings_enriched",
    "Cleaned readings with the temperature and the energy price of their hour, and what the energy cost.",
    readings_with(current_prices().subquery("prices")),
)

houston_weather_hourly = view(
    PRODUCTION,
    "houston_weather_hourly",
    "Weather by station and hour, in the units of the United States.",
    select(
        _air.station_id.label("weather_id"),
        _air.observed_at.label("observation_time"),
        _air.latitude,
        _air.longitude,
        (_air.temperature_c * 1.8 + 32.0).label("temperature_f"),
        _air.humidity_pct,
        (_air.wind_speed_mps / MPS_PER_MPH).label("wind_speed_mph"),
        (_air.precipitation_mm / MM_PER_INCH).label("precipitation_in"),
    ),
)

_station = nearest_stations().subquery("nearest")
transformer_weather_station = view(
    PRODUCTION,
    "transformer_weather_station",
    "The weather station whose air a transformer is taken to stand in: the nearest.",
    select(_station.c.transformer_id, _station.c.station_id),
)

transformer_thermal_stress_materialized = view(
    PRODUCTION,
    "transformer_thermal_stress_materialized",
    "Hours of each transformer whose temperatures are known, with what supplies it and its weather station.",
    select(
        _load.transformer_id,
        _unit.circuit_id,
        _unit.substation_id,
        _unit.rated_kva,
        transformer_weather_station.c.station_id,
        _load.load_hour,
        _load.load_date,
        _load.load_kva,
        _load.loading_pct,
        _load.ambient_c,
        _load.top_oil_c,
        _load.hot_spot_c,
        _load.ageing_factor,
        _load.thermal_stress,
    )
    .join_from(transformer_hourly_load, transformer_metadata, _unit.transformer_id == _load.transformer_id)
    .join(transformer_weather_station, transformer_weather_station.c.transformer_id == _load.transformer_id)
    .where(_load.hot_spot_c.is_not(None)),
)


def _text(*parts: Any) -> Any:
    """Return the known ones of ``parts``, each followed by a space."""
    joined: Any = literal("", String)
    for part in parts:
        joined = joined + func.coalesce(part + literal(" ", String), literal("", String))
    return func.trim(joined, type_=String)


_site = (
    select(
        _customer.meter_id,
        func.min(_customer.city).label("city"),
        func.min(_customer.state).label("state"),
        func.min(_customer.zip_code).label("zip_code"),
        cast(func.count(), _meter.meter_key.type).label("customer_count"),
    )
    .group_by(_customer.meter_id)
    .subquery("site")
)
ami_metadata_searchable = view(
    PRODUCTION,
    "ami_metadata_searchable",
    "Meters as text to search, without personal data.",
    select(
        _meter.meter_id,
        _meter.transformer_id,
        _meter.circuit_id,
        _meter.substation_id,
        _meter.customer_class.label("customer_segment_id"),
        _meter.status,
        _site.c.city,
        _site.c.state,
        _site.c.zip_code,
        _meter.latitude,
        _meter.longitude,
        _text(
            _meter.meter_id,
            _meter.customer_class,
            _meter.status,
            _meter.transformer_id,
            _meter.circuit_id,
            _meter.substation_id,
            _site.c.city,
            _site.c.zip_code,
        ).label("search_text"),
    ).select_from(meter_infrastructure.outerjoin(_site, _site.c.meter_id == _meter.meter_id)),
)

customers_searchable = view(
    PRODUCTION,
    "customers_searchable",
    "Customers as text to search. Personal data.",
    select(
        _customer.customer_id,
        _customer.full_name,
        _customer.meter_id,
        _customer.service_address,
        _customer.city,
        _customer.state,
        _customer.zip_code,
        _customer.customer_class.label("customer_segment"),
        _customer.account_status,
        _meter.circuit_id,
        _text(
            _customer.full_name,
            _customer.customer_id,
            _customer.service_address,
            _customer.city,
            _customer.zip_code,
            _customer.phone,
            _customer.email,
            _customer.meter_id,
        ).label("search_text"),
    ).select_from(
        customers_master_data.outerjoin(meter_infrastructure, and_(_meter.meter_id == _customer.meter_id))
    ),
)
