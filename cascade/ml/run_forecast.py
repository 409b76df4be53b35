"""What could have been said of a cascade right after its first outages, beside what became of it.

The first power flow tells exactly which branches trip at once. Of the others the model of propagation says
how likely each trips later. Islands of the intact network do not touch each other: each is looked at alone.

Compiled code and torch: not for web processes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.outages import Outages
from cascade.engine.subnetwork import part_of
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.metrics import average_precision, roc_auc
from cascade.ml.outage_sets import prepare_state
from cascade.ml.propagation import PropagationModel
from cascade.ml.topology import StateArrays, make_topology
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network, normalise

MOST_OUT = 300
"""Branches that go out first, beyond which nothing is said: the model knows outages of a few."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Forecast:
    """Hold what was said of every branch of a network, in its order.

    Attributes:
        out: branches out at first, those at lost buses among them.
        first: branches that trip in the first wave, as the first power flow tells.
        is_open: branches about which something is predicted.
        probability: that each of these trips later; NaN of others.
        is_unfamiliar: the state is unlike those that the model was trained on.
    """

    out: BoolArray
    first: BoolArray
    is_open: BoolArray
    probability: FloatArray
    is_unfamiliar: bool


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Hold how a forecast compares with what happened to the branches that it left open.

    Attributes:
        open_count: branches about which something was said.
        tripped_count: how many of them tripped.
        expected_count: the sum of the probabilities.
        said_count: how many were said to trip: from the model's threshold on.
        hit_count: of these, how many did.
        average_precision: of the ranking; None if none tripped.
        roc_auc: likewise; None unless some tripped and some did not.
        brier: mean squared error of the probabilities; None if nothing was open.
    """

    open_count: int
    tripped_count: int
    expected_count: float
    said_count: int
    hit_count: int
    average_precision: float | None
    roc_auc: float | None
    brier: float | None

    @property
    def miss_count(self) -> int:
        """Count those that tripped and were not said to."""
        return self.tripped_count - self.hit_count

    @property
    def false_alarm_count(self) -> int:
        """Count those that were said to trip and did not."""
        return self.said_count - self.hit_count


def forecast(
    network: Network,
    outages: Outages,
    model: PropagationModel,
    *,
    bus_kv: FloatArray,
    is_transformer: BoolArray,
) -> Forecast:
    """Say of each branch how likely it trips after the first wave.

    The loss of a bus is that of its branches: what is left of it is an island of its own.

    Args:
        network: the network in its state, without the units that go out; a branch's rate is the flow from
            which it trips.
        outages: what goes out first; units in it are not looked at.
        model: what predicts.
        bus_kv: nominal voltage of each bus.
        is_transformer: which branches are transformers.

    Raises:
        InvalidTrainingData: if no branch goes out, too many do, or the flows have no unique solution.
        UntrustedFactors: if the network is too near to singular.
    """
    out = outages.branch_out | outages.bus_out[network.branch_from] | outages.bus_out[network.branch_to]
    count = int(np.count_nonzero(out))
    if not 1 <= count <= MOST_OUT:
        raise InvalidTrainingData(
            field="outages", message=f"take {count} branches out; allowed: 1 to {MOST_OUT}"
        )
    first, is_open = np.zeros_like(out), np.zeros_like(out)
    probability = np.full(len(out), np.nan)
    strange = []
    every = np.ones(network.n_branches, dtype=np.bool_)
    label = (
        IslandFinder(n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to)
        .find(every)
        .label
    )
    for island in np.unique(label[network.branch_from[out]]).tolist():
        part = part_of(
            network,
            bus_on=label == island,
            branch_on=every,
            unit_on=np.ones(network.n_units, dtype=np.bool_),
        )
        inside = normalise(part.network)
        topology = make_topology(inside, bus_kv=bus_kv[part.bus], is_transformer=is_transformer[part.branch])
        prepared = prepare_state(
            topology,
            StateArrays(
                bus_load_mw=inside.bus_load_mw,
                unit_p_mw=inside.unit_p_mw,
                unit_pmax_mw=inside.unit_pmax_mw,
                limit_mva=inside.rate_mva,
            ),
        )
        said = model.predict(prepared, np.flatnonzero(out[part.branch]))
        first[part.branch[said.first]] = True
        is_open[part.branch[said.branch]] = True
        probability[part.branch[said.branch]] = said.probability
        strange.append(said.is_unfamiliar)
    return Forecast(
        out=out, first=first, is_open=is_open, probability=probability, is_unfamiliar=any(strange)
    )


def agreement(said: Forecast, tripped_later: IntArray, threshold: float) -> Agreement:
    """Compare a forecast with the branches that tripped after the first wave."""
    happened = np.zeros(len(said.is_open), dtype=np.bool_)
    happened[tripped_later] = True
    truth, probability = happened[said.is_open], said.probability[said.is_open]
    is_said = probability >= threshold
    both = bool(truth.any() and not truth.all())
    return Agreement(
        open_count=len(truth),
        tripped_count=int(truth.sum()),
        expected_count=float(probability.sum()),
        said_count=int(is_said.sum()),
        hit_count=int(np.count_nonzero(is_said & truth)),
        average_precision=average_precision(truth, probability) if truth.any() else None,
        roc_auc=roc_auc(truth, probability) if both else None,
        brier=float(np.mean((probability - truth) ** 2)) if len(truth) else None,
    )
