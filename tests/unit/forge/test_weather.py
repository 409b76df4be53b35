"""The weather model keeps to the climate it is given."""

from datetime import datetime

import numpy as np
import pytest

from grid.forge import ForgeConfig
from grid.forge.climate import HOUSTON, daily_course, monthly_to_daily, normal_temperature_c
from grid.forge.weather import Weather, dew_point_c, forge_weather, relative_humidity_pct

BOUNDS = (-96.2, 29.0, -94.5, 30.5)


def month_of_weather(month: int, seed: int, *, storm: bool = False) -> Weather:
    config = ForgeConfig(
        end_at=datetime(2025, month, 28, 6), seed=seed, ami_days=27, history_years=0, ends_in_storm=storm
    )
    return forge_weather(config=config, bounds=BOUNDS)


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_months_are_normal_on_average(month: int) -> None:
    """25 months each: temperature within 1 °C, humidity within 4 points, rain within a quarter of normal."""
    runs = [month_of_weather(month, seed) for seed in range(25)]
    i = month - 1
    normal_c = (HOUSTON.daily_max_c[i] + HOUSTON.daily_min_c[i]) / 2.0

    temperature = np.mean([run.temperature_c.mean() for run in runs])
    assert temperature == pytest.approx(normal_c, abs=1.0)
    assert np.mean([run.humidity_pct.mean() for run in runs]) == pytest.approx(
        HOUSTON.humidity_pct[i], abs=4.0
    )
    rain = np.mean([run.rain_mm.sum(axis=1).mean() for run in runs]) * (365.25 / 12 / 27)
    assert rain == pytest.approx(HOUSTON.rain_mm[i], rel=0.25)


def test_values_are_possible() -> None:
    for month in range(1, 13):
        weather = month_of_weather(month, seed=month, storm=True)
        assert weather.temperature_c.min() > -20.0
        assert weather.temperature_c.max() < 46.0
        assert weather.humidity_pct.min() >= 5.0
        assert weather.humidity_pct.max() <= 100.0
        assert weather.wind_mps.min() >= 0.0
        assert weather.wind_mps.max() < 45.0
        assert weather.rain_mm.min() >= 0.0


def test_afternoons_are_warmer_than_dawns_on_the_local_clock() -> None:
    weather = month_of_weather(7, seed=3)
    hour = (6 + np.arange(weather.hours) - 6) % 24  # the period starts at 06 UTC: midnight standard time

    dawn, afternoon = (weather.temperature_c[:, hour == h].mean() for h in (6, 15))

    assert afternoon - dawn == pytest.approx(HOUSTON.daily_max_c[6] - HOUSTON.daily_min_c[6], abs=1.5)


def test_a_closing_storm_blows_at_every_station_before_the_end() -> None:
    stormy, calm = (month_of_weather(1, seed=5, storm=storm) for storm in (True, False))

    assert (stormy.wind_mps[:, -5:].max(axis=1) > 15.0).all()
    assert (calm.wind_mps[:, -5:].max(axis=1) < 16.0).all()
    assert np.array_equal(stormy.wind_mps[:, :-5], calm.wind_mps[:, :-5])


def test_the_storm_comes_from_the_west() -> None:
    weather = month_of_weather(1, seed=5, storm=True)
    peak_hour = weather.wind_mps[:, -5:].argmax(axis=1)
    order = np.argsort(weather.lon, kind="stable")

    assert (np.diff(peak_hour[order]) >= 0).all()
    assert peak_hour[order[-1]] > peak_hour[order[0]]


def test_humidity_follows_the_magnus_formula() -> None:
    """Published values: dew point 20 °C at 30 °C air is 55.1 %; saturated air has 100 %."""
    found = relative_humidity_pct(np.array([30.0, 25.0]), np.array([20.0, 25.0]))

    assert found[0] == pytest.approx(55.1, abs=0.2)
    assert found[1] == pytest.approx(100.0)
    assert dew_point_c(np.array([30.0]), found[:1])[0] == pytest.approx(20.0)


def test_interpolation_hits_the_months_and_wraps_the_year() -> None:
    middles = (np.arange(12) + 0.5) * 365.25 / 12

    assert np.allclose(monthly_to_daily(HOUSTON.rain_mm, middles), HOUSTON.rain_mm)
    first, last = monthly_to_daily(HOUSTON.daily_max_c, np.array([0.0, 365.25]))
    assert first == pytest.approx(last)
    assert daily_course(np.array([6.0, 15.0, 30.0])) == pytest.approx([0.0, 1.0, 0.0])
    assert normal_temperature_c(HOUSTON, middles[6:7], np.array([15.0]))[0] == pytest.approx(
        (94.5 - 32) / 1.8
    )


def test_the_nearest_station_is_found() -> None:
    weather = month_of_weather(1, seed=1)

    assert weather.nearest(-96.1, 30.4) == int(np.argmin(np.hypot(weather.lon + 96.1, weather.lat - 30.4)))
