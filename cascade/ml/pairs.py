"""N-2: the exact filter first, then the learned rank of what it leaves.

The filter (:func:`cascade.engine.native.pairs.n2_pairs`) removes every pair that overloads nothing. No
cascade can follow, so it misses none. Pairs of which one branch alone overloads something are cases of N-1
and left out here. What remains is ranked by boosted trees, to be simulated from the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cascade.engine.batch.builders import pairs as pair_list
from cascade.engine.batch.run import run_many
from cascade.engine.native.base import NativeBase
from cascade.engine.native.pairs import n2_pairs
from cascade.engine.params import CascadeParams
from cascade.ml.boosting import BoostingParams, TreeEnsemble, fit_regressor
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.features import WAVE_FEATURES, wave_features
from cascade.ml.risk_model import log_size
from cascade.ml.topology import StateArrays, Topology
from cascade.ml.waves import EXCESS, PER_WAVE, WAVES, first_waves
from grid.powerflow.arrays import FloatArray, IntArray
from grid.powerflow.network import Network

PAIR_FEATURES: tuple[str, ...] = (
    *(f"wave{wave}_{name}" for wave in range(1, WAVES + 1) for name in WAVE_FEATURES),
    "loading_low",
    "loading_high",
    "flow_share_sum",
    "coupling",
    "reserve_frac",
    "loading_p95",
)
ROWS_AT_ONCE = 256


@dataclass(frozen=True, eq=False, kw_only=True)
class Survivors:
    """Hold the pairs that the filter leaves.

    Attributes:
        first: one branch of each pair.
        second: the other.
        x: features, columns :data:`PAIR_FEATURES`.
        overload_mw: flow above the limits right after the pair is lost: the classical index.
        demand_mw: load served.
        n_pairs: pairs there are.
        n_removed: pairs that the filter proved harmless.
        n_by_one: pairs of which one branch alone overloads something.
        n_undecided: pairs that the filter cannot decide; all of them are simulated.
    """

    first: IntArray
    second: IntArray
    x: FloatArray
    overload_mw: FloatArray
    demand_mw: float
    n_pairs: int
    n_removed: int
    n_by_one: int
    n_undecided: int

    def __len__(self) -> int:
        """Count them."""
        return len(self.first)


def survivors(
    topology: Topology, state: StateArrays, branches: Sequence[int] | IntArray | None = None
) -> Survivors:
    """Filter the pairs of some branches, all for None, and describe what is left.

    Raises:
        InvalidTrainingData: if the state is of another network.
        NotScreenable: if there are too many branches for the memory.
    """
    base = topology.in_state(state)
    found = n2_pairs(base, branches)
    kept = ~found.by_one_alone & ~topology.splits[found.first] & ~topology.splits[found.second]
    first, second = found.first[kept], found.second[kept]
    waves = _waves(topology, base, first, second)
    demand_mw = float(base.bus_load_mw.sum())
    return Survivors(
        first=first,
        second=second,
        x=_features(topology, base, first, second, waves),
        overload_mw=waves[:, 0, EXCESS].copy(),
        demand_mw=demand_mw,
        n_pairs=found.n_pairs,
        n_removed=found.n_pairs - len(found.first) - len(found.pending_first),
        n_by_one=int(np.count_nonzero(found.by_one_alone)),
        n_undecided=len(found.pending_first) + int(np.count_nonzero(~found.by_one_alone & ~kept)),
    )


def simulate_pairs(network: Network, first: IntArray, second: IntArray) -> FloatArray:
    """Return the load lost after each pair, MW; NaN where there is no unique solution."""
    return run_many(network, CascadeParams(), pair_list(first, second)).shed_mw


def fit_ranker(
    x: Sequence[FloatArray], lost_share: Sequence[FloatArray], params: BoostingParams | None = None
) -> TreeEnsemble:
    """Fit trees to log(1 + 1000 · share lost) of simulated pairs of some states.

    Raises:
        InvalidTrainingData: if there are no pairs.
    """
    if not sum(map(len, x)):
        raise InvalidTrainingData(field="x", message="holds no pair")
    return fit_regressor(
        np.concatenate(list(x)),
        log_size(np.concatenate(list(lost_share))),
        feature_names=PAIR_FEATURES,
        params=params or BoostingParams(max_leaf_nodes=15),
    )


def captured_share(lost_mw: FloatArray, score: FloatArray, budget: float) -> float | None:
    """Return the share of all loss in the top ``budget`` share of the pairs; None if nothing is lost."""
    total = float(lost_mw.sum())
    if total <= 0.0:
        return None
    count = int(np.ceil(budget * len(score)))
    return float(lost_mw[np.argsort(-score, kind="stable")[:count]].sum()) / total


def budget_for_recall(
    lost_mw: FloatArray, score: FloatArray, *, at_least_mw: float, recall: float
) -> float | None:
    """Return the share of the pairs to simulate, from the top, to find a share of those that lose as much.

    None if no pair does.
    """
    ranked = lost_mw[np.argsort(-score, kind="stable")] > at_least_mw
    wanted = int(np.ceil(recall * ranked.sum() - 1e-9))
    if wanted == 0:
        return None
    return (int(np.searchsorted(np.cumsum(ranked), wanted)) + 1) / len(ranked)


def _waves(topology: Topology, base: NativeBase, first: IntArray, second: IntArray) -> FloatArray:
    """Return the first waves of each pair."""
    found = np.zeros((len(first), WAVES, PER_WAVE))
    flow = base.flow_mw
    for begin in range(0, len(first), ROWS_AT_ONCE):
        k, j = first[begin : begin + ROWS_AT_ONCE], second[begin : begin + ROWS_AT_ONCE]
        x_k, x_j = _strengths(topology, flow, k, j)
        start = flow + topology.lodf[k] * x_k[:, None] + topology.lodf[j] * x_j[:, None]
        first_waves(
            topology.lodf,
            topology.splits,
            np.column_stack([k, j]),
            start,
            flow,
            base.limit_mva,
            found[begin : begin + ROWS_AT_ONCE],
        )
    return found


def _strengths(
    topology: Topology, flow_mw: FloatArray, k: IntArray, j: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return what each of two outages takes from its branch, raised by what the other pushes onto it."""
    on_k, on_j = topology.lodf[j, k].astype(np.float64), topology.lodf[k, j].astype(np.float64)
    left = 1.0 - on_k * on_j
    return (flow_mw[k] + on_k * flow_mw[j]) / left, (flow_mw[j] + on_j * flow_mw[k]) / left


def _features(
    topology: Topology, base: NativeBase, first: IntArray, second: IntArray, waves: FloatArray
) -> FloatArray:
    demand_mw = float(base.bus_load_mw.sum())
    loading = np.abs(base.flow_mw) / base.limit_mva
    ends = np.column_stack([loading[first], loading[second]])
    coupling = np.maximum(np.abs(topology.lodf[first, second]), np.abs(topology.lodf[second, first]))
    flow = np.abs(base.flow_mw[first]) + np.abs(base.flow_mw[second])
    same = np.ones(len(first))
    return np.column_stack(
        [
            wave_features(waves, demand_mw),
            ends.min(axis=1),
            ends.max(axis=1),
            np.log1p(1000.0 * flow / demand_mw),
            coupling,
            same * (float(base.unit_pmax_mw.sum()) / demand_mw - 1.0),
            same * float(np.percentile(loading[np.isfinite(base.limit_mva)], 95.0)),
        ]
    )
