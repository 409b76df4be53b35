"""The spreading model: its formula by hand, and a plain walk over random graphs."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cascade.engine.checks import InvalidParams
from cascade.engine.graph_models.graph import Graph, GraphWave, InvalidGraph
from cascade.engine.graph_models.probabilistic_bfs import SpreadParams, SpreadRule, spread, spread_probability


def chain(n: int) -> Graph:
    return Graph(
        node_ids=tuple(f"N{node}" for node in range(n)), edge_from=np.arange(n - 1), edge_to=np.arange(1, n)
    )


@pytest.mark.parametrize(
    ("distance_km", "criticality", "betweenness", "given", "expected"),
    [
        (0.0, 1.0, 0.0, {}, 0.05),  # 1 · 0.1 · 0.5
        (0.0, 0.8, 0.01, {}, 0.44),  # 0.8 · 1.1 · 0.5
        (5.0, 0.8, 0.01, {}, 0.44 / math.e),
        (0.0, 0.8, 0.01, {"temperature_c": 50.0}, 0.88),
        (0.0, 0.8, 0.01, {"temperature_c": 0.0}, 0.88),  # its temperature has no sign
        (0.0, 0.8, 0.01, {"load_multiplier": 1.5}, 0.66),
        (0.0, 1.0, 1.0, {}, 0.95),
    ],
)
def test_the_probability_is_that_of_the_formula(
    distance_km: float, criticality: float, betweenness: float, given: dict[str, float], expected: float
) -> None:
    found = spread_probability(
        distance_km=np.array([distance_km]),
        criticality=np.array([criticality]),
        betweenness=np.array([betweenness]),
        params=SpreadParams(**given),  # type: ignore[arg-type]
    )

    assert found[0] == pytest.approx(expected)


def test_failures_spread_both_ways_until_the_probability_is_too_low() -> None:
    # 0.44 at 0 km; at 1 km 0.360, at 2 km 0.295 < 0.3.
    waves = spread(
        graph=chain(5),
        distance_km=np.array([2.0, 1.0, 1.0, 0.0]),
        criticality=np.full(5, 0.8),
        betweenness=np.full(5, 0.01),
        first_failed=["N2"],
        params=SpreadParams(),
    )

    assert [wave.nodes.tolist() for wave in waves] == [[2], [1, 3], [4]]
    assert [wave.parents.tolist() for wave in waves] == [[-1], [2, 2], [3]]
    assert waves[1].strength.tolist() == pytest.approx([0.44 * math.exp(-0.2)] * 2)


def test_the_bounds_on_waves_and_nodes_hold_and_the_most_probable_go_first() -> None:
    star = Graph(node_ids=("C", "A", "B", "D"), edge_from=np.array([0, 0, 0]), edge_to=np.array([1, 2, 3]))
    given: dict[str, Any] = {
        "graph": star,
        "distance_km": np.array([1.0, 0.0, 0.5]),
        "criticality": np.full(4, 0.8),
        "betweenness": np.full(4, 0.01),
        "first_failed": ["C"],
    }

    assert [wave.nodes.tolist() for wave in spread(**given, params=SpreadParams(max_nodes=3))] == [
        [0],
        [2, 3],
    ]
    assert len(spread(**given, params=SpreadParams(max_waves=0))) == 1


def walk(
    graph: Graph, p: list[list[tuple[int, float, int]]], params: SpreadParams, first: list[int]
) -> list[set[int]]:
    """Return the waves, plainly: ``p`` lists (neighbour, probability, place of its draw) per node."""
    failed, waves = set(first), [set(first)]
    for number in range(1, params.max_waves + 1):
        drawn = np.random.default_rng([params.seed, number]).random(2 * graph.n_edges)
        new = set()
        for node in waves[-1]:
            for neighbour, probability, place in p[node]:
                if neighbour in failed or probability < params.threshold_prob:
                    continue
                if params.rule is SpreadRule.THRESHOLD or drawn[place] < probability:
                    new.add(neighbour)
        if not new:
            break
        failed |= new
        waves.append(new)
    return waves


@pytest.mark.parametrize("rule", list(SpreadRule))
@pytest.mark.parametrize("seed", range(30))
def test_waves_are_those_of_a_plain_walk(seed: int, rule: SpreadRule) -> None:
    rng = np.random.default_rng(seed)
    n, m = 25, 50
    ends = np.array(sorted({tuple(sorted(rng.choice(n, 2, replace=False).tolist())) for _ in range(m)}))
    graph = Graph(node_ids=tuple(map(str, range(n))), edge_from=ends[:, 0], edge_to=ends[:, 1])
    distance, critical = rng.uniform(0.0, 6.0, len(ends)), rng.uniform(0.2, 1.0, n)
    between = rng.uniform(0.0, 0.02, n)
    params = SpreadParams(rule=rule, threshold_prob=0.1, seed=seed, max_nodes=1_000, load_multiplier=1.3)
    edges: list[list[tuple[int, float, int]]] = [[] for _ in range(n)]
    for e, (u, v) in enumerate(ends.tolist()):
        for source, target, place in ((u, v, e), (v, u, len(ends) + e)):
            probability = (
                math.exp(-distance[e] / 5) * critical[source] * (100 * between[source] + 0.1) * 1.3 / 2
            )
            edges[source].append((target, min(0.95, probability), place))

    waves: tuple[GraphWave, ...] = spread(
        graph=graph,
        distance_km=distance,
        criticality=critical,
        betweenness=between,
        first_failed=["0", "7"],
        params=params,
    )

    assert [set(wave.nodes.tolist()) for wave in waves] == walk(graph, edges, params, [0, 7])
    for before, wave in pairwise(waves):
        assert set(wave.parents.tolist()) <= set(before.nodes.tolist())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"temperature_c": float("nan")}, "temperature_c"),
        ({"load_multiplier": 0.0}, "load_multiplier"),
        ({"threshold_prob": 1.5}, "threshold_prob"),
        ({"rule": "MAYBE"}, "rule"),
        ({"max_nodes": 0}, "max_nodes"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidParams) as caught:
        SpreadParams(**given)

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_failed": ["N9"]}, "first_failed"),
        ({"first_failed": []}, "first_failed"),
        ({"criticality": [0.5, np.nan, 0.5]}, "criticality"),
        ({"betweenness": [0.5, 0.5]}, "betweenness"),
        ({"distance_km": [1.0, -1.0]}, "distance_km"),
        ({"distance_km": ["a", "b"]}, "distance_km"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(changed: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {
        "graph": chain(3),
        "distance_km": np.ones(2),
        "criticality": np.ones(3),
        "betweenness": np.ones(3),
        "first_failed": ["N0"],
    }
    with pytest.raises(InvalidGraph) as caught:
        spread(**(given | changed), params=SpreadParams())

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"node_ids": ()}, "node_ids"),
        ({"node_ids": ("a", "a", "b")}, "node_ids"),
        ({"edge_from": [0, 3]}, "edge_from"),
        ({"edge_from": [0.5, 1.0]}, "edge_from"),
        ({"edge_to": [1]}, "edge_to"),
        ({"edge_to": [0, 2]}, "edge_to"),
    ],
)
def test_a_graph_that_is_none_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    plain: dict[str, Any] = {"node_ids": ("a", "b", "c"), "edge_from": [0, 1], "edge_to": [1, 2]}
    with pytest.raises(InvalidGraph) as caught:
        Graph(**(plain | given))

    assert caught.value.field == field
