"""The evaluation of failure models: all on the same rows, none of which any of them was trained on.

Rows are asked about by folds (:mod:`cascade.ml.transformers.splits`): each by a model that saw neither its
transformer nor anything of after the test began. Intervals come from resampling transformers. Beside the
models stand the base rate, age alone and, for forged data, the ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cascade.ml.boosting import BoostingParams, TreeEnsemble, fit_classifier
from cascade.ml.errors import BadDataset
from cascade.ml.transformers import scores
from cascade.ml.transformers.dataset import FAILED, HORIZONS_DAYS, FailureDataset
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURES, HOURS_PER_YEAR, age_years
from cascade.ml.transformers.logistic import Logistic, fit_logistic
from cascade.ml.transformers.scores import Calibration, Interval
from cascade.ml.transformers.splits import Fold, folds
from cascade.ml.transformers.weibull import AgeWeibull, fit_age_weibull
from grid.powerflow.arrays import BoolArray, FloatArray
from grid.warehouse import Warehouse
from grid.warehouse.queries import transformer_failures as records

DAYS_PER_YEAR = 365.25
SHARES = (0.01, 0.05)
"""Shares of the transformers that are looked at first."""


class FailureModel(StrEnum):
    """Name what predicts failures."""

    BASE_RATE = "BASE_RATE"
    AGE_WEIBULL = "AGE_WEIBULL"
    LOGISTIC = "LOGISTIC"
    """On age and peak load alone."""
    LOGISTIC_ALL = "LOGISTIC_ALL"
    BOOSTING = "BOOSTING"
    CEILING = "CEILING"
    """Not a model: what the forge truly expected."""


LOGISTIC_FEATURES = ("age_years", "peak_loading_pct")
SKEWED = tuple(feature.name for feature in FEATURES if feature.is_skewed)

FAILURE_BOOSTING = BoostingParams(
    n_trees=150, learning_rate=0.04, max_leaf_nodes=6, min_leaf_samples=150, l2=20.0, feature_share=0.4
)
"""Small trees and large leaves: failures are few."""


@dataclass(frozen=True, eq=False)
class UnitSpans:
    """Hold lives of units as seen between two moments, for the model of age.

    Attributes:
        transformer_id: their places.
        entry_years: age when they came under observation.
        exit_years: age when they left it.
        failed: whether they failed then.
    """

    transformer_id: npt.NDArray[np.object_]
    entry_years: FloatArray
    exit_years: FloatArray
    failed: BoolArray


def read_spans(*, warehouse: Warehouse, since: datetime, until: datetime) -> UnitSpans:
    """Read the lives of units between two moments.

    Args:
        warehouse: where the records are.
        since: start of the records.
        until: what comes later is not looked at.
    """
    table = pa.Table.from_batches(list(warehouse.select_arrow(records.unit_spans(since, until))))
    installed = table["installed_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    removed = table["removed_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    year = np.asarray(table["install_year"].cast(pa.float64()).to_numpy(), dtype=np.float64)
    first, last = np.datetime64(since, "us"), np.datetime64(until, "us")
    at_first = age_years(at=first, install_year=year, installed_at=installed)
    entry = np.maximum(np.where(installed > first, 0.0, at_first), 0.0)
    end = np.where(np.isnat(removed), last, removed)
    start = np.where(installed > first, installed, first)
    seen = (end - start) / np.timedelta64(1, "s") / 3600.0 / HOURS_PER_YEAR
    kept = seen > 0.0
    reason = np.asarray(table["removal_reason"].to_numpy(), dtype=object)
    return UnitSpans(
        transformer_id=np.asarray(table["transformer_id"].to_numpy(), dtype=object)[kept],
        entry_years=entry[kept],
        exit_years=(entry + seen)[kept],
        failed=np.asarray(reason == "FAILED", dtype=np.bool_)[kept],
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationParams:
    """Set an evaluation.

    Attributes:
        fold_count: groups of assets.
        resamplings: resamplings behind each interval.
        seed: seed of groups and resamplings.
        boosting: settings of the trees.
        model_seeds: trees of so many seeds are averaged.
    """

    fold_count: int = 5
    resamplings: int = 300
    seed: int = 0
    boosting: BoostingParams = field(default_factory=lambda: FAILURE_BOOSTING)
    model_seeds: int = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedModels:
    """Hold the models of one horizon.

    Attributes:
        horizon_days: the horizon.
        base_rate: part of the training rows that failed.
        weibull: by age alone.
        logistic: by age and peak load.
        logistic_all: by all features.
        boosting: trees of several seeds, averaged.
    """

    horizon_days: int
    base_rate: float
    weibull: AgeWeibull
    logistic: Logistic
    logistic_all: Logistic
    boosting: tuple[TreeEnsemble, ...]

    def predict(self, model: FailureModel, x: npt.ArrayLike) -> FloatArray:
        """Return the probability that each row fails within the horizon.

        Raises:
            BadDataset: if the model is none that predicts.
        """
        rows = np.asarray(x, dtype=np.float64)
        match model:
            case FailureModel.BASE_RATE:
                return np.full(len(rows), self.base_rate)
            case FailureModel.AGE_WEIBULL:
                age = rows[:, FEATURE_NAMES.index("age_years")]
                found = self.weibull.failure_probability(age, years=self.horizon_days / DAYS_PER_YEAR)
                return np.asarray(np.where(np.isnan(found), self.base_rate, found), dtype=np.float64)
            case FailureModel.LOGISTIC:
                return self.logistic.predict(rows[:, _columns(LOGISTIC_FEATURES)])
            case FailureModel.LOGISTIC_ALL:
                return self.logistic_all.predict(rows)
            case FailureModel.BOOSTING:
                return np.asarray(
                    np.mean([trees.predict(rows) for trees in self.boosting], axis=0), dtype=np.float64
                )
        raise BadDataset(field="model", message=f"is {model}; it predicts nothing")


def fit_models(
    *,
    dataset: FailureDataset,
    rows: npt.ArrayLike,
    horizon_days: int,
    spans: UnitSpans,
    params: EvaluationParams,
) -> FittedModels:
    """Fit every model to some rows.

    Args:
        dataset: the data set.
        rows: the rows to train on.
        horizon_days: the horizon.
        spans: lives of the same transformers up to the same time.
        params: settings.

    Raises:
        InvalidTrainingData: if none of the rows failed.
    """
    at = np.asarray(rows, dtype=np.int64)
    x, failed = dataset.features[at], dataset.of_horizon(horizon_days)[at] == FAILED
    return FittedModels(
        horizon_days=horizon_days,
        base_rate=float(failed.mean()),
        weibull=fit_age_weibull(
            entry_years=spans.entry_years, exit_years=spans.exit_years, failed=spans.failed
        ),
        logistic=fit_logistic(
            x[:, _columns(LOGISTIC_FEATURES)], failed, feature_names=LOGISTIC_FEATURES, skewed=SKEWED
        ),
        logistic_all=fit_logistic(x, failed, feature_names=FEATURE_NAMES, skewed=SKEWED, penalty=10.0),
        boosting=tuple(
            fit_classifier(x, failed, feature_names=FEATURE_NAMES, params=_seeded(params.boosting, seed))
            for seed in range(params.model_seeds)
        ),
    )


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
    asked: list[npt.NDArray[np.int64]] = []
    said: dict[FailureModel, list[FloatArray]] = {
        model: [] for model in FailureModel if model is not FailureModel.CEILING
    }
    trained = []
    for number, fold in enumerate(
        folds(dataset, horizon_days=horizon_days, test_from=start, count=params.fold_count, seed=params.seed)
    ):
        models = fit_models(
            dataset=dataset,
            rows=fold.train,
            horizon_days=horizon_days,
            spans=_spans_of(spans, dataset, fold),
            params=params,
        )
        trained.append(int((dataset.of_horizon(horizon_days)[fold.train] == FAILED).sum()))
        asked.append(fold.test)
        for model, parts in said.items():
            parts.append(models.predict(model, dataset.features[fold.test]))
        if progress is not None:
            progress((number + 1) / (params.fold_count + 1), f"fold {number + 1} of {params.fold_count}")
    rows = np.concatenate(asked)
    probability = {model: np.concatenate(parts) for model, parts in said.items()}
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
        trained_failures=float(np.mean(trained)),
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
    mine, by_age = scores.ranked(failed, said), scores.ranked(failed, probability[FailureModel.AGE_WEIBULL])

    def gain(weight: FloatArray | None) -> float:
        return scores.average_precision(mine, weight) - scores.average_precision(by_age, weight)

    recall = tuple(
        scores.interval(lambda weight, share=share: scores.recall_at(mine, share, weight), weights)  # type: ignore[misc]
        for share in SHARES
    )
    return ModelScore(
        model=model,
        average_precision=scores.interval(lambda weight: scores.average_precision(mine, weight), weights),
        roc_auc=scores.interval(lambda weight: scores.roc_auc(mine, weight), weights),
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


def _spans_of(spans: UnitSpans, dataset: FailureDataset, fold: Fold) -> UnitSpans:
    """Return the lives of the transformers that a fold trains on."""
    mine = np.isin(
        spans.transformer_id.astype(str), np.unique(dataset.transformer_id[fold.train].astype(str))
    )
    return UnitSpans(
        spans.transformer_id[mine], spans.entry_years[mine], spans.exit_years[mine], spans.failed[mine]
    )


def _columns(names: Sequence[str]) -> list[int]:
    return [FEATURE_NAMES.index(name) for name in names]


def _seeded(params: BoostingParams, seed: int) -> BoostingParams:
    return BoostingParams(
        n_trees=params.n_trees,
        learning_rate=params.learning_rate,
        max_leaf_nodes=params.max_leaf_nodes,
        min_leaf_samples=params.min_leaf_samples,
        l2=params.l2,
        seed=params.seed + seed,
        feature_share=params.feature_share,
    )


__all__ = [
    "FAILURE_BOOSTING",
    "HORIZONS_DAYS",
    "EvaluationParams",
    "EvaluationReport",
    "FailureModel",
    "FittedModels",
    "ModelScore",
    "UnitSpans",
    "evaluate",
    "fit_models",
    "read_ceiling",
    "read_spans",
]
