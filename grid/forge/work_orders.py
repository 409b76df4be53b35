"""Work orders: one per outage, plus what inspections and overloads call for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray
from grid.forge.assets import Assets
from grid.forge.clock import Period
from grid.forge.fleet import NONE, Fleet
from grid.forge.ids import FleetIds
from grid.forge.outages import Outage
from grid.forge.seeds import stream
from grid.forge.transformer_sizing import Ratings
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import work_orders

OVERLOAD_PCT = 110.0
"""Peak loading from which a transformer's replacement is ordered."""

URGENT_OVERLOAD_PCT = 130.0

OLD_POLE_YEARS = 45
POLE_INSPECTIONS_PER_YEAR = 0.10
"""Part of the poles inspected a year (ten-year cycle, RUS Bulletin 1730B-121 for a region of severe decay);
old ones first."""

TRIMS_PER_KM_YEAR = 0.20
"""Trimming orders per km of overhead line and year (five-year cycle)."""

CREW_COUNT = 24


@dataclass(slots=True)
class _Order:
    """Hold one order before it has its number."""

    work_type: str
    priority: str
    asset_kind: str
    asset_id: str
    circuit: int
    description: str
    created: int
    lon: float
    lat: float
    hours: float
    outage: int | None = None
    scheduled: int | None = None
    completed: int | None = None
    status: str = "OPEN"
    actual_hours: float | None = None


def work_order_table(
    *,
    fleet: Fleet,
    ids: FleetIds,
    ratings: Ratings,
    assets: Assets,
    outages: list[Outage],
    outage_ids: list[str],
    period: Period,
    seed: int,
) -> pa.Table:
    """Return the work orders by time of creation.

    Args:
        fleet: the grown system.
        ids: its keys.
        ratings: transformer ratings and peaks.
        assets: ages.
        outages: all outages.
        outage_ids: their keys.
        period: the metering period.
        seed: the configuration's seed.
    """
    rng = stream(seed, "work orders")
    end = period.intervals * 15
    orders = _for_outages(fleet, ids, outages, end, rng)
    orders += _for_overloads(fleet, ids, ratings, end, rng)
    orders += _inspections(fleet, ids, assets, period, rng)
    orders += _trimming(fleet, ids, period, rng)
    orders.sort(key=lambda order: (order.created, order.asset_id, order.work_type))
    return _table(orders, fleet, ids, outage_ids, period, rng)


def _for_outages(
    fleet: Fleet, ids: FleetIds, outages: list[Outage], end: int, rng: np.random.Generator
) -> list[_Order]:
    orders = []
    for index, outage in enumerate(outages):
        kind, asset, lon, lat = outage_asset(fleet, ids, outage)
        order = _Order(
            "OUTAGE_RESTORATION", "EMERGENCY", kind, asset, outage.circuit,
            f"Restore supply: {outage.cause.lower().replace('_', ' ')}", outage.start, lon, lat,
            round(max(outage.estimate - outage.start, 30) / 60.0, 1), outage=index,
        )  # fmt: skip
        arrival = outage.start + int(rng.integers(12, 40))
        order.scheduled = arrival
        if outage.restored <= end:
            order.status, order.completed = "COMPLETED", outage.restored
            order.actual_hours = round(max(outage.restored - arrival, 5) / 60.0, 2)
        else:
            order.status = "IN_PROGRESS" if arrival <= end else "ASSIGNED"
        orders.append(order)
    return orders


def _for_overloads(
    fleet: Fleet, ids: FleetIds, ratings: Ratings, end: int, rng: np.random.Generator
) -> list[_Order]:
    orders = []
    for index in np.flatnonzero(ratings.peak_loading_pct > OVERLOAD_PCT).tolist():
        peak = float(ratings.peak_loading_pct[index])
        created = (int(ratings.peak_hour[index]) + 1) * 60 + int(rng.integers(60, 20 * 60))
        if created >= end:
            continue  # the morning report that orders it comes after the period
        urgent = peak > URGENT_OVERLOAD_PCT
        order = _Order(
            "TRANSFORMER_UPGRADE", "HIGH" if urgent else "MEDIUM", "TRANSFORMER", ids.transformers[index],
            int(fleet.transformers.circuit[index]),
            f"Peak loading {peak:.0f} % of {ratings.rated_kva[index]:g} kVA: replace by a larger unit",
            created, float(fleet.transformers.lon[index]), float(fleet.transformers.lat[index]), 6.0,
        )  # fmt: skip
        # Not before the period is over: within it the transformer is still the old one.
        _plan(order, rng, end, days=(2, 12) if urgent else (10, 45), not_before=end + 1440)
        orders.append(order)
    return orders


