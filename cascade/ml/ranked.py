"""Scores of millions of cases and their intervals, from counts of each state's cases in steps of the score.

Drawing states again costs a product of small matrices instead of sorting everything anew. The figures
themselves are computed from the scores as they are; only the intervals, and the differences they are about,
come from the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

STEPS = 4_096
DRAWS = 200


@dataclass(frozen=True, eq=False, kw_only=True)
class Steps:
    """Hold how many cases of each state fall into each step of a score, the highest step first.

    Attributes:
        positive: cases that happened, shape (states, steps).
        negative: those that did not.
    """

    positive: FloatArray
    negative: FloatArray

    @classmethod
    def of(cls, state: IntArray, is_positive: BoolArray, score: FloatArray) -> Steps:
        """Count; half of the steps are even among the cases that happened, half among all."""
        shares = np.linspace(0.0, 1.0, STEPS // 2)
        edges = np.concatenate([np.quantile(score, shares), np.quantile(score[is_positive], shares)])
        edges = np.unique(edges)
        step = len(edges) - np.searchsorted(edges, score, side="right")
        n_states = int(state.max()) + 1
        cell = state * (len(edges) + 1) + step
        shape, size = (n_states, len(edges) + 1), n_states * (len(edges) + 1)
        return cls(
            positive=np.bincount(cell[is_positive], minlength=size).reshape(shape).astype(np.float64),
            negative=np.bincount(cell[~is_positive], minlength=size).reshape(shape).astype(np.float64),
        )

    def roc_auc(self, times: FloatArray) -> FloatArray:
        """Return the area under the ROC curve of draws that take each state so many times, a row each."""
        positive, negative = times @ self.positive, times @ self.negative
        above = np.cumsum(negative, axis=1) - negative
        wrong = (positive * (above + 0.5 * negative)).sum(axis=1)
        with np.errstate(invalid="ignore"):  # a draw without a positive has none: it is left out
            area: FloatArray = 1.0 - wrong / (positive.sum(axis=1) * negative.sum(axis=1))
        return area

    def average_precision(self, times: FloatArray) -> FloatArray:
        """Return the average precision of such draws."""
        positive, negative = times @ self.positive, times @ self.negative
        hits = np.cumsum(positive, axis=1)
        said = hits + np.cumsum(negative, axis=1)
        with np.errstate(invalid="ignore"):
            precision: FloatArray = (positive * hits / np.maximum(said, 1.0)).sum(axis=1) / hits[:, -1]
        return precision


def draws(n_states: int, *, count: int = DRAWS, seed: int = 0) -> FloatArray:
    """Return how often each draw of whole states with replacement takes each of them."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, n_states, (count, n_states))
    return np.stack([np.bincount(row, minlength=n_states) for row in drawn]).astype(np.float64)


def interval(values: FloatArray) -> tuple[float, float] | None:
    """Return the middle 95 %; None if fewer than half of the draws have a value."""
    known = values[np.isfinite(values)]
    if len(known) < len(values) / 2:
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
