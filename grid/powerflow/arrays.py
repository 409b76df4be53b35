"""Names of the array types that the power-flow and cascade code passes around."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


def sum_by(index: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Return the sums of the values that share an index, for the indices 0 .. count - 1.

    ``numpy.bincount`` gives whole numbers when there is nothing to sum; these are always floats.
    """
    return np.bincount(index, weights=values, minlength=count).astype(np.float64, copy=False)
