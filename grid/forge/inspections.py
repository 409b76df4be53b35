"""Inspections of poles, switches and transformers: how they were found, by age, load and failures.

Poles are inspected in a ten-year cycle (RUS Bulletin 1730B-121 for a region of severe decay), breakers,
reclosers and sectionalizers every two years, transformers every eight. Wear is the age over the usual life,
times a factor of each asset of its own (lognormal, 0.3), with a quarter on top for a transformer loaded
above its rating and a tenth for each failure of its own before. Lives and limits are this model's round
figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from grid.forge.arrays import FloatArray, IntArray, TextArray
from grid.forge.assets import Assets
from grid.forge.clock import Period
from grid.forge.draft import FUSE, TIE
from grid.forge.fleet import NONE, Fleet
from grid.forge.ids import FleetIds
from grid.forge.outages import Outage
from grid.forge.seeds import stream
from grid.forge.transformer_sizing import Ratings
from grid.forge.unit_lives import UnitLives
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import asset_inspections

MINUTES_PER_YEAR = 525_960


@dataclass(frozen=True, slots=True)
class InspectionParams:
    """Set cycles, lives and what makes assets wear.

    Attributes:
        pole_years: cycle of poles.
        switch_years: cycle of switches that act by themselves.
        transformer_years: cycle of transformers.
        pole_life: years after which a pole is usually worn.
        switch_life: the same of a switch.
        transformer_life: the same of a transformer.
        unknown_age: years that an asset of unknown age counts as.
        spread: standard deviation of the logarithm of an asset's own factor.
        strength_power: how far the strength of a transformer unit shows.
        overload_wear: wear of a transformer loaded above its rating.
        failure_wear: wear of each failure.
        limits: wear from which the condition is 2, 3, 4 and 5.
    """

    pole_years: float = 10.0
    switch_years: float = 2.0
    transformer_years: float = 8.0
    pole_life: float = 60.0
    switch_life: float = 35.0
    transformer_life: float = 55.0
    unknown_age: int = 45
    spread: float = 0.3
    strength_power: float = 0.25
    overload_wear: float = 0.25
    failure_wear: float = 0.10
    limits: tuple[float, float, float, float] = (0.25, 0.55, 0.9, 1.25)


FINDINGS = {
    "POLE": ("GROUND_LINE_DECAY", "SHELL_ROT", "SPLIT_TOP", "WOODPECKER_DAMAGE", "LEANING"),
    "SWITCH": ("CONTACT_WEAR", "CORROSION", "WEAK_BATTERY", "SLOW_OPERATION"),
    "TRANSFORMER": ("OIL_LEAK", "CORROSION", "BUSHING_DAMAGE", "LOW_OIL"),
}
WORTH_A_FINDING = 3
"""Condition from which something was found."""


def inspection_table(
    *,
    fleet: Fleet,
    ids: FleetIds,
    assets: Assets,
    ratings: Ratings,
    units: UnitLives,
    outages: list[Outage],
    orders: pa.Table,
    first_minute: int,
    period: Period,
    seed: int,
    params: InspectionParams,
) -> pa.Table:
    """Return the inspections of the past and the metering period, by time.

    Poles inspected in the metering period are those of the completed inspection orders.

    Args:
        fleet: the grown system.
        ids: its keys.
        assets: ages.
        ratings: transformer ratings and peaks.
        units: the units that stood at the transformers' places.
        outages: all outages, for the failures before an inspection.
        orders: work orders.
        first_minute: where the past begins, minutes after the start of the metering period.
        period: the metering period.
        seed: the configuration's seed.
        params: cycles, lives and wear.
    """
    rng = stream(seed, "inspections")
    end = period.intervals * 15
    automatic = np.flatnonzero((fleet.switches.kind != FUSE) & (fleet.switches.kind != TIE))
    count = len(fleet.transformers.node)
    built = np.array(
        [
            int(np.median(assets.transformer_year[lo:hi]))
            for lo, hi in zip(
                fleet.circuits.transformer_lo.tolist(), fleet.circuits.transformer_hi.tolist(), strict=True
            )
        ]
    )
    pole_year = np.where(assets.pole_year > 0, assets.pole_year, period.end.year - params.unknown_age)
    ordered, order_minute, order_ids = _ordered(ids, orders, period)
    pole, pole_minute = _cycle(np.arange(len(pole_year)), params.pole_years, first_minute, 0, rng)
    switch, switch_minute = _cycle(automatic, params.switch_years, first_minute, end, rng)
    unit, unit_minute = _cycle(np.arange(count), params.transformer_years, first_minute, end, rng)
    failures = _Failures(outages)
    loaded = ratings.peak_loading_pct > 100.0
    poles, pole_minutes = np.concatenate([pole, ordered]), np.concatenate([pole_minute, order_minute])
    switch_year = built[fleet.switches.circuit]
    groups = [
        _Group("POLE", np.array(ids.poles, dtype=object), fleet.poles.circuit, poles, pole_minutes,
               _years(poles, pole_minutes, pole_year, period) / params.pole_life),
        _Group("SWITCH", np.array(ids.switches, dtype=object), fleet.switches.circuit, switch, switch_minute,
               _years(switch, switch_minute, switch_year, period) / params.switch_life),
        _Group("TRANSFORMER", np.array(ids.transformers, dtype=object), fleet.transformers.circuit, unit,
               unit_minute, _age(unit_minute, units.year_at(unit, unit_minute), period)
               / params.transformer_life),
    ]  # fmt: skip
    own = {group.kind: np.exp(params.spread * rng.standard_normal(len(group.ids))) for group in groups}
    seen = units.makes.strength[units.unit_at(unit, unit_minute)] ** params.strength_power
    columns: dict[str, list[np.ndarray]] = {}
    for group in groups:
        wear = group.relative_age * own[group.kind][group.asset]
        if group.kind == "TRANSFORMER":
            wear = wear * seen
            wear = wear + params.overload_wear * loaded[group.asset]
            wear = wear + params.failure_wear * failures.before(group.asset, group.minute)
        code = np.searchsorted(np.array(params.limits), wear, side="right") + 1
        names = np.array(FINDINGS[group.kind], dtype=object)
        finding = names[rng.integers(0, len(names), len(code))]
        finding[code < WORTH_A_FINDING] = None
        work = np.full(len(code), None, dtype=object)
        if group.kind == "POLE":
            work[len(pole) :] = order_ids
        site = fleet.circuits.site[group.circuit[group.asset]]
        found = {
            "asset_kind": np.full(len(code), group.kind, dtype=object),
            "asset_id": group.ids[group.asset],
            "substation_id": np.array([each.substation_id for each in fleet.sites], dtype=object)[site],
            "circuit_id": np.array(ids.circuits, dtype=object)[group.circuit[group.asset]],
            "inspected_at": np.datetime64(period.start, "us") + group.minute * np.timedelta64(1, "m"),
            "condition_code": code,
            "finding": finding,
            "work_order_id": work,
        }
        for name, values in found.items():
            columns.setdefault(name, []).append(values)
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    by_time = np.argsort(joined["inspected_at"], kind="stable")
    joined = {name: values[by_time] for name, values in joined.items()}
    joined["inspection_id"] = np.array(
        [f"INSP-{number:07d}" for number in range(1, len(by_time) + 1)], dtype=object
    )
    schema = pa_schema(asset_inspections)
    return pa.Table.from_arrays([pa.array(joined[f.name], type=f.type) for f in schema], schema=schema)


@dataclass(frozen=True, eq=False)
class _Group:
    """Hold the inspections of one kind of asset."""

    kind: str
    ids: TextArray
    circuit: IntArray
    asset: IntArray
    minute: IntArray
    relative_age: FloatArray


class _Failures:
    """Know when each transformer failed by itself."""

    def __init__(self, outages: list[Outage]) -> None:
        own = [
            (outage.transformer, outage.start)
            for outage in outages
            if outage.transformer != NONE and not outage.is_planned and not outage.is_quick
        ]
        table = np.array(sorted(own), dtype=np.int64).reshape(-1, 2)
        self._asset, self._minute = table[:, 0], table[:, 1]

    def before(self, asset: IntArray, minute: IntArray) -> IntArray:
        """Return how often each of some transformers failed before a minute."""
        span = np.int64(2**40)
        keys = self._asset * span + self._minute + span // 2
        lowest = np.searchsorted(keys, asset * span)
        return np.asarray(np.searchsorted(keys, asset * span + minute + span // 2) - lowest, dtype=np.int64)


def _cycle(
    assets: IntArray, years: float, first: int, last: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Return assets and minutes of inspections every so many years, each asset at a time of its own."""
    every = round(years * MINUTES_PER_YEAR)
    phase = rng.integers(0, every, len(assets))
    rounds = -(-(last - first) // every) if last > first else 0
    found, minutes = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for turn in range(rounds):
        at = first + phase + turn * every
        mine = at < last
        found.append(assets[mine])
        minutes.append(at[mine])
    return np.concatenate(found), np.concatenate(minutes)


def _years(asset: IntArray, minute: IntArray, year: IntArray, period: Period) -> FloatArray:
    """Return the age of an asset at a minute; what stood there before it is taken to have been as young."""
    return _age(minute, year[asset], period)


def _age(minute: IntArray, year: IntArray, period: Period) -> FloatArray:
    at = period.start.year + period.start.timetuple().tm_yday / 365.25 + minute / MINUTES_PER_YEAR
    return np.maximum(at - year, 1.0)


def _ordered(ids: FleetIds, orders: pa.Table, period: Period) -> tuple[IntArray, IntArray, TextArray]:
    """Return poles, minutes and keys of the completed orders of inspection."""
    mask = pc.and_(pc.equal(orders["work_type"], "POLE_INSPECTION"), pc.equal(orders["status"], "COMPLETED"))
    done = orders.filter(mask)
    position = {key: at for at, key in enumerate(ids.poles)}
    start = np.datetime64(period.start, "us")
    minutes = (done["completed_at"].to_numpy() - start) // np.timedelta64(1, "m")
    poles = np.array([position[key] for key in done["asset_id"].to_pylist()], dtype=np.int64)
    return poles, minutes.astype(np.int64), np.array(done["work_order_id"].to_pylist(), dtype=object)
