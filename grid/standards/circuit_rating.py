"""What circuits and lines may carry in the weather of an hour, and how far their load is from it.

A line is rated at the weather station nearest to it. Its *weather rating* takes the hour's temperature and
the sun of a clear sky, and the usual conservative wind: an hourly mean at a mast says little of the calmest
span. Its *wind rating* takes the observed wind too, at an angle of 45° to the line; it is for information.
What does not follow the air limits both: buried cables, breakers and whatever else keeps a circuit's own
rating below that of its conductor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from grid.standards.conductors import CATALOGUE
from grid.standards.line_rating import (
    RatingParams,
    ampacity_a,
    solar_hour,
    sun_on_line_w_per_m2,
    sun_position,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

EARTH_RADIUS_KM = 6371.0088


class LimitedBy(StrEnum):
    """What decides the rating of a line."""

    CONDUCTOR = "CONDUCTOR"
    CABLE = "CABLE"
    EQUIPMENT = "EQUIPMENT"


class NoRating(StrEnum):
    """Why a line has no rating by the weather."""

    UNKNOWN_CONDUCTOR = "UNKNOWN_CONDUCTOR"
    NO_WEATHER = "NO_WEATHER"


@dataclass(frozen=True, kw_only=True)
class WeatherRatingParams:
    """Hold what is assumed when lines are rated by observations.

    Attributes:
        line: what is assumed of every line.
        observed_wind_angle_deg: taken between an observed wind and any line, for the wind rating.
        max_station_km: an observation farther away says nothing of a line.
    """

    line: RatingParams = field(default_factory=RatingParams)
    observed_wind_angle_deg: float = 45.0
    max_station_km: float = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class LinesToRate:
    """Hold lines or circuits, one entry each.

    Attributes:
        conductor: name of the conductor; one that the catalogue lacks cannot be rated.
        rated_a: static rating, A.
        other_limit_a: least rating of what is in series and does not follow the air, A; NaN if nothing is.
        lon: longitude, degrees.
        lat: latitude, degrees.
    """

    conductor: Sequence[str]
    rated_a: FloatArray
    other_limit_a: FloatArray
    lon: FloatArray
    lat: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Observations:
    """Hold what stations observed in one hour; NaN where a station did not."""

    station_id: Sequence[str]
    lon: FloatArray
    lat: FloatArray
    temperature_c: FloatArray
    wind_mps: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class LineRatings:
    """Hold the ratings of lines in one hour, one entry each.

    Attributes:
        weather_rated_a: with the hour's temperature and sun, A; NaN if unknown.
        wind_rated_a: with the observed wind too, A; NaN if unknown.
        limited_by: what decides the weather rating; None if unknown.
        station: index of the station used, -1 for none.
        station_km: its distance; NaN for none.
        ambient_c: its temperature; NaN for none.
        sun_w_per_m2: heat of the sun on a line across its beam.
        missing: why there is no weather rating; None if there is one.
    """

    weather_rated_a: FloatArray
    wind_rated_a: FloatArray
    limited_by: list[LimitedBy | None]
    station: IntArray
    station_km: FloatArray
    ambient_c: FloatArray
    sun_w_per_m2: FloatArray
    missing: list[NoRating | None]


def rate_lines(
    lines: LinesToRate, *, hour: datetime, observations: Observations, params: WeatherRatingParams
) -> LineRatings:
    """Return what each line may carry in an hour.

    Args:
        lines: the lines.
        hour: start of the hour, UTC; the sun is that of its middle.
        observations: of that hour.
        params: what is assumed.
    """
    station, distance_km = nearest_with_temperature(lines.lon, lines.lat, observations)
    is_near = (station >= 0) & (distance_km <= params.max_station_km)
    station = np.where(is_near, station, -1)
    ambient, wind = _at(observations.temperature_c, station), _at(observations.wind_mps, station)
    middle = hour.hour + 0.5
    sun = sun_on_line_w_per_m2(
        sun_position(
            day_of_year=hour.timetuple().tm_yday,
            solar_hour=solar_hour(middle, lines.lon),
            latitude_deg=lines.lat,
        ),
        params=params.line,
    )
    found = rate_in_air(lines, ambient_c=ambient, sun_w_per_m2=sun, params=params.line)
    windy = rate_in_air(
        lines,
        ambient_c=ambient,
        sun_w_per_m2=sun,
        params=params.line,
        wind_mps=wind,
        wind_angle_deg=np.full(len(wind), params.observed_wind_angle_deg),
    )
    is_known = [name in CATALOGUE for name in lines.conductor]
    return LineRatings(
        weather_rated_a=found.rated_a,
        wind_rated_a=windy.rated_a,
        limited_by=found.limited_by,
        station=station,
        station_km=np.where(station >= 0, distance_km, np.nan),
        ambient_c=ambient,
        sun_w_per_m2=sun,
        missing=[
            NoRating.UNKNOWN_CONDUCTOR if not known else NoRating.NO_WEATHER if np.isnan(rated) else None
            for known, rated in zip(is_known, found.rated_a, strict=True)
        ],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class RatedInAir:
    """Hold what lines may carry in some air, one entry each; NaN and None where unknown."""

    rated_a: FloatArray
    limited_by: list[LimitedBy | None]


def rate_in_air(
    lines: LinesToRate,
    *,
    ambient_c: FloatArray,
    sun_w_per_m2: FloatArray,
    wind_mps: FloatArray | None = None,
    wind_angle_deg: FloatArray | None = None,
    params: RatingParams,
) -> RatedInAir:
    """Return what each line may carry in given air: its conductor's current, or what else limits it.

    Args:
        lines: the lines.
        ambient_c: temperature of the air at each.
        sun_w_per_m2: heat of the sun on each.
        wind_mps: wind at each; the conservative one of ``params`` if None.
        wind_angle_deg: between wind and each line; that of ``params`` if None.
        params: what is assumed of every line.
    """
    names = np.asarray(lines.conductor, dtype=object)
    free_a, conductor_a = np.full(len(names), np.nan), np.full(len(names), np.nan)
    is_cable = np.zeros(len(names), bool)
    for name in dict.fromkeys(lines.conductor):
        conductor, at = CATALOGUE.get(name), names == name
        if conductor is None:
            continue
        conductor_a[at] = conductor.ampacity_a
        if conductor.is_cable:
            is_cable |= at
            free_a[at] = lines.rated_a[at]
            continue
        free_a[at] = ampacity_a(
            conductor,
            ambient_c=ambient_c[at],
            sun_w_per_m2=sun_w_per_m2[at],
            wind_mps=None if wind_mps is None else wind_mps[at],
            wind_angle_deg=None if wind_angle_deg is None else wind_angle_deg[at],
            params=params,
        )
    rated = np.fmin(free_a, np.where(np.isnan(free_a), np.nan, _cap_a(lines, conductor_a)))
    return RatedInAir(
        rated_a=rated,
        limited_by=[
            None
            if np.isnan(found)
            else LimitedBy.CABLE
            if cable
            else LimitedBy.EQUIPMENT
            if found < free
            else LimitedBy.CONDUCTOR
            for found, free, cable in zip(rated, free_a, is_cable, strict=True)
        ],
    )


def nearest_with_temperature(
    lon: FloatArray, lat: FloatArray, observations: Observations
) -> tuple[IntArray, FloatArray]:
    """Return the index of the nearest station that observed a temperature, and its distance in km.

    -1 and NaN where there is none. Of two equally near the first.
    """
    known = np.flatnonzero(~np.isnan(observations.temperature_c))
    if known.size == 0:
        return np.full(len(lon), -1), np.full(len(lon), np.nan)
    distance = distance_km(
        lon[:, None], lat[:, None], observations.lon[known][None, :], observations.lat[known][None, :]
    )
    nearest = np.argmin(distance, axis=1)
    return known[nearest], distance[np.arange(len(lon)), nearest]


def distance_km(
    lon: npt.ArrayLike, lat: npt.ArrayLike, other_lon: npt.ArrayLike, other_lat: npt.ArrayLike
) -> FloatArray:
    """Return the great-circle distance of points on the mean sphere, by the haversine formula."""
    phi, other_phi = np.radians(lat), np.radians(other_lat)
    chord = (
        np.sin((other_phi - phi) / 2.0) ** 2
        + np.cos(phi) * np.cos(other_phi) * np.sin(np.radians(np.subtract(other_lon, lon)) / 2.0) ** 2
    )
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))


def current_a(load_kva: npt.ArrayLike, voltage_kv: npt.ArrayLike) -> FloatArray:
    """Return the current of a balanced three-phase load at nominal voltage; unknown without a voltage."""
    load, voltage = np.asarray(load_kva, dtype=np.float64), np.asarray(voltage_kv, dtype=np.float64)
    return np.asarray(load / (np.sqrt(3.0) * np.where(voltage > 0.0, voltage, np.nan)))


@dataclass(frozen=True, kw_only=True)
class Margin:
    """How much of what circuits may carry together is left; None where no circuit has both figures.

    Attributes:
        circuit_count: circuits whose load and rating are known; the others are left out of every figure.
        load_mva: what they carry.
        rated_mva: what they may carry.
        over_85_count: of them loaded above 85 % of their rating.
        over_100_count: of them loaded above their rating.
    """

    circuit_count: int
    load_mva: float | None
    rated_mva: float | None
    over_85_count: int
    over_100_count: int

    @property
    def margin_pct(self) -> float | None:
        """Share of the capacity that is left, %; negative if more is carried than may be."""
        if self.load_mva is None or not self.rated_mva:
            return None
        return 100.0 * (1.0 - self.load_mva / self.rated_mva)

    @property
    def left_mva(self) -> float | None:
        """Capacity that is left."""
        if self.load_mva is None or self.rated_mva is None:
            return None
        return self.rated_mva - self.load_mva


def margin_of(*, load_mva: FloatArray, rated_mva: FloatArray) -> Margin:
    """Return the margin of circuits together; one with an unknown load or rating (NaN) is left out."""
    known = ~np.isnan(load_mva) & ~np.isnan(rated_mva)
    if not known.any():
        return Margin(circuit_count=0, load_mva=None, rated_mva=None, over_85_count=0, over_100_count=0)
    load, rated = load_mva[known], rated_mva[known]
    return Margin(
        circuit_count=int(known.sum()),
        load_mva=float(load.sum()),
        rated_mva=float(rated.sum()),
        over_85_count=int((load > 0.85 * rated).sum()),
        over_100_count=int((load > rated).sum()),
    )


def _cap_a(lines: LinesToRate, conductor_a: FloatArray) -> FloatArray:
    """Return what else than the conductor limits each line; infinite if nothing does.

    A static rating below that of the conductor and of everything known in series is the doing of something
    that is not on record: then it is the cap.
    """
    known = np.where(np.isnan(lines.other_limit_a), np.inf, lines.other_limit_a)
    explained = np.fmin(conductor_a, known)
    return np.where(lines.rated_a < explained, np.fmin(lines.rated_a, known), known)


def _at(values: FloatArray, index: IntArray) -> FloatArray:
    if values.size == 0:
        return np.full(len(index), np.nan)
    return np.where(index >= 0, values[np.maximum(index, 0)], np.nan)
