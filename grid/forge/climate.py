"""Monthly climate of the Houston area: the constants behind the weather model.

Temperature, precipitation, days with precipitation and relative humidity are the 1991-2020 U.S. Climate
Normals of George Bush Intercontinental Airport (NOAA/NCEI, station USW00012960; humidity: 1969-1990 normals
of the same station as printed with them). Thunderstorm days, mean wind and variability are round values of
this model, not normals: about 57 thunderstorm days a year, as is usual on the upper Gulf coast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray


def _celsius(*fahrenheit: float) -> FloatArray:
    return (np.array(fahrenheit) - 32.0) / 1.8


@dataclass(frozen=True, eq=False)
class Climate:
    """Hold twelve monthly values, January first, of each quantity.

    Attributes:
        daily_max_c: mean daily maximum temperature.
        daily_min_c: mean daily minimum temperature.
        humidity_pct: mean relative humidity.
        rain_mm: mean precipitation.
        rain_days: mean days with at least 0.01 inch.
        thunder_days: mean days with thunder.
        anomaly_c: standard deviation of the departure from the normal.
        wind_mps: mean wind speed at 10 m.
    """

    daily_max_c: FloatArray
    daily_min_c: FloatArray
    humidity_pct: FloatArray
    rain_mm: FloatArray
    rain_days: FloatArray
    thunder_days: FloatArray
    anomaly_c: FloatArray
    wind_mps: FloatArray


HOUSTON = Climate(
    daily_max_c=_celsius(63.8, 67.8, 74.0, 80.1, 86.9, 92.3, 94.5, 94.9, 90.4, 82.8, 72.6, 65.3),
    daily_min_c=_celsius(43.7, 47.6, 53.6, 59.8, 67.8, 73.7, 75.7, 75.4, 70.6, 60.9, 51.5, 45.6),
    humidity_pct=np.array([74.7, 73.4, 72.7, 73.1, 75.0, 74.6, 74.4, 75.1, 76.8, 75.4, 76.0, 75.5]),
    rain_mm=25.4 * np.array([3.76, 2.97, 3.47, 3.95, 5.01, 6.00, 3.77, 4.84, 4.71, 5.46, 3.87, 4.03]),
    rain_days=np.array([10.0, 8.8, 8.8, 7.3, 8.6, 10.0, 9.1, 8.5, 8.4, 7.7, 7.6, 9.6]),
    thunder_days=np.array([2.0, 2.5, 3.5, 4.0, 6.0, 7.5, 8.5, 8.0, 6.5, 3.5, 3.0, 2.0]),
    anomaly_c=np.array([5.0, 4.8, 4.2, 3.2, 2.4, 1.7, 1.4, 1.5, 2.2, 3.4, 4.4, 5.0]),
    wind_mps=np.array([3.6, 3.8, 3.9, 4.0, 3.6, 3.2, 2.8, 2.7, 2.9, 3.1, 3.4, 3.5]),
)

HOUR_OF_MINIMUM = 6.0
HOUR_OF_MAXIMUM = 15.0
"""Local standard hours of the mean daily extremes at low latitudes."""


def monthly_to_daily(monthly: FloatArray, day_of_year: FloatArray) -> FloatArray:
    """Interpolate monthly means, taken to hold at mid-month, to days of the year (0 to 365), cyclically."""
    middles = (np.arange(14) - 0.5) * (365.25 / 12.0)
    values = np.concatenate([monthly[-1:], monthly, monthly[:1]])
    return np.asarray(np.interp(day_of_year, middles, values), dtype=np.float64)


def daily_course(hour: FloatArray) -> FloatArray:
    """Return the daily temperature cycle: 0 at the minimum, 1 at the maximum, half cosines between.

    Args:
        hour: local standard time, 0 to 24.
    """
    rising = HOUR_OF_MAXIMUM - HOUR_OF_MINIMUM
    since = np.mod(hour - HOUR_OF_MINIMUM, 24.0)
    up = 0.5 - 0.5 * np.cos(np.pi * since / rising)
    down = 0.5 + 0.5 * np.cos(np.pi * (since - rising) / (24.0 - rising))
    return np.where(since < rising, up, down)


def normal_temperature_c(climate: Climate, day_of_year: FloatArray, hour: FloatArray) -> FloatArray:
    """Return the normal temperature at a local standard hour of a day of the year."""
    low = monthly_to_daily(climate.daily_min_c, day_of_year)
    high = monthly_to_daily(climate.daily_max_c, day_of_year)
    return low + (high - low) * daily_course(hour)
