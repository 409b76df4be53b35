"""Thermal rating of overhead conductors by the weather: the steady state of IEEE Std 738-2012.

The heat balance per metre of conductor at its highest permitted temperature: what wind and radiation take
away, less what the sun adds, is what the current may generate,

    qc + qr = qs + I²·R(Tc)    so    I = sqrt((qc + qr − qs) / R(Tc)).

Temperatures in °C, lengths in m, wind in m/s, heat in W/m, angles in degrees. Every function takes floats or
arrays and broadcasts; unknown inputs (NaN) give unknown results. Clause and equation numbers are the
standard's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grid.standards.conductors import Conductor

FloatArray = npt.NDArray[np.float64]

CLEAR_SKY = (
    -42.2391,
    63.8044,
    -1.9220,
    3.46921e-2,
    -3.61118e-4,
    1.94318e-6,
    -4.07608e-9,
)
"""Coefficients of the heat that the sun's beam brings through a clear atmosphere, by its altitude (18)."""

INDUSTRIAL_SKY = (
    53.1821,
    14.2110,
    6.6138e-1,
    -3.1658e-2,
    5.4654e-4,
    -4.3446e-6,
    1.3236e-8,
)
"""The same for an industrial atmosphere."""


@dataclass(frozen=True, kw_only=True)
class RatingParams:
    """Hold what is assumed of every line.

    The weather of a static rating, and of what the observation leaves open, is the usual conservative one.

    Attributes:
        max_conductor_c: highest permitted temperature of the conductor. 75 °C is the one that the ampacities
            of the catalogue are for.
        emissivity: of the conductor's surface; 0.8 is a weathered one.
        absorptivity: of the conductor's surface, for sunlight.
        wind_mps: wind across the line, 2 ft/s.
        wind_angle_deg: between wind and conductor; 90° is across it.
        sky: coefficients of the sun's heat, ``CLEAR_SKY`` or ``INDUSTRIAL_SKY``.
        elevation_m: height above the sea.
    """

    max_conductor_c: float = 75.0
    emissivity: float = 0.8
    absorptivity: float = 0.8
    wind_mps: float = 0.61
    wind_angle_deg: float = 90.0
    sky: tuple[float, ...] = CLEAR_SKY
    elevation_m: float = 0.0


def ampacity_a(
    conductor: Conductor,
    *,
    ambient_c: npt.ArrayLike,
    sun_w_per_m2: npt.ArrayLike,
    wind_mps: npt.ArrayLike | None = None,
    wind_angle_deg: npt.ArrayLike | None = None,
    params: RatingParams,
) -> FloatArray:
    """Return the current that holds a conductor of the catalogue at its highest temperature, A.

    Args:
        conductor: an overhead one.
        ambient_c: temperature of the air.
        sun_w_per_m2: heat of the sun on the conductor's projected area, see ``sun_on_line_w_per_m2``.
        wind_mps: wind speed; that of ``params`` if None.
        wind_angle_deg: between wind and conductor; that of ``params`` if None.
        params: what is assumed of the line.

    Raises:
        ValueError: if the conductor is a cable.
    """
    if conductor.diameter_m is None:
        raise ValueError(f"{conductor.name} is a cable; IEEE 738 is about bare overhead conductors")
    return steady_state_current_a(
        diameter_m=conductor.diameter_m,
        resistance_ohm_per_m=conductor.resistance_ohm_per_m(params.max_conductor_c),
        conductor_c=params.max_conductor_c,
        ambient_c=ambient_c,
        wind_mps=params.wind_mps if wind_mps is None else wind_mps,
        wind_angle_deg=params.wind_angle_deg if wind_angle_deg is None else wind_angle_deg,
        sun_w_per_m2=sun_w_per_m2,
        emissivity=params.emissivity,
        absorptivity=params.absorptivity,
        elevation_m=params.elevation_m,
    )


