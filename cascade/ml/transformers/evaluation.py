"""The evaluation of failure models: all on the same rows, none of which any of them was trained on.

Rows are asked about by folds (:mod:`cascade.ml.transformers.splits`): each by a model that saw neither its
transformer nor anything of after the test began. Intervals come from resampling transformers. Beside the
models stand the base rate, age alone and, for forged data, the ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cascade.ml import ranking
from cascade.ml.transformers import scores
from cascade.ml.transformers.dataset import FAILED, FailureDataset
from cascade.ml.transformers.fitting import EvaluationParams, FailureModel, FittedModels, fit_folds
from cascade.ml.transformers.lives import UnitSpans
from cascade.ml.transformers.scores import Calibration, Interval
from cascade.ml.transformers.splits import asked_rows, asset_groups
from grid.powerflow.arrays import BoolArray, FloatArray
from grid.warehouse import Warehouse
from grid.warehouse.queries import transformer_failures as records

SHARES = (0.01, 0.05)
"""Shares of the transformers that are looked at first."""


def read_ceiling(*, warehouse: Warehouse, dataset: FailureDataset, horizon_days: int) -> FloatArray | None:
    """Read the true probability of each row; None where the warehouse holds none, as of real records.

    Only evaluations ask for it.
    """
    moments = [at.astype("datetime64[us]").item() for at in np.unique(dataset.cut_off)]
    batches = list(warehouse.select_arrow(records.true_expectations(moments)))
    table = pa.Table.from_batches(batches) if batches else None
    if table is None or not table.num_rows:
        return None
    keys = zip(table["transformer_id"].to_pylist(), table["as_of"].to_pylist(), strict=True)
    expected = table[f"expected_failures_{horizon_days}d"].cast(pa.float64()).to_numpy()
    of = dict(zip(keys, np.asarray(expected).tolist(), strict=True))
    mine = zip(
        dataset.transformer_id.tolist(), dataset.cut_off.astype("datetime64[us]").tolist(), strict=True
    )
    found = np.array([of.get(each, np.nan) for each in mine], dtype=np.float64)
    return np.asarray(-np.expm1(-found), dtype=np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelScore:
    """Hold how good one model is.

    Attributes:
        model: which.
        average_precision: area under precision over recall.
        roc_auc: chance that a failure ranks above a survivor.
        recall: part of the failures among each of :data:`SHARES`.
        lift: the same over chance.
        brier: mean squared error.
        brier_skill: by how much it is below that of the base rate.
        ap_gain: average precision over that of age alone, on the same resamplings.
        calibration: what was said and what came.
    """

    model: FailureModel
    average_precision: Interval
    roc_auc: Interval
    recall: tuple[Interval, ...]
    lift: tuple[Interval, ...]
    brier: float
    brier_skill: float
    ap_gain: Interval
    calibration: Calibration


@dataclass(frozen=True, eq=False, kw_only=True)
class EvaluationReport:
    """Hold the evaluation of one horizon.

    Attributes:
        horizon_days: the horizon.
        test_from: first moment asked about.
        sample_count: rows asked about.
        failure_count: how many of them failed.
        transformer_count: transformers asked about.
        trained_failures: failures that the models saw, mean of the folds.
        models: the scores.
        probability: what each model said of each row asked about.
        rows: these rows.
    """

    horizon_days: int
    test_from: np.datetime64
    sample_count: int
    failure_count: int
    transformer_count: int
    trained_failures: float
    models: tuple[ModelScore, ...]
    probability: dict[FailureModel, FloatArray]
    rows: npt.NDArray[np.int64]

    @property
    def base_rate(self) -> float:
        """Part of the rows that failed."""
        return self.failure_count / self.sample_count

    def score(self, model: FailureModel) -> ModelScore:
        """Return the score of one model.

        Raises:
            KeyError: if it was not evaluated.
        """
        found = {each.model: each for each in self.models}
        return found[model]


def evaluate(
    *,
    dataset: FailureDataset,
    horizon_days: int,
    test_from: datetime,
    spans: UnitSpans,
    ceiling: FloatArray | None = None,
    params: EvaluationParams | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> EvaluationReport:
    """Evaluate every model on rows that it does not know.

    Args:
        dataset: the data set.
        horizon_days: the horizon, one of the data set's.
        test_from: first moment asked about.
        spans: lives of units up to ``test_from``, of all transformers.
        ceiling: true probability of each row of the data set; None where nobody knows it.
        params: settings.
        progress: told the fraction done and the step.

    Raises:
        BadDataset: if there is no such horizon, or nothing to train on or to ask about.
        LeakageError: if a split leaks.
    """
    params = params or EvaluationParams()
    start = np.datetime64(test_from, "us")
    fitted = fit_folds(
        dataset=dataset,
        horizon_days=horizon_days,
        test_from=start,
        spans=spans,
        params=params,
        progress=progress,
    )
    return evaluate_fitted(
        dataset=dataset,
        horizon_days=horizon_days,
        test_from=test_from,
        fitted=fitted,
        ceiling=ceiling,
        params=params,
    )


def evaluate_fitted(
    *,
    dataset: FailureDataset,
    horizon_days: int,
    test_from: datetime,
    fitted: Sequence[FittedModels],
    ceiling: FloatArray | None = None,
    params: EvaluationParams,
) -> EvaluationReport:
    """Evaluate models that were fitted before.

    Args:
        dataset: the data set.
        horizon_days: the horizon, one of the data set's.
        test_from: first moment asked about.
        fitted: the models of each fold; one alone, which knows none of the transformers, is asked everything.
        ceiling: true probability of each row of the data set; None where nobody knows it.
        params: settings that they were fitted with.

    Raises:
        BadDataset: if there is no such horizon or nothing to ask about.
    """
    start = np.datetime64(test_from, "us")
    rows = asked_rows(dataset, horizon_days=horizon_days, test_from=start)
    group = asset_groups(dataset, count=len(fitted), seed=params.seed)[rows]
    probability: dict[FailureModel, FloatArray] = {
        model: np.full(len(rows), np.nan) for model in FailureModel if model is not FailureModel.CEILING
    }
    for number, models in enumerate(fitted):
        mine = group == number
        for model, said in probability.items():
            said[mine] = models.predict(model, dataset.features[rows[mine]])
    if ceiling is not None and np.isfinite(ceiling[rows]).all():
        probability[FailureModel.CEILING] = ceiling[rows]
    failed = dataset.of_horizon(horizon_days)[rows] == FAILED
    weights = scores.asset_weights(dataset.transformer_id[rows], times=params.resamplings, seed=params.seed)
    return EvaluationReport(
        horizon_days=horizon_days,
        test_from=start,
        sample_count=len(rows),
        failure_count=int(failed.sum()),
        transformer_count=len(np.unique(dataset.transformer_id[rows].astype(str))),
        trained_failures=float(np.mean([models.failure_count for models in fitted])),
        models=tuple(_score(model, failed, probability, weights) for model in probability),
        probability=probability,
        rows=rows,
    )


def _score(
    model: FailureModel,
    failed: BoolArray,
    probability: dict[FailureModel, FloatArray],
    weights: npt.NDArray[np.int32],
) -> ModelScore:
    said = probability[model]
    mine, by_age = ranking.ranked(failed, said), ranking.ranked(failed, probability[FailureModel.AGE_WEIBULL])

    def gain(weight: FloatArray | None) -> float:
        return ranking.average_precision(mine, weight) - ranking.average_precision(by_age, weight)

    recall = tuple(
        scores.interval(lambda weight, share=share: ranking.recall_at(mine, share, weight), weights)  # type: ignore[misc]
        for share in SHARES
    )
    return ModelScore(
        model=model,
        average_precision=scores.interval(lambda weight: ranking.average_precision(mine, weight), weights),
        roc_auc=scores.interval(lambda weight: ranking.roc_auc(mine, weight), weights),
        recall=recall,
        lift=tuple(
            Interval(each.value / share, each.low / share, each.high / share)
            for each, share in zip(recall, SHARES, strict=True)
        ),
        brier=scores.brier_score(failed, said),
        brier_skill=scores.brier_skill(failed, said, reference=probability[FailureModel.BASE_RATE]),
        ap_gain=scores.interval(gain, weights),
        calibration=scores.calibration(failed, said),
    )
