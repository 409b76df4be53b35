"""Islands against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from grid.powerflow.islands import IslandFinder


def as_sets(label: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(label == island).tolist()) for island in np.unique(label)}


@pytest.mark.parametrize("seed", range(60))
def test_are_the_connected_components(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 40)), int(rng.integers(0, 60))
    ends = np.array([rng.choice(n, 2, replace=False) for _ in range(m)], dtype=np.int64).reshape(m, 2)
    ends = np.concatenate([ends, ends[:5], ends[:5, ::-1]])  # parallel branches, in both directions
    finder = IslandFinder(n_buses=n, branch_from=ends[:, 0], branch_to=ends[:, 1])
    for share in (1.0, 0.7, 0.3, 0.0):
        on = rng.random(len(ends)) < share
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from(ends[on].tolist())
        expected = {frozenset(component) for component in nx.connected_components(graph)}

        islands = finder.find(on)

        assert as_sets(islands.label) == expected
        assert islands.count == len(expected)
        assert islands.first_bus().tolist() == [
            int(np.flatnonzero(islands.label == island)[0]) for island in range(islands.count)
        ]


def test_parallel_branches_hold_until_the_last_is_out() -> None:
    finder = IslandFinder(n_buses=2, branch_from=np.array([0, 1, 0]), branch_to=np.array([1, 0, 1]))

    assert finder.find(np.array([True, False, True])).count == 1
    assert finder.find(np.array([False, True, False])).count == 1
    assert finder.find(np.array([False, False, False])).count == 2


def test_a_long_chain_is_one_island() -> None:
    n = 50_000
    finder = IslandFinder(n_buses=n, branch_from=np.arange(n - 1), branch_to=np.arange(1, n))
    on = np.ones(n - 1, dtype=np.bool_)

    assert finder.find(on).count == 1
    on[n // 2] = False
    assert finder.find(on).count == 2
