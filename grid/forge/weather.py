"""Hourly weather of the metering period and the years before it: a model around the climate's normals.

It is seeded, not observed. Temperature is the normal of the hour plus an autoregressive anomaly shared by the
stations and a smaller one of each. Rain falls in events (a Poisson process with the normal number of rain
days, exponential amounts with the normal mean); some are thunderstorms with gust fronts that cross the
territory from west to east and cool the air. Tropical cyclones (:mod:`grid.forge.cyclones`) pass in their
season. Humidity follows from the dew point (Magnus formula, Alduchov and Eskridge 1996).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from scipy.signal import lfilter

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.climate import HOUSTON, Climate, monthly_to_daily, normal_temperature_c
from grid.forge.config import ForgeConfig
from grid.forge.cyclones import CycloneParams, cyclone_weather, draw_cyclones
from grid.forge.seeds import stream


@dataclass(frozen=True, slots=True)
class WeatherParams:
    """Set the weather model's constants.

    Attributes:
        anomaly_hours: e-folding time of the shared temperature anomaly, h.
        local_anomaly_c: standard deviation of a station's own anomaly, °C.
        wind_spread: standard deviation of the logarithm of the hourly wind.
        wind_hours: e-folding time of the wind's departure from its mean, h.
        storm_peak_mps: median hourly wind of a gust front, m/s.
        storm_spread: standard deviation of its logarithm.
        storm_speed_mps: speed at which a front crosses the territory, m/s.
        closing_peak_mps: lowest and highest hourly wind of the squall line that ends the period, m/s.
        closing_hours: how long before the end of the period it reaches the territory's west, h.
        cyclones: constants of tropical cyclones.
    """

    anomaly_hours: float = 60.0
    local_anomaly_c: float = 0.5
    wind_spread: float = 0.35
    wind_hours: float = 6.0
    storm_peak_mps: float = 9.5
    storm_spread: float = 0.28
    storm_speed_mps: float = 14.0
    closing_peak_mps: tuple[float, float] = (17.0, 19.0)
    closing_hours: int = 3
    cyclones: CycloneParams = field(default_factory=CycloneParams)


@dataclass(frozen=True, eq=False)
class Weather:
    """Hold hourly values of each station, arrays of (stations, hours).

    Attributes:
        station_ids: one per station.
        lon: longitude of each station.
        lat: latitude of each station.
        start: first hour, naive UTC.
        thunder: whether a thunderstorm is over the station.
    """

    station_ids: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray
    start: datetime
    temperature_c: FloatArray
    humidity_pct: FloatArray
    wind_mps: FloatArray
    rain_mm: FloatArray
    thunder: BoolArray

    def last(self, hours: int) -> Weather:
        """Return the weather of the last hours."""
        at = self.hours - hours
        return replace(
            self,
            start=self.start + timedelta(hours=at),
            temperature_c=self.temperature_c[:, at:],
            humidity_pct=self.humidity_pct[:, at:],
            wind_mps=self.wind_mps[:, at:],
            rain_mm=self.rain_mm[:, at:],
            thunder=self.thunder[:, at:],
        )

    @property
    def hours(self) -> int:
        """Number of hours."""
        return int(self.temperature_c.shape[1])

    def nearest(self, lon: float, lat: float) -> int:
        """Return the index of the station nearest to a point."""
        d = ((self.lon - lon) * np.cos(np.radians(lat))) ** 2 + (self.lat - lat) ** 2
        return int(np.argmin(d))


def forge_weather(
    *,
    config: ForgeConfig,
    bounds: tuple[float, float, float, float],
    climate: Climate = HOUSTON,
    params: WeatherParams | None = None,
) -> Weather:
    """Make the weather of the past and the metering period at five stations over the territory.

    Args:
        config: seed, period and clock.
        bounds: west, south, east, north of the territory, degrees.
        climate: monthly normals.
        params: constants of the model.
    """
    params = params or WeatherParams()
    rng = stream(config.seed, "weather")
    lon, lat = _stations(bounds)
    hours = config.history_hours + config.ami_days * 24
    local = local_standard_times(config, hours=hours)
    day, hour = local[:, 0], local[:, 1]
    month = np.clip((day / (365.25 / 12.0)).astype(np.int64), 0, 11)
    n = len(lon)

    anomaly = monthly_to_daily(climate.anomaly_c, day) * _autoregressive(rng, 1, hours, params.anomaly_hours)
    local_anomaly = params.local_anomaly_c * _autoregressive(rng, n, hours, params.anomaly_hours / 4.0)
    temperature = normal_temperature_c(climate, day, hour) + anomaly + local_anomaly
    dew = _normal_dew_point(climate, day) + 0.7 * anomaly + _autoregressive(rng, n, hours, 24.0)
    wind = monthly_to_daily(climate.wind_mps, day) * (1.0 + 0.35 * np.cos(2.0 * np.pi * (hour - 15.0) / 24.0))
    shared = 0.8 * _autoregressive(rng, 1, hours, params.wind_hours)
    gusts = params.wind_spread * (shared + 0.6 * _autoregressive(rng, n, hours, params.wind_hours))
    wind = wind * np.exp(gusts - params.wind_spread**2 / 2.0)
    rain = np.zeros((n, hours))
    thunder = np.zeros((n, hours), dtype=np.bool_)
    delay = _crossing_delay_h(lon, lat, params.storm_speed_mps)

    for start, amount_mm, length, peak in _rain_events(rng, climate, month, params):
        peaks = peak * rng.uniform(0.9, 1.05, n)
        _add_event(
            temperature,
            wind,
            rain,
            delay=delay,
            start=start,
            amount_mm=amount_mm,
            length=length,
            peak_mps=peaks,
        )
        if peak > 0.0:
            _mark(thunder, delay, start, length)
    for storm in draw_cyclones(rng, month, params.cyclones):
        span = np.arange(max(storm.hour - 36, 0), min(storm.hour + 36, hours))
        blown, fallen = cyclone_weather(storm, hours=span, lon=lon, lat=lat, params=params.cyclones)
        wind[:, span] = np.maximum(wind[:, span], blown)
        rain[:, span] += fallen
    peaks = float(rng.uniform(*params.closing_peak_mps)) * rng.uniform(0.9, 1.05, n)
    amount = float(rng.uniform(18.0, 40.0))
    if config.ends_in_storm:
        start = max(hours - params.closing_hours, 0)
        _add_event(
            temperature, wind, rain, delay=delay, start=start, amount_mm=amount, length=3, peak_mps=peaks
        )
        _mark(thunder, delay, start, 3)
    wet = rain > 0.2
    dew = np.where(wet, np.maximum(dew, temperature - 1.5), np.minimum(dew, temperature - 0.3))
    return Weather(
        station_ids=tuple(f"WX-{i + 1:02d}" for i in range(n)),
        lon=lon,
        lat=lat,
        start=config.history_start,
        temperature_c=np.round(temperature, 1),
        humidity_pct=np.asarray(
            np.round(np.clip(relative_humidity_pct(temperature, dew), 5.0, 100.0)), dtype=np.float64
        ),
        wind_mps=np.round(wind, 1),
        rain_mm=np.round(rain, 1),
        thunder=thunder,
    )


def relative_humidity_pct(temperature_c: FloatArray, dew_point_c: FloatArray) -> FloatArray:
    """Return relative humidity from temperature and dew point.

    RH = 100 · exp(17.625 Td / (243.04 + Td)) / exp(17.625 T / (243.04 + T)), valid -40 to 50 °C to 0.4 %.
    Source: Alduchov and Eskridge, J. Applied Meteorology 35 (1996), 601-609.
    """
    return np.asarray(100.0 * np.exp(_magnus(dew_point_c) - _magnus(temperature_c)), dtype=np.float64)


def dew_point_c(temperature_c: FloatArray, humidity_pct: FloatArray) -> FloatArray:
    """Return the dew point: the inverse of :func:`relative_humidity_pct`."""
    gamma = np.log(humidity_pct / 100.0) + _magnus(temperature_c)
    return np.asarray(243.04 * gamma / (17.625 - gamma), dtype=np.float64)


def local_standard_times(config: ForgeConfig, *, hours: int) -> FloatArray:
    """Return (day of the year, hour) in local standard time of each hour of the weather, (hours, 2)."""
    zone = ZoneInfo(config.time_zone)
    offset = datetime(config.period_start.year, 1, 15, tzinfo=zone).utcoffset() or timedelta()
    start = config.history_start + offset
    first = (start - datetime(start.year, 1, 1)) / timedelta(days=1)  # noqa: DTZ001 - naive by contract
    days = first + np.arange(hours) / 24.0
    return np.column_stack([np.mod(days, 365.25), np.mod(days, 1.0) * 24.0])


def _magnus(celsius: FloatArray) -> FloatArray:
    return np.asarray(17.625 * celsius / (243.04 + celsius), dtype=np.float64)


def _normal_dew_point(climate: Climate, day: FloatArray) -> FloatArray:
    mean_c = (climate.daily_max_c + climate.daily_min_c) / 2.0
    return monthly_to_daily(dew_point_c(mean_c, climate.humidity_pct), day)


def _stations(bounds: tuple[float, float, float, float]) -> tuple[FloatArray, FloatArray]:
    west, south, east, north = bounds
    across = np.array([0.5, 0.2, 0.8, 0.2, 0.8])
    up = np.array([0.5, 0.8, 0.8, 0.2, 0.2])
    return np.round(west + across * (east - west), 4), np.round(south + up * (north - south), 4)


def _autoregressive(rng: np.random.Generator, rows: int, hours: int, memory_h: float) -> FloatArray:
    """Return first-order autoregressive series of mean 0 and variance 1, shape (rows, hours)."""
    phi = float(np.exp(-1.0 / memory_h))
    noise = rng.standard_normal((rows, hours))
    noise[:, 1:] *= np.sqrt(1.0 - phi * phi)
    return np.asarray(lfilter([1.0], [1.0, -phi], noise, axis=1), dtype=np.float64)


def _mark(thunder: BoolArray, delay: IntArray, start: int, length: int) -> None:
    """Note the hours of a thunderstorm at each station that it crosses."""
    for station, late in enumerate(delay.tolist()):
        thunder[station, start + late : start + late + length] = True


def _crossing_delay_h(lon: FloatArray, lat: FloatArray, speed_mps: float) -> IntArray:
    east_m = (lon - lon.min()) * 111_195.0 * np.cos(np.radians(lat.mean()))
    return np.asarray(np.round(east_m / speed_mps / 3600.0), dtype=np.int64)


def _rain_events(
    rng: np.random.Generator, climate: Climate, month: IntArray, params: WeatherParams
) -> list[tuple[int, float, int, float]]:
    """Return (first hour, amount mm, length h, peak wind m/s or 0) of the period's rain events."""
    per_hour = climate.rain_days[month] * 12.0 / 365.25 / 24.0
    starts = np.flatnonzero(rng.random(len(month)) < per_hour)
    events = []
    for start in starts.tolist():
        m = int(month[start])
        amount = float(rng.exponential(climate.rain_mm[m] / climate.rain_days[m]))
        length = int(rng.integers(1, 6))
        thunder = rng.random() < climate.thunder_days[m] / climate.rain_days[m]
        peak = (
            float(params.storm_peak_mps * np.exp(params.storm_spread * rng.standard_normal()))
            if thunder
            else 0.0
        )
        events.append((start, amount, min(length, 3) if thunder else length, peak))
    return events


def _add_event(
    temperature: FloatArray,
    wind: FloatArray,
    rain: FloatArray,
    *,
    delay: IntArray,
    start: int,
    amount_mm: float,
    length: int,
    peak_mps: FloatArray,
) -> None:
    """Let one event cross the stations: most rain first, wind with the front, cooling after it."""
    share = 0.6 ** np.arange(length)
    share /= share.sum()
    hours = rain.shape[1]
    for station, late in enumerate(delay.tolist()):
        for step in range(length):
            at = start + late + step
            if at < hours:
                rain[station, at] += amount_mm * share[step]
        if peak_mps[station] <= 0.0:
            continue
        for step, fade in enumerate((1.0, 0.8, 0.55)):
            at = start + late + step
            if at < hours:
                wind[station, at] = max(wind[station, at], peak_mps[station] * fade)
        after = np.arange(start + late, min(start + late + 8, hours))
        temperature[station, after] -= 4.5 * 0.75 ** np.arange(len(after))
