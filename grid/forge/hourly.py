"""Hourly load of the transformers with their temperatures, a date at a time.

The same figures as the pipeline's roll-up of the same readings, which therefore need not be rolled up again.
Memory holds two dates: the energies of a date are noted while its readings are made, or made again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray, Int32Array, IntArray
from grid.forge.clock import PER_HOUR, Day, Period
from grid.forge.fleet import Fleet
from grid.forge.simulation import WH_PER_KWH, SiteModel, site_day
from grid.forge.transformer_sizing import Ratings, load_kva
from grid.forge.weather import Weather
from grid.pipeline.hourly import HISTORY_H
from grid.standards.transformer_thermal import (
    STRESS_LIMITS_C,
    ThermalParams,
    ageing_factor,
    ultimate_hot_spot_rise_c,
    ultimate_top_oil_rise_c,
)
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import transformer_hourly_load

HOURLY = pa_schema(transformer_hourly_load)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC
MICROSECONDS_PER_HOUR = 3_600_000_000
STRESS_NAMES = (*(name for name, _ in STRESS_LIMITS_C), "CRITICAL")


class HourlyEnergy:
    """Energy of each transformer and hour of a date; the two dates noted last are kept."""

    def __init__(self, *, fleet: Fleet, models: list[SiteModel], seed: int) -> None:
        self._models, self._seed = models, seed
        self._count = len(fleet.transformers.node)
        self._spans = [fleet.site_transformers(site.position) for site in fleet.sites]
        self._starts = [
            fleet.transformers.meter_lo[span] - model.meters.start
            for span, model in zip(self._spans, models, strict=True)
        ]
        self._days: dict[int, tuple[Int32Array, set[int]]] = {}

    def note(self, day: Day, site: int, usage_wh: Int32Array) -> None:
        """Sum up the readings of one substation and date, (meters, intervals)."""
        hours, noted = self._of(day)
        quarter = np.add.reduceat(usage_wh, self._starts[site], axis=0, dtype=np.int64)
        hours[self._spans[site]] = quarter.reshape(len(quarter), -1, PER_HOUR).sum(axis=2)
        noted.add(site)

    def of(self, day: Day) -> Int32Array:
        """Return the energies of a date in Wh, (transformers, hours); what was not noted is made again."""
        hours, noted = self._of(day)
        for site, model in enumerate(self._models):
            if site not in noted:
                self.note(day, site, site_day(model, day, seed=self._seed).usage_wh)
        return hours

    def _of(self, day: Day) -> tuple[Int32Array, set[int]]:
        if day.index not in self._days:
            shape = (self._count, (day.hi - day.lo) // PER_HOUR)
            self._days[day.index] = (np.zeros(shape, dtype=np.int32), set())
            for old in sorted(self._days.keys() - {day.index})[:-1]:
                del self._days[old]
        return self._days[day.index]


class HourlyLoads:
    """Makes the rows of ``transformer_hourly_load``."""

    def __init__(
        self,
        *,
        fleet: Fleet,
        ratings: Ratings,
        period: Period,
        weather: Weather,
        energy: HourlyEnergy,
        transformer_ids: list[str],
        thermal: ThermalParams | None = None,
    ) -> None:
        self._fleet, self._ratings, self._period = fleet, ratings, period
        self._weather, self._energy, self._ids = weather, energy, transformer_ids
        self._thermal = thermal or ThermalParams()
        self._station = _nearest_stations(fleet, weather)
        self._meters = (fleet.transformers.meter_hi - fleet.transformers.meter_lo).astype(np.int32)

    def batches(self, day: Day) -> Iterator[pa.RecordBatch]:
        """Yield the hours of one UTC date, a batch per substation, ordered by transformer and hour."""
        days = self._period.days()
        energy = self._energy.of(day)
        before = self._energy.of(days[day.index - 1]) if day.index else energy[:, :0]
        for site in self._fleet.sites:
            span = self._fleet.site_transformers(site.position)
            yield self._batch(day, span, before[span], energy[span])

    def _batch(self, day: Day, span: slice, before_wh: Int32Array, energy_wh: Int32Array) -> pa.RecordBatch:
        count, width = energy_wh.shape
        rated = self._ratings.rated_kva[span, None]
        kva = load_kva(energy_wh)
        first = day.lo // PER_HOUR
        ambient = self._weather.temperature_c[self._station[span], first : first + width]
        load_pu = np.concatenate([load_kva(before_wh) / rated, kva / rated], axis=1)
        oil_rise = oil_rises_c(load_pu, width=width, params=self._thermal)
        top_oil = ambient + oil_rise
        hot_spot = top_oil + ultimate_hot_spot_rise_c(kva / rated, self._thermal)
        stress = np.searchsorted(np.array([limit for _, limit in STRESS_LIMITS_C]), hot_spot.ravel())
        start = (self._period.start + timedelta(hours=first) - EPOCH) // timedelta(hours=1)
        hours = (start + np.arange(width, dtype=np.int64)) * MICROSECONDS_PER_HOUR
        rows = count * width
        columns = {
            "transformer_id": _spread(self._ids[span], width),
            "load_hour": pa.array(np.tile(hours, count)).cast(pa.timestamp("us")),
            "load_date": pa.array(np.full(rows, (day.day - EPOCH.date()).days, dtype=np.int32)).cast(
                pa.date32()
            ),
            "energy_kwh": pa.array(energy_wh.ravel() / WH_PER_KWH),
            "load_kva": pa.array(kva.ravel()),
            "loading_pct": pa.array((100.0 * kva / rated).ravel()),
            "meter_count": pa.array(np.repeat(self._meters[span], width)),
            "coverage_pct": pa.array(np.full(rows, 100.0)),
            "ambient_c": pa.array(ambient.ravel()),
            "top_oil_c": pa.array(top_oil.ravel()),
            "hot_spot_c": pa.array(hot_spot.ravel()),
            "ageing_factor": pa.array(ageing_factor(hot_spot).ravel()),
            "thermal_stress": pa.DictionaryArray.from_arrays(
                pa.array(stress.astype(np.int8)), pa.array(STRESS_NAMES)
            ).cast(pa.string()),
        }
        return pa.RecordBatch.from_arrays([columns[field.name] for field in HOURLY], schema=HOURLY)


def oil_rises_c(load_pu: FloatArray, *, width: int, params: ThermalParams) -> FloatArray:
    """Return the top-oil rises at the end of the last hours of a load constant within hours.

    As the roll-up does: the exponential approach of C57.91 over :data:`HISTORY_H` hours, the oldest of which
    stands for all before it.

    Args:
        load_pu: load in every hour, (transformers, hours).
        width: how many hours at its end are wanted.
        params: constants of the transformers.
    """
    ultimate = ultimate_top_oil_rise_c(load_pu, params)
    left = math.exp(-1.0 / params.oil_time_constant_h)
    at = np.arange(load_pu.shape[1] - width, load_pu.shape[1])
    known = np.minimum(at + 1, HISTORY_H)
    rise: FloatArray = left**known * ultimate[:, at - known + 1]
    for age in range(HISTORY_H):
        within = age < known
        rise[:, within] += (1.0 - left) * left**age * ultimate[:, at[within] - age]
    return rise


def _nearest_stations(fleet: Fleet, weather: Weather) -> IntArray:
    """Return the weather station nearest to each transformer, on the local plane."""
    lon, lat = np.round(fleet.transformers.lon, 7), np.round(fleet.transformers.lat, 7)
    north = weather.lat[None, :] - lat[:, None]
    east = (weather.lon[None, :] - lon[:, None]) * np.cos(np.radians(lat))[:, None]
    return np.asarray(np.argmin(north**2 + east**2, axis=1), dtype=np.int64)


def _spread(ids: list[str], times: int) -> pa.Array:
    index = pa.array(np.repeat(np.arange(len(ids), dtype=np.int32), times))
    return pa.DictionaryArray.from_arrays(index, pa.array(ids, pa.string())).cast(pa.string())
