"""Work orders: one per outage, one per transformer that is replaced, and what inspections and overloads call
for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray
from grid.forge.assets import Assets
from grid.forge.clock import Period
from grid.forge.crews import CrewRoster, Duty
from grid.forge.fleet import NONE, Fleet
from grid.forge.ids import FleetIds
from grid.forge.outage_tables import outage_asset
from grid.forge.outages import Outage
from grid.forge.seeds import stream
from grid.forge.transformer_sizing import Ratings
from grid.forge.unit_tables import Replacement
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import (
    TRANSFORMER_RENEWAL,
    TRANSFORMER_REPLACEMENT,
    CrewKind,
    CrewStatus,
    work_orders,
)
from grid.warehouse.tables.operations import outage_work_type

OVERLOAD_PCT = 110.0
"""Peak loading from which a transformer's replacement is ordered."""

URGENT_OVERLOAD_PCT = 130.0

OLD_POLE_YEARS = 45
POLE_INSPECTIONS_PER_YEAR = 0.10
"""Part of the poles inspected a year (ten-year cycle, RUS Bulletin 1730B-121 for a region of severe decay);
old ones first."""

TRIMS_PER_KM_YEAR = 0.20
"""Trimming orders per km of overhead line and year (five-year cycle)."""

NOTICE_MINUTES = 7 * 1440
"""How long before planned work its order is made."""

RENEWAL_NOTICE_MINUTES = 21 * 1440
"""How long before a renewal its order is made."""

CREWS_FOR = {
    "TRANSFORMER_UPGRADE": (CrewKind.LINE,),
    TRANSFORMER_REPLACEMENT: (CrewKind.LINE,),
    TRANSFORMER_RENEWAL: (CrewKind.LINE,),
    "POLE_INSPECTION": (CrewKind.TROUBLE, CrewKind.LINE),
    "VEGETATION_TRIM": (CrewKind.TREE,),
}
"""Who does which work, beside restoring outages."""


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
    crew: int = NONE


@dataclass(frozen=True, eq=False)
class WorkOrders:
    """Hold the orders as a table, and what the crews do at the end of the period, by position."""

    table: pa.Table
    duties: dict[int, Duty]


def forge_work_orders(
    *,
    fleet: Fleet,
    ids: FleetIds,
    ratings: Ratings,
    assets: Assets,
    roster: CrewRoster,
    outages: list[Outage],
    outage_ids: list[str],
    done: list[Replacement],
    period: Period,
    seed: int,
) -> WorkOrders:
    """Return the work orders by time of creation.

    Args:
        fleet: the grown system.
        ids: its keys.
        ratings: transformer ratings and peaks.
        assets: ages.
        roster: the crews.
        outages: all outages.
        outage_ids: their keys.
        done: transformer units that were replaced.
        period: the metering period.
        seed: the configuration's seed.
    """
    rng = stream(seed, "work orders")
    end = period.intervals * 15
    orders = _for_outages(fleet, ids, outages, end)
    duties = _duties(orders)
    others = _for_overloads(fleet, ids, ratings, end, rng)
    others += _inspections(fleet, ids, assets, period, rng)
    others += _trimming(fleet, ids, period, rng)
    with_outage, without = _replacements(fleet, ids, done, end)
    others += without
    _send_crews(others, roster, duties, rng)
    orders += others + with_outage
    orders.sort(key=lambda order: (order.created, order.asset_id, order.work_type))
    return WorkOrders(_table(orders, fleet, ids, roster, outage_ids, period), duties)


def _for_outages(fleet: Fleet, ids: FleetIds, outages: list[Outage], end: int) -> list[_Order]:
    """Return an order for each outage; that of planned work was made a week before."""
    orders = []
    for index, outage in enumerate(outages):
        kind, asset, lon, lat = outage_asset(fleet, ids, outage)
        order = _Order(
            work_type=outage_work_type(is_planned=outage.is_planned),
            priority="MEDIUM" if outage.is_planned else "EMERGENCY",
            asset_kind=kind,
            asset_id=asset,
            circuit=outage.circuit,
            description=_description(outage),
            created=outage.start - (NOTICE_MINUTES if outage.is_planned else 0),
            lon=lon,
            lat=lat,
            hours=round(outage.median_minutes / 60.0, 1),
            outage=index,
        )
        if outage.assigned <= end:
            order.scheduled, order.crew = outage.arrived, outage.crew
            order.status = "ASSIGNED" if outage.arrived > end else "IN_PROGRESS"
        if outage.restored <= end:
            order.status, order.completed = "COMPLETED", outage.restored
            order.actual_hours = round((outage.repaired - outage.arrived) / 60.0, 2)
        orders.append(order)
    return orders


def _description(outage: Outage) -> str:
    if outage.is_planned:
        return "Work on the grid, supply switched off with notice"
    if outage.ends_unit:
        return "Restore supply: replace the transformer that failed"
    if outage.is_quick:
        return "Restore supply: replace the fuse"
    return f"Restore supply: repair, {outage.kind.lower().replace('_', ' ')}"


