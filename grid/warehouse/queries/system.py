"""Questions about the whole distribution system: customers, load, outages, work.

Each takes ``zone_ids``, the load zones whose substations count; an empty one means every zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, case, cast, func, select, true

from grid.warehouse.tables import (
    ACTIVE_OUTAGE_STATUSES,
    asset_health,
    crews,
    customers_master_data,
    meter_infrastructure,
    outage_restoration_tracker,
    substations,
    transformer_hourly_load,
    transformer_metadata,
    work_orders,
)
from grid.warehouse.tables.operations import CrewStatus

KWH_PER_MWH = 1000.0
OVERLOADED_PCT = 100.0
WATERMARK_COVERAGE_FRAC = 0.9
"""Share of all meters' time that must be metered before an hour counts as known."""

CLOSED_WORK = ("COMPLETED", "CANCELLED")


def is_fed(substation_id: ColumnElement[Any], zone_ids: Sequence[str]) -> ColumnElement[bool]:
    """Return whether a known substation of ``zone_ids`` feeds it; rows of unknown ones count nowhere."""
    stations = select(substations.c.substation_id)
    if zone_ids:
        stations = stations.where(substations.c.zone_id.in_(zone_ids))
    return substation_id.in_(stations)


def is_known_transformer(transformer_id: ColumnElement[Any], zone_ids: Sequence[str]) -> ColumnElement[bool]:
    """Return whether it is a known transformer that a substation of ``zone_ids`` feeds."""
    unit = transformer_metadata.c
    return transformer_id.in_(select(unit.transformer_id).where(is_fed(unit.substation_id, zone_ids)))


def active_customers(zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the number of metered customers with an active account, as ``active_customers``."""
    customer, meter = customers_master_data.c, meter_infrastructure.c
    return (
        select(func.count().label("active_customers"))
        .select_from(customers_master_data.join(meter_infrastructure, customer.meter_id == meter.meter_id))
        .where(customer.account_status == "ACTIVE", is_fed(meter.substation_id, zone_ids))
    )


def load_watermark() -> Any:
    """Return the hour up to which the load is known, as a scalar subquery; null without data.

    It is the newest hour of which ``WATERMARK_COVERAGE_FRAC`` of all meters' time was metered, within the two
    newest dates with readings; without such an hour the best metered of them, of equal ones the newest. Hours
    whose coverage was never determined count as metered whole.
    """
    load = transformer_hourly_load.c
    recent = select(load.load_date).distinct().order_by(load.load_date.desc()).limit(2)
    metered = load.meter_count * func.coalesce(load.coverage_pct, 100.0) / 100.0
    hours = (
        select(load.load_hour, func.sum(metered).label("meters"))
        .where(load.load_date.in_(recent), is_known_transformer(load.transformer_id, ()))
        .group_by(load.load_hour)
        .cte("metered_hours")
    )
    fleet = select(func.count()).select_from(meter_infrastructure).scalar_subquery()
    covered = select(func.max(hours.c.load_hour)).where(hours.c.meters >= WATERMARK_COVERAGE_FRAC * fleet)
    best = select(hours.c.load_hour).order_by(hours.c.meters.desc(), hours.c.load_hour.desc()).limit(1)
    return func.coalesce(covered.scalar_subquery(), best.scalar_subquery())


def latest_load(zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the load of the transformers in the hour up to which it is known, see ``load_watermark``.

    Columns: load_mw (their energy in that hour, kWh / 1 h / 1000; null without data), load_at (start of the
    hour, UTC; null without data), transformers_with_load, overloaded_transformers (loaded above rating),
    load_coverage_pct (metered time of the hour over that of all meters on record; null if unknown).
    """
    load, meter = transformer_hourly_load.c, meter_infrastructure.c
    is_counted = is_known_transformer(load.transformer_id, zone_ids)
    watermark = select(load_watermark().label("at")).scalar_subquery()
    load_mw: Any = func.sum(load.energy_kwh) / KWH_PER_MWH
    is_overloaded = case((load.loading_pct > OVERLOADED_PCT, 1), else_=0)
    fleet = (
        select(func.count())
        .select_from(meter_infrastructure)
        .where(is_fed(meter.substation_id, zone_ids))
        .scalar_subquery()
    )
    coverage_pct = func.sum(load.coverage_pct * load.meter_count) / func.nullif(fleet, 0)
    return select(
        load_mw.label("load_mw"),
        func.max(load.load_hour).label("load_at"),
        func.count().label("transformers_with_load"),
        func.coalesce(func.sum(is_overloaded), 0).label("overloaded_transformers"),
        case((func.count(load.coverage_pct) == func.count(), coverage_pct)).label("load_coverage_pct"),
    ).where(
        load.load_hour == watermark,
        load.load_date == cast(watermark, Date),  # the partition: skips the files of other days
        is_counted,
    )


def outage_totals(zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the active outages and the newest of all.

    Columns: active_outages, customers_out, newest_outage_at (UTC; null without any).
    """
    outage = outage_restoration_tracker.c
    is_active = outage.status.in_(ACTIVE_OUTAGE_STATUSES)
    return select(
        func.coalesce(func.sum(case((is_active, 1), else_=0)), 0).label("active_outages"),
        func.coalesce(func.sum(case((is_active, outage.customers_out), else_=0)), 0).label("customers_out"),
        func.max(outage.started_at).label("newest_outage_at"),
    ).where(is_fed(outage.substation_id, zone_ids))


def work_totals(zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the work orders not yet closed and the newest of all.

    Columns: open_work_orders, newest_work_order_at (UTC; null without any).
    """
    work = work_orders.c
    is_open = case((work.status.not_in(CLOSED_WORK), 1), else_=0)
    return select(
        func.coalesce(func.sum(is_open), 0).label("open_work_orders"),
        func.max(work.created_at).label("newest_work_order_at"),
    ).where(is_fed(work.substation_id, zone_ids))


def crew_totals(zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the crews by the substation they are at home.

    Columns: crew_count, crews_active (assigned or on site), crews_at (newest change, UTC; null if unknown).
    """
    crew = crews.c
    is_active = case((crew.status.in_((CrewStatus.ASSIGNED, CrewStatus.ON_SITE)), 1), else_=0)
    return select(
        func.count().label("crew_count"),
        func.coalesce(func.sum(is_active), 0).label("crews_active"),
        func.max(crew.updated_at).label("crews_at"),
    ).where(is_fed(crew.home_substation_id, zone_ids))


def health_totals(kinds: Sequence[str], zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return the health of assets of some kinds.

    Columns: health_index_sum (null without any), health_count (assets with an index), health_at (UTC).
    """
    health = asset_health.c
    totals: list[Any] = [
        func.sum(health.health_index).label("health_index_sum"),
        func.count(health.health_index).label("health_count"),
        func.max(health.as_of).label("health_at"),
    ]
    return select(*totals).where(health.asset_kind.in_(kinds), is_fed(health.substation_id, zone_ids))


def kpi_summary(zone_ids: Sequence[str] = ()) -> Select[Any]:
    """Return all of the above as one row."""
    customers = active_customers(zone_ids).subquery("customers")
    parts = [
        latest_load(zone_ids).subquery("load"),
        outage_totals(zone_ids).subquery("outages"),
        work_totals(zone_ids).subquery("work"),
    ]
    joined: Any = customers
    for part in parts:
        joined = joined.join(part, true())
    columns = [column for part in (customers, *parts) for column in part.c]
    return select(*columns).select_from(joined)
