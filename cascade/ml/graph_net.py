"""The network on the influence graph: branches tell each other what they would do, directly and over buses.

Nodes are branches and edges go from an outage to what it loads (:mod:`cascade.ml.features`). A candidate must
learn of the branches it overloads, of those they overload in turn, and so on: messages run against the edges
as well as along them, and between branches at one bus. Plain ``index_add``, no graph library: one pass of a
state is a few matrix products.

This module imports torch; it is imported inside the functions that need it, never at the head of another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from cascade.ml.devices import choose_device
from cascade.ml.features import EDGE_FEATURES, NODE_FEATURES, StateFeatures
from cascade.ml.net_params import NetParams
from cascade.ml.tasks import Tick, no_tick
from grid.powerflow.arrays import BoolArray, FloatArray

LARGEST = 8.0
"""Standardised features are cut off here: an unseen grid may have values far outside of training."""
LARGEST_LOG_ODDS = 6.0
"""What the trees say is cut off here, for the same reason."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson:
    """Hold a state to learn from.

    Attributes:
        features: its features.
        chosen: per candidate, whether it counts.
        lost_share: share of the demand that each candidate lost.
        heard: log-odds that the trees give each node, for networks that hear them.
    """

    features: StateFeatures
    chosen: BoolArray
    lost_share: FloatArray
    heard: FloatArray | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class GraphBatch:
    """Hold the graphs of some states as one.

    Attributes:
        node_x: features of the nodes.
        edge_from: node that goes out, per edge.
        edge_to: node loaded by it.
        edge_x: features of the edges.
        bus_low: bus at one end of each node.
        bus_high: at the other.
        n_buses: number of buses.
        candidate: positions of the candidates among the nodes.
    """

    node_x: Tensor
    edge_from: Tensor
    edge_to: Tensor
    edge_x: Tensor
    bus_low: Tensor
    bus_high: Tensor
    n_buses: int
    candidate: Tensor

    def to(self, device: str) -> GraphBatch:
        """Return it on a device."""
        names = [field.name for field in fields(self) if field.name != "n_buses"]
        return GraphBatch(n_buses=self.n_buses, **{name: getattr(self, name).to(device) for name in names})


def make_batch(features: Sequence[StateFeatures], heard: Sequence[FloatArray | None]) -> GraphBatch:
    """Put the graphs of some states side by side, with what the trees say of the nodes if that is heard."""
    nodes = edges = buses = 0
    parts: dict[str, list[Tensor]] = {
        name: [] for name in ("node_x", "edge_from", "edge_to", "edge_x", "low", "high", "candidate")
    }
    for each, log_odds in zip(features, heard, strict=True):
        node_x = torch.from_numpy(each.node_x).nan_to_num().float()
        if log_odds is not None:
            told = torch.from_numpy(log_odds).float().clamp(-LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)
            node_x = torch.cat([node_x, told[:, None]], dim=1)
        parts["node_x"].append(node_x)
        parts["edge_x"].append(torch.from_numpy(each.edge_x).nan_to_num().float())
        parts["edge_from"].append(torch.from_numpy(each.edge_from) + nodes)
        parts["edge_to"].append(torch.from_numpy(each.edge_to) + nodes)
        parts["low"].append(torch.from_numpy(each.node_bus[:, 0].copy()) + buses)
        parts["high"].append(torch.from_numpy(each.node_bus[:, 1].copy()) + buses)
        parts["candidate"].append(torch.from_numpy(each.is_candidate).nonzero()[:, 0] + nodes)
        nodes += len(each.branch)
        edges += len(each.edge_from)
        buses += int(each.node_bus.max(initial=-1)) + 1
    joined = {name: torch.cat(tensors) for name, tensors in parts.items()}
    return GraphBatch(
        node_x=joined["node_x"],
        edge_from=joined["edge_from"],
        edge_to=joined["edge_to"],
        edge_x=joined["edge_x"],
        bus_low=joined["low"],
        bus_high=joined["high"],
        n_buses=buses,
        candidate=joined["candidate"],
    )


