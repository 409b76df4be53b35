"""Scores against scikit-learn, against hand calculation, and what their intervals cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score, roc_auc_score

from cascade.ml import metrics
from cascade.ml.errors import InvalidTrainingData

cases = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=60).filter(
    lambda rows: len({hit for hit, _ in rows}) == 2
)


@given(cases)
def test_ranking_scores_are_those_of_scikit_learn_also_with_ties(rows: list[tuple[bool, int]]) -> None:
    truth = np.array([hit for hit, _ in rows])
    score = np.array([value / 6.0 for _, value in rows])

    assert metrics.roc_auc(truth, score) == pytest.approx(roc_auc_score(truth, score))
    assert metrics.average_precision(truth, score) == pytest.approx(average_precision_score(truth, score))


@given(cases, st.integers(0, 6))
def test_threshold_scores_are_those_of_scikit_learn(rows: list[tuple[bool, int]], at: int) -> None:
    truth = np.array([hit for hit, _ in rows])
    score = np.array([value / 6.0 for _, value in rows])

    told = metrics.scores(truth, score, threshold=at / 6.0)

    said = score >= at / 6.0
    assert told.f1 == pytest.approx(f1_score(truth, said))
    assert told.balanced_accuracy == pytest.approx(balanced_accuracy_score(truth, said))


@given(cases)
def test_no_threshold_has_a_higher_f1(rows: list[tuple[bool, int]]) -> None:
    truth = np.array([hit for hit, _ in rows])
    score = np.array([value / 6.0 for _, value in rows])

    best = f1_score(truth, score >= metrics.best_threshold(truth, score))

    assert best == pytest.approx(max(f1_score(truth, score >= value) for value in np.unique(score)))


def test_calibration_by_hand() -> None:
    # Two bins of two: said 0.1 and 0.3 (mean 0.2), seen 0.5; said 0.7 and 0.9 (mean 0.8), seen 1.
    truth = np.array([True, False, True, True])
    said = np.array([0.1, 0.3, 0.7, 0.9])

    mean, seen, count = metrics.calibration_curve(truth, said, bins=2)

    assert mean.tolist() == pytest.approx([0.2, 0.8])
    assert seen.tolist() == [0.5, 1.0]
    assert count.tolist() == [2, 2]
    assert metrics.scores(truth, said, threshold=0.5).brier == pytest.approx((0.81 + 0.09 + 0.09 + 0.01) / 4)


def test_one_class_has_no_ranking_score_and_says_so() -> None:
    told = metrics.scores(np.zeros(3, dtype=bool), np.array([0.1, 0.2, 0.3]), threshold=0.5)

    assert (told.roc_auc, told.average_precision, told.f1, told.balanced_accuracy) == (None,) * 4
    assert told.prevalence == 0.0
    with pytest.raises(InvalidTrainingData):
        metrics.scores(np.zeros(0, dtype=bool), np.zeros(0), threshold=0.5)


def test_r_squared_by_hand() -> None:
    truth = np.array([1.0, 2.0, 3.0])

    assert metrics.r_squared(truth, truth) == 1.0
    assert metrics.r_squared(truth, np.full(3, 2.0)) == 0.0
    assert metrics.r_squared(truth, np.array([1.0, 2.0, 4.0])) == pytest.approx(0.5)
    assert metrics.r_squared(np.ones(3), truth) is None


def test_an_interval_draws_whole_states() -> None:
    # Three states whose samples all agree: a draw is a multiset of three values, never a mixture inside one.
    state = np.repeat([0, 1, 2], 50)
    value = np.repeat([0.0, 0.0, 3.0], 50)
    seen: set[float] = set()

    def mean(at: np.ndarray) -> float:
        seen.add(float(value[at].mean()))
        return float(value[at].mean())

    interval = metrics.bootstrap(state, mean, draws=300)

    assert seen <= {0.0, 1.0, 2.0, 3.0}
    assert interval is not None
    assert interval[0] == 0.0
    assert interval[1] >= 2.0


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for trial in range(60):
        level = rng.normal(size=40)
        state, value = np.repeat(np.arange(40), 5), np.repeat(level, 5) + rng.normal(size=200)
        interval = metrics.bootstrap(state, lambda at, v=value: float(v[at].mean()), draws=200, seed=trial)
        covered += interval[0] <= 0.0 <= interval[1]

    assert covered >= 50  # 57 expected; 5 % of 60 trials may miss, and a few more by chance
