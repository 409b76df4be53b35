"""The engine on the whole Texas interconnection."""

from __future__ import annotations

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.options import (
    DispatchRule,
    HiddenFailures,
    RampLimits,
    RandomTrips,
    UnderFrequencyShedding,
)
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult, Termination
from cascade.engine.sweep import n_minus_1
from cascade.engine.trip import TripCause
from grid.powerflow.base_case import adjusted_ratings, solve_base_case
from grid.powerflow.network import Network
from tests.unit.engine import brute_force
from tests.unit.engine.brute_force_balance import Options
from tests.unit.engine.texas_case import load_case


@pytest.fixture(scope="module")
def network() -> Network:
    return load_case("Texas")


@pytest.fixture(scope="module")
def prepared(network: Network) -> Prepared:
    return prepare(network)


def branches_out(network: Network, *branches: int) -> Outages:
    mask = np.zeros(network.n_branches, dtype=np.bool_)
    mask[list(branches)] = True
    return Outages(branch_out=mask, bus_out=np.zeros(network.n_buses, dtype=np.bool_))


def assert_same(result: CascadeResult, expected: brute_force.PlainResult) -> None:
    assert [wave.tripped.tolist() for wave in result.waves] == [wave.tripped for wave in expected.waves]
    assert [wave.shed_mw for wave in result.waves] == pytest.approx(
        [wave.shed_mw for wave in expected.waves], abs=1e-6
    )
    assert [(wave.islands_alive, wave.islands_dead) for wave in result.waves] == [
        (wave.alive, wave.dead) for wave in expected.waves
    ]
    np.testing.assert_allclose(result.flow_mw, expected.flow_mw, atol=1e-6)
    assert result.bus_dead.tolist() == expected.dead_bus
    assert result.closest_margin == pytest.approx(expected.closest_margin, abs=1e-9)


def test_the_case_is_the_published_one(network: Network) -> None:
    assert (network.n_buses, network.n_branches, network.n_units) == (2000, 3206, 486)
    assert len(network.substation_ids) == 1250
    assert network.bus_load_mw.sum() == pytest.approx(67_109.21, abs=0.01)
    assert network.unit_p_mw.sum() == pytest.approx(69_010.15, abs=0.01)
    assert np.count_nonzero(network.unit_p_mw > network.unit_pmax_mw) == 10


def test_the_intact_network_serves_all_its_load_in_one_island(network: Network) -> None:
    base = solve_base_case(network)
    _, adjusted, flow_mw = adjusted_ratings(network)

    assert (base.n_islands, base.shed_mw) == (1, 0.0)
    assert base.unit_p_mw.sum() == pytest.approx(67_109.21, abs=0.01)
    assert not adjusted.any()
    assert np.max(np.abs(flow_mw) / network.rate_mva) == pytest.approx(0.9107, abs=1e-4)


def test_two_lost_branches_agree_with_brute_force(network: Network, prepared: Prepared) -> None:
    # The two branches with the highest loading.
    _, _, flow_mw = adjusted_ratings(network)
    worst = np.argsort(np.abs(flow_mw) / network.rate_mva)[-2:].tolist()

    result = simulate(network=prepared, outages=branches_out(network, *worst), params=CascadeParams())
    expected = brute_force.run(
        network, branches_out=worst, buses_out=[], load_multiplier=1.0, rating_multiplier=1.0
    )

    assert_same(result, expected)


def test_a_heavy_cascade_agrees_with_brute_force(network: Network, prepared: Prepared) -> None:
    buses = np.flatnonzero(network.bus_substation == 100).tolist()
    outages = resolve_outages(network=network, substation_ids=[network.substation_ids[100]])
    params = CascadeParams(load_multiplier=1.15, rating_multiplier=1.02)

    result = simulate(network=prepared, outages=outages, params=params)
    expected = brute_force.run(
        network, branches_out=[], buses_out=buses, load_multiplier=1.15, rating_multiplier=1.02
    )

    assert result.n_waves >= 3
    assert result.shed_mw > 1000.0
    assert result.waves[-1].islands_dead > 5
    assert_same(result, expected)


