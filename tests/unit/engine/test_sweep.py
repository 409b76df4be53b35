"""The sweep over single outages against one cascade after another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cascade.engine.cascade import simulate
from cascade.engine.outages import UnknownAsset, branch_outage
from cascade.engine.params import CascadeParams, InvalidParams
from cascade.engine.prepared import prepare
from cascade.engine.sweep import n_minus_1
from tests.unit.engine.random_networks import tight_network
from tests.unit.powerflow.small_cases import make_network, triangle


@pytest.mark.parametrize("seed", range(12))
def test_rows_are_those_of_single_cascades(seed: int) -> None:
    network = tight_network(np.random.default_rng(seed))
    params = CascadeParams(load_multiplier=1.05)

    sweep = n_minus_1(network, params)

    assert sweep.branch.tolist() == list(range(network.n_branches))
    assert sweep.solved.all()
    for row in range(network.n_branches):
        result = simulate(network=network, outages=branch_outage(network, row), params=params)
        assert sweep.shed_mw[row] == pytest.approx(result.shed_mw, abs=1e-9)
        assert sweep.n_tripped[row] == len(result.tripped)
        assert sweep.n_waves[row] == result.n_waves
        assert sweep.base_shed_mw == result.base_shed_mw
    assert (sweep.n_tripped > 0).any()
    assert (sweep.n_tripped == 0).any()


def test_hand_calculated_rows() -> None:
    # Flows 53.33, 46.67, 6.67 with ratings 100, 60 and 100: losing 0-1 puts 100 MW on 0-2 (60): it trips, and
    # all is lost. Losing 0-2 puts 100 on 0-1: it holds. Losing 2-1 leaves 60 and 40.
    sweep = n_minus_1(triangle(rate_mva=[100.0, 60.0, 100.0]), CascadeParams())

    np.testing.assert_allclose(sweep.shed_mw, [100.0, 0.0, 0.0], atol=1e-9)
    assert sweep.n_tripped.tolist() == [1, 0, 0]
    assert sweep.n_waves.tolist() == [1, 0, 0]
    assert sweep.base_shed_mw == 0.0


def test_some_branches_in_the_order_asked_for() -> None:
    prepared = prepare(triangle(rate_mva=[100.0, 60.0, 100.0]))
    calls: list[tuple[int, int]] = []

    sweep = n_minus_1(
        prepared,
        CascadeParams(),
        branch_indices=[2, 0],
        progress=lambda done, total: calls.append((done, total)),
    )

    assert sweep.branch.tolist() == [2, 0]
    np.testing.assert_allclose(sweep.shed_mw, [0.0, 100.0], atol=1e-9)
    assert calls == [(1, 2), (2, 2)]


def test_none_of_none() -> None:
    assert len(n_minus_1(triangle(), CascadeParams(), branch_indices=[]).branch) == 0


def test_raising_from_progress_stops_the_sweep() -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError(f"{done} of {total}")

    with pytest.raises(InterruptedError, match="1 of 3"):
        n_minus_1(triangle(), CascadeParams(), progress=stop)


def test_an_unsolvable_row_is_unknown_and_the_others_are_not() -> None:
    network = make_network(
        loads=[0.0, 0.0, 50.0],
        branches=[(0, 1, 0.1), (1, 2, 0.2), (1, 2, -0.2), (0, 2, 0.3)],
        units=[(0, 50.0, 50.0)],
    )

    sweep = n_minus_1(network, CascadeParams())

    assert sweep.solved.tolist() == [False, True, True, False]
    assert np.isnan(sweep.shed_mw).tolist() == [True, False, False, True]
    assert sweep.n_tripped.tolist() == [-1, 0, 0, -1]
    assert sweep.n_waves.tolist() == [-1, 0, 0, -1]


@pytest.mark.parametrize("wrong", [[0, 3], [-1], [0.5], [[0, 1]], ["BR-0"]])
def test_wrong_indices_are_refused(wrong: Any) -> None:
    with pytest.raises(UnknownAsset) as caught:
        n_minus_1(triangle(), CascadeParams(), branch_indices=wrong)

    assert caught.value.field == "branch_indices"


def test_the_wave_limit_holds() -> None:
    sweep = n_minus_1(triangle(rate_mva=[100.0, 60.0, 100.0]), CascadeParams(max_waves=0))

    assert sweep.n_waves.tolist() == [0, 0, 0]
    assert sweep.shed_mw.tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_bad_settings_do_not_reach_the_sweep() -> None:
    with pytest.raises(InvalidParams):
        n_minus_1(triangle(), CascadeParams(load_multiplier=-1.0))
