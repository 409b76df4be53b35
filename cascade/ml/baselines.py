"""Simple models that anything learned must beat: indices, logistic regression, a score of centralities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from cascade.ml.boosting import expit
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.features import NODE_FEATURES
from cascade.ml.study_grids import GridName, load_study_grid
from grid.powerflow.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from cascade.engine.centrality.measures import Centralities

MOST_ROUNDS = 100
CENTRALITY_WEIGHTS = {
    "betweenness": 0.25,
    "pagerank": 20.0,
    "degree": 0.15,
    "eigenvector": 0.15,
}
"""Weights of the score; its further part, criticality, was given by hand and has no counterpart in a case."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Logistic:
    """Hold a logistic regression on standardised features.

    Attributes:
        mean: mean of each feature in training.
        scale: its standard deviation.
        weight: one per feature.
        bias: log-odds at the mean.
    """

    mean: FloatArray
    scale: FloatArray
    weight: FloatArray
    bias: float

    def raw(self, x: FloatArray) -> FloatArray:
        """Return the log-odds of each row; an unknown value counts as the mean."""
        standard = np.nan_to_num((x - self.mean) / self.scale)
        told: FloatArray = np.clip(standard, -8.0, 8.0) @ self.weight + self.bias
        return told


def fit_logistic(x: FloatArray, is_positive: BoolArray, *, l2: float = 1.0) -> Logistic:
    """Fit it by Newton's method with a penalty of ``l2`` / 2 · |weight|².

    Raises:
        InvalidTrainingData: if the samples are of one class, or no solution is found.
    """
    if not is_positive.any() or is_positive.all():
        raise InvalidTrainingData(field="is_positive", message="must hold both classes")
    mean = np.nanmean(x, axis=0)
    scale = np.maximum(np.nanstd(x, axis=0), 1e-6)
    standard = np.clip(np.nan_to_num((x - mean) / scale), -8.0, 8.0)
    rows = np.column_stack([standard, np.ones(len(standard))])
    penalty = np.full(rows.shape[1], l2)
    penalty[-1] = 0.0
    beta = np.zeros(rows.shape[1])
    for _ in range(MOST_ROUNDS):
        chance = expit(rows @ beta)
        slope = rows.T @ (is_positive - chance) - penalty * beta
        curve = (rows * (chance * (1.0 - chance))[:, None]).T @ rows
        curve[np.diag_indices_from(curve)] += penalty + 1e-9
        step = np.linalg.solve(curve, slope)
        # Far from the solution a whole step may overshoot.
        beta = beta + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            return Logistic(mean=mean, scale=scale, weight=beta[:-1], bias=float(beta[-1]))
    raise InvalidTrainingData(field="x", message="leads to no solution of the logistic regression")


def loading_index(node_x: FloatArray) -> FloatArray:
    """Return the highest loading right after the outage, the other classical index."""
    worst: FloatArray = node_x[:, NODE_FEATURES.index("wave1_worst_loading")]
    return worst


@cache
def bus_centralities(grid: GridName) -> Centralities:
    """Measure the centralities of the buses of a grid."""
    from cascade.engine.centrality.graph import GridGraph
    from cascade.engine.centrality.measures import measure

    network = load_study_grid(grid).network
    return measure(
        GridGraph(
            node_ids=network.bus_ids,
            node_kinds=("BUS",) * network.n_buses,
            edge_start=network.branch_from,
            edge_end=network.branch_to,
            is_source=np.bincount(network.unit_bus, minlength=network.n_buses) > 0,
            customers=np.full(network.n_buses, np.nan),
        )
    )


def centrality_score(measured: Centralities) -> FloatArray:
    """Return the score of each node.

    ``0.25 betweenness + 20 PageRank + 0.15 degree + 0.15 eigenvector``, divided by the largest: the score
    that graph models of grids were given as risk. It knows neither load nor ratings.
    """
    score: FloatArray = sum(
        (weight * getattr(measured, name) for name, weight in CENTRALITY_WEIGHTS.items()),
        np.zeros(len(measured.degree)),
    )
    highest: FloatArray = score / score.max()
    return highest


@cache
def centrality_scores(grid: GridName) -> FloatArray:
    """Return the centrality score of every branch of a grid: the higher of its ends'."""
    network, score = load_study_grid(grid).network, centrality_score(bus_centralities(grid))
    highest: FloatArray = np.maximum(score[network.branch_from], score[network.branch_to])
    return highest
