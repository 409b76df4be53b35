"""N-1 screening against one reference power flow per outage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.native.base import native_base
from cascade.engine.native.bridges import find_bridges
from cascade.engine.native.screening import screen_n_minus_1
from cascade.engine.outages import UnknownAsset
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network, NetworkError
from tests.unit.engine.matpower_case import load_matpower_case
from tests.unit.engine.native.reference import loadings, reference_state
from tests.unit.engine.random_networks import random_network, tight_network
from tests.unit.engine.texas_case import load_case
from tests.unit.powerflow.small_cases import make_network, triangle

seeds = st.integers(0, 2**32 - 1)


def agrees_with_reference(prepared: Prepared, params: CascadeParams, branches: list[int]) -> None:
    """Check every figure of the outages given."""
    base = native_base(prepared, params)
    found = screen_n_minus_1(base, branches)
    limit = 1.0 + params.overload_tolerance_frac
    for row, branch in enumerate(branches):
        try:
            state = reference_state(prepared, params, [branch])
        except SingularIsland:
            assert not found.solved[row]
            assert np.isnan(found.worst_loading_frac[row])
            continue
        assert found.solved[row]
        assert found.splits[row] == (state.islands.count > prepared.islands.count)
        assert found.shed_mw[row] == pytest.approx(state.base_served_mw - state.served_mw, abs=1e-6)
        watched = np.flatnonzero(prepared.rated & base.live_on & (np.arange(len(base.live_on)) != branch))
        if not len(watched):
            assert np.isnan(found.worst_loading_frac[row])
            assert found.worst_branch[row] == -1
            continue
        loading = loadings(prepared, state)
        slack = 1e-6 / prepared.network.rate_mva[watched].min() / params.rating_multiplier + 1e-9
        assert found.worst_loading_frac[row] == pytest.approx(loading[watched].max(), abs=slack)
        assert loading[found.worst_branch[row]] == pytest.approx(loading[watched].max(), abs=slack)
        if np.min(np.abs(loading[watched] - limit)) > slack:
            assert found.n_overloaded[row] == len(state.overloaded)


@settings(max_examples=200)
@given(seeds)
def test_random_networks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prepared = prepare(random_network(rng))
    params = CascadeParams(load_multiplier=float(rng.choice([0.7, 1.0, 1.3])), rating_multiplier=0.9)
    try:
        native_base(prepared, params)
    except SingularIsland:
        return
    agrees_with_reference(prepared, params, list(range(prepared.network.n_branches)))


@settings(max_examples=60)
@given(seeds)
def test_meshed_networks_near_their_ratings(seed: int) -> None:
    prepared = prepare(tight_network(np.random.default_rng(seed)))

    agrees_with_reference(prepared, CascadeParams(), list(range(prepared.network.n_branches)))


def test_texas() -> None:
    prepared = prepare(load_case("Texas"))
    rng = np.random.default_rng(7)
    every = screen_n_minus_1(native_base(prepared, CascadeParams()))
    some = (
        rng.choice(np.flatnonzero(~every.splits), 40).tolist()
        + rng.choice(np.flatnonzero(every.splits), 40).tolist()
    )

    assert every.solved.all()
    assert not every.by_reference.any()
    assert every.splits.sum() == 450
    agrees_with_reference(prepared, CascadeParams(), some)


@pytest.mark.parametrize("name", ["case118", "case9241pegase", "case_ACTIVSg10k"])
def test_published_cases(name: str) -> None:
    prepared = prepare(load_matpower_case(name))
    some = np.random.default_rng(11).choice(prepared.network.n_branches, 24, replace=False).tolist()

    agrees_with_reference(prepared, CascadeParams(), some)


def test_hand_calculated_outages() -> None:
    # Flows 53.33, 46.67, 6.67 with ratings 100, 60, 100. Without 0-1 all 100 MW go over 0-2 (60); without 0-2
    # over 0-1 (100); without 2-1 the loads of 60 and 40 come straight.
    base = native_base(prepare(triangle(rate_mva=[100.0, 60.0, 100.0])), CascadeParams())

    found = screen_n_minus_1(base)

    np.testing.assert_allclose(found.worst_loading_frac, [100 / 60, 1.0, 40 / 60], rtol=1e-12)
    assert found.worst_branch.tolist() == [1, 0, 1]
    assert found.n_overloaded.tolist() == [1, 0, 0]
    assert found.shed_mw.tolist() == [0.0, 0.0, 0.0]


def test_a_radial_load_is_lost_and_the_rest_is_balanced_anew() -> None:
    # 60 of 100 MW lie behind the bridge 1-2; without it the parallel lines carry 20 MW each of 50.
    network = make_network(
        loads=[0.0, 40.0, 60.0],
        branches=[(0, 1), (0, 1), (1, 2)],
        units=[(0, 100.0, 200.0)],
        rates=[50.0, 50.0, 100.0],
    )

    found = screen_n_minus_1(native_base(prepare(network), CascadeParams()))

    assert found.splits.tolist() == [False, False, True]
    np.testing.assert_allclose(found.shed_mw, [0.0, 0.0, 60.0], atol=1e-12)
    np.testing.assert_allclose(found.worst_loading_frac, [2.0, 2.0, 0.4], rtol=1e-12)


def test_a_dead_side_with_a_phase_shifter_goes_to_the_reference_path() -> None:
    # Behind the bridge 0-1 lie a load and two branches, one of them a phase shifter, and no unit.
    network = make_network(
        loads=[10.0, 20.0, 5.0],
        branches=[(0, 1), (1, 2), (1, 2)],
        units=[(0, 35.0, 50.0)],
        rates=[100.0, 100.0, 100.0],
        shift_deg=[0.0, 3.0, 0.0],
    )
    prepared = prepare(network)

    found = screen_n_minus_1(native_base(prepared, CascadeParams()))

    assert found.by_reference.tolist() == [True, False, False]
    assert found.shed_mw[0] == pytest.approx(25.0)
    assert found.worst_loading_frac[0] == 0.0
    agrees_with_reference(prepared, CascadeParams(), [0, 1, 2])


def test_an_outage_that_leaves_no_unique_solution_is_unsolved() -> None:
    # Without the first of three parallel branches the other two cancel.
    network = make_network(
        loads=[0.0, 50.0],
        branches=[(0, 1, 0.2), (0, 1, 0.1), (0, 1, -0.1)],
        units=[(0, 50.0, 50.0)],
        rates=[100.0, 100.0, 100.0],
    )

    found = screen_n_minus_1(native_base(prepare(network), CascadeParams()))

    assert found.solved.tolist() == [False, True, True]
    assert np.isnan(found.worst_loading_frac[0])
    assert np.isnan(found.shed_mw[0])
    assert found.worst_branch[0] == -1


def test_nothing_to_screen() -> None:
    lonely = native_base(
        prepare(make_network(loads=[5.0], branches=[], units=[(0, 5.0, 9.0)])), CascadeParams()
    )
    unlimited = native_base(prepare(triangle()), CascadeParams())
    idle = make_network(loads=[0.0, 0.0], branches=[(0, 1)], units=[(0, 0.0, 5.0)], rates=[10.0])

    assert len(screen_n_minus_1(lonely).branch) == 0
    assert np.isnan(screen_n_minus_1(unlimited).worst_loading_frac).all()
    assert screen_n_minus_1(unlimited).n_overloaded.tolist() == [0, 0, 0]
    assert screen_n_minus_1(native_base(prepare(idle), CascadeParams())).shed_mw.tolist() == [0.0]


def test_rows_come_in_the_order_asked_for() -> None:
    base = native_base(prepare(triangle(rate_mva=[100.0, 60.0, 100.0])), CascadeParams())

    found = screen_n_minus_1(base, [2, 0, 2])

    assert found.branch.tolist() == [2, 0, 2]
    np.testing.assert_allclose(found.worst_loading_frac, [40 / 60, 100 / 60, 40 / 60])


@pytest.mark.parametrize("wrong", [[3], [-1], [0.5]])
def test_unknown_branches_are_refused(wrong: list[int]) -> None:
    base = native_base(prepare(triangle()), CascadeParams())

    with pytest.raises(UnknownAsset):
        screen_n_minus_1(base, wrong)


def test_numbers_that_are_none_never_reach_the_kernels() -> None:
    with pytest.raises(NetworkError, match="x_pu"):
        triangle(x_pu=[0.1, float("nan"), 0.1])


@settings(max_examples=150)
@given(seeds)
def test_bridges_are_the_branches_whose_loss_adds_an_island(seed: int) -> None:
    network: Network = random_network(np.random.default_rng(seed))
    finder = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    )
    every = np.ones(network.n_branches, dtype=np.bool_)
    whole = finder.find(every)

    forest = find_bridges(network.n_buses, network.branch_from, network.branch_to, every)

    for branch in range(network.n_branches):
        every[branch] = False
        parts = finder.find(every)
        every[branch] = True
        assert (forest.below[branch] >= 0) == (parts.count > whole.count)
        if forest.below[branch] >= 0:
            under = forest.below[branch]
            inside = forest.preorder[forest.entered[under] : forest.left[under]]
            assert set(inside) == set(np.flatnonzero(parts.label == parts.label[under]))
