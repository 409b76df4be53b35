"""The transmission network as it stands now: what is overloaded, and what the loss of each branch costs.

The present state is the network in service, its loads times one multiplier, its ratings those of the hour's
weather where they are known. What the intact network carries above such a rating is taken away by the least
change of output, and load is shed only where that does not do (:mod:`cascade.engine.decisions.
corrective_dispatch`). For the loss of a branch the intact network is then held to be secure, since operators
see to that first: ratings are raised to 1.05 times the intact flow where they are below it.

Compiled code: not for web processes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.batch.builders import every_branch
from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.decisions.corrective_dispatch import corrective_dispatch
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import FloatArray, IntArray, sum_by
from grid.powerflow.base_case import secured
from grid.powerflow.network import Network

LEAST_LOSS_MW = 1e-3
"""Less is no loss of load."""
ROWS_AT_ONCE = 200
"""Contingencies whose load is looked at bus by bus at once: a number for each and every bus is held."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Overload:
    """A branch of the intact network above its rating of the hour."""

    branch: int
    flow_mw: float
    rating_mva: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Loss:
    """Load lost by one cause.

    Attributes:
        branch: whose loss it is; -1: the intact network cannot carry it.
        shed_mw: load lost in all.
        n_tripped: branches that trip after it.
        substation: where load is lost.
        lost_frac: which share of the load there.
        lost_mw: how much.
    """

    branch: int
    shed_mw: float
    n_tripped: int
    substation: IntArray
    lost_frac: FloatArray
    lost_mw: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Present:
    """Hold what was found of the present state.

    Attributes:
        overloads: branches of the intact network above their ratings, the most loaded first.
        relief: load that must be shed to relieve them; None: none must.
        is_relievable: False if no change of output and load relieves them.
        secured: branches whose rating was raised for the losses, since the intact flow comes near it.
        losses: the branches whose loss costs load, in the order of the network.
        unsolved: branches whose loss has no unique solution; what they cost is not known.
    """

    overloads: tuple[Overload, ...]
    relief: Loss | None
    is_relievable: bool
    secured: int
    losses: tuple[Loss, ...]
    unsolved: tuple[int, ...]


def state_digest(network: Network, *, load_multiplier: float, rating_frac: FloatArray, trip: float) -> str:
    """Return what the present state depends on, as a sha256: equal states need not be looked at again."""
    hasher = hashlib.sha256(network.digest().encode())
    hasher.update(np.array([load_multiplier, trip], dtype="<f8").tobytes())
    hasher.update(np.ascontiguousarray(rating_frac, dtype="<f8").tobytes())
    return hasher.hexdigest()


def look(
    network: Network,
    *,
    load_multiplier: float,
    rating_frac: FloatArray,
    trip: float,
    progress: Callable[[int, int], None] | None = None,
) -> Present:
    """Look at the present state.

    Args:
        network: what is in service.
        load_multiplier: factor on every load.
        rating_frac: rating of each branch in the hour's weather over the stored one; NaN: not known, the
            stored one holds.
        trip: a branch trips above so many times its rating.
        progress: called with the number of losses done and the total; to stop, raise from it.

    Raises:
        SingularIsland: if the intact network has no unique solution.
    """
    params = CascadeParams(load_multiplier=load_multiplier)
    factor = np.where(np.isnan(rating_frac), 1.0, rating_frac)
    rated = replace(network, rate_mva=network.rate_mva * factor)
    prepared = prepare(rated)
    state = CascadeState(prepared=prepared, params=params)
    state.settle()
    overloads = [
        Overload(branch=n, flow_mw=float(state.flow_mw[n]), rating_mva=float(state.rate_mva[n]))
        for n in state.overloaded.tolist()
    ]
    overloads.sort(key=lambda each: -abs(each.flow_mw) / each.rating_mva)
    relief, is_relievable = None, True
    if overloads:
        change = corrective_dispatch(prepared.network, state, params, may_raise=True, may_shed=True)
        is_relievable = change is not None
        if change is not None and change.shed_mw > LEAST_LOSS_MW:
            relief = _loss(network, -1, 0, state.bus_load_mw, state.bus_load_mw + change.load_change_mw)
    held = secured(replace(rated, rate_mva=rated.rate_mva * trip), load_multiplier)
    losses, unsolved = _losses(held, params, progress)
    return Present(
        overloads=tuple(overloads),
        relief=relief,
        is_relievable=is_relievable,
        secured=int(np.count_nonzero(held.rate_mva > rated.rate_mva * trip)),
        losses=losses,
        unsolved=unsolved,
    )


def _losses(
    network: Network, params: CascadeParams, progress: Callable[[int, int], None] | None
) -> tuple[tuple[Loss, ...], tuple[int, ...]]:
    """Lose each branch; look at those that cost load once more, bus by bus."""
    prepared = prepare(network)
    state = CascadeState(prepared=prepared, params=params)
    every = run_many(prepared, params, every_branch(network), progress=progress)
    costly = np.flatnonzero(every.solved & (every.shed_mw > LEAST_LOSS_MW)).tolist()
    losses = []
    for first in range(0, len(costly), ROWS_AT_ONCE):
        rows: Sequence[int] = costly[first : first + ROWS_AT_ONCE]
        found = run_many(prepared, params, from_lists([[row] for row in rows]), with_bus_served=True)
        assert found.bus_served_mw is not None  # noqa: S101 - asked for
        for n, row in enumerate(rows):
            losses.append(
                _loss(network, row, int(found.n_tripped[n]), state.bus_load_mw, found.bus_served_mw[n])
            )
    return tuple(losses), tuple(np.flatnonzero(~every.solved).tolist())


def _loss(network: Network, branch: int, n_tripped: int, before_mw: FloatArray, after_mw: FloatArray) -> Loss:
    count = len(network.substation_ids)
    placed = network.bus_substation >= 0
    at = network.bus_substation[placed]
    before = sum_by(at, before_mw[placed], count)
    lost = np.maximum(before - sum_by(at, after_mw[placed], count), 0.0)
    where = np.flatnonzero((lost > LEAST_LOSS_MW) & (before > 0.0))
    return Loss(
        branch=branch,
        shed_mw=float((before_mw - after_mw).sum()),
        n_tripped=n_tripped,
        substation=where,
        lost_frac=np.minimum(lost[where] / before[where], 1.0),
        lost_mw=lost[where],
    )
