"""Trees in a raster of canopy heights: local maxima within a window that grows with the height.

The window is as wide as the crown of a tree of that height, 2.51503 + 0.00901 H² m, the *variable window
filter* of Popescu and Wynne (Photogrammetric Engineering & Remote Sensing 70(5), 2004, 589-604). Half of it
is also what is taken as the radius of the crown. A plateau of equal heights is one tree, at its middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

INTERCEPT_M = 2.51503
PER_SQUARE_M = 0.00901
LEAST_HEIGHT_M = 3.0
"""What is lower is taken as a shrub."""

TALLEST_M = 60.0
"""What is higher is no tree but a building, a mast or an error."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TreeTops:
    """Hold the trees found, one entry each: row and column of the top, height and radius of the crown, m."""

    row: FloatArray
    column: FloatArray
    height_m: FloatArray
    crown_radius_m: FloatArray


def crown_radius_m(height_m: npt.ArrayLike) -> FloatArray:
    """Return the radius of the crown of a tree by its height, m."""
    height = np.asarray(height_m, dtype=np.float64)
    return np.asarray(0.5 * (INTERCEPT_M + PER_SQUARE_M * height**2))


def tree_tops(canopy_m: npt.ArrayLike, *, pixel_m: float) -> TreeTops:
    """Return the trees of a raster.

    Args:
        canopy_m: heights above the ground; NaN where unknown.
        pixel_m: side of a pixel on the ground.

    Raises:
        ValueError: unless the pixel is above zero.
    """
    if not pixel_m > 0.0:
        raise ValueError(f"pixel_m is {pixel_m}; it must be above 0")
    canopy = np.asarray(canopy_m, dtype=np.float64)
    height = np.where((canopy >= LEAST_HEIGHT_M) & (canopy <= TALLEST_M), canopy, 0.0)
    marks, count = ndimage.label(_maxima(height, pixel_m), structure=np.ones((3, 3)))
    numbers = np.arange(1, count + 1)
    middle = np.array(ndimage.center_of_mass(marks > 0, marks, numbers)).reshape(count, 2)
    tops = np.asarray(ndimage.maximum(height, marks, numbers), dtype=np.float64).reshape(count)
    return TreeTops(row=middle[:, 0], column=middle[:, 1], height_m=tops, crown_radius_m=crown_radius_m(tops))


def _maxima(height: FloatArray, pixel_m: float) -> npt.NDArray[np.bool_]:
    """Return which pixels are the highest within their own window; windows are disks of whole pixels."""
    radius = np.maximum(np.rint(crown_radius_m(height) / pixel_m), 1.0).astype(np.int64)
    found = np.zeros(height.shape, dtype=np.bool_)
    standing = height > 0.0
    for size in np.unique(radius[standing]).tolist():
        rows, columns = np.ogrid[-size : size + 1, -size : size + 1]
        disk = rows**2 + columns**2 <= size**2
        highest = ndimage.maximum_filter(height, footprint=disk, mode="constant", cval=0.0)
        found |= standing & (radius == size) & (height == highest)
    return found
