"""Statistics of many cascades.

- Distribution of blackout sizes: the complementary cumulative distribution, as for the blackouts of whole
  countries (Dobson, Carreras, Lynch, Newman, *Chaos* 17, 026103, 2007).
- Branching ratio: how many trips each trip brings about, ``λ = Σ_{g≥1} Z_g / Σ_{g<last} Z_g`` with Z_g the
  branches lost in generation g over all cascades, and the last generation of each the empty one that ends
  it (Dobson, "Estimating the propagation and extent of
  cascading line outages from utility data with a branching process", *IEEE Trans. Power Syst.* 27(4), 2012).
- Influence graph: g_ij, the probability that branch j trips in the generation after one in which i went out
  (Hines, Dobson, Rezaei, "Cascading power outages propagate locally in an influence graph that is not the
  actual grid topology", *IEEE Trans. Power Syst.* 32(2), 2017). It is the plain frequency: where several
  branches go out together each is given the credit, so it is an association and not a proven cause.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from scipy.sparse import coo_array, csr_array

from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.batch.result import BatchResult
from cascade.engine.errors import CascadeInputError
from grid.powerflow.arrays import FloatArray, IntArray
from grid.powerflow.network import Network


class UnlikeContingencies(CascadeInputError):
    """Report contingencies that a result is not of."""

    code = "UNLIKE_CONTINGENCIES"


@dataclass(frozen=True, eq=False, kw_only=True)
class SizeDistribution:
    """Hold the distribution of the load lost.

    Attributes:
        size_mw: sizes met, ascending, each once.
        share_at_least: share of the solved cascades that lost at least as much.
        n_solved: cascades it is made of.
        n_unsolved: cascades left out because their size is unknown.
    """

    size_mw: FloatArray
    share_at_least: FloatArray
    n_solved: int
    n_unsolved: int


@dataclass(frozen=True, eq=False, kw_only=True)
class BranchingRatio:
    """Hold the estimate of the branching ratio.

    Attributes:
        ratio: λ over all cascades; NaN if no branch was ever lost.
        by_generation: the same from each generation to the next: Z_{g+1} / Z_g.
        losses: Z_g, branches lost in each generation, the initial outages being generation 0.
    """

    ratio: float
    by_generation: FloatArray
    losses: IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class BranchRoles:
    """Hold how often each branch begins and spreads cascades.

    Attributes:
        n_initiated: contingencies with at least one trip in which the branch was taken out first.
        shed_initiated_mw: load lost in those.
        n_tripped: cascades in which it tripped.
        n_spread: times it went out, first or by a trip, and a generation with trips followed.
        n_followers: trips in those following generations, shared equally among the branches that went out
            before them.
    """

    n_initiated: IntArray
    shed_initiated_mw: FloatArray
    n_tripped: IntArray
    n_spread: IntArray
    n_followers: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class InfluenceGraph:
    """Hold the influence of branches on each other.

    Attributes:
        n_out: times each branch went out, first or by a trip, in a solved cascade.
        n_first: of those, the times it was taken out first.
        followed: sparse, [i, j]: times j tripped in the generation after one in which i went out.
        shared: sparse, [i, j]: the same, each trip shared equally among the branches that went out before
            it. The shares of a trip add up to 1, so a column adds up to the times its branch tripped.
    """

    n_out: IntArray
    n_first: IntArray
    followed: csr_array
    shared: csr_array

    @property
    def probability(self) -> csr_array:
        """Return, sparse, [i, j]: ``followed`` / ``n_out`` of i."""
        return _over_rows(self.followed, self.n_out)

    @property
    def mean_trips(self) -> csr_array:
        """Return, sparse, [i, j]: ``shared`` / ``n_out`` of i, the trips of j that a loss of i comes to."""
        return _over_rows(self.shared, self.n_out)


Counts = TypeVar("Counts", BranchRoles, InfluenceGraph)


def size_distribution(result: BatchResult) -> SizeDistribution:
    """Return the distribution of the load lost over the solved cascades."""
    known = result.shed_mw[result.solved]
    size_mw, count = np.unique(known, return_counts=True)
    at_least = np.cumsum(count[::-1])[::-1]
    return SizeDistribution(
        size_mw=size_mw,
        share_at_least=at_least / max(len(known), 1),
        n_solved=len(known),
        n_unsolved=len(result) - len(known),
    )


def branching_ratio(network: Network, contingencies: Contingencies, result: BatchResult) -> BranchingRatio:
    """Return the branching ratio of the solved cascades.

    Generation 0 are the branches taken out, those of outaged buses among them, and the units taken out for
    themselves; each wave is a generation.

    Raises:
        UnlikeContingencies: if the result is not of these contingencies.
    """
    _, generation, _ = _losses(network, contingencies, result)
    losses = np.bincount(generation, minlength=1).astype(np.int64)
    losses[0] += int(np.diff(contingencies.unit_start)[result.solved].sum())
    return branching_of(losses)


def branching_of(losses: IntArray) -> BranchingRatio:
    """Return the branching ratio from the losses of each generation, generation 0 first."""
    before = losses[:-1].astype(np.float64)
    by_generation = np.divide(losses[1:], before, out=np.full(len(before), np.nan), where=before > 0)
    parents, children = int(losses.sum()), int(losses[1:].sum())
    return BranchingRatio(
        ratio=children / parents if parents else float("nan"), by_generation=by_generation, losses=losses
    )


def branch_roles(network: Network, contingencies: Contingencies, result: BatchResult) -> BranchRoles:
    """Return how often each branch begins and spreads cascades.

    Raises:
        UnlikeContingencies: if the result is not of these contingencies.
    """
    m = network.n_branches
    row, generation, branch = _losses(network, contingencies, result)
    first = generation == 0
    began = first & (result.n_tripped[row] > 0)
    key = _generation_keys(row, generation, result)
    size = np.bincount(key)
    following = np.append(size, 0)[key + 1]
    return BranchRoles(
        n_initiated=np.bincount(branch[began], minlength=m),
        shed_initiated_mw=np.bincount(branch[began], result.shed_mw[row[began]], m).astype(np.float64),
        n_tripped=np.bincount(branch[~first], minlength=m),
        n_spread=np.bincount(branch[following > 0], minlength=m),
        n_followers=np.bincount(branch, following / size[key], m).astype(np.float64),
    )


def influence_graph(network: Network, contingencies: Contingencies, result: BatchResult) -> InfluenceGraph:
    """Return how often, and with what frequency, each branch's loss was followed by each other's.

    Raises:
        UnlikeContingencies: if the result is not of these contingencies.
    """
    m = network.n_branches
    row, generation, branch = _losses(network, contingencies, result)
    n_out = np.bincount(branch, minlength=m)
    key = _generation_keys(row, generation, result)
    n_keys = int(key.max(initial=0)) + 2
    went_out = coo_array((np.ones(len(branch)), (branch, key)), shape=(m, n_keys)).tocsr()
    tripped = generation > 0
    after = coo_array(
        (np.ones(int(tripped.sum())), (key[tripped] - 1, branch[tripped])), shape=(n_keys, m)
    ).tocsr()
    size = np.bincount(key, minlength=n_keys)
    shares = went_out.copy()
    shares.data = 1.0 / size[shares.indices]
    return InfluenceGraph(
        n_out=n_out,
        n_first=np.bincount(branch[~tripped], minlength=m),
        followed=csr_array(went_out @ after),
        shared=csr_array(shares @ after),
    )


def _over_rows(matrix: csr_array, count: IntArray) -> csr_array:
    share = np.divide(1.0, count, out=np.zeros(len(count)), where=count > 0)
    result = matrix.copy()
    result.data = matrix.data * np.repeat(share, np.diff(matrix.indptr))
    return result


class Tally:
    """Add up the statistics of a batch, part by part, so that no more than one part's trips are in memory."""

    def __init__(self, network: Network) -> None:
        """Begin with nothing."""
        m = network.n_branches
        self._network = network
        self._losses = np.zeros(1, dtype=np.int64)
        whole, none = np.zeros(m, dtype=np.int64), csr_array((m, m))
        self._roles = BranchRoles(
            n_initiated=whole,
            shed_initiated_mw=np.zeros(m),
            n_tripped=whole,
            n_spread=whole,
            n_followers=np.zeros(m),
        )
        self._graph = InfluenceGraph(n_out=whole, n_first=whole, followed=none, shared=none)

    def add(self, contingencies: Contingencies, result: BatchResult) -> None:
        """Add a part.

        Raises:
            UnlikeContingencies: if the result is not of these contingencies.
        """
        losses = branching_ratio(self._network, contingencies, result).losses
        longer = np.zeros(max(len(losses), len(self._losses)), dtype=np.int64)
        longer[: len(self._losses)] += self._losses
        longer[: len(losses)] += losses
        self._losses = longer
        self._roles = _sum_of(self._roles, branch_roles(self._network, contingencies, result))
        self._graph = _sum_of(self._graph, influence_graph(self._network, contingencies, result))

    @property
    def branching(self) -> BranchingRatio:
        """Return the branching ratio of all parts."""
        return branching_of(self._losses)

    @property
    def roles(self) -> BranchRoles:
        """Return how often each branch begins and spreads cascades."""
        return self._roles

    @property
    def graph(self) -> InfluenceGraph:
        """Return the influence of branches on each other."""
        return self._graph