class InfluenceNet(nn.Module):
    """Predict, per node, the log-odds of a cascade and the logarithm of its size."""

    def __init__(self, params: NetParams) -> None:
        super().__init__()
        self.params = params
        width = params.width
        self.node_mean: Tensor
        self.node_scale: Tensor
        self.edge_mean: Tensor
        self.edge_scale: Tensor
        n_features = len(NODE_FEATURES) + int(params.hears_trees)
        for name, size in (("node", n_features), ("edge", len(EDGE_FEATURES))):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))
        self.enter = nn.Sequential(nn.Linear(n_features, width), nn.ReLU(), nn.Linear(width, width))
        self.layers = nn.ModuleList(_Layer(width, params.dropout) for _ in range(params.n_layers))
        self.leave = nn.Sequential(
            nn.Linear(2 * width, width), nn.ReLU(), nn.Dropout(params.dropout), nn.Linear(width, 2)
        )

    def forward(self, batch: GraphBatch) -> Tensor:
        """Return one row per candidate: log-odds, and log(1 + 1000 · share of the demand lost)."""
        x = ((batch.node_x - self.node_mean) / self.node_scale).clamp(-LARGEST, LARGEST)
        e = ((batch.edge_x - self.edge_mean) / self.edge_scale).clamp(-LARGEST, LARGEST)
        first = h = self.enter(x)
        for layer in self.layers:
            h = layer(h, e, batch)
        told: Tensor = self.leave(torch.cat([h, first], dim=1)[batch.candidate])
        return told

    def standardise(self, batch: GraphBatch) -> None:
        """Take mean and scale of the features from the training data."""
        for name, values in (("node", batch.node_x), ("edge", batch.edge_x)):
            getattr(self, f"{name}_mean").copy_(values.mean(dim=0))
            getattr(self, f"{name}_scale").copy_(values.std(dim=0).clamp(min=1e-3))


