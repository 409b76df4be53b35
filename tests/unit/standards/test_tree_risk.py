"""Ratings, levels, the composite score and the hours of trimming, against worked values."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.tree_risk import (
    Consequence,
    ImpactLikelihood,
    OriginalBand,
    RiskParams,
    RiskRating,
    StrikeLikelihood,
    VegetationLevel,
    consequence,
    customer_minutes_per_year,
    fall_in_level,
    grow_in_level,
    impact_likelihood,
    original_band,
    original_score,
    risk_rating,
    strike_likelihood,
    worse_level,
)
from grid.standards.tree_strike import FailureLikelihood
from grid.standards.trimming import TrimParams, basis_text, trim_hours

PARAMS = RiskParams()
ORDER = list(VegetationLevel)

TRAQ_STRIKE = """
IMPROBABLE UNLIKELY UNLIKELY UNLIKELY UNLIKELY
POSSIBLE UNLIKELY UNLIKELY UNLIKELY SOMEWHAT_LIKELY
PROBABLE UNLIKELY UNLIKELY SOMEWHAT_LIKELY LIKELY
IMMINENT UNLIKELY SOMEWHAT_LIKELY LIKELY VERY_LIKELY
"""
TRAQ_RISK = """
VERY_LIKELY LOW MODERATE HIGH EXTREME
LIKELY LOW MODERATE HIGH HIGH
SOMEWHAT_LIKELY LOW LOW MODERATE MODERATE
UNLIKELY LOW LOW LOW LOW
"""


def test_the_matrices_are_those_of_traq() -> None:
    for row in TRAQ_STRIKE.strip().splitlines():
        failure, *cells = row.split()
        found = [strike_likelihood(FailureLikelihood(failure), impact) for impact in ImpactLikelihood]
        assert found == [StrikeLikelihood(cell) for cell in cells]
    for row in TRAQ_RISK.strip().splitlines():
        likelihood, *cells = row.split()
        rated = [risk_rating(StrikeLikelihood(likelihood), each) for each in Consequence]
        assert rated == [RiskRating(cell) for cell in cells]


def test_without_an_inspection_there_is_no_rating() -> None:
    likelihood = strike_likelihood(None, ImpactLikelihood.HIGH)

    assert likelihood is None
    assert risk_rating(likelihood, Consequence.SEVERE) is None
    assert risk_rating(StrikeLikelihood.LIKELY, None) is None


@pytest.mark.parametrize(
    ("frac", "expected"),
    [
        (0.0, ImpactLikelihood.VERY_LOW),
        (0.05, ImpactLikelihood.LOW),
        (0.2, ImpactLikelihood.MEDIUM),
        (0.4, ImpactLikelihood.HIGH),
        (math.nan, None),
    ],
)
def test_impact_follows_the_directions_that_strike(frac: float, expected: ImpactLikelihood | None) -> None:
    assert impact_likelihood(frac, PARAMS) is expected


def test_consequence_follows_the_customers_and_a_critical_one_makes_it_severe() -> None:
    found = [
        consequence(each, has_critical=False, params=PARAMS) for each in (0.0, 1.0, 50.0, 500.0, math.nan)
    ]

    assert found == [*Consequence, None]
    assert consequence(1.0, has_critical=True, params=PARAMS) is Consequence.SEVERE


def test_expected_customer_minutes_are_the_product_and_unknown_if_a_part_is() -> None:
    found = customer_minutes_per_year(
        np.array([0.01, 0.01]), np.array([250.0, np.nan]), np.array([120.0, 120.0])
    )

    assert found == pytest.approx([300.0, np.nan], nan_ok=True)


def level(deficit: float, years: float = 0.0, **more: object) -> VegetationLevel | None:
    """Return the level of growth at a clearance of 3 m."""
    arguments = {"earliest_years": years, "is_insulated": False, **more}
    return grow_in_level(deficit_m=deficit, clearance_m=3.0, years=years, params=PARAMS, **arguments)  # type: ignore[arg-type]


def test_growth_is_the_more_urgent_the_nearer_it_is() -> None:
    assert level(3.5) is VegetationLevel.CRITICAL
    assert level(1.0) is VegetationLevel.HIGH
    assert level(-1.0, 3.9) is VegetationLevel.MEDIUM
    assert level(-1.0, 4.1) is VegetationLevel.LOW
    assert level(-1.0, math.inf) is VegetationLevel.NONE
    assert level(math.nan, math.nan) is None
    assert level(3.5, is_insulated=True) is VegetationLevel.MEDIUM
    assert level(-1.0, math.nan, earliest_years=2.0) is VegetationLevel.MEDIUM


@given(st.floats(0.0, 0.5), st.sampled_from([None, *RiskRating]))
def test_an_insulated_line_is_never_more_urgent(rate: float, rating: RiskRating | None) -> None:
    bare = fall_in_level(rating=rating, strikes_per_year=rate, is_insulated=False, params=PARAMS)
    covered = fall_in_level(rating=rating, strikes_per_year=rate, is_insulated=True, params=PARAMS)

    assert bare is not None
    assert covered is not None
    assert ORDER.index(covered) <= min(ORDER.index(bare), ORDER.index(VegetationLevel.MEDIUM))


def test_fall_in_goes_by_the_rating_and_without_one_by_the_rate() -> None:
    def found(rating: RiskRating | None, rate: float) -> VegetationLevel | None:
        return fall_in_level(rating=rating, strikes_per_year=rate, is_insulated=False, params=PARAMS)

    assert [found(rating, 0.01) for rating in RiskRating] == ORDER[1:]
    assert [found(None, rate) for rate in (0.0, 0.0005, 0.002, math.nan)] == [*ORDER[:3], None]


def test_the_worse_of_both_counts() -> None:
    for one, other in itertools.product(ORDER, ORDER):
        assert worse_level([one, None, other]) == ORDER[max(ORDER.index(one), ORDER.index(other))]
    assert worse_level([None]) is None


def test_the_composite_score_is_the_worked_one() -> None:
    found = float(original_score(height_m=18.0, distance_m=10.0, crown_radius_m=5.4, kv=138.0))

    assert found == pytest.approx(0.748, abs=5e-4)
    assert original_band(found) is OriginalBand.HIGH
    # What is wrong with it: a tall tree out of all reach still scores 0.3.
    assert float(
        original_score(height_m=30.0, distance_m=500.0, crown_radius_m=5.0, kv=138.0)
    ) == pytest.approx(0.3)
    assert original_band(math.nan) is None


def test_hours_follow_height_and_depth() -> None:
    found = trim_hours(np.array([5.0, 12.0, 25.0, np.nan]), np.array([-1.0, 2.0, 9.0, 1.0]), TrimParams())

    assert found == pytest.approx([0.25, 0.7, 2.0, np.nan], nan_ok=True)
    assert "0.5 h to set up" in basis_text(TrimParams())