def _sum_of(one: Counts, other: Counts) -> Counts:
    """Return counts of two parts as those of both."""
    added = {field.name: getattr(one, field.name) + getattr(other, field.name) for field in fields(one)}
    return type(one)(**added)


def _losses(
    network: Network, contingencies: Contingencies, result: BatchResult
) -> tuple[IntArray, IntArray, IntArray]:
    """Return contingency, generation and branch of every loss in the solved cascades, in that order."""
    if len(contingencies) != len(result):
        raise UnlikeContingencies(
            field="contingencies", message=f"are {len(contingencies)}, the result has {len(result)} rows"
        )
    rows, branches = [], []
    start, end = network.branch_from, network.branch_to
    own_row = np.repeat(np.arange(len(contingencies)), np.diff(contingencies.branch_start))
    rows.append(own_row)
    branches.append(contingencies.branch)
    if len(contingencies.bus):
        ends = np.concatenate([start, end])
        order = np.argsort(ends, kind="stable")
        at = np.searchsorted(ends[order], np.arange(network.n_buses + 1))
        bus_row = np.repeat(np.arange(len(contingencies)), np.diff(contingencies.bus_start))
        for index, bus in zip(bus_row.tolist(), contingencies.bus.tolist(), strict=True):
            touched = order[at[bus] : at[bus + 1]] % network.n_branches
            rows.append(np.full(len(touched), index))
            branches.append(touched)
    pair = np.unique(np.concatenate(rows) * network.n_branches + np.concatenate(branches))
    row, branch = pair // network.n_branches, pair % network.n_branches
    keep = result.solved[row]
    row = np.concatenate([row[keep], result.trip_contingency])
    generation = np.concatenate([np.zeros(int(keep.sum()), dtype=np.int64), result.trip_wave])
    branch = np.concatenate([branch[keep], result.trip_branch])
    order = np.lexsort((branch, generation, row))
    return row[order], generation[order], branch[order]


def _generation_keys(row: IntArray, generation: IntArray, result: BatchResult) -> IntArray:
    """Return a number for the cascade and generation of every loss; the next generation has the next number.

    A number is left free behind each cascade.
    """
    depth = np.maximum(result.n_waves, 0) + 2
    first = np.concatenate([[0], np.cumsum(depth)[:-1]]).astype(np.int64)
    key: IntArray = first[row] + generation
    return key
