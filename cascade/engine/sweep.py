"""Every single branch outage, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.outages import Outages, UnknownAsset, branch_outage
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class SweepResult:
    """Hold one row per contingency.

    Attributes:
        branch: index of the branch taken out.
        shed_mw: load lost at the end of the cascade; NaN where unsolved.
        n_tripped: branches tripped, the one taken out not counted; -1 where unsolved.
        n_waves: waves in which branches tripped; -1 where unsolved.
        solved: whether the power flow had a unique solution throughout.
        base_shed_mw: load not served by the balanced intact network; the same for all and in no row.
    """

    branch: IntArray
    shed_mw: FloatArray
    n_tripped: IntArray
    n_waves: IntArray
    solved: BoolArray
    base_shed_mw: float


def n_minus_1(
    network: Network | Prepared,
    params: CascadeParams,
    branch_indices: Sequence[int] | IntArray | None = None,
    progress: Callable[[int, int], None] | None = None,
    conditions: Conditions = AS_STORED,
) -> SweepResult:
    """Run the cascade that each single branch outage starts.

    Args:
        network: the network, or one prepared for many cascades.
        params: the settings.
        branch_indices: the branches, in the order of the rows wanted; None for all.
        progress: called with the number done and the total after each; to stop the sweep, raise from it.
        conditions: ratings and costs of the hour.

    Raises:
        UnknownAsset: if an entry is no branch index.
    """
    prepared = network if isinstance(network, Prepared) else prepare(network)
    branch = chosen_branches(prepared.network, branch_indices)
    total = len(branch)
    shed_mw = np.full(total, np.nan)
    n_tripped = np.full(total, -1, dtype=np.int64)
    n_waves = np.full(total, -1, dtype=np.int64)
    base = CascadeState(prepared=prepared, params=params, conditions=conditions)
    for row in range(total):
        state = base.fork()
        try:
            n_waves[row] = _run(state, branch_outage(prepared.network, int(branch[row])), params)
        except SingularIsland:
            pass  # the row stays unknown, and says so in ``solved``
        else:
            shed_mw[row] = state.base_served_mw - state.served_mw
            n_tripped[row] = np.count_nonzero(~state.branch_on) - 1
        if progress is not None:
            progress(row + 1, total)
    return SweepResult(
        branch=branch,
        shed_mw=shed_mw,
        n_tripped=n_tripped,
        n_waves=n_waves,
        solved=n_waves >= 0,
        base_shed_mw=base.demand_mw - base.base_served_mw,
    )


def _run(state: CascadeState, outages: Outages, params: CascadeParams) -> int:
    """Run a cascade to its end and return how many waves had trips."""
    state.take_out(outages)
    n_waves = 0
    state.settle()
    while len(state.due) and (params.max_waves is None or n_waves < params.max_waves):
        state.trip()
        state.settle()
        n_waves += 1
    return n_waves


def chosen_branches(network: Network, branch_indices: Sequence[int] | IntArray | None) -> IntArray:
    """Return the branch indices given, checked, or all of them for None.

    Raises:
        UnknownAsset: if an entry is no branch index.
    """
    if branch_indices is None:
        return np.arange(network.n_branches)
    given = np.asarray(branch_indices)
    if given.size == 0:
        return np.empty(0, dtype=np.int64)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise UnknownAsset(
            field="branch_indices", ids=(repr(branch_indices),), problem="not a list of whole numbers"
        )
    wrong = given[(given < 0) | (given >= network.n_branches)]
    if len(wrong):
        raise UnknownAsset(
            field="branch_indices", ids=tuple(map(str, wrong.tolist())), problem="not branch indices"
        )
    return given.astype(np.int64)
