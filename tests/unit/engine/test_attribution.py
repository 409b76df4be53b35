"""What each loss adds to a flow: by hand, against distribution factors, and adding up."""

from __future__ import annotations

import numpy as np
import pytest

from cascade.engine.attribution import After, Losses, Parts, flow_parts
from cascade.engine.cascade import simulate
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import IntArray
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import random_network, random_outage, tight_network
from tests.unit.powerflow.small_cases import make_network, triangle


def settle(network: Network, outages: Outages) -> tuple[CascadeState, After, Losses, np.ndarray]:
    """Take the outages out of the intact network; return the state after, and the flows before."""
    prepared = prepare(network)
    state = CascadeState(prepared=prepared, params=CascadeParams())
    intact = state.intact_flows()
    assert intact is not None
    flow_mw, _ = intact
    injection_mw, unit_p_mw = state.injection_mw, state.unit_p_mw
    state.take_out(outages)
    lost = np.flatnonzero(~state.branch_on)
    state.settle()
    losses = Losses(
        branches=lost,
        units=state.stopped_units,
        unit_p_mw=unit_p_mw[state.stopped_units],
        flow_mw=flow_mw,
        injection_mw=injection_mw,
    )
    after = After(
        model=prepared.model,
        solver=state.solver,
        islands=state.islands,
        live_bus=~state.bus_dead,
        injection_mw=state.injection_mw,
        load_mw=state.bus_load_mw,
    )
    return state, after, losses, flow_mw


def live(state: CascadeState) -> IntArray:
    return np.flatnonzero(state.live_on)


def ptdf(network: Network) -> np.ndarray:
    """Return the transfer factors, dense and without the engine: flow per MW at a bus taken out at bus 0."""
    n, m = network.n_buses, network.n_branches
    incidence = np.zeros((m, n))
    incidence[np.arange(m), network.branch_from] = 1.0
    incidence[np.arange(m), network.branch_to] = -1.0
    tap = np.where(network.tap == 0.0, 1.0, network.tap)
    weighted = (network.base_mva / (network.x_pu * tap))[:, None] * incidence
    reduced = np.linalg.inv((incidence.T @ weighted)[1:, 1:])
    return np.hstack([np.zeros((m, 1)), weighted[:, 1:] @ reduced])


def test_losing_one_side_of_a_triangle_moves_its_whole_flow_to_the_other() -> None:
    # 53.33, 46.67 and 6.67 MW; without 0-1 the factors are +1 on 0-2 and on 2-1.
    network = triangle()
    state, after, losses, before_mw = settle(network, resolve_outages(network=network, branch_ids=["BR-0"]))

    parts = flow_parts(after=after, losses=losses, branches=np.array([1, 2]))

    np.testing.assert_allclose(before_mw, [160 / 3, 140 / 3, 20 / 3])
    np.testing.assert_allclose(state.flow_mw, [0.0, 100.0, 60.0])
    np.testing.assert_allclose(parts.part_mw, [[160 / 3], [160 / 3]])
    np.testing.assert_allclose(parts.remainder_mw, 0.0, atol=1e-9)


