"""The sum over a tree ensemble, compiled: an outage asks about thousands of branches."""

from __future__ import annotations

import numpy as np

from cascade.engine.native.compile import kernel
from cascade.ml.boosting import TreeEnsemble
from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


def tree_sums(trees: TreeEnsemble, x: FloatArray) -> FloatArray:
    """Return what :meth:`TreeEnsemble.raw` returns, to rounding, at a tenth of its time.

    Raises:
        InvalidTrainingData: if the columns are not those of the model.
    """
    if x.ndim != 2 or x.shape[1] != len(trees.feature_names):
        raise InvalidTrainingData(
            field="x", message=f"has shape {x.shape}; allowed: (rows, {len(trees.feature_names)})"
        )
    return _sums(
        np.ascontiguousarray(x, dtype=np.float64),
        trees.baseline,
        trees.tree_start,
        trees.feature,
        trees.threshold,
        trees.missing_left,
        trees.left,
        trees.right,
        trees.value,
    )


@kernel
def _sums(
    x: FloatArray,
    baseline: float,
    tree_start: IntArray,
    feature: IntArray,
    threshold: FloatArray,
    missing_left: BoolArray,
    left: IntArray,
    right: IntArray,
    value: FloatArray,
) -> FloatArray:
    total = np.full(len(x), baseline)
    for start in tree_start:  # tree by tree: its nodes stay in the cache
        for row in range(len(x)):
            at = start
            while left[at] != at:
                seen = x[row, feature[at]]
                goes_left = seen <= threshold[at] or (np.isnan(seen) and missing_left[at])
                at = left[at] if goes_left else right[at]
            total[row] += value[at]
    return total
