"""Archetypes are normal on average and answer to hour, day and temperature as customers do."""

import numpy as np
import pytest

from grid.forge.climate import HOUSTON, monthly_to_daily, normal_temperature_c
from grid.forge.profiles import (
    ARCHETYPES,
    CLASS_OF,
    COMMERCIAL,
    INDUSTRIAL,
    RESIDENTIAL,
    archetype_shares,
    noise_share,
    relative_power,
    smooth_temperature,
    variability,
)

MINUTES = np.arange(0.0, 1440.0, 15.0) + 7.5


def day(temperature_c: float, *, weekend: bool = False) -> np.ndarray:
    n = len(MINUTES)
    return relative_power(
        minute_of_day=MINUTES, is_weekend=np.full(n, float(weekend)), temperature_c=np.full(n, temperature_c)
    )


def test_every_archetype_uses_its_mean_over_a_normal_year() -> None:
    """Brute force: 365 days, each at 41 quantiles of its departure from the normal."""
    days = np.arange(365) + 0.5
    steps = 24
    hour = np.tile(np.arange(steps) + 0.5, 365)
    at = np.repeat(days, steps)
    weekend = np.repeat((np.arange(365) % 7 >= 5).astype(float), steps)
    normal = normal_temperature_c(HOUSTON, at, hour - 0.5)
    spread = monthly_to_daily(HOUSTON.anomaly_c, at)
    rng = np.random.default_rng(1)
    total = np.zeros(len(ARCHETYPES))
    for _ in range(30):
        departure = np.repeat(rng.standard_normal(365), steps)
        total += relative_power(
            minute_of_day=hour * 60.0, is_weekend=weekend, temperature_c=normal + spread * departure
        ).mean(axis=1)

    assert total / 30 == pytest.approx(np.ones(len(ARCHETYPES)), abs=0.015)


def test_shares_of_each_class_sum_to_one() -> None:
    for customer_class in (RESIDENTIAL, COMMERCIAL, INDUSTRIAL):
        found, share = archetype_shares(customer_class)
        assert share.sum() == pytest.approx(1.0)
        assert (CLASS_OF[found] == customer_class).all()


def test_homes_peak_in_the_evening_of_a_hot_day_and_offices_at_midday() -> None:
    hot = day(35.0)
    residential, _ = archetype_shares(RESIDENTIAL)
    commercial, _ = archetype_shares(COMMERCIAL)

    home_peak = MINUTES[hot[residential[0]].argmax()] / 60.0
    office_peak = MINUTES[hot[commercial[0]].argmax()] / 60.0

    assert 17.0 <= home_peak <= 21.0
    assert 9.0 <= office_peak <= 16.0


def test_heat_and_cold_raise_the_use_of_homes() -> None:
    residential, _ = archetype_shares(RESIDENTIAL)
    mild, hot, cold = (day(t)[residential].mean(axis=1) for t in (17.0, 35.0, 0.0))
    electric = np.array([ARCHETYPES[i].heating_kw_per_c > 0.05 for i in residential])

    assert (hot > 1.8 * mild).all()
    assert (cold[electric] > 1.8 * mild[electric]).all()
    assert (cold[~electric] < 1.4 * mild[~electric]).all()


def test_offices_rest_at_the_weekend_and_three_shift_plants_do_not() -> None:
    office = archetype_shares(COMMERCIAL)[0][0]
    plant = archetype_shares(INDUSTRIAL)[0][0]
    week, weekend = day(20.0), day(20.0, weekend=True)

    assert weekend[office].mean() < 0.75 * week[office].mean()
    assert weekend[plant].mean() == pytest.approx(week[plant].mean(), rel=0.02)
    assert week[plant].max() / week[plant].min() < 1.1


def test_smoothing_delays_and_keeps_the_mean_of_a_step() -> None:
    step = np.concatenate([np.full(10, 20.0), np.full(40, 30.0)])

    smooth = smooth_temperature(step)

    assert (smooth[:10] == 20.0).all()
    assert smooth[12] == pytest.approx(30.0 - 10.0 * np.exp(-1.0))
    assert smooth[-1] == pytest.approx(30.0, abs=1e-4)


def test_many_tenants_even_each_other_out() -> None:
    homes = np.zeros(2, dtype=np.int64)

    one, nine = noise_share(homes, np.array([1, 9]))

    assert nine == pytest.approx(one / 3.0)
    assert (variability(homes, np.array([1, 9])) > [one, nine]).all()
