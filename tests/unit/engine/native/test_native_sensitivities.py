"""PTDF, LODF and N-1 flows against pandapower and pypowsybl."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from cascade.engine.native.base import NativeBase, native_base
from cascade.engine.native.bridges import find_bridges
from cascade.engine.native.sensitivities import UntrustedFactors, lodf, ptdf
from cascade.engine.native.wave import flows_without
from cascade.engine.outages import UnknownAsset
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from grid.powerflow.base_case import solve_base_case
from grid.powerflow.network import Network
from tests.unit.engine.matpower_case import load_matpower_case
from tests.unit.engine.powsybl_case import PowsyblCase, ieee118, matpower_case
from tests.unit.powerflow.small_cases import make_network, triangle

CASES = ["case118", "case9241pegase", "case_ACTIVSg10k"]


def pandapower_ptdf(network: Network, branches: np.ndarray) -> np.ndarray:
    """Return the rows of some branches by pandapower's own routine, the first bus being the slack."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pandapower.pypower.makeBdc import makeBdc

        bus = np.zeros((network.n_buses, 13))
        bus[:, 0] = np.arange(network.n_buses)
        branch = np.zeros((network.n_branches, 21))
        branch[:, 0], branch[:, 1] = network.branch_from, network.branch_to
        branch[:, 3], branch[:, 8], branch[:, 10] = network.x_pu, network.tap, 1.0
        found = makeBdc(bus, branch)
    from scipy.sparse.linalg import splu

    matrix, flows = found[0].tocsc(), found[1].tocsr()
    others = np.arange(1, network.n_buses)
    right = np.asarray(flows[branches][:, others].todense()).T
    result = np.zeros((len(branches), network.n_buses))
    result[:, 1:] = splu(matrix[others][:, others]).solve(np.ascontiguousarray(right), trans="T").T
    return result


def base_of(name: str) -> NativeBase:
    return native_base(prepare(load_matpower_case(name)), CascadeParams())


@pytest.mark.parametrize("name", CASES)
def test_transfer_factors_are_those_of_pandapowers_matrices(name: str) -> None:
    base = base_of(name)
    network = base.prepared.network
    branches = np.random.default_rng(1).choice(network.n_branches, 20, replace=False)

    found = ptdf(base, branches)

    np.testing.assert_allclose(found, pandapower_ptdf(network, branches), rtol=0, atol=1e-8)
    assert np.abs(found).max() > 0.1


