"""The 2.5 beta method against days worked by hand, scipy's log-normal and a second implementation."""

from __future__ import annotations

import math
import statistics
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grid.standards.major_event_days import (
    NO_HISTORY,
    TOO_FEW_DAYS,
    days_of,
    history_begins,
    major_event_days,
    t_med,
    threshold,
    thresholds,
)

TWELVE_DAYS = (0.12, 0.35, 0.05, 0.0, 1.20, 0.50, 0.08, 2.40, 0.22, 0.90, 0.15, 0.60)


def test_twelve_days_worked_by_hand() -> None:
    limit, alpha, beta = t_med(TWELVE_DAYS)

    assert alpha == pytest.approx(-1.1231, abs=5e-5)
    assert beta == pytest.approx(1.2050, abs=5e-5)
    assert limit == pytest.approx(6.615, abs=5e-4)


def test_the_standard_deviation_is_that_of_a_sample() -> None:
    logs = [math.log(each) for each in TWELVE_DAYS if each]

    # With that of a population the threshold would be 5.750 min.
    assert math.exp(statistics.fmean(logs) + 2.5 * statistics.pstdev(logs)) == pytest.approx(5.750, abs=5e-4)
    assert t_med(TWELVE_DAYS)[2] == pytest.approx(statistics.stdev(logs))


def test_the_threshold_of_a_log_normal_is_the_quantile_at_two_and_a_half_deviations() -> None:
    drawn = stats.lognorm(s=1.9, scale=math.exp(-2.3)).rvs(size=200_000, random_state=20_260_301)

    limit, _, _ = t_med(drawn)

    expected = stats.lognorm(s=1.9, scale=math.exp(-2.3)).ppf(stats.norm.cdf(2.5))
    assert limit == pytest.approx(expected, rel=0.03)
    # About 2.3 days a year, as the annex of the guide derives.
    assert 365 * np.mean(drawn > limit) == pytest.approx(365 * stats.norm.sf(2.5), abs=0.15)


def test_a_threshold_comes_from_the_five_years_before_and_from_nothing_else() -> None:
    inside = {date(2021, 1, 1): 1.0, date(2023, 7, 4): 2.0, date(2025, 12, 31): 4.0}
    outside = {date(2020, 12, 31): 1000.0, date(2026, 1, 1): 1000.0}

    found = threshold(2026, inside | outside, first_day=date(2015, 1, 1), last_day=date(2026, 6, 30))

    assert found.t_med_min == pytest.approx(math.exp(math.log(2.0) + 2.5 * math.log(2.0)))
    assert (found.first_day, found.last_day) == (date(2021, 1, 1), date(2025, 12, 31))
    assert (found.day_count, found.zero_day_count, found.year_count) == (3, 5 * 365 + 1 - 3, 5)


def test_with_fewer_years_the_method_takes_those_there_are_and_says_so() -> None:
    days = {date(2025, 3, 1): 1.0, date(2025, 3, 2): 2.0}

    found = threshold(2026, days, first_day=date(2025, 2, 10), last_day=date(2026, 2, 1))

    assert (found.first_day, found.last_day, found.year_count) == (date(2025, 2, 10), date(2025, 12, 31), 1)
    assert found.t_med_min is not None
    assert found.reason is None


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ({}, TOO_FEW_DAYS),
        ({date(2025, 5, 1): 3.0}, TOO_FEW_DAYS),
        ({date(2025, 5, 1): 3.0, date(2025, 5, 2): 0.0}, TOO_FEW_DAYS),
    ],
)
def test_without_enough_days_there_is_no_threshold(days: dict[date, float], reason: str) -> None:
    found = threshold(2026, days, first_day=date(2025, 1, 1), last_day=date(2026, 2, 1))

    assert (found.t_med_min, found.reason) == (None, reason)
    assert not found.is_exceeded(1e9)


def test_the_first_year_on_record_has_no_threshold() -> None:
    found = threshold(2025, {}, first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))

    assert (found.t_med_min, found.reason, found.year_count) == (None, NO_HISTORY, 0)


def test_a_day_is_judged_by_the_threshold_of_its_own_year() -> None:
    quiet = {date(2024, 1, 1) + timedelta(days=n): 1.0 + n % 2 for n in range(300)}
    storm = {date(2025, 8, 1) + timedelta(days=n): 50.0 for n in range(60)}
    days = quiet | storm | {date(2026, 8, 1): 50.0}

    limits = thresholds(
        date(2024, 1, 1), date(2026, 12, 31), days, first_day=date(2024, 1, 1), last_day=date(2026, 8, 31)
    )

    # After a year of storms a day like those is none to speak of.
    assert major_event_days(days, limits) == sorted(storm)
    assert limits[2024].reason == NO_HISTORY
    assert limits[2025].t_med_min is not None
    assert limits[2025].t_med_min < 50.0
    assert limits[2026].t_med_min is not None
    assert limits[2026].t_med_min > 50.0


def test_a_day_at_the_threshold_itself_is_not_above_it() -> None:
    found = threshold(
        2026,
        {date(2025, 1, 1): 2.0, date(2025, 1, 2): 2.0},
        first_day=date(2025, 1, 1),
        last_day=date(2026, 1, 1),
    )

    assert found.beta == 0.0
    assert found.t_med_min == pytest.approx(2.0)
    assert not found.is_exceeded(found.t_med_min or 0.0)


@given(
    st.lists(st.floats(1e-4, 1e3) | st.just(0.0), min_size=2, max_size=60).filter(
        lambda days: sum(day > 0.0 for day in days) >= 2
    ),
    st.floats(0.01, 100.0),
)
def test_the_threshold_scales_with_the_days_and_does_not_heed_days_of_zero(
    days: list[float], factor: float
) -> None:
    limit, alpha, beta = t_med(days)

    assert t_med([*days, 0.0, 0.0]) == pytest.approx((limit, alpha, beta))
    scaled = t_med([factor * each for each in days])
    assert scaled[0] == pytest.approx(factor * limit, rel=1e-6)
    assert scaled[2] == pytest.approx(beta, abs=1e-6)


def test_two_days_are_needed() -> None:
    with pytest.raises(ValueError, match="1 days are above zero"):
        t_med([0.0, 3.0])


def test_days_and_the_history_of_a_day() -> None:
    assert days_of(date(2024, 2, 28), date(2024, 3, 1)) == [
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    ]
    assert history_begins(date(2026, 8, 7)) == date(2021, 1, 1)
