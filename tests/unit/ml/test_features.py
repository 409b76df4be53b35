"""Features against the engine, and what they must not depend on."""

from dataclasses import replace

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.native.base import native_base
from cascade.engine.native.screening import screen_n_minus_1
from cascade.engine.outages import branch_outage
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.ml.dataset import LabelledState
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.features import EDGE_FEATURES, NODE_FEATURES, state_features
from cascade.ml.topology import StateArrays, Topology, make_topology
from grid.powerflow.network import Network


def _network(topology: Topology, state: StateArrays) -> Network:
    return replace(
        topology.network,
        bus_load_mw=state.bus_load_mw,
        unit_p_mw=state.unit_p_mw,
        unit_pmax_mw=state.unit_pmax_mw,
        rate_mva=state.limit_mva,
    )


def _column(name: str) -> int:
    return NODE_FEATURES.index(name)


def test_candidates_and_first_wave_are_those_of_the_screening(
    topology: Topology, states: list[LabelledState]
) -> None:
    seen = 0
    for each in states[:12]:
        screened = screen_n_minus_1(native_base(prepare(_network(topology, each.state)), CascadeParams()))
        demand = each.state.bus_load_mw.sum()
        wanted = np.flatnonzero(
            screened.solved
            & (screened.n_overloaded > 0)
            & (screened.shed_mw <= 0.01 * demand)
            & ~screened.by_reference  # these have no features, and are simulated
        )
        features = state_features(topology, each.state)
        x = features.node_x[features.is_candidate]
        seen += len(wanted)

        np.testing.assert_array_equal(features.branch[features.is_candidate], wanted)
        np.testing.assert_allclose(
            np.expm1(x[:, _column("wave1_count")]), screened.n_overloaded[wanted], atol=1e-9
        )
        np.testing.assert_allclose(
            x[:, _column("wave1_worst_loading")],
            np.minimum(screened.worst_loading_frac[wanted], 5.0),
            rtol=1e-5,
        )
    assert seen > 50


def test_second_and_third_wave_are_those_of_the_cascade_while_nothing_splits(
    topology: Topology, states: list[LabelledState]
) -> None:
    compared = 0
    for each in states[:12]:
        network = _network(topology, each.state)
        features = state_features(topology, each.state)
        for row in np.flatnonzero(features.is_candidate):
            result = simulate(
                network=network,
                outages=branch_outage(network, int(features.branch[row])),
                params=CascadeParams(),
            )
            for wave in (2, 3):
                told = features.node_x[row]
                before = [
                    f"wave{earlier}_{name}"
                    for earlier in range(1, wave)
                    for name in ("cut_count", "joint_count", "is_open_ended")
                ]
                together = result.waves[wave - 1] if len(result.waves) >= wave else None
                if any(told[_column(name)] for name in before) or together is None:
                    break
                if together.islands_alive + together.islands_dead != 1:
                    break
                trips = len(result.waves[wave].tripped) if len(result.waves) > wave else 0
                assert np.expm1(told[_column(f"wave{wave}_count")]) == pytest.approx(trips)
                compared += 1
    assert compared > 30


