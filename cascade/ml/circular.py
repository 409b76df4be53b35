"""A protocol that measures nothing, re-run so that one can see why.

The graph model of the demonstration this product began with is trained on one grid. A node's label is whether
a search of a few steps from the nodes with the highest *risk score* reaches it; the risk score is among the
features; "test" nodes are drawn at random from the same graph. So the label is a function of what the model
is given, and a network with as many layers as the search has steps computes it. No power flow enters: with
random noise in place of the score the figure stays far above chance, though noise says nothing of any grid.

This module imports torch inside functions, as the rest of the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cascade.engine.checks import check_number, check_whole
from cascade.ml.baselines import bus_centralities, centrality_score
from cascade.ml.dataset import LabelledState
from cascade.ml.metrics import average_precision, roc_auc
from cascade.ml.study_grids import GridName, load_study_grid
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.network import Network

if TYPE_CHECKING:
    from cascade.engine.centrality.measures import Centralities


class Risk(StrEnum):
    """Say what stands in the place of the risk score."""

    CENTRALITY = "score of centralities"
    NOISE = "random noise"


@dataclass(frozen=True, kw_only=True)
class CircularParams:
    """Hold the settings of the protocol.

    Attributes:
        top_share: share of the nodes, those with the highest score, where the search begins.
        steps: steps of the search.
        train_share: share of the nodes trained on, drawn at random; the rest is the "test".
        width: numbers a node is described by inside.
        n_layers: graph convolutions.
        n_passes: passes over the graph.
        learning_rate: step size.
    """

    top_share: float = 0.05
    steps: int = 2
    train_share: float = 0.8
    width: int = 32
    n_layers: int = 3
    n_passes: int = 200
    learning_rate: float = 0.01

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            InvalidParams: naming the field.
        """
        check_number("top_share", self.top_share, lowest=0.001, highest=0.5)
        check_whole("steps", self.steps, lowest=0, highest=20)
        check_number("train_share", self.train_share, lowest=0.05, highest=0.95)
        check_whole("width", self.width, lowest=1, highest=1024)
        check_whole("n_layers", self.n_layers, lowest=1, highest=10)
        check_whole("n_passes", self.n_passes, lowest=1, highest=100_000)
        check_number("learning_rate", self.learning_rate, lowest=1e-6, highest=1.0)


@dataclass(frozen=True, kw_only=True)
class CircularResult:
    """Hold what the protocol says, and what it is worth.

    Attributes:
        risk: what the score was.
        prevalence: share of nodes that the search reaches.
        roc_auc: on the "test" nodes, against the label of the search: the figure that is reported.
        average_precision: the same.
        physics_roc_auc: the same scores against what simulations of outages at these nodes say; None if not
            defined.
        physics_nodes: "test" nodes with a simulated outage.
    """

    risk: Risk
    prevalence: float
    roc_auc: float
    average_precision: float
    physics_roc_auc: float | None
    physics_nodes: int


def circular_protocol(
    grid: GridName,
    risk: Risk,
    *,
    states: Sequence[LabelledState] = (),
    params: CircularParams | None = None,
    seed: int = 0,
    lost_share: float = 0.01,
) -> CircularResult:
    """Train and "test" a graph network by the circular protocol.

    Args:
        grid: the grid.
        risk: what stands for the risk score.
        states: simulated states of the grid, for the comparison with physics.
        params: the settings.
        seed: of noise, weights and the random split.
        lost_share: share of the demand from which a loss counts as a cascade.
    """
    settings = params or CircularParams()
    network = load_study_grid(grid).network
    rng = np.random.default_rng(seed)
    measured = bus_centralities(grid)
    noise = rng.random(network.n_buses)
    score = centrality_score(measured) if risk is Risk.CENTRALITY else noise
    reached = _reached(network, score, settings)
    trained = rng.random(network.n_buses) < settings.train_share
    said = _train(network, _features(score, measured), reached, trained, settings, seed)
    test = ~trained
    cascades, seen = _simulated(network, states, lost_share)
    both = test & seen
    truth = cascades[both]
    return CircularResult(
        risk=risk,
        prevalence=float(reached.mean()),
        roc_auc=roc_auc(reached[test], said[test]),
        average_precision=average_precision(reached[test], said[test]),
        physics_roc_auc=roc_auc(truth, said[both]) if truth.any() and not truth.all() else None,
        physics_nodes=int(both.sum()),
    )


def _features(score: FloatArray, measured: Centralities) -> FloatArray:
    columns = [score, measured.degree, measured.betweenness, measured.pagerank, measured.eigenvector]
    x = np.column_stack(columns)
    scaled: FloatArray = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-12)
    return scaled


def _reached(network: Network, score: FloatArray, params: CircularParams) -> BoolArray:
    """Return the nodes within some steps of those with the highest score."""
    count = max(1, round(params.top_share * len(score)))
    reached = np.zeros(len(score), dtype=np.bool_)
    reached[np.argsort(-score, kind="stable")[:count]] = True
    for _ in range(params.steps):
        touched = reached[network.branch_from] | reached[network.branch_to]
        reached[network.branch_from[touched]] = True
        reached[network.branch_to[touched]] = True
    return reached


def _simulated(
    network: Network, states: Sequence[LabelledState], lost_share: float
) -> tuple[BoolArray, BoolArray]:
    """Return per bus whether most simulated outages at it lead to a cascade, and where there are any."""
    hits, count = np.zeros(network.n_buses), np.zeros(network.n_buses)
    for each in states:
        for end in (network.branch_from, network.branch_to):
            bus: IntArray = end[each.candidate_branch]
            np.add.at(hits, bus, each.lost_share > lost_share)
            np.add.at(count, bus, 1.0)
    return hits > 0.5 * count, count > 0.0


def _train(
    network: Network,
    x: FloatArray,
    reached: BoolArray,
    trained: BoolArray,
    params: CircularParams,
    seed: int,
) -> FloatArray:
    """Return the log-odds of every node by a graph convolutional network (Kipf, Welling, ICLR 2017)."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    own = np.arange(network.n_buses)
    start = np.concatenate([network.branch_from, network.branch_to, own])
    end = np.concatenate([network.branch_to, network.branch_from, own])
    pairs = np.unique(np.column_stack([start, end]), axis=0)
    degree = np.bincount(pairs[:, 0], minlength=network.n_buses)
    weight = torch.from_numpy(1.0 / np.sqrt(degree[pairs[:, 0]] * degree[pairs[:, 1]])).float()
    source, target = (torch.from_numpy(pairs[:, side].copy()) for side in (0, 1))
    sizes = [x.shape[1], *[params.width] * (params.n_layers - 1), 1]
    layers = nn.ModuleList(nn.Linear(one, two) for one, two in pairwise(sizes))
    features = torch.from_numpy(x).float()
    wanted = torch.from_numpy(reached).float()
    counts = torch.from_numpy(trained)

    def told() -> torch.Tensor:
        h = features
        for index, layer in enumerate(layers):
            h = layer(h)
            h = torch.zeros_like(h).index_add(0, target, h[source] * weight[:, None])
            if index + 1 < len(layers):
                h = torch.relu(h)
        return h[:, 0]

    optimiser = torch.optim.Adam(layers.parameters(), lr=params.learning_rate, weight_decay=5e-4)
    for _ in range(params.n_passes):
        optimiser.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(told()[counts], wanted[counts])
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        scores: FloatArray = told().double().numpy()
    return scores
