"""N-2 screening: the flows after every pair of branch outages, before anything else trips.

With x_k and x_l the strengths of the two outages, each raised by what the other pushes onto its branch,

    x_k = f_k + LODF_kl x_l,    x_l = f_l + LODF_lk x_k,    loading_m = f_m + row_km x_k + row_lm x_l

so a pair costs one pass over two rows. The passes run in single precision. Rounding can move a loading by at
most ``8 · 2⁻²⁴ (1 + max|f_m| + |x_k| max|row_k| + |x_l| max|row_l|)``; a pair that comes closer to the limit
than that, or lies above it, is computed again in double precision, which alone decides. So none is missed.

A bridge is taken with the balance of both sides (:mod:`.splits`), and then with any outage that is no bridge.
Two bridges at once, and two branches that split an island only together, follow no such formula: these pairs
are returned as ``pending``, for the cascade engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cascade.engine.errors import CascadeInputError
from cascade.engine.native.base import NativeBase
from cascade.engine.native.compile import kernel
from cascade.engine.native.monitored import monitored
from cascade.engine.native.outage_rows import outage_rows
from cascade.engine.native.screening import NEARLY_SINGULAR, forward_flow
from cascade.engine.native.splits import split_cases
from cascade.engine.sweep import chosen_branches
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

Float32Array = npt.NDArray[np.float32]

BLOCK = 32
"""Second outages whose rows are kept in the cache while all first outages pass by."""
ROUNDING = 8.0 * 2.0**-24
MAX_BYTES = 4_000_000_000
"""Memory that the rows of the outages may take."""


class NotScreenable(CascadeInputError):
    """Report a network whose factors cannot be trusted, or outages whose rows would not fit."""

    code = "NOT_SCREENABLE"


@dataclass(frozen=True, eq=False, kw_only=True)
class PairScreening:
    """Hold the pairs that overload something. Only branches with a rating are looked at.

    Attributes:
        branch: the outages paired, by branch index.
        n_pairs: number of pairs.
        first: of each pair found, one branch out.
        second: the other, never the same.
        worst_loading_frac: highest |flow| / rating.
        worst_branch: index of the branch that has it.
        by_one_alone: whether one of the two outages alone overloads something already.
        pending_first: of each pair not decided here, one branch out.
        pending_second: the other.
    """

    branch: IntArray
    n_pairs: int
    first: IntArray
    second: IntArray
    worst_loading_frac: FloatArray
    worst_branch: IntArray
    by_one_alone: BoolArray
    pending_first: IntArray
    pending_second: IntArray


def n2_pairs(
    base: NativeBase,
    branch_indices: Sequence[int] | IntArray | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    progress: Callable[[int, int], None] | None = None,
) -> PairScreening:
    """Screen every pair of some branch outages.

    Args:
        base: the intact network.
        branch_indices: the branches to pair; None for all. Repeated ones count once.
        max_bytes: memory that the rows may take: about 12 bytes per outage and watched branch and 8 per pair.
        progress: called with the outages paired with all earlier ones, and their number; may raise to stop.

    Raises:
        UnknownAsset: if an entry is no branch index.
        NotScreenable: if the factors cannot be trusted or the rows would take more memory.
    """
    network = base.prepared.network
    branch = np.unique(chosen_branches(network, branch_indices))
    if base.factors is None:
        raise NotScreenable(
            field="network", message="is too near to singular (negative reactances) to be screened by updates"
        )
    cases = split_cases(base)
    watch = monitored(base, cases.forest.root)
    needed = len(branch) * (12 * len(watch.branch) + 8 * len(branch))
    if needed > max_bytes:
        raise NotScreenable(
            field="branch_indices",
            message=f"are {len(branch):,} branches, whose factors take {needed / 1e9:,.1f} GB;"
            f" allowed: {max_bytes / 1e9:,.1f} GB",
        )
    branch = branch[np.argsort(base.pattern.low[branch], kind="stable")]
    flow_mw = forward_flow(base, np.arange(network.n_branches))
    rows = outage_rows(
        base.pattern,
        base.factors.values,
        cases,
        branch,
        flow_mw,
        network.susceptance_mw,
        watch,
        NEARLY_SINGULAR,
    )
    limit = 1.0 + base.params.overload_tolerance_frac
    is_bridge = cases.below[branch] >= 0
    barred = rows.singular | cases.by_reference[branch]
    strength = np.where(is_bridge, 1.0, np.where(base.live_on[branch], flow_mw[branch], 0.0))
    alone = _loaded_alone(rows.row, watch.loading, strength, limit)
    narrow = rows.row.astype(np.float32)
    loading = watch.loading.astype(np.float32)
    widest = np.max(np.abs(rows.row), axis=1, initial=0.0)
    none = np.empty(0, dtype=np.int64)
    found: list[tuple[IntArray, IntArray, FloatArray, IntArray]] = [(none, none, np.empty(0), none)]
    pending: list[tuple[IntArray, IntArray]] = [(none, none)]
    for begin in range(0, len(branch), BLOCK):
        end = min(begin + BLOCK, len(branch))
        first, second, state = _screen_block(
            narrow,
            loading,
            rows.cross_mw,
            strength,
            flow_mw[branch],
            is_bridge,
            barred,
            widest,
            limit,
            begin,
            end,
        )
        waiting = state == PENDING
        pending.append((first[waiting], second[waiting]))
        first, second = first[~waiting], second[~waiting]
        worst, at = _decide(
            rows.row, watch.loading, rows.cross_mw, strength, flow_mw[branch], is_bridge, first, second
        )
        kept = worst > limit
        found.append((first[kept], second[kept], worst[kept], at[kept]))
        if progress is not None:
            progress(end, len(branch))
    first, second, worst, at = (np.concatenate(column) for column in zip(*found, strict=True))
    late_first, late_second = (np.concatenate(column) for column in zip(*pending, strict=True))
    return PairScreening(
        branch=branch,
        n_pairs=len(branch) * (len(branch) - 1) // 2,
        first=branch[first],
        second=branch[second],
        worst_loading_frac=worst,
        worst_branch=watch.branch[at],
        by_one_alone=alone[first] | alone[second],
        pending_first=branch[late_first],
        pending_second=branch[late_second],
    )


PENDING = 2
SUSPECT = 1


@kernel
def _loaded_alone(row: FloatArray, loading: FloatArray, strength: FloatArray, limit: float) -> BoolArray:
    result = np.zeros(len(row), dtype=np.bool_)
    for k in range(len(row)):
        for m in range(len(loading)):
            if abs(loading[m] + row[k, m] * strength[k]) > limit:
                result[k] = True
                break
    return result


@kernel
def _strengths(
    k: int,
    j: int,
    cross_mw: FloatArray,
    strength: FloatArray,
    flow_mw: FloatArray,
    is_bridge: BoolArray,
) -> tuple[float, float, float]:
    """Return the strengths of two outages together and what they were divided by."""
    if is_bridge[k]:
        return 1.0, flow_mw[j] + cross_mw[k, j], 1.0
    if is_bridge[j]:
        return flow_mw[k] + cross_mw[j, k], 1.0, 1.0
    left = 1.0 - cross_mw[j, k] * cross_mw[k, j]
    return (
        (strength[k] + cross_mw[j, k] * strength[j]) / left,
        (strength[j] + cross_mw[k, j] * strength[k]) / left,
        left,
    )


@kernel
def _screen_block(
    row: Float32Array,
    loading: Float32Array,
    cross_mw: FloatArray,
    strength: FloatArray,
    flow_mw: FloatArray,
    is_bridge: BoolArray,
    barred: BoolArray,
    widest: FloatArray,
    limit: float,
    begin: int,
    end: int,
) -> tuple[IntArray, IntArray, npt.NDArray[np.int8]]:
    """Screen the pairs of the outages ``begin`` .. ``end`` - 1 with all earlier ones."""
    room = (end - begin) * end
    first = np.empty(room, dtype=np.int64)
    second = np.empty(room, dtype=np.int64)
    state = np.empty(room, dtype=np.int8)
    count = 0
    highest = 0.0
    for m in range(len(loading)):
        highest = max(highest, abs(loading[m]))
    for k in range(end):
        for j in range(max(begin, k + 1), end):
            what = 0
            if barred[k] or barred[j] or (is_bridge[k] and is_bridge[j]):
                what = PENDING
            else:
                x, y, left = _strengths(k, j, cross_mw, strength, flow_mw, is_bridge)
                if not abs(left) > NEARLY_SINGULAR:
                    what = PENDING
                else:
                    margin = ROUNDING * (1.0 + highest + abs(x) * widest[k] + abs(y) * widest[j])
                    least = np.float32(limit - margin)
                    if _count_from(loading, row[k], np.float32(x), row[j], np.float32(y), least):
                        what = SUSPECT
            if what:
                first[count], second[count], state[count] = k, j, what
                count += 1
    return first[:count], second[:count], state[:count]


@kernel
def _count_from(
    loading: Float32Array,
    one: Float32Array,
    x: np.float32,
    other: Float32Array,
    y: np.float32,
    least: np.float32,
) -> np.int32:
    """Count the branches whose |loading| is not below ``least``, in single precision.

    A sum of whole numbers may be taken in any order, so the compiler fills its registers with branches; a
    maximum of floats it would take one by one.
    """
    count = np.int32(0)
    for m in range(len(loading)):
        count += np.int32(0) if abs(loading[m] + x * one[m] + y * other[m]) < least else np.int32(1)
    return count


@kernel
def _decide(
    row: FloatArray,
    loading: FloatArray,
    cross_mw: FloatArray,
    strength: FloatArray,
    flow_mw: FloatArray,
    is_bridge: BoolArray,
    first: IntArray,
    second: IntArray,
) -> tuple[FloatArray, IntArray]:
    """Return the highest |loading| of some pairs in double precision, and where it is."""
    worst = np.zeros(len(first))
    at = np.zeros(len(first), dtype=np.int64)
    for pair in range(len(first)):
        k, j = first[pair], second[pair]
        x, y, _ = _strengths(k, j, cross_mw, strength, flow_mw, is_bridge)
        for m in range(len(loading)):
            size = abs(loading[m] + x * row[k, m] + y * row[j, m])
            if size > worst[pair]:
                worst[pair] = size
                at[pair] = m
    return worst, at
