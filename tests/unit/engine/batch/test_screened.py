"""Screened pairs against all pairs, and lists of first losses against one after another."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from cascade.engine.batch.adjustment import Adjustment
from cascade.engine.batch.builders import every_branch, pairs
from cascade.engine.batch.contingencies import from_lists, split
from cascade.engine.batch.run import run_many
from cascade.engine.batch.screened import screened_pairs
from cascade.engine.batch.screened_settings import NotScreened
from cascade.engine.batch.second_loss import second_losses
from cascade.engine.batch.second_loss_list import second_losses_of
from cascade.engine.conditions import Conditions
from cascade.engine.options import HiddenFailures, RandomTrips, TripSelection
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from tests.unit.engine.random_networks import tight_network
from tests.unit.powerflow.small_cases import make_network


@pytest.mark.parametrize("seed", range(12))
def test_no_pair_with_trips_is_left_out(seed: int) -> None:
    rng = np.random.default_rng(300 + seed)
    network = tight_network(rng)
    params = CascadeParams(
        trip_threshold_frac=float(rng.choice([1.0, 1.15])),
        trip_selection=TripSelection.MOST_OVERLOADED if seed % 3 == 0 else TripSelection.ALL,
    )
    factors = rng.uniform(0.9, 1.5, network.n_branches)
    factors[0] = np.nan
    conditions = Conditions(branch_rating_frac=factors)

    found = screened_pairs(network, params, conditions=conditions)

    every = list(combinations(range(network.n_branches), 2))
    all_pairs = pairs(*zip(*every, strict=True))
    result = run_many(network, params, all_pairs, conditions=conditions)
    kept = {tuple(found.contingencies.branches_of(row).tolist()) for row in range(len(found.contingencies))}
    for row, pair in enumerate(every):
        if pair not in kept:
            assert result.n_tripped[row] == 0
    assert found.n_pairs == len(every)
    assert len(kept) == found.n_overloading + found.n_undecided == found.n_pairs - found.n_removed
    tripping = int((result.n_tripped > 0).sum())
    assert found.n_overloading <= tripping <= len(kept)
    assert found.n_removed > 0
    alone = run_many(network, params, every_branch(network), conditions=conditions)
    both_hold = sum(1 for one, two in kept if not alone.n_tripped[one] and not alone.n_tripped[two])
    assert found.n_only_together <= both_hold <= found.n_only_together + found.n_undecided


def test_some_branches_are_paired_and_progress_can_stop() -> None:
    network = tight_network(np.random.default_rng(1))

    found = screened_pairs(network, CascadeParams(), branch_indices=[4, 0, 2])

    assert found.n_pairs == 3
    assert set(found.contingencies.branch.tolist()) <= {0, 2, 4}

    def stop(*_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        screened_pairs(network, CascadeParams(), progress=stop)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        (CascadeParams(random_trips=RandomTrips()), "random_trips"),
        (CascadeParams(hidden_failures=HiddenFailures()), "hidden_failures"),
    ],
)
def test_settings_that_trip_without_overload_are_refused(params: CascadeParams, field: str) -> None:
    with pytest.raises(NotScreened) as caught:
        screened_pairs(tight_network(np.random.default_rng(1)), params)

    assert caught.value.field == field


@pytest.mark.parametrize("adjustment", list(Adjustment))
def test_a_list_of_first_losses_is_one_after_another(adjustment: Adjustment) -> None:
    prepared = prepare(tight_network(np.random.default_rng(8)))
    params = CascadeParams(load_multiplier=1.1)
    firsts = from_lists([[0], [3, 5], []], [[], [], [2]])

    found = second_losses_of(prepared, params, firsts, adjustment=adjustment)
    parts = [second_losses_of(prepared, params, part, adjustment=adjustment) for part in split(firsts, 3)]

    for number in range(3):
        single = second_losses(
            prepared, params, firsts.outages(number, prepared.source), adjustment=adjustment
        )
        rows = found.first == number
        assert found.second[rows].tolist() == single.branch.tolist()
        assert (found.first_shed_mw[rows] == single.first_shed_mw).all()
        np.testing.assert_array_equal(found.result.shed_mw[rows], single.result.shed_mw)
        np.testing.assert_array_equal(parts[number].result.shed_mw, single.result.shed_mw)
        assert (parts[number].first == number).all()
    assert found.result.network_digest == prepared.source.digest()
    assert found.contingencies().branch.tolist() == found.second.tolist()


def test_a_first_loss_without_a_solution_is_one_unsolved_row() -> None:
    network = make_network(
        loads=[0.0, 0.0, 50.0],
        branches=[(0, 1, 0.1), (1, 2, 0.2), (1, 2, -0.2), (0, 2, 0.3)],
        units=[(0, 50.0, 50.0)],
    )

    found = second_losses_of(
        prepare(network), CascadeParams(), from_lists([[0], [1]]), adjustment=Adjustment.NONE
    )

    assert found.second.tolist() == [-1, 0, 2, 3]
    assert found.result.solved[0] == np.False_
    assert np.isnan(found.first_shed_mw[0])
    assert len(found.contingencies()) == 4


def test_second_losses_take_the_ratings_of_the_hour_and_draw_for_themselves() -> None:
    network = tight_network(np.random.default_rng(5))
    firsts = from_lists([[0], [1], [2]])
    warm = Conditions(branch_rating_frac=np.full(network.n_branches, 0.8))
    scaled = replace(network, rate_mva=network.rate_mva * 0.8)

    one = second_losses_of(
        prepare(network), CascadeParams(), firsts, adjustment=Adjustment.NONE, conditions=warm
    )
    other = second_losses_of(prepare(scaled), CascadeParams(), firsts, adjustment=Adjustment.NONE)

    np.testing.assert_allclose(one.result.shed_mw, other.result.shed_mw)
    chance = CascadeParams(random_trips=RandomTrips(overloaded_prob=0.5), seed=3)
    whole = second_losses_of(prepare(network), chance, firsts, adjustment=Adjustment.NONE)
    part = second_losses_of(prepare(network), chance, split(firsts, 3)[2], adjustment=Adjustment.NONE)
    np.testing.assert_array_equal(whole.result.shed_mw[whole.first == 2], part.result.shed_mw)
