"""The base case and the ratings it calls in question, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from grid.powerflow.base_case import adjusted_ratings, solve_base_case
from tests.unit.powerflow.small_cases import make_network, triangle


def test_scales_a_dispatch_with_losses_down_to_the_load() -> None:
    network = triangle(unit_p_mw=[103.0])

    base = solve_base_case(network)

    assert base.unit_p_mw.tolist() == pytest.approx([100.0])
    assert (base.demand_mw, base.shed_mw, base.n_islands) == (100.0, 0.0, 1)
    np.testing.assert_allclose(base.flow_mw, [160 / 3, 140 / 3, 20 / 3])


def test_sheds_what_no_unit_can_serve() -> None:
    # Buses 0-1: 80 MW, 60 of capacity. Buses 2-3: 10 MW, no unit. Bus 4: a unit, no load.
    network = make_network(
        loads=[0.0, 80.0, 4.0, 6.0, 0.0],
        branches=[(0, 1), (2, 3)],
        units=[(0, 10.0, 60.0), (4, 5.0, 5.0)],
    )

    base = solve_base_case(network)

    assert base.demand_mw == 90.0
    assert base.shed_mw == pytest.approx(30.0)
    assert base.bus_load_mw.tolist() == pytest.approx([0.0, 60.0, 0.0, 0.0, 0.0])
    assert base.bus_dead.tolist() == [False, False, True, True, True]
    assert base.unit_p_mw.tolist() == [60.0, 0.0]
    assert base.n_islands == 3


def test_ratings_below_the_base_flow_are_raised_to_1_05_of_it() -> None:
    # Flows 53.33, 46.67, 6.67: the first is rated below, the second above, the third not at all.
    rate_mva, adjusted, flow_mw = adjusted_ratings(triangle(rate_mva=[50.0, 47.0, 0.0]))

    assert adjusted.tolist() == [True, False, False]
    np.testing.assert_allclose(rate_mva, [56.0, 47.0, 0.0])
    np.testing.assert_allclose(flow_mw, [160 / 3, 140 / 3, 20 / 3])


def test_the_direction_of_flow_does_not_matter() -> None:
    network = triangle(rate_mva=[50.0, 0.0, 5.0], branch_from=[1, 0, 1], branch_to=[0, 2, 2])

    rate_mva, adjusted, flow_mw = adjusted_ratings(network)

    np.testing.assert_allclose(flow_mw, [-160 / 3, 140 / 3, -20 / 3])
    assert adjusted.tolist() == [True, False, True]
    np.testing.assert_allclose(rate_mva, [56.0, 0.0, 7.0])


def test_adjusting_twice_is_adjusting_once() -> None:
    once, _, _ = adjusted_ratings(triangle(rate_mva=[50.0, 40.0, 5.0]))

    twice, adjusted, _ = adjusted_ratings(triangle(rate_mva=once))

    np.testing.assert_array_equal(twice, once)
    assert not adjusted.any()
