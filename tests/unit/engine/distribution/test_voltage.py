"""LinDistFlow by hand, and against pandapower's full power flow where losses are small."""

import math

import pytest

from cascade.engine.distribution.voltage import squared_voltages


def test_a_line_of_two_nodes_by_hand() -> None:
    """1000 kVA at 0.8 through 1 + j2 ohm at 10 kV: 2 (1 · 0.8 + 2 · 0.6) MVA·ohm / 100 kV² = 0.04."""
    found = squared_voltages(
        parent=[-1, 0],
        flow_kva=[1000.0, 1000.0],
        r_ohm=[0.0, 1.0],
        x_ohm=[0.0, 2.0],
        kv=[10.0, 10.0],
        phases=[3, 3],
        source_pu=1.02,
        power_factor=0.8,
    )

    assert found == pytest.approx([1.0404, 1.0404 - 0.04], rel=1e-12)


def test_one_phase_drops_six_times_as_much_and_the_unknown_stays_unknown() -> None:
    """One phase and its return: twice the impedance, three times the current, each over the third of V²."""
    found = squared_voltages(
        parent=[-1, 0, 0, 2],
        flow_kva=[0.0, 100.0, 100.0, 100.0],
        r_ohm=[0.0, 1.0, math.nan, 1.0],
        x_ohm=[0.0, 0.0, 0.0, 0.0],
        kv=[10.0] * 4,
        phases=[3, 1, 3, 3],
        source_pu=1.0,
        power_factor=1.0,
    )

    assert found[1] == pytest.approx(1.0 - 6.0 * 2.0 * 0.1 / 100.0)
    assert math.isnan(found[2])
    assert math.isnan(found[3])


def test_a_feeder_agrees_with_a_full_power_flow() -> None:
    """A main line of five nodes and a branch, 2.5 MVA at 12.47 kV: losses are what LinDistFlow leaves out."""
    pandapower = pytest.importorskip("pandapower")
    kv, factor = 12.47, 0.95
    parent = [-1, 0, 1, 2, 3, 2]
    load = [0.0, 300.0, 500.0, 400.0, 700.0, 600.0]
    r = [0.0, 0.12, 0.2, 0.15, 0.3, 0.4]
    x = [0.0, 0.25, 0.4, 0.3, 0.3, 0.4]
    flow = list(load)
    for node in range(5, 0, -1):
        flow[parent[node]] += flow[node]
    net = pandapower.create_empty_network(sn_mva=1.0)
    buses = [pandapower.create_bus(net, vn_kv=kv) for _ in load]
    pandapower.create_ext_grid(net, buses[0], vm_pu=1.03)
    for node in range(1, 6):
        pandapower.create_line_from_parameters(
            net, buses[parent[node]], buses[node], length_km=1.0, r_ohm_per_km=r[node],
            x_ohm_per_km=x[node], c_nf_per_km=0.0, max_i_ka=1.0,
        )  # fmt: skip
        mva = load[node] / 1000.0
        pandapower.create_load(net, buses[node], p_mw=mva * factor, q_mvar=mva * math.sqrt(1.0 - factor**2))
    pandapower.runpp(net, algorithm="bfsw", numba=False)

    found = squared_voltages(
        parent=parent, flow_kva=flow, r_ohm=r, x_ohm=x, kv=[kv] * 6, phases=[3] * 6, source_pu=1.03,
        power_factor=factor,
    )  # fmt: skip

    exact = net.res_bus.vm_pu.to_numpy()
    assert [math.sqrt(each) for each in found] == pytest.approx(exact, abs=4e-4)
    assert 1.03 - exact.min() > 0.009  # there is a drop to agree about
