"""Logistic regression on standardised features, kept as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cascade.ml.boosting import expit
from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Logistic:
    """Hold a logistic regression.

    Attributes:
        feature_names: one name per column.
        takes_log: columns of which log(1 + x) is taken.
        fill: what stands for an unknown value, before the logarithm: the median of those known.
        mean: mean of each column.
        deviation: standard deviation of each.
        weight: change of the log-odds per standard deviation.
        baseline: log-odds at the means.
    """

    feature_names: tuple[str, ...]
    takes_log: npt.NDArray[np.bool_]
    fill: FloatArray
    mean: FloatArray
    deviation: FloatArray
    weight: FloatArray
    baseline: float

    def raw(self, x: npt.ArrayLike) -> FloatArray:
        """Return the log-odds of each row.

        Raises:
            InvalidTrainingData: if the columns are not those of the model.
        """
        rows = _transformed(_rows(x, len(self.feature_names)), self.fill, self.takes_log)
        return self.baseline + ((rows - self.mean) / self.deviation) @ self.weight

    def contributions(self, x: npt.ArrayLike) -> FloatArray:
        """Return what each column adds to the log-odds of each row, (rows, columns); with the baseline they
        sum to :meth:`raw`.
        """
        rows = _transformed(_rows(x, len(self.feature_names)), self.fill, self.takes_log)
        return np.asarray((rows - self.mean) / self.deviation * self.weight, dtype=np.float64)

    def predict(self, x: npt.ArrayLike) -> FloatArray:
        """Return the probability of each row."""
        return expit(self.raw(x))


def fit_logistic(
    x: npt.ArrayLike,
    is_positive: npt.ArrayLike,
    *,
    feature_names: Sequence[str],
    skewed: Sequence[str] = (),
    penalty: float = 1.0,
) -> Logistic:
    """Fit by penalised maximum likelihood.

    Args:
        x: a row per sample; NaN where unknown.
        is_positive: whether each is a failure.
        feature_names: names of the columns.
        skewed: names of columns of which the logarithm is taken.
        penalty: ridge penalty on the weights.

    Raises:
        InvalidTrainingData: if the samples do not fit together or are all of one class.
    """
    from sklearn.linear_model import LogisticRegression

    rows = _rows(x, len(feature_names))
    labels = np.asarray(is_positive, dtype=np.int64)
    if labels.shape != (len(rows),) or set(np.unique(labels).tolist()) != {0, 1}:
        raise InvalidTrainingData(field="is_positive", message="must hold 0 and 1, one per row, both classes")
    takes_log = np.array([name in skewed for name in feature_names], dtype=np.bool_)
    known = ~np.isnan(rows)
    fill = np.array(
        [np.median(rows[known[:, at], at]) if known[:, at].any() else 0.0 for at in range(rows.shape[1])]
    )
    seen = _transformed(rows, fill, takes_log)
    mean, deviation = seen.mean(axis=0), seen.std(axis=0)
    deviation = np.where(deviation > 0.0, deviation, 1.0)
    model = LogisticRegression(C=1.0 / penalty, max_iter=1000)
    model.fit((seen - mean) / deviation, labels)
    return Logistic(
        feature_names=tuple(feature_names),
        takes_log=takes_log,
        fill=fill,
        mean=mean,
        deviation=deviation,
        weight=np.asarray(model.coef_[0], dtype=np.float64),
        baseline=float(model.intercept_[0]),
    )


def _rows(x: npt.ArrayLike, width: int) -> FloatArray:
    rows = np.asarray(x, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise InvalidTrainingData(field="x", message=f"has shape {rows.shape}; allowed: (rows, {width})")
    return rows


def _transformed(rows: FloatArray, fill: FloatArray, takes_log: npt.NDArray[np.bool_]) -> FloatArray:
    filled = np.where(np.isnan(rows), fill, rows)
    return np.asarray(np.where(takes_log, np.log1p(np.maximum(filled, 0.0)), filled), dtype=np.float64)
