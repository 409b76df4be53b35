"""Lists of contingencies, and second losses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cascade.engine.batch.adjustment import Adjustment
from cascade.engine.batch.builders import (
    every_branch,
    every_bus,
    every_plant,
    every_substation,
    every_unit,
    monte_carlo,
    pairs,
    random_branches,
)
from cascade.engine.batch.contingencies import Contingencies, InvalidContingencies, from_lists, split
from cascade.engine.batch.second_loss import second_losses
from cascade.engine.cascade import simulate
from cascade.engine.outages import branch_outage, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from tests.unit.engine.random_networks import random_network, tight_network
from tests.unit.powerflow.small_cases import make_network, triangle


def lists(contingencies: Contingencies) -> list[tuple[list[int], list[int]]]:
    return [
        (contingencies.branches_of(row).tolist(), contingencies.buses_of(row).tolist())
        for row in range(len(contingencies))
    ]


def test_every_branch_bus_and_substation() -> None:
    network = random_network(np.random.default_rng(4))

    assert lists(every_branch(network)) == [([k], []) for k in range(network.n_branches)]
    assert lists(every_bus(network)) == [([], [k]) for k in range(network.n_buses)]
    assert lists(every_substation(network)) == [
        ([], np.flatnonzero(network.bus_substation == k).tolist()) for k in range(len(network.substation_ids))
    ]


def test_every_plant_is_the_units_of_a_substation() -> None:
    network = replace(
        make_network(
            loads=[0.0, 10.0, 10.0, 0.0],
            branches=[(0, 1, 0.1), (1, 2, 0.1), (2, 3, 0.1)],
            units=[(2, 5.0, 9.0), (0, 10.0, 20.0), (2, 5.0, 9.0), (1, 1.0, 1.0), (3, 1.0, 1.0)],
        ),
        # Buses 0 and 1 are one substation, 2 and 3 are of none.
        bus_substation=np.array([0, 0, -1, -1]),
        substation_ids=("S",),
    )

    plants, bus = every_plant(network)

    assert lists(plants) == [([], [])] * 3
    assert [plants.units_of(row).tolist() for row in range(3)] == [[1, 3], [0, 2], [4]]
    assert bus.tolist() == [0, 2, 3]


def test_every_unit_goes_alone() -> None:
    network = random_network(np.random.default_rng(4))

    units = every_unit(network)

    assert [units.units_of(row).tolist() for row in range(len(units))] == [
        [unit] for unit in range(network.n_units)
    ]
    assert lists(units) == [([], [])] * network.n_units


def test_pairs_are_taken_as_given() -> None:
    assert lists(pairs([0, 2], [1, 0])) == [([0, 1], []), ([2, 0], [])]


def test_random_sets_have_different_branches_and_are_repeatable() -> None:
    network = tight_network(np.random.default_rng(0))

    drawn = random_branches(network, size=3, count=200, seed=9)

    rows = [branches for branches, _ in lists(drawn)]
    assert all(len(set(row)) == 3 for row in rows)
    assert {k for row in rows for k in row} == set(range(network.n_branches))
    assert lists(random_branches(network, size=3, count=200, seed=9)) == lists(drawn)
    assert lists(random_branches(network, size=3, count=200, seed=10)) != lists(drawn)


def test_monte_carlo_draws_with_the_probabilities_given() -> None:
    drawn = monte_carlo(branch_probability=[0.0, 0.3, 1.0], bus_probability=[0.1, 0.0], count=4_000, seed=3)

    frequency = np.bincount(drawn.branch, minlength=3) / 4_000
    assert frequency[0] == 0.0
    assert frequency[1] == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 4_000))
    assert frequency[2] == 1.0
    assert np.bincount(drawn.bus, minlength=2)[0] / 4_000 == pytest.approx(0.1, abs=0.02)
    both = np.isin(np.arange(4_000), np.repeat(np.arange(4_000), np.diff(drawn.bus_start)))
    second = np.array([1 in drawn.branches_of(row) for row in range(4_000)])
    assert np.mean(both & second) == pytest.approx(0.03, abs=0.012)  # independent


def test_a_longer_monte_carlo_list_begins_with_the_shorter() -> None:
    chances = [0.2, 0.5, 0.1]
    longer = monte_carlo(branch_probability=chances, count=30, seed=1)

    assert lists(longer)[:10] == lists(monte_carlo(branch_probability=chances, count=10, seed=1))
    assert len(longer) == 30
    assert any(not branches for branches, _ in lists(longer))  # draws of nothing are kept


def test_parts_hold_everything_once_and_in_order() -> None:
    whole = from_lists([[1], [], [2, 3], [0], [1, 2]], [[], [0], [], [1, 2], []])

    parts = split(whole, 3)

    assert [row for part in parts for row in lists(part)] == lists(whole)
    assert len(split(whole, 50)) == 5
    assert split(from_lists([]), 4) == []


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: pairs([0], [0]), "second"),
        (lambda: pairs([0, 1], [2]), "second"),
        (lambda: random_branches(triangle(), size=4, count=1, seed=0), "size"),
        (lambda: random_branches(triangle(), size=0, count=1, seed=0), "size"),
        (lambda: monte_carlo(branch_probability=[1.1], count=1, seed=0), "branch_probability"),
        (lambda: monte_carlo(branch_probability=[np.nan], count=1, seed=0), "branch_probability"),
        (lambda: split(every_branch(triangle()), 0), "n"),
    ],
)
def test_wrong_requests_are_refused(call: Any, field: str) -> None:
    with pytest.raises(InvalidContingencies) as caught:
        call()

    assert caught.value.field == field


@pytest.mark.parametrize("seed", range(6))
def test_second_losses_go_on_from_the_state_the_first_left(seed: int) -> None:
    network = tight_network(np.random.default_rng(seed))
    prepared, params = prepare(network), CascadeParams(load_multiplier=1.05)
    first = branch_outage(network, seed)
    before = simulate(network=prepared, outages=first, params=params)

    second = second_losses(prepared, params, first)

    gone = sorted({*before.outage_branches.tolist(), *before.tripped.tolist()})
    assert second.first_tripped.tolist() == gone
    assert second.first_shed_mw == pytest.approx(before.shed_mw, abs=1e-6)
    assert second.branch.tolist() == [k for k in range(network.n_branches) if k not in gone]
    assert not np.isin(second.result.trip_branch, gone).any()
    assert second.result.base_shed_mw == pytest.approx(0.0, abs=1e-6)


def test_hand_calculated_second_loss() -> None:
    # Two units of 100 MW capacity serve 60 MW at bus 2 over 0-2 and 1-2, with 50 and 10 MW. Losing 0-1, which
    # joins the units, leaves 50 on 0-2 and 10 on 1-2. Then losing 0-2 puts 60 on 1-2, rated 40: all is lost.
    # Losing 1-2 puts 60 on 0-2, which holds.
    network = make_network(
        loads=[0.0, 0.0, 60.0],
        branches=[(0, 1, 0.1), (0, 2, 0.1), (1, 2, 0.1)],
        units=[(0, 50.0, 100.0), (1, 10.0, 100.0)],
        rates=[0.0, 70.0, 40.0],
    )
    first = resolve_outages(network=network, branch_ids=[network.branch_ids[0]])

    second = second_losses(network, CascadeParams(), first)

    assert second.branch.tolist() == [1, 2]
    np.testing.assert_allclose(second.result.shed_mw, [60.0, 0.0], atol=1e-9)
    assert second.result.trip_branch.tolist() == [2]
    assert second.result.first_loaded_branch.tolist() == [2, 1]


def test_redispatch_gives_units_the_same_share() -> None:
    # As above, but redispatched to 30 and 30; with a loss of nothing that matters the flows tell.
    network = make_network(
        loads=[0.0, 0.0, 60.0, 0.0],
        branches=[(0, 1, 0.1), (0, 2, 0.1), (1, 2, 0.1), (2, 3, 0.1)],
        units=[(0, 50.0, 100.0), (1, 10.0, 100.0)],
        rates=[0.0, 100.0, 100.0, 0.0],
    )
    first = resolve_outages(network=network, branch_ids=[network.branch_ids[0]])

    plain = second_losses(network, CascadeParams(), first)
    shared = second_losses(network, CascadeParams(), first, adjustment=Adjustment.SHARE_HEADROOM)

    spur = plain.branch.tolist().index(3)
    assert plain.result.first_loading_frac[spur] == pytest.approx(0.5)
    assert shared.result.first_loading_frac[spur] == pytest.approx(0.3)
