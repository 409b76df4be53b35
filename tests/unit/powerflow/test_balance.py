"""The balance rules, each by hand."""

from __future__ import annotations

import numpy as np
import pytest

from grid.powerflow.balance import Balance, balance_islands
from grid.powerflow.islands import Islands


def balance(
    *, loads: list[float], units: list[tuple[int, float, float]], label: list[int] | None = None
) -> Balance:
    islands = Islands(label=np.array(label or [0] * len(loads)), count=max(label or [0]) + 1)
    return balance_islands(
        islands=islands,
        bus_load_mw=np.array(loads),
        unit_bus=np.array([unit[0] for unit in units], dtype=np.int64),
        unit_p_mw=np.array([unit[1] for unit in units], dtype=np.float64),
        unit_pmax_mw=np.array([unit[2] for unit in units], dtype=np.float64),
    )


def test_without_capacity_the_island_is_dead() -> None:
    result = balance(loads=[30.0, 20.0], units=[(0, 0.0, 0.0)])

    assert result.alive.tolist() == [False]
    assert result.bus_load_mw.tolist() == [0.0, 0.0]
    assert result.unit_p_mw.tolist() == [0.0]


def test_without_load_the_island_is_dead_and_its_units_stop() -> None:
    result = balance(loads=[0.0, 0.0], units=[(0, 50.0, 80.0)])

    assert result.alive.tolist() == [False]
    assert result.unit_p_mw.tolist() == [0.0]


def test_short_of_capacity_loads_are_cut_in_proportion() -> None:
    # 60 MW of capacity for 80 MW: every load keeps three quarters.
    result = balance(loads=[20.0, 60.0], units=[(0, 5.0, 40.0), (1, 20.0, 20.0)])

    assert result.bus_load_mw.tolist() == [15.0, 45.0]
    assert result.unit_p_mw.tolist() == [40.0, 20.0]


def test_short_of_output_units_are_raised_in_proportion_to_headroom() -> None:
    # 30 MW are missing; headroom 40 + 20: two thirds and one third.
    result = balance(loads=[80.0], units=[(0, 10.0, 50.0), (0, 40.0, 60.0)])

    np.testing.assert_allclose(result.unit_p_mw, [30.0, 50.0])
    assert result.bus_load_mw.tolist() == [80.0]


def test_with_too_much_output_units_are_scaled_down_in_proportion_to_output() -> None:
    # 50 MW for 100: half of each, whatever the capacity.
    result = balance(loads=[50.0], units=[(0, 80.0, 500.0), (0, 20.0, 20.0), (0, 0.0, 90.0)])

    np.testing.assert_allclose(result.unit_p_mw, [40.0, 10.0, 0.0])


def test_capacity_equal_to_load_cuts_nothing() -> None:
    result = balance(loads=[60.0], units=[(0, 0.0, 40.0), (0, 0.0, 20.0)])

    assert result.bus_load_mw.tolist() == [60.0]
    np.testing.assert_allclose(result.unit_p_mw, [40.0, 20.0])


def test_a_balanced_island_passes_unchanged() -> None:
    result = balance(loads=[60.0], units=[(0, 35.0, 40.0), (0, 25.0, 30.0)])

    assert result.unit_p_mw.tolist() == [35.0, 25.0]
    assert result.bus_load_mw.tolist() == [60.0]


def test_each_island_follows_its_own_rule() -> None:
    result = balance(
        loads=[10.0, 20.0, 30.0, 40.0, 0.0],
        units=[(0, 20.0, 20.0), (1, 5.0, 50.0), (2, 3.0, 15.0), (4, 9.0, 9.0)],
        label=[0, 1, 2, 3, 4],
    )

    assert result.alive.tolist() == [True, True, True, False, False]
    assert result.bus_load_mw.tolist() == [10.0, 20.0, 15.0, 0.0, 0.0]
    np.testing.assert_allclose(result.unit_p_mw, [10.0, 20.0, 15.0, 0.0])


@pytest.mark.parametrize("seed", range(50))
def test_served_equals_generated_in_every_island(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, n_units, count = 30, 25, 6
    label = np.concatenate([np.arange(count), rng.integers(0, count, n - count)])
    pmax = rng.choice([0.0, 10.0, 400.0], n_units) * rng.random(n_units)
    unit_bus = rng.integers(0, n, n_units)
    result = balance_islands(
        islands=Islands(label=label, count=count),
        bus_load_mw=rng.choice([0.0, 50.0, 300.0], n) * rng.random(n),
        unit_bus=unit_bus,
        unit_p_mw=pmax * rng.random(n_units),
        unit_pmax_mw=pmax,
    )

    for island in range(count):
        served = result.bus_load_mw[label == island].sum()
        generated = result.unit_p_mw[label[unit_bus] == island].sum()
        assert served == pytest.approx(generated, abs=1e-9)
    assert result.largest_residual_mw < 1e-9
    assert np.all(result.unit_p_mw <= pmax)
    assert np.all(result.unit_p_mw >= 0.0)
