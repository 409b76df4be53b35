"""Tropical cyclones: when one passes, where, and the wind and rain that its stations then have.

How often: the U.S. National Hurricane Center puts the return period of a hurricane passing within 50 nautical
miles of Galveston at 9 years, of a major one at 25. Peak winds are therefore drawn as a least wind plus an
exponential excess through these two points, which makes one storm of at least 18 m/s in 3.7 years; places
of that coast are on record as touched about every 3 years.

The wind field is a modified Rankine vortex (Depperman 1947; outer exponent Hughes 1952): it grows linearly up
to the radius of maximum wind and falls with r^-x beyond. Over land the peak decays as V = Vb + (R V0 - Vb)
exp(-a t) (Kaplan and DeMaria, J. Applied Meteorology 34, 1995, with their R, a and Vb).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray, IntArray

SEASON = np.array([0.0, 0.0, 0.0, 0.0, 0.01, 0.08, 0.13, 0.27, 0.35, 0.13, 0.03, 0.0])
"""Share of the storms in each month: the Atlantic season."""

KM_PER_DEGREE = 111.195


@dataclass(frozen=True, slots=True)
class CycloneParams:
    """Set how often cyclones come and what their wind field is.

    Attributes:
        per_year: storms of at least ``least_mps`` that pass within ``reach_km``.
        reach_km: 50 nautical miles.
        least_mps: least peak wind, one-minute mean over the sea.
        excess_mps: mean of what it is above that.
        most_mps: largest peak wind.
        radius_km: median radius of maximum wind.
        radius_spread: standard deviation of its logarithm.
        outer_exponent: how fast the wind falls outside.
        speed_mps: how fast the storm moves.
        inland_h: how long before it is nearest the storm crosses the coast.
        surface_factor: hourly mean over land at a station, of the one-minute mean over the sea.
        land_factor: R, what is left at the coast.
        decay_per_h: a.
        background_mps: Vb.
        rain_mm_per_h: rain inside the radius of maximum wind.
    """

    per_year: float = 0.27
    reach_km: float = 92.6
    least_mps: float = 18.0
    excess_mps: float = 17.1
    most_mps: float = 75.0
    radius_km: float = 45.0
    radius_spread: float = 0.35
    outer_exponent: float = 0.6
    speed_mps: float = 5.0
    inland_h: float = 4.0
    surface_factor: float = 0.75
    land_factor: float = 0.9
    decay_per_h: float = 0.095
    background_mps: float = 13.8
    rain_mm_per_h: float = 18.0


@dataclass(frozen=True, slots=True)
class Cyclone:
    """Hold one storm.

    Attributes:
        hour: hour at which it is nearest to the middle of the territory.
        offset_km: how far it then is, to the right of its way if positive.
        bearing_rad: where it moves, clockwise from north.
        peak_mps: one-minute peak wind at sea.
        radius_km: radius of maximum wind.
    """

    hour: int
    offset_km: float
    bearing_rad: float
    peak_mps: float
    radius_km: float


def draw_cyclones(rng: np.random.Generator, month: IntArray, params: CycloneParams) -> list[Cyclone]:
    """Draw the storms of a time of which the month (0 to 11) of every hour is given."""
    per_hour = params.per_year * SEASON / SEASON.sum() * 12.0 / 8766.0
    found = []
    for hour in np.flatnonzero(rng.random(len(month)) < per_hour[month]).tolist():
        peak = params.least_mps + float(rng.exponential(params.excess_mps))
        found.append(
            Cyclone(
                hour=hour,
                offset_km=float(rng.uniform(-params.reach_km, params.reach_km)),
                bearing_rad=float(np.radians(rng.uniform(-60.0, 30.0))),
                peak_mps=min(peak, params.most_mps),
                radius_km=params.radius_km * float(np.exp(params.radius_spread * rng.standard_normal())),
            )
        )
    return found


def cyclone_weather(
    storm: Cyclone, *, hours: IntArray, lon: FloatArray, lat: FloatArray, params: CycloneParams
) -> tuple[FloatArray, FloatArray]:
    """Return hourly wind in m/s and rain in mm at each station, arrays of (stations, hours).

    Args:
        storm: the storm.
        hours: hours to tell of.
        lon: longitude of each station; their mean is the middle of the territory.
        lat: latitude of each station.
        params: constants of the wind field.
    """
    since = (hours - storm.hour).astype(np.float64)
    along = since * params.speed_mps * 3.6
    east, north = np.sin(storm.bearing_rad), np.cos(storm.bearing_rad)
    x = along * east + storm.offset_km * north
    y = along * north - storm.offset_km * east
    station_x = (lon - lon.mean()) * KM_PER_DEGREE * np.cos(np.radians(lat.mean()))
    station_y = (lat - lat.mean()) * KM_PER_DEGREE
    away = np.maximum(np.hypot(station_x[:, None] - x, station_y[:, None] - y), 1.0) / storm.radius_km
    inland = np.maximum(since + params.inland_h, 0.0)
    ashore = params.background_mps + np.exp(-params.decay_per_h * inland) * (
        params.land_factor * storm.peak_mps - params.background_mps
    )
    peak = np.where(since + params.inland_h < 0.0, storm.peak_mps, np.minimum(ashore, storm.peak_mps))
    shape = np.where(away < 1.0, away, away**-params.outer_exponent)
    # What is left far away and late is the wind of any day.
    wind = params.surface_factor * peak * shape
    rain = params.rain_mm_per_h * np.exp(-((away / 3.0) ** 2))
    return wind, rain
