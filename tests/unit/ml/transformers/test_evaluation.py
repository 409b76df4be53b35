"""Splits that leak nothing, and an evaluation that finds what is there and nothing where nothing is."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from cascade.ml.boosting import BoostingParams
from cascade.ml.errors import BadDataset
from cascade.ml.transformers.dataset import UNKNOWN, FailureDataset, LeakageError, check_evidence
from cascade.ml.transformers.evaluation import EvaluationReport, evaluate
from cascade.ml.transformers.fitting import EvaluationParams, FailureModel, fit_models
from cascade.ml.transformers.splits import Fold, check_fold, folds
from tests.unit.ml.transformers.made import CUT_OFFS, made_dataset, made_spans

QUICK = EvaluationParams(
    fold_count=3,
    resamplings=60,
    model_seeds=1,
    boosting=BoostingParams(n_trees=40, max_leaf_nodes=6, min_leaf_samples=40),
)
TEST_FROM = datetime(2022, 1, 1)


def evaluated(dataset: FailureDataset, ceiling: np.ndarray | None = None) -> EvaluationReport:
    return evaluate(
        dataset=dataset,
        horizon_days=365,
        test_from=TEST_FROM,
        spans=made_spans(dataset),
        ceiling=ceiling,
        params=QUICK,
    )


def test_folds_ask_about_every_transformer_once_a_moment_and_share_none() -> None:
    dataset, _ = made_dataset(count=200)
    found = list(folds(dataset, horizon_days=365, test_from=CUT_OFFS[2], count=4))

    asked = np.concatenate([fold.test for fold in found])
    assert sorted(asked.tolist()) == np.flatnonzero(dataset.cut_off >= CUT_OFFS[2]).tolist()
    for fold in found:
        assert not set(dataset.transformer_id[fold.train]) & set(dataset.transformer_id[fold.test])
        # 2020-01-01 + 365 days is 2020-12-31; 2021-01-01 + 365 days is the first moment asked about.
        assert dataset.cut_off[fold.train].max() == CUT_OFFS[1]


def test_what_is_not_known_is_neither_trained_on_nor_asked_about() -> None:
    dataset, _ = made_dataset(count=200)
    outcome = dataset.outcome.copy()
    outcome[::3, 2] = UNKNOWN
    dataset = replace(dataset, outcome=outcome)

    for fold in folds(dataset, horizon_days=365, test_from=CUT_OFFS[2], count=4):
        used = np.concatenate([fold.train, fold.test])
        assert (dataset.of_horizon(365)[used] != UNKNOWN).all()


def test_a_transformer_on_both_sides_is_a_leak() -> None:
    dataset, _ = made_dataset(count=10)

    with pytest.raises(LeakageError, match="XFMR-0000 is trained on and asked about"):
        check_fold(dataset, Fold(np.array([0]), np.array([30])), horizon_days=365)


def test_an_outcome_of_after_the_test_began_is_a_leak() -> None:
    dataset, _ = made_dataset(count=10)

    with pytest.raises(LeakageError, match="are trained on"):
        check_fold(dataset, Fold(np.array([20]), np.array([21])), horizon_days=365)


def test_a_record_of_after_the_moment_is_a_leak() -> None:
    dataset, _ = made_dataset(count=10)
    newest = dataset.evidence_at.copy()
    newest[7] = dataset.cut_off[7] + np.timedelta64(1, "s")

    check_evidence(dataset)
    with pytest.raises(LeakageError, match="XFMR-0007"):
        check_evidence(replace(dataset, evidence_at=newest))


def test_a_row_twice_is_a_leak() -> None:
    dataset, _ = made_dataset(count=10)
    place = dataset.transformer_id.copy()
    place[1] = place[0]

    with pytest.raises(LeakageError, match="twice"):
        check_evidence(replace(dataset, transformer_id=place))


def test_no_time_to_train_on_is_refused() -> None:
    dataset, _ = made_dataset(count=50)

    with pytest.raises(BadDataset, match="nothing to train on"):
        list(folds(dataset, horizon_days=365, test_from=CUT_OFFS[0]))
    with pytest.raises(BadDataset, match="allowed"):
        dataset.of_horizon(7)


def test_models_find_what_makes_transformers_fail() -> None:
    dataset, chance = made_dataset()
    report = evaluated(dataset, chance)
    score = {each.model: each for each in report.models}

    assert report.sample_count == 3000
    assert report.transformer_count == 1500
    assert score[FailureModel.CEILING].average_precision.value > report.base_rate * 1.5
    for model in (FailureModel.LOGISTIC, FailureModel.BOOSTING):
        assert score[model].ap_gain.low > 0.0
        assert score[model].average_precision.value <= score[FailureModel.CEILING].average_precision.high
        assert score[model].calibration.error < 0.02
        assert score[model].brier_skill > 0.0
    assert score[FailureModel.AGE_WEIBULL].roc_auc.value > 0.52
    assert score[FailureModel.BASE_RATE].brier_skill == 0.0
    assert score[FailureModel.BOOSTING].recall[1].value > 0.1  # twice what chance gives


def test_shuffled_outcomes_leave_nothing_to_find() -> None:
    dataset, _ = made_dataset()
    rng = np.random.default_rng(3)
    outcome = dataset.outcome.copy()
    for at in CUT_OFFS:
        mine = np.flatnonzero(dataset.cut_off == at)
        outcome[mine] = outcome[rng.permutation(mine)]
    report = evaluated(replace(dataset, outcome=outcome))

    for each in report.models:
        assert abs(each.roc_auc.value - 0.5) < 0.06  # three standard errors of 200 failures
        assert each.average_precision.low < report.base_rate * 1.3


def test_the_same_rows_and_seed_give_the_same_models() -> None:
    dataset, _ = made_dataset(count=400)
    rows = np.arange(800)
    one, other = (
        fit_models(dataset=dataset, rows=rows, horizon_days=365, spans=made_spans(dataset), params=QUICK)
        for _ in range(2)
    )

    for model in (
        FailureModel.AGE_WEIBULL,
        FailureModel.LOGISTIC,
        FailureModel.LOGISTIC_ALL,
        FailureModel.BOOSTING,
    ):
        said = one.predict(model, dataset.features)
        assert (said == other.predict(model, dataset.features)).all()
        assert ((said > 0.0) & (said < 1.0)).all()
    with pytest.raises(BadDataset):
        one.predict(FailureModel.CEILING, dataset.features)
