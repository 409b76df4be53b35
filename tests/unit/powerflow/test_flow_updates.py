"""Flows updated from loss to loss equal flows solved afresh."""

from __future__ import annotations

import numpy as np
import pytest

from grid.powerflow import flow_updates
from grid.powerflow.balance import balance_islands
from grid.powerflow.dc_model import DcModel, Factor
from grid.powerflow.dcflow import SingularIsland, solve_flows
from grid.powerflow.flow_updates import FlowSolver
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network
from tests.unit.powerflow.small_cases import make_network


def meshed_network(rng: np.random.Generator, *, n: int, negative_share: float) -> Network:
    ends = [(bus, int(rng.integers(0, bus))) for bus in range(1, n)]
    ends += [tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(n)]
    x = rng.uniform(0.01, 0.3, len(ends)) * np.where(rng.random(len(ends)) < negative_share, -1.0, 1.0)
    return make_network(
        loads=(rng.uniform(0.0, 50.0, n) * (rng.random(n) < 0.6)).tolist(),
        branches=ends,
        units=[(int(bus), 20.0, 200.0) for bus in rng.integers(0, n, n // 3)],
        x_pu=x,
        tap=rng.choice([1.0, 0.95, 1.1], len(ends)),
        shift_deg=rng.choice([0.0, 0.0, 0.0, 5.0, -12.0], len(ends)),
    )


@pytest.mark.parametrize("negative_share", [0.0, 0.08])
@pytest.mark.parametrize("seed", range(20))
def test_equal_flows_solved_afresh(seed: int, negative_share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    network = meshed_network(rng, n=60, negative_share=negative_share)
    model = DcModel(network)
    finder = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    )
    solver = FlowSolver(model)
    afresh: list[int] = []

    def counted(*args: object, **kwargs: object) -> object:
        afresh.append(1)
        return solve_flows(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(flow_updates, "solve_flows", counted)
    on = np.ones(network.n_branches, dtype=np.bool_)
    load_mw, p_mw = network.bus_load_mw, network.unit_p_mw
    steps = 0
    while on.sum() > 10:
        islands = finder.find(on)
        balance = balance_islands(
            islands=islands,
            bus_load_mw=load_mw,
            unit_bus=network.unit_bus,
            unit_p_mw=p_mw,
            unit_pmax_mw=network.unit_pmax_mw,
        )
        load_mw, p_mw = balance.bus_load_mw, balance.unit_p_mw
        injection_mw = model.injections(bus_load_mw=load_mw, unit_p_mw=p_mw)
        live_on = on & balance.alive[islands.label][network.branch_from]
        updated = solver.solve(
            islands=islands, alive=balance.alive, branch_on=on, live_on=live_on, injection_mw=injection_mw
        )
        expected, _ = solve_flows(
            model, islands=islands, alive=balance.alive, branch_on=on, injection_mw=injection_mw
        )
        np.testing.assert_allclose(updated.flow_mw, expected.flow_mw, atol=1e-6)
        assert updated.mismatch_mw <= 1e-6
        steps += 1
        on[rng.choice(np.flatnonzero(on), int(rng.integers(1, 9)), replace=False)] = False

    # Most steps must have been updates, or this test compares the fresh solution with itself.
    assert steps > 10
    assert len(afresh) < steps / 2


def test_a_factorisation_is_shared_and_not_changed() -> None:
    network = make_network(
        loads=[0.0, 60.0, 40.0], branches=[(0, 1), (0, 2), (2, 1)], units=[(0, 100.0, 200.0)]
    )
    model = DcModel(network)
    finder = IslandFinder(n_buses=3, branch_from=network.branch_from, branch_to=network.branch_to)
    on = np.ones(3, dtype=np.bool_)
    injection_mw = np.array([100.0, -60.0, -40.0])
    alive = np.array([True])
    _, factor = solve_flows(
        model, islands=finder.find(on), alive=alive, branch_on=on, injection_mw=injection_mw
    )

    flows = [losing(0, model, finder, factor, injection_mw, alive) for _ in range(2)]
    other = losing(1, model, finder, factor, injection_mw, alive)

    np.testing.assert_array_equal(flows[0], flows[1])
    np.testing.assert_allclose(flows[0], [0.0, 100.0, 60.0], atol=1e-9)
    np.testing.assert_allclose(other, [100.0, 0.0, -40.0], atol=1e-9)


def losing(
    branch: int,
    model: DcModel,
    finder: IslandFinder,
    factor: Factor,
    injection_mw: np.ndarray,
    alive: np.ndarray,
) -> np.ndarray:
    on = np.ones(model.network.n_branches, dtype=np.bool_)
    on[branch] = False
    return (
        FlowSolver(model, factor=factor)
        .solve(islands=finder.find(on), alive=alive, branch_on=on, live_on=on, injection_mw=injection_mw)
        .flow_mw
    )


@pytest.mark.parametrize(
    ("branches", "injection"),
    [
        # Nothing joins bus 2 but 0.2 and -0.2.
        ([(0, 1, 0.1), (1, 2, 0.2), (1, 2, -0.2), (0, 2, 0.3)], [50.0, 0.0, -50.0]),
        # A loop that sums to 0 but for rounding: every bus would balance, with a flow made of rounding.
        ([(0, 1, 0.1), (1, 2, 0.05), (2, 3, 0.3), (1, 3, -0.35), (0, 3, 0.2)], [50.0, -50.0, 0.0, 0.0]),
    ],
)
def test_a_loss_that_makes_the_island_singular_is_reported(
    branches: list[tuple[int, int, float]], injection: list[float]
) -> None:
    n, last = len(injection), len(branches) - 1
    network = make_network(loads=[0.0] * n, branches=branches, units=[(0, 50.0, 50.0)])
    model = DcModel(network)
    finder = IslandFinder(n_buses=n, branch_from=network.branch_from, branch_to=network.branch_to)
    solver = FlowSolver(model)
    on = np.ones(last + 1, dtype=np.bool_)
    given = {"alive": np.array([True]), "injection_mw": np.array(injection)}
    intact = solver.solve(islands=finder.find(on), branch_on=on, live_on=on, **given)
    assert intact.mismatch_mw < 1e-9
    on[last] = False

    with pytest.raises(SingularIsland):
        solver.solve(islands=finder.find(on), branch_on=on, live_on=on, **given)
