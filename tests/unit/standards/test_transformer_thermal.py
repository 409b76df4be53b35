"""The thermal model of IEEE C57.91 against its published table and independently computed courses."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.transformer_thermal import (
    ThermalParams,
    ageing_factor,
    equivalent_ageing_factor,
    lasting_load_pu,
    loss_of_life_pct,
    thermal_course,
    ultimate_hot_spot_rise_c,
    ultimate_top_oil_rise_c,
)

PARAMS = ThermalParams()


@pytest.mark.parametrize(
    ("hot_spot_c", "factor"),
    [
        (80, 0.0358),
        (90, 0.1156),
        (98, 0.2817),
        (100, 0.350),
        (110, 1.0),
        (120, 2.709),
        (130, 6.984),
        (140, 17.20),
    ],
)
def test_the_ageing_factor_is_that_of_the_standards_table(hot_spot_c: float, factor: float) -> None:
    assert float(ageing_factor(hot_spot_c)) == pytest.approx(factor, rel=2e-3)


def test_rated_load_at_30_degrees_settles_at_110() -> None:
    course = thermal_course(load_pu=np.ones(10), ambient_c=30.0, step_h=1.0, params=PARAMS)

    assert course.top_oil_c[-1] == pytest.approx(75.0)
    assert course.hot_spot_c[-1] == pytest.approx(110.0)


def test_a_day_with_an_overload() -> None:
    # 0.7 for ten hours, 1.3 for four, 0.7 for ten; minute steps, from the lasting state of 0.7 at 30 °C.
    load = np.repeat([0.7, 1.3, 0.7], [600, 240, 600])

    course = thermal_course(load_pu=load, ambient_c=30.0, step_h=1 / 60, params=PARAMS)

    for minute, top_oil, hot_spot in [
        (600, 60.36, 80.14),
        (660, 69.64, 122.90),
        (720, 76.29, 129.54),
        (840, 84.47, 137.72),
        (1440, 61.22, 81.00),
    ]:
        assert course.top_oil_c[minute - 1] == pytest.approx(top_oil, abs=0.006)
        assert course.hot_spot_c[minute - 1] == pytest.approx(hot_spot, abs=0.006)
    assert course.hot_spot_c.max() == pytest.approx(137.72, abs=0.006)
    factor = equivalent_ageing_factor(course.hot_spot_c, 1 / 60)
    assert factor == pytest.approx(1.2466, rel=5e-3)
    assert loss_of_life_pct(factor, 24.0) == pytest.approx(0.01662, rel=5e-3)


def test_the_equivalent_factor_weighs_by_time() -> None:
    factor = equivalent_ageing_factor([90.0, 110.0, 120.0], [12.0, 8.0, 4.0])

    assert factor == pytest.approx(0.8426, abs=1e-4)
    assert factor * 24.0 == pytest.approx(20.22, abs=0.01)
    assert loss_of_life_pct(factor, 24.0) == pytest.approx(0.01123, abs=1e-5)


def test_a_texas_summer_day() -> None:
    hours = np.arange(0, 24 * 6, 1 / 60) + 1 / 60
    load = 0.875 + 0.375 * np.cos(2 * math.pi * (hours - 17) / 24)
    ambient = 33 + 6 * np.cos(2 * math.pi * (hours - 16) / 24)

    course = thermal_course(load_pu=load, ambient_c=ambient, step_h=1 / 60, params=PARAMS)

    last = slice(-24 * 60, None)
    assert course.top_oil_c[last].max() == pytest.approx(92.47, abs=0.02)
    assert course.hot_spot_c[last].max() == pytest.approx(141.58, abs=0.02)
    assert equivalent_ageing_factor(course.hot_spot_c[last], 1 / 60) == pytest.approx(4.138, rel=2e-3)


@given(st.floats(0, 3), st.floats(0, 3))
def test_more_load_is_hotter(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert ultimate_top_oil_rise_c(low, PARAMS) <= ultimate_top_oil_rise_c(high, PARAMS)
    assert ultimate_hot_spot_rise_c(low, PARAMS) <= ultimate_hot_spot_rise_c(high, PARAMS)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=30), st.floats(-20, 45))
def test_temperatures_stay_between_those_of_the_lightest_and_the_heaviest_load(
    load: list[float], ambient: float
) -> None:
    course = thermal_course(load_pu=load, ambient_c=ambient, step_h=0.5, params=PARAMS)

    for rise, bound in ((course.top_oil_c - ambient, ultimate_top_oil_rise_c),):
        assert (rise >= bound(min(load), PARAMS) - 1e-9).all()
        assert (rise <= bound(max(load), PARAMS) + 1e-9).all()


def test_many_transformers_are_computed_at_once_and_an_unknown_load_stays_unknown() -> None:
    load = np.array([[1.0, 1.2], [np.nan, 0.5]])

    course = thermal_course(load_pu=load, ambient_c=[30.0, 31.0], step_h=1.0, params=PARAMS)

    alone = thermal_course(load_pu=load[0], ambient_c=[30.0, 31.0], step_h=1.0, params=PARAMS)
    assert course.hot_spot_c[0].tolist() == alone.hot_spot_c.tolist()
    assert np.isnan(course.hot_spot_c[1]).all()


@pytest.mark.parametrize("step_h", [0.0, -1.0])
def test_a_step_must_take_time(step_h: float) -> None:
    with pytest.raises(ValueError, match="step_h"):
        thermal_course(load_pu=[1.0], ambient_c=30.0, step_h=step_h, params=PARAMS)


def test_there_must_be_a_step() -> None:
    with pytest.raises(ValueError, match="no steps"):
        thermal_course(load_pu=[], ambient_c=30.0, step_h=1.0, params=PARAMS)


def test_rated_load_is_what_30_degrees_permit_at_110() -> None:
    assert float(lasting_load_pu(30.0, hot_spot_limit_c=110.0, params=PARAMS)) == pytest.approx(1.0, abs=1e-8)


@given(
    ambient_c=st.floats(min_value=-40.0, max_value=60.0),
    limit_c=st.floats(min_value=80.0, max_value=200.0),
)
def test_a_lasting_load_at_the_limit_settles_at_the_limit(ambient_c: float, limit_c: float) -> None:
    load_pu = lasting_load_pu(ambient_c, hot_spot_limit_c=limit_c, params=PARAMS)

    course = thermal_course(load_pu=np.full(200, load_pu), ambient_c=ambient_c, step_h=1.0, params=PARAMS)

    assert float(course.hot_spot_c[-1]) == pytest.approx(limit_c, abs=1e-5)


def test_air_at_the_limit_permits_nothing_and_unknown_air_is_unknown() -> None:
    found = lasting_load_pu(np.array([120.0, np.nan]), hot_spot_limit_c=110.0, params=PARAMS)

    assert found[0] == 0.0
    assert np.isnan(found[1])
