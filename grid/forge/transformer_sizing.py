"""Ratings and secondary voltages of the transformers, from the peaks their meters reach."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, Int32Array, IntArray
from grid.forge.draft import LARGE
from grid.forge.fleet import Fleet
from grid.forge.profiles import POWER_FACTOR
from grid.forge.seeds import stream
from grid.forge.simulation import WH_PER_KWH
from grid.standards.transformer_sizes import (
    MAX_WYE_208_KVA,
    MAX_WYE_480_KVA,
    SERVICE_KV,
    SINGLE_PHASE_KVA,
    THREE_PHASE_KVA,
)


@dataclass(frozen=True, slots=True)
class SizingParams:
    """Set how generously transformers are sized.

    A planner aims at a loading and misses it: the loading aimed at is lognormal around its median. The next
    larger standard rating is taken.

    Attributes:
        loading: median loading of ordinary transformers at the peak hour.
        spread: standard deviation of its logarithm; with the next larger size it leaves a few per cent above
            100 %.
        large_loading: the same for large customers' transformers.
        large_spread: the same.
    """

    loading: float = 0.78
    spread: float = 0.25
    large_loading: float = 0.80
    large_spread: float = 0.12


@dataclass(frozen=True, eq=False)
class Ratings:
    """Hold ratings and what follows from them; one value per transformer.

    Attributes:
        rated_kva: rating.
        secondary_kv: nominal secondary voltage, line to line.
        peak_kva: largest hourly mean.
        peak_hour: hour of the period in which it occurred.
        three_phase: whether it has three phases.
    """

    rated_kva: FloatArray
    secondary_kv: FloatArray
    peak_kva: FloatArray
    peak_hour: IntArray
    three_phase: BoolArray

    def with_peaks(self, *, peak_wh: Int32Array, peak_hour: IntArray) -> Ratings:
        """Return the same ratings with other peaks: those that came, outages included."""
        return replace(self, peak_kva=load_kva(peak_wh), peak_hour=peak_hour)

    @property
    def peak_loading_pct(self) -> FloatArray:
        """Largest hourly loading, per cent."""
        return np.asarray(100.0 * self.peak_kva / self.rated_kva)


def load_kva(energy_wh: Int32Array | FloatArray) -> FloatArray:
    """Return the mean apparent power of an hour's energy: energy / 1 h / power factor."""
    return np.asarray(energy_wh / WH_PER_KWH / POWER_FACTOR, dtype=np.float64)


def size_transformers(
    *, fleet: Fleet, peak_wh: Int32Array, peak_hour: IntArray, seed: int, params: SizingParams
) -> Ratings:
    """Choose ratings.

    Args:
        fleet: the grown system.
        peak_wh: largest hourly energy of each transformer.
        peak_hour: hour of the period in which it occurred.
        seed: the configuration's seed.
        params: how generously to size.
    """
    rng = stream(seed, "transformers")
    peak_kva = load_kva(peak_wh)
    large = fleet.transformers.purpose == LARGE
    spread = np.where(large, params.large_spread, params.spread)
    median = np.where(large, params.large_loading, params.loading)
    aimed = median * np.exp(spread * rng.standard_normal(len(peak_kva)))
    three_phase = fleet.transformers.phases == "ABC"
    rated = np.where(
        three_phase,
        _next_size(peak_kva / aimed, THREE_PHASE_KVA),
        _next_size(peak_kva / aimed, SINGLE_PHASE_KVA),
    )
    secondary = np.select(
        [~three_phase, rated <= MAX_WYE_208_KVA, rated <= MAX_WYE_480_KVA],
        [SERVICE_KV["SINGLE_240"], SERVICE_KV["WYE_208"], SERVICE_KV["WYE_480"]],
        SERVICE_KV["MEDIUM_4160"],
    )
    return Ratings(rated, secondary, peak_kva, peak_hour, three_phase)


def _next_size(needed_kva: FloatArray, sizes: tuple[float, ...]) -> FloatArray:
    series = np.array(sizes)
    return np.asarray(series[np.minimum(np.searchsorted(series, needed_kva), len(series) - 1)])
