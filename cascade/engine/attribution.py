"""What led to a trip: how much of the change of a flow each loss accounts for.

Method. Let the branches K go out, with the flows f_k they carried, and let the islands be balanced anew,
which changes the injections by ΔP. On every branch j that is left the flow then changes by

    Δf_j = b_j a_jᵀ B⁻¹ (Σ_k f_k a_k + ΔP)            a_k: +1 at the from bus, -1 at the to bus

with B of the network without K: each lost branch acts as if it moved its flow from one of its ends to the
other through what is left. For a single loss this is the line outage distribution factor, Δf_j = LODF_jk f_k;
for several it is exact too, and the parts add up. Where a loss splits the network, its ends lie in different
islands (or in a dead one); the surplus or shortage it leaves in an island is taken to be met as that island's
rebalancing ΔP_I was shared, ΔP_I / ΣΔP_I. A unit lost with output P acts like -P at its bus.

So Δf_j = Σ parts + a remainder. The remainder is 0 unless the rebalancing of an island raised some injections
and lowered others (units tripped, blocks of load shed, a pump lost). The parent of a branch is the loss whose
part raised |f_j| most in the wave in which j became overloaded. If none raised it, it has no parent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray, sum_by
from grid.powerflow.dc_model import DcModel
from grid.powerflow.flow_updates import FlowSolver
from grid.powerflow.islands import Islands

COLUMNS_AT_ONCE = 32
"""Right sides solved together; bounds the memory."""
ONE_SIDED_FRAC = 1e-3
"""A rebalancing whose sum is less than this share of its size is not used to share out a surplus."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Losses:
    """Hold what went out in one wave, and the state before it.

    Attributes:
        branches: indices of the branches.
        units: indices of the units, in the normalised network.
        unit_p_mw: what each of those units put out.
        flow_mw: flow of every branch before.
        injection_mw: generation less load of every bus before.
    """

    branches: IntArray
    units: IntArray
    unit_p_mw: FloatArray
    flow_mw: FloatArray
    injection_mw: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Parts:
    """Hold the parts of the change of some flows.

    Attributes:
        part_mw: one row per branch asked for, one column per loss: its branches, then its units.
        remainder_mw: per branch asked for, what no loss accounts for.
    """

    part_mw: FloatArray
    remainder_mw: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class After:
    """Hold the network after the losses, solved.

    Attributes:
        model: the model of the network.
        solver: the solver that solved it last.
        islands: its islands.
        live_bus: buses in live islands.
        injection_mw: generation less load of every bus.
        load_mw: load of every bus.
    """

    model: DcModel
    solver: FlowSolver
    islands: Islands
    live_bus: BoolArray
    injection_mw: FloatArray
    load_mw: FloatArray


