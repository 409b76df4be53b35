"""Layers that change by the minute: load, weather, crews, outages with their interruptions, and work orders.

Weather, outages and work orders hold recent rows only. "Recent" is counted from the newest moment recorded in
the warehouse, not from the clock on the wall, so that a warehouse whose feed stands still keeps its
rows; moments after the wall clock are ignored, so that one wrong date does not empty a layer. An outage
that a cached work order was raised for is cached with it, however old; so are the interruptions of every
cached outage.

The load of a transformer is that of its newest hour up to the one that most meters have reported, so that the
loads of the system belong together.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from grid import models
from grid.layers.definition import Edits, Layer, Watermark
from grid.layers.zones import with_zone_by_substation, zone_id
from grid.warehouse import tables
from grid.warehouse.queries import load_watermark

KEEP_OUTAGES = timedelta(days=7)
KEEP_WORK_ORDERS = timedelta(days=30)
KEEP_WEATHER = timedelta(days=30)
CLOSED_WORK = ("COMPLETED", "CANCELLED")

_crew = tables.crews.c
_interruption = tables.outage_interruptions.c
_load = tables.transformer_hourly_load.c
_outage = tables.outage_restoration_tracker.c
_work = tables.work_orders.c
_weather = tables.weather_hourly.c


def _recent_weather(newest_at: datetime) -> sa.ColumnElement[bool]:
    """Observed within the last thirty days; years of it stay in the warehouse."""
    return _weather.observed_at >= newest_at - KEEP_WEATHER


def _recent_work(newest_at: datetime) -> sa.ColumnElement[bool]:
    """Open, or closed within the last thirty days; if unknown when, by its creation."""
    closed_at = sa.func.coalesce(_work.completed_at, _work.created_at)
    return sa.or_(_work.status.not_in(CLOSED_WORK), closed_at >= newest_at - KEEP_WORK_ORDERS)


def _recent_outages(newest_at: datetime) -> sa.ColumnElement[bool]:
    """Active, or restored within the last seven days (if unknown when, by its start), or with recent work."""
    ended_at = sa.func.coalesce(_outage.restored_at, _outage.started_at)
    with_work = sa.select(_work.outage_id).where(_work.outage_id.is_not(None), _recent_work(newest_at))
    return sa.or_(
        _outage.status.in_(tables.ACTIVE_OUTAGE_STATUSES),
        ended_at >= newest_at - KEEP_OUTAGES,
        _outage.outage_id.in_(with_work),
    )


_NEWEST = (_load.load_hour, _outage.started_at, _outage.restored_at, _work.created_at, _work.completed_at)


def _hour_key(station: sa.ColumnElement[str], at: sa.ColumnElement[datetime]) -> sa.ColumnElement[str]:
    """Return ``station|2025-07-01T05:00Z``, spelt the same by every warehouse dialect."""

    def part(name: str) -> sa.ColumnElement[str]:
        digits: sa.ColumnElement[str] = sa.cast(sa.extract(name, at), sa.String(4))
        return sa.func.lpad(digits, 4 if name == "year" else 2, "0", type_=sa.String)

    pieces: list[Any] = [station, "|", part("year"), "-", part("month"), "-", part("day")]
    pieces += ["T", part("hour"), ":", part("minute"), "Z"]
    return sa.func.concat(*pieces, type_=sa.String(96))


_newest_load = (
    sa.select(_load.transformer_id, sa.func.max(_load.load_hour).label("load_hour"))
    .where(_load.load_hour <= sa.select(load_watermark()).scalar_subquery())
    .group_by(_load.transformer_id)
    .subquery("newest_load")
)
transformer_load = Layer(
    key="transformer_load",
    title="Latest transformer load",
    model=models.TransformerLoad,
    source=sa.select(
        _load.transformer_id.label("id"),
        _load.transformer_id.label("transformer_id"),
        _load.load_hour,
        _load.energy_kwh,
        _load.load_kva,
        _load.loading_pct,
        _load.meter_count,
        _load.coverage_pct,
    ).select_from(
        tables.transformer_hourly_load.join(
            _newest_load,
            sa.and_(
                _load.transformer_id == _newest_load.c.transformer_id,
                _load.load_hour == _newest_load.c.load_hour,
            ),
        )
    ),
    watermark=Watermark(column=_load.load_hour, cached="load_hour", overlap=timedelta(hours=6)),
    max_age=timedelta(minutes=15),
    size_table=tables.transformer_metadata,
)

weather = Layer(
    key="weather",
    title="Weather",
    model=models.WeatherObservation,
    source=sa.select(
        _hour_key(_weather.station_id, _weather.observed_at).label("id"),
        _weather.station_id.label("station"),
        _weather.observed_at,
        _weather.longitude.label("lon"),
        _weather.latitude.label("lat"),
        _weather.temperature_c,
        _weather.humidity_pct,
        _weather.wind_speed_mps,
        _weather.precipitation_mm,
    ),
    watermark=Watermark(column=_weather.observed_at, cached="observed_at", overlap=timedelta(hours=6)),
    max_age=timedelta(minutes=15),
    window=_recent_weather,
    clocks=(_weather.observed_at,),
)

crews = Layer(
    key="crews",
    title="Crews",
    model=models.Crew,
    source=with_zone_by_substation(
        sa.select(
            _crew.crew_id.label("id"),
            zone_id,
            _crew.crew_name.label("name"),
            _crew.crew_kind.label("kind"),
            _crew.home_substation_id,
            _crew.member_count,
            _crew.status,
            _crew.longitude.label("lon"),
            _crew.latitude.label("lat"),
            _crew.version,
            _crew.updated_at,
        ),
        tables.crews,
        column="home_substation_id",
    ),
    watermark=Watermark(column=_crew.updated_at, cached="updated_at", overlap=timedelta(hours=1)),
    max_age=timedelta(minutes=15),
    edits=Edits(kind="grid.crew"),
)

outages = Layer(
    key="outages",
    title="Outages",
    model=models.Outage,
    source=with_zone_by_substation(
        sa.select(
            _outage.outage_id.label("id"),
            zone_id,
            _outage.substation_id,
            _outage.circuit_id,
            _outage.switch_id,
            _outage.transformer_id,
            _outage.meter_id,
            _outage.status,
            _outage.cause_code,
            _outage.is_planned,
            _outage.source,
            _outage.started_at,
            _outage.confirmed_at,
            _outage.restored_at,
            _outage.estimated_restoration_at,
            _outage.estimated_restoration_p80_at,
            _outage.customers_interrupted,
            _outage.customers_out,
            _outage.crew_id,
            _outage.notes,
            _outage.version,
            _outage.longitude.label("lon"),
            _outage.latitude.label("lat"),
            _outage.updated_at,
        ),
        tables.outage_restoration_tracker,
    ),
    watermark=Watermark(column=_outage.updated_at, cached="updated_at", overlap=timedelta(hours=1)),
    max_age=timedelta(minutes=15),
    window=_recent_outages,
    clocks=_NEWEST,
    edits=Edits(kind="grid.outage"),
)


def _of_recent_outages(newest_at: datetime) -> sa.ColumnElement[bool]:
    return _interruption.outage_id.in_(sa.select(_outage.outage_id).where(_recent_outages(newest_at)))


outage_interruptions = Layer(
    key="outage_interruptions",
    title="Interruptions by outages",
    model=models.OutageInterruption,
    source=with_zone_by_substation(
        sa.select(
            _interruption.interruption_id.label("id"),
            zone_id,
            _interruption.outage_id,
            _interruption.transformer_id,
            _interruption.meter_id,
            _interruption.substation_id,
            _interruption.circuit_id,
            _interruption.customers,
            _interruption.started_at,
            _interruption.restored_at,
            _interruption.updated_at,
        ),
        tables.outage_interruptions,
    ),
    watermark=Watermark(column=_interruption.updated_at, cached="updated_at", overlap=timedelta(hours=1)),
    max_age=timedelta(minutes=15),
    window=_of_recent_outages,
    clocks=_NEWEST,
    edits=Edits(kind="grid.outage_interruptions", column="outage_id", in_id="split_part({}, '|', 1)"),
)

work_orders = Layer(
    key="work_orders",
    title="Work orders",
    model=models.WorkOrder,
    source=with_zone_by_substation(
        sa.select(
            _work.work_order_id.label("id"),
            zone_id,
            _work.work_type,
            _work.priority,
            _work.status,
            _work.asset_kind,
            _work.asset_id,
            _work.substation_id,
            _work.circuit_id,
            _work.outage_id,
            _work.crew_id,
            _work.description,
            _work.created_at,
            _work.scheduled_at,
            _work.completed_at,
            _work.estimated_hours,
            _work.actual_hours,
            _work.version,
            _work.longitude.label("lon"),
            _work.latitude.label("lat"),
            _work.updated_at,
        ),
        tables.work_orders,
    ),
    watermark=Watermark(column=_work.updated_at, cached="updated_at", overlap=timedelta(hours=1)),
    max_age=timedelta(minutes=15),
    window=_recent_work,
    clocks=_NEWEST,
    edits=Edits(kind="grid.work_order"),
)
