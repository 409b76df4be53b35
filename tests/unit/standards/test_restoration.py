"""Estimates of restoration, against worked values and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grid.standards.restoration import (
    MIN_SAMPLE,
    PUBLISHED_REPAIRS,
    Basis,
    Experience,
    Fitted,
    Lognormal,
    RestorationKind,
    estimate,
    fit,
    storm_threshold,
)

MEDIANS = st.floats(0.05, 100.0)
SIGMAS = st.floats(0.1, 1.5)


@pytest.mark.parametrize(
    ("median_h", "sigma", "mean_h", "p90_h"), [(1.5, 0.7, 1.916, 3.679), (4.0, 0.8, 5.509, 11.152)]
)
def test_mean_and_ninth_decile_are_the_worked_ones(
    median_h: float, sigma: float, mean_h: float, p90_h: float
) -> None:
    times = Lognormal(median_h=median_h, sigma=sigma)

    assert times.mean_h == pytest.approx(mean_h, abs=5e-4)
    assert times.quantile_h(0.9) == pytest.approx(p90_h, abs=1.1e-3)


@given(MEDIANS, SIGMAS, st.floats(0.01, 0.99), st.floats(0.0, 300.0))
def test_quantiles_given_the_time_so_far_are_those_of_the_truncated_distribution(
    median_h: float, sigma: float, p: float, elapsed_h: float
) -> None:
    times = Lognormal(median_h=median_h, sigma=sigma)
    peer = stats.lognorm(s=sigma, scale=median_h)
    if peer.sf(elapsed_h) < 1e-250:
        return

    found = times.quantile_given_h(p, elapsed_h)

    assert found >= elapsed_h
    assert found == pytest.approx(max(elapsed_h, peer.isf((1.0 - p) * peer.sf(elapsed_h))), rel=1e-6)


def test_quantiles_given_the_time_so_far_are_those_of_simulated_outages() -> None:
    times = Lognormal(median_h=2.5, sigma=0.7)
    simulated = np.exp(np.random.default_rng(7).normal(math.log(2.5), 0.7, 400_000))
    longer = simulated[simulated > 4.0]

    for p in (0.5, 0.8):
        assert times.quantile_given_h(p, 4.0) == pytest.approx(np.quantile(longer, p), rel=0.01)


def test_an_outage_of_absurd_length_still_gets_an_answer() -> None:
    times = Lognormal(median_h=0.01, sigma=0.1)

    assert times.quantile_given_h(0.8, 1e6) == 1e6


@given(MEDIANS, SIGMAS)
def test_fit_finds_the_lognormal_back(median_h: float, sigma: float) -> None:
    probabilities = (np.arange(2000) + 0.5) / 2000
    sample = stats.lognorm(s=sigma, scale=median_h).ppf(probabilities)

    found = fit([*sample, 0.0, -1.0])

    assert found is not None
    assert found.sample_count == 2000
    assert found.times.median_h == pytest.approx(median_h, rel=1e-6)
    assert found.times.sigma == pytest.approx(sigma, rel=0.01)


def test_too_few_times_are_not_fitted() -> None:
    assert fit([2.0] * (MIN_SAMPLE - 1)) is None
    assert fit([2.0] * MIN_SAMPLE) is not None


def test_each_basis_is_used_where_it_applies() -> None:
    own = Fitted(times=Lognormal(median_h=3.0, sigma=0.5), sample_count=77)
    repairs = Fitted(times=Lognormal(median_h=1.0, sigma=0.5), sample_count=40)
    known = Experience(restorations=own, repairs=repairs)
    nothing = Experience()
    kind = RestorationKind.TRANSFORMER

    waiting = estimate(kind=kind, experience=known, out_h=0.0, working_h=None)
    working = estimate(kind=kind, experience=known, out_h=2.0, working_h=0.0)
    unknown = estimate(kind=kind, experience=nothing, out_h=5.0, working_h=None)

    assert (waiting.basis, waiting.sample_count) == (Basis.OWN_RESTORATIONS, 77)
    assert waiting.p50_h == pytest.approx(3.0)
    assert waiting.p80_h == pytest.approx(3.0 * math.exp(0.5 * 0.841621), rel=1e-5)
    assert (working.basis, working.sample_count, working.p50_h) == (Basis.OWN_REPAIRS, 40, pytest.approx(1.0))
    assert (unknown.basis, unknown.sample_count) == (Basis.PUBLISHED_REPAIRS, None)
    assert unknown.p50_h == pytest.approx(PUBLISHED_REPAIRS[kind].median_h)


def test_without_own_repairs_work_is_estimated_from_own_restorations() -> None:
    own = Fitted(times=Lognormal(median_h=3.0, sigma=0.5), sample_count=77)

    found = estimate(
        kind=RestorationKind.FUSE, experience=Experience(restorations=own), out_h=3.0, working_h=1.0
    )

    assert found.basis is Basis.OWN_RESTORATIONS
    assert found.p50_h == pytest.approx(own.times.quantile_given_h(0.5, 3.0) - 3.0)


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0) | st.none(), st.sampled_from(RestorationKind))
def test_estimates_lie_ahead_and_in_order(
    out_h: float, working_h: float | None, kind: RestorationKind
) -> None:
    found = estimate(kind=kind, experience=Experience(), out_h=out_h, working_h=working_h)

    assert 0.0 <= found.p50_h <= found.p80_h


@pytest.mark.parametrize(("median_h", "sigma"), [(0.0, 1.0), (1.0, 0.0), (math.nan, 1.0), (math.inf, 1.0)])
def test_parameters_without_meaning_are_refused(median_h: float, sigma: float) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        Lognormal(median_h=median_h, sigma=sigma)


def test_a_storm_is_far_above_the_usual_day() -> None:
    days = [4, 5, 6, 5] * 10

    threshold = storm_threshold([*days, 0, 0])

    logs = np.log(days)
    assert threshold == pytest.approx(math.exp(logs.mean() + 2.5 * logs.std(ddof=1)))
    assert storm_threshold([5] * 29) is None
