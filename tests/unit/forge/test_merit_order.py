"""Prices by merit order, against hand-worked stacks and a direct search for the price."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.forge.merit_order import clearing_price, supply_curve

CAP = 5000.0


def price(plants: list[tuple[float, float, float]], demand_mw: float) -> float:
    c1, c2, most = (np.array(column, dtype=float) for column in zip(*plants, strict=True))
    curve = supply_curve(c1_usd_per_mwh=c1, c2_usd_per_mw2h=c2, p_max_mw=most)
    return float(clearing_price(curve, np.array([demand_mw]), cap_usd_per_mwh=CAP)[0])


def supplied_mw(plants: list[tuple[float, float, float]], at_price: float) -> float:
    """Return what plants supply at a price, plant by plant."""
    total = 0.0
    for c1, c2, most in plants:
        if c2 == 0.0:
            total += most if at_price > c1 else 0.0
        else:
            total += min(max((at_price - c1) / (2.0 * c2), 0.0), most)
    return total


def test_a_stack_of_plants_of_one_price_each() -> None:
    stack = [(7.0, 0.0, 1000.0), (20.0, 0.0, 500.0), (35.0, 0.0, 200.0)]

    assert [price(stack, mw) for mw in (1.0, 999.0, 1001.0, 1499.0, 1501.0, 1699.0)] == [7, 7, 20, 20, 35, 35]


def test_two_rising_plants_share_the_demand_at_one_marginal_cost() -> None:
    """By hand: 10 + 0.02 p = 12 + 0.04 q and p + q = 350 give p = 266.67, q = 83.33 and 15.333 USD."""
    plants = [(10.0, 0.01, 400.0), (12.0, 0.02, 400.0)]

    assert price(plants, 350.0) == pytest.approx(15.0 + 1.0 / 3.0)
    assert price(plants, 50.0) == pytest.approx(11.0)  # the second does not run below 12 USD


def test_a_full_plant_leaves_the_rest_to_the_next() -> None:
    """The first is full at 10 + 0.02 · 100 = 12 USD; the second gives the other 50 MW at 30 + 0.1 · 50."""
    assert price([(10.0, 0.01, 100.0), (30.0, 0.05, 100.0)], 150.0) == pytest.approx(35.0)


def test_scarcity_is_capped_and_no_demand_costs_nothing() -> None:
    plants = [(10.0, 0.01, 100.0)]

    assert price(plants, 100.1) == CAP
    assert price(plants, 0.0) == 0.0
    assert price(plants, -50.0) == 0.0
    assert price([(9000.0, 0.0, 10.0)], 5.0) == CAP


def test_without_plants_any_demand_is_scarcity() -> None:
    none = np.zeros(0)
    curve = supply_curve(c1_usd_per_mwh=none, c2_usd_per_mw2h=none, p_max_mw=none)

    assert clearing_price(curve, np.array([0.0, 1.0]), cap_usd_per_mwh=CAP).tolist() == [0.0, CAP]
    assert price([(10.0, 0.01, 0.0)], 1.0) == CAP  # a plant that can supply nothing


PLANTS = st.lists(
    st.tuples(st.floats(1.0, 100.0), st.one_of(st.just(0.0), st.floats(0.001, 0.1)), st.floats(1.0, 500.0)),
    min_size=1,
    max_size=12,
)


@given(plants=PLANTS, part=st.floats(0.001, 0.999))
def test_at_the_price_the_plants_just_meet_the_demand(
    plants: list[tuple[float, float, float]], part: float
) -> None:
    """Below the price they supply less than the demand, above it no less: whatever the mix of plants."""
    demand = part * sum(most for _, _, most in plants)

    found = price(plants, demand)

    slack = 1e-6 * (1.0 + found)
    assert supplied_mw(plants, found - slack) <= demand + 1e-6
    assert supplied_mw(plants, found + slack) >= demand - 1e-6


@given(plants=PLANTS, first=st.floats(0.0, 1.2), second=st.floats(0.0, 1.2))
def test_more_demand_never_costs_less(
    plants: list[tuple[float, float, float]], first: float, second: float
) -> None:
    most = sum(each[2] for each in plants)
    low, high = sorted((first * most, second * most))

    assert price(plants, low) <= price(plants, high) + 1e-9
