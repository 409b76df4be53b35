"""What the rating of circuits by the weather rests on: the circuits, their load, the air.

Each takes ``zone_ids``, the load zones whose substations count; an empty one means every zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Double, Select, case, cast, func, select, true

from grid.warehouse.dialects import between
from grid.warehouse.queries.system import is_fed, load_watermark
from grid.warehouse.tables import (
    circuit_hourly_usage,
    circuit_metadata,
    grid_power_lines,
    grid_switches,
    meter_infrastructure,
    substations,
    transformer_hourly_load,
    transformer_metadata,
    weather_hourly,
)

DEFAULT_HOURS = 31 * 24


def circuits_to_rate(zone_ids: Sequence[str] = (), *, circuit_id: str | None = None) -> Select[Any]:
    """Return circuits with the place of their substation and what else than their conductor limits them.

    Every one, or the one named.

    Columns: circuit_id, circuit_name, substation_id, voltage_kv, conductor_type, rated_a, customer_count,
    lon, lat, other_limit_a (least rating of its breaker and of its backbone's cables; null without any).
    """
    circuit, station = circuit_metadata.c, substations.c
    line, switch = grid_power_lines.c, grid_switches.c
    cables = (
        select(line.circuit_id, func.min(line.rated_a).label("least_a"))
        .where(line.line_class == "BACKBONE", line.is_underground)
        .group_by(line.circuit_id)
        .subquery("cables")
    )
    breakers = (
        select(switch.circuit_id, func.min(switch.rated_a).label("least_a"))
        .where(switch.switch_kind == "BREAKER")
        .group_by(switch.circuit_id)
        .subquery("breakers")
    )
    of_cables, of_breakers = cables.c.least_a, breakers.c.least_a
    return (
        select(
            circuit.circuit_id,
            circuit.circuit_name,
            circuit.substation_id,
            circuit.voltage_kv,
            circuit.conductor_type,
            circuit.rated_a,
            circuit.customer_count,
            station.longitude.label("lon"),
            station.latitude.label("lat"),
            # The least of two that may be null, spelt for both dialects.
            case(
                (of_cables.is_(None), of_breakers),
                (of_breakers.is_(None), of_cables),
                else_=func.least(of_cables, of_breakers, type_=Double),
            ).label("other_limit_a"),
        )
        .select_from(
            circuit_metadata.join(substations, circuit.substation_id == station.substation_id)
            .outerjoin(cables, cables.c.circuit_id == circuit.circuit_id)
            .outerjoin(breakers, breakers.c.circuit_id == circuit.circuit_id)
        )
        .where(is_fed(circuit.substation_id, zone_ids), _is_named(circuit.circuit_id, circuit_id))
        .order_by(circuit.circuit_id)
    )


def latest_circuit_loads(zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the load of each circuit in the hour up to which loads are known, see ``load_watermark``.

    Columns: circuit_id, load_hour (UTC), load_kva, coverage_pct (metered share of the hour over its meters;
    null if unknown of one of its transformers).
    """
    load, unit = transformer_hourly_load.c, transformer_metadata.c
    watermark = select(load_watermark().label("at")).scalar_subquery()
    metered: Any = func.sum(load.coverage_pct * load.meter_count)
    return (
        select(
            unit.circuit_id,
            func.max(load.load_hour).label("load_hour"),
            func.sum(load.load_kva).label("load_kva"),
            case(
                (
                    func.count(load.coverage_pct) == func.count(),
                    metered / func.nullif(func.sum(load.meter_count), 0),
                )
            ).label("coverage_pct"),
        )
        .select_from(
            transformer_hourly_load.join(transformer_metadata, unit.transformer_id == load.transformer_id)
        )
        .where(
            load.load_hour == watermark,
            load.load_date == cast(watermark, Date),  # the partition: skips the files of other days
            is_fed(unit.substation_id, zone_ids),
        )
        .group_by(unit.circuit_id)
    )


def newest_load_hour() -> Select[Any]:
    """Return the hour up to which loads are known, as ``at``; null without any. See ``load_watermark``."""
    return select(load_watermark().label("at"))


def circuit_loads_at(hours: Sequence[datetime], zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return what the meters of each circuit used in each of ``hours`` (starts, naive UTC).

    Columns: circuit_id, load_hour, energy_kwh, metered_minutes.
    """
    usage = circuit_hourly_usage.c
    return (
        select(
            usage.circuit_id,
            usage.usage_hour.label("load_hour"),
            cast(func.sum(usage.usage_kwh), Double).label("energy_kwh"),
            cast(func.sum(usage.metered_minutes), BigInteger).label("metered_minutes"),
        )
        .where(
            usage.usage_date.in_(sorted({hour.date() for hour in hours})),
            usage.usage_hour.in_(hours),
            is_fed(usage.substation_id, zone_ids),
        )
        .group_by(usage.circuit_id, usage.usage_hour)
    )


def circuit_loads_between(*, circuit_id: str, since: datetime, until: datetime) -> Select[Any]:
    """Return what the meters of one circuit used in each hour from ``since`` to before ``until`` (naive UTC).

    Columns: circuit_id, load_hour, energy_kwh, metered_minutes. The oldest first.
    """
    usage = circuit_hourly_usage.c
    return (
        select(
            usage.circuit_id,
            usage.usage_hour.label("load_hour"),
            cast(func.sum(usage.usage_kwh), Double).label("energy_kwh"),
            cast(func.sum(usage.metered_minutes), BigInteger).label("metered_minutes"),
        )
        .where(
            usage.circuit_id == circuit_id,
            usage.usage_date >= since.date(),  # the partition: skips the files of other days
            usage.usage_date <= until.date(),
            usage.usage_hour >= since,
            usage.usage_hour < until,
        )
        .group_by(usage.circuit_id, usage.usage_hour)
        .order_by(usage.usage_hour)
    )


def observations_between(*, since: datetime, until: datetime) -> Select[Any]:
    """Return what every station observed from ``since`` to before ``until`` (naive UTC), by hour and station.

    Columns as of ``observations_at``.
    """
    air = weather_hourly.c
    return _observed().where(air.observed_at >= since, air.observed_at < until)


def circuit_meters(zone_ids: Sequence[str] = (), *, circuit_id: str | None = None) -> Select[Any]:
    """Return how many meters each circuit has, or the one named: circuit_id, meter_count."""
    meter = meter_infrastructure.c
    return (
        select(meter.circuit_id, func.count().label("meter_count"))
        .where(is_fed(meter.substation_id, zone_ids), _is_named(meter.circuit_id, circuit_id))
        .group_by(meter.circuit_id)
    )


def observations_at(hours: Sequence[datetime]) -> Select[Any]:
    """Return what every station observed in each of ``hours`` (naive UTC), stations by id.

    Columns: observed_at, station_id, lon, lat, temperature_c, humidity_pct, wind_speed_mps, precipitation_mm.
    """
    return _observed().where(weather_hourly.c.observed_at.in_(hours))


def _is_named(column: ColumnElement[str], circuit_id: str | None) -> ColumnElement[bool]:
    return true() if circuit_id is None else column == circuit_id


def _observed() -> Select[Any]:
    air = weather_hourly.c
    return select(
        air.observed_at,
        air.station_id,
        air.longitude.label("lon"),
        air.latitude.label("lat"),
        air.temperature_c,
        air.humidity_pct,
        air.wind_speed_mps,
        air.precipitation_mm,
    ).order_by(air.observed_at, air.station_id)


def newest_observation() -> Select[Any]:
    """Return the newest hour with a temperature, as ``at``; null without any."""
    air = weather_hourly.c
    return select(func.max(air.observed_at).label("at")).where(air.temperature_c.is_not(None))


def weather_hours(since: datetime | None, until: datetime | None) -> Select[Any]:
    """Return the hours from ``since`` to before ``until`` (naive UTC) that stations observed, by time.

    Those of the last 31 days on record if both are None. Columns: at, station_count.
    """
    air = weather_hourly.c
    query = select(air.observed_at.label("at"), func.count(air.station_id.distinct()).label("station_count"))
    if since is None or until is None:
        newest = select(func.max(air.observed_at)).scalar_subquery()
        query = query.where(between("hour", air.observed_at, newest) < DEFAULT_HOURS)
    else:
        query = query.where(air.observed_at >= since, air.observed_at < until)
    return query.group_by(air.observed_at).order_by(air.observed_at)
