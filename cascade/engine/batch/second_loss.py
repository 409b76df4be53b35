"""N-1-1: one loss, the cascade it starts, an adjustment, and then a second loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.batch.adjustment import Adjustment
from cascade.engine.batch.builders import every_branch
from cascade.engine.batch.result import BatchResult
from cascade.engine.batch.run import run_many
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import IntArray
from grid.powerflow.network import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class SecondLosses:
    """Hold what each second loss does after one first loss.

    Attributes:
        adjustment: what was done between the two.
        branch: branch of each row of ``result``, an index into the whole network.
        result: one row per branch still in service. Its branch indices are those of the whole network; its
            load lost is counted from the state after the first cascade and the adjustment.
        first_shed_mw: load lost by the first cascade.
        first_tripped: branches out after the first cascade, those taken out among them.
    """

    adjustment: Adjustment
    branch: IntArray
    result: BatchResult
    first_shed_mw: float
    first_tripped: IntArray


def second_losses(
    network: Network | Prepared,
    params: CascadeParams,
    first: Outages,
    *,
    adjustment: Adjustment = Adjustment.NONE,
    conditions: Conditions = AS_STORED,
    progress: Callable[[int, int], None] | None = None,
) -> SecondLosses:
    """Run the cascade of a first loss to its end, adjust, and then lose each branch that is left.

    Args:
        network: the network, or one prepared for many cascades.
        params: the settings of both cascades.
        first: the first loss.
        adjustment: what is done before the second loss.
        conditions: ratings and costs of the hour.
        progress: told of the second losses, as by :func:`cascade.engine.batch.run.run_many`.

    Raises:
        CascadeInputError: if the outages are of another network.
        SingularIsland: if an island of the first cascade has no unique solution.
    """
    prepared = network if isinstance(network, Prepared) else prepare(network)
    normal = prepared.network
    state = CascadeState(prepared=prepared, params=params, conditions=conditions)
    state.take_out(first)
    state.settle()
    waves = 0
    while len(state.due) and (params.max_waves is None or waves < params.max_waves):
        state.trip()
        state.settle()
        waves += 1
    kept = np.flatnonzero(state.branch_on)
    pmax_mw = np.where(state.bus_dead[normal.unit_bus], 0.0, state.unit_pmax_mw)
    # The balance scales output down in proportion: from full capacity that gives every unit the same share.
    p_mw = pmax_mw if adjustment is Adjustment.SHARE_HEADROOM else state.unit_p_mw
    left = replace(
        normal,
        bus_load_mw=state.bus_load_mw,
        branch_ids=tuple(normal.branch_ids[branch] for branch in kept),
        branch_from=normal.branch_from[kept],
        branch_to=normal.branch_to[kept],
        x_pu=normal.x_pu[kept],
        tap=normal.tap[kept],
        shift_deg=normal.shift_deg[kept],
        rate_mva=normal.rate_mva[kept],
        unit_p_mw=p_mw,
        unit_pmax_mw=pmax_mw,
    )
    result = run_many(
        left,
        replace(params, load_multiplier=1.0),
        every_branch(left),
        conditions=_left_of(conditions, prepared, kept),
        progress=progress,
    )
    loaded = result.first_loaded_branch
    return SecondLosses(
        adjustment=adjustment,
        branch=kept,
        result=replace(
            result,
            trip_branch=kept[result.trip_branch],
            first_loaded_branch=np.where(loaded >= 0, kept[loaded], -1) if len(kept) else loaded,
        ),
        first_shed_mw=state.base_served_mw - state.served_mw,
        first_tripped=np.flatnonzero(~state.branch_on),
    )


def _left_of(conditions: Conditions, prepared: Prepared, kept: IntArray) -> Conditions:
    """Return the conditions of what is left: fewer branches, and the units of the normalised network."""
    rating, cost = conditions.branch_rating_frac, conditions.unit_cost_usd_per_mwh
    if cost is not None:
        generating = cost[prepared.source.unit_p_mw >= 0.0]
        infeeds = np.full(prepared.network.n_units - len(generating), np.nan)
        cost = np.concatenate([generating, infeeds])
    return Conditions(branch_rating_frac=None if rating is None else rating[kept], unit_cost_usd_per_mwh=cost)
