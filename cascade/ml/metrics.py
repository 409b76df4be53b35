"""Scores of predictions against what the simulation says, with intervals.

Samples of a state share its load and weather, so intervals are drawn over whole states, not over samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from cascade.ml import ranking
from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

CALIBRATION_BINS = 15


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Hold the scores of one model on one part. None: not defined there, as with one class only.

    Attributes:
        n: samples.
        prevalence: share of positives; the average precision of a blind guess.
        roc_auc: area under the ROC curve.
        average_precision: mean precision over recall.
        f1: harmonic mean of precision and recall at the threshold fixed on validation.
        balanced_accuracy: mean of the two classes' accuracies there.
        brier: mean squared error of the probability; None for a score that is no probability.
        ece: expected calibration error over bins of equal count; None likewise.
    """

    n: int
    prevalence: float
    roc_auc: float | None
    average_precision: float | None
    f1: float | None
    balanced_accuracy: float | None
    brier: float | None
    ece: float | None


def scores(
    is_positive: BoolArray, score: FloatArray, *, threshold: float, is_probability: bool = True
) -> Scores:
    """Score predictions.

    Raises:
        InvalidTrainingData: if there are none, or they are not as many as the labels.
    """
    if len(is_positive) != len(score) or not len(score):
        raise InvalidTrainingData(field="score", message=f"has {len(score)} values for {len(is_positive)}")
    both = bool(is_positive.any() and not is_positive.all())
    said = score >= threshold
    hits = int(np.count_nonzero(said & is_positive))
    positives, negatives = int(is_positive.sum()), int((~is_positive).sum())
    f1 = 2.0 * hits / (positives + int(said.sum())) if positives else None
    return Scores(
        n=len(score),
        prevalence=float(is_positive.mean()),
        roc_auc=roc_auc(is_positive, score) if both else None,
        average_precision=average_precision(is_positive, score) if both else None,
        f1=f1,
        balanced_accuracy=0.5 * (hits / positives + float((~said & ~is_positive).sum()) / negatives)
        if both
        else None,
        brier=float(np.mean((score - is_positive) ** 2)) if is_probability else None,
        ece=calibration_error(is_positive, score) if is_probability else None,
    )


def roc_auc(is_positive: BoolArray, score: FloatArray) -> float:
    """Return the probability that a positive scores higher than a negative, ties counted half."""
    return ranking.roc_auc(ranking.ranked(is_positive, score))


def average_precision(is_positive: BoolArray, score: FloatArray) -> float:
    """Return Σ (R_n - R_n-1) P_n over the thresholds, equal scores together."""
    return ranking.average_precision(ranking.ranked(is_positive, score))


def calibration_curve(
    is_positive: BoolArray, probability: FloatArray, bins: int = CALIBRATION_BINS
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return mean prediction, observed frequency and count of bins with as equal counts as can be."""
    order = np.argsort(probability, kind="stable")
    groups = [group for group in np.array_split(order, min(bins, len(order))) if len(group)]
    said = np.array([probability[group].mean() for group in groups])
    seen = np.array([is_positive[group].mean() for group in groups])
    return said, seen, np.array([len(group) for group in groups], dtype=np.int64)


def calibration_error(is_positive: BoolArray, probability: FloatArray) -> float:
    """Return the expected calibration error: mean |prediction - frequency| of the bins, weighted by count."""
    said, seen, count = calibration_curve(is_positive, probability)
    return float(np.sum(np.abs(said - seen) * count) / count.sum())


def best_threshold(is_positive: BoolArray, score: FloatArray) -> float:
    """Return the threshold with the highest F1; of equals the highest. To be fixed on validation."""
    order = np.argsort(-score, kind="stable")
    value, hits = score[order], np.cumsum(is_positive[order])
    last = np.concatenate([np.flatnonzero(value[1:] != value[:-1]), [len(value) - 1]])
    f1 = 2.0 * hits[last] / (is_positive.sum() + last + 1.0)
    return float(value[last[int(np.argmax(f1))]])


def r_squared(truth: FloatArray, said: FloatArray) -> float | None:
    """Return 1 - residual over total sum of squares; None if the truth does not vary."""
    total = float(np.sum((truth - truth.mean()) ** 2))
    return 1.0 - float(np.sum((truth - said) ** 2)) / total if total > 0.0 else None


def bootstrap(
    state: IntArray, measure: Callable[[IntArray], float | None], *, draws: int = 200, seed: int = 0
) -> tuple[float, float] | None:
    """Return the 95 % interval of a measure over draws of whole states with replacement.

    Args:
        state: number of the state of each sample.
        measure: the measure of the samples at some positions; None where not defined, which is left out.
        draws: number of draws.
        seed: seed of the draws.

    Returns:
        The interval; None if fewer than half of the draws have a measure.
    """
    return bootstrap_all(state, lambda at: {"value": measure(at)}, draws=draws, seed=seed)["value"]


def bootstrap_all(
    state: IntArray,
    measure: Callable[[IntArray], Mapping[str, float | None]],
    *,
    draws: int = 200,
    seed: int = 0,
) -> dict[str, tuple[float, float] | None]:
    """Return the 95 % intervals of several measures over the same draws, as :func:`bootstrap` does."""
    order = np.argsort(state, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(state[order])) + 1)
    rng = np.random.default_rng(seed)
    values: dict[str, list[float]] = {}
    for _ in range(draws):
        drawn = rng.integers(0, len(groups), len(groups))
        for name, value in measure(np.concatenate([groups[index] for index in drawn])).items():
            known = values.setdefault(name, [])
            if value is not None and np.isfinite(value):
                known.append(value)
    return {name: _middle(known) if len(known) >= draws / 2 else None for name, known in values.items()}


def _middle(values: list[float]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
