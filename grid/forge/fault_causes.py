"""What makes things fail, and when: each cause's intensity at every hour, relative to an ordinary calm hour.

Wind breaks limbs and poles, thunderstorms bring lightning, animals are about by day and in spring and autumn,
trees grow until autumn, diggers work on weekdays, currents heat equipment with the square of the load. The
growth with wind is exponential, as in Zhou, Pahwa and Yang, "Modeling weather-related failures of overhead
distribution lines", IEEE Trans. Power Systems 21 (2006); its constants, the shares of the causes and of
temporary faults by cause are this model's. Together 70 to 80 % of the faults of overhead lines are
temporary, which is the range usually given (Brown, *Electric Power Distribution Reliability*, chapter 4;
Short, *Electric Power Distribution Handbook*, chapter 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from grid.forge.arrays import FloatArray
from grid.forge.weather import Weather

OVERHEAD, CABLE, POLE_TRANSFORMER, PAD_TRANSFORMER = (
    "OVERHEAD",
    "CABLE",
    "POLE_TRANSFORMER",
    "PAD_TRANSFORMER",
)

PLANNED_WORK = "PLANNED_WORK"
"""The cause of an outage for work on the grid."""


@dataclass(frozen=True, slots=True)
class FaultClass:
    """Hold one way to fail.

    Attributes:
        kind: what fails.
        cause: cause code.
        share: part of the calm rate of what fails.
        temporary_frac: part that is gone once the arc is out, and needs but a new fuse if one blew.
        pattern: name of the intensity over time.
    """

    kind: str
    cause: str
    share: float
    temporary_frac: float
    pattern: str


FAULT_CLASSES = (
    FaultClass(OVERHEAD, "VEGETATION", 0.30, 0.70, "vegetation"),
    FaultClass(OVERHEAD, "ANIMAL", 0.20, 0.90, "animal"),
    FaultClass(OVERHEAD, "LIGHTNING", 0.18, 0.85, "lightning"),
    FaultClass(OVERHEAD, "EQUIPMENT", 0.12, 0.30, "load"),
    FaultClass(OVERHEAD, "UNKNOWN", 0.12, 0.95, "steady"),
    FaultClass(OVERHEAD, "WIND", 0.10, 0.80, "wind"),
    FaultClass(OVERHEAD, "VEHICLE", 0.05, 0.05, "traffic"),
    FaultClass(CABLE, "EQUIPMENT", 0.75, 0.0, "load"),
    FaultClass(CABLE, "DIG_IN", 0.25, 0.0, "digging"),
    FaultClass(POLE_TRANSFORMER, "ANIMAL", 0.35, 1.0, "animal"),
    FaultClass(POLE_TRANSFORMER, "EQUIPMENT", 0.33, 0.0, "load"),
    FaultClass(POLE_TRANSFORMER, "LIGHTNING", 0.20, 0.6, "lightning"),
    FaultClass(POLE_TRANSFORMER, "OVERLOAD", 0.07, 0.5, "overload"),
    FaultClass(POLE_TRANSFORMER, "VEGETATION", 0.05, 0.5, "vegetation"),
    FaultClass(PAD_TRANSFORMER, "EQUIPMENT", 0.75, 0.0, "load"),
    FaultClass(PAD_TRANSFORMER, "OVERLOAD", 0.10, 0.5, "overload"),
    FaultClass(PAD_TRANSFORMER, "VEHICLE", 0.10, 0.0, "traffic"),
    FaultClass(PAD_TRANSFORMER, "ANIMAL", 0.05, 0.8, "animal"),
    FaultClass(POLE_TRANSFORMER, "WIND", 0.0, 0.0, "wind"),
    FaultClass(PAD_TRANSFORMER, "LIGHTNING", 0.0, 0.0, "lightning"),
)
"""The shares of ``WIND`` come on top: a calm hour has none of it. Classes without a share are drawn for units
that fail for good alone (:mod:`grid.forge.unit_lives`)."""


@dataclass(frozen=True, slots=True)
class CauseParams:
    """Set how the causes vary.

    Attributes:
        wind_from_mps: hourly wind up to which rates are those of calm weather.
        wind_scale_mps: wind that raises overhead rates by a factor e.
        wind_most: largest factor.
        breaking: excess of that factor over 1 at which half of what would be temporary in calm air is not:
            strong wind breaks what a breeze makes touch.
        thunder_hours: hours with thunderstorms of an ordinary year, over which its lightning is spread.
        load_power: failures of equipment grow with this power of the load: losses heat it.
        overload_power: failures by overload do with this one.
    """

    wind_from_mps: float = 8.0
    wind_scale_mps: float = 1.7
    wind_most: float = 6000.0
    breaking: float = 50.0
    thunder_hours: float = 140.0
    load_power: float = 2.0
    overload_power: float = 6.0


def _mean_one(*values: float) -> FloatArray:
    found = np.array(values)
    return np.asarray(found / found.mean(), dtype=np.float64)


ANIMAL_HOURS = _mean_one(*[0.3] * 6, *[2.2] * 4, *[1.6] * 6, *[1.3] * 4, *[0.4] * 4)
ANIMAL_MONTHS = _mean_one(0.7, 0.8, 1.1, 1.4, 1.5, 1.2, 0.9, 0.9, 1.1, 1.2, 0.8, 0.5)
GROWTH_MONTHS = _mean_one(0.75, 0.75, 0.85, 0.95, 1.05, 1.15, 1.2, 1.25, 1.2, 1.1, 0.9, 0.8)
TRAFFIC_HOURS = _mean_one(*[1.0] * 6, *[0.9] * 4, *[0.8] * 5, *[1.3] * 5, *[1.1] * 4)
DIGGING_HOURS = _mean_one(*[0.0] * 7, *[1.0] * 10, *[0.0] * 7)


@dataclass(frozen=True, eq=False)
class LocalClock:
    """Hold the local standard clock of consecutive hours."""

    month: np.ndarray[tuple[int], np.dtype[np.int64]]
    hour: np.ndarray[tuple[int], np.dtype[np.int64]]
    is_weekend: np.ndarray[tuple[int], np.dtype[np.bool_]]


def local_clock(start: datetime, hours: int, *, offset_h: float) -> LocalClock:
    """Return the clock of ``hours`` hours from a UTC moment, so many hours ahead of UTC."""
    at = np.datetime64(start, "h") + np.arange(hours) + np.timedelta64(round(offset_h), "h")
    days = at.astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; 0 is Monday
    return LocalClock(
        month=at.astype("datetime64[M]").astype(np.int64) % 12,
        hour=(at - days).astype(np.int64),
        is_weekend=weekday >= 5,
    )


def cause_patterns(
    *, weather: Weather, clock: LocalClock, load: FloatArray, params: CauseParams
) -> Mapping[str, FloatArray]:
    """Return the relative intensity of each pattern, arrays of (stations, hours).

    Args:
        weather: the hours' weather.
        clock: their local time.
        load: expected load of each station's customers relative to its annual mean, (stations, hours).
        params: how the causes vary.
    """
    calm = np.ones_like(weather.wind_mps)
    wind = np.minimum(
        np.exp(np.maximum(weather.wind_mps - params.wind_from_mps, 0.0) / params.wind_scale_mps),
        params.wind_most,
    )
    workday: FloatArray = np.where(clock.is_weekend, 0.0, 7.0 / 5.0)
    return {
        "steady": calm,
        "wind": wind - 1.0,
        "vegetation": wind * GROWTH_MONTHS[clock.month],
        "lightning": np.where(weather.thunder, 8766.0 / params.thunder_hours, 0.0),
        "animal": calm * ANIMAL_HOURS[clock.hour] * ANIMAL_MONTHS[clock.month],
        "traffic": calm * TRAFFIC_HOURS[clock.hour],
        "digging": calm * DIGGING_HOURS[clock.hour] * workday,
        "load": load**params.load_power,
        "overload": load**params.overload_power,
    }