def test_factors_are_those_of_pandapower() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pandapower.pypower.makeLODF import makeLODF
        from pandapower.pypower.makePTDF import makePTDF
    base = base_of("case118")
    network = base.prepared.network
    every = np.arange(network.n_branches)
    bus = np.zeros((network.n_buses, 13))
    bus[:, 0] = np.arange(network.n_buses)
    bus[:, 1] = 1
    bus[0, 1] = 3
    branch = np.zeros((network.n_branches, 21))
    branch[:, 0], branch[:, 1] = network.branch_from, network.branch_to
    branch[:, 3], branch[:, 8], branch[:, 10] = network.x_pu, network.tap, 1.0

    transfer = makePTDF(network.base_mva, bus, branch, slack=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        outage = makeLODF(branch, transfer)
    found = lodf(base, every)

    np.testing.assert_allclose(ptdf(base, every), transfer, rtol=0, atol=1e-9)
    bridge = find_bridges(
        network.n_buses, network.branch_from, network.branch_to, np.ones(len(every), dtype=np.bool_)
    ).below
    np.testing.assert_array_equal(np.isnan(found).all(axis=0), bridge >= 0)
    np.testing.assert_allclose(found[:, bridge < 0], outage[:, bridge < 0], rtol=0, atol=1e-8)
    assert np.count_nonzero(bridge >= 0) == 9


def test_flows_after_outages_are_those_of_pypowsybl() -> None:
    case = ieee118()
    base = native_base(prepare(case.network), CascadeParams())
    np.testing.assert_allclose(base.flow_mw, case.flow_mw, rtol=0, atol=1e-6)

    compared = compare_flows(base, case, range(0, case.network.n_branches, 4))

    assert compared > 40


def compare_flows(base: NativeBase, case: PowsyblCase, branches: Sequence[int]) -> int:
    """Compare the flows after single losses that split nothing; return of how many."""
    inner = not_bridges(case.network)
    chosen = [branch for branch in branches if inner[branch]]
    expected = case.flows_without(chosen)
    for branch in chosen:
        wave = flows_without(base, np.array([branch]))
        np.testing.assert_allclose(wave.flow_mw, expected[branch], rtol=0, atol=1e-6)
    return len(chosen)


def not_bridges(network: Network) -> np.ndarray:
    every = np.ones(network.n_branches, dtype=np.bool_)
    return find_bridges(network.n_buses, network.branch_from, network.branch_to, every).below < 0


def test_ten_thousand_buses_are_those_of_pypowsybl(tmp_path: Path) -> None:
    case = matpower_case("case_ACTIVSg10k", tmp_path)
    network = case.network
    base = native_base(prepare(network), CascadeParams())
    np.testing.assert_allclose(base.flow_mw, case.flow_mw, rtol=0, atol=1e-5)
    assert (network.n_buses, network.n_branches) == (10_000, 12_706)
    assert np.abs(case.flow_mw).max() > 1000.0

    rng = np.random.default_rng(7)
    loaded = np.flatnonzero(not_bridges(network) & (np.abs(case.flow_mw) > 50.0))
    lost = np.sort(rng.choice(loaded, 12, replace=False))
    expected = case.flows_without(lost.tolist())
    factors = lodf(base, lost)
    for column, branch in enumerate(lost.tolist()):
        wave = flows_without(base, np.array([branch]))
        np.testing.assert_allclose(wave.flow_mw, expected[branch], rtol=0, atol=1e-5)
        taken_over = (expected[branch] - case.flow_mw) / case.flow_mw[branch]
        np.testing.assert_allclose(factors[:, column], taken_over, rtol=0, atol=1e-6)

    watched = np.sort(rng.choice(loaded, 15, replace=False))
    units = np.sort(rng.choice(network.n_units, 25, replace=False))
    mine = ptdf(base, watched)
    np.testing.assert_allclose(
        mine[:, network.unit_bus[units]] - mine[:, [case.slack]],
        case.transfer_factors(watched.tolist(), [network.unit_ids[unit] for unit in units]),
        rtol=0,
        atol=1e-7,
    )


@pytest.mark.parametrize("name", ["case9241pegase", "case_ACTIVSg10k"])
def test_outage_factors_are_the_changes_of_flows_of_pandapower(name: str) -> None:
    base = base_of(name)
    network = base.prepared.network
    solve = pandapower_flows(network)
    before = solve(np.arange(network.n_branches))
    np.testing.assert_allclose(base.flow_mw, before, rtol=0, atol=1e-5)
    rng = np.random.default_rng(3)
    lost = rng.choice(np.flatnonzero(not_bridges(network) & (np.abs(before) > 20.0)), 8, replace=False)

    found = lodf(base, lost)

    for column, branch in enumerate(lost.tolist()):
        kept = np.delete(np.arange(network.n_branches), branch)
        change = (solve(kept) - before[kept]) / before[branch]
        np.testing.assert_allclose(found[kept, column], change, rtol=0, atol=1e-6)
        assert found[branch, column] == -1.0


def pandapower_flows(network: Network) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that solves some of the branches by pandapower's DC power flow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pandapower.pypower.dcpf import dcpf
        from pandapower.pypower.makeBdc import makeBdc
    bus = np.zeros((network.n_buses, 13))
    bus[:, 0] = np.arange(network.n_buses)
    base = solve_base_case(network)
    injection = np.bincount(base.network.unit_bus, base.unit_p_mw, network.n_buses) - base.bus_load_mw
    others = np.arange(1, network.n_buses)

    def solve(branches: np.ndarray) -> np.ndarray:
        branch = np.zeros((len(branches), 21))
        branch[:, 0], branch[:, 1] = network.branch_from[branches], network.branch_to[branches]
        branch[:, 3], branch[:, 8] = network.x_pu[branches], network.tap[branches]
        branch[:, 9], branch[:, 10] = network.shift_deg[branches], 1.0
        matrix, flows, bus_shift, branch_shift = makeBdc(bus, branch)[:4]
        per_unit = injection / network.base_mva - bus_shift
        angle = dcpf(matrix, per_unit, np.zeros(network.n_buses), np.array([0]), others, np.array([], int))
        return (flows @ angle + branch_shift) * network.base_mva

    return solve


def test_hand_calculated_factors() -> None:
    base = native_base(prepare(triangle()), CascadeParams())

    # Three equal reactances: two thirds of a transfer go the direct way, one third the other.
    np.testing.assert_allclose(ptdf(base, np.array([0])), [[0.0, -2 / 3, -1 / 3]], atol=1e-12)
    # All of what 0-1 carried goes over 0-2 and then 2-1.
    np.testing.assert_allclose(lodf(base, np.array([0])).ravel(), [-1.0, 1.0, 1.0], atol=1e-12)


def test_factors_of_what_cannot_be_had_are_refused() -> None:
    cancelling = make_network(
        loads=[0.0, 0.0, 0.0],
        branches=[(0, 1, 0.1), (0, 1, -0.1), (1, 2, 0.1)],
        units=[],
    )
    base = native_base(prepare(cancelling), CascadeParams())

    with pytest.raises(UntrustedFactors):
        ptdf(base, np.array([0]))
    with pytest.raises(UnknownAsset):
        lodf(native_base(prepare(triangle()), CascadeParams()), np.array([5]))
