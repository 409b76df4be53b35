"""The metering period's intervals, in UTC and on the territory's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from grid.forge.arrays import FloatArray
from grid.forge.config import ForgeConfig
from grid.forge.fault_causes import LocalClock
from grid.forge.fleet import Fleet
from grid.forge.profiles import relative_power, smooth_temperature
from grid.forge.weather import Weather

INTERVAL_MINUTES = 15
PER_HOUR = 4
PER_DAY = 96


@dataclass(frozen=True, slots=True)
class Day:
    """Hold the part of one UTC date that lies in the period.

    Attributes:
        index: 0 for the first date.
        day: the date.
        lo: first interval of the period on it.
        hi: end of its intervals.
    """

    index: int
    day: date
    lo: int
    hi: int


@dataclass(frozen=True, eq=False)
class Period:
    """Hold the period's start and length and the local clock of its intervals."""

    start: datetime
    intervals: int
    minute_of_day: FloatArray
    is_weekend: FloatArray

    @property
    def hours(self) -> int:
        """Number of whole hours."""
        return self.intervals // PER_HOUR

    @property
    def end(self) -> datetime:
        """End of the last interval, naive UTC."""
        return self.start + timedelta(minutes=INTERVAL_MINUTES * self.intervals)

    def days(self) -> list[Day]:
        """Return the UTC dates of the period; the first and the last may be parts."""
        found: list[Day] = []
        lo = 0
        while lo < self.intervals:
            at = self.start + timedelta(minutes=INTERVAL_MINUTES * lo)
            left = PER_DAY - (at.hour * 60 + at.minute) // INTERVAL_MINUTES
            hi = min(lo + left, self.intervals)
            found.append(Day(len(found), at.date(), lo, hi))
            lo = hi
        return found

    def minute(self, at: datetime) -> int:
        """Return whole minutes from the start to a moment."""
        return round((at - self.start) / timedelta(minutes=1))

    def moment(self, minute: int) -> datetime:
        """Return the moment a number of minutes after the start."""
        return self.start + timedelta(minutes=minute)


def metering_period(config: ForgeConfig) -> Period:
    """Return the intervals of a configuration's metering period."""
    zone = ZoneInfo(config.time_zone)
    hours = config.ami_days * 24
    utc = ZoneInfo("UTC")
    local = [
        (config.period_start + timedelta(hours=h)).replace(tzinfo=utc).astimezone(zone) for h in range(hours)
    ]
    minute = np.array([moment.hour * 60.0 + moment.minute for moment in local])
    weekend = np.array([1.0 if moment.weekday() >= 5 else 0.0 for moment in local])
    quarter = np.tile(np.arange(PER_HOUR) * float(INTERVAL_MINUTES), hours) + INTERVAL_MINUTES / 2.0
    return Period(
        start=config.period_start,
        intervals=hours * PER_HOUR,
        minute_of_day=np.mod(np.repeat(minute, PER_HOUR) + quarter, 1440.0),
        is_weekend=np.repeat(weekend, PER_HOUR),
    )


def station_powers(weather: Weather, period: Period) -> list[FloatArray]:
    """Return, per weather station, the expected relative power of every archetype at every interval."""
    middle = (np.arange(period.intervals) + 0.5) / PER_HOUR - 0.5
    found = []
    for hourly in weather.temperature_c:
        smooth = smooth_temperature(hourly)
        temperature = np.interp(middle, np.arange(period.hours), smooth)
        found.append(
            relative_power(
                minute_of_day=period.minute_of_day, is_weekend=period.is_weekend, temperature_c=temperature
            )
        )
    return found


def hourly_powers(weather: Weather, clock: LocalClock) -> list[FloatArray]:
    """Return, per weather station, the expected relative power of every archetype in every hour."""
    return [
        relative_power(
            minute_of_day=np.asarray(clock.hour * 60.0 + 30.0, dtype=np.float64),
            is_weekend=clock.is_weekend.astype(np.float64),
            temperature_c=smooth_temperature(hourly),
        )
        for hourly in weather.temperature_c
    ]


def relative_loads(powers: list[FloatArray], fleet: Fleet) -> FloatArray:
    """Return the expected load of all customers relative to a normal year's mean, (stations, hours).

    Args:
        powers: relative power of each archetype in every hour, per station.
        fleet: the grown system.
    """
    shares = np.bincount(fleet.meters.archetype, fleet.meters.mean_kw)
    return np.array([shares @ power[: len(shares)] / shares.sum() for power in powers])


def local_standard_offset_h(config: ForgeConfig) -> float:
    """Return how far local standard time is ahead of UTC, h."""
    january = datetime(config.period_start.year, 1, 15, tzinfo=ZoneInfo(config.time_zone))
    return (january.utcoffset() or timedelta()) / timedelta(hours=1)
