"""How long a crew takes to clear trees from a span.

No standard has such numbers. These are engineering estimates of a crew of an aerial lift, in the range that
utilities plan with; a utility puts its own in their place as soon as it has recorded enough work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class TrimParams:
    """Hold the hours of a crew.

    Attributes:
        set_up_h: to come to a span and set up, once for all its trees.
        trim_h: for a tree, by its height up to each limit, m.
        deep_h_per_m: on top for each metre that the tree is inside the clearance, to ``deep_m`` at most.
        deep_m: how deep counts.
    """

    set_up_h: float = 0.5
    trim_h: tuple[tuple[float, float], ...] = ((6.0, 0.25), (12.0, 0.5), (18.0, 1.0), (np.inf, 1.5))
    deep_h_per_m: float = 0.1
    deep_m: float = 5.0


BASIS = (
    "Estimate: {set_up_h} h to set up on the span; per tree {trim} h by its height (up to {limits} m, and "
    "above); {deep_h_per_m} h for each metre inside the clearance, {deep_m} m at most."
)


def trim_hours(height_m: FloatArray, deficit_m: FloatArray, params: TrimParams) -> FloatArray:
    """Return the hours that each tree takes; NaN where its height is unknown.

    Args:
        height_m: of the trees.
        deficit_m: how deep they are inside the clearance; below 0 or unknown counts as outside.
        params: the hours.
    """
    limits = np.array([limit for limit, _ in params.trim_h])
    hours = np.array([each for _, each in params.trim_h])
    base = hours[np.searchsorted(limits, np.nan_to_num(height_m), side="left")]
    deep = np.clip(np.nan_to_num(deficit_m), 0.0, params.deep_m)
    return np.asarray(np.where(np.isnan(height_m), np.nan, base + params.deep_h_per_m * deep))


def basis_text(params: TrimParams) -> str:
    """Return what the hours rest on, in words."""
    return BASIS.format(
        set_up_h=params.set_up_h,
        trim=", ".join(f"{hours:g}" for _, hours in params.trim_h),
        limits=", ".join(f"{limit:g}" for limit, _ in params.trim_h if np.isfinite(limit)),
        deep_h_per_m=params.deep_h_per_m,
        deep_m=params.deep_m,
    )
