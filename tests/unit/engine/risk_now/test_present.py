"""The present state of networks worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.outages import branch_outage
from cascade.engine.params import CascadeParams
from cascade.engine.risk_now.present import look, state_digest
from grid.powerflow.base_case import secured
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import random_network
from tests.unit.powerflow.small_cases import make_network


def ring(rate_mva: float = 100.0) -> Network:
    """Return a source at bus 0, a ring over 1 and 2 with 60 and 40 MW, and bus 3 with 20 MW on a spur of 1.

    Intact: 60 + 20 MW at bus 1, 40 at bus 2; f01 = (2·80 + 40)/3 = 66.67, f02 = (80 + 2·40)/3 = 53.33,
    f21 = 13.33, f13 = 20.
    """
    return make_network(
        loads=[0.0, 60.0, 40.0, 20.0],
        branches=[(0, 1), (0, 2), (2, 1), (1, 3)],
        units=[(0, 120.0, 300.0)],
        rates=[rate_mva] * 4,
        bus_substation=[0, 1, 2, 3],
        substation_ids=("SUB-0", "SUB-1", "SUB-2", "SUB-3"),
    )


def unknown(network: Network) -> np.ndarray:
    return np.full(network.n_branches, np.nan)


def test_a_ring_that_holds_loses_only_what_hangs_on_a_spur() -> None:
    network = ring(rate_mva=130.0)

    found = look(network, load_multiplier=1.0, rating_frac=unknown(network), trip=1.0)

    assert (found.overloads, found.relief, found.is_relievable) == ((), None, True)
    assert found.unsolved == ()
    (spur,) = found.losses
    assert (spur.branch, spur.n_tripped) == (3, 0)
    assert spur.shed_mw == pytest.approx(20.0)
    assert spur.substation.tolist() == [3]
    np.testing.assert_allclose(spur.lost_frac, [1.0])
    np.testing.assert_allclose(spur.lost_mw, [20.0])


def test_a_ring_that_does_not_hold_is_lost_behind_the_branch_that_trips() -> None:
    # Losing 0-1 or 0-2 puts 120 MW on the other, above 100: it trips, and all 120 MW are dark.
    network = ring(rate_mva=100.0)

    found = look(network, load_multiplier=1.0, rating_frac=unknown(network), trip=1.0)

    shed = {loss.branch: (loss.shed_mw, loss.n_tripped) for loss in found.losses}
    assert shed.keys() == {0, 1, 3}
    assert shed[0] == (pytest.approx(120.0), 1)
    assert shed[1] == (pytest.approx(120.0), 1)
    first = found.losses[0]
    assert first.substation.tolist() == [1, 2, 3]
    np.testing.assert_allclose(first.lost_mw, [60.0, 40.0, 20.0])


def test_a_branch_trips_above_the_threshold_and_not_above_the_rating() -> None:
    network = ring(rate_mva=100.0)

    found = look(network, load_multiplier=1.0, rating_frac=unknown(network), trip=1.5)

    assert [loss.branch for loss in found.losses] == [3]  # 120 MW are below 150


def test_weather_lowers_ratings_where_it_is_known() -> None:
    # 0.6 of 100 on branch 0-1 alone: 66.67 MW are above 60, and the only unit cannot relieve it.
    network = ring(rate_mva=100.0)
    frac = unknown(network)
    frac[0] = 0.6

    found = look(network, load_multiplier=1.0, rating_frac=frac, trip=1.0)

    (over,) = found.overloads
    assert (over.branch, over.rating_mva) == (0, pytest.approx(60.0))
    assert over.flow_mw == pytest.approx(200.0 / 3.0)
    # f01 falls by 2/3 MW for each MW shed at 1 (or 3), by 1/3 for each at 2: 10 MW at bus 1 or 3.
    assert found.relief is not None
    assert found.relief.shed_mw == pytest.approx(10.0, abs=1e-6)
    assert set(found.relief.substation.tolist()) <= {1, 3}
    assert found.secured == 1  # 60 is below 1.05 · 66.67


def test_a_smaller_load_is_the_hour_that_it_is() -> None:
    network = ring(rate_mva=100.0)

    found = look(network, load_multiplier=0.5, rating_frac=unknown(network), trip=1.0)

    (spur,) = found.losses
    assert spur.shed_mw == pytest.approx(10.0)


def test_two_units_move_before_load_is_shed() -> None:
    # 60 MW over a branch of 50; the unit at the load takes over 10.
    network = make_network(
        loads=[0.0, 60.0],
        branches=[(0, 1), (0, 1)],
        units=[(0, 60.0, 100.0), (1, 0.0, 20.0)],
        rates=[25.0, 100.0],
        bus_substation=[0, 1],
        substation_ids=("SUB-0", "SUB-1"),
    )

    found = look(network, load_multiplier=1.0, rating_frac=unknown(network), trip=1.0)

    assert [each.branch for each in found.overloads] == [0]
    assert found.relief is None
    assert found.is_relievable


@pytest.mark.parametrize("seed", range(12))
def test_what_a_loss_costs_is_what_the_cascade_of_it_costs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    frac = np.where(rng.random(network.n_branches) < 0.5, rng.uniform(0.8, 1.3, network.n_branches), np.nan)

    found = look(network, load_multiplier=0.9, rating_frac=frac, trip=1.2)

    held = secured(replace_rates(network, frac, 1.2), 0.9)
    shed = {loss.branch: loss.shed_mw for loss in found.losses}
    for branch in range(network.n_branches):
        if branch in found.unsolved:
            continue
        alone = simulate(
            network=held, outages=branch_outage(network, branch), params=CascadeParams(load_multiplier=0.9)
        )
        assert shed.get(branch, 0.0) == pytest.approx(alone.shed_mw, abs=2e-3)
    for loss in found.losses:
        assert loss.lost_mw.sum() <= loss.shed_mw + 1e-6
        assert np.all((loss.lost_frac > 0.0) & (loss.lost_frac <= 1.0))


def replace_rates(network: Network, frac: np.ndarray, trip: float) -> Network:
    return replace(network, rate_mva=network.rate_mva * np.where(np.isnan(frac), 1.0, frac) * trip)


def test_equal_states_have_one_digest() -> None:
    network = ring()
    frac = unknown(network)
    usual = state_digest(network, load_multiplier=1.0, rating_frac=frac, trip=1.5)

    assert usual == state_digest(ring(), load_multiplier=1.0, rating_frac=frac.copy(), trip=1.5)
    warmer = frac.copy()
    warmer[1] = 0.97
    others = {
        state_digest(network, load_multiplier=1.01, rating_frac=frac, trip=1.5),
        state_digest(network, load_multiplier=1.0, rating_frac=warmer, trip=1.5),
        state_digest(network, load_multiplier=1.0, rating_frac=frac, trip=1.4),
        state_digest(ring(99.0), load_multiplier=1.0, rating_frac=frac, trip=1.5),
    }
    assert len(others) == 4
    assert usual not in others
