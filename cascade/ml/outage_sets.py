"""What a set of branch outages does to a state, wave by wave, from distribution factors alone.

With S the branches out, none of which splits the network, the flows are

    f_m + Σ_{j in S} LODF_jm x_j,      x_j = f_j + Σ_{i in S, i ≠ j} LODF_ij x_i

as in :mod:`cascade.ml.waves`; here of every branch, and of any set. The flows right after the set are solved
as the engine solves them, islands and all. A branch that splits the network later is left out of S. Branches
that split it only together have no solution: the whole of their wave is then left out of the equations, so
that nothing depends on the order of the branches, and the rest is an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from cascade.engine.native.base import NativeBase
from cascade.engine.native.compile import kernel
from cascade.engine.native.wave import flows_without, solve_small
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.topology import Float32Array, StateArrays, Topology
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dcflow import SingularIsland

MOST_OUT = 96
"""Branches in the equations; a wave that makes the list longer is left out of them."""
MOST_GROWTH = 100.0
"""A solution larger than this times the flows that went out counts as none."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PreparedState:
    """Hold a state with what all sets of outages in it share.

    Attributes:
        topology: the network.
        base: the state as balanced, with its flows.
        flow_after_split: of branches that split the network, the flows after the loss of that one.
        struck_count: single outages, of those that split nothing, that load each branch above its limit.
        struck_worst: highest loading of each branch after any of them.
        demand_mw: load served.
    """

    topology: Topology
    base: NativeBase
    flow_after_split: dict[int, FloatArray]
    struck_count: IntArray
    struck_worst: FloatArray
    demand_mw: float

    @property
    def loading(self) -> FloatArray:
        """Return the loading of every branch before anything fails; 0 without a limit."""
        value: FloatArray = np.abs(self.base.flow_mw) / self.base.limit_mva
        return value


@dataclass(frozen=True, eq=False, kw_only=True)
class Followed:
    """Hold what the first waves after a set of outages are.

    Attributes:
        out: the set.
        loading: |flow| / limit of every branch after the set and after each wave, shape (waves + 1,
            branches); 0 where the branch is out.
        trip_wave: the wave in which each branch trips, from 1; 0: not in these waves.
        is_sound: whether all of it is exact: nothing has split the network. The flows right after the set are
            exact in any case.
    """

    out: IntArray
    loading: FloatArray
    trip_wave: IntArray
    is_sound: bool


def prepare_state(
    topology: Topology, state: StateArrays, splitting: Sequence[int] | IntArray = ()
) -> PreparedState:
    """Solve a state.

    Args:
        topology: the network.
        state: loads, outputs, capacities and limits.
        splitting: branches about whose loss :func:`start_of` will be asked; of those that split the network
            the flows after it are solved here.

    Raises:
        InvalidTrainingData: if the state is of another network or cannot be solved.
    """
    base = topology.in_state(state)
    after: dict[int, FloatArray] = {}
    for branch in np.unique(np.asarray(splitting, dtype=np.int64)).tolist():
        if topology.splits[branch]:
            with suppress(SingularIsland):  # then nothing is known of it, and its sets are undecided
                after[branch] = flows_without(base, np.array([branch])).flow_mw
    struck_count, struck_worst = _struck(topology.lodf, topology.splits, base.flow_mw, base.limit_mva)
    return PreparedState(
        topology=topology,
        base=base,
        flow_after_split=after,
        struck_count=struck_count,
        struck_worst=struck_worst,
        demand_mw=float(base.bus_load_mw.sum()),
    )


def follow(prepared: PreparedState, out: Sequence[int] | IntArray, *, waves: int) -> Followed:
    """Follow the first waves after a set of outages. The flows right after it are exact.

    Raises:
        InvalidTrainingData: if the set is empty, names a branch twice, or one that there is not, or the flows
            after it have no unique solution.
    """
    topology, base = prepared.topology, prepared.base
    lost = np.sort(np.asarray(out, dtype=np.int64))
    n = topology.network.n_branches
    if not len(lost) or np.any(np.diff(lost) == 0) or lost[0] < 0 or lost[-1] >= n:
        raise InvalidTrainingData(
            field="out", message=f"must name at least one branch of 0 to {n - 1}, and none twice"
        )
    if len(lost) == 1 and not topology.splits[lost[0]]:
        flow = base.flow_mw + topology.lodf[lost[0]] * base.flow_mw[lost[0]]
        inside, splits = lost, False
    else:
        try:
            start = flows_without(base, lost)
        except SingularIsland as error:
            raise InvalidTrainingData(field="out", message=f"leaves no unique power flow: {error}") from error
        flow, splits = start.flow_mw, start.n_islands > base.prepared.islands.count
        inside = _inside(topology, lost, start.island)
    loading = np.zeros((waves + 1, n))
    trip_wave = np.zeros(n, dtype=np.int64)
    sound = _follow(topology.lodf, topology.splits, lost, inside, flow, base.limit_mva, loading, trip_wave)
    return Followed(out=lost, loading=loading, trip_wave=trip_wave, is_sound=bool(sound and not splits))