def _inspections(
    fleet: Fleet, ids: FleetIds, assets: Assets, period: Period, rng: np.random.Generator
) -> list[_Order]:
    end = period.intervals * 15
    age = np.where(assets.pole_year > 0, period.end.year - assets.pole_year, OLD_POLE_YEARS)
    expected = len(age) * POLE_INSPECTIONS_PER_YEAR * end / (365.25 * 1440.0)
    weight = np.where(age >= OLD_POLE_YEARS, 3.0, 1.0)
    orders = []
    for pole in _pick(weight, expected, rng):
        node = int(fleet.poles.node[pole])
        order = _Order(
            "POLE_INSPECTION", "MEDIUM" if age[pole] >= OLD_POLE_YEARS else "LOW", "POLE", ids.poles[pole],
            int(fleet.poles.circuit[pole]), "Sound, bore and treat at the ground line",
            int(rng.integers(0, end)),
            float(fleet.nodes.lon[node]), float(fleet.nodes.lat[node]), 0.5,
        )  # fmt: skip
        _plan(order, rng, end, days=(1, 20))
        orders.append(order)
    return orders


def _trimming(fleet: Fleet, ids: FleetIds, period: Period, rng: np.random.Generator) -> list[_Order]:
    end = period.intervals * 15
    lines = fleet.lines
    km: FloatArray = np.where(lines.is_cable, 0.0, lines.length_m / 1000.0)
    expected = float(km.sum()) * TRIMS_PER_KM_YEAR * end / (365.25 * 1440.0)
    orders = []
    for line in _pick(km, expected, rng):
        node = int(lines.end[line])
        order = _Order(
            "VEGETATION_TRIM", "MEDIUM", "LINE", ids.lines[line], int(lines.circuit[line]),
            "Trim to clearance along the section", int(rng.integers(0, end)),
            float(fleet.nodes.lon[node]), float(fleet.nodes.lat[node]),
            round(1.0 + 20.0 * float(km[line]), 1),
        )  # fmt: skip
        _plan(order, rng, end, days=(3, 25))
        orders.append(order)
    return orders


def _pick(weight: FloatArray, expected: float, rng: np.random.Generator) -> list[int]:
    """Draw about ``expected`` different positions with chances proportional to weights."""
    possible = int((weight > 0.0).sum())
    count = min(int(rng.poisson(expected)), possible)
    if not count:
        return []
    return sorted(rng.choice(len(weight), size=count, replace=False, p=weight / weight.sum()).tolist())


def _plan(
    order: _Order, rng: np.random.Generator, end: int, *, days: tuple[int, int], not_before: int = 0
) -> None:
    """Give an order its date and the status it has at the end of the period."""
    wait = int(rng.integers(days[0] * 1440, days[1] * 1440)) // 60 * 60
    order.scheduled = max(order.created + wait, not_before)
    done = order.scheduled + max(15, math.ceil(order.hours * 60.0 * float(rng.uniform(0.7, 1.5))))
    if rng.random() < 0.02:
        order.status = "CANCELLED"
    elif done <= end:
        order.status, order.completed = "COMPLETED", done
        order.actual_hours = round((done - order.scheduled) / 60.0, 2)
    elif order.scheduled <= end:
        order.status = "IN_PROGRESS"
    elif order.scheduled - end < 3 * 1440:
        order.status = "ASSIGNED"


def outage_asset(fleet: Fleet, ids: FleetIds, outage: Outage) -> tuple[str, str, float, float]:
    """Return kind, key, longitude and latitude of the device that an outage is at."""
    fault = outage.fault
    if fault.switch == NONE:
        at = fault.transformer
        lon, lat = float(fleet.transformers.lon[at]), float(fleet.transformers.lat[at])
        return "TRANSFORMER", ids.transformers[at], lon, lat
    node = int(fleet.switches.end[fault.switch])
    return "SWITCH", ids.switches[fault.switch], float(fleet.nodes.lon[node]), float(fleet.nodes.lat[node])


def _last_written(order: _Order) -> int:
    """Return the minute at which the order got its present status."""
    match order.status:
        case "COMPLETED" if order.completed is not None:
            return order.completed
        case "IN_PROGRESS" if order.scheduled is not None:
            return order.scheduled
    return order.created


def _table(
    orders: list[_Order],
    fleet: Fleet,
    ids: FleetIds,
    outage_ids: list[str],
    period: Period,
    rng: np.random.Generator,
) -> pa.Table:
    def moment(minute: int | None) -> datetime | None:
        return None if minute is None else period.start + timedelta(minutes=minute)

    crews = rng.integers(1, CREW_COUNT + 1, len(orders)).tolist()
    schema = pa_schema(work_orders)
    rows = [
        {
            "work_order_id": f"WO-{number:06d}",
            "work_type": order.work_type,
            "priority": order.priority,
            "status": order.status,
            "asset_kind": order.asset_kind,
            "asset_id": order.asset_id,
            "substation_id": fleet.sites[int(fleet.circuits.site[order.circuit])].substation_id,
            "circuit_id": ids.circuits[order.circuit],
            "outage_id": None if order.outage is None else outage_ids[order.outage],
            "crew_id": None if order.status in {"OPEN", "CANCELLED"} else f"CREW-{crews[number - 1]:02d}",
            "description": order.description,
            "created_at": moment(order.created),
            "scheduled_at": moment(order.scheduled),
            "completed_at": moment(order.completed),
            "estimated_hours": order.hours,
            "actual_hours": order.actual_hours,
            "latitude": order.lat,
            "longitude": order.lon,
            "updated_at": moment(_last_written(order)),
        }
        for number, order in enumerate(orders, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=schema)
