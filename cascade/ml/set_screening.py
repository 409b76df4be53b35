"""Sets of outages, N-k or of storms: the exact filter first, then the learned rank of what it leaves.

A set that overloads nothing cannot begin a cascade. The flows after it follow from distribution factors, and
a set is removed only where every flow stays below its limit by more than the factors can err: none is missed.
Sets that split the network at several branches, or only together, are undecided and simulated. The rest is
ranked; of how many a single branch alone overloads something, which N-1 shows already, is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.params import CascadeParams
from cascade.ml.boosting import BoostingParams, TreeEnsemble, fit_regressor
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.features import WAVE_FEATURES, wave_features
from cascade.ml.outage_sets import PreparedState, Start, start_of
from cascade.ml.risk_model import log_size
from cascade.ml.waves import EXCESS, PER_WAVE, WAVES, first_waves
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.network import Network

SET_FEATURES: tuple[str, ...] = (
    *(f"wave{wave}_{name}" for wave in range(1, WAVES + 1) for name in WAVE_FEATURES),
    "out_count",
    "out_loading_mean",
    "out_loading_high",
    "out_flow_share",
    "growth",
    "reserve_frac",
    "loading_p95",
)
ERROR_FRAC = 1e-5
"""Share of Σ |x| by which a flow may be off: the factors are known to 6e-8, their solution to some hundred
times that as long as it grows no more than :data:`MOST_GROWTH`."""
MOST_GROWTH = 20.0
"""Σ |x| over the flows that went out, beyond which a set is undecided."""
ROWS_AT_ONCE = 128


class SetFate(IntEnum):
    """Say what the filter found."""

    REMOVED = 0
    """It overloads nothing."""
    UNDECIDED = 1
    """To be simulated."""
    SURVIVOR = 2
    """It overloads something."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ScreenedSets:
    """Hold what the filter made of a list of sets.

    Attributes:
        fate: :class:`SetFate` of each set.
        survivor: positions of the survivors in the list.
        x: their features, columns :data:`SET_FEATURES`.
        overload_mw: their flow above the limits right after the set: the classical index.
        by_one_alone: whether a single branch of it alone overloads something.
        demand_mw: load served.
    """

    fate: IntArray
    survivor: IntArray
    x: FloatArray
    overload_mw: FloatArray
    by_one_alone: BoolArray
    demand_mw: float

    def count(self, fate: SetFate) -> int:
        """Count the sets of a fate."""
        return int(np.count_nonzero(self.fate == fate))


@dataclass(frozen=True, eq=False, kw_only=True)
class SimulatedSets:
    """Hold what some sets came to.

    Attributes:
        lost_mw: load lost; NaN without a unique solution.
        lost_customers_frac: share of all customers who lost supply, with customers spread over the buses by
            ``customers_frac``.
        tripped: branches tripped.
    """

    lost_mw: FloatArray
    lost_customers_frac: FloatArray
    tripped: IntArray


def screen_sets(prepared: PreparedState, sets: Sequence[IntArray]) -> ScreenedSets:
    """Filter sets of at least two branches each, and describe what is left.

    Raises:
        InvalidTrainingData: if a set names fewer than two branches, or one twice.
    """
    limit = prepared.base.limit_mva
    alone = overloading_alone(prepared)
    fate = np.empty(len(sets), dtype=np.int64)
    starts: list[Start] = []
    kept: list[int] = []
    for number, out in enumerate(sets):
        if len(out) < 2 or len(np.unique(out)) < len(out):
            raise InvalidTrainingData(
                field="sets", message=f"number {number} must name at least two branches, and none twice"
            )
        start = start_of(prepared, out)
        if start is None or start.growth > MOST_GROWTH:
            fate[number] = SetFate.UNDECIDED
        elif np.all(np.abs(start.flow_mw) + ERROR_FRAC * start.strength_mw <= limit):
            fate[number] = SetFate.REMOVED
        else:
            fate[number] = SetFate.SURVIVOR
            starts.append(start)
            kept.append(number)
    waves = _waves(prepared, [sets[number] for number in kept], starts)
    return ScreenedSets(
        fate=fate,
        survivor=np.array(kept, dtype=np.int64),
        x=_features(prepared, [sets[number] for number in kept], starts, waves),
        overload_mw=waves[:, 0, EXCESS].copy(),
        by_one_alone=np.array([bool(alone[sets[number]].any()) for number in kept], dtype=np.bool_),
        demand_mw=prepared.demand_mw,
    )


