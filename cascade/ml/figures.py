"""Figures of one part of an evaluation, the same for every task."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from cascade.ml.judging import Cases
from cascade.ml.metrics import average_precision, bootstrap, calibration_curve, calibration_error, roc_auc
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


def part_figures(cases: Cases, at: int, baseline_name: str) -> dict[str, Any]:
    """Return the figures of one part of an evaluation, with 95 % intervals over its groups."""
    inside = cases.part == at
    group, truth = cases.group[inside], cases.is_positive[inside]
    said = cases.probability[inside]
    model = _ranking(truth, cases.score[inside], group) | {
        "brier": _with_interval(group, partial(_brier, truth, said), len(truth)),
        "ece": {"value": calibration_error(truth, said), "low": None, "high": None},
    }
    curve = zip(*calibration_curve(truth, said), strict=True)
    return {
        "n": int(inside.sum()),
        "prevalence": float(truth.mean()),
        "model": model,
        "baselines": {baseline_name: _ranking(truth, cases.baseline[inside], group)},
        "calibration": [
            {"said": float(mean), "seen": float(frequency), "count": int(count)}
            for mean, frequency, count in curve
        ],
    }


def _ranking(truth: BoolArray, score: FloatArray, group: IntArray) -> dict[str, Any]:
    return {
        "roc_auc": _with_interval(group, partial(_of_both, roc_auc, truth, score), len(truth)),
        "average_precision": _with_interval(
            group, partial(_of_both, average_precision, truth, score), len(truth)
        ),
    }


def _with_interval(
    group: IntArray, measure: Callable[[IntArray], float | None], n: int
) -> dict[str, float | None]:
    interval = bootstrap(group, measure)
    low, high = interval if interval is not None else (None, None)
    return {"value": measure(np.arange(n)), "low": low, "high": high}


def _of_both(
    measure: Callable[..., float], truth: BoolArray, score: FloatArray, at: IntArray
) -> float | None:
    drawn = truth[at]
    return float(measure(drawn, score[at])) if drawn.any() and not drawn.all() else None


def _brier(truth: BoolArray, said: FloatArray, at: IntArray) -> float:
    return float(np.mean((said[at] - truth[at]) ** 2))
