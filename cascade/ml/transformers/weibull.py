"""Failures by age alone: a Weibull distribution of life, fitted to lives that were seen in part."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import FloatArray

MOST_SHAPE = 50.0
"""Shapes beyond are not looked for: all would fail at one age."""


@dataclass(frozen=True, slots=True)
class AgeWeibull:
    """Hold a Weibull distribution of life: hazard (k/η) (t/η)^(k-1) at age t.

    Attributes:
        shape: k; above 1 failures grow with age.
        scale_years: η, the age by which 63 % have failed.
    """

    shape: float
    scale_years: float

    def cumulative_hazard(self, age_years: npt.ArrayLike) -> FloatArray:
        """Return (t/η)^k."""
        age = np.maximum(np.asarray(age_years, dtype=np.float64), 0.0)
        return np.asarray((age / self.scale_years) ** self.shape, dtype=np.float64)

    def failure_probability(self, age_years: npt.ArrayLike, *, years: float) -> FloatArray:
        """Return the chance that what has reached an age fails within some years; NaN where it is unknown."""
        age = np.asarray(age_years, dtype=np.float64)
        known = np.where(np.isnan(age), 0.0, age)
        more = self.cumulative_hazard(known + years) - self.cumulative_hazard(known)
        return np.asarray(np.where(np.isnan(age), np.nan, -np.expm1(-more)), dtype=np.float64)


def fit_age_weibull(
    *, entry_years: npt.ArrayLike, exit_years: npt.ArrayLike, failed: npt.ArrayLike
) -> AgeWeibull:
    """Fit by maximum likelihood to lives that came under observation at an age and left it at another.

    Units that were old when the records begin did not fail before: their lives are cut off on the left, and
    those that still stand on the right. The likelihood of each is h(exit)^failed · exp(H(entry) - H(exit)).
    For a given shape the best scale is known in closed form, so one number is searched for.

    Args:
        entry_years: age at which each life came under observation.
        exit_years: age at which it failed, was renewed or was last seen.
        failed: whether it failed.

    Raises:
        InvalidTrainingData: if an exit is not after its entry, or none failed.
    """
    entry, leave = np.asarray(entry_years, dtype=np.float64), np.asarray(exit_years, dtype=np.float64)
    event = np.asarray(failed, dtype=np.bool_)
    if not (entry.shape == leave.shape == event.shape):
        raise InvalidTrainingData(
            field="exit_years", message="must have as many values as entry_years and failed"
        )
    if not (np.isfinite(entry) & np.isfinite(leave) & (entry >= 0.0) & (leave > entry)).all():
        raise InvalidTrainingData(field="exit_years", message="must be known numbers above entry_years >= 0")
    if not event.any():
        raise InvalidTrainingData(
            field="failed", message="is never true; without a failure there is nothing to fit"
        )
    count = int(event.sum())
    logs = float(np.log(leave[event]).sum())

    def exposure(shape: float) -> float:
        return float((leave**shape - entry**shape).sum())

    def loss(log_shape: npt.NDArray[np.float64]) -> float:
        shape = min(math.exp(float(log_shape[0])), MOST_SHAPE)
        rate = count / exposure(shape)  # η^-k at its best
        return -(count * math.log(shape * rate) + (shape - 1.0) * logs - count)

    found = minimize(loss, x0=[math.log(2.0)], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    shape = min(math.exp(float(found.x[0])), MOST_SHAPE)
    return AgeWeibull(shape=shape, scale_years=(exposure(shape) / count) ** (1.0 / shape))