def overloading_alone(prepared: PreparedState) -> BoolArray:
    """Return which branches, lost alone, overload something.

    Of branches that split the network those are asked about that the state was prepared for.
    """
    topology, base = prepared.topology, prepared.base
    flow, limit = base.flow_mw, base.limit_mva
    result = np.zeros(len(flow), dtype=np.bool_)
    for first in range(0, len(flow), 512):
        outage = np.arange(first, min(first + 512, len(flow)))
        after = np.abs(flow + topology.lodf[outage] * flow[outage][:, None])
        after[np.arange(len(outage)), outage] = 0.0
        result[outage] = (after > limit).any(axis=1)
    for bridge, after in prepared.flow_after_split.items():
        result[bridge] = bool(np.any(np.abs(after) > limit))
    return result


def simulate_sets(
    network: Network, sets: Sequence[IntArray], *, customers_frac: FloatArray | None = None
) -> SimulatedSets:
    """Run the cascade of each set.

    Args:
        network: the network in its state.
        sets: the sets.
        customers_frac: share of all customers at each bus; None: those out are not counted.
    """
    lost_mw, customers, tripped = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=np.int64)]
    for first in range(0, len(sets), 2_000):
        part = [each.tolist() for each in sets[first : first + 2_000]]
        result = run_many(
            network, CascadeParams(), from_lists(part), with_bus_served=customers_frac is not None
        )
        lost_mw.append(result.shed_mw)
        tripped.append(result.n_tripped)
        if customers_frac is not None and result.bus_served_mw is not None:
            has_load = network.bus_load_mw > 0.0
            served = result.bus_served_mw[:, has_load] / network.bus_load_mw[has_load]
            customers.append(np.clip(1.0 - served, 0.0, 1.0) @ customers_frac[has_load])
    return SimulatedSets(
        lost_mw=np.concatenate(lost_mw),
        lost_customers_frac=np.concatenate(customers),
        tripped=np.concatenate(tripped),
    )


def fit_set_ranker(
    x: Sequence[FloatArray], lost_share: Sequence[FloatArray], params: BoostingParams | None = None
) -> TreeEnsemble:
    """Fit trees to log(1 + 1000 · share lost) of simulated sets of some states.

    Raises:
        InvalidTrainingData: if there are no sets.
    """
    if not sum(map(len, x)):
        raise InvalidTrainingData(field="x", message="holds no set")
    return fit_regressor(
        np.concatenate(list(x)),
        log_size(np.concatenate(list(lost_share))),
        feature_names=SET_FEATURES,
        params=params or BoostingParams(max_leaf_nodes=15),
    )


def _waves(prepared: PreparedState, sets: Sequence[IntArray], starts: Sequence[Start]) -> FloatArray:
    """Return the first waves of each set."""
    topology, base = prepared.topology, prepared.base
    found = np.zeros((len(sets), WAVES, PER_WAVE))
    for begin in range(0, len(sets), ROWS_AT_ONCE):
        part = sets[begin : begin + ROWS_AT_ONCE]
        listed = np.full((len(part), max(map(len, part))), -1, dtype=np.int64)
        for row, out in enumerate(part):
            listed[row, : len(out)] = out
        flows = np.stack([each.flow_mw for each in starts[begin : begin + ROWS_AT_ONCE]])
        first_waves(
            topology.lodf,
            topology.splits,
            listed,
            flows,
            base.flow_mw,
            base.limit_mva,
            found[begin : begin + ROWS_AT_ONCE],
        )
    return found


def _features(
    prepared: PreparedState, sets: Sequence[IntArray], starts: Sequence[Start], waves: FloatArray
) -> FloatArray:
    base, demand_mw = prepared.base, prepared.demand_mw
    if not len(sets):
        return np.empty((0, len(SET_FEATURES)))
    loading, limited = prepared.loading, np.isfinite(base.limit_mva)
    reserve = float(base.unit_pmax_mw.sum()) / demand_mw - 1.0
    p95 = float(np.percentile(loading[limited], 95.0))
    own = [
        (
            np.log(len(out)),
            loading[out].mean(),
            loading[out].max(),
            np.log1p(1000.0 * np.abs(base.flow_mw[out]).sum() / demand_mw),
            start.growth,
            reserve,
            p95,
        )
        for out, start in zip(sets, starts, strict=True)
    ]
    return np.column_stack([wave_features(waves, demand_mw), np.array(own)])
