"""The distribution of life by age: against SciPy on whole lives, against the likelihood on parts of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import weibull_min

from cascade.ml.errors import InvalidTrainingData
from cascade.ml.transformers.weibull import AgeWeibull, fit_age_weibull


def log_likelihood(
    shape: float, scale: float, entry: np.ndarray, leave: np.ndarray, failed: np.ndarray
) -> float:
    """By the distribution's own density and survival, conditional on having lived to the entry."""
    life = weibull_min(shape, scale=scale)
    return float(np.where(failed, life.logpdf(leave), life.logsf(leave)).sum() - life.logsf(entry).sum())


def test_whole_lives_are_fitted_as_scipy_fits_them() -> None:
    lives = weibull_min(2.4, scale=40.0).rvs(400, random_state=1)

    found = fit_age_weibull(entry_years=np.zeros(400), exit_years=lives, failed=np.ones(400, bool))

    shape, _, scale = weibull_min.fit(lives, floc=0.0)
    assert found.shape == pytest.approx(shape, rel=1e-3)
    assert found.scale_years == pytest.approx(scale, rel=1e-3)


def test_lives_seen_in_part_give_the_distribution_back() -> None:
    """Five years of units of all ages: those that failed before are not there, most outlive the records."""
    rng = np.random.default_rng(2)
    birth = rng.uniform(-60.0, 0.0, 200_000)
    death = birth + weibull_min(3.0, scale=70.0).rvs(200_000, random_state=3)
    alive = death > 0.0
    entry, leave = -birth[alive], np.minimum(death[alive], 5.0) - birth[alive]
    failed = death[alive] <= 5.0

    found = fit_age_weibull(entry_years=entry, exit_years=leave, failed=failed)

    assert found.shape == pytest.approx(3.0, rel=0.05)
    assert found.scale_years == pytest.approx(70.0, rel=0.05)


def test_no_other_parameters_are_likelier() -> None:
    entry = np.array([3.0, 10.0, 20.0, 0.0, 31.0, 12.0])
    leave = np.array([8.0, 14.5, 25.0, 2.0, 36.0, 17.0])
    failed = np.array([False, True, False, False, True, False])

    found = fit_age_weibull(entry_years=entry, exit_years=leave, failed=failed)

    best = log_likelihood(found.shape, found.scale_years, entry, leave, failed)
    for shape in np.linspace(0.3, 6.0, 40) * found.shape / 2.0:
        for scale in np.linspace(0.3, 3.0, 40) * found.scale_years:
            assert log_likelihood(shape, scale, entry, leave, failed) <= best + 1e-6


@settings(max_examples=40, deadline=None)
@given(st.floats(0.5, 6.0), st.floats(5.0, 200.0), st.floats(0.0, 80.0), st.floats(0.01, 5.0))
def test_the_chance_of_the_next_years_is_that_of_the_survivors(
    shape: float, scale: float, age: float, years: float
) -> None:
    life = weibull_min(shape, scale=scale)
    found = AgeWeibull(shape, scale).failure_probability(np.array([age]), years=years)[0]

    expected = -math.expm1(life.logsf(age + years) - life.logsf(age))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_an_unknown_age_has_no_probability() -> None:
    assert np.isnan(AgeWeibull(2.0, 40.0).failure_probability(np.array([np.nan]), years=1.0)[0])


@pytest.mark.parametrize(
    ("entry", "leave", "failed", "field"),
    [
        ([1.0], [2.0], [False], "failed"),
        ([2.0], [2.0], [True], "exit_years"),
        ([-1.0], [2.0], [True], "exit_years"),
        ([float("nan")], [2.0], [True], "exit_years"),
        ([1.0, 2.0], [2.0], [True], "exit_years"),
    ],
)
def test_lives_that_cannot_be_are_refused(
    entry: list[float], leave: list[float], failed: list[bool], field: str
) -> None:
    with pytest.raises(InvalidTrainingData) as caught:
        fit_age_weibull(entry_years=entry, exit_years=leave, failed=failed)

    assert caught.value.field == field
