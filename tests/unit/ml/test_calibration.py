"""Calibration against scikit-learn, the promise of conformal sets, and what counts as strange."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from cascade.ml.calibration import conformal_threshold, fit_familiarity, fit_isotonic
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.metrics import calibration_error


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_pools_are_those_of_scikit_learn(hits: list[bool]) -> None:
    truth, score = np.array(hits), np.arange(len(hits), dtype=float)
    peer = IsotonicRegression().fit(score, truth)

    ours = fit_isotonic(truth, score, margin=0.0)

    # Ours puts each pool at its mean score and joins them by lines: there both say the pool's frequency.
    np.testing.assert_allclose(ours.probability, np.unique(peer.predict(score)), atol=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.floats(-5, 5)), min_size=1, max_size=50))
def test_the_map_never_falls_and_never_says_never(rows: list[tuple[bool, float]]) -> None:
    fitted = fit_isotonic(np.array([hit for hit, _ in rows]), np.array([value for _, value in rows]))

    said = fitted(np.linspace(-7, 7, 60))

    assert np.all(np.diff(said) >= 0.0)
    assert said.min() > 0.0
    assert said.max() < 1.0


def test_overconfident_scores_are_put_right() -> None:
    rng = np.random.default_rng(1)
    logit = rng.normal(size=6000)
    truth = rng.random(6000) < 1.0 / (1.0 + np.exp(-logit))
    said = 1.0 / (1.0 + np.exp(-4.0 * logit))

    fitted = fit_isotonic(truth[:3000], said[:3000])

    assert calibration_error(truth[3000:], said[3000:]) > 0.15
    assert calibration_error(truth[3000:], fitted(said[3000:])) < 0.06


def test_conformal_sets_keep_the_recall_on_average() -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(400):
        score = rng.normal(size=60)
        truth = rng.random(60) < 0.5
        fixed = conformal_threshold(truth[:40], score[:40], recall=0.9)
        found += (score[40:] >= fixed)[truth[40:]].tolist()

    assert np.mean(found) >= 0.9
    assert np.mean(found) < 0.97


def test_too_few_positives_mean_that_everything_is_simulated() -> None:
    truth = np.array([True] * 5 + [False] * 5)

    assert conformal_threshold(truth, np.arange(10.0), recall=0.9) == -np.inf
    # With nine positives the lowest is the bound: floor(10 · 0.1) = 1.
    assert conformal_threshold(np.ones(9, dtype=bool), np.arange(9.0), recall=0.9) == 0.0
    with pytest.raises(InvalidTrainingData, match="recall"):
        conformal_threshold(truth, np.arange(10.0), recall=1.0)


def test_states_from_elsewhere_are_strange_and_those_from_here_are_not() -> None:
    rng = np.random.default_rng(4)
    mixing = rng.normal(size=(6, 6))
    here = rng.normal(size=(900, 6)) @ mixing

    fitted = fit_familiarity(here[:400], ["here"] * 400, here[400:600])

    assert fitted.is_unfamiliar(here[600:]).mean() < 0.05
    assert fitted.is_unfamiliar(here[600:] + 8.0 * mixing[0]).mean() > 0.95


def test_what_lies_between_two_known_grids_is_neither() -> None:
    rng = np.random.default_rng(5)
    one, two = rng.normal(size=(300, 4)), rng.normal(size=(300, 4)) + 30.0
    training = np.concatenate([one[:200], two[:200]])

    fitted = fit_familiarity(training, ["one"] * 200 + ["two"] * 200, one[200:250])

    assert fitted.is_unfamiliar(np.concatenate([one[250:], two[200:]])).mean() < 0.06
    assert fitted.is_unfamiliar(one + 15.0).all()
