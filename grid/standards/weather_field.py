"""A field between weather stations: inverse distance weighting, and how far to trust it.

A value is the mean of the stations' values weighted by the inverse square of their distance (Shepard 1968),
so it equals a station's own where it stands and never leaves the range of what was observed. Where no station
is near it is unknown. How well the method does is told by leaving each station out in turn and estimating it
from the others, however far they are: between the stations the error is smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grid.standards.circuit_rating import distance_km

FloatArray = npt.NDArray[np.float64]

POWER = 2.0
AT_STATION_KM = 1e-6
"""Nearer than this a point is the station's own."""


@dataclass(frozen=True, kw_only=True)
class Raster:
    """A regular grid of cells over a box in degrees.

    Attributes:
        west, south, east, north: the box.
        column_count: cells from west to east.
        row_count: cells from north to south.
    """

    west: float
    south: float
    east: float
    north: float
    column_count: int
    row_count: int

    def centres(self) -> tuple[FloatArray, FloatArray]:
        """Return longitude and latitude of the cells' centres, row by row from the north-west."""
        lon = self.west + (np.arange(self.column_count) + 0.5) * (self.east - self.west) / self.column_count
        lat = self.north - (np.arange(self.row_count) + 0.5) * (self.north - self.south) / self.row_count
        grid_lat, grid_lon = np.meshgrid(lat, lon, indexing="ij")
        return grid_lon.ravel(), grid_lat.ravel()


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """Hold a field at points.

    Attributes:
        values: NaN where no station is near.
        nearest_km: distance of the nearest station with a value; NaN without any.
        station_count: stations with a value.
        leave_one_out_rmse: root of the mean squared error of stations estimated from the others; None if
            there are fewer than two.
    """

    values: FloatArray
    nearest_km: FloatArray
    station_count: int
    leave_one_out_rmse: float | None


def interpolate(
    *,
    lon: FloatArray,
    lat: FloatArray,
    station_lon: FloatArray,
    station_lat: FloatArray,
    observed: FloatArray,
    max_distance_km: float,
) -> Field:
    """Return the field at points from what stations observed; NaN is not observed.

    Args:
        lon: longitude of the points.
        lat: latitude of the points.
        station_lon: longitude of the stations.
        station_lat: latitude of the stations.
        observed: their values.
        max_distance_km: a point whose nearest station is farther away is unknown.
    """
    known = ~np.isnan(observed)
    at_lon, at_lat, values = station_lon[known], station_lat[known], observed[known]
    if values.size == 0:
        nothing = np.full(lon.shape, np.nan)
        return Field(values=nothing, nearest_km=nothing, station_count=0, leave_one_out_rmse=None)
    away = distance_km(lon[:, None], lat[:, None], at_lon[None, :], at_lat[None, :])
    nearest = away.min(axis=1)
    return Field(
        values=np.where(nearest <= max_distance_km, _weighted(away, values), np.nan),
        nearest_km=nearest,
        station_count=int(values.size),
        leave_one_out_rmse=_leave_one_out(at_lon, at_lat, values),
    )


def _weighted(away: FloatArray, values: FloatArray) -> FloatArray:
    """Return the weighted means by the distances of points (rows) to stations (columns)."""
    weights = 1.0 / np.maximum(away, AT_STATION_KM) ** POWER
    found = (weights @ values) / weights.sum(axis=1)
    place = np.argmin(away, axis=1)
    is_at = away[np.arange(len(away)), place] < AT_STATION_KM
    return np.asarray(np.where(is_at, values[place], found))


def _leave_one_out(lon: FloatArray, lat: FloatArray, values: FloatArray) -> float | None:
    if values.size < 2:
        return None
    away = distance_km(lon[:, None], lat[:, None], lon[None, :], lat[None, :])
    np.fill_diagonal(away, np.inf)
    return float(np.sqrt(np.mean((_weighted(away, values) - values) ** 2)))