def _replacements(
    fleet: Fleet, ids: FleetIds, done: list[Replacement], end: int
) -> tuple[list[_Order], list[_Order]]:
    """Return the orders to replace units: those during an outage, done by its crew, and the others."""
    with_outage, without = [], []
    for each in done:
        at = each.transformer
        order = _Order(
            TRANSFORMER_REPLACEMENT if each.is_failure else TRANSFORMER_RENEWAL,
            "EMERGENCY" if each.is_failure else "MEDIUM",
            "TRANSFORMER", ids.transformers[at], int(fleet.transformers.circuit[at]),
            "Replace the unit that failed" if each.is_failure else "Replace the old unit before it fails",
            each.removed - (0 if each.is_failure else RENEWAL_NOTICE_MINUTES),
            float(fleet.transformers.lon[at]), float(fleet.transformers.lat[at]),
            round((each.completed - each.begun) / 60.0, 1), outage=each.outage,
        )  # fmt: skip
        if each.completed <= end:
            order.scheduled, order.completed, order.status = each.begun, each.completed, "COMPLETED"
            order.actual_hours = round((each.completed - each.begun) / 60.0, 2)
        elif each.outage is None or (each.crew != NONE and each.begun <= end):
            order.scheduled = each.begun
            order.status = "IN_PROGRESS" if each.begun <= end else "ASSIGNED"
        if each.outage is None:
            without.append(order)
        else:
            order.crew = NONE if order.status == "OPEN" else each.crew
            with_outage.append(order)
    return with_outage, without


def _duties(orders: list[_Order]) -> dict[int, Duty]:
    """Return what crews at outages do."""
    status = {"IN_PROGRESS": CrewStatus.ON_SITE, "ASSIGNED": CrewStatus.ASSIGNED}
    return {
        order.crew: Duty(status[order.status], order.lon, order.lat, order.created)
        for order in orders
        if order.crew != NONE and order.status in status
    }


def _send_crews(
    orders: list[_Order], roster: CrewRoster, duties: dict[int, Duty], rng: np.random.Generator
) -> None:
    """Give each order of planned work a crew; one that is at work elsewhere begins later."""
    for order in orders:
        if order.status in {"OPEN", "CANCELLED"}:
            continue
        able = roster.of(*CREWS_FOR[order.work_type])
        if order.status == "IN_PROGRESS":
            free = np.array([crew for crew in able.tolist() if crew not in duties], dtype=np.int64)
            if len(free):
                order.crew = int(rng.choice(free))
                duties[order.crew] = Duty(CrewStatus.ON_SITE, order.lon, order.lat, _last_written(order))
                continue
            order.status = "ASSIGNED"
        order.crew = int(rng.choice(able))


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
    roster: CrewRoster,
    outage_ids: list[str],
    period: Period,
) -> pa.Table:
    def moments(minutes: list[int | None]) -> pa.Array:
        known = np.array([0 if minute is None else minute for minute in minutes], dtype=np.int64)
        at = np.datetime64(period.start, "us") + known * np.timedelta64(60_000_000, "us")
        return pa.array(at, pa.timestamp("us"), mask=np.array([minute is None for minute in minutes]))

    substations = [site.substation_id for site in fleet.sites]
    site_of = fleet.circuits.site.tolist()
    columns: dict[str, object] = {
        "work_order_id": [f"WO-{number:06d}" for number in range(1, len(orders) + 1)],
        "work_type": [order.work_type for order in orders],
        "priority": [order.priority for order in orders],
        "status": [order.status for order in orders],
        "asset_kind": [order.asset_kind for order in orders],
        "asset_id": [order.asset_id for order in orders],
        "substation_id": [substations[site_of[order.circuit]] for order in orders],
        "circuit_id": [ids.circuits[order.circuit] for order in orders],
        "outage_id": [None if order.outage is None else outage_ids[order.outage] for order in orders],
        "crew_id": [None if order.crew == NONE else roster.ids[order.crew] for order in orders],
        "description": [order.description for order in orders],
        "created_at": moments([order.created for order in orders]),
        "scheduled_at": moments([order.scheduled for order in orders]),
        "completed_at": moments([order.completed for order in orders]),
        "estimated_hours": [order.hours for order in orders],
        "actual_hours": [order.actual_hours for order in orders],
        "version": [1] * len(orders),
        "latitude": [order.lat for order in orders],
        "longitude": [order.lon for order in orders],
        "updated_at": moments([_last_written(order) for order in orders]),
    }
    schema = pa_schema(work_orders)
    return pa.Table.from_arrays(
        [
            column if isinstance(column, pa.Array) else pa.array(column, type=field.type)
            for field, column in ((field, columns[field.name]) for field in schema)
        ],
        schema=schema,
    )
