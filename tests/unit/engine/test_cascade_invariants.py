"""What must hold in every wave of every cascade."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.cascade import simulate
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.state import CascadeState
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import random_network, random_outage, tight_network

cases = st.tuples(
    st.integers(0, 2**32 - 1),
    st.sampled_from([random_network, tight_network]),
    st.floats(0.05, 4.0),
    st.floats(0.05, 4.0),
)


def make(seed: int, build: object) -> tuple[Network, Outages]:
    rng = np.random.default_rng(seed)
    network: Network = build(rng)  # type: ignore[operator]
    branches, buses, substations = random_outage(rng, network)
    outages = resolve_outages(
        network=network,
        branch_ids=[network.branch_ids[branch] for branch in branches],
        bus_ids=[network.bus_ids[bus] for bus in buses],
        substation_ids=[network.substation_ids[substation] for substation in substations],
    )
    return network, outages


@settings(max_examples=150, deadline=None)
@given(cases)
def test_every_island_and_every_bus_balances_in_every_wave(
    case: tuple[int, object, float, float],
) -> None:
    seed, build, load_multiplier, rating_multiplier = case
    network, outages = make(seed, build)
    prepared = prepare(network)
    units = prepared.network
    params = CascadeParams(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
    state = CascadeState(prepared=prepared, params=params)
    state.take_out(outages)
    load_before = state.bus_load_mw
    while True:
        state.settle()
        graph = nx.Graph()
        graph.add_nodes_from(range(network.n_buses))
        on = np.flatnonzero(state.branch_on)
        graph.add_edges_from(zip(network.branch_from[on], network.branch_to[on], strict=True))
        for island in nx.connected_components(graph):
            members = np.array(sorted(island))
            own = np.isin(units.unit_bus, members)
            served = state.bus_load_mw[members].sum()
            assert served == pytest.approx(state.unit_p_mw[own].sum(), abs=1e-6)
            if served == 0.0:
                assert state.bus_dead[members].all()
                assert not state.flow_mw[np.isin(network.branch_from, members)].any()

        injection = np.bincount(units.unit_bus, state.unit_p_mw, minlength=network.n_buses)
        leaving = np.zeros(network.n_buses)
        np.add.at(leaving, network.branch_from, state.flow_mw)
        np.add.at(leaving, network.branch_to, -state.flow_mw)
        np.testing.assert_allclose(injection - state.bus_load_mw, leaving, atol=1e-6)
        assert not state.flow_mw[~state.branch_on].any()

        assert np.all(state.unit_p_mw >= 0.0)
        assert np.all(state.unit_p_mw <= units.unit_pmax_mw + 1e-9)
        assert np.all(state.bus_load_mw <= load_before * (1 + 1e-12))  # nothing is restored
        load_before = state.bus_load_mw
        if not len(state.overloaded):
            break
        state.trip()


@settings(max_examples=150, deadline=None)
@given(cases)
def test_waves_are_disjoint_and_add_up(case: tuple[int, object, float, float]) -> None:
    seed, build, load_multiplier, rating_multiplier = case
    network, outages = make(seed, build)
    params = CascadeParams(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)

    result = simulate(network=network, outages=outages, params=params)

    gone = [*result.outage_branches.tolist(), *result.tripped.tolist()]
    assert len(gone) == len(set(gone))
    assert sorted(gone) == np.flatnonzero(~result.branch_in_service).tolist()
    for before, wave in zip(result.waves, result.waves[1:], strict=False):
        assert len(wave.tripped) == before.n_overloads > 0
        assert wave.tripped.tolist() == sorted(wave.tripped.tolist())
        assert np.all(np.abs(wave.tripped_flow_mw) > wave.tripped_rate_mva)
    assert result.waves[-1].n_overloads == 0
    assert sum(wave.shed_increment_mw for wave in result.waves) == pytest.approx(result.shed_mw, abs=1e-6)
    assert result.shed_mw + result.served_mw == pytest.approx(result.base_served_mw, abs=1e-6)
    assert result.base_served_mw + result.base_shed_mw == pytest.approx(result.demand_mw, abs=1e-6)
    dead = np.concatenate([wave.dead_buses for wave in result.waves])
    assert len(dead) == len(set(dead.tolist()))
    assert set(dead.tolist()) <= set(np.flatnonzero(result.bus_dead).tolist())
    assert result.balance_residual_mw <= 1e-6


@settings(max_examples=40, deadline=None)
@given(cases)
def test_the_same_input_gives_the_same_bits(case: tuple[int, object, float, float]) -> None:
    seed, build, load_multiplier, rating_multiplier = case
    network, outages = make(seed, build)
    params = CascadeParams(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)

    first = simulate(network=network, outages=outages, params=params)
    second = simulate(network=prepare(network), outages=outages, params=params)

    assert first.flow_mw.tobytes() == second.flow_mw.tobytes()
    assert first.bus_served_mw.tobytes() == second.bus_served_mw.tobytes()
    assert [wave.tripped_ids for wave in first.waves] == [wave.tripped_ids for wave in second.waves]
