"""Centralities against NetworkX, hand calculation and brute force."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.centrality.damage import rank_correlation
from cascade.engine.centrality.electrical import electrical_betweenness
from cascade.engine.centrality.graph import GridGraph
from cascade.engine.centrality.measures import measure
from cascade.engine.centrality.separation import separate
from cascade.engine.errors import CascadeInputError
from cascade.engine.prepared import prepare
from grid.powerflow.network import Network


def graph_of(
    n: int, edges: list[tuple[int, int]], sources: set[int] = frozenset(), customers=None
) -> GridGraph:
    return GridGraph(
        node_ids=tuple(f"N-{node}" for node in range(n)),
        node_kinds=("NODE",) * n,
        edge_start=np.array([a for a, _ in edges], dtype=np.int64),
        edge_end=np.array([b for _, b in edges], dtype=np.int64),
        is_source=np.array([node in sources for node in range(n)]),
        customers=np.full(n, np.nan) if customers is None else np.array(customers, dtype=float),
    )


def plain(graph: GridGraph) -> nx.Graph:
    built = nx.Graph()
    built.add_nodes_from(range(graph.n_nodes))
    built.add_edges_from(zip(graph.edge_start.tolist(), graph.edge_end.tolist(), strict=True))
    return built


@st.composite
def graphs(draw: st.DrawFn) -> GridGraph:
    n = draw(st.integers(1, 24))
    node = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(node, node), max_size=40))
    sources = draw(st.sets(node, max_size=3))
    customers = draw(st.lists(st.sampled_from([0.0, 1.0, 7.0, float("nan")]), min_size=n, max_size=n))
    return graph_of(n, edges, sources, customers)


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_measures_are_those_of_networkx(graph: GridGraph) -> None:
    found, theirs, n = measure(graph), plain(graph), graph.n_nodes

    def values(of_node: dict[int, float]) -> list[float]:
        return [of_node[node] for node in range(n)]

    if n > 1:
        assert found.degree == pytest.approx(values(nx.degree_centrality(theirs)))
        harmonic = values(nx.harmonic_centrality(theirs))
        assert found.closeness == pytest.approx([value / (n - 1) for value in harmonic])
    if n > 2:
        assert found.betweenness == pytest.approx(values(nx.betweenness_centrality(theirs)), abs=1e-12)
    assert found.clustering == pytest.approx(values(nx.clustering(theirs)))
    assert found.pagerank == pytest.approx(values(nx.pagerank(theirs, tol=1e-13, max_iter=2000)), abs=1e-8)
    assert found.pagerank.sum() == pytest.approx(1.0)
    near = [len(nx.single_source_shortest_path_length(theirs, node, cutoff=2)) - 1 for node in range(n)]
    assert found.neighbours_2_hops.tolist() == near
    assert found.n_samples is None


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_the_eigenvector_is_one_of_the_largest_eigenvalue(graph: GridGraph) -> None:
    found = measure(graph).eigenvector
    matrix = nx.to_numpy_array(plain(graph), nodelist=range(graph.n_nodes))
    largest = np.linalg.eigvalsh(matrix)[-1]

    assert (found >= 0.0).all()
    if graph.n_edges:
        assert found.max() == 1.0
        assert matrix @ found == pytest.approx(largest * found, abs=1e-6)
    else:
        assert not found.any()


def test_the_eigenvector_of_a_star_by_hand() -> None:
    # A star of 4 leaves: eigenvalue 2, hub 1, leaves 1/2. It is bipartite: power iterations never settle.
    found = measure(graph_of(5, [(0, leaf) for leaf in range(1, 5)])).eigenvector

    assert found == pytest.approx([1.0, 0.5, 0.5, 0.5, 0.5])


def test_samples_come_close_and_repeat() -> None:
    theirs = nx.barabasi_albert_graph(600, 2, seed=3)
    graph = graph_of(600, list(theirs.edges))
    exact, sampled = measure(graph), measure(graph, most_exact=10, samples=200, seed=5)
    again = measure(graph, most_exact=10, samples=200, seed=5)

    assert sampled.n_samples == 200
    assert sampled.betweenness_error == pytest.approx(np.sqrt(np.log(2 * 600 / 0.05) / 400))
    assert np.abs(sampled.betweenness - exact.betweenness).max() < sampled.betweenness_error
    assert np.corrcoef(sampled.betweenness, exact.betweenness)[0, 1] > 0.97
    assert sampled.closeness == pytest.approx(exact.closeness, rel=0.1)
    assert (sampled.betweenness == again.betweenness).all()
    assert (sampled.closeness == again.closeness).all()


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_what_hangs_on_a_node_is_what_loses_its_sources(graph: GridGraph) -> None:
    found, whole = separate(graph), plain(graph)
    sources = set(np.flatnonzero(graph.is_source).tolist())

    def fed(without: int | None) -> set[int]:
        left = whole.copy()
        if without is not None:
            left.remove_node(without)
        return {node for source in sources - {without} for node in nx.node_connected_component(left, source)}

    before = fed(None)
    assert set(np.flatnonzero(found.is_fed).tolist()) == before
    for node in before:
        lost = before - fed(node) - {node}
        assert found.downstream_nodes[node] == len(lost)
        known = [c for c in graph.customers[sorted(lost | {node})] if not np.isnan(c)]
        expected = sum(known) if known else np.nan
        assert found.downstream_customers[node] == pytest.approx(expected, nan_ok=True)


def three_buses() -> Network:
    # Equal reactances; all power from bus 0 to bus 2: two thirds go straight, a third around by bus 1.
    return Network(
        base_mva=100.0,
        bus_ids=("A", "B", "C"),
        bus_load_mw=np.array([0.0, 0.0, 60.0]),
        bus_substation=np.full(3, -1),
        substation_ids=(),
        branch_ids=("AB", "BC", "AC"),
        branch_from=np.array([0, 1, 0]),
        branch_to=np.array([1, 2, 2]),
        x_pu=np.full(3, 0.1),
        tap=np.ones(3),
        shift_deg=np.zeros(3),
        rate_mva=np.zeros(3),
        unit_ids=("G",),
        unit_bus=np.array([0]),
        unit_p_mw=np.array([60.0]),
        unit_pmax_mw=np.array([100.0]),
    )


def test_electrical_betweenness_of_a_triangle_by_hand() -> None:
    branches, buses = electrical_betweenness(prepare(three_buses()))

    assert branches == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert buses == pytest.approx([1.0, 1 / 3, 1.0])


def test_electrical_betweenness_is_the_mean_over_all_pairs() -> None:
    rng = np.random.default_rng(8)
    n, m = 9, 14
    start = np.concatenate([np.arange(n - 1), rng.integers(0, n, m - n + 1)])
    end = np.concatenate([np.arange(1, n), (start[n - 1 :] + 1 + rng.integers(0, n - 1, m - n + 1)) % n])
    x = rng.uniform(0.02, 0.3, m)
    load, capacity = rng.uniform(0.0, 50.0, n), rng.uniform(0.0, 80.0, n)
    network = Network(
        base_mva=100.0,
        bus_ids=tuple(map(str, range(n))),
        bus_load_mw=load,
        bus_substation=np.full(n, -1),
        substation_ids=(),
        branch_ids=tuple(f"L{k}" for k in range(m)),
        branch_from=start,
        branch_to=end,
        x_pu=x,
        tap=np.ones(m),
        shift_deg=np.zeros(m),
        rate_mva=np.zeros(m),
        unit_ids=tuple(f"G{k}" for k in range(n)),
        unit_bus=np.arange(n),
        unit_p_mw=capacity * load.sum() / capacity.sum(),
        unit_pmax_mw=capacity,
    )
    incidence = np.zeros((m, n))
    incidence[np.arange(m), start], incidence[np.arange(m), end] = 1.0, -1.0
    factors = np.diag(1 / x) @ incidence @ np.linalg.pinv(incidence.T @ np.diag(1 / x) @ incidence)
    expected, expected_bus, weight = np.zeros(m), np.zeros(n), 0.0
    for source in range(n):
        for sink in range(n):
            if source != sink:
                share = np.abs(factors[:, source] - factors[:, sink])
                pair = capacity[source] * load[sink]
                weight += pair
                expected += pair * share
                through = np.abs(incidence).T @ share
                through[[source, sink]] += 1.0
                expected_bus += pair * through / 2

    branches, buses = electrical_betweenness(prepare(network))

    assert branches == pytest.approx(expected / weight)
    assert buses == pytest.approx(expected_bus / weight)


def test_rank_correlation_by_hand() -> None:
    damage = np.array([0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 10.0, 30.0, 50.0])
    same = rank_correlation("itself", damage, damage)
    opposite = rank_correlation("opposite", -damage, damage)

    assert same.rho == pytest.approx(1.0)
    assert same.top_decile_share == same.best_share == pytest.approx(0.5)
    assert opposite.rho == pytest.approx(-1.0)
    assert opposite.top_decile_share == 0.0
    # Ranks 1..10 with two neighbours exchanged: 1 - 6·2/(10·99).
    swapped = rank_correlation("swapped", np.arange(10.0), np.array([1.0, 0, 2, 3, 4, 5, 6, 7, 8, 9]))
    assert swapped.rho == pytest.approx(1 - 12 / 990)
    assert swapped.low is not None
    assert swapped.high is not None
    assert swapped.low <= swapped.rho <= swapped.high
    assert rank_correlation("flat", np.ones(20), np.arange(20.0)).rho is None


def test_ends_that_are_no_nodes_are_refused() -> None:
    with pytest.raises(CascadeInputError, match="edge_start: an end is no node; allowed: 0 to 1"):
        graph_of(2, [(0, 2)])
    with pytest.raises(CascadeInputError, match="damage: has 2 entries; allowed: 3"):
        rank_correlation("x", np.ones(3), np.ones(2))
