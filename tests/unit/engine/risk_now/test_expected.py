"""Expected customer-hours against integrals, draws and hand calculation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm

from cascade.engine.risk_now import expected

NAN = math.nan
MEDIANS = st.floats(0.01, 500.0)
SIGMAS = st.floats(0.05, 2.5)


def _longer(hours: float, median_h: float, sigma: float) -> float:
    return 0.5 * math.erfc(math.log(hours / median_h) / sigma / math.sqrt(2.0)) if hours > 0.0 else 1.0


def one(value: float) -> np.ndarray:
    return np.array([value])


@given(median_h=MEDIANS, sigma=SIGMAS, horizon_h=st.floats(1.0, 72.0))
def test_what_runs_now_is_the_integral_of_what_lasts_longer(
    median_h: float, sigma: float, horizon_h: float
) -> None:
    cuts = [median_h * math.exp(n * sigma) for n in range(-6, 7)]
    ends = [0.0, *(cut for cut in cuts if cut < horizon_h), horizon_h]
    integral = sum(
        quad(_longer, low, high, args=(median_h, sigma))[0] for low, high in itertools.pairwise(ends)
    )

    found = float(expected.running_h(median_h, sigma, horizon_h=horizon_h))

    assert found == pytest.approx(integral, rel=1e-5, abs=1e-7)


@given(median_h=MEDIANS, sigma=SIGMAS)
def test_what_begins_later_is_the_mean_over_when_it_begins(median_h: float, sigma: float) -> None:
    left_h = (np.arange(60) + 0.5) * 24.0 / 60
    mean = np.mean([float(expected.running_h(median_h, sigma, horizon_h=left)) for left in left_h])

    found = float(expected.begun_within_h(median_h, sigma))

    assert found == pytest.approx(mean, rel=0.02)
    assert 0.0 <= found <= 12.0 + 1e-9


def test_without_spread_the_hours_are_those_of_a_pencil() -> None:
    assert expected.running_h([2.0, 30.0], 0.0).tolist() == [2.0, 24.0]
    # 2 h: all but those of the last two hours count whole, 2 - 2²/48; 30 h: half of the horizon.
    assert expected.begun_within_h([2.0, 30.0], 0.0) == pytest.approx([2.0 - 4.0 / 48.0, 12.0])


def test_the_spread_is_that_of_the_quantiles() -> None:
    sigma = float(expected.spread(4.0, 10.0))

    assert lognorm(s=sigma, scale=4.0).ppf(0.8) == pytest.approx(10.0)
    assert expected.spread([4.0, 4.0, 4.0], [NAN, 4.0, 3.0]).tolist() == [0.0, 0.0, 0.0]


def test_running_outages_cost_their_customers_times_the_hours_left() -> None:
    found = expected.outages(
        customers_out=np.array([10.0, 10.0, 0.0, 7.0]),
        p50_h=np.array([3.0, 48.0, 3.0, NAN]),
        p80_h=np.array([NAN, NAN, 5.0, 5.0]),
    )

    np.testing.assert_allclose(found, [30.0, 240.0, 0.0, NAN])


def test_an_estimate_with_doubt_is_the_mean_of_draws() -> None:
    rng = np.random.default_rng(7)
    sigma = math.log(10.0 / 4.0) / 0.8416212335729143
    drawn = np.minimum(4.0 * np.exp(sigma * rng.standard_normal(2_000_000)), 24.0)

    found = expected.outages(customers_out=one(100.0), p50_h=one(4.0), p80_h=one(10.0))

    assert found[0] == pytest.approx(100.0 * drawn.mean(), rel=2e-3)


def test_failures_are_rate_times_customers_times_hours() -> None:
    # 0.0365 a year is 0.0001 a day; 100 customers, 3 h each: 0.03. Heat counts above 1 only, 10 at most.
    found = expected.failures(
        failures_per_year=np.array([0.0365, 0.0365, 0.0365, 0.0365, NAN]),
        customers=np.full(5, 100.0),
        lost_h=3.0,
        ageing_factor=np.array([NAN, 0.2, 4.0, 50.0, 1.0]),
        most_ageing=10.0,
    )

    np.testing.assert_allclose(found, [0.03, 0.03, 0.12, 0.3, NAN])


def test_an_overload_costs_the_share_above_the_rating() -> None:
    found = expected.overloads(
        loading_pct=np.array([0.0, 80.0, 100.0, 125.0, NAN]), customers=np.full(5, 50.0), overload_h=4.0
    )

    np.testing.assert_allclose(found, [0.0, 0.0, 0.0, 50.0 * 0.2 * 4.0, NAN])


def test_a_year_of_customer_minutes_is_spread_over_its_days() -> None:
    assert expected.per_year(np.array([365.0 * 60.0, 0.0])) == pytest.approx([1.0, 0.0])


@given(
    loading=st.tuples(st.floats(0.0, 400.0), st.floats(0.0, 400.0)),
    ageing=st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 50.0)),
    median_h=st.tuples(MEDIANS, MEDIANS),
    sigma=SIGMAS,
)
def test_more_load_heat_and_time_never_cost_less(
    loading: tuple[float, float], ageing: tuple[float, float], median_h: tuple[float, float], sigma: float
) -> None:
    loads, heats, times = (np.array(sorted(pair)) for pair in (loading, ageing, median_h))
    same = np.array([10.0, 10.0])

    overload = expected.overloads(loading_pct=loads, customers=same, overload_h=4.0)
    failure = expected.failures(
        failures_per_year=same, customers=same, lost_h=2.0, ageing_factor=heats, most_ageing=10.0
    )

    assert overload[1] >= overload[0] >= 0.0
    assert failure[1] >= failure[0] >= 0.0
    for hours in (expected.running_h(times, sigma), expected.begun_within_h(times, sigma)):
        assert hours[1] >= hours[0] - 1e-9
        assert 0.0 <= hours[0] <= 24.0
