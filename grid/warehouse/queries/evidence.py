"""The evidence that the health of assets is judged by, one row per asset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Double, Integer, Select, cast, func, or_, select

from grid.warehouse.queries.system import CLOSED_WORK
from grid.warehouse.tables import (
    asset_inspections,
    circuit_metadata,
    grid_poles_infrastructure,
    outage_restoration_tracker,
    transformer_daily_load,
    transformer_metadata,
    work_orders,
)
from grid.warehouse.tables.operations import OutageStatus

FAULT_CAUSES = ("EQUIPMENT", "OVERLOAD")
"""Causes that speak of the asset itself; trees, animals and weather speak of where it stands."""


def transformer_evidence(since: date) -> Select[Any]:
    """Return every transformer with its load on the local days from ``since``, by id.

    Columns: asset_id, circuit_id, substation_id, install_year, peak_loading_pct (the highest on record where
    no day since is), ageing_h and aged_hours (null without any such hour).
    """
    unit, load = transformer_metadata.c, transformer_daily_load.c
    days = (
        select(
            load.transformer_id,
            func.max(load.peak_loading_pct).label("peak_loading_pct"),
            func.sum(load.ageing_h).label("ageing_h"),
            cast(func.sum(load.aged_hours), BigInteger).label("aged_hours"),
        )
        .where(load.load_date >= since)
        .group_by(load.transformer_id)
        .subquery("days")
    )
    return (
        select(
            unit.transformer_id.label("asset_id"),
            unit.circuit_id,
            unit.substation_id,
            unit.install_year,
            func.coalesce(days.c.peak_loading_pct, unit.peak_loading_pct, type_=Double).label(
                "peak_loading_pct"
            ),
            days.c.ageing_h,
            days.c.aged_hours,
        )
        .select_from(transformer_metadata.outerjoin(days, days.c.transformer_id == unit.transformer_id))
        .order_by(unit.transformer_id)
    )


def newest_load_day() -> Select[Any]:
    """Return the newest local day with loads, as ``day``; null without any."""
    return select(func.max(transformer_daily_load.c.load_date).label("day"))


def pole_evidence() -> Select[Any]:
    """Return every pole by id: asset_id, circuit_id, substation_id, material, install_year."""
    pole = grid_poles_infrastructure.c
    return select(
        pole.pole_id.label("asset_id"),
        pole.circuit_id,
        pole.substation_id,
        pole.pole_material.label("material"),
        pole.install_year,
    ).order_by(pole.pole_id)


def circuit_evidence() -> Select[Any]:
    """Return every circuit by id: asset_id, substation_id, length_km."""
    circuit = circuit_metadata.c
    return select(circuit.circuit_id.label("asset_id"), circuit.substation_id, circuit.length_km).order_by(
        circuit.circuit_id
    )


def newest_inspections(until: datetime) -> Select[Any]:
    """Return the newest inspection of each asset up to a moment; of two at once the one that found worse.

    Columns: asset_id, condition_code, inspected_at.
    """
    seen = asset_inspections.c
    place = func.row_number().over(
        partition_by=seen.asset_id, order_by=(seen.inspected_at.desc(), seen.condition_code.desc())
    )
    ranked = (
        select(seen.asset_id, seen.condition_code, seen.inspected_at, place.label("place"))
        .where(seen.inspected_at <= until)
        .subquery("ranked")
    )
    return select(ranked.c.asset_id, ranked.c.condition_code, ranked.c.inspected_at).where(
        ranked.c.place == 1
    )


def open_defects() -> Select[Any]:
    """Return the open orders to repair or replace an asset: asset_id, order_count."""
    work = work_orders.c
    kind = func.upper(work.work_type)
    return (
        select(work.asset_id, cast(func.count(), Integer).label("order_count"))
        .where(
            work.status.not_in(CLOSED_WORK),
            work.outage_id.is_(None),
            or_(kind.like("%REPAIR%"), kind.like("%REPLACE%")),
        )
        .group_by(work.asset_id)
    )


def asset_faults(since: datetime, until: datetime) -> Select[Any]:
    """Return the outages that the failure of equipment caused, by what failed: asset_id, fault_count.

    A transformer where one failed; else the circuit, whose lines and switches failed.
    """
    outage = outage_restoration_tracker.c
    asset_id: Any = func.coalesce(outage.transformer_id, outage.circuit_id)
    return (
        select(asset_id.label("asset_id"), cast(func.count(), Integer).label("fault_count"))
        .where(
            outage.cause_code.in_(FAULT_CAUSES),
            outage.status != OutageStatus.CANCELLED,
            outage.meter_id.is_(None),
            outage.started_at > since,
            outage.started_at <= until,
        )
        .group_by(asset_id)
    )


def oldest_outage() -> Select[Any]:
    """Return when the oldest outage on record began, as ``at``; null without any."""
    return select(func.min(outage_restoration_tracker.c.started_at).label("at"))
