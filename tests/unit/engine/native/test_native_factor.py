"""Compiled factors and solves against dense linear algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.native.compile import LANES
from cascade.engine.native.factor import (
    analyse,
    empty_values,
    factorise,
    multiply,
    refactor,
    solve_block,
    solve_branches,
    solve_one,
)
from grid.powerflow.dc_model import DcModel
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import random_network
from tests.unit.powerflow.small_cases import make_network, triangle

seeds = st.integers(0, 2**32 - 1)


def grounded_buses(network: Network, branch_on: np.ndarray) -> np.ndarray:
    finder = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    )
    return finder.find(branch_on).first_bus()


def dense_matrix(model: DcModel, branch_on: np.ndarray, grounded: np.ndarray) -> np.ndarray:
    """Return B by bus, built entry by entry."""
    matrix = np.zeros((model.network.n_buses,) * 2)
    for branch in np.flatnonzero(branch_on):
        i, j = model.network.branch_from[branch], model.network.branch_to[branch]
        b = model.susceptance_mw[branch]
        matrix[i, i] += b
        matrix[j, j] += b
        matrix[i, j] -= b
        matrix[j, i] -= b
    matrix[grounded, grounded] += model.shunt_mw
    return matrix


@settings(max_examples=150)
@given(seeds)
def test_solves_are_those_of_dense_linear_algebra(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    model = DcModel(network)
    branch_on = rng.random(network.n_branches) < 0.8
    grounded = grounded_buses(network, branch_on)
    dense = dense_matrix(model, branch_on, grounded)

    pattern = analyse(model)
    factors = factorise(model, pattern, branch_on=branch_on, grounded=grounded)

    if not factors.trusted:
        assert np.linalg.cond(dense) > 1e9 or np.any(model.susceptance_mw < 0.0)
        return
    right = rng.standard_normal((network.n_buses, LANES))
    expected = np.linalg.solve(dense, right)
    tolerance = 1e-11 * np.linalg.cond(dense) * np.max(np.abs(expected))
    block = right[pattern.order]
    solve_block(pattern, factors.values, block)
    np.testing.assert_allclose(block[pattern.position], expected, rtol=0, atol=tolerance)
    single = right[pattern.order, 3].copy()
    solve_one(pattern, factors.values, single)
    np.testing.assert_allclose(single[pattern.position], expected[:, 3], rtol=0, atol=tolerance)


@settings(max_examples=80)
@given(seeds)
def test_columns_of_branches_are_solves_with_their_incidence(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    if not network.n_branches:
        return
    model = DcModel(network)
    branch_on = np.ones(network.n_branches, dtype=np.bool_)
    pattern = analyse(model)
    factors = factorise(model, pattern, branch_on=branch_on, grounded=grounded_buses(network, branch_on))
    if not factors.trusted:
        return
    branches = rng.integers(0, network.n_branches, int(rng.integers(1, LANES + 1)))
    expected = np.zeros((network.n_buses, LANES))
    for lane, branch in enumerate(branches):
        expected[pattern.low[branch], lane] += 1.0
        expected[pattern.high[branch], lane] -= 1.0
    solve_block(pattern, factors.values, expected)

    columns = rng.standard_normal((network.n_buses, LANES))  # whatever was there before
    solve_branches(pattern, factors.values, branches, columns)

    np.testing.assert_allclose(columns, expected, rtol=1e-9, atol=1e-12 * max(1.0, np.max(np.abs(expected))))


@settings(max_examples=60)
@given(seeds)
def test_pattern_holds_every_entry_of_l(seed: int) -> None:
    network = random_network(np.random.default_rng(seed))
    model = DcModel(network)
    pattern = analyse(model)
    n = network.n_buses

    assert sorted(pattern.position.tolist()) == list(range(n))
    np.testing.assert_array_equal(pattern.order[pattern.position], np.arange(n))
    # Positive weights cancel nowhere: what a dense factorisation fills in is what the pattern must hold.
    dense = np.eye(n)
    for low, high in zip(pattern.low, pattern.high, strict=True):
        dense[low, low] += 1.0
        dense[high, high] += 1.0
        dense[low, high] -= 1.0
        dense[high, low] -= 1.0
    filled = np.abs(np.tril(np.linalg.cholesky(dense), -1)) > 1e-14
    held = np.zeros((n, n), dtype=np.bool_)
    for column in range(n):
        held[pattern.row[pattern.column_start[column] : pattern.column_start[column + 1]], column] = True
    assert not np.any(filled & ~held)
    by_row = np.zeros((n, n), dtype=np.bool_)
    for row in range(n):
        by_row[row, pattern.column[pattern.row_start[row] : pattern.row_start[row + 1]]] = True
    np.testing.assert_array_equal(held, by_row)
    for k in np.flatnonzero(pattern.parent >= 0):
        assert pattern.parent[k] == min(pattern.row[pattern.column_start[k] : pattern.column_start[k + 1]])


def test_parallel_branches_that_cancel_are_not_trusted() -> None:
    network = make_network(loads=[0.0, 50.0], branches=[(0, 1, 0.1), (0, 1, -0.1)], units=[(0, 50.0, 50.0)])
    model = DcModel(network)

    factors = factorise(
        model, analyse(model), branch_on=np.array([True, True]), grounded=np.array([0], dtype=np.int64)
    )

    assert not factors.trusted


def test_a_pivot_of_zero_is_told_by_its_place() -> None:
    network = make_network(loads=[0.0, 50.0], branches=[(0, 1, 0.1)], units=[(0, 50.0, 50.0)])
    pattern = analyse(DcModel(network))

    place = refactor(pattern, np.zeros(1), np.zeros(2), empty_values(pattern), np.empty(2))

    assert place == 0


@pytest.mark.parametrize("unknown", [np.nan, np.inf])
def test_numbers_that_are_none_are_told_by_their_place(unknown: float) -> None:
    network = triangle()
    model = DcModel(network)
    pattern = analyse(model)
    weight = model.susceptance_mw.copy()
    weight[0] = unknown

    place = refactor(pattern, weight, np.ones(3), empty_values(pattern), np.empty(3))

    assert place >= 0


def test_one_bus_alone() -> None:
    network = make_network(loads=[5.0], branches=[], units=[])
    model = DcModel(network)
    pattern = analyse(model)
    factors = factorise(model, pattern, branch_on=np.empty(0, dtype=np.bool_), grounded=np.array([0]))
    right = np.array([3.0])

    solve_one(pattern, factors.values, right)

    assert factors.trusted
    assert right[0] == 3.0 / model.shunt_mw


def test_multiplying_and_solving_undo_each_other() -> None:
    network = triangle(x_pu=[0.1, -0.07, 0.2])
    model = DcModel(network)
    pattern = analyse(model)
    on = np.ones(3, dtype=np.bool_)
    factors = factorise(model, pattern, branch_on=on, grounded=np.array([0]))
    shunt = np.zeros(3)
    shunt[pattern.position[0]] = model.shunt_mw
    angle = np.array([0.3, -0.2, 0.9])

    right = multiply(pattern, model.susceptance_mw, shunt, angle)
    solve_one(pattern, factors.values, right)

    np.testing.assert_allclose(right, angle, rtol=1e-12)
