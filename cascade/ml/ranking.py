"""Samples by score, and how well the score tells positives from negatives.

Sorting is most of the work, and resampling changes weights alone: samples are sorted once, and each score
takes how often every sample counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Ranked:
    """Hold samples by score, highest first; those of one score are one step.

    Attributes:
        order: the samples by score.
        step: number of each sample's step, in that order.
        is_positive: whether each is a positive, in that order.
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
    if truth.shape != scores.shape or truth.ndim != 1 or not len(truth) or np.isnan(scores).any():
        raise InvalidTrainingData(
            field="score", message="must be a known number for each of at least one sample"
        )
    order = np.argsort(-scores, kind="stable")
    sorted_scores = scores[order]
    step = np.concatenate([[0], np.cumsum(sorted_scores[1:] != sorted_scores[:-1])])
    return Ranked(order.astype(np.int64), step.astype(np.int64), truth[order])


def average_precision(samples: Ranked, weight: FloatArray | None = None) -> float:
    """Return the mean over the positives of the precision at each: the area under precision over recall.

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
    """Return the chance that a positive has a higher score than a negative; equal scores count half."""
    hits, seen = _steps(samples, weight)
    misses = seen - hits
    if not hits.sum() or not misses.sum():
        return float("nan")
    below = misses.sum() - np.cumsum(misses) + 0.5 * misses
    return float((hits * below).sum() / (hits.sum() * misses.sum()))


def recall_at(samples: Ranked, share: float, weight: FloatArray | None = None) -> float:
    """Return the part of the positives among a share of the samples with the highest scores.

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
    """Return how many times more positives are among them than among as many at random."""
    return recall_at(samples, share, weight) / share


def _steps(samples: Ranked, weight: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return the weight of the positives and of all samples in each step."""
    count = int(samples.step[-1]) + 1
    each = np.ones(len(samples.order)) if weight is None else weight[samples.order]
    hits = np.bincount(samples.step, each * samples.is_positive, count)
    return hits.astype(np.float64), np.bincount(samples.step, each, count).astype(np.float64)
