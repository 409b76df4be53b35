"""DC flows against pandapower on standard cases with taps, phase shifters, shunts and negative reactances."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from grid.powerflow.base_case import solve_base_case
from grid.powerflow.dc_model import DcModel
from grid.powerflow.dcflow import solve_flows
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network

# name, branches with tap not 1, with a shift, with x < 0: a case that lost what it is here for must fail.
CASES = [
    ("case9", 0, 0, 0),
    ("case14", 3, 0, 0),
    ("case57", 15, 0, 0),
    ("case89pegase", 32, 3, 0),
    ("case118", 9, 0, 0),
    ("case300", 62, 0, 1),
    ("case1354pegase", 234, 6, 0),
    ("case1888rte", 405, 4, 77),
]


def solved_by_pandapower(name: str) -> dict[str, Any]:
    """Return pandapower's own arrays (in MATPOWER's columns) after its DC power flow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandapower
        import pandapower.networks

        net = getattr(pandapower.networks, name)()
        pandapower.rundcpp(net, numba=False)
    arrays: dict[str, Any] = net._ppc["internal"]
    return arrays


def as_network(ppc: dict[str, Any]) -> tuple[Network, np.ndarray]:
    """Return the case as a network, with the dispatch that pandapower found, and pandapower's flows."""
    bus, branch, gen = np.real(ppc["bus"]), np.real(ppc["branch"]), np.real(ppc["gen"])
    on = branch[:, 10] > 0
    branch, gen = branch[on], gen[gen[:, 7] > 0]
    row = {int(number): index for index, number in enumerate(bus[:, 0])}
    load_mw = bus[:, 2] + bus[:, 4]  # the conductance of shunts is a load at 1 per unit
    network = Network(
        base_mva=float(ppc["baseMVA"]),
        bus_ids=tuple(f"BUS-{number}" for number in row),
        bus_load_mw=load_mw,
        bus_substation=[-1] * len(bus),
        substation_ids=(),
        branch_ids=tuple(f"BR-{index}" for index in range(len(branch))),
        branch_from=[row[int(number)] for number in branch[:, 0]],
        branch_to=[row[int(number)] for number in branch[:, 1]],
        x_pu=branch[:, 3],
        tap=branch[:, 8],
        shift_deg=branch[:, 9],
        rate_mva=np.zeros(len(branch)),
        unit_ids=tuple(f"PLANT-{index}" for index in range(len(gen))),
        unit_bus=[row[int(number)] for number in gen[:, 0]],
        unit_p_mw=gen[:, 1],
        unit_pmax_mw=np.maximum(gen[:, 1], 0.0) * 2.0,
    )
    return network, branch[:, 13]


@pytest.mark.parametrize(("name", "n_taps", "n_shifts", "n_negative"), CASES)
def test_flows_are_those_of_pandapower(name: str, n_taps: int, n_shifts: int, n_negative: int) -> None:
    network, expected_mw = as_network(solved_by_pandapower(name))
    assert np.count_nonzero(network.tap != 1.0) == n_taps
    assert np.count_nonzero(network.shift_deg) == n_shifts
    assert np.count_nonzero(network.x_pu < 0.0) == n_negative

    model = DcModel(network)
    on = np.ones(network.n_branches, dtype=np.bool_)
    finder = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    )
    islands = finder.find(on)
    injection_mw = model.injections(bus_load_mw=network.bus_load_mw, unit_p_mw=network.unit_p_mw)
    assert islands.count == 1
    assert injection_mw.sum() == pytest.approx(0.0, abs=1e-6)
    solution, _ = solve_flows(
        model, islands=islands, alive=np.array([True]), branch_on=on, injection_mw=injection_mw
    )

    assert np.abs(expected_mw).max() > 10.0
    np.testing.assert_allclose(solution.flow_mw, expected_mw, atol=1e-6, rtol=0.0)


@pytest.mark.parametrize("name", ["case14", "case89pegase", "case1888rte"])
def test_a_balanced_case_passes_the_base_case_unchanged(name: str) -> None:
    # Pumps, infeeds and all: normalising and balancing a dispatch that balances must not move a flow.
    network, expected_mw = as_network(solved_by_pandapower(name))

    base = solve_base_case(network)

    assert base.shed_mw == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(base.flow_mw, expected_mw, atol=1e-6, rtol=0.0)
