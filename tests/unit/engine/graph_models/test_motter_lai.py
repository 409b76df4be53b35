"""The shortest-path cascade against networkx, and by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from cascade.engine.graph_models.graph import Graph, bus_graph
from cascade.engine.graph_models.motter_lai import MotterLaiParams, motter_lai, node_load
from tests.unit.powerflow.small_cases import make_network


def graph_of(plain: nx.Graph) -> Graph:
    ends = np.array(list(plain.edges), dtype=np.int64).reshape(-1, 2)
    return Graph(
        node_ids=tuple(f"N{node}" for node in range(plain.number_of_nodes())),
        edge_from=ends[:, 0],
        edge_to=ends[:, 1],
    )


def draw(seed: int) -> nx.Graph:
    kinds = (
        nx.gnp_random_graph(30, 0.08, seed=seed),
        nx.barabasi_albert_graph(40, 2, seed=seed),
        nx.watts_strogatz_graph(30, 4, 0.2, seed=seed),
        nx.path_graph(9),
        nx.star_graph(8),
    )
    return kinds[seed % len(kinds)]


@pytest.mark.parametrize("count_ends", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_loads_are_the_betweenness_of_networkx(seed: int, count_ends: bool) -> None:
    plain = draw(seed)
    graph = graph_of(plain)
    rng = np.random.default_rng(seed)
    standing = rng.random(graph.n_nodes) < 0.9

    load = node_load(graph, standing=standing, count_ends=count_ends)

    left = plain.subgraph(np.flatnonzero(standing).tolist())
    expected = nx.betweenness_centrality(left, normalized=False)
    size = {node: len(part) for part in nx.connected_components(left) for node in part}
    for node in range(graph.n_nodes):
        if standing[node]:
            ends = size[node] - 1 if count_ends else 0
            assert load[node] == pytest.approx(expected[node] + ends, abs=1e-9)
        else:
            assert load[node] == 0.0


def plain_cascade(plain: nx.Graph, removed: list[int], alpha: float) -> tuple[list[list[int]], float]:
    def loads(of: nx.Graph) -> dict[int, float]:
        between = nx.betweenness_centrality(of, normalized=False)
        size = {node: len(part) for part in nx.connected_components(of) for node in part}
        return {node: between[node] + size[node] - 1 for node in of}

    capacity = {node: (1 + alpha) * load for node, load in loads(plain).items()}
    largest = max(map(len, nx.connected_components(plain)))
    left, waves = plain.copy(), [sorted(removed)]
    while waves[-1]:
        left.remove_nodes_from(waves[-1])
        load = loads(left)
        waves.append(sorted(node for node in left if load[node] > capacity[node] * (1 + 1e-9)))
    return waves[:-1], max(map(len, nx.connected_components(left)), default=0) / largest


def test_cascades_are_those_of_a_plain_implementation() -> None:
    lengths = []
    for seed in range(60):
        plain = draw(seed)
        rng = np.random.default_rng(seed)
        removed = np.sort(rng.choice(plain.number_of_nodes(), 2, replace=False)).tolist()
        alpha = float(rng.choice([0.0, 0.1, 0.3, 1.0]))

        result = motter_lai(
            graph=graph_of(plain),
            removed=[f"N{node}" for node in removed],
            params=MotterLaiParams(alpha=alpha),
        )

        waves, connected = plain_cascade(plain, removed, alpha)
        assert [wave.nodes.tolist() for wave in result.waves] == waves
        assert result.connected_frac == pytest.approx(connected)
        assert result.n_failed == sum(len(wave) for wave in waves[1:])
        lengths.append(len(waves))
    assert max(lengths) >= 4
    assert lengths.count(1) > 5


def test_a_ring_without_one_node_overloads_its_middle() -> None:
    # Ring of 5: every node lies between 1 pair and ends 4, load 5. The path of 4 left has 3, 2 + 3, 2 + 3, 3:
    # no more than before. Ring of 9: 6 + 8 = 14; the path of 8 has up to 3 · 4 + 7 = 19 in the middle.
    small = motter_lai(graph=graph_of(nx.cycle_graph(5)), removed=["N0"], params=MotterLaiParams(alpha=0.0))
    large = motter_lai(graph=graph_of(nx.cycle_graph(9)), removed=["N0"], params=MotterLaiParams(alpha=0.3))
    spare = motter_lai(graph=graph_of(nx.cycle_graph(9)), removed=["N0"], params=MotterLaiParams(alpha=0.4))

    assert small.initial_load.tolist() == pytest.approx([5.0] * 5)
    assert (small.n_failed, small.connected_frac) == (0, 0.8)
    assert large.initial_load.tolist() == pytest.approx([14.0] * 9)
    assert large.waves[1].nodes.tolist() == [4, 5]
    assert large.waves[1].strength.tolist() == pytest.approx([19 / (1.3 * 14)] * 2)
    assert large.connected_frac == pytest.approx(3 / 9)
    assert spare.n_failed == 0


def test_all_nodes_removed_leave_nothing() -> None:
    result = motter_lai(
        graph=graph_of(nx.path_graph(3)), removed=["N0", "N1", "N2"], params=MotterLaiParams()
    )

    assert (result.connected_frac, result.n_failed) == (0.0, 0)


def test_parallel_branches_of_a_network_are_one_edge() -> None:
    # A square 0-1-2-3 with 0-1 doubled, once each way. Every node shares one pair with the opposite one: 0.5.
    network = make_network(
        loads=[0.0, 1.0, 1.0, 1.0],
        branches=[(0, 1), (1, 0), (1, 2), (2, 3), (3, 0)],
        units=[(0, 3.0, 3.0)],
    )

    load = node_load(bus_graph(network), standing=np.ones(4, dtype=np.bool_), count_ends=False)

    assert load.tolist() == pytest.approx([0.5] * 4)


def test_it_stops_after_the_waves_asked_for_and_says_whether_more_would_fail() -> None:
    # The ring of 9 of above: the middle of the path goes in wave 1, and the two paths of 3 left hold.
    ring = graph_of(nx.cycle_graph(9))

    stopped = motter_lai(graph=ring, removed=["N0"], params=MotterLaiParams(alpha=0.3, max_waves=0))
    whole = motter_lai(graph=ring, removed=["N0"], params=MotterLaiParams(alpha=0.3, max_waves=2))

    assert ([len(wave.nodes) for wave in stopped.waves], stopped.is_settled) == ([1], False)
    assert stopped.connected_frac == pytest.approx(8 / 9)
    assert ([len(wave.nodes) for wave in whole.waves], whole.is_settled) == ([1, 2], True)
