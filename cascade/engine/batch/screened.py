"""N-2 by screening: the pairs of branches whose cascades are worth running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.batch.builders import pairs
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.batch.screened_settings import check_screenable
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.native.base import native_base
from cascade.engine.native.pairs import n2_pairs
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from grid.powerflow.arrays import IntArray
from grid.powerflow.network import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class ScreenedPairs:
    """Hold the pairs that a screening left, and what it did with the others.

    Attributes:
        contingencies: pairs that overload something, and those not decided, in the order of the network.
        n_pairs: pairs looked at.
        n_overloading: of them, those that overload a branch right after both losses.
        n_only_together: of these, those of which neither branch does so alone.
        n_undecided: pairs that no update formula decides: two bridges, or a split by both together.
    """

    contingencies: Contingencies
    n_pairs: int
    n_overloading: int
    n_only_together: int
    n_undecided: int

    @property
    def n_removed(self) -> int:
        """Count the pairs that overload nothing."""
        return self.n_pairs - self.n_overloading - self.n_undecided


def screened_pairs(
    network: Network,
    params: CascadeParams,
    *,
    conditions: Conditions = AS_STORED,
    branch_indices: Sequence[int] | IntArray | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ScreenedPairs:
    """Screen all pairs of branches and return those whose cascades are to be run.

    A pair that is left out overloads nothing, so its cascade has no trips; what it cuts off is lost all the
    same. A branch is overloaded above its trip threshold, in the ratings of the hour.

    Args:
        network: the network.
        params: the settings.
        conditions: ratings of the hour.
        branch_indices: the branches to pair; None for all.
        progress: called with the branches paired and their number; to stop, raise from it.

    Raises:
        NotScreened: if the settings do not allow it.
        UnknownAsset: if an entry is no branch index.
        NotScreenable: if the network's factors cannot be trusted or would not fit into memory.
    """
    check_screenable(params)
    conditions.check_fits(network)
    rate_mva = network.rate_mva * params.trip_threshold_frac
    if conditions.branch_rating_frac is not None:
        known = ~np.isnan(conditions.branch_rating_frac)
        rate_mva = rate_mva * np.where(known, conditions.branch_rating_frac, 1.0)
    plain = CascadeParams(
        load_multiplier=params.load_multiplier,
        rating_multiplier=params.rating_multiplier,
        overload_tolerance_frac=params.overload_tolerance_frac,
    )
    base = native_base(prepare(replace(network, rate_mva=rate_mva)), plain)
    found = n2_pairs(base, branch_indices, progress=progress)
    first = np.concatenate([found.first, found.pending_first])
    second = np.concatenate([found.second, found.pending_second])
    low, high = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((high, low))
    return ScreenedPairs(
        contingencies=pairs(low[order], high[order]),
        n_pairs=found.n_pairs,
        n_overloading=len(found.first),
        n_only_together=int((~found.by_one_alone).sum()),
        n_undecided=len(found.pending_first),
    )
