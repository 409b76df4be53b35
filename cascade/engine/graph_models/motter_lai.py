"""The overload cascade of Motter and Lai, on shortest paths instead of power flows.

Every pair of nodes exchanges one unit over the shortest paths between them. The load of a node is what passes
it, its betweenness; its capacity is C = (1 + alpha) · L(0). Nodes are removed, the paths change, every node
whose load is above its capacity is removed, and so on. The damage is G, the size of the largest component at
the end over that at the start.

Source: Motter, Lai, "Cascade-based attacks on complex networks", Phys. Rev. E 66, 065102(R), 2002.
Electricity does not take shortest paths: the model is about topology alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cascade.engine.checks import check_number, check_truth, check_whole
from cascade.engine.graph_models.betweenness import betweenness
from cascade.engine.graph_models.graph import Graph, GraphWave
from grid.powerflow.arrays import BoolArray, FloatArray

OVERLOAD_TOLERANCE_FRAC = 1e-9
"""A load that equals its capacity but for rounding is none too many."""


@dataclass(frozen=True, kw_only=True)
class MotterLaiParams:
    """Hold the settings of the model.

    Attributes:
        alpha: spare capacity of every node as a share of its load at the start, 0 .. 1000.
        count_ends: whether what begins or ends at a node is load of it too. Without, a node on no shortest
            path has no capacity at all, and fails as soon as it gets on one.
        max_waves: stop after this many waves, >= 0; None: when no node is overloaded any more.

    Raises:
        InvalidParams: naming the field.
    """

    alpha: float = 0.2
    count_ends: bool = True
    max_waves: int | None = None

    def __post_init__(self) -> None:
        """Check every field."""
        check_number("alpha", self.alpha, lowest=0.0, highest=1000.0)
        check_truth("count_ends", self.count_ends)
        if self.max_waves is not None:
            check_whole("max_waves", self.max_waves, lowest=0)


@dataclass(frozen=True, eq=False, kw_only=True)
class MotterLaiResult:
    """Hold the outcome.

    Attributes:
        waves: the nodes that failed, those removed first in wave 0.
        initial_load: load of every node at the start, in pairs of nodes.
        largest_before: nodes in the largest component at the start.
        largest_after: the same at the end.
        is_settled: whether no node is overloaded any more; else it was stopped.
    """

    waves: tuple[GraphWave, ...]
    initial_load: FloatArray
    largest_before: int
    largest_after: int
    is_settled: bool

    @property
    def connected_frac(self) -> float:
        """Return G = largest component at the end over that at the start."""
        return self.largest_after / self.largest_before

    @property
    def n_failed(self) -> int:
        """Count the nodes that failed, those removed first not among them."""
        return sum(len(wave.nodes) for wave in self.waves[1:])


def motter_lai(*, graph: Graph, removed: Sequence[str], params: MotterLaiParams) -> MotterLaiResult:
    """Return what the removal of some nodes leads to.

    Takes one betweenness of the whole graph per wave: nodes times edges.

    Raises:
        InvalidGraph: if a node is unknown or none is given.
    """
    gone = graph.positions(removed, field="removed")
    standing: BoolArray = np.ones(graph.n_nodes, dtype=np.bool_)
    initial = node_load(graph, standing=standing, count_ends=params.count_ends)
    capacity = (1.0 + params.alpha) * initial
    before = largest_component(graph, standing)
    waves = [
        GraphWave(
            index=0,
            nodes=gone,
            parents=np.full(len(gone), -1, dtype=np.int64),
            strength=np.full(len(gone), np.nan),
        )
    ]
    standing[gone] = False
    is_settled = False
    while params.max_waves is None or len(waves) <= params.max_waves:
        load = node_load(graph, standing=standing, count_ends=params.count_ends)
        over = np.flatnonzero(standing & (load > capacity * (1.0 + OVERLOAD_TOLERANCE_FRAC)))
        is_settled = len(over) == 0
        if is_settled:
            break
        share = np.divide(load, capacity, out=np.full(len(load), np.inf), where=capacity > 0.0)
        waves.append(
            GraphWave(
                index=len(waves),
                nodes=over,
                parents=np.full(len(over), -1, dtype=np.int64),
                strength=share[over],
            )
        )
        standing[over] = False
    return MotterLaiResult(
        waves=tuple(waves),
        initial_load=initial,
        largest_before=before,
        largest_after=largest_component(graph, standing),
        is_settled=is_settled,
    )


def node_load(graph: Graph, *, standing: BoolArray, count_ends: bool) -> FloatArray:
    """Return the betweenness of every node over the nodes standing, each pair counted once.

    A pair with several shortest paths is shared out evenly among them (Freeman). Nodes removed have 0.
    """
    count, label = _components(graph, standing)
    load = np.zeros(graph.n_nodes)
    load[standing] = _betweenness(graph, standing)
    if count_ends:
        size = np.bincount(label, minlength=count)
        load[standing] += size[label[standing]] - 1.0
    return load


def _betweenness(graph: Graph, standing: BoolArray) -> FloatArray:
    place = np.cumsum(standing) - 1
    kept = standing[graph.edge_from] & standing[graph.edge_to]
    return betweenness(
        n_nodes=int(np.count_nonzero(standing)),
        edge_from=place[graph.edge_from[kept]],
        edge_to=place[graph.edge_to[kept]],
    )


def largest_component(graph: Graph, standing: BoolArray) -> int:
    """Return the number of nodes in the largest component of the nodes standing; 0 if there are none."""
    if not standing.any():
        return 0
    _, label = _components(graph, standing)
    return int(np.bincount(label[standing]).max())


def _components(graph: Graph, standing: BoolArray) -> tuple[int, np.ndarray]:
    kept = standing[graph.edge_from] & standing[graph.edge_to]
    ends = (graph.edge_from[kept], graph.edge_to[kept])
    adjacency = coo_array((np.ones(len(ends[0])), ends), shape=(graph.n_nodes, graph.n_nodes))
    count, label = connected_components(adjacency, directed=False)
    return int(count), label
