"""Planned outages: when supply is switched off for work on the grid, announced beforehand.

The rates are this model's own round figures (about one planned interruption per customer in fifteen years):
the statistics of reliability that utilities file with EIA do not tell planned from other interruptions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.draft import FUSE
from grid.forge.fault_causes import LocalClock
from grid.forge.fleet import NONE, Fleet
from grid.forge.seeds import stream
from grid.forge.unit_lives import UnitLives


@dataclass(frozen=True, slots=True)
class PlannedParams:
    """Set how often and how long supply is switched off for work.

    Attributes:
        per_transformer: times a year at a transformer, to repair what hangs on it; renewals come on top.
        per_lateral: times a year behind a lateral's fuse, to replace poles or conductors.
        hours_of_day: local standard hours in which such work begins, on workdays.
        median_minutes: how long it takes; as often longer as shorter.
        spread: standard deviation of its logarithm.
        calm_mps: hourly wind up to which it is not put off.
    """

    per_transformer: float = 0.027
    per_lateral: float = 0.06
    hours_of_day: tuple[int, int] = (8, 13)
    median_minutes: float = 120.0
    spread: float = 0.4
    calm_mps: float = 9.0


@dataclass(frozen=True, eq=False)
class PlannedWork:
    """Hold planned outages in order of time; of switch and transformer one is NONE. ``spread`` is standard
    normal: how far the work differs from its median.
    """

    minute: IntArray
    switch: IntArray
    transformer: IntArray
    spread: FloatArray


def draw_planned_work(
    *,
    fleet: Fleet,
    clock: LocalClock,
    first_hour: int,
    seed: int,
    factor: float,
    params: PlannedParams,
    units: UnitLives | None = None,
) -> PlannedWork:
    """Draw the planned outages of the hours of a clock.

    Args:
        fleet: the grown system.
        clock: local time of every hour.
        first_hour: the clock's first hour, counted from the start of the metering period.
        seed: the configuration's seed.
        factor: multiplies the rates.
        params: the rates.
        units: the transformer units; those that were renewed are switched off for it.
    """
    rng = stream(seed, "planned work")
    earliest, latest = params.hours_of_day
    hours = np.flatnonzero(~clock.is_weekend & (clock.hour >= earliest) & (clock.hour <= latest))
    years = len(clock.hour) / 8766.0 * factor
    fuses = np.flatnonzero(fleet.switches.kind == FUSE)
    transformers = np.repeat(
        np.arange(len(fleet.transformers.node)),
        rng.poisson(params.per_transformer * years, len(fleet.transformers.node)),
    )
    laterals = np.repeat(fuses, rng.poisson(params.per_lateral * years, len(fuses)))
    count = len(transformers) + len(laterals)
    if not len(hours):
        count, transformers, laterals = 0, transformers[:0], laterals[:0]
    hour = rng.choice(hours, count) if count else np.zeros(0, dtype=np.int64)
    minute = (first_hour + hour) * 60 + 15 * rng.integers(0, 4, count)
    none_t, none_l = np.full(len(transformers), NONE), np.full(len(laterals), NONE)
    switch, transformer = np.concatenate([none_t, laterals]), np.concatenate([transformers, none_l])
    if units is not None:
        renewed = np.flatnonzero((units.removed < np.iinfo(np.int64).max) & ~units.failed)
        minute = np.concatenate([minute, units.removed[renewed]])
        switch = np.concatenate([switch, np.full(len(renewed), NONE)])
        transformer = np.concatenate([transformer, units.transformer[renewed]])
    order = np.lexsort((transformer, switch, minute))
    spread = rng.standard_normal(len(order))
    return PlannedWork(minute[order], switch[order], transformer[order], spread)