def test_a_lost_unit_is_replaced_by_the_others_and_its_part_is_that_shift() -> None:
    # A chain 0-1-2 with 60 MW at bus 1 and units of 30 of 100 MW at both ends: without the one at 2 all comes
    # from 0.
    network = make_network(
        loads=[0.0, 60.0, 0.0], branches=[(0, 1), (1, 2)], units=[(0, 30.0, 100.0), (2, 30.0, 100.0)]
    )
    state, after, losses, before_mw = settle(network, resolve_outages(network=network, unit_ids=["PLANT-1"]))

    parts = flow_parts(after=after, losses=losses, branches=np.array([0, 1]))

    np.testing.assert_allclose(before_mw, [30.0, -30.0])
    np.testing.assert_allclose(state.flow_mw, [60.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(parts.part_mw, [[30.0], [30.0]], atol=1e-9)


def test_a_feeder_torn_off_relieves_the_rest_by_what_the_units_are_lowered() -> None:
    # 0-1-2-3: 40 MW at 1, 10 at 2, 50 at 3, all from bus 0. Without 2-3 the unit goes down by 50, and so do
    # 0-1 and 1-2.
    network = make_network(
        loads=[0.0, 40.0, 10.0, 50.0], branches=[(0, 1), (1, 2), (2, 3)], units=[(0, 100.0, 150.0)]
    )
    state, after, losses, _ = settle(network, resolve_outages(network=network, branch_ids=["BR-2"]))

    parts = flow_parts(after=after, losses=losses, branches=np.array([0, 1]))

    np.testing.assert_allclose(state.flow_mw, [50.0, 10.0, 0.0])
    np.testing.assert_allclose(parts.part_mw, [[-50.0], [-50.0]])
    np.testing.assert_allclose(parts.remainder_mw, 0.0, atol=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_parts_of_several_losses_are_their_line_outage_distribution_factors(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = tight_network(rng)
    lost = np.sort(rng.choice(network.n_branches, int(rng.integers(1, 4)), replace=False))
    factors = ptdf(network)
    transfer = factors[:, network.branch_from[lost]] - factors[:, network.branch_to[lost]]
    core = np.eye(len(lost)) - transfer[lost]
    branch_ids = [network.branch_ids[branch] for branch in lost]
    if abs(np.linalg.det(core)) < 1e-6:
        pytest.skip("the losses split the network")
    try:
        state, after, losses, before_mw = settle(
            network, resolve_outages(network=network, branch_ids=branch_ids)
        )
    except SingularIsland:
        pytest.skip("no unique flow")

    parts = flow_parts(after=after, losses=losses, branches=live(state))

    expected = (transfer @ np.linalg.inv(core)) * before_mw[lost]
    np.testing.assert_allclose(parts.part_mw, expected[live(state)], atol=1e-5, rtol=1e-6)


def test_parts_add_up_to_the_change_of_every_flow_whatever_goes_out() -> None:
    checked = exact = split = with_units = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        network = (tight_network if seed % 2 else random_network)(rng)
        branches, buses, substations = random_outage(rng, network)
        bus_out = np.isin(network.bus_substation, substations)
        bus_out[buses] = True
        outages = Outages(
            branch_out=np.isin(np.arange(network.n_branches), branches),
            bus_out=bus_out,
            unit_out=rng.random(network.n_units) < 0.2,
        )
        try:
            state, after, losses, before_mw = settle(network, outages)
        except (SingularIsland, AssertionError):
            continue
        asked = live(state)
        if len(asked) == 0:
            continue

        parts = flow_parts(after=after, losses=losses, branches=asked)

        change_mw = state.flow_mw[asked] - before_mw[asked]
        np.testing.assert_allclose(
            parts.part_mw.sum(axis=1) + parts.remainder_mw, change_mw, atol=1e-5, rtol=1e-6
        )
        pumps_lost = outages.unit_out is not None and (outages.unit_out & (network.unit_p_mw < 0)).any()
        if not pumps_lost:
            np.testing.assert_allclose(parts.remainder_mw, 0.0, atol=1e-5)
            exact += 1
        checked += 1
        split += state.islands.count > 1
        with_units += len(losses.units) > 0
    assert checked > 120
    assert exact > 100
    assert split > 40
    assert with_units > 40


@pytest.mark.parametrize("seed", range(20))
def test_both_ways_of_computing_agree(seed: int) -> None:
    # Few branches asked for: a solve for each of them. Many: a solve for each loss.
    rng = np.random.default_rng(seed)
    network = tight_network(rng)
    outages = resolve_outages(
        network=network,
        branch_ids=[network.branch_ids[k] for k in rng.choice(network.n_branches, 3, replace=False)],
    )
    state, after, losses, _ = settle(network, outages)
    asked = live(state)
    whole = flow_parts(after=after, losses=losses, branches=asked)

    single = [flow_parts(after=after, losses=losses, branches=asked[[row]]) for row in range(len(asked))]

    rows = Parts(
        part_mw=np.vstack([one.part_mw for one in single]),
        remainder_mw=np.concatenate([one.remainder_mw for one in single]),
    )
    np.testing.assert_allclose(rows.part_mw, whole.part_mw, atol=1e-7)
    np.testing.assert_allclose(rows.remainder_mw, whole.remainder_mw, atol=1e-7)


@pytest.mark.parametrize("seed", range(30))
def test_a_parent_went_out_one_wave_before_its_branch_became_overloaded(seed: int) -> None:
    network = tight_network(np.random.default_rng(seed))
    outages = resolve_outages(network=network, branch_ids=[network.branch_ids[seed % network.n_branches]])

    result = simulate(network=network, outages=outages, params=CascadeParams())
    without = simulate(network=network, outages=outages, params=CascadeParams(), parents=False)

    lost_in = {network.branch_ids[branch]: 0 for branch in result.outage_branches}
    for wave in result.waves:
        for trip in wave.trips:
            if trip.parent_id is not None:
                assert lost_in[trip.parent_id] == trip.parent_wave == wave.index - 1
                assert trip.parent_rise_mw is not None
                assert trip.parent_rise_mw > 0.0
        lost_in |= {trip.branch_id: wave.index for trip in wave.trips}
        assert [trip.branch for trip in wave.trips] == wave.tripped.tolist()
    assert result.flow_mw.tobytes() == without.flow_mw.tobytes()
    assert all(trip.parent_id is None for wave in without.waves for trip in wave.trips)
