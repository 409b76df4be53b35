"""Waves after sets of outages against the engine, and the filter of sets: it misses none."""

from dataclasses import replace

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.native.base import native_base
from cascade.engine.native.wave import flows_without
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.ml.dataset import LabelledState
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.outage_sets import follow, prepare_state, start_of
from cascade.ml.propagation_data import near_set, network_of
from cascade.ml.set_screening import SET_FEATURES, SetFate, screen_sets, simulate_sets
from cascade.ml.topology import Topology
from grid.powerflow.arrays import IntArray


def _sets(topology: Topology, seed: int, count: int) -> list[IntArray]:
    rng = np.random.default_rng(seed)
    n = topology.network.n_branches
    allowed = np.ones(n, dtype=bool)
    near = [near_set(topology.network, rng, allowed) for _ in range(count)]
    wide = [np.sort(rng.choice(n, int(rng.integers(2, 6)), replace=False)) for _ in range(count)]
    return [each for each in near + wide if len(each) > 1]


def test_flows_right_after_any_set_are_those_of_the_engine(
    topology: Topology, states: list[LabelledState]
) -> None:
    checked = split = 0
    for number, labelled in enumerate(states[:4]):
        prepared = prepare_state(topology, labelled.state, np.arange(topology.network.n_branches))
        base = native_base(prepare(network_of(topology, labelled.state)), CascadeParams())
        for out in [*_sets(topology, number, 12), *(np.array([each]) for each in range(0, 200, 20))]:
            wanted = flows_without(base, out)
            followed = follow(prepared, out, waves=2)
            limited = np.isfinite(prepared.base.limit_mva)
            flow = followed.loading[0, limited] * prepared.base.limit_mva[limited]
            np.testing.assert_allclose(
                flow, np.abs(wanted.flow_mw[limited]), atol=1e-5 * np.abs(base.flow_mw).max()
            )
            start = start_of(prepared, out)
            if start is not None:
                checked += 1
                np.testing.assert_allclose(
                    np.abs(start.flow_mw[limited]),
                    np.abs(wanted.flow_mw[limited]),
                    atol=1e-5 * max(start.strength_mw, 1.0),
                )
            split += wanted.n_islands > 1
    assert checked > 40
    assert split > 10


def test_waves_are_those_of_the_cascade_while_nothing_splits(
    topology: Topology, states: list[LabelledState]
) -> None:
    compared = 0
    for number, labelled in enumerate(states[:10]):
        network = network_of(topology, labelled.state)
        prepared = prepare_state(topology, labelled.state)
        single = [np.array([branch]) for branch in labelled.candidate_branch[:12]]
        for out in [*single, *_sets(topology, number, 8)]:
            followed = follow(prepared, out, waves=3)
            mask = np.zeros(network.n_branches, dtype=bool)
            mask[out] = True
            result = simulate(
                network=network,
                outages=Outages(branch_out=mask, bus_out=np.zeros(network.n_buses, dtype=bool)),
                params=CascadeParams(),
            )
            waves = {wave.index: sorted(wave.tripped.tolist()) for wave in result.waves}
            told = [np.flatnonzero(followed.trip_wave == wave).tolist() for wave in range(1, 5)]
            assert told[0] == waves.get(1, [])
            if followed.is_sound and told[1]:
                compared += 1
                assert told[1:] == [waves.get(wave, []) for wave in (2, 3, 4)]
    assert compared > 10


def test_nothing_depends_on_the_order_of_the_branches(
    topology: Topology, states: list[LabelledState]
) -> None:
    prepared = prepare_state(topology, states[0].state)
    for out in _sets(topology, 5, 6):
        one, other = follow(prepared, out, waves=3), follow(prepared, out[::-1], waves=3)
        np.testing.assert_array_equal(one.loading, other.loading)


def test_no_set_that_the_filter_removes_trips_anything(
    topology: Topology, states: list[LabelledState]
) -> None:
    removed = survived = 0
    for number, labelled in enumerate(states[:6]):
        sets = _sets(topology, 100 + number, 250)
        prepared = prepare_state(topology, labelled.state, np.flatnonzero(topology.splits))
        screened = screen_sets(prepared, sets)
        network = network_of(topology, labelled.state)
        run = simulate_sets(network, sets, customers_frac=np.full(network.n_buses, 1.0 / network.n_buses))
        trips = run.tripped > 0

        assert not np.any(trips & (screened.fate == SetFate.REMOVED))
        assert sum(screened.count(fate) for fate in SetFate) == len(sets)
        assert screened.x.shape == (screened.count(SetFate.SURVIVOR), len(SET_FEATURES))
        assert np.isfinite(screened.x).all()
        assert np.all(trips[screened.survivor])
        removed += screened.count(SetFate.REMOVED)
        survived += screened.count(SetFate.SURVIVOR)
    assert removed > 200
    assert survived > 50


def test_a_set_is_by_one_alone_if_a_branch_of_it_is_a_case_of_its_own(
    topology: Topology, states: list[LabelledState]
) -> None:
    labelled = states[0]
    prepared = prepare_state(topology, labelled.state, np.flatnonzero(topology.splits))
    sets = _sets(topology, 3, 150)
    screened = screen_sets(prepared, sets)
    network = network_of(topology, labelled.state)
    singles = simulate_sets(network, [np.array([each]) for each in range(network.n_branches)])
    alone = singles.tripped > 0
    told = [bool(alone[sets[at]].any()) for at in screened.survivor]

    assert screened.by_one_alone.tolist() == told
    assert any(told)


def test_customers_are_counted_where_load_is_lost(topology: Topology, states: list[LabelledState]) -> None:
    network = network_of(topology, states[0].state)
    load = np.maximum(network.bus_load_mw, 0.0)
    run = simulate_sets(
        network, [np.array([each]) for each in range(network.n_branches)], customers_frac=load / load.sum()
    )
    # Customers spread as this very load: their share is the share of the load.
    np.testing.assert_allclose(run.lost_customers_frac, run.lost_mw / load.sum(), atol=2e-3)
    assert run.lost_mw.max() > 0.0


def test_wrong_sets_are_refused(topology: Topology, states: list[LabelledState]) -> None:
    prepared = prepare_state(topology, states[0].state)
    with pytest.raises(InvalidTrainingData, match="none twice"):
        follow(prepared, [3, 3], waves=1)
    with pytest.raises(InvalidTrainingData, match="at least one"):
        follow(prepared, [], waves=1)
    with pytest.raises(InvalidTrainingData, match="number 1"):
        screen_sets(prepared, [np.array([1, 2]), np.array([4])])
    with pytest.raises(InvalidTrainingData, match="bus_load_mw"):
        prepare_state(topology, replace(states[0].state, bus_load_mw=np.ones(3)))