def _inside(topology: Topology, lost: IntArray, island: IntArray) -> IntArray:
    """Return the lost branches but for those that alone would hold the islands together.

    The latter may stay in the equations: both of their sides are balanced, so they carry nothing.
    """
    network = topology.network
    above = {int(each): int(each) for each in np.unique(island)}

    def root(of: int) -> int:
        while above[of] != of:
            of = above[of]
        return of

    kept = []
    for branch in lost.tolist():
        one = root(int(island[network.branch_from[branch]]))
        other = root(int(island[network.branch_to[branch]]))
        if one == other:
            kept.append(branch)
        else:
            above[one] = other
    kept_branches = np.array(kept, dtype=np.int64)
    return kept_branches[~topology.splits[kept_branches]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Start:
    """Hold the flows right after a set of outages.

    Attributes:
        flow_mw: flow of every branch; 0 where it is out.
        strength_mw: Σ |x| of the equations: what the single precision of the factors errs in proportion to.
        growth: the same over the flows that went out.
    """

    flow_mw: FloatArray
    strength_mw: float
    growth: float


def start_of(prepared: PreparedState, out: IntArray) -> Start | None:
    """Return the flows right after a set, or None where factors do not tell them.

    One branch of the set may split the network: both sides are balanced, and what the others move from end to
    end never crosses it, so their factors stay. With two such branches what is balanced depends on both.
    """
    topology = prepared.topology
    bridges = out[topology.splits[out]]
    others = out[~topology.splits[out]]
    if len(others) > MOST_OUT or len(bridges) > 1:
        return None
    before = prepared.base.flow_mw
    if len(bridges):
        if int(bridges[0]) not in prepared.flow_after_split:
            return None
        before = prepared.flow_after_split[int(bridges[0])]
    flow = np.empty(len(before))
    strength = _flows_without(topology.lodf, before, others, len(others), flow)
    if strength < 0.0:
        return None
    flow[out] = 0.0
    went = float(np.abs(before[others]).sum())
    return Start(flow_mw=flow, strength_mw=strength, growth=strength / went if went > 0.0 else 1.0)


@kernel
def _struck(
    lodf: Float32Array, splits: BoolArray, flow_mw: FloatArray, limit_mva: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return, per branch, the single outages that overload it, and its highest loading after any."""
    m = len(flow_mw)
    count = np.zeros(m, dtype=np.int64)
    worst = np.zeros(m, dtype=np.float32)
    inverse = np.empty(m, dtype=np.float32)
    base = np.empty(m, dtype=np.float32)
    for i in range(m):
        inverse[i] = np.float32(0.0) if np.isinf(limit_mva[i]) else np.float32(1.0 / limit_mva[i])
        base[i] = np.float32(flow_mw[i]) * inverse[i]
    for k in range(m):
        if splits[k]:
            continue
        x = np.float32(flow_mw[k])
        row = lodf[k]
        for i in range(m):
            size = abs(base[i] + row[i] * x * inverse[i])
            worst[i] = size if size > worst[i] and i != k else worst[i]
            count[i] += 1 if size > np.float32(1.0) and i != k else 0
    return count, worst.astype(np.float64)


@kernel
def _follow(
    lodf: Float32Array,
    splits: BoolArray,
    lost: IntArray,
    inside: IntArray,
    flow_mw: FloatArray,
    limit_mva: FloatArray,
    loading: FloatArray,
    trip_wave: IntArray,
) -> bool:
    """Fill in loadings and waves from the flows after the set; return whether nothing splits on the way.

    The flows are those without the branches lost, which carry nothing: only what they pass on of later losses
    is solved for.
    """
    m = len(flow_mw)
    out = np.zeros(m, dtype=np.bool_)
    listed = np.empty(MOST_OUT, dtype=np.int64)
    base = flow_mw.copy()
    size = 0
    sound = len(inside) <= MOST_OUT
    for k in lost:
        out[k] = True
        base[k] = 0.0
    for k in inside:
        if sound:
            listed[size] = k
            size += 1
    now = base.copy()
    for wave in range(len(loading)):
        before = size
        too_many = False
        for i in range(m):
            if out[i]:
                continue
            loading[wave, i] = abs(now[i]) / limit_mva[i]
            if loading[wave, i] > 1.0:
                trip_wave[i] = wave + 1
                if splits[i]:
                    sound = False
                elif size < MOST_OUT:
                    listed[size] = i
                    size += 1
                else:
                    too_many = True
        any_trip = False
        for i in range(m):
            if trip_wave[i] == wave + 1:
                out[i] = True
                any_trip = True
        if not any_trip:
            for later in range(wave + 1, len(loading)):
                loading[later] = loading[wave]
            break
        if too_many:
            size = before
            sound = False
        elif _flows_without(lodf, base, listed, size, now) < 0.0:
            # Together these split the network. The flows stay those of the wave before.
            size = before
            sound = False
    return sound


@kernel
def _flows_without(
    lodf: Float32Array, base: FloatArray, listed: IntArray, size: int, now: FloatArray
) -> float:
    """Fill in the flows without the listed branches, and return the sum of |x|, MW.

    Without a sound solution the flows are left as they are and -1 is returned.
    """
    if size == 0:
        now[:] = base
        return 0.0
    matrix = np.empty((size, size))
    right = np.empty(size)
    largest = 0.0
    for a in range(size):
        for b in range(size):
            matrix[a, b] = 1.0 if a == b else -lodf[listed[b], listed[a]]
        right[a] = base[listed[a]]
        largest += abs(right[a])
    solved = solve_small(matrix, right)
    strength = 0.0
    for a in range(size):
        # The factors are in single precision: a set that splits the network may seem to have a solution.
        solved = solved and abs(right[a]) <= MOST_GROWTH * largest
        strength += abs(right[a])
    if not solved:
        return -1.0
    now[:] = base
    for a in range(size):
        row = lodf[listed[a]]
        x = right[a]
        for i in range(len(now)):
            now[i] += row[i] * x
    return strength
