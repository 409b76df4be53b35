"""Which points are in a region, worked out here as PostGIS would."""

import numpy as np
import numpy.typing as npt
import shapely
from django.contrib.gis.geos import GEOSGeometry, Point

from flux_site.api.prepared import fetch_columns
from grid.selectors.spatial.areas import EARTH_RADIUS_M
from grid.selectors.spatial.measuring import Region, rectangle

FLATTENING_FRAC = 0.006
"""Distances on a sphere of the Earth's mean radius and on the ellipsoid differ by less than this share."""

_WITHIN = """
SELECT ST_DWithin(ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography,
    ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography, %s)::int::float8
FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS point(lon, lat, n) ORDER BY n
"""

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]


def within_region(region: Region, lon: Floats, lat: Floats) -> Positions:
    """Return the positions of the points that are in a region, or on its edge.

    Points so near to the edge of a circle that a sphere does not decide are measured by PostGIS.
    """
    centre = region.centre
    box: GEOSGeometry = region.area if centre is None else rectangle(centre.x, centre.y, region.radius_m)
    west, south, east, north = box.extent
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    if centre is not None:
        return _within_circle(centre, region.radius_m, lon, lat, near)
    shape = shapely.from_wkb(bytes(region.area.wkb))
    shapely.prepare(shape)
    found: Positions = near[shapely.intersects_xy(shape, lon[near], lat[near])]
    return found


def _within_circle(centre: Point, radius_m: float, lon: Floats, lat: Floats, near: Positions) -> Positions:
    x, y = np.radians(lon[near]), np.radians(lat[near])
    middle_x, middle_y = np.radians(centre.x), np.radians(centre.y)
    chord = np.sin((y - middle_y) / 2) ** 2 + np.cos(y) * np.cos(middle_y) * np.sin((x - middle_x) / 2) ** 2
    distance_m = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(np.sqrt(chord), 1.0))
    is_inside = distance_m * (1 + FLATTENING_FRAC) < radius_m
    is_open = ~is_inside & (distance_m * (1 - FLATTENING_FRAC) <= radius_m)
    if is_open.any():
        asked = near[is_open]
        values = (centre.x, centre.y, radius_m, lon[asked].tolist(), lat[asked].tolist())
        (told,) = fetch_columns(_WITHIN, values, count=1)
        is_inside[is_open] = told > 0.5
    found: Positions = near[is_inside]
    return found
