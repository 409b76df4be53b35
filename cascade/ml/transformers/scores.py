"""How good predictions of rare failures are: ranking, calibration, and how sure one can be of either.

Accuracy says nothing where one in a hundred fails. What is asked is how many of the failures are among the
few that are looked at first, and whether one in ten fails of those that were given one in ten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Interval:
    """Hold a figure with the bounds between which it lies in 95 of 100 resamplings of the assets."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Ranked:
    """Hold samples by score, highest first; those of one score are one step.

    Attributes:
        order: the samples by score.
        step: number of each sample's step, in that order.
        is_positive: whether each failed, in that order.
    """

    order: IntArray
    step: IntArray
    is_positive: BoolArray


def ranked(is_positive: npt.ArrayLike, score: npt.ArrayLike) -> Ranked:
    """Return samples by score.

    Raises:
        InvalidTrainingData: if they do not fit together or a score is unknown.
    """
    truth, scores = np.asarray(is_positive, dtype=np.bool_), np.asarray(score, dtype=np.float64)
    if truth.shape != scores.shape or truth.ndim != 1 or not len(truth) or not np.isfinite(scores).all():
        raise InvalidTrainingData(
            field="score", message="must be a known number for each of at least one sample"
        )
    order = np.argsort(-scores, kind="stable")
    step = np.cumsum(np.diff(scores[order], prepend=scores[order][0]) != 0.0)
    return Ranked(order.astype(np.int64), step.astype(np.int64), truth[order])


def average_precision(samples: Ranked, weight: FloatArray | None = None) -> float:
    """Return the mean over the failures of the precision at each: the area under precision over recall.

    Args:
        samples: the samples by score.
        weight: how often each sample counts, in the samples' own order; once if None.
    """
    hits, seen = _steps(samples, weight)
    total = hits.sum()
    if not total:
        return float("nan")
    found, looked = np.cumsum(hits), np.cumsum(seen)
    some = looked > 0.0
    return float((hits[some] / total * found[some] / looked[some]).sum())


def roc_auc(samples: Ranked, weight: FloatArray | None = None) -> float:
    """Return the chance that a failure has a higher score than a survivor; equal scores count half."""
    hits, seen = _steps(samples, weight)
    misses = seen - hits
    if not hits.sum() or not misses.sum():
        return float("nan")
    below = misses.sum() - np.cumsum(misses) + 0.5 * misses
    return float((hits * below).sum() / (hits.sum() * misses.sum()))


def recall_at(samples: Ranked, share: float, weight: FloatArray | None = None) -> float:
    """Return the part of the failures among a share of the samples with the highest scores.

    Of samples with one score those looked at are taken to be drawn at random.
    """
    hits, seen = _steps(samples, weight)
    if not hits.sum():
        return float("nan")
    budget = share * seen.sum()
    before = np.cumsum(seen) - seen
    part = np.clip((budget - before) / np.where(seen > 0.0, seen, 1.0), 0.0, 1.0)
    return float((hits * part).sum() / hits.sum())


def lift_at(samples: Ranked, share: float, weight: FloatArray | None = None) -> float:
    """Return how many times more failures are among them than among as many at random."""
    return recall_at(samples, share, weight) / share


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


def calibration(is_positive: npt.ArrayLike, probability: npt.ArrayLike, *, bins: int = 10) -> Calibration:
    """Return how probabilities compare with what came, in bins by probability."""
    truth, chance = np.asarray(is_positive, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    parts = [part for part in np.array_split(np.argsort(chance, kind="stable"), bins) if len(part)]
    return Calibration(
        said=np.array([chance[part].mean() for part in parts]),
        came=np.array([truth[part].mean() for part in parts]),
        count=np.array([len(part) for part in parts], dtype=np.int64),
    )


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


def _steps(samples: Ranked, weight: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return the weight of the failures and of all samples in each step."""
    count = int(samples.step[-1]) + 1
    each = np.ones(len(samples.order)) if weight is None else weight[samples.order]
    hits = np.bincount(samples.step, each * samples.is_positive, count)
    return hits.astype(np.float64), np.bincount(samples.step, each, count).astype(np.float64)
