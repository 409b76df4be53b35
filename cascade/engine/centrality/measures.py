"""Centralities of all nodes of a graph, exact where that is affordable and else from samples with a bound.

Sources: Freeman, "A set of measures of centrality based on betweenness", *Sociometry* 40 (1977); Brandes, "A
faster algorithm for betweenness centrality", *J. Math. Sociol.* 25 (2001); Brandes and Pich, "Centrality
estimation in large networks", *Int. J. Bifurcation Chaos* 17 (2007); Marchiori and Latora, "Harmony in the
small world", *Physica A* 285 (2000); Bonacich, "Power and centrality", *Am. J. Sociol.* 92 (1987); Page and
Brin, "The anatomy of a large-scale hypertextual web search engine" (1998); Watts and Strogatz, *Nature* 393
(1998). Computed by NetworKit and scipy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import networkit
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from cascade.engine.centrality.graph import GridGraph
from grid.powerflow.arrays import FloatArray

MOST_EXACT = 5_000
"""Nodes up to which every shortest path is counted; above, those from some sampled nodes."""
SAMPLES = 400
SAMPLES_AT_ONCE = 20
CONFIDENCE = 0.95
DAMPING = 0.85
PAGERANK_TOLERANCE = 1e-12

Progress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Centralities:
    """Hold one value per node of each measure.

    Attributes:
        degree: neighbours / (nodes - 1).
        betweenness: share of the shortest paths between other nodes that lead through it, 0 to 1.
        closeness: harmonic: mean of 1/distance in edges to all other nodes, 0 to 1; nodes out of reach add 0.
        eigenvector: of the part with the largest eigenvalue, greatest entry 1; 0 in the other parts.
        pagerank: with damping 0.85; all add up to 1.
        clustering: share of the pairs of neighbours that are neighbours themselves; 0 with one neighbour.
        neighbours_2_hops: nodes at most two edges away, itself not counted.
        n_samples: nodes that betweenness and closeness start from; None: from all, so they are exact.
        betweenness_error: with 95 % confidence no node's betweenness is further off (Hoeffding's bound over
            all nodes at once, Brandes and Pich 2007); None if exact.
    """

    degree: FloatArray
    betweenness: FloatArray
    closeness: FloatArray
    eigenvector: FloatArray
    pagerank: FloatArray
    clustering: FloatArray
    neighbours_2_hops: FloatArray
    n_samples: int | None
    betweenness_error: float | None


def measure(
    graph: GridGraph,
    *,
    seed: int = 0,
    most_exact: int = MOST_EXACT,
    samples: int = SAMPLES,
    progress: Progress | None = None,
) -> Centralities:
    """Return the centralities of all nodes.

    Args:
        graph: the graph; at least one node.
        seed: of the samples; the same seed gives the same values.
        most_exact: nodes up to which all paths are counted.
        samples: nodes to start from above that.
        progress: called with the share done and what is done; to stop, raise from it.
    """
    tell = progress or (lambda _share, _step: None)
    n = graph.n_nodes
    networkit.setNumberOfThreads(1)  # the sums of several threads differ in their last bits from run to run
    built = networkit.GraphFromCoo(
        (graph.edge_start.astype(np.uint64), graph.edge_end.astype(np.uint64)), n=n, directed=False
    )
    matrix = _adjacency(graph)
    degrees = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
    tell(0.0, "Degree, clustering, PageRank and eigenvector")
    clustering = _scores(networkit.centrality.LocalClusteringCoefficient(built, turbo=True))
    pagerank = _pagerank(matrix, degrees)
    eigenvector = _eigenvector(matrix)
    two_hops = _two_hops(matrix, degrees)
    exact = n <= most_exact or samples >= n
    if exact:
        tell(0.2, "Shortest paths between all nodes")
        betweenness = _scores(networkit.centrality.Betweenness(built, normalized=True))
        tell(0.6, "Distances between all nodes")
        closeness = _scores(networkit.centrality.HarmonicCloseness(built, normalized=True))
    else:
        betweenness, closeness = _sampled(built, n, seed, samples, tell)
    tell(1.0, "Measured")
    return Centralities(
        degree=degrees / max(n - 1, 1),
        betweenness=betweenness if n > 2 else np.zeros(n),
        closeness=closeness if n > 1 else np.zeros(n),
        eigenvector=eigenvector,
        pagerank=pagerank,
        clustering=clustering,
        neighbours_2_hops=two_hops,
        n_samples=None if exact else samples,
        betweenness_error=None if exact else _hoeffding(n, samples),
    )


def _scores(algorithm: Any) -> FloatArray:
    return np.asarray(algorithm.run().scores(), dtype=np.float64)


def _adjacency(graph: GridGraph) -> Any:
    n, ones = graph.n_nodes, np.ones(graph.n_edges)
    half = coo_array((ones, (graph.edge_start, graph.edge_end)), shape=(n, n))
    return (half + half.T).tocsr()


def _pagerank(matrix: Any, degrees: FloatArray) -> FloatArray:
    """Return PageRank; a node without neighbours hands its rank to all alike."""
    n = len(degrees)
    share = np.divide(1.0, degrees, out=np.zeros(n), where=degrees > 0.0)
    rank, change = np.full(n, 1.0 / n), 1.0
    while change > PAGERANK_TOLERANCE:
        lone = float(rank[degrees == 0.0].sum())
        following = (1.0 - DAMPING) / n + DAMPING * (matrix @ (rank * share) + lone / n)
        change, rank = float(np.abs(following - rank).sum()), following
    return rank


def _eigenvector(matrix: Any) -> FloatArray:
    """Return the Perron vector of the part with the largest eigenvalue, found part by part.

    A power iteration would not settle on a tree, whose largest eigenvalue has a twin of the other sign.
    """
    n = matrix.shape[0]
    values = np.zeros(n)
    _, part = connected_components(matrix, directed=False)
    sizes = np.bincount(part)
    greatest_degree = np.zeros(len(sizes))
    np.maximum.at(greatest_degree, part, np.diff(matrix.indptr).astype(np.float64))
    best = 0.0
    for label in np.argsort(-greatest_degree, kind="stable"):
        # The largest eigenvalue of a graph is at most its greatest degree.
        if greatest_degree[label] <= best or sizes[label] == 1:
            break
        members = np.flatnonzero(part == label)
        own = matrix[members][:, members]
        if len(members) <= 3:
            found, vectors = np.linalg.eigh(own.toarray())
        else:
            found, vectors = eigsh(own, k=1, which="LA", v0=np.ones(len(members)))
        if found[-1] > best:
            best = float(found[-1])
            values[:] = 0.0
            values[members] = np.abs(vectors[:, -1]) / np.abs(vectors[:, -1]).max()
    return values


def _two_hops(matrix: Any, degrees: FloatArray) -> FloatArray:
    """Return how many nodes are at most two edges away, without the node itself."""
    counts = np.empty(len(degrees))
    rows_at_once = 50_000
    for first in range(0, len(degrees), rows_at_once):
        rows = matrix[first : first + rows_at_once]
        within = rows @ matrix + rows
        own = within[np.arange(within.shape[0]), np.arange(first, first + within.shape[0])]
        counts[first : first + rows_at_once] = np.diff(within.indptr) - (np.asarray(own).ravel() > 0)
    return counts


def _sampled(built: Any, n: int, seed: int, samples: int, tell: Progress) -> tuple[FloatArray, FloatArray]:
    """Return betweenness and closeness from the shortest paths of sampled nodes."""
    networkit.setSeed(seed, False)
    betweenness, done = np.zeros(n), 0
    while done < samples:
        part = min(SAMPLES_AT_ONCE, samples - done)
        estimate = networkit.centrality.EstimateBetweenness(built, part, normalized=True, parallel=False)
        betweenness += _scores(estimate) * part
        done += part
        tell(0.2 + 0.6 * done / samples, f"Shortest paths from {done} of {samples} sampled nodes")
    closeness, starts = np.zeros(n), np.random.default_rng(seed).choice(n, samples, replace=False)
    for number, start in enumerate(starts.tolist()):
        search = networkit.distance.BFS(built, start, storePaths=False).run()
        distance = np.asarray(search.getDistances())
        reached = (distance > 0.0) & (distance < n)
        closeness[reached] += 1.0 / distance[reached]
        if number % SAMPLES_AT_ONCE == 0:
            tell(0.8 + 0.2 * number / samples, f"Distances from {number} of {samples} sampled nodes")
    is_start = np.isin(np.arange(n), starts)
    return betweenness / samples, closeness / (samples - is_start)


def _hoeffding(n: int, samples: int) -> float:
    return math.sqrt(math.log(2.0 * n / (1.0 - CONFIDENCE)) / (2.0 * samples))
