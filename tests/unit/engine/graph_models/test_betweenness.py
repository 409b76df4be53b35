"""Betweenness against networkx, networkit and by hand."""

from __future__ import annotations

import networkit
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.graph_models.betweenness import betweenness


def ends_of(plain: nx.Graph) -> tuple[np.ndarray, np.ndarray]:
    ends = np.array(list(plain.edges), dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]


def test_a_square_shares_its_diagonals() -> None:
    # 0-1-2-3-0 with 0-1 doubled: each node lies on one of the two ways between its neighbours.
    found = betweenness(n_nodes=4, edge_from=np.array([0, 1, 1, 2, 3]), edge_to=np.array([1, 0, 2, 3, 0]))

    assert found.tolist() == [0.5] * 4


@pytest.mark.parametrize("n_nodes", [0, 1, 2])
def test_where_nothing_can_lie_between(n_nodes: int) -> None:
    edges = np.arange(max(n_nodes - 1, 0))

    assert betweenness(n_nodes=n_nodes, edge_from=edges, edge_to=edges + 1).tolist() == [0.0] * n_nodes


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 90), st.floats(0.0, 0.3), st.integers(0, 10_000))
def test_it_is_that_of_networkx(n_nodes: int, density: float, seed: int) -> None:
    # Above 64 nodes the sources come in several groups.
    plain = nx.gnp_random_graph(n_nodes, density, seed=seed)
    start, end = ends_of(plain)

    found = betweenness(n_nodes=n_nodes, edge_from=start, edge_to=end)

    expected = nx.betweenness_centrality(plain, normalized=False)
    assert found.tolist() == pytest.approx([expected[node] for node in range(n_nodes)], abs=1e-9)


def test_it_is_that_of_networkit_on_a_large_grid() -> None:
    plain = nx.convert_node_labels_to_integers(nx.grid_2d_graph(25, 25))
    start, end = ends_of(plain)
    graph = networkit.Graph(625)
    graph.addEdges((start.astype(np.uint64), end.astype(np.uint64)))
    other = networkit.centrality.Betweenness(graph, normalized=False)
    other.run()

    found = betweenness(n_nodes=625, edge_from=start, edge_to=end)

    assert found.tolist() == pytest.approx([score / 2 for score in other.scores()], rel=1e-9, abs=1e-6)
