"""The spreading model of the demonstration this product began with, for comparison.

A failed node makes a neighbour fail with

    p = min(0.95, exp(-d / 5 km) · criticality · (100 · betweenness + 0.1) · temperature · load · 0.5)

    d: length of the edge; criticality and betweenness: of the failed node
    temperature = 1 + |T - 25 °C| / 25 °C

It knows no power, flows or ratings. Its temperature factor has the wrong sign in winter, when cold raises
what a line can carry, and its constants have no source. It is kept as it was; nothing here is fitted to
anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cascade.engine.checks import InvalidParams, check_number, check_whole
from cascade.engine.graph_models.graph import Graph, GraphWave, check_values
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

MAX_PROBABILITY = 0.95
DECAY_KM = 5.0
BETWEENNESS_FACTOR = 100.0
LEAST_SPREAD = 0.1
SPREAD_FACTOR = 0.5
REFERENCE_C = 25.0


class SpreadRule(StrEnum):
    """Say what a probability does."""

    THRESHOLD = "THRESHOLD"
    """A neighbour fails if p reaches the threshold: the same every time, as in the demonstration."""
    CHANCE = "CHANCE"
    """A neighbour with p at the threshold or above fails with probability p, drawn from the seed."""


@dataclass(frozen=True, kw_only=True)
class SpreadParams:
    """Hold the settings of the model; the defaults are the demonstration's.

    Attributes:
        temperature_c: air temperature, -60 .. 60 °C.
        load_multiplier: load factor, > 0 .. 100.
        threshold_prob: the least probability that counts, 0 .. 1.
        rule: what a probability does.
        max_waves: stop after this many waves, >= 0.
        max_nodes: stop with this many failed nodes, those that failed first among them, >= 1.
        seed: what chance is drawn from, >= 0.

    Raises:
        InvalidParams: naming the field.
    """

    temperature_c: float = 25.0
    load_multiplier: float = 1.0
    threshold_prob: float = 0.3
    rule: SpreadRule = SpreadRule.THRESHOLD
    max_waves: int = 10
    max_nodes: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every field."""
        check_number("temperature_c", self.temperature_c, lowest=-60.0, highest=60.0)
        check_number("load_multiplier", self.load_multiplier, lowest=1e-6, highest=100.0)
        check_number("threshold_prob", self.threshold_prob, lowest=0.0, highest=1.0)
        check_whole("max_waves", self.max_waves, lowest=0)
        check_whole("max_nodes", self.max_nodes, lowest=1)
        check_whole("seed", self.seed, lowest=0)
        try:
            object.__setattr__(self, "rule", SpreadRule(self.rule))
        except ValueError as error:
            allowed = ", ".join(SpreadRule)
            raise InvalidParams(field="rule", message=f"is {self.rule!r}; allowed: {allowed}") from error

    @property
    def temperature_factor(self) -> float:
        """Return 1 + |T - 25| / 25."""
        return 1.0 + abs(self.temperature_c - REFERENCE_C) / REFERENCE_C


def spread_probability(
    *, distance_km: FloatArray, criticality: FloatArray, betweenness: FloatArray, params: SpreadParams
) -> FloatArray:
    """Return the probability with which a failed node makes a neighbour fail, see the module.

    Args:
        distance_km: length of the edge between them.
        criticality: of the failed node, 0 .. 1.
        betweenness: of the failed node, normalised, 0 .. 1.
        params: the settings.
    """
    raw = (
        np.exp(-distance_km / DECAY_KM)
        * criticality
        * (BETWEENNESS_FACTOR * betweenness + LEAST_SPREAD)
        * params.temperature_factor
        * params.load_multiplier
        * SPREAD_FACTOR
    )
    return np.minimum(MAX_PROBABILITY, raw)


def spread(
    *,
    graph: Graph,
    distance_km: FloatArray,
    criticality: FloatArray,
    betweenness: FloatArray,
    first_failed: Sequence[str],
    params: SpreadParams,
) -> tuple[GraphWave, ...]:
    """Return the waves of failures that spread from some nodes, these being wave 0.

    In each wave every node that failed in the one before tries each neighbour still standing once. A node
    that several make fail has the most probable of them as its parent, of equals the first. Of parallel edges
    the shortest counts.

    With CHANCE the draw of wave w for the edge e is element e (from its from end) or n_edges + e (from its to
    end) of ``numpy.random.default_rng([seed, w]).random(2 · n_edges)``.

    Raises:
        InvalidGraph: naming the field, if values do not fit the graph or a node is unknown.
    """
    distance = check_values("distance_km", distance_km, count=graph.n_edges, lowest=0.0, highest=1e5)
    critical = check_values("criticality", criticality, count=graph.n_nodes, lowest=0.0, highest=1.0)
    between = check_values("betweenness", betweenness, count=graph.n_nodes, lowest=0.0, highest=1.0)
    seeds = graph.positions(first_failed, field="first_failed")
    source = np.concatenate([graph.edge_from, graph.edge_to])
    target = np.concatenate([graph.edge_to, graph.edge_from])
    probability = spread_probability(
        distance_km=np.concatenate([distance, distance]),
        criticality=critical[source],
        betweenness=between[source],
        params=params,
    )
    counts = _counting(source, target, probability, graph.n_nodes) & (probability >= params.threshold_prob)
    failed: BoolArray = np.zeros(graph.n_nodes, dtype=np.bool_)
    failed[seeds] = True
    waves = [
        GraphWave(
            index=0,
            nodes=seeds,
            parents=np.full(len(seeds), -1, dtype=np.int64),
            strength=np.full(len(seeds), np.nan),
        )
    ]
    while len(waves) <= params.max_waves:
        active = np.zeros(graph.n_nodes, dtype=np.bool_)
        active[waves[-1].nodes] = True
        tries = counts & active[source] & ~failed[target]
        if params.rule is SpreadRule.CHANCE:
            drawn = np.random.default_rng([params.seed, len(waves)]).random(2 * graph.n_edges)
            tries &= drawn < probability
        room = params.max_nodes - int(np.count_nonzero(failed))
        wave = _wave(len(waves), np.flatnonzero(tries), source, target, probability, room)
        if len(wave.nodes) == 0:
            break
        failed[wave.nodes] = True
        waves.append(wave)
    return tuple(waves)


def _counting(source: IntArray, target: IntArray, probability: FloatArray, n_nodes: int) -> BoolArray:
    """Mark the most probable edge of every pair of nodes, each way."""
    order = np.lexsort((np.arange(len(source)), -probability, source * n_nodes + target))
    pair = (source * n_nodes + target)[order]
    first = np.ones(len(pair), dtype=np.bool_)
    first[1:] = pair[1:] != pair[:-1]
    counting = np.zeros(len(source), dtype=np.bool_)
    counting[order[first]] = True
    return counting


def _wave(
    index: int, tries: IntArray, source: IntArray, target: IntArray, probability: FloatArray, room: int
) -> GraphWave:
    """Return the nodes that the successful tries make fail, the most probable first if room is short."""
    order = tries[np.lexsort((source[tries], -probability[tries], target[tries]))]
    nodes, first = np.unique(target[order], return_index=True)
    by = order[first]
    if len(nodes) > max(room, 0):
        kept = np.sort(np.lexsort((nodes, -probability[by]))[: max(room, 0)])
        nodes, by = nodes[kept], by[kept]
    return GraphWave(index=index, nodes=nodes, parents=source[by], strength=probability[by])
