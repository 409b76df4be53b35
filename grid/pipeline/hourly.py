"""Hourly load of the transformers, their hot-spot temperature and how fast they age."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Double,
    FromClause,
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
from grid.warehouse.dialects import between
from grid.warehouse.queries.stations import nearest_stations
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
    earlier = transformer_hourly_load.c
    per_hour = hour_energies(ami_interval_readings.c.reading_date == day).subquery("per_hour")
    station = nearest_stations().subquery("station")
    today = _metered_hours(params, per_hour, station).subquery("today")
    before = select(
        earlier.transformer_id,
        earlier.load_hour,
        earlier.load_date,
        earlier.energy_kwh,
        earlier.load_kva,
        earlier.loading_pct,
        earlier.meter_count,
        earlier.coverage_pct,
        earlier.ambient_c,
        literal(day).label("target_date"),
    ).where(earlier.load_date == day - timedelta(days=1))
    both = select(*today.c, literal(day).label("target_date")).union_all(before)
    hours = _heated(both.subquery("hours"), params)
    return hours.order_by(literal_column("transformer_id"), literal_column("load_hour"))


def all_transformer_hours(
    params: PipelineParams, *, per_hour: FromClause | None = None, station: FromClause | None = None
) -> Select[Any]:
    """Return the same of every date, for a warehouse that keeps them up to date itself.

    ``per_hour`` and ``station`` are where it keeps ``hour_energies`` and ``nearest_stations``, if it does.

    Nothing is read from ``transformer_hourly_load``: each hour stands twice, among those of its own date
    and among those before the next, so a change of a reading touches two dates of one transformer.
    """
    per_hour = hour_energies().subquery("per_hour") if per_hour is None else per_hour
    station = nearest_stations().subquery("station") if station is None else station
    metered = _metered_hours(params, per_hour, station).cte("metered_hours")
    next_date: Any = metered.c.load_date.op("+", return_type=Date())(literal_column("1"))
    own = select(*metered.c, metered.c.load_date.label("target_date"))
    before = select(*metered.c, next_date.label("target_date"))
    return _heated(own.union_all(before).subquery("hours"), params)


def _heated(hours: Any, params: PipelineParams) -> Select[Any]:
    """Return the hours whose date is the one they stand for, with temperatures and ageing.

    ``hours`` has the hours of each ``target_date`` and of the date before.
    """
    load_pu = (hours.c.loading_pct / 100.0).label("load_pu")
    loaded = select(*hours.c, load_pu).subquery("loaded")
    oil = _ultimate_oil_rise(loaded.c.load_pu, params)
    recalled = select(*loaded.c, oil.label("oil_c")).subquery("recalled")
    risen = select(*recalled.c, _oil_rise(recalled, params).label("oil_rise_c")).subquery("risen")
    top_oil = risen.c.ambient_c + risen.c.oil_rise_c
    winding = params.thermal.rated_hot_spot_rise_c * func.power(
        risen.c.load_pu, 2.0 * params.thermal.winding_exponent
    )
    heated = select(*risen.c, top_oil.label("top_oil_c"), (top_oil + winding).label("hot_spot_c")).subquery(
        "heated"
    )
    return select(
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
    ).where(heated.c.load_date == heated.c.target_date)


def _metered_hours(params: PipelineParams, per_hour: FromClause, station: FromClause) -> Select[Any]:
    """Return the hours of ``per_hour`` as loads, with the air of the nearest station."""
    metered, unit, air = _covered(per_hour), transformer_metadata.c, weather_hourly.c
    kva = metered.c.energy_kwh / params.power_factor
    return (
        select(
            metered.c.transformer_id,
            metered.c.load_hour,
            metered.c.load_date,
            metered.c.energy_kwh,
            kva.label("load_kva"),
            (100.0 * kva / unit.rated_kva).label("loading_pct"),
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


def hour_energies(*conditions: Any) -> Select[Any]:
    """Return the energy of each transformer and hour, by the readings that satisfy ``conditions``.

    Columns: transformer_id, load_hour, energy_kwh, metered_minutes (summed over its meters).
    """
    reading, meter = ami_interval_readings.c, meter_infrastructure.c
    # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
    hour: Any = func.date_trunc(literal_column("'hour'"), reading.reading_at, type_=DateTime)
    return (
        select(
            meter.transformer_id,
            hour.label("load_hour"),
            cast(func.sum(reading.usage_kwh), Double).label("energy_kwh"),
            cast(func.sum(reading.interval_minutes), Double).label("metered_minutes"),
        )
        .join_from(ami_interval_readings, meter_infrastructure, meter.meter_key == reading.meter_key)
        .where(*conditions)
        .group_by(meter.transformer_id, hour)
    )


def _covered(per_hour: Any) -> Any:
    """Return ``per_hour`` with its date, the number of meters, and how much of the hour was metered."""
    meter = meter_infrastructure.c
    fleet = (
        select(meter.transformer_id, cast(func.count(), Integer).label("meter_count"))
        .group_by(meter.transformer_id)
        .subquery("fleet")
    )
    return (
        select(
            per_hour.c.transformer_id,
            per_hour.c.load_hour,
            cast(per_hour.c.load_hour, Date).label("load_date"),
            per_hour.c.energy_kwh,
            fleet.c.meter_count,
            (100.0 * per_hour.c.metered_minutes / (60.0 * fleet.c.meter_count)).label("coverage_pct"),
        )
        .join_from(per_hour, fleet, fleet.c.transformer_id == per_hour.c.transformer_id)
        .subquery("metered")
    )


def _ultimate_oil_rise(load_pu: Any, params: PipelineParams) -> Any:
    thermal = params.thermal
    losses = (load_pu * load_pu * thermal.loss_ratio + 1.0) / (thermal.loss_ratio + 1.0)
    return thermal.rated_top_oil_rise_c * func.power(losses, thermal.oil_exponent)


def _oil_rise(hours: Any, params: PipelineParams) -> Any:
    """Return the top-oil rise at the end of each hour of a target date.

    The exponential approach of C57.91, unrolled: the mean of the ultimate rises of the hours up to this one,
    each weighing e^(1 h / tau) times as much as the one before, and the oldest standing for all before it.
    """
    tau = params.thermal.oil_time_constant_h
    age = between("hour", cast(hours.c.target_date, DateTime), hours.c.load_hour)
    weight = func.exp(cast(age, Double) / tau, type_=Double)
    window: dict[str, Any] = {
        "partition_by": (hours.c.transformer_id, hours.c.target_date),
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
