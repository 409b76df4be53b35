"""Clusters by density on a plane: DBSCAN (Ester et al. 1996)."""

import numpy as np
import numpy.typing as npt
import shapely
from django.contrib.gis.gdal import OGRGeometry
from django.db import connection

from grid.selectors.spatial.areas import local_plane

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

MOST_PAIRS = 5_000_000
"""With more pairs of near points PostGIS is asked, which takes longer and no memory."""

_BY_DENSITY = """
SELECT ST_ClusterDBSCAN(ST_MakePoint(x, y), %s, %s) OVER ()
FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS point(x, y, n) ORDER BY n
"""


def on_plane(lon: Floats, lat: Floats, middle_lon: float, middle_lat: float) -> tuple[Floats, Floats]:
    """Return points on a plane around a middle, m: all at once, since reading a projection takes long."""
    there, _ = local_plane(middle_lon, middle_lat)
    points = OGRGeometry(memoryview(shapely.multipoints(np.column_stack((lon, lat))).wkb))
    points.transform(there)
    flat = shapely.get_coordinates(shapely.from_wkb(bytes(points.wkb)))
    return flat[:, 0], flat[:, 1]


def by_density(x: Floats, y: Floats, *, distance_m: float, min_points: int) -> Numbers:
    """Return the number of the cluster of each point, from 0; -1 for noise.

    A point within reach of cores of several clusters belongs to that of the first core.

    Args:
        distance_m: how close points must be, in the units of ``x`` and ``y``.
        min_points: how many points within the distance make a core, itself among them.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack((x, y)))
    if tree.count_neighbors(tree, distance_m) > 2 * MOST_PAIRS:
        return _at_database(x, y, distance_m, min_points)
    one, other = tree.query_pairs(distance_m, output_type="ndarray").T
    near = np.bincount(one, minlength=len(x)) + np.bincount(other, minlength=len(x)) + 1
    is_core = near >= min_points
    is_joined = is_core[one] & is_core[other]
    shape = (len(x), len(x))
    pairs = coo_array((np.ones(is_joined.sum(), bool), (one[is_joined], other[is_joined])), shape=shape)
    _, label = connected_components(pairs, directed=False)
    core_of = np.where(is_core, np.arange(len(x)), len(x))
    for edge, core in ((one, other), (other, one)):
        is_border = ~is_core[edge] & is_core[core]
        np.minimum.at(core_of, edge[is_border], core[is_border])
    number = np.full(len(x), -1, dtype=np.int64)
    is_in = core_of < len(x)
    _, number[is_in] = np.unique(label[core_of[is_in]], return_inverse=True)
    return number


def _at_database(x: Floats, y: Floats, distance_m: float, min_points: int) -> Numbers:
    with connection.cursor() as cursor:
        cursor.execute(_BY_DENSITY, (distance_m, min_points, x.tolist(), y.tolist()))
        return np.array([-1 if number is None else number for (number,) in cursor.fetchall()], dtype=np.int64)
