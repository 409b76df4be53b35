"""Study grids and the states drawn from them."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array

from cascade.engine.checks import InvalidParams
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.states import StateParams, StateSource
from cascade.ml.study_grids import GridName, _marginal_costs, load_study_grid
from grid.powerflow.base_case import solve_base_case


@pytest.fixture(scope="module")
def source() -> StateSource:
    return StateSource(load_study_grid(GridName.EUROPE_89), StateParams())


def test_published_sizes_of_the_cases() -> None:
    # Sizes and demand as in the documentation of the cases.
    poland = load_study_grid(GridName.POLAND_2383)
    assert (poland.network.n_buses, poland.network.n_branches) == (2383, 2896)
    small = load_study_grid(GridName.EUROPE_89)
    assert (small.network.n_buses, small.network.n_branches) == (89, 210)
    texas = load_study_grid(GridName.TEXAS)
    assert texas.network.n_buses == 2000
    assert set(texas.zone_names) >= {"Far West", "Coast", "South", "North Central"}
    assert texas.unit_is_variable.any()


def test_costs_by_hand() -> None:
    # 0.1 P² + 20 P + 5 at half of 100 MW: 2 · 0.1 · 50 + 20. A straight line: its slope.
    rows = np.array([[2, 0, 0, 3, 0.1, 20.0, 5.0], [2, 0, 0, 2, 7.0, 1.0, 0.0], [2, 0, 0, 1, 9.0, 0.0, 0.0]])

    assert _marginal_costs(rows, np.array([100.0, 100.0, 100.0])).tolist() == pytest.approx([30.0, 7.0, 0.0])
    with pytest.raises(InvalidTrainingData, match="polynomials"):
        _marginal_costs(np.array([[1.0, 0, 0, 2, 0, 0, 1, 1]]), np.array([10.0]))


def test_a_state_is_balanced_within_its_limits_and_the_same_each_time(source: StateSource) -> None:
    for index in range(5):
        state, again = source.draw(1, index), source.draw(1, index)
        network = state.network
        flow = solve_base_case(network).flow_mw
        rated = network.rate_mva > 0.0

        assert network.unit_p_mw.sum() == pytest.approx(network.bus_load_mw.sum())
        assert np.all(network.unit_p_mw <= network.unit_pmax_mw + 1e-9)
        # A limit is 1.15 times a rating that is itself at least 1.05 times the flow.
        assert np.all(np.abs(flow[rated]) <= network.rate_mva[rated] / (1.15 * 1.05) + 1e-6)
        assert network.digest() == again.network.digest()
        assert network.digest() != source.draw(1, index + 1).network.digest()


def test_the_dispatch_costs_what_the_whole_program_in_angles_costs(source: StateSource) -> None:
    # The same program, written down another way: angles as unknowns, every limit from the start.
    grid = source.grid
    network, rated = grid.network, np.flatnonzero(grid.rated)
    rng = np.random.default_rng(5)
    cost = rng.uniform(10.0, 40.0, network.n_units)
    rate = network.rate_mva[rated] * 0.8
    load, pmax = network.bus_load_mw * 1.05, network.unit_pmax_mw
    n, m, k = network.n_buses, network.n_units, len(rated)
    b = network.susceptance_mw
    ends, every = (network.branch_from, network.branch_to), np.arange(network.n_branches)
    incidence = coo_array(
        (
            np.concatenate([np.ones(len(b)), -np.ones(len(b))]),
            (np.concatenate([every, every]), np.concatenate(ends)),
        ),
        shape=(len(b), n),
    ).toarray()
    shift = b * np.deg2rad(network.shift_deg)
    flow = b[:, None] * incidence
    at_bus = np.zeros((n, m))
    at_bus[network.unit_bus, np.arange(m)] = 1.0
    slack = np.eye(k)
    whole = linprog(
        np.concatenate([cost, np.zeros(n), np.full(k, source.params.overload_penalty)]),
        A_eq=np.hstack([at_bus, -incidence.T @ flow, np.zeros((n, k))]),
        b_eq=load - incidence.T @ shift,
        A_ub=np.vstack(
            [
                np.hstack([np.zeros((k, m)), flow[rated], -slack]),
                np.hstack([np.zeros((k, m)), -flow[rated], -slack]),
            ]
        ),
        b_ub=np.concatenate([rate + shift[rated], rate - shift[rated]]),
        bounds=[(0.0, top) for top in pmax] + [(None, None)] * n + [(0.0, None)] * k,
    )

    p_mw = source._dispatch(load, pmax, cost, rate)
    carried = source._flows(np.bincount(network.unit_bus, p_mw, n) - load)
    broken = np.maximum(np.abs(carried) - rate, 0.0)
    ours = float(cost @ p_mw + source.params.overload_penalty * broken.sum())

    assert whole.status == 0
    assert ours == pytest.approx(whole.fun, rel=2e-3)  # limits join from 0.05 % above the rating on


def test_settings_out_of_range_are_refused_by_name() -> None:
    with pytest.raises(InvalidParams, match="unit_outage_share"):
        StateParams(unit_outage_share=1.0)
    with pytest.raises(InvalidParams, match="load_high"):
        StateParams(load_low=1.2, load_high=1.1)
