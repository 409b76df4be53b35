"""Probabilities that mean what they say, sets with a stated recall, and a flag where neither holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Isotonic:
    """Hold a never-falling map from score to probability: steps joined by straight lines.

    Attributes:
        score: scores, rising.
        probability: probability at each.
    """

    score: FloatArray
    probability: FloatArray

    def to_arrays(self, name: str) -> dict[str, FloatArray]:
        """Return the map as arrays of a model file, under a name."""
        return {f"{name}/score": self.score, f"{name}/probability": self.probability}

    @classmethod
    def restored(cls, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> Isotonic:
        """Return the map of that name of a model file."""
        return cls(
            score=arrays[f"{name}/score"].astype(np.float64),
            probability=arrays[f"{name}/probability"].astype(np.float64),
        )

    def __call__(self, score: FloatArray) -> FloatArray:
        """Return the probabilities; beyond the ends that of the end."""
        return np.interp(score, self.score, self.probability)


def fit_isotonic(is_positive: BoolArray, score: FloatArray, *, margin: float = 0.5) -> Isotonic:
    """Fit the map by pooling adjacent violators (Zadrozny, Elkan, KDD 2002).

    Each pool's frequency is taken with ``margin`` positives and negatives more, so that a pool of few samples
    never says 0 or 1.

    Raises:
        InvalidTrainingData: if there are no samples.
    """
    if not len(score):
        raise InvalidTrainingData(field="score", message="is empty")
    order = np.argsort(score, kind="stable")
    pools: list[list[float]] = []  # positives, count, sum of scores
    for value, hit in zip(score[order].tolist(), is_positive[order].tolist(), strict=True):
        pools.append([float(hit), 1.0, value])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            hits, count, total = pools.pop()
            pools[-1][0] += hits
            pools[-1][1] += count
            pools[-1][2] += total
    at = np.array([total / count for _, count, total in pools])
    frequency = np.array([(hits + margin) / (count + 2.0 * margin) for hits, count, _ in pools])
    kept = np.concatenate([[True], np.diff(at) > 0.0])
    return Isotonic(score=at[kept], probability=np.maximum.accumulate(frequency[kept]))


def conformal_threshold(is_positive: BoolArray, score: FloatArray, *, recall: float) -> float:
    """Return the score from which simulating finds a positive with at least the recall asked for.

    The k-th smallest score of the n positives, with k = floor((n + 1) · (1 - recall)): for a new positive
    exchangeable with these, P(score >= it) >= recall (Vovk et al. 2005; Mondrian, one class). Minus infinity,
    that is everything, if there are too few positives for that. On another grid or region samples are not
    exchangeable and nothing is promised.

    Raises:
        InvalidTrainingData: if the recall is not between 0 and 1.
    """
    if not 0.0 < recall < 1.0:
        raise InvalidTrainingData(field="recall", message=f"is {recall}; allowed: a number between 0 and 1")
    positives = np.sort(score[is_positive])
    k = int(np.floor((len(positives) + 1) * (1.0 - recall) + 1e-9))  # 10 · (1 - 0.9) is 1
    return float(positives[k - 1]) if k >= 1 else -np.inf


@dataclass(frozen=True, eq=False, kw_only=True)
class Familiarity:
    """Tell states like those of training from others, by the distance of the mean of their features.

    Attributes:
        centre: mean of the training states of each group, a row each. A group is a grid, so that what lies
            between two grids is not taken for one of them.
        precision: inverse of the covariance within groups, shrunk towards its diagonal.
        limit: squared Mahalanobis distance from the nearest centre up to which a state counts as familiar.
    """

    centre: FloatArray
    precision: FloatArray
    limit: float

    def to_arrays(self) -> dict[str, FloatArray]:
        """Return all but the limit as arrays of a model file."""
        return {"familiarity/centre": self.centre, "familiarity/precision": self.precision}

    @classmethod
    def restored(cls, arrays: Mapping[str, npt.NDArray[Any]], limit: float) -> Familiarity:
        """Return what a model file holds."""
        return cls(
            centre=arrays["familiarity/centre"].astype(np.float64),
            precision=arrays["familiarity/precision"].astype(np.float64),
            limit=float(limit),
        )

    def distance(self, states: FloatArray) -> FloatArray:
        """Return the squared Mahalanobis distance of each state, a row of features each, from its centre."""
        apart = np.nan_to_num(states)[:, None, :] - self.centre
        squared: FloatArray = np.einsum("igj,jk,igk->ig", apart, self.precision, apart).min(axis=1)
        return squared

    def is_unfamiliar(self, states: FloatArray) -> BoolArray:
        """Return the states whose predictions must not be trusted as probabilities."""
        flags: BoolArray = self.distance(states) > self.limit
        return flags


def _inverse(covariance: FloatArray) -> FloatArray:
    inverse: FloatArray = np.linalg.pinv(covariance).astype(np.float64)
    return inverse


def fit_familiarity(
    training: FloatArray,
    group: Sequence[str],
    validation: FloatArray,
    *,
    share: float = 0.99,
    shrinkage: float = 0.1,
) -> Familiarity:
    """Fit the distance on training states and its limit on others of the same kind.

    The limit is the distance that ``share`` of the validation states keep.

    Args:
        training: a row of features per state.
        group: the grid of each.
        validation: other states of one or more of these grids.
        share: share of the validation states that count as familiar.
        shrinkage: share of the covariance that is taken from its diagonal.

    Raises:
        InvalidTrainingData: if there are fewer than two training states more than groups, or no validation
            state.
    """
    names, member = np.unique(np.array(group), return_inverse=True)
    if len(training) < 2 + len(names) - 1 or not len(validation):
        raise InvalidTrainingData(field="states", message="are too few")
    rows = np.nan_to_num(training)
    centre = np.array([rows[member == index].mean(axis=0) for index in range(len(names))])
    apart = rows - centre[member]
    covariance = apart.T @ apart / (len(rows) - len(names))
    spread = np.diag(np.diag(covariance) + 1e-9 * max(1.0, float(np.trace(covariance))))
    blended = (1.0 - shrinkage) * covariance + shrinkage * spread
    fitted = Familiarity(centre=centre, precision=_inverse(blended), limit=np.inf)
    limit = float(np.quantile(fitted.distance(validation), share))
    return Familiarity(centre=centre, precision=fitted.precision, limit=limit)
