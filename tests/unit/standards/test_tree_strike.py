"""Fall-in, against worked values, thrown trees and scipy's von Mises distribution."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from grid.standards.tree_strike import (
    FailureLikelihood,
    Lean,
    StrikeParams,
    direction_frac,
    failures,
    reach_m,
    strikes,
    wind_factor,
)

PARAMS = StrikeParams()
HEIGHTS, DISTANCES, CONDUCTORS = st.floats(2.0, 40.0), st.floats(0.0, 40.0), st.floats(3.0, 20.0)


def one(value: float) -> np.ndarray:
    """Return an array of one value."""
    return np.array([value], dtype=float)


def test_the_worked_tree_overstrikes_by_more_than_two_metres() -> None:
    found = strikes(
        height_m=one(18.0),
        distance_m=one(10.0),
        conductor_m=one(12.0),
        rates=failures([None], PARAMS),
        lean=[None],
        params=PARAMS,
    )

    assert found.reach_m == pytest.approx([15.62], abs=5e-3)
    assert found.overstrike_m == pytest.approx([2.38], abs=5e-3)
    # On the ground it reaches sqrt(324 - 144) = 13.416 m; acos(10 / 13.416) = 41.81 degrees either side.
    assert found.direction_frac == pytest.approx([41.81 / 180.0], abs=1e-4)
    assert found.per_year == pytest.approx([0.0031623 * 41.81 / 180.0], rel=1e-4)


@given(HEIGHTS, DISTANCES, CONDUCTORS)
def test_a_tree_strikes_in_the_directions_in_which_a_thrown_one_does(
    height: float, distance: float, conductor: float
) -> None:
    assume(abs(height - math.hypot(distance, conductor)) > 1e-6)  # it just reaches: either answer is right
    # Throw a rod in every direction: where its course crosses the line's vertical plane, is it long enough?
    angles = (np.arange(7200) + 0.5) / 7200 * 2.0 * np.pi - np.pi
    toward = np.cos(angles) > 0.0
    away = np.where(toward, distance / np.where(toward, np.cos(angles), 1.0), np.inf)
    thrown = (np.hypot(away, conductor) <= height).mean()

    found = float(direction_frac(height_m=height, distance_m=distance, conductor_m=conductor))

    assert found == pytest.approx(thrown, abs=2.0 / 7200 + 1e-9)
    assert (found > 0.0) <= (height >= float(reach_m(distance, conductor)))


@given(HEIGHTS, DISTANCES, CONDUCTORS, st.sampled_from([Lean.TOWARD, Lean.AWAY]))
def test_a_leaning_tree_falls_about_its_lean(
    height: float, distance: float, conductor: float, lean: Lean
) -> None:
    upright = float(direction_frac(height_m=height, distance_m=distance, conductor_m=conductor))
    half = upright * math.pi
    centre = 0.0 if lean is Lean.TOWARD else math.pi
    peer = stats.vonmises(PARAMS.lean_concentration, loc=0.0)
    expected = peer.cdf(half - centre + (2 * math.pi if centre else 0.0)) - peer.cdf(
        -half - centre + (2 * math.pi if centre else 0.0)
    )

    found = float(
        direction_frac(height_m=height, distance_m=distance, conductor_m=conductor, lean=lean, params=PARAMS)
    )

    assert found == pytest.approx(expected, abs=1e-9)
    assert (found >= upright) == (lean is Lean.TOWARD) or found == pytest.approx(upright)


@given(HEIGHTS, DISTANCES, CONDUCTORS, st.floats(0.1, 10.0))
def test_a_taller_or_nearer_tree_strikes_no_less_often(
    height: float, distance: float, conductor: float, more: float
) -> None:
    at = direction_frac(height_m=height, distance_m=distance, conductor_m=conductor)

    assert direction_frac(height_m=height + more, distance_m=distance, conductor_m=conductor) >= at
    assert direction_frac(height_m=height, distance_m=distance + more, conductor_m=conductor) <= at


@given(
    HEIGHTS,
    DISTANCES,
    CONDUCTORS,
    st.sampled_from([None, *FailureLikelihood]),
    st.sampled_from([None, *Lean]),
)
def test_the_range_holds_the_rate(
    height: float, distance: float, conductor: float, condition: FailureLikelihood | None, lean: Lean | None
) -> None:
    found = strikes(
        height_m=one(height),
        distance_m=one(distance),
        conductor_m=one(conductor),
        rates=failures([condition], PARAMS),
        lean=[lean],
        params=PARAMS,
    )

    assert 0.0 <= found.per_year_low <= found.per_year + 1e-15
    assert found.per_year <= found.per_year_high + 1e-15
    assert found.per_year_high <= 1.0


def test_failures_are_the_decades_and_their_geometric_middle() -> None:
    found = failures([FailureLikelihood.PROBABLE, None], PARAMS)

    assert found.low == pytest.approx([0.01, 1e-4])
    assert found.middle == pytest.approx([0.0316228, 0.00316228], rel=1e-5)
    assert found.high == pytest.approx([0.1, 0.1])


def test_what_is_unknown_stays_unknown() -> None:
    found = strikes(
        height_m=one(math.nan),
        distance_m=one(10.0),
        conductor_m=one(12.0),
        rates=failures([None], PARAMS),
        lean=[None],
        params=PARAMS,
    )

    assert all(math.isnan(each[0]) for each in (found.overstrike_m, found.per_year, found.per_year_high))


def test_wind_counts_by_its_load_and_as_usual_where_unknown() -> None:
    factor = wind_factor([20.0, math.nan], [10.0, 10.0], PARAMS)
    found = strikes(
        height_m=np.array([18.0, 18.0]),
        distance_m=np.array([10.0, 10.0]),
        conductor_m=np.array([12.0, 12.0]),
        rates=failures([None, None], PARAMS),
        lean=[None, None],
        params=PARAMS,
        wind=factor,
    )

    assert factor[0] == 4.0
    assert found.per_year[0] == pytest.approx(4.0 * found.per_year[1])
