"""The state after any set of losses against the reference path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.errors import CascadeInputError
from cascade.engine.native.base import native_base
from cascade.engine.native.wave import MAX_LOST, flows_without
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from grid.powerflow.dcflow import SingularIsland
from tests.unit.engine.matpower_case import load_matpower_case
from tests.unit.engine.native.reference import reference_state
from tests.unit.engine.random_networks import random_network, tight_network
from tests.unit.powerflow.small_cases import make_network, triangle

seeds = st.integers(0, 2**32 - 1)


def agrees_with_reference(prepared: Prepared, params: CascadeParams, lost: list[int]) -> None:
    base = native_base(prepared, params)
    try:
        state = reference_state(prepared, params, lost)
    except SingularIsland:
        with pytest.raises(SingularIsland):
            flows_without(base, np.array(lost, dtype=np.int64))
        return

    wave = flows_without(base, np.array(lost, dtype=np.int64))

    np.testing.assert_allclose(wave.flow_mw, state.flow_mw, rtol=0, atol=1e-6)
    np.testing.assert_allclose(wave.bus_load_mw, state.bus_load_mw, rtol=0, atol=1e-7)
    np.testing.assert_allclose(wave.unit_p_mw, state.unit_p_mw, rtol=0, atol=1e-7)
    assert wave.n_islands == state.islands.count
    pairs = set(zip(wave.island.tolist(), state.islands.label.tolist(), strict=True))
    assert len(pairs) == wave.n_islands
    assert wave.shed_mw == pytest.approx(state.base_served_mw - state.served_mw, abs=1e-6)


@settings(max_examples=200)
@given(seeds, st.sampled_from([random_network, tight_network]))
def test_random_losses(seed: int, make: type) -> None:
    rng = np.random.default_rng(seed)
    prepared = prepare(make(rng))
    params = CascadeParams(load_multiplier=float(rng.choice([0.6, 1.0, 1.4])))
    m = prepared.network.n_branches
    try:
        native_base(prepared, params)
    except SingularIsland:
        return
    if m == 0:
        return
    agrees_with_reference(prepared, params, rng.permutation(m)[: int(rng.integers(1, m + 1))].tolist())


@pytest.mark.parametrize("n_lost", [1, 8, MAX_LOST, 3 * MAX_LOST])
def test_losses_of_a_large_network(n_lost: int) -> None:
    prepared = prepare(load_matpower_case("case_ACTIVSg10k"))
    lost = np.random.default_rng(n_lost).choice(prepared.network.n_branches, n_lost, replace=False)

    agrees_with_reference(prepared, CascadeParams(), lost.tolist())


def test_all_branches_out_leaves_every_bus_alone() -> None:
    network = make_network(
        loads=[10.0, 20.0], branches=[(0, 1), (0, 1)], units=[(0, 30.0, 40.0)], rates=[50.0, 50.0]
    )

    wave = flows_without(native_base(prepare(network), CascadeParams()), np.array([0, 1]))

    assert wave.n_islands == 2
    assert wave.flow_mw.tolist() == [0.0, 0.0]
    assert wave.bus_load_mw.tolist() == [10.0, 0.0]
    assert wave.unit_p_mw.tolist() == pytest.approx([10.0])
    assert wave.shed_mw == 20.0


def test_nothing_lost_is_the_base_case() -> None:
    base = native_base(prepare(triangle(rate_mva=[100.0, 40.0, 100.0])), CascadeParams())

    wave = flows_without(base, np.array([], dtype=np.int64))

    np.testing.assert_allclose(wave.flow_mw, [160 / 3, 140 / 3, 20 / 3], rtol=1e-12)
    assert wave.overloaded.tolist() == [1]
    assert wave.shed_mw == 0.0


@pytest.mark.parametrize("wrong", [[3], [-1], [1, 1]])
def test_losses_that_are_no_branches_are_refused(wrong: list[int]) -> None:
    base = native_base(prepare(triangle()), CascadeParams())

    with pytest.raises(CascadeInputError, match="lost"):
        flows_without(base, np.array(wrong))
