"""Places for crews against every choice there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.staging_places import choose_places
from grid.powerflow.arrays import FloatArray

near = pytest.approx


@st.composite
def costs(draw: st.DrawFn, most: int = 8) -> FloatArray:
    """Return weights times hours, with many ties and weights of 0."""
    shape = (draw(st.integers(1, most)), draw(st.integers(1, most)))
    hours = draw(arrays(np.int64, shape, elements=st.integers(0, 9)))
    weight = draw(arrays(np.int64, (shape[0], 1), elements=st.integers(0, 5)))
    return (hours * weight).astype(np.float64)


def cheapest(cost: FloatArray, count: int) -> float:
    """Return the least cost over all choices of places."""
    n = cost.shape[1]
    return min(float(cost[:, list(each)].min(axis=1).sum()) for each in combinations(range(n), min(count, n)))


@given(costs(), st.integers(1, 4))
def test_no_choice_of_as_many_places_is_better(cost: FloatArray, count: int) -> None:
    found = choose_places(cost, count=count)

    assert found.cost == near(cheapest(cost, count))
    assert found.cost == near(cost[:, list(found.places)].min(axis=1).sum())
    assert len(set(found.places)) == min(count, cost.shape[1])
    assert found.is_exact
    assert found.lower_bound == near(found.cost)


@given(costs(), st.integers(1, 4))
def test_the_quick_way_tells_how_far_from_the_best_it_may_be(cost: FloatArray, count: int) -> None:
    found, best = choose_places(cost, count=count, max_exact_pairs=0), cheapest(cost, count)

    assert found.lower_bound <= best * (1 + 1e-9) + 1e-9
    assert found.cost >= best * (1 - 1e-9)
    assert not found.is_exact or found.cost == near(best)


def test_more_places_than_the_solver_takes_come_close_to_what_it_finds() -> None:
    rng = np.random.default_rng(3)
    sites, places = rng.uniform(0, 100, (40, 2)), rng.uniform(0, 100, (60, 2))
    away = np.hypot(*(sites[:, None] - places[None]).transpose(2, 0, 1))
    cost = rng.exponential(10, 40)[:, None] * away

    exact, quick = (choose_places(cost, count=4, max_exact_pairs=pairs) for pairs in (2400, 0))

    assert exact.is_exact
    assert quick.lower_bound <= exact.cost * (1 + 1e-9)
    assert exact.cost <= quick.cost <= exact.cost * 1.05
    assert quick.gap_frac is not None
    assert quick.cost / quick.lower_bound - 1 == near(quick.gap_frac)


def test_a_line_of_towns_is_served_from_its_middles() -> None:
    """Towns at 0, 1, 2 and 10, 11, 12, each with a weight of 1: one place at 2 or 10, two at 1 and 11."""
    at = np.array([0.0, 1.0, 2.0, 10.0, 11.0, 12.0])
    cost = np.abs(at[:, None] - at[None])

    one, two = (choose_places(cost, count=count) for count in (1, 2))

    assert (one.places, one.cost) == ((2,), 30.0)  # 2 + 1 + 0 + 8 + 9 + 10
    assert (two.places, two.cost) == ((1, 4), 4.0)


@pytest.mark.parametrize(
    ("cost", "count", "field"),
    [
        (np.zeros((2, 0)), 1, "places"),
        (np.zeros((2, 2)), 0, "count"),
        (np.array([[1.0, np.nan]]), 1, "cost"),
        (np.array([[1.0, -1.0]]), 1, "cost"),
    ],
)
def test_what_cannot_be_placed_is_refused(cost: FloatArray, count: int, field: str) -> None:
    with pytest.raises(InvalidDecisionInput) as caught:
        choose_places(cost, count=count)

    assert caught.value.field == field
