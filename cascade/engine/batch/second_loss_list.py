"""N-1-1 for a list of first losses, as rows of one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cascade.engine.batch.adjustment import Adjustment
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.batch.result import ENDINGS, BatchResult, merge
from cascade.engine.batch.second_loss import second_losses
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.state import CascadeState
from cascade.engine.trips.chance import row_seed
from grid.powerflow.arrays import FloatArray, IntArray
from grid.powerflow.dcflow import SingularIsland


@dataclass(frozen=True, eq=False, kw_only=True)
class SecondLossRows:
    """Hold one row per first loss and branch left after it.

    Attributes:
        first: number of the first loss in its list.
        second: branch lost second; -1 where the first cascade has no unique solution, then the only row of
            its first loss, which is unsolved.
        first_shed_mw: load that the first cascade lost; NaN where unsolved.
        result: the cascades of the second losses, counted from the state after the first.
    """

    first: IntArray
    second: IntArray
    first_shed_mw: FloatArray
    result: BatchResult

    def contingencies(self) -> Contingencies:
        """Return the second losses as contingencies of the whole network."""
        lost = self.second >= 0
        none = np.zeros(len(lost) + 1, dtype=np.int64)
        return Contingencies(
            branch_start=np.concatenate([[0], np.cumsum(lost)]),
            branch=self.second[lost],
            bus_start=none,
            bus=np.empty(0, dtype=np.int64),
        )


def second_losses_of(
    prepared: Prepared,
    params: CascadeParams,
    firsts: Contingencies,
    *,
    adjustment: Adjustment,
    conditions: Conditions = AS_STORED,
    progress: Callable[[int, int], None] | None = None,
) -> SecondLossRows:
    """Run the second losses after each of some first losses.

    Where settings draw by chance, first loss n draws by ``row_seed(seed, n)`` and its second losses by seeds
    made of that in turn.

    Args:
        prepared: the network.
        params: the settings of both cascades.
        firsts: the first losses; none of them empty.
        adjustment: what is done before the second loss.
        conditions: ratings and costs of the hour.
        progress: called from time to time; to stop, raise from it.

    Raises:
        CascadeInputError: if the first losses are of another network, or one is of nothing.
    """
    firsts.check(prepared.source)
    state = CascadeState(prepared=prepared, params=params, conditions=conditions)
    whole: dict[str, Any] = {
        "params": params,
        "network_digest": prepared.source.digest(),
        "demand_mw": state.demand_mw,
        "base_shed_mw": state.demand_mw - state.base_served_mw,
    }
    first: list[IntArray] = []
    second: list[IntArray] = []
    shed_mw: list[FloatArray] = []
    results: list[BatchResult] = []
    for row, number in enumerate(firsts.number.tolist()):
        if progress is not None:
            progress(row, len(firsts))
        settings = params
        if params.draws_by_chance:
            settings = replace(params, seed=row_seed(params.seed, number))
        try:
            found = second_losses(
                prepared,
                settings,
                firsts.outages(row, prepared.source),
                adjustment=adjustment,
                conditions=conditions,
                progress=progress,
            )
        except SingularIsland:
            second.append(np.array([-1]))
            shed_mw.append(np.array([np.nan]))
            results.append(_unsolved(whole))
        else:
            second.append(found.branch)
            shed_mw.append(np.full(len(found.branch), found.first_shed_mw))
            results.append(replace(found.result, **whole))
        first.append(np.full(len(second[-1]), number))
    return SecondLossRows(
        first=np.concatenate(first),
        second=np.concatenate(second),
        first_shed_mw=np.concatenate(shed_mw),
        result=merge(results),
    )


def _unsolved(whole: dict[str, Any]) -> BatchResult:
    """Return the row of a cascade without a unique solution."""
    none = np.empty(0, dtype=np.int64)
    return BatchResult(
        **whole,
        shed_mw=np.array([np.nan]),
        n_waves=np.array([-1]),
        n_tripped=np.array([-1]),
        ending=np.array([ENDINGS.index(None)]),
        closest_margin=np.array([np.nan]),
        first_loading_frac=np.array([np.nan]),
        first_loaded_branch=np.array([-1]),
        by_reference=np.array([True]),
        trip_start=np.zeros(2, dtype=np.int64),
        trip_wave=none,
        trip_branch=none,
        trip_flow_mw=np.empty(0),
        bus_served_mw=None,
    )
