"""Temperature, wind and what they do: fields at places, a storm's wind, fragility, demand by temperature."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from cascade.engine.scenarios.spec import LoadCurve, PointField, StormTrack
from grid.powerflow.arrays import FloatArray
from grid.standards.circuit_rating import distance_km
from grid.standards.weather_field import interpolate

TRACK_STEP_H = 1.0 / 6.0
CHUNK = 4_000


def field_at(field: PointField, *, lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return the value of a field at places; NaN farther from every point than it reaches."""
    values = np.full(lon.shape, np.nan)
    station_lon = np.array([point.lon for point in field.points])
    station_lat = np.array([point.lat for point in field.points])
    observed = np.array([point.value for point in field.points])
    for start in range(0, len(lon), CHUNK):
        part = slice(start, start + CHUNK)
        values[part] = interpolate(
            lon=lon[part],
            lat=lat[part],
            station_lon=station_lon,
            station_lat=station_lat,
            observed=observed,
            max_distance_km=field.max_distance_km,
        ).values
    return values


def storm_gust(track: StormTrack, *, lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return the strongest gust a storm brings to each place on its way, m/s.

    Modified Rankine vortex: v(r) = V · r / R within the radius R of the maximum V, V · (R / r)^x outside it.
    Between the points of the track everything changes evenly; a step is ten minutes. The wind of the storm's
    own motion is not added. Source: Hughes 1952, J. Meteorology 9 (x between 0.4 and 0.6 observed).
    """
    hours = np.array([point.hour for point in track.points])
    steps = np.union1d(hours, np.arange(hours[0], hours[-1], TRACK_STEP_H))
    along = {
        name: np.interp(steps, hours, [getattr(point, name) for point in track.points])
        for name in ("lat", "lon", "max_wind_mps", "max_wind_radius_km")
    }
    strongest = np.zeros(lon.shape)
    for n in range(len(steps)):
        away = distance_km(lon, lat, np.float64(along["lon"][n]), np.float64(along["lat"][n]))
        radius, wind = along["max_wind_radius_km"][n], along["max_wind_mps"][n]
        inside = wind * away / radius
        outside = wind * (radius / np.maximum(away, radius)) ** track.decay_exponent
        strongest = np.maximum(strongest, np.where(away < radius, inside, outside))
    return np.asarray(strongest * track.gust_factor)


def failure_probability(gust_mps: FloatArray, *, median_mps: float, beta: float) -> FloatArray:
    """Return P(fails | gust) = Φ(ln(gust / median) / beta); 0 where the gust is unknown or none.

    Source of the form: FEMA Hazus Hurricane Model Technical Manual; Shafieezadeh et al. 2014, IEEE Trans.
    Power Delivery 29(1). The parameters are the user's.
    """
    known = np.nan_to_num(gust_mps, nan=0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr(np.log(known / median_mps) / beta))


def load_of(curve: LoadCurve, temperature_c: FloatArray | float) -> FloatArray:
    """Return the demand at temperatures, in the unit of the curve."""
    at = np.asarray(temperature_c, dtype=np.float64)
    heating = curve.heating_per_c * np.maximum(0.0, curve.heating_below_c - at)
    cooling = curve.cooling_per_c * np.maximum(0.0, at - curve.cooling_above_c)
    return np.asarray(curve.base + heating + cooling)


def fit_load_curve(temperature_c: FloatArray, load: FloatArray, *, source: str) -> LoadCurve:
    """Return the curve that fits hours best, with its error.

    Least squares with non-negative arms for every pair of change points on a grid of whole degrees (the
    five-parameter change-point model of ASHRAE Guideline 14-2014, annex D).

    Raises:
        ValueError: if there are fewer than 24 hours with both values, or all of one temperature.
    """
    from scipy.optimize import nnls

    from cascade.engine.scenarios.spec import Basis

    known = np.isfinite(temperature_c) & np.isfinite(load)
    at, demand = temperature_c[known], load[known]
    if len(at) < 24 or np.ptp(at) == 0.0:
        raise ValueError("at least 24 hours of more than one temperature are needed")
    points = np.unique(np.round(np.linspace(at.min(), at.max(), 25)))
    best: tuple[float, LoadCurve] | None = None
    for low in points:
        for high in points[points >= low]:
            design = np.column_stack(
                [np.ones_like(at), np.maximum(0.0, low - at), np.maximum(0.0, at - high)]
            )
            found, residual = nnls(design, demand)
            if found[0] > 0.0 and (best is None or residual < best[0]):
                rmse = residual / math.sqrt(len(at))
                curve = LoadCurve(
                    base=float(found[0]),
                    heating_per_c=float(found[1]),
                    heating_below_c=float(low),
                    cooling_per_c=float(found[2]),
                    cooling_above_c=float(high),
                    rmse_frac=float(rmse / demand.mean()),
                    sample_count=len(at),
                    min_c=float(at.min()),
                    max_c=float(at.max()),
                    basis=Basis.MEASURED,
                    source=source,
                )
                best = (residual, curve)
    if best is None:
        raise ValueError("no curve with a load above 0 fits")
    return best[1]
