"""The DC power flow by hand: meshes, taps, shifts, several islands, negative and singular reactances."""

from __future__ import annotations

import numpy as np
import pytest

from grid.powerflow.dc_model import DcModel, FlowSolution
from grid.powerflow.dcflow import SingularIsland, solve_flows
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network
from tests.unit.powerflow.small_cases import make_network, triangle


def solve(
    network: Network, injection_mw: list[float], *, out: tuple[int, ...] = (), dead_bus: int | None = None
) -> FlowSolution:
    on = np.ones(network.n_branches, dtype=np.bool_)
    on[list(out)] = False
    finder = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    )
    islands = finder.find(on)
    alive = np.ones(islands.count, dtype=np.bool_)
    if dead_bus is not None:
        alive[islands.label[dead_bus]] = False
    solution, _ = solve_flows(
        DcModel(network), islands=islands, alive=alive, branch_on=on, injection_mw=np.array(injection_mw)
    )
    return solution


def test_triangle_splits_by_reactance_and_a_lost_branch_shifts_all_its_flow() -> None:
    intact = solve(triangle(), [100.0, -60.0, -40.0])
    without_01 = solve(triangle(), [100.0, -60.0, -40.0], out=(0,))

    # Branches 0-1, 0-2, 2-1; standards: 53.33, 46.67, 6.67, then 0, 100, 60.
    np.testing.assert_allclose(intact.flow_mw, [160 / 3, 140 / 3, 20 / 3])
    np.testing.assert_allclose(without_01.flow_mw, [0.0, 100.0, 60.0])
    # Line outage distribution factors of a triangle are ±1.
    np.testing.assert_allclose((without_01.flow_mw - intact.flow_mw)[1:] / intact.flow_mw[0], [1.0, 1.0])


def test_angles_are_flow_over_susceptance_from_the_reference() -> None:
    # b = 100 / 0.1 = 1000 MW per radian, so 50 MW are 0.05 rad; the first bus is the reference.
    network = make_network(loads=[0.0, 50.0], branches=[(0, 1)], units=[(0, 50.0, 50.0)])

    assert solve(network, [50.0, -50.0]).angle_rad.tolist() == pytest.approx([0.0, -0.05])


def test_a_tap_divides_the_susceptance() -> None:
    # Two parallel branches, b 1000 and 1000 / 1.25 = 800: 90 MW split 50 : 40.
    network = make_network(
        loads=[0.0, 90.0], branches=[(0, 1), (0, 1)], units=[(0, 90.0, 90.0)], tap=[1.0, 1.25]
    )

    np.testing.assert_allclose(solve(network, [90.0, -90.0]).flow_mw, [50.0, 40.0])


def test_a_phase_shifter_drives_a_loop_flow() -> None:
    # Two parallel branches of b = 1000; the second shifts by φ = 0.02 rad: f = b (Δθ - φ).
    # f1 + f2 = 0 gives Δθ = φ / 2, f1 = 10 MW, f2 = -10 MW.
    network = make_network(
        loads=[0.0, 0.0],
        branches=[(0, 1), (0, 1)],
        units=[(0, 0.0, 1.0)],
        shift_deg=[0.0, float(np.rad2deg(0.02))],
    )

    np.testing.assert_allclose(solve(network, [0.0, 0.0]).flow_mw, [10.0, -10.0])


def test_a_shift_on_a_radial_branch_turns_the_angle_and_not_the_flow() -> None:
    network = make_network(loads=[0.0, 30.0], branches=[(0, 1)], units=[(0, 30.0, 30.0)], shift_deg=[30.0])

    solution = solve(network, [30.0, -30.0])

    assert solution.flow_mw.tolist() == pytest.approx([30.0])
    assert solution.angle_rad[1] == pytest.approx(-0.03 - np.pi / 6)


def test_a_negative_reactance_takes_more_than_all() -> None:
    # b = 1000 in parallel with -500: the sum 500 carries 50 MW at Δθ = 0.1, so 100 and -50.
    network = make_network(loads=[0.0, 50.0], branches=[(0, 1, 0.1), (0, 1, -0.2)], units=[(0, 50.0, 50.0)])

    np.testing.assert_allclose(solve(network, [50.0, -50.0]).flow_mw, [100.0, -50.0])


