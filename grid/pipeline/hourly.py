"""Hourly load of the transformers, their hot-spot temperature and how fast they age."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    DateTime,
    Double,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
)

from grid.pipeline.params import PipelineParams
from grid.standards.transformer_thermal import STRESS_LIMITS_C
from grid.warehouse.tables import (
    ami_interval_readings,
    meter_infrastructure,
    transformer_hourly_load,
    transformer_metadata,
    weather_hourly,
)

HISTORY_H = 24
"""Hours of load that the oil is taken to remember: after eight time constants 0.03 % of a rise is left."""


def transformer_hours(day: date, params: PipelineParams) -> Select[Any]:
    """Return the hours of one UTC date of every transformer with readings, by transformer and hour.

    Columns are those of ``transformer_hourly_load``. The load before the date is read from that table, so
    dates are rolled up in their order. ``load_kva`` is energy / 1 h / power factor; an hour that is metered
    in part says so in ``coverage_pct``. Temperatures follow IEEE C57.91 for loads constant within the hour,
    beginning with the lasting load of the oldest hour known; they are null without a temperature of the air.
    """
    hours = _loads(day, params).subquery("hours")
    oil = _ultimate_oil_rise(hours.c.load_pu, params)
    recalled = select(hours, oil.label("oil_c")).subquery("recalled")
    risen = select(recalled, _oil_rise(recalled, day, params).label("oil_rise_c")).subquery("risen")
    top_oil = risen.c.ambient_c + risen.c.oil_rise_c
    winding = params.thermal.rated_hot_spot_rise_c * func.power(
        risen.c.load_pu, 2.0 * params.thermal.winding_exponent
    )
    heated = select(risen, top_oil.label("top_oil_c"), (top_oil + winding).label("hot_spot_c")).subquery(
        "heated"
    )
    return (
        select(
            heated.c.transformer_id,
            heated.c.load_hour,
            heated.c.load_date,
            heated.c.energy_kwh,
            heated.c.load_kva,
            heated.c.loading_pct,
            heated.c.meter_count,
            heated.c.coverage_pct,
            heated.c.ambient_c,
            heated.c.top_oil_c,
            heated.c.hot_spot_c,
            func.exp(15000.0 / 383.0 - 15000.0 / (heated.c.hot_spot_c + 273.0), type_=Double).label(
                "ageing_factor"
            ),
            _stress(heated.c.hot_spot_c).label("thermal_stress"),
        )
        .where(heated.c.load_date == day)
        .order_by(heated.c.transformer_id, heated.c.load_hour)
    )


def _loads(day: date, params: PipelineParams) -> Select[Any]:
    """Return the hours of the date, metered, and those before it, as they were rolled up."""
    metered, earlier, unit = _energies(day), transformer_hourly_load.c, transformer_metadata.c
    kva = metered.c.energy_kwh / params.power_factor
    air = weather_hourly.c
    station = nearest_stations().subquery("station")
    today = (
        select(
            metered.c.transformer_id,
            metered.c.load_hour,
            metered.c.load_date,
            metered.c.energy_kwh,
            kva.label("load_kva"),
            (100.0 * kva / unit.rated_kva).label("loading_pct"),
            (kva / unit.rated_kva).label("load_pu"),
            metered.c.meter_count,
            metered.c.coverage_pct,
            air.temperature_c.label("ambient_c"),
        )
        .join_from(
            metered,
            transformer_metadata,
            and_(unit.transformer_id == metered.c.transformer_id, unit.rated_kva > 0.0),
        )
        .outerjoin(station, station.c.transformer_id == metered.c.transformer_id)
        .outerjoin(
            weather_hourly,
            and_(air.station_id == station.c.station_id, air.observed_at == metered.c.load_hour),
        )
    )
    start = _midnight(day)
    before = select(
        earlier.transformer_id,
        earlier.load_hour,
        earlier.load_date,
        earlier.energy_kwh,
        earlier.load_kva,
        earlier.loading_pct,
        (earlier.loading_pct / 100.0).label("load_pu"),
        earlier.meter_count,
        earlier.coverage_pct,
        earlier.ambient_c,
    ).where(
        earlier.load_date == day - timedelta(days=1), earlier.load_hour >= start - timedelta(hours=HISTORY_H)
    )
    both = today.union_all(before).subquery("both")
    return select(both)


def _energies(day: date) -> Any:
    reading, meter = ami_interval_readings.c, meter_infrastructure.c
    # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
    hour: Any = func.date_trunc(literal_column("'hour'"), reading.reading_at, type_=DateTime)
    per_hour = (
        select(
            meter.transformer_id,
            hour.label("load_hour"),
            cast(func.sum(reading.usage_kwh), Double).label("energy_kwh"),
            cast(func.sum(reading.interval_minutes), Double).label("metered_minutes"),
        )
        .join_from(ami_interval_readings, meter_infrastructure, meter.meter_key == reading.meter_key)
        .where(reading.reading_date == day)
        .group_by(meter.transformer_id, hour)
        .subquery("per_hour")
    )
    fleet = (
        select(meter.transformer_id, cast(func.count(), Integer).label("meter_count"))
        .group_by(meter.transformer_id)
        .subquery("fleet")
    )
    return (
        select(
            per_hour.c.transformer_id,
            per_hour.c.load_hour,
            literal(day).label("load_date"),
            per_hour.c.energy_kwh,
            fleet.c.meter_count,
            (100.0 * per_hour.c.metered_minutes / (60.0 * fleet.c.meter_count)).label("coverage_pct"),
        )
        .join_from(per_hour, fleet, fleet.c.transformer_id == per_hour.c.transformer_id)
        .subquery("metered")
    )


def nearest_stations() -> Select[Any]:
    """Return the weather station nearest to each transformer, by distance on the local plane."""
    air, unit = weather_hourly.c, transformer_metadata.c
    stations = (
        select(
            air.station_id,
            func.avg(air.latitude, type_=Double).label("latitude"),
            func.avg(air.longitude, type_=Double).label("longitude"),
        )
        .group_by(air.station_id)
        .subquery("stations")
    )
    north = stations.c.latitude - unit.latitude
    east = (stations.c.longitude - unit.longitude) * func.cos(func.radians(unit.latitude))
    rank = func.row_number().over(
        partition_by=unit.transformer_id, order_by=(north * north + east * east, stations.c.station_id)
    )
    near = (
        select(unit.transformer_id, stations.c.station_id, rank.label("place"))
        .join_from(transformer_metadata, stations, literal_column("1 = 1"))
        .subquery("near")
    )
    return select(near.c.transformer_id, near.c.station_id).where(near.c.place == 1)


def _ultimate_oil_rise(load_pu: Any, params: PipelineParams) -> Any:
    thermal = params.thermal
    losses = (load_pu * load_pu * thermal.loss_ratio + 1.0) / (thermal.loss_ratio + 1.0)
    return thermal.rated_top_oil_rise_c * func.power(losses, thermal.oil_exponent)


def _oil_rise(hours: Any, day: date, params: PipelineParams) -> Any:
    """Return the top-oil rise at the end of each hour.

    The exponential approach of C57.91, unrolled: the mean of the ultimate rises of the hours up to this one,
    each weighing e^(1 h / tau) times as much as the one before, and the oldest standing for all before it.
    """
    tau = params.thermal.oil_time_constant_h
    age = func.extract("epoch", hours.c.load_hour - literal(_midnight(day))) / 3600.0
    weight = func.exp(cast(age, Double) / tau, type_=Double)
    window: dict[str, Any] = {
        "partition_by": hours.c.transformer_id,
        "order_by": hours.c.load_hour,
        "rows": (1 - HISTORY_H, 0),
    }
    left = math.exp(-1.0 / tau)
    first_weight = func.first_value(weight).over(**window) * left / (1.0 - left)
    first = func.first_value(hours.c.oil_c).over(**window)
    total = func.sum(weight * hours.c.oil_c).over(**window) + first_weight * first
    return total / (func.sum(weight).over(**window) + first_weight)


def _stress(hot_spot_c: Any) -> Any:
    classes = [(hot_spot_c <= limit_c, name) for name, limit_c in STRESS_LIMITS_C]
    return case((hot_spot_c.is_(None), None), *classes, else_="CRITICAL")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
