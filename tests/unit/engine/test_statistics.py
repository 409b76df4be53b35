"""Statistics of batches against hand calculation and plain counting."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from cascade.engine.batch.builders import every_branch, every_unit, random_branches
from cascade.engine.batch.contingencies import Contingencies, from_lists, split
from cascade.engine.batch.result import BatchResult
from cascade.engine.batch.run import run_many
from cascade.engine.params import CascadeParams
from cascade.engine.statistics import (
    Tally,
    UnlikeContingencies,
    branch_roles,
    branching_ratio,
    influence_graph,
    size_distribution,
)
from grid.powerflow.network import Network
from tests.unit.engine.random_networks import tight_network
from tests.unit.powerflow.small_cases import make_network


@pytest.fixture
def by_hand() -> tuple[Network, Contingencies, BatchResult]:
    """Three equal lines, each rated 50, carry 120 MW: 40 each; one lost puts 60 on the others: both trip."""
    network = make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1, 0.1), (0, 1, 0.1), (0, 1, 0.1)],
        units=[(0, 120.0, 200.0)],
        rates=[50.0, 50.0, 50.0],
    )
    contingencies = from_lists([[0], [], [0, 1], []], [[], [], [], [0]])
    return network, contingencies, run_many(network, CascadeParams(), contingencies)


def test_sizes_by_hand(by_hand: tuple[Network, Contingencies, BatchResult]) -> None:
    sizes = size_distribution(by_hand[2])

    np.testing.assert_allclose(np.unique(sizes.size_mw.round(6)), [0.0, 120.0])
    assert sizes.share_at_least[0] == 1.0
    assert sizes.share_at_least[np.argmax(sizes.size_mw > 60)] == 0.75
    assert (sizes.n_solved, sizes.n_unsolved) == (4, 0)


def test_branching_by_hand(by_hand: tuple[Network, Contingencies, BatchResult]) -> None:
    # Generation 0: 1 + 0 + 2 + 3 (the bus takes its three lines), generation 1: 2 + 0 + 1 + 0.
    ratio = branching_ratio(*by_hand)

    assert ratio.losses.tolist() == [6, 3]
    np.testing.assert_allclose(ratio.by_generation, [0.5])
    assert ratio.ratio == pytest.approx(3 / 9)


def test_roles_by_hand(by_hand: tuple[Network, Contingencies, BatchResult]) -> None:
    roles = branch_roles(*by_hand)

    assert roles.n_initiated.tolist() == [2, 1, 0]
    np.testing.assert_allclose(roles.shed_initiated_mw, [240.0, 120.0, 0.0])
    assert roles.n_tripped.tolist() == [0, 1, 2]
    assert roles.n_spread.tolist() == [2, 1, 0]
    np.testing.assert_allclose(roles.n_followers, [2.5, 0.5, 0.0])


def test_influence_by_hand(by_hand: tuple[Network, Contingencies, BatchResult]) -> None:
    graph = influence_graph(*by_hand)

    assert graph.n_out.tolist() == [3, 3, 3]
    np.testing.assert_allclose(graph.followed.toarray(), [[0, 1, 2], [0, 0, 1], [0, 0, 0]])
    np.testing.assert_allclose(graph.probability.toarray(), graph.followed.toarray() / 3)


def test_influence_is_what_plain_counting_gives() -> None:
    network = tight_network(np.random.default_rng(11))
    contingencies = random_branches(network, size=2, count=150, seed=2)
    result = run_many(network, CascadeParams(load_multiplier=1.1), contingencies)

    graph = influence_graph(network, contingencies, result)
    roles = branch_roles(network, contingencies, result)
    ratio = branching_ratio(network, contingencies, result)

    out: Counter[int] = Counter()
    followed: Counter[tuple[int, int]] = Counter()
    for row in range(len(result)):
        waves = [contingencies.branches_of(row).tolist(), *(w.tolist() for w in result.waves(row))]
        for wave in waves:
            out.update(wave)
        for wave, following in pairwise(waves):
            followed.update((i, j) for i in wave for j in following)
    dense = graph.followed.toarray()
    assert {(i, j): dense[i, j] for i, j in zip(*np.nonzero(dense), strict=True)} == dict(followed)
    assert graph.n_out.tolist() == [out[k] for k in range(network.n_branches)]
    assert result.n_waves.max() >= 2
    # Each trip is some generation's follower, and every loss is counted once.
    assert roles.n_followers.sum() == pytest.approx(result.n_tripped.sum())
    assert ratio.losses.sum() == sum(out.values())
    assert graph.probability.toarray().max() <= 1.0


def test_parts_added_up_are_the_whole_and_what_plain_counting_gives() -> None:
    for seed in range(6):
        network = tight_network(np.random.default_rng(40 + seed))
        contingencies = random_branches(network, size=2, count=120, seed=seed)
        result = run_many(network, CascadeParams(load_multiplier=1.1), contingencies)
        whole = influence_graph(network, contingencies, result)
        tally = Tally(network)
        for part in split(contingencies, 5):
            tally.add(part, run_many(network, CascadeParams(load_multiplier=1.1), part))

        shared: Counter[tuple[int, int]] = Counter()
        generations: Counter[int] = Counter()
        for row in range(len(result)):
            waves = [contingencies.branches_of(row).tolist(), *(w.tolist() for w in result.waves(row))]
            generations.update({number: len(wave) for number, wave in enumerate(waves)})
            for wave, following in pairwise(waves):
                for i in wave:
                    for j in following:
                        shared[i, j] += 1 / len(wave)  # type: ignore[assignment]
        roles = branch_roles(network, contingencies, result)
        for name in vars(roles):
            np.testing.assert_allclose(getattr(tally.roles, name), getattr(roles, name))
        assert tally.graph.n_out.tolist() == whole.n_out.tolist()
        assert (tally.graph.followed != whole.followed).nnz == 0
        dense = tally.graph.shared.toarray()
        for (i, j), value in shared.items():
            assert dense[i, j] == pytest.approx(value)
        assert dense.sum() == pytest.approx(result.n_tripped.sum())
        assert tally.branching.losses.tolist() == [generations[g] for g in range(len(generations))]
        # What goes out is what is taken out and what follows: n = n0 + H' n.
        graph = tally.graph
        follows = graph.mean_trips.T @ graph.n_out.astype(float)
        np.testing.assert_allclose(graph.n_first + follows, graph.n_out)


def test_units_taken_out_are_a_first_generation() -> None:
    network = make_network(
        loads=[0.0, 120.0],
        branches=[(0, 1, 0.1), (0, 1, 0.1)],
        units=[(0, 60.0, 200.0), (1, 60.0, 200.0)],
        rates=[50.0, 50.0],
    )
    contingencies = every_unit(network)
    result = run_many(network, CascadeParams(), contingencies)

    ratio = branching_ratio(network, contingencies, result)

    # Without unit 1 both lines carry 60 of 50; without unit 0 they carry nothing.
    assert ratio.losses.tolist() == [2, 2]
    assert ratio.ratio == pytest.approx(0.5)


def test_contingencies_of_another_batch_are_refused(
    by_hand: tuple[Network, Contingencies, BatchResult],
) -> None:
    network, _, result = by_hand

    with pytest.raises(UnlikeContingencies):
        branching_ratio(network, every_branch(network), result)


def test_nothing_lost_has_no_branching_ratio() -> None:
    network = tight_network(np.random.default_rng(0))
    nothing = from_lists([[]])
    result = run_many(network, CascadeParams(), nothing)

    assert np.isnan(branching_ratio(network, nothing, result).ratio)
