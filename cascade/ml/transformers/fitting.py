"""The models of failures, and how they are fitted to rows of the past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from cascade.ml.boosting import BoostingParams, TreeEnsemble, fit_classifier
from cascade.ml.errors import BadDataset
from cascade.ml.transformers.dataset import FAILED, FailureDataset
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURES
from cascade.ml.transformers.lives import UnitSpans
from cascade.ml.transformers.logistic import Logistic, fit_logistic
from cascade.ml.transformers.splits import folds
from cascade.ml.transformers.weibull import AgeWeibull, fit_age_weibull
from grid.powerflow.arrays import FloatArray

DAYS_PER_YEAR = 365.25


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationParams:
    """Set how models are fitted and evaluated.

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
        failure_count: how many of them failed.
        weibull: by age alone.
        logistic: by age and peak load.
        logistic_all: by all features.
        boosting: trees of several seeds, averaged.
    """

    horizon_days: int
    base_rate: float
    failure_count: int
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
        failure_count=int(failed.sum()),
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


def fit_folds(
    *,
    dataset: FailureDataset,
    horizon_days: int,
    test_from: np.datetime64,
    spans: UnitSpans,
    params: EvaluationParams,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[FittedModels, ...]:
    """Fit the models of every fold: to the other folds' transformers, and to what was over by ``test_from``.

    Args:
        dataset: the data set.
        horizon_days: the horizon.
        test_from: first moment asked about.
        spans: lives of units up to ``test_from``, of all transformers.
        params: settings.
        progress: told the fraction done and the step.

    Raises:
        BadDataset: if a fold has nothing to train on or to ask about.
        LeakageError: if a split leaks.
        InvalidTrainingData: if nothing failed of what a fold trains on.
    """
    found = []
    for fold in folds(
        dataset, horizon_days=horizon_days, test_from=test_from, count=params.fold_count, seed=params.seed
    ):
        mine = np.isin(
            spans.transformer_id.astype(str), np.unique(dataset.transformer_id[fold.train].astype(str))
        )
        lives = UnitSpans(
            spans.transformer_id[mine], spans.entry_years[mine], spans.exit_years[mine], spans.failed[mine]
        )
        found.append(
            fit_models(
                dataset=dataset, rows=fold.train, horizon_days=horizon_days, spans=lives, params=params
            )
        )
        if progress is not None:
            progress(len(found) / params.fold_count, f"fold {len(found)} of {params.fold_count}")
    return tuple(found)


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
