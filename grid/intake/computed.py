"""Columns that follow from others by a stated method, where a file does not know them."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
EARTH_RADIUS_M = 6_371_008.8  # mean radius (IUGG)


class Method(StrEnum):
    """How a column is computed."""

    RATED_MVA = "RATED_MVA"
    PEAK_LOADING_PCT = "PEAK_LOADING_PCT"
    ROUTE_LENGTH_M = "ROUTE_LENGTH_M"
    ROUTE_LENGTH_KM = "ROUTE_LENGTH_KM"
    OUTLINE_AREA_M2 = "OUTLINE_AREA_M2"
    FEMA_CHANCE_PCT = "FEMA_CHANCE_PCT"
    KEPT_OR_NEXT = "KEPT_OR_NEXT"


METHODS: dict[tuple[str, str], Method] = {
    ("circuit_metadata", "rated_mva"): Method.RATED_MVA,
    ("transformer_metadata", "peak_loading_pct"): Method.PEAK_LOADING_PCT,
    ("grid_power_lines", "length_m"): Method.ROUTE_LENGTH_M,
    ("transmission_branches", "length_km"): Method.ROUTE_LENGTH_KM,
    ("building_footprints", "footprint_m2"): Method.OUTLINE_AREA_M2,
    ("water_bodies", "area_m2"): Method.OUTLINE_AREA_M2,
    ("flood_zones", "annual_chance_pct"): Method.FEMA_CHANCE_PCT,
    ("meter_infrastructure", "meter_key"): Method.KEPT_OR_NEXT,
}
"""By table and column."""

DESCRIPTIONS: dict[Method, str] = {
    Method.RATED_MVA: "√3 · voltage_kv · rated_a / 1000",
    Method.PEAK_LOADING_PCT: "100 · peak_load_kva / rated_kva",
    Method.ROUTE_LENGTH_M: "great-circle length of the route, m",
    Method.ROUTE_LENGTH_KM: "great-circle length of the route, km",
    Method.OUTLINE_AREA_M2: "size of the outline on the sphere of the Earth's area, m²",
    Method.FEMA_CHANCE_PCT: "1 % in FEMA's zones A and V, 0.2 % in its zone X of that flood, else not known",
    Method.KEPT_OR_NEXT: "a meter keeps its key; a new one gets the next number that no reading ever used",
}

INPUTS: dict[Method, tuple[str, ...]] = {
    Method.RATED_MVA: ("voltage_kv", "rated_a"),
    Method.PEAK_LOADING_PCT: ("peak_load_kva", "rated_kva"),
    Method.ROUTE_LENGTH_M: ("route_wkt",),
    Method.ROUTE_LENGTH_KM: ("route_wkt",),
    Method.OUTLINE_AREA_M2: (),
    Method.FEMA_CHANCE_PCT: ("zone_code", "zone_subtype"),
    Method.KEPT_OR_NEXT: (),
}
"""The columns of the same row that each method needs."""

SQL: dict[Method, str] = {
    Method.RATED_MVA: "sqrt(3.0) * {voltage_kv} * {rated_a} / 1000.0",
    Method.PEAK_LOADING_PCT: "100.0 * {peak_load_kva} / nullif({rated_kva}, 0.0)",
    Method.FEMA_CHANCE_PCT: (
        "CAST(CASE WHEN regexp_full_match(upper({zone_code}), '[AV]|[AV]E|A[HOR]|[AV][1-9][0-9]?') THEN 1.0"
        " WHEN upper({zone_code}) = 'X' AND upper({zone_subtype}) LIKE '0.2 PCT%' THEN 0.2 END AS DOUBLE)"
    ),
}
"""The methods that follow from numbers of the finished row, as SQL over its columns."""

ROUTE_FACTORS: dict[Method, float] = {Method.ROUTE_LENGTH_M: 1.0, Method.ROUTE_LENGTH_KM: 0.001}
"""The methods that measure the geometry: the length in metres times this."""


MEASURED = {*ROUTE_FACTORS, Method.OUTLINE_AREA_M2}
"""The methods that measure the geometry, row by row."""


def route_length_m(coordinates: FloatArray) -> float:
    """Return the length of a line of (longitude, latitude) rows in degrees: haversine on the mean sphere.

    The sphere is at most 0.6 % off the ellipsoid.
    """
    lon, lat = np.radians(coordinates[:, 0]), np.radians(coordinates[:, 1])
    half_lat, half_lon = np.sin(np.diff(lat) / 2.0), np.sin(np.diff(lon) / 2.0)
    h = half_lat**2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * half_lon**2
    return float((2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0)))).sum())