def steady_state_current_a(
    *,
    diameter_m: npt.ArrayLike,
    resistance_ohm_per_m: npt.ArrayLike,
    conductor_c: npt.ArrayLike,
    ambient_c: npt.ArrayLike,
    wind_mps: npt.ArrayLike,
    wind_angle_deg: npt.ArrayLike,
    sun_w_per_m2: npt.ArrayLike,
    emissivity: npt.ArrayLike,
    absorptivity: npt.ArrayLike,
    elevation_m: npt.ArrayLike = 0.0,
) -> FloatArray:
    """Return the current of the heat balance (1b), A; 0 where the sun alone heats the conductor beyond it.

    Args:
        diameter_m: outside diameter.
        resistance_ohm_per_m: at ``conductor_c``.
        conductor_c: temperature of the conductor.
        ambient_c: temperature of the air.
        wind_mps: wind speed.
        wind_angle_deg: between wind and conductor.
        sun_w_per_m2: heat of the sun on the projected area, Qse·sin θ.
        emissivity: of the surface.
        absorptivity: of the surface.
        elevation_m: height above the sea.
    """
    cooling = convection_w_per_m(
        diameter_m=diameter_m,
        conductor_c=conductor_c,
        ambient_c=ambient_c,
        wind_mps=wind_mps,
        wind_angle_deg=wind_angle_deg,
        elevation_m=elevation_m,
    ) + radiation_w_per_m(
        diameter_m=diameter_m, conductor_c=conductor_c, ambient_c=ambient_c, emissivity=emissivity
    )
    heating = _array(absorptivity) * _array(sun_w_per_m2) * _array(diameter_m)
    spare = np.maximum(cooling - heating, 0.0)
    return np.asarray(np.sqrt(spare / _array(resistance_ohm_per_m)))


def convection_w_per_m(
    *,
    diameter_m: npt.ArrayLike,
    conductor_c: npt.ArrayLike,
    ambient_c: npt.ArrayLike,
    wind_mps: npt.ArrayLike,
    wind_angle_deg: npt.ArrayLike,
    elevation_m: npt.ArrayLike = 0.0,
) -> FloatArray:
    """Return what the air takes away: the largest of the two forced and the natural convection (4.4.3).

    Negative where the air is hotter than the conductor.
    """
    diameter, rise = _array(diameter_m), _array(conductor_c) - _array(ambient_c)
    film_c = (_array(conductor_c) + _array(ambient_c)) / 2.0
    density = air_density_kg_per_m3(film_c, elevation_m)
    reynolds = diameter * density * _array(wind_mps) / air_viscosity_kg_per_ms(film_c)
    by_wind = wind_direction_factor(wind_angle_deg) * air_conductivity_w_per_mk(film_c) * rise
    low = (1.01 + 1.35 * reynolds**0.52) * by_wind  # (3a)
    high = 0.754 * reynolds**0.6 * by_wind  # (3b)
    natural = 3.645 * density**0.5 * diameter**0.75 * np.sign(rise) * np.abs(rise) ** 1.25  # (5a)
    strongest = np.maximum(np.maximum(np.abs(low), np.abs(high)), np.abs(natural))
    return np.asarray(np.sign(rise) * strongest)


def radiation_w_per_m(
    *,
    diameter_m: npt.ArrayLike,
    conductor_c: npt.ArrayLike,
    ambient_c: npt.ArrayLike,
    emissivity: npt.ArrayLike,
) -> FloatArray:
    """Return what the conductor radiates (7a)."""
    hot, air = (_array(conductor_c) + 273.0) / 100.0, (_array(ambient_c) + 273.0) / 100.0
    return np.asarray(17.8 * _array(diameter_m) * _array(emissivity) * (hot**4 - air**4))


def air_viscosity_kg_per_ms(film_c: npt.ArrayLike) -> FloatArray:
    """Return the dynamic viscosity of air at the temperature of the film around the conductor (13a)."""
    film = _array(film_c)
    return np.asarray(1.458e-6 * (film + 273.0) ** 1.5 / (film + 383.4))


def air_density_kg_per_m3(film_c: npt.ArrayLike, elevation_m: npt.ArrayLike) -> FloatArray:
    """Return the density of that air (14a)."""
    height = _array(elevation_m)
    return np.asarray((1.293 - 1.525e-4 * height + 6.379e-9 * height**2) / (1.0 + 0.00367 * _array(film_c)))


