"""Grow-in, against worked values and a simulation of growing cylinders."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.standards.tree_growth import Growth, GrowthBasis, GrowthParams, grow_in, growth_of

RATES = st.floats(0.05, 1.5)


def one(value: float) -> np.ndarray:
    """Return an array of one value."""
    return np.array([value], dtype=float)


def steady(up: float, side: float) -> Growth:
    """Return a growth without a range."""
    return Growth(
        up=one(up),
        up_slow=one(up),
        up_fast=one(up),
        side=one(side),
        side_slow=one(side),
        side_fast=one(side),
        basis=[GrowthBasis.RECORDED],
    )


def test_the_worked_example_takes_nearly_five_years() -> None:
    # Beside the line and tall enough: (10 - 5.4 - 1.7) / 0.6.
    found = grow_in(
        distance_m=one(10.0),
        crown_radius_m=one(5.4),
        height_m=one(18.0),
        lowest_m=one(12.0),
        blowout_m=one(0.0),
        clearance_m=one(1.7),
        growth=steady(0.6, 0.6),
    )

    assert found.years == pytest.approx([4.8333], abs=1e-3)
    assert found.deficit_m == pytest.approx([-2.9])


def test_a_tree_beneath_is_limited_by_its_height() -> None:
    found = grow_in(
        distance_m=one(0.0),
        crown_radius_m=one(2.0),
        height_m=one(6.0),
        lowest_m=one(12.0),
        blowout_m=one(0.5),
        clearance_m=one(3.0),
        growth=steady(0.5, 0.1),
    )

    assert found.years == pytest.approx([6.0])


@given(
    st.floats(0.0, 25.0),
    st.floats(0.5, 8.0),
    st.floats(1.0, 30.0),
    st.floats(4.0, 15.0),
    st.floats(0.0, 5.0),
    st.floats(0.3, 4.0),
    RATES,
    RATES,
)
def test_years_are_those_of_a_simulated_tree(
    distance: float,
    crown: float,
    height: float,
    lowest: float,
    blowout: float,
    clearance: float,
    up: float,
    side: float,
) -> None:
    found = grow_in(
        distance_m=one(distance),
        crown_radius_m=one(crown),
        height_m=one(height),
        lowest_m=one(lowest),
        blowout_m=one(blowout),
        clearance_m=one(clearance),
        growth=steady(up, side),
    )

    years = float(found.years[0])

    def is_inside(at: float) -> bool:
        # Any point of the cylinder within the box around the conductor's positions?
        edge, top = distance - (crown + side * at), height + up * at
        return edge <= blowout + clearance and top >= lowest - clearance

    assert is_inside(years + 1e-6)
    assert years == 0.0 or not is_inside(years - 1e-6)
    assert (found.deficit_m[0] >= 0.0) == (years == 0.0)
    assert found.earliest_years[0] <= years + 1e-9
    assert found.latest_years[0] >= years - 1e-9


@given(st.floats(0.0, 1.0), st.floats(1.0, 30.0), st.floats(0.5, 9.0))
def test_the_range_holds_the_middle(rate: float, height: float, crown: float) -> None:
    found = growth_of(
        recorded_m_per_year=one(rate),
        species=[None],
        height_m=one(height),
        crown_radius_m=one(crown),
        params=GrowthParams(),
    )

    assert found.up_slow <= found.up <= found.up_fast
    assert found.side_slow <= found.side <= found.side_fast


def test_a_tree_keeps_its_shape_and_reaches_for_the_light_at_most() -> None:
    found = growth_of(
        recorded_m_per_year=one(0.6),
        species=["Pinus taeda"],
        height_m=one(18.0),
        crown_radius_m=one(5.4),
        params=GrowthParams(),
    )

    assert found.side == pytest.approx([0.18])
    assert (found.side_slow, found.side_fast) == (pytest.approx([0.09]), pytest.approx([0.9]))
    assert found.basis == [GrowthBasis.RECORDED]


def test_without_a_record_the_species_class_counts_and_without_that_only_a_range() -> None:
    found = growth_of(
        recorded_m_per_year=np.array([np.nan, np.nan]),
        species=["Quercus virginiana", None],
        height_m=np.array([10.0, 10.0]),
        crown_radius_m=np.array([4.0, 4.0]),
        params=GrowthParams(),
    )

    assert found.basis == [GrowthBasis.SPECIES, GrowthBasis.UNKNOWN]
    assert found.up == pytest.approx([0.45, np.nan], nan_ok=True)
    assert (found.up_slow[1], found.up_fast[1]) == (0.3, 1.0)


def test_what_does_not_grow_never_comes_and_what_is_unknown_stays_so() -> None:
    never = grow_in(
        distance_m=one(10.0),
        crown_radius_m=one(2.0),
        height_m=one(8.0),
        lowest_m=one(9.0),
        blowout_m=one(0.0),
        clearance_m=one(3.0),
        growth=steady(0.0, 0.0),
    )
    unknown = grow_in(
        distance_m=one(10.0),
        crown_radius_m=one(math.nan),
        height_m=one(8.0),
        lowest_m=one(9.0),
        blowout_m=one(0.0),
        clearance_m=one(3.0),
        growth=steady(0.5, 0.5),
    )

    assert math.isinf(never.years[0])
    assert math.isnan(unknown.years[0])
    assert math.isnan(unknown.deficit_m[0])
