"""What each transformer carried in every month of the past: load, temperature and ageing, no hourly rows.

The hourly load of years is never made. A transformer's course is that of its customers' prevailing archetype
in the weather of its station, scaled so that the mean of the yearly peaks is the transformer's peak loading
times what changed since: customers come and go (a random walk from year to year) and no two months are alike.
Temperatures and ageing of such courses (IEEE C57.91, as everywhere) are found once for a few loadings and
interpolated, the logarithm of the ageing over the logarithm of the load.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.fleet import Fleet
from grid.forge.months import Months
from grid.forge.seeds import stream
from grid.forge.transformer_sizing import Ratings
from grid.forge.voltages import SUBSTATION_PU
from grid.forge.weather import Weather
from grid.standards.transformer_thermal import (
    ThermalParams,
    ageing_factor,
    ultimate_hot_spot_rise_c,
    ultimate_top_oil_rise_c,
)

HOURS_PER_YEAR = 8766.0
LIMITS_PU = (1.0, 1.2, 1.5)
"""Loads whose hours are counted."""


@dataclass(frozen=True, slots=True)
class DutyParams:
    """Set how a transformer's load differs from today's course.

    Attributes:
        levels: loadings for which temperatures are found, per unit of the rating.
        yearly_change: standard deviation of the logarithm of a year's change of the customers behind it.
        monthly_change: the same of a month's departure.
    """

    levels: tuple[float, ...] = (0.25, 0.45, 0.65, 0.85, 1.05, 1.3, 1.65, 2.2)
    yearly_change: float = 0.05
    monthly_change: float = 0.04


@dataclass(frozen=True, eq=False)
class MonthDuty:
    """Hold one month of every transformer.

    Attributes:
        peak_pu: highest hourly load, per unit of the rating.
        mean_pu: mean load.
        hours_over: hours above each of :data:`LIMITS_PU`, (limits, transformers).
        hot_spot_c: highest hot-spot temperature.
        ageing: mean ageing factor, FEQA.
        voltage_pu: mean voltage at the primary.
    """

    peak_pu: FloatArray
    mean_pu: FloatArray
    hours_over: FloatArray
    hot_spot_c: FloatArray
    ageing: FloatArray
    voltage_pu: FloatArray


class UnitDuty:
    """Knows the duty of all transformers, a month at a time; the same whenever it is asked."""

    def __init__(
        self,
        *,
        fleet: Fleet,
        ratings: Ratings,
        weather: Weather,
        months: Months,
        powers: Sequence[FloatArray],
        drop_per_mw: FloatArray,
        seed: int,
        params: DutyParams,
    ) -> None:
        """Prepare it.

        Args:
            fleet: the grown system.
            ratings: ratings and the peaks that they were chosen by.
            weather: hourly weather of the past and the metering period.
            months: its months.
            powers: relative power of each archetype in every hour of the weather, per station.
            drop_per_mw: feeder drop to each transformer, per unit per MW at the head.
            seed: the configuration's seed.
            params: how loads change.
        """
        self._months, self._params, self._seed = months, params, seed
        self._peak_pu = ratings.peak_loading_pct / 100.0
        self._drop, self._head_mw = drop_per_mw, fleet.circuits.design_kw[fleet.transformers.circuit] / 1000.0
        station = np.array([weather.nearest(site.lon, site.lat) for site in fleet.sites])[
            fleet.transformer_site
        ]
        shape = _prevailing(fleet, powers[0].shape[0])
        self._pair = station * powers[0].shape[0] + shape
        pairs, self._row = np.unique(self._pair, return_inverse=True)
        found = [
            _course(
                powers[int(pair) // powers[0].shape[0]][int(pair) % powers[0].shape[0]],
                weather.temperature_c[int(pair) // powers[0].shape[0]],
                months,
                params.levels,
            )
            for pair in pairs
        ]
        self._ageing, self._hot_spot, self._peak, self._mean, self._over = (
            np.stack([each[at] for each in found]) for at in range(5)
        )
        self._walk = self._yearly_walk(len(self._row))

    def _yearly_walk(self, count: int) -> FloatArray:
        """Return the logarithm of each year's load over the last year's, (years, transformers)."""
        years = (self._months.month.astype(np.int64) // 12).max() - self._months.month.astype(np.int64) // 12
        steps = stream(self._seed, "load of the past").standard_normal((int(years.max()) + 1, count))
        steps[0] = 0.0
        self._year = years
        return np.asarray(np.cumsum(self._params.yearly_change * steps, axis=0))

    def month(self, at: int) -> MonthDuty:
        """Return a month by its position."""
        noise = stream(self._seed, "load of a month", at).standard_normal(len(self._row))
        level = self._peak_pu * np.exp(self._walk[self._year[at]] + self._params.monthly_change * noise)
        grid = np.log(np.array(self._params.levels))
        x = np.clip(np.log(np.maximum(level, 1e-3)), grid[0], grid[-1])
        lo = np.clip(np.searchsorted(grid, x, side="right") - 1, 0, len(grid) - 2)
        part = (x - grid[lo]) / (grid[lo + 1] - grid[lo])

        def between(table: FloatArray) -> FloatArray:
            return np.asarray((1.0 - part) * table[self._row, lo, at] + part * table[self._row, lo + 1, at])

        peak = level * self._peak[self._row, at]
        mean = level * self._mean[self._row, at]
        head = self._head_mw * self._mean[self._row, at]
        return MonthDuty(
            peak_pu=peak,
            mean_pu=mean,
            hours_over=np.stack(
                [
                    np.where(peak > limit, np.maximum(np.rint(between(self._over[:, row])), 1.0), 0.0)
                    for row, limit in enumerate(LIMITS_PU)
                ]
            ),
            hot_spot_c=between(self._hot_spot),
            ageing=np.exp(between(self._ageing)),
            voltage_pu=SUBSTATION_PU - self._drop * head,
        )


def _prevailing(fleet: Fleet, archetypes: int) -> IntArray:
    """Return, per transformer, the archetype that uses most behind it."""
    count = len(fleet.transformers.node)
    key = fleet.meters.transformer * archetypes + fleet.meters.archetype
    use = np.bincount(key, fleet.meters.mean_kw, minlength=count * archetypes)
    return np.asarray(use.reshape(count, archetypes).argmax(axis=1), dtype=np.int64)


def _course(
    power: FloatArray, ambient_c: FloatArray, months: Months, levels: tuple[float, ...]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return by level and month the logarithm of the ageing and the highest hot spot, by month the highest
    and the mean load over the peak, and by limit, level and month the hours above.
    """
    params = ThermalParams()
    years = max(1, round(len(power) / HOURS_PER_YEAR))
    peaks = [part.max() for part in np.array_split(power, years)]
    relative = power / float(np.mean(peaks))
    load = np.array(levels)[:, None] * relative
    left = math.exp(-1.0 / params.oil_time_constant_h)
    ultimate = ultimate_top_oil_rise_c(load, params)
    oil, _ = lfilter([1.0 - left], [1.0, -left], ultimate, axis=1, zi=left * ultimate[:, :1])
    hot_spot = ambient_c + oil + ultimate_hot_spot_rise_c(load, params)
    starts = months.lo
    ageing = np.add.reduceat(ageing_factor(hot_spot), starts, axis=1) / months.hours
    over = [np.add.reduceat((load > limit).astype(np.float64), starts, axis=1) for limit in LIMITS_PU]
    return (
        np.log(np.maximum(ageing, 1e-12)),
        np.maximum.reduceat(hot_spot, starts, axis=1),
        np.maximum.reduceat(relative, starts),
        np.add.reduceat(relative, starts) / months.hours,
        np.stack(over),
    )