def air_conductivity_w_per_mk(film_c: npt.ArrayLike) -> FloatArray:
    """Return the thermal conductivity of that air (15a)."""
    film = _array(film_c)
    return np.asarray(2.424e-2 + 7.477e-5 * film - 4.407e-9 * film**2)


def wind_direction_factor(wind_angle_deg: npt.ArrayLike) -> FloatArray:
    """Return how well a wind cools by its angle to the conductor: 1 across it (4a)."""
    angle = np.radians(_array(wind_angle_deg))
    return np.asarray(1.194 - np.cos(angle) + 0.194 * np.cos(2.0 * angle) + 0.368 * np.sin(2.0 * angle))


@dataclass(frozen=True, eq=False)
class SunPosition:
    """Hold where the sun stands: degrees above the horizon (negative at night), and from north by east."""

    altitude_deg: FloatArray
    azimuth_deg: FloatArray


def sun_position(
    *, day_of_year: npt.ArrayLike, solar_hour: npt.ArrayLike, latitude_deg: npt.ArrayLike
) -> SunPosition:
    """Return the sun's altitude (16a) and azimuth (17a, with the constant of table 3).

    Args:
        day_of_year: 1 on 1 January.
        solar_hour: hours of local solar time; the sun is highest at 12.
        latitude_deg: north positive.
    """
    latitude, hour_angle = np.radians(_array(latitude_deg)), np.radians(15.0 * (_array(solar_hour) - 12.0))
    declination = np.radians(23.46 * np.sin(np.radians(360.0 * (284.0 + _array(day_of_year)) / 365.0)))
    sine = np.cos(latitude) * np.cos(declination) * np.cos(hour_angle) + np.sin(latitude) * np.sin(
        declination
    )
    # The quadrant that table 3 picks by the signs of hour angle and azimuth variable is that of both terms.
    azimuth = np.pi + np.arctan2(
        np.sin(hour_angle), np.sin(latitude) * np.cos(hour_angle) - np.cos(latitude) * np.tan(declination)
    )
    return SunPosition(
        altitude_deg=np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))),
        azimuth_deg=np.degrees(azimuth) % 360.0,
    )


def sun_on_line_w_per_m2(
    sun: SunPosition, *, params: RatingParams, line_azimuth_deg: npt.ArrayLike | None = None
) -> FloatArray:
    """Return the heat of the sun on the projected area of a conductor, Qse·sin θ (8 and 9).

    0 while the sun is below the horizon.

    Args:
        sun: where it stands.
        params: sky and elevation.
        line_azimuth_deg: direction of the line from north by east; None: taken across the sun's beam, where
            it heats most.
    """
    height = params.elevation_m
    # Below the horizon the polynomial means nothing, and above it it is 0 at the least.
    beam = np.where(
        sun.altitude_deg > 0.0,
        np.maximum(np.polynomial.polynomial.polyval(np.maximum(sun.altitude_deg, 0.0), params.sky), 0.0),
        np.where(np.isnan(sun.altitude_deg), np.nan, 0.0),
    )
    beam = beam * (1.0 + 1.148e-4 * height - 1.108e-8 * height**2)
    if line_azimuth_deg is None:
        return np.asarray(beam)
    between = np.cos(np.radians(sun.altitude_deg)) * np.cos(
        np.radians(sun.azimuth_deg - _array(line_azimuth_deg))
    )
    return np.asarray(beam * np.sin(np.arccos(np.clip(between, -1.0, 1.0))))


def solar_hour(hour_utc: npt.ArrayLike, longitude_deg: npt.ArrayLike) -> FloatArray:
    """Return local mean solar time of an hour of the day in UTC, in hours of 0 to 24.

    The equation of time, at most 16 minutes, is left out, as the standard's own hour does.
    """
    return np.asarray((_array(hour_utc) + _array(longitude_deg) / 15.0) % 24.0)


def mva(voltage_kv: npt.ArrayLike, current_a: npt.ArrayLike) -> FloatArray:
    """Return the three-phase apparent power of a current at a line-to-line voltage."""
    return np.asarray(np.sqrt(3.0) * _array(voltage_kv) * _array(current_a) / 1000.0)


def _array(value: npt.ArrayLike) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