class _Layer(nn.Module):
    """Let nodes hear from the branches they load, those that load them, and those at their buses."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.forth = nn.Sequential(nn.Linear(2 * width + len(EDGE_FEATURES), width), nn.ReLU())
        self.back = nn.Sequential(nn.Linear(2 * width + len(EDGE_FEATURES), width), nn.ReLU())
        self.mix = nn.Sequential(
            nn.Linear(4 * width, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, width)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, h: Tensor, e: Tensor, batch: GraphBatch) -> Tensor:
        """Return the nodes after one exchange."""
        source, target = h[batch.edge_from], h[batch.edge_to]
        pair = torch.cat([source, target, e], dim=1)
        from_targets = torch.zeros_like(h).index_add(0, batch.edge_from, self.back(pair))
        from_sources = torch.zeros_like(h).index_add(0, batch.edge_to, self.forth(pair))
        hubs = h.new_zeros(batch.n_buses, h.shape[1])
        hubs = hubs.index_add(0, batch.bus_low, h).index_add(0, batch.bus_high, h)
        count = h.new_zeros(batch.n_buses)
        one = torch.ones_like(batch.bus_low, dtype=h.dtype)
        count = count.index_add(0, batch.bus_low, one).index_add(0, batch.bus_high, one)
        hubs = hubs / count.clamp(min=1.0)[:, None]
        at_buses = 0.5 * (hubs[batch.bus_low] + hubs[batch.bus_high])
        # A sum says how much, and its logarithm keeps a hundred targets from drowning everything else.
        told = torch.cat([h, from_targets.log1p(), from_sources.log1p(), at_buses], dim=1)
        mixed: Tensor = self.norm(h + self.mix(told))
        return mixed


def train_net(
    training: Sequence[Lesson],
    held_out: Sequence[Lesson],
    params: NetParams,
    *,
    lost_share: float,
    seed: int,
    device: str = "cpu",
    tick: Tick = no_tick,
) -> tuple[InfluenceNet, list[float]]:
    """Train a network; on a CPU the same data, settings and seed give the same weights.

    On a graphics card sums are added up in any order, so weights differ in their last digits.

    Args:
        training: the states to learn from.
        held_out: those that decide which pass over the training data is kept; may be empty, then the last is.
        params: the settings.
        lost_share: share from which a loss is a cascade.
        seed: seed of the first weights, the order of states and the dropout.
        device: ``cpu``, ``cuda`` or ``auto``; the network comes back on the CPU.
        tick: called before every pass and step of it; to stop, raise from it.

    Returns:
        The network, and the average precision on the held-out states after every pass.
    """
    from cascade.ml.metrics import average_precision

    torch.set_num_threads(1)  # more threads cost more than they bring, and would change sums
    torch.manual_seed(seed)
    place = choose_device(device)
    net = InfluenceNet(params)
    step = params.batch_states
    batches = [training[first : first + step] for first in range(0, len(training), step)]
    net.standardise(_batch_of(training))
    net.to(place)
    ready = [_Ready.of(batch, lost_share, place) for batch in batches]
    checked = _Ready.of(held_out, lost_share, place) if held_out else None
    optimiser = torch.optim.AdamW(net.parameters(), lr=params.learning_rate, weight_decay=params.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=params.learning_rate, total_steps=params.n_passes * len(ready)
    )
    history: list[float] = []
    best, kept = -1.0, {name: value.clone() for name, value in net.state_dict().items()}
    generator = torch.Generator().manual_seed(seed)
    for number in range(params.n_passes):
        net.train()
        for index in torch.randperm(len(ready), generator=generator).tolist():
            tick(number, params.n_passes, f"pass {number + 1} of {params.n_passes}")
            optimiser.zero_grad()
            loss = ready[index].loss(net, params.size_weight)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), params.largest_gradient)
            optimiser.step()
            schedule.step()
        net.eval()
        reached = float(len(history))
        if checked is not None:
            with torch.no_grad():
                said = net(checked.batch)[checked.counts, 0].cpu().numpy()
            reached = average_precision(checked.is_positive.cpu().numpy() > 0.5, said.astype("float64"))
        history.append(reached)
        if reached > best:
            best, kept = reached, {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(kept)
    net.to("cpu")
    net.eval()
    return net, history


def _batch_of(lessons: Sequence[Lesson]) -> GraphBatch:
    return make_batch([lesson.features for lesson in lessons], [lesson.heard for lesson in lessons])


def predict(net: InfluenceNet, features: StateFeatures, heard: FloatArray | None = None) -> FloatArray:
    """Return log-odds and log-size of every candidate of a state, shape (candidates, 2)."""
    if not features.is_candidate.any():
        return torch.zeros(0, 2).double().numpy()
    with torch.no_grad():
        told: FloatArray = net(make_batch([features], [heard])).double().numpy()
    return told


@dataclass(frozen=True, eq=False, kw_only=True)
class _Ready:
    """Hold a batch with what is to be learned from it."""

    batch: GraphBatch
    counts: Tensor
    is_positive: Tensor
    size: Tensor

    @classmethod
    def of(cls, lessons: Sequence[Lesson], lost_share: float, device: str) -> _Ready:
        counts = torch.cat([torch.from_numpy(lesson.chosen) for lesson in lessons])
        share = torch.cat([torch.from_numpy(lesson.lost_share) for lesson in lessons])[counts]
        return cls(
            batch=_batch_of(lessons).to(device),
            counts=counts.to(device),
            is_positive=(share > lost_share).float().to(device),
            size=torch.log1p(1000.0 * share.clamp(min=0.0)).float().to(device),
        )

    def loss(self, net: InfluenceNet, size_weight: float) -> Tensor:
        told = net(self.batch)[self.counts]
        by_class = nn.functional.binary_cross_entropy_with_logits(told[:, 0], self.is_positive)
        by_size = nn.functional.smooth_l1_loss(told[:, 1], self.size)
        return by_class + size_weight * by_size
