"""How sure one can be of scores of rare failures, how much better probabilities are, and how calibrated.

Accuracy says nothing where one in a hundred fails. What is asked is how many of the failures are among the
few that are looked at first (:mod:`cascade.ml.ranking`), and whether one in ten fails of those that were
given one in ten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cascade.ml.metrics import calibration_curve
from grid.powerflow.arrays import FloatArray, IntArray

BINS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """Hold a figure with the bounds between which it lies in 95 of 100 resamplings of the assets."""

    value: float
    low: float
    high: float


def brier_score(
    is_positive: npt.ArrayLike, probability: npt.ArrayLike, weight: FloatArray | None = None
) -> float:
    """Return the mean squared error of the probabilities."""
    truth, chance = np.asarray(is_positive, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    return float(np.average((chance - truth) ** 2, weights=weight))


def brier_skill(is_positive: npt.ArrayLike, probability: npt.ArrayLike, *, reference: npt.ArrayLike) -> float:
    """Return by how much the squared error is less than that of reference probabilities; 0 is no better."""
    against = brier_score(is_positive, reference)
    return float("nan") if not against else 1.0 - brier_score(is_positive, probability) / against


@dataclass(frozen=True, eq=False)
class Calibration:
    """Hold what was said and what came, by bins of as many samples each.

    Attributes:
        said: mean probability of each bin.
        came: part of it that failed.
        count: its samples.
    """

    said: FloatArray
    came: FloatArray
    count: IntArray

    @property
    def error(self) -> float:
        """Mean distance of the two over all samples (ECE)."""
        return float(np.average(np.abs(self.said - self.came), weights=self.count))


def calibration(is_positive: npt.ArrayLike, probability: npt.ArrayLike, *, bins: int = BINS) -> Calibration:
    """Return how probabilities compare with what came, in bins by probability."""
    truth, chance = np.asarray(is_positive, dtype=np.bool_), np.asarray(probability, dtype=np.float64)
    return Calibration(*calibration_curve(truth, chance, bins))


def asset_weights(asset: npt.ArrayLike, *, times: int, seed: int) -> npt.NDArray[np.int32]:
    """Return how often each row counts in resamplings of the assets, (times, rows).

    Rows of one asset are alike, so assets are drawn with replacement, not rows.
    """
    _, which = np.unique(np.asarray(asset).astype(str), return_inverse=True)
    count = int(which.max()) + 1
    rng = np.random.default_rng(seed)
    drawn = np.stack([np.bincount(rng.integers(0, count, count), minlength=count) for _ in range(times)])
    return drawn[:, which].astype(np.int32)


def interval(score: Callable[[FloatArray | None], float], weights: npt.NDArray[np.int32]) -> Interval:
    """Return a score with its 95 % bounds over resamplings."""
    drawn = np.array([score(weight.astype(np.float64)) for weight in weights])
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return Interval(score(None), float("nan"), float("nan"))
    low, high = np.percentile(known, [2.5, 97.5]).tolist()
    return Interval(score(None), low, high)
