"""Scores of rare failures: against scikit-learn, and by hand where it has no such score."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from cascade.ml import ranking
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.transformers import scores


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(1, 12))
def test_ranking_scores_are_those_of_scikit_learn(seed: int, count: int, levels: int) -> None:
    """With ties, and with rows that count several times or not at all."""
    rng = np.random.default_rng(seed)
    truth = rng.random(count) < 0.4
    truth[:2] = [True, False]
    score = rng.integers(0, levels, count) / 7.0
    weight = rng.integers(0, 4, count).astype(np.float64)
    weight[:2] = 1.0
    samples = ranking.ranked(truth, score)

    assert ranking.average_precision(samples) == pytest.approx(average_precision_score(truth, score))
    assert ranking.roc_auc(samples) == pytest.approx(roc_auc_score(truth, score))
    assert ranking.average_precision(samples, weight) == pytest.approx(
        average_precision_score(truth, score, sample_weight=weight)
    )
    assert ranking.roc_auc(samples, weight) == pytest.approx(
        roc_auc_score(truth, score, sample_weight=weight)
    )
    assert scores.brier_score(truth, score / 2.0) == pytest.approx(brier_score_loss(truth, score / 2.0))


def test_recall_counts_the_failures_among_those_looked_at_first() -> None:
    truth = [True, False, True, False, False, False, False, True, False, False]
    samples = ranking.ranked(truth, np.arange(10.0, 0.0, -1.0))

    assert ranking.recall_at(samples, 0.1) == pytest.approx(1 / 3)
    assert ranking.recall_at(samples, 0.3) == pytest.approx(2 / 3)
    assert ranking.recall_at(samples, 1.0) == 1.0
    assert ranking.lift_at(samples, 0.1) == pytest.approx(10 / 3)


def test_of_equal_scores_some_are_looked_at_by_chance() -> None:
    """Four of one score, two failures: half of them are looked at, so one failure is expected."""
    samples = ranking.ranked([True, True, False, False, False, False, False, False], [1.0] * 4 + [0.0] * 4)

    assert ranking.recall_at(samples, 0.25) == 0.5
    assert ranking.recall_at(ranking.ranked([True, False] * 5, np.zeros(10)), 0.2) == pytest.approx(0.2)


def test_calibration_compares_what_was_said_with_what_came() -> None:
    found = scores.calibration([0, 0, 1, 1], [0.1, 0.3, 0.5, 0.9], bins=2)

    assert found.said.tolist() == pytest.approx([0.2, 0.7])
    assert found.came.tolist() == [0.0, 1.0]
    assert found.error == pytest.approx(0.25)


def test_skill_is_against_a_reference() -> None:
    assert scores.brier_skill([0, 1], [0.0, 1.0], reference=[0.5, 0.5]) == 1.0
    assert scores.brier_skill([0, 1], [0.5, 0.5], reference=[0.5, 0.5]) == 0.0


def test_assets_are_resampled_with_all_their_rows() -> None:
    asset = np.array(["A", "A", "B", "C", "C", "C"])
    weights = scores.asset_weights(asset, times=200, seed=1)

    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, 0] + weights[:, 2] + weights[:, 3] == 3).all()


def test_the_interval_holds_the_score_of_a_coin() -> None:
    rng = np.random.default_rng(5)
    truth = rng.random(2000) < 0.2
    samples = ranking.ranked(truth, rng.random(2000))
    weights = scores.asset_weights(np.arange(2000), times=200, seed=2)

    found = scores.interval(lambda weight: ranking.roc_auc(samples, weight), weights)

    assert found.low < 0.5 < found.high
    assert found.low < found.value < found.high


def test_scores_that_are_unknown_are_refused() -> None:
    with pytest.raises(InvalidTrainingData):
        ranking.ranked([True, False], [0.5, float("nan")])
