"""Where the sun stands."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from grid.forge.arrays import FloatArray

MINUTES_PER_DEGREE = 4.0


def sine_of_elevation(*, at: list[datetime], lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return the sine of the sun's elevation above the horizon, (places, moments); negative at night.

    Declination and equation of time by the Fourier series of Spencer (1971), as NOAA's solar calculator gives
    them; right to some tenths of a degree, refraction not included.

    Args:
        at: moments, naive UTC.
        lon: longitudes of the places, degrees.
        lat: latitudes.
    """
    day = np.array([moment.timetuple().tm_yday - 1 for moment in at], dtype=np.float64)
    minute = np.array([moment.hour * 60 + moment.minute for moment in at], dtype=np.float64)
    g = 2.0 * np.pi / 365.0 * (day + (minute / 60.0 - 12.0) / 24.0)
    late_min = 229.18 * (
        0.000075
        + 0.001868 * np.cos(g)
        - 0.032077 * np.sin(g)
        - 0.014615 * np.cos(2.0 * g)
        - 0.040849 * np.sin(2.0 * g)
    )
    declination = (
        0.006918
        - 0.399912 * np.cos(g)
        + 0.070257 * np.sin(g)
        - 0.006758 * np.cos(2.0 * g)
        + 0.000907 * np.sin(2.0 * g)
        - 0.002697 * np.cos(3.0 * g)
        + 0.00148 * np.sin(3.0 * g)
    )
    solar_min = minute + late_min + MINUTES_PER_DEGREE * lon[:, None]
    hour_angle = np.radians(solar_min / MINUTES_PER_DEGREE - 180.0)
    phi = np.radians(lat)[:, None]
    return np.asarray(
        np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    )