def test_islands_are_solved_side_by_side() -> None:
    network = make_network(
        loads=[0.0, 30.0, 0.0, 20.0, 0.0],
        branches=[(0, 1), (2, 3), (3, 4)],
        units=[(0, 30.0, 30.0), (4, 20.0, 20.0)],
    )

    solution = solve(network, [30.0, -30.0, 0.0, -20.0, 20.0])

    np.testing.assert_allclose(solution.flow_mw, [30.0, 0.0, -20.0], atol=1e-12)
    assert solution.mismatch_mw < 1e-9


def test_a_dead_island_carries_nothing_even_with_a_phase_shifter_in_it() -> None:
    network = make_network(
        loads=[0.0, 30.0, 0.0, 0.0],
        branches=[(0, 1), (2, 3), (2, 3)],
        units=[(0, 30.0, 30.0)],
        shift_deg=[0.0, 0.0, 30.0],
    )

    solution = solve(network, [30.0, -30.0, 0.0, 0.0], dead_bus=2)

    np.testing.assert_allclose(solution.flow_mw, [30.0, 0.0, 0.0])
    assert solution.angle_rad[2:].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("branches", "injection"),
    [
        ([(0, 1, 0.1), (1, 2, 0.2), (1, 2, -0.2)], [50.0, 0.0, -50.0]),  # nothing joins bus 2
        ([(0, 1, 0.1), (1, 2, 0.2), (1, 2, -0.2)], [50.0, -50.0, 0.0]),  # its angle is then arbitrary
        ([(0, 1, 0.3), (1, 2, -0.1), (2, 0, -0.2)], [0.0, 50.0, -50.0]),  # a loop that sums to 0
    ],
)
def test_a_singular_island_is_named(branches: list[tuple[int, int, float]], injection: list[float]) -> None:
    network = make_network(
        loads=[0.0, 0.0, 0.0, 0.0, 10.0],
        branches=[*branches, (3, 4)],
        units=[(0, 50.0, 50.0), (3, 10.0, 10.0)],
    )

    with pytest.raises(SingularIsland) as caught:
        solve(network, [*injection, 10.0, -10.0])

    assert caught.value.bus_ids == ("BUS-0", "BUS-1", "BUS-2")
    assert caught.value.n_buses == 3
    assert "BUS-1" in str(caught.value)


def test_an_island_that_is_singular_but_for_rounding_is_no_solution() -> None:
    # The loop 1-2-3 sums to 0 (0.05 + 0.3 - 0.35) but not in binary. Any current around it satisfies the
    # equations: every bus balances, with a flow made of rounding.
    network = make_network(
        loads=[0.0, 50.0, 0.0, 0.0],
        branches=[(0, 1, 0.1), (1, 2, 0.05), (2, 3, 0.3), (1, 3, -0.35)],
        units=[(0, 50.0, 50.0)],
    )

    with pytest.raises(SingularIsland):
        solve(network, [50.0, -50.0, 0.0, 0.0])


def test_an_island_that_is_singular_and_dead_does_no_harm() -> None:
    network = make_network(
        loads=[0.0, 30.0, 0.0, 0.0],
        branches=[(0, 1), (2, 3, 0.1), (2, 3, -0.1)],
        units=[(0, 30.0, 30.0)],
    )

    np.testing.assert_allclose(solve(network, [30.0, -30.0, 0.0, 0.0], dead_bus=2).flow_mw, [30.0, 0.0, 0.0])


def test_one_bus_without_branches() -> None:
    network = make_network(loads=[5.0], branches=[], units=[(0, 5.0, 5.0)])

    solution = solve(network, [0.0])

    assert solution.flow_mw.tolist() == []
    assert solution.mismatch_mw == 0.0


def test_very_short_branches_far_from_the_reference_still_balance() -> None:
    # Angles near 200 rad beside b = 1e10 MW per radian: computed from the angles alone, the flows of the
    # short branches would be good to 1e-4 MW only.
    n = 60
    branches = [(bus, bus + 1, 1e-8 if bus > 50 else 4.0) for bus in range(n - 1)]
    network = make_network(loads=[0.0] * (n - 1) + [100.0], branches=branches, units=[(0, 100.0, 100.0)])
    injection = [100.0] + [0.0] * (n - 2) + [-100.0]

    solution = solve(network, injection)

    np.testing.assert_allclose(solution.flow_mw, np.full(n - 1, 100.0), atol=1e-6)
    assert solution.angle_rad[-1] == pytest.approx(-204.0, rel=1e-3)
