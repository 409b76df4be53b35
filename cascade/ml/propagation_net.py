"""The network that corrects the trees: branches in danger hear of each other, by factors and over buses.

This module imports torch; it is imported inside the functions that need it, never at the head of another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from cascade.ml.net_params import NetParams
from cascade.ml.propagation_features import PROPAGATION_FEATURES
from cascade.ml.propagation_graph import LINK_FEATURES, OutageGraph
from cascade.ml.tasks import Tick, no_tick
from grid.powerflow.arrays import FloatArray

LARGEST = 8.0
N_NODE, N_LINK = len(PROPAGATION_FEATURES) + 1, len(LINK_FEATURES)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Batch:
    x: Tensor
    by_trees: Tensor
    link_from: Tensor
    link_to: Tensor
    link_x: Tensor
    bus_low: Tensor
    bus_high: Tensor
    n_buses: int
    tripped: Tensor

    @classmethod
    def of(cls, graphs: Sequence[OutageGraph]) -> _Batch:
        nodes = np.cumsum([0, *(len(each.node) for each in graphs)])
        buses = np.cumsum([0, *(int(each.node_bus.max(initial=-1)) + 1 for each in graphs)])
        x = torch.from_numpy(np.concatenate([each.x for each in graphs])).float()
        bus = np.concatenate([each.node_bus + first for each, first in zip(graphs, buses, strict=False)])
        return cls(
            x=x,
            by_trees=x[:, -1].clone(),
            link_from=torch.from_numpy(
                np.concatenate([each.link_from + first for each, first in zip(graphs, nodes, strict=False)])
            ),
            link_to=torch.from_numpy(
                np.concatenate([each.link_to + first for each, first in zip(graphs, nodes, strict=False)])
            ),
            link_x=torch.from_numpy(np.concatenate([each.link_x for each in graphs])).float(),
            bus_low=torch.from_numpy(bus[:, 0].copy()),
            bus_high=torch.from_numpy(bus[:, 1].copy()),
            n_buses=int(buses[-1]),
            tripped=torch.from_numpy(np.concatenate([each.tripped for each in graphs])).float(),
        )


class CorrectionNet(nn.Module):
    """Predict, per node, what is to be added to the log-odds of the trees; at first nothing."""

    def __init__(self, params: NetParams) -> None:
        super().__init__()
        width = params.width
        self.node_mean: Tensor
        self.node_scale: Tensor
        self.link_mean: Tensor
        self.link_scale: Tensor
        for name, size in (("node", N_NODE), ("link", N_LINK)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))
        self.enter = nn.Sequential(nn.Linear(N_NODE, width), nn.ReLU(), nn.Linear(width, width))
        self.layers = nn.ModuleList(_Layer(width, params.dropout) for _ in range(params.n_layers))
        middle, last = nn.Linear(2 * width, width), nn.Linear(width, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.leave = nn.Sequential(middle, nn.ReLU(), last)

    def forward(self, batch: _Batch) -> Tensor:
        """Return the log-odds of every node."""
        x = ((batch.x - self.node_mean) / self.node_scale).clamp(-LARGEST, LARGEST)
        e = ((batch.link_x - self.link_mean) / self.link_scale).clamp(-LARGEST, LARGEST)
        first = h = self.enter(x)
        for layer in self.layers:
            h = layer(h, e, batch)
        told: Tensor = batch.by_trees + self.leave(torch.cat([h, first], dim=1))[:, 0]
        return told

    def standardise(self, batch: _Batch) -> None:
        """Take mean and scale of the features from training data."""
        for name, values in (("node", batch.x), ("link", batch.link_x)):
            getattr(self, f"{name}_mean").copy_(values.mean(dim=0))
            getattr(self, f"{name}_scale").copy_(values.std(dim=0).clamp(min=1e-3))


class _Layer(nn.Module):
    """Let nodes hear along and against the links, and from those at their buses."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.forth = nn.Sequential(nn.Linear(2 * width + N_LINK, width), nn.ReLU())
        self.back = nn.Sequential(nn.Linear(2 * width + N_LINK, width), nn.ReLU())
        self.mix = nn.Sequential(
            nn.Linear(4 * width, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, width)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, h: Tensor, e: Tensor, batch: _Batch) -> Tensor:
        """Return the nodes after one exchange."""
        pair = torch.cat([h[batch.link_from], h[batch.link_to], e], dim=1)
        from_targets = torch.zeros_like(h).index_add(0, batch.link_from, self.back(pair))
        from_sources = torch.zeros_like(h).index_add(0, batch.link_to, self.forth(pair))
        hubs = h.new_zeros(batch.n_buses, h.shape[1])
        hubs = hubs.index_add(0, batch.bus_low, h).index_add(0, batch.bus_high, h)
        one = torch.ones_like(batch.bus_low, dtype=h.dtype)
        count = h.new_zeros(batch.n_buses).index_add(0, batch.bus_low, one).index_add(0, batch.bus_high, one)
        hubs = hubs / count.clamp(min=1.0)[:, None]
        at_buses = 0.5 * (hubs[batch.bus_low] + hubs[batch.bus_high])
        told = torch.cat([h, from_targets.log1p(), from_sources.log1p(), at_buses], dim=1)
        mixed: Tensor = self.norm(h + self.mix(told))
        return mixed


