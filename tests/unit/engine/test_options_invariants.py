"""What must hold with every option, on random networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.options import DispatchRule, RampLimits, RandomTrips
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult
from cascade.engine.state import CascadeState
from cascade.engine.sweep import n_minus_1
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.engine.option_cases import OptionCase, mixed, random_options
from tests.unit.engine.random_networks import random_outage, tight_network

seeds = st.integers(0, 2**32 - 1)


def draw(seed: int) -> tuple[Network, Outages, OptionCase]:
    rng = np.random.default_rng(seed)
    network = tight_network(rng)
    case = random_options(rng, network, mixed(rng))
    branches, buses, _ = random_outage(rng, network)
    branch_out = np.isin(np.arange(network.n_branches), branches)
    branch_out[0] = True
    outages = Outages(
        branch_out=branch_out,
        bus_out=np.isin(np.arange(network.n_buses), buses),
        unit_out=case.unit_out,
    )
    return network, outages, case


def run(seed: int, **given: object) -> CascadeResult | None:
    network, outages, case = draw(seed)
    try:
        return simulate(
            network=network,
            outages=outages,
            params=replace(case.params, **given),  # type: ignore[arg-type]
            conditions=case.conditions,
        )
    except SingularIsland:
        return None


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_power_balances_waves_are_disjoint_and_nothing_comes_back(seed: int) -> None:
    result = run(seed)
    if result is None:
        return

    gone = [*result.outage_branches.tolist(), *result.tripped.tolist()]
    assert len(gone) == len(set(gone))
    assert sorted(gone) == np.flatnonzero(~result.branch_in_service).tolist()
    assert result.balance_residual_mw <= 1e-6
    served = result.bus_base_served_mw
    time_s = 0.0
    for wave in result.waves:
        assert wave.served_mw == pytest.approx(wave.generated_mw, abs=1e-6)
        assert np.all(wave.bus_served_mw <= served * (1 + 1e-9) + 1e-12)
        served = wave.bus_served_mw
        assert [trip.branch for trip in wave.trips] == wave.tripped.tolist() == sorted(wave.tripped.tolist())
        assert wave.index == 0 or len(wave.tripped) > 0
        if wave.time_s is not None:
            assert wave.time_s >= time_s
            time_s = wave.time_s
    assert result.shed_mw + result.served_mw == pytest.approx(result.base_served_mw, abs=1e-6)
    units = [unit for wave in result.waves for unit in wave.tripped_units]
    assert len(units) == len(set(units))


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_the_same_seed_gives_the_same_bits(seed: int) -> None:
    network, outages, case = draw(seed)
    try:
        runs = [
            simulate(network=start, outages=outages, params=params, conditions=case.conditions)
            for start, params in (
                (network, case.params),
                (prepare(network), CascadeParams.from_dict(case.params.to_dict())),
            )
        ]
    except SingularIsland:
        return

    first, second = runs
    assert first.flow_mw.tobytes() == second.flow_mw.tobytes()
    assert first.bus_served_mw.tobytes() == second.bus_served_mw.tobytes()
    assert [wave.trips for wave in first.waves] == [wave.trips for wave in second.waves]
    assert [wave.time_s for wave in first.waves] == [wave.time_s for wave in second.waves]


@settings(max_examples=60, deadline=None)
@given(seeds, st.floats(0.5, 2.0))
def test_a_trip_threshold_acts_like_a_factor_on_the_ratings(seed: int, alpha: float) -> None:
    network, outages, _ = draw(seed)
    try:
        by_threshold = simulate(
            network=network, outages=outages, params=CascadeParams(trip_threshold_frac=alpha)
        )
        by_rating = simulate(network=network, outages=outages, params=CascadeParams(rating_multiplier=alpha))
    except SingularIsland:
        return

    assert by_threshold.tripped.tolist() == by_rating.tripped.tolist()
    assert by_threshold.flow_mw.tobytes() == by_rating.flow_mw.tobytes()


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_a_higher_threshold_overloads_no_more_in_the_first_wave(seed: int) -> None:
    network, outages, _ = draw(seed)
    try:
        counts = [
            simulate(
                network=network, outages=outages, params=CascadeParams(trip_threshold_frac=alpha, max_waves=0)
            )
            .waves[0]
            .n_overloads
            for alpha in (0.8, 1.0, 1.15, 1.5, 3.0)
        ]
    except SingularIsland:
        return

    assert counts == sorted(counts, reverse=True)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_options_without_effect_leave_the_plain_cascade(seed: int) -> None:
    network, outages, _ = draw(seed)
    certain = CascadeParams(random_trips=RandomTrips(overloaded_prob=1.0, near_limit_prob=0.0))
    unlimited = CascadeParams(ramp=RampLimits(frac_per_min=1.0, window_min=1.0))
    try:
        plain = simulate(network=network, outages=outages, params=CascadeParams())
        drawn = simulate(network=network, outages=outages, params=certain)
        ramped = simulate(network=network, outages=outages, params=unlimited)
    except SingularIsland:
        return

    assert drawn.flow_mw.tobytes() == plain.flow_mw.tobytes()
    assert [wave.tripped.tolist() for wave in drawn.waves] == [wave.tripped.tolist() for wave in plain.waves]
    if plain.closest_margin > 1e-6:
        np.testing.assert_allclose(ramped.flow_mw, plain.flow_mw, atol=1e-6)
        assert ramped.tripped.tolist() == plain.tripped.tolist()


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_merit_order_raises_no_dearer_unit_before_a_cheaper_is_full(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = tight_network(rng)
    cost = rng.uniform(5.0, 90.0, network.n_units)
    state = CascadeState(
        prepared=prepare(network),
        params=CascadeParams(dispatch=DispatchRule.MERIT_ORDER),
        conditions=Conditions(unit_cost_usd_per_mwh=cost),
    )
    before_mw = state.unit_p_mw
    no_branch = np.zeros(network.n_branches, dtype=np.bool_)
    no_bus = np.zeros(network.n_buses, dtype=np.bool_)
    unit_out = np.arange(network.n_units) == 0
    state.take_out(Outages(branch_out=no_branch, bus_out=no_bus, unit_out=unit_out))
    state.settle()

    given_units = network.n_units  # infeeds come after them and have no room
    moved = state.unit_p_mw - before_mw
    raised = np.flatnonzero(moved[:given_units] > 1e-9)
    assert np.flatnonzero(moved < -1e-9).tolist() in ([0], [])
    for unit in raised:
        cheaper = np.flatnonzero(cost < cost[unit])
        np.testing.assert_allclose(state.unit_p_mw[cheaper], state.unit_pmax_mw[cheaper], atol=1e-9)


def test_a_sweep_with_options_has_the_rows_of_single_cascades() -> None:
    rng = np.random.default_rng(11)
    network = tight_network(rng)
    case = random_options(rng, network, {"relay", "hidden", "merit", "ramp", "ufls", "weather"})

    sweep = n_minus_1(network, case.params, conditions=case.conditions)

    assert sweep.solved.all()
    for row in range(network.n_branches):
        result = simulate(
            network=network,
            outages=Outages(
                branch_out=np.arange(network.n_branches) == row,
                bus_out=np.zeros(network.n_buses, dtype=np.bool_),
            ),
            params=case.params,
            conditions=case.conditions,
        )
        assert (sweep.n_tripped[row], sweep.n_waves[row]) == (len(result.tripped), result.n_waves)
        assert sweep.shed_mw[row] == pytest.approx(result.shed_mw, abs=1e-9)
