"""PTDF, LODF and N-1 flows against pandapower and pypowsybl."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from cascade.engine.native.base import NativeBase, native_base
from cascade.engine.native.bridges import find_bridges
from cascade.engine.native.sensitivities import UntrustedFactors, lodf, ptdf
from cascade.engine.native.wave import flows_without
from cascade.engine.outages import UnknownAsset
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from grid.powerflow.network import Network
from tests.unit.engine.matpower_case import load_matpower_case
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


def ieee118_of_pypowsybl() -> tuple[Network, dict[str, np.ndarray]]:
    """Return a network of pypowsybl as ours, and the flows it finds without each fourth branch."""
    import pypowsybl as pp

    grid = pp.network.create_ieee118()
    parameters = pp.loadflow.Parameters(distributed_slack=False)
    solved = pp.loadflow.run_dc(grid, parameters=parameters)
    grid.per_unit = True
    lines, transformers = grid.get_lines(), grid.get_2_windings_transformers(all_attributes=True)
    view = grid.get_buses()
    row = {bus: index for index, bus in enumerate(view.index)}
    units, loads = grid.get_generators(), grid.get_loads()
    base_mva = 100.0
    load_mw = np.zeros(len(row))
    np.add.at(load_mw, [row[bus] for bus in loads.bus_id], loads.p0.to_numpy() * base_mva)
    # What the case generates beyond its loads goes into its slack bus.
    slack = solved[0].slack_bus_results[0]
    load_mw[row[slack.id]] -= slack.active_power_mismatch
    ids = (*lines.index, *transformers.index)
    x_pu = np.concatenate([lines.x, transformers.x])
    ratio = np.concatenate([np.ones(len(lines)), 1.0 / transformers.rho])
    ends = [np.concatenate([lines[side], transformers[side]]) for side in ("bus1_id", "bus2_id")]
    network = Network(
        base_mva=base_mva,
        bus_ids=tuple(row),
        bus_load_mw=load_mw,
        bus_substation=np.full(len(row), -1),
        substation_ids=(),
        branch_ids=ids,
        branch_from=[row[bus] for bus in ends[0]],
        branch_to=[row[bus] for bus in ends[1]],
        x_pu=x_pu,
        tap=ratio,
        shift_deg=np.zeros(len(ids)),
        rate_mva=np.zeros(len(ids)),
        unit_ids=tuple(units.index),
        unit_bus=[row[bus] for bus in units.bus_id],
        unit_p_mw=units.target_p.to_numpy() * base_mva,
        unit_pmax_mw=np.abs(units.target_p.to_numpy()) * base_mva * 2.0,
    )
    grid.per_unit = False
    analysis = pp.security.create_analysis()
    analysis.add_single_element_contingencies(list(ids[::4]))
    analysis.add_monitored_elements(branch_ids=list(ids))
    result = analysis.run_dc(grid, parameters=parameters)
    flows = result.branch_results.p1.sort_index()
    found = {"": flows.loc["", ""].reindex(ids).to_numpy()}
    for name in ids[::4]:
        if name in flows.index.get_level_values(0):
            found[name] = flows.loc[name, ""].reindex(ids).fillna(0.0).to_numpy()
    return network, found


def test_flows_after_outages_are_those_of_pypowsybl() -> None:
    network, expected = ieee118_of_pypowsybl()
    base = native_base(prepare(network), CascadeParams())
    every = np.ones(network.n_branches, dtype=np.bool_)
    bridges = find_bridges(network.n_buses, network.branch_from, network.branch_to, every).below >= 0
    np.testing.assert_allclose(base.flow_mw, expected[""], rtol=0, atol=1e-6)

    compared = 0
    for branch in np.flatnonzero(~bridges & (np.arange(len(every)) % 4 == 0)):
        wave = flows_without(base, np.array([branch]))
        np.testing.assert_allclose(wave.flow_mw, expected[network.branch_ids[branch]], rtol=0, atol=1e-6)
        compared += 1

    assert compared > 40


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