def test_the_order_of_buses_branches_and_units_means_nothing(
    topology: Topology, states: list[LabelledState]
) -> None:
    rng = np.random.default_rng(6)
    network = topology.network
    bus, branch, unit = (rng.permutation(n) for n in (network.n_buses, network.n_branches, network.n_units))
    place = np.argsort(bus)
    shuffled = Network(
        base_mva=network.base_mva,
        bus_ids=tuple(f"B{index}" for index in range(network.n_buses)),
        bus_load_mw=network.bus_load_mw[bus],
        bus_substation=np.full(network.n_buses, -1),
        substation_ids=(),
        branch_ids=tuple(f"L{index}" for index in range(network.n_branches)),
        branch_from=place[network.branch_from[branch]],
        branch_to=place[network.branch_to[branch]],
        x_pu=network.x_pu[branch],
        tap=network.tap[branch],
        shift_deg=network.shift_deg[branch],
        rate_mva=network.rate_mva[branch],
        unit_ids=tuple(f"U{index}" for index in range(network.n_units)),
        unit_bus=place[network.unit_bus[unit]],
        unit_p_mw=network.unit_p_mw[unit],
        unit_pmax_mw=network.unit_pmax_mw[unit],
    )
    kv = rng.choice([220.0, 380.0], network.n_buses)
    known = make_topology(network, bus_kv=kv, is_transformer=topology.is_transformer)
    other = make_topology(shuffled, bus_kv=kv[bus], is_transformer=topology.is_transformer[branch])
    joint_names = [f"wave{wave}_joint_count" for wave in (1, 2, 3)]
    split_together = 0
    for each in states[:8]:
        state = each.state
        one = state_features(known, state)
        two = state_features(
            other,
            StateArrays(
                bus_load_mw=state.bus_load_mw[bus],
                unit_p_mw=state.unit_p_mw[unit],
                unit_pmax_mw=state.unit_pmax_mw[unit],
                limit_mva=state.limit_mva[branch],
            ),
        )

        order = np.argsort(branch[two.branch])
        np.testing.assert_array_equal(branch[two.branch][order], one.branch)
        np.testing.assert_array_equal(two.is_candidate[order], one.is_candidate)
        split_together += int(one.node_x[:, [_column(name) for name in joint_names]].any(axis=1).sum())
        np.testing.assert_allclose(two.node_x[order], one.node_x, rtol=1e-4, atol=1e-5)
        edges_one = sorted(zip(one.branch[one.edge_from], one.branch[one.edge_to], strict=True))
        told = zip(branch[two.branch[two.edge_from]], branch[two.branch[two.edge_to]], strict=True)
        assert sorted(told) == edges_one
    assert split_together > 30


def test_a_grid_ten_times_as_large_in_megawatts_has_the_same_features(
    topology: Topology, states: list[LabelledState]
) -> None:
    state, network = states[1].state, topology.network
    larger = make_topology(
        replace(
            network,
            base_mva=network.base_mva * 10.0,
            bus_load_mw=network.bus_load_mw * 10.0,
            unit_p_mw=network.unit_p_mw * 10.0,
            unit_pmax_mw=network.unit_pmax_mw * 10.0,
            rate_mva=network.rate_mva * 10.0,
        ),
        bus_kv=topology.branch_kv[:1].repeat(network.n_buses),
        is_transformer=topology.is_transformer,
    )
    flat = replace(topology, branch_kv=np.ones(network.n_branches))
    scaled = StateArrays(**{name: getattr(state, name) * 10.0 for name in StateArrays.__dataclass_fields__})

    one, two = state_features(flat, state), state_features(larger, scaled)

    np.testing.assert_array_equal(one.branch, two.branch)
    np.testing.assert_allclose(two.node_x, one.node_x, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(two.edge_x, one.edge_x, rtol=1e-6, atol=1e-9)


def test_edges_are_the_branches_that_an_outage_loads(topology: Topology, states: list[LabelledState]) -> None:
    each = states[2]
    network = _network(topology, each.state)
    features = state_features(topology, each.state)
    row = int(np.flatnonzero(features.is_candidate)[0])
    result = simulate(
        network=network,
        outages=branch_outage(network, int(features.branch[row])),
        params=CascadeParams(max_waves=0),
    )
    loading = np.zeros(network.n_branches)
    rated = network.rate_mva > 0.0
    loading[rated] = np.abs(result.flow_mw[rated]) / network.rate_mva[rated]
    mine = features.edge_from == row

    np.testing.assert_array_equal(features.branch[features.edge_to[mine]], np.flatnonzero(loading > 0.95))
    np.testing.assert_allclose(
        features.edge_x[mine, EDGE_FEATURES.index("loading_after")], loading[loading > 0.95], rtol=1e-5
    )


def test_a_state_of_another_network_is_refused_by_name(
    topology: Topology, states: list[LabelledState]
) -> None:
    with pytest.raises(InvalidTrainingData, match="limit_mva"):
        state_features(topology, replace(states[0].state, limit_mva=np.ones(3)))
    with pytest.raises(InvalidTrainingData, match="no load or no capacity"):
        state_features(topology, replace(states[0].state, bus_load_mw=np.zeros(topology.network.n_buses)))
