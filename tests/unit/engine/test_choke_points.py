"""Choke points against the plain meaning: the trips left once nothing follows from a branch."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from cascade.engine.batch.builders import random_branches
from cascade.engine.batch.run import run_many
from cascade.engine.choke_points import choke_points
from cascade.engine.params import CascadeParams
from cascade.engine.statistics import InfluenceGraph, influence_graph
from tests.unit.engine.random_networks import tight_network


def test_a_chain_by_hand() -> None:
    # Four cascades: 0 brings 1 each time, 1 brings 2 in half of them; 3 begins one alone.
    graph = InfluenceGraph(
        n_out=np.array([4, 4, 2, 1]),
        n_first=np.array([4, 0, 0, 1]),
        followed=csr_array(np.array([[0, 4, 0, 0], [0, 0, 2, 0], [0, 0, 0, 0], [0, 0, 0, 0]])),
        shared=csr_array(np.array([[0, 4.0, 0, 0], [0, 0, 2.0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])),
    )

    found = choke_points(graph, count=3)

    assert found.branch.tolist() == [0, 1]
    np.testing.assert_allclose(found.later_trips, [1.5, 0.5])
    np.testing.assert_allclose(found.avoided_trips, [6.0, 2.0])
    np.testing.assert_allclose(found.avoided_frac, [1.0, 1 / 3])


@pytest.mark.parametrize("seed", range(8))
def test_a_blocked_branch_leaves_fewer_losses_by_what_it_says(seed: int) -> None:
    network = tight_network(np.random.default_rng(70 + seed))
    contingencies = random_branches(network, size=2, count=200, seed=seed)
    result = run_many(network, CascadeParams(load_multiplier=1.1), contingencies)
    graph = influence_graph(network, contingencies, result)

    every = choke_points(graph, count=network.n_branches)
    few = choke_points(graph, count=3)

    influence = graph.mean_trips.toarray()
    avoided = np.zeros(network.n_branches)
    for branch in range(network.n_branches):
        blocked = influence.copy()
        blocked[branch] = 0.0
        losses, generation = np.zeros(network.n_branches), graph.n_first.astype(float)
        for _ in range(2_000):  # generation after generation, until none follows
            losses += generation
            generation = blocked.T @ generation
        assert generation.sum() < 1e-9
        avoided[branch] = graph.n_out.sum() - losses.sum()
    np.testing.assert_allclose(every.avoided_trips, avoided[every.branch], atol=1e-6)
    assert set(np.flatnonzero(avoided > 1e-6)) == set(every.branch.tolist())
    assert (np.diff(every.avoided_trips) <= 1e-9).all()
    np.testing.assert_allclose(few.avoided_trips, every.avoided_trips[:3])


def test_without_trips_there_is_no_choke_point() -> None:
    none = csr_array((2, 2))
    graph = InfluenceGraph(n_out=np.array([1, 0]), n_first=np.array([1, 0]), followed=none, shared=none)

    assert len(choke_points(graph, count=5).branch) == 0
