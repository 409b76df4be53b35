"""Distances on the sphere and the local plane in which circuits are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import FloatArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180.0


def great_circle_km(lon1: FloatArray, lat1: FloatArray, lon2: FloatArray, lat2: FloatArray) -> FloatArray:
    """Return great-circle distances in km between points in degrees (haversine formula)."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_lat = np.sin((phi2 - phi1) / 2.0)
    half_lon = np.sin(np.radians(lon2 - lon1) / 2.0)
    h = half_lat**2 + np.cos(phi1) * np.cos(phi2) * half_lon**2
    return np.asarray(
        2.0 * EARTH_RADIUS_M / 1000.0 * np.arcsin(np.sqrt(np.minimum(h, 1.0))), dtype=np.float64
    )


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """Map degrees to metres around an origin (equirectangular projection).

    Within 15 km of the origin at 30 degrees of latitude a distance is right to 0.15 %.
    """

    lon0: float
    lat0: float

    @property
    def metres_per_degree_lon(self) -> float:
        """Length of one degree of longitude at the origin, m."""
        return float(METRES_PER_DEGREE * np.cos(np.radians(self.lat0)))

    def to_xy(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return metres east and north of the origin."""
        return (lon - self.lon0) * self.metres_per_degree_lon, (lat - self.lat0) * METRES_PER_DEGREE

    def to_lonlat(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return degrees for metres east and north of the origin."""
        return self.lon0 + x / self.metres_per_degree_lon, self.lat0 + y / METRES_PER_DEGREE