def flow_parts(*, after: After, losses: Losses, branches: IntArray) -> Parts:
    """Return what each loss adds to the flow of some branches, in service in live islands."""
    network = after.model.network
    label = after.islands.label
    sources = _sources(after, losses)
    own = label[network.branch_from[branches]]
    b = after.model.susceptance_mw[branches]
    if sources.count + 1 < len(branches):
        part_mw = np.empty((len(branches), sources.count))
        for begin in range(0, sources.count, COLUMNS_AT_ONCE):
            some = np.arange(begin, min(begin + COLUMNS_AT_ONCE, sources.count))
            angle = after.solver.respond(sources.columns(some))
            part_mw[:, some] = b[:, None] * (
                angle[network.branch_from[branches]] - angle[network.branch_to[branches]]
            )
        angle = after.solver.respond(sources.total_mw[:, None])[:, 0]
        moved_mw = b * (angle[network.branch_from[branches]] - angle[network.branch_to[branches]])
        return Parts(part_mw=part_mw, remainder_mw=moved_mw - part_mw.sum(axis=1))
    part_mw = np.empty((len(branches), sources.count))
    moved_mw = np.empty(len(branches))
    for begin in range(0, len(branches), COLUMNS_AT_ONCE):
        some = np.arange(begin, min(begin + COLUMNS_AT_ONCE, len(branches)))
        columns = np.zeros((network.n_buses, len(some)))
        columns[network.branch_from[branches[some]], some - begin] += b[some]
        columns[network.branch_to[branches[some]], some - begin] -= b[some]
        reaction = after.solver.respond(columns)
        for place, row in enumerate(reaction.T):
            inside = np.where(label == own[begin + place], row, 0.0)
            part_mw[begin + place] = sources.against(inside)
            moved_mw[begin + place] = inside @ sources.total_mw
    return Parts(part_mw=part_mw, remainder_mw=moved_mw - part_mw.sum(axis=1))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Sources:
    """Hold the injections that the losses amount to, one per loss, each summing to 0 over every live island.

    Loss k takes ``mw`` from its second place and puts it at its first (-1: nowhere, or nowhere alive).
    """

    put: IntArray
    take: IntArray
    mw: FloatArray
    label: IntArray
    share: FloatArray
    total_mw: FloatArray

    @property
    def count(self) -> int:
        return len(self.mw)

    def columns(self, some: IntArray) -> FloatArray:
        """Return the injections of some losses, one column each."""
        made = np.zeros((len(self.label), len(some)))
        for place, loss in enumerate(some):
            for bus, mw in ((self.put[loss], self.mw[loss]), (self.take[loss], -self.mw[loss])):
                if bus >= 0:
                    made[bus, place] += mw
                    island = self.label == self.label[bus]
                    made[island, place] -= mw * self.share[island]
        return made

    def against(self, weight: FloatArray) -> FloatArray:
        """Return Σ weight · injection of every loss; the weight is 0 outside one island."""
        inside = weight != 0.0
        if not inside.any():
            return np.zeros(self.count)
        island = self.label[np.argmax(inside)]
        shared = float(weight @ self.share)

        def end(bus: IntArray) -> FloatArray:
            present = (bus >= 0) & (self.label[bus] == island)
            return np.where(present, weight[bus] - shared, 0.0)

        return self.mw * (end(self.put) - end(self.take))


def _sources(after: After, losses: Losses) -> _Sources:
    network = after.model.network
    carried = losses.flow_mw[losses.branches]
    nowhere = np.full(len(losses.units), -1, dtype=np.int64)
    put = np.concatenate([network.branch_from[losses.branches], nowhere])
    take = np.concatenate([network.branch_to[losses.branches], network.unit_bus[losses.units]])
    mw = np.concatenate([carried, losses.unit_p_mw])
    put = np.where((put >= 0) & after.live_bus[put], put, -1)
    take = np.where(after.live_bus[take], take, -1)
    n = network.n_buses
    change = np.where(after.live_bus, after.injection_mw - losses.injection_mw, 0.0)
    branch = slice(0, len(carried))
    at_put, at_take = put[branch], take[branch]
    total = change.copy()
    total += sum_by(at_put[at_put >= 0], mw[branch][at_put >= 0], n)
    total -= sum_by(at_take[at_take >= 0], mw[branch][at_take >= 0], n)
    unit_bus = take[len(carried) :]
    stopped = sum_by(unit_bus[unit_bus >= 0], losses.unit_p_mw[unit_bus >= 0], n)
    return _Sources(
        put=put,
        take=take,
        mw=mw,
        label=after.islands.label,
        share=_shares(change + stopped, after),
        total_mw=total,
    )


def _shares(rebalancing_mw: FloatArray, after: After) -> FloatArray:
    """Return per bus the share it takes of a surplus in its island; they add up to 1 in each live island.

    As the island was rebalanced; by load where it was not, or in both directions at once.
    """
    label, count = after.islands.label, after.islands.count
    weight = rebalancing_mw.copy()
    total = sum_by(label, weight, count)
    size = sum_by(label, np.abs(weight), count)
    unclear = np.abs(total) <= ONE_SIDED_FRAC * size
    by_load = unclear[label]
    weight[by_load] = after.load_mw[by_load]
    total = sum_by(label, np.where(after.live_bus, weight, 0.0), count)
    share = np.where(after.live_bus, weight, 0.0)
    return np.divide(share, total[label], out=np.zeros_like(share), where=total[label] != 0.0)
