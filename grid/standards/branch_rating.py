"""Ambient-adjusted ratings of transmission lines of which no more than a static rating is known.

A static rating is worked out for a hot, sunny, calm hour. What the same line may carry in another hour is
that rating times the ratio of two currents of IEEE Std 738: the reference conductor's in the hour's air and
sun, over the one in the air and sun of the static rating. The ratio hardly depends on the conductor, as long
as its highest temperature is the same (within 1.7 % from 336 to 795 kcmil ACSR), so a reference conductor
stands for all. This is the ambient-adjusted rating of FERC Order 881: hourly, by temperature, with the sun by
day and without it by night. The wind stays the conservative one, since an hourly mean at a mast says little
of the calmest span.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from grid.standards.circuit_rating import Observations, nearest_with_temperature
from grid.standards.conductors import CATALOGUE, Conductor
from grid.standards.line_rating import (
    RatingParams,
    ampacity_a,
    solar_hour,
    sun_on_line_w_per_m2,
    sun_position,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class BranchRatingParams:
    """Hold what is assumed of the static rating of every transmission line.

    Attributes:
        conductor: the reference conductor.
        line: highest temperature (100 °C is usual for transmission), surface and wind.
        static_ambient_c: air of the static rating.
        static_sun_w_per_m2: sun of the static rating: a clear sky with the sun at 74.9°, as in the standard's
            example.
        max_station_km: an observation farther away says nothing of an end of a line.
    """

    conductor: Conductor = CATALOGUE["ACSR 795 26/7"]
    line: RatingParams = field(default_factory=lambda: RatingParams(max_conductor_c=100.0))
    static_ambient_c: float = 40.0
    static_sun_w_per_m2: float = 1027.0
    max_station_km: float = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class BranchRatings:
    """Hold the rating of each line in an hour, one entry each.

    Attributes:
        multiplier: of the static rating; NaN if unknown.
        ambient_c: air at the end that decides; NaN if unknown.
        sun_w_per_m2: sun at that end.
        station: index of the station used there, -1 for none.
        station_km: its distance; NaN for none.
    """

    multiplier: FloatArray
    ambient_c: FloatArray
    sun_w_per_m2: FloatArray
    station: IntArray
    station_km: FloatArray


def ambient_multiplier(
    ambient_c: npt.ArrayLike,
    sun_w_per_m2: npt.ArrayLike,
    *,
    wind_mps: npt.ArrayLike | None = None,
    wind_angle_deg: npt.ArrayLike | None = None,
    params: BranchRatingParams,
) -> FloatArray:
    """Return the rating in this air and sun over the static rating; 0 in air too hot for any current.

    The wind is the conservative one of the static rating, unless another is given.
    """
    found = ampacity_a(
        params.conductor,
        ambient_c=ambient_c,
        sun_w_per_m2=sun_w_per_m2,
        wind_mps=wind_mps,
        wind_angle_deg=wind_angle_deg,
        params=params.line,
    )
    static = ampacity_a(
        params.conductor,
        ambient_c=params.static_ambient_c,
        sun_w_per_m2=params.static_sun_w_per_m2,
        params=params.line,
    )
    return np.asarray(found / static)


def rate_branches(
    *,
    from_lon: FloatArray,
    from_lat: FloatArray,
    to_lon: FloatArray,
    to_lat: FloatArray,
    hour: datetime,
    observations: Observations,
    params: BranchRatingParams,
) -> BranchRatings:
    """Return what each line may carry in an hour, by the worse of its two ends.

    Both ends must have a station that observed a temperature near enough; else the rating is unknown.

    Args:
        from_lon: longitude of one end, degrees, (n,).
        from_lat: latitude of that end.
        to_lon: longitude of the other end.
        to_lat: latitude of that end.
        hour: start of the hour, UTC; the sun is that of its middle.
        observations: of that hour.
        params: what is assumed.
    """
    lon, lat = np.concatenate((from_lon, to_lon)), np.concatenate((from_lat, to_lat))
    station, distance_km = nearest_with_temperature(lon, lat, observations)
    is_near = (station >= 0) & (distance_km <= params.max_station_km)
    ambient = np.full(len(lon), np.nan)
    ambient[is_near] = observations.temperature_c[station[is_near]]
    sun = sun_on_line_w_per_m2(
        sun_position(
            day_of_year=hour.timetuple().tm_yday,
            solar_hour=solar_hour(hour.hour + 0.5, lon),
            latitude_deg=lat,
        ),
        params=params.line,
    )
    ends = ambient_multiplier(ambient, sun, params=params).reshape(2, -1)
    worse = np.where(ends[1] < ends[0], 1, 0)

    def at_worse(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return values.reshape(2, -1)[worse, np.arange(ends.shape[1])]

    is_known = ~np.isnan(ends).any(axis=0)
    return BranchRatings(
        multiplier=np.where(is_known, np.min(ends, axis=0), np.nan),
        ambient_c=np.where(is_known, at_worse(ambient), np.nan),
        sun_w_per_m2=np.asarray(at_worse(sun), dtype=np.float64),
        station=np.where(is_known, at_worse(station), -1).astype(np.intp),
        station_km=np.where(is_known, at_worse(distance_km), np.nan),
    )