def train_correction(
    training: Sequence[OutageGraph],
    held_out: Sequence[OutageGraph],
    params: NetParams,
    *,
    seed: int,
    device: str = "cpu",
    tick: Tick = no_tick,
) -> tuple[CorrectionNet, list[float]]:
    """Train a network; the same data, settings and seed give the same weights on a CPU.

    Args:
        training: graphs to learn from.
        held_out: those that decide which pass is kept; may be empty, then the last is. A network that never
            ranks them better than the trees stays as it began, that is, adds nothing.
        params: the settings; of them ``batch_states`` counts graphs.
        seed: seed of the first weights, the order and the dropout.
        device: where: ``cpu`` or ``cuda``.
        tick: called after every pass; to stop, raise from it.

    Returns:
        The network, on the CPU, and the average precision on the held-out graphs before the first and after
        every pass.
    """
    from cascade.ml.metrics import average_precision

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = CorrectionNet(params)
    net.standardise(_Batch.of(training[:: max(1, len(training) // 500)]))
    net.to(device)
    step = params.batch_states
    batches = [_moved(_Batch.of(training[at : at + step]), device) for at in range(0, len(training), step)]
    checked = [_moved(_Batch.of(held_out[at : at + 64]), device) for at in range(0, len(held_out), 64)]
    truth = (
        np.concatenate([each.tripped.cpu().numpy() > 0.5 for each in checked])
        if checked
        else np.empty(0, bool)
    )

    def reached() -> float:
        net.eval()
        with torch.no_grad():
            said = np.concatenate([net(each).double().cpu().numpy() for each in checked])
        return average_precision(truth, said)

    optimiser = torch.optim.AdamW(net.parameters(), lr=params.learning_rate, weight_decay=params.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=params.learning_rate, total_steps=params.n_passes * len(batches)
    )
    generator = torch.Generator().manual_seed(seed)
    history = [reached()] if checked else [-1.0]
    best, kept = history[0], {name: value.clone() for name, value in net.state_dict().items()}
    for number in range(params.n_passes):
        net.train()
        for index in torch.randperm(len(batches), generator=generator).tolist():
            optimiser.zero_grad()
            batch = batches[index]
            loss = nn.functional.binary_cross_entropy_with_logits(net(batch), batch.tripped)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), params.largest_gradient)
            optimiser.step()
            schedule.step()
        history.append(reached() if checked else float(number))
        if history[-1] > best:
            best, kept = history[-1], {name: value.clone() for name, value in net.state_dict().items()}
        tick(number + 1, params.n_passes, f"pass {number + 1} of {params.n_passes}")
    net.load_state_dict(kept)
    net.to("cpu").eval()
    return net, history


def corrected(net: CorrectionNet, graph: OutageGraph) -> FloatArray:
    """Return the log-odds of the nodes of a graph."""
    if not len(graph.node):
        return np.zeros(0)
    with torch.no_grad():
        told: FloatArray = net(_Batch.of([graph])).double().numpy()
    return told


def _moved(batch: _Batch, device: str) -> _Batch:
    return _Batch(
        x=batch.x.to(device),
        by_trees=batch.by_trees.to(device),
        link_from=batch.link_from.to(device),
        link_to=batch.link_to.to(device),
        link_x=batch.link_x.to(device),
        bus_low=batch.bus_low.to(device),
        bus_high=batch.bus_high.to(device),
        n_buses=batch.n_buses,
        tripped=batch.tripped.to(device),
    )