def test_a_cascade_with_options_agrees_with_brute_force(network: Network, prepared: Prepared) -> None:
    rng = np.random.default_rng(4)
    factors = rng.uniform(0.8, 1.2, network.n_branches)
    costs = rng.uniform(10.0, 90.0, network.n_units)
    largest = np.argsort(network.unit_p_mw)[-12:].tolist()
    buses = np.flatnonzero(network.bus_substation == 100).tolist()
    params = CascadeParams(
        load_multiplier=1.1,
        trip_threshold_frac=1.05,
        random_trips=RandomTrips(overloaded_prob=0.8, near_limit_prob=0.2, near_limit_frac=0.97),
        hidden_failures=HiddenFailures(defect_prob=0.02),
        dispatch=DispatchRule.MERIT_ORDER,
        ramp=RampLimits(frac_per_min=0.04),
        ufls=UnderFrequencyShedding(),
        seed=9,
    )

    result = simulate(
        network=prepared,
        outages=resolve_outages(
            network=network,
            substation_ids=[network.substation_ids[100]],
            unit_ids=[network.unit_ids[unit] for unit in largest],
        ),
        params=params,
        conditions=Conditions(branch_rating_frac=factors, unit_cost_usd_per_mwh=costs),
    )
    expected = brute_force.run(
        network,
        branches_out=[],
        buses_out=buses,
        load_multiplier=1.1,
        rating_multiplier=1.0,
        options=Options(
            alpha=1.05,
            chance=(0.8, 0.2, 0.97),
            defect_prob=0.02,
            seed=9,
            cost=costs.tolist(),
            ramp=0.04,
            blocks=[0.05, 0.10, 0.10],
            rating_frac=factors.tolist(),
            units_out=largest,
        ),
    )

    assert_same(result, expected)
    causes = {trip.cause for wave in result.waves for trip in wave.trips}
    assert {TripCause.RANDOM_OVERLOAD, TripCause.RANDOM_NEAR_LIMIT, TripCause.HIDDEN_FAILURE} <= causes
    assert [str(trip.cause) for wave in result.waves for trip in wave.trips] == [
        cause for wave in expected.waves for cause in wave.causes
    ]
    assert (
        sum(wave.ufls_steps for wave in result.waves) == sum(wave.blocks_shed for wave in expected.waves) > 0
    )
    assert sum(len(wave.tripped_units) for wave in result.waves) == sum(
        wave.units_tripped for wave in expected.waves
    )


def test_every_wave_balances_under_load_no_unit_can_meet(network: Network, prepared: Prepared) -> None:
    rng = np.random.default_rng(7)
    outages = branches_out(network, *rng.choice(network.n_branches, 40, replace=False).tolist())

    result = simulate(network=prepared, outages=outages, params=CascadeParams(load_multiplier=2.0))

    assert result.base_shed_mw > 30_000.0
    assert result.n_waves > 5
    for wave in result.waves:
        assert wave.served_mw == pytest.approx(wave.generated_mw, abs=1e-6)
    assert result.balance_residual_mw < 1e-6


def test_everything_out_is_a_blackout(network: Network, prepared: Prepared) -> None:
    outages = resolve_outages(network=network, substation_ids=network.substation_ids)

    result = simulate(network=prepared, outages=outages, params=CascadeParams())

    assert result.termination is Termination.BLACKOUT
    assert result.shed_mw == pytest.approx(67_109.21, abs=0.01)
    assert (result.waves[0].islands_alive, result.waves[0].islands_dead) == (0, 0)
    assert result.bus_dead.all()


def test_a_sweep_tells_the_dangerous_branches(network: Network, prepared: Prepared) -> None:
    rng = np.random.default_rng(3)
    some = np.sort(rng.choice(network.n_branches, 150, replace=False))

    sweep = n_minus_1(prepared, CascadeParams(), branch_indices=some)

    assert sweep.solved.all()
    assert (sweep.n_tripped > 0).any()
    for row in np.flatnonzero(sweep.n_tripped > 0):
        result = simulate(
            network=prepared, outages=branches_out(network, int(some[row])), params=CascadeParams()
        )
        assert len(result.tripped) == sweep.n_tripped[row]
        assert result.shed_mw == pytest.approx(sweep.shed_mw[row], abs=1e-9)
