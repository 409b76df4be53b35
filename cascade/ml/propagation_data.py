"""What the propagation model learns from: outages of stored states, and which branches tripped later.

Single outages come with their cascades from the data set (:mod:`cascade.ml.dataset`). Sets of several are
drawn here, near each other as a storm takes them, and their cascades run anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.checks import check_number, check_whole
from cascade.engine.params import CascadeParams
from cascade.ml.dataset import LabelledState, study_topology
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.outage_sets import PreparedState, prepare_state
from cascade.ml.propagation_features import OutageView, view_outage
from cascade.ml.splits import Sample
from cascade.ml.topology import StateArrays, Topology
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.network import Network

SET_SIZES = (2, 5)
"""Fewest and most branches of a drawn set."""


@dataclass(frozen=True, kw_only=True)
class OutageSampling:
    """Say which outages of a state are looked at, and which rows of them are learned from.

    Attributes:
        singles: candidates drawn from each state, 1 .. 1000.
        sets: sets of several drawn for each state, 0 .. 1000.
        near_frac: a branch whose loading passes this in the waves followed is always learned from, 0 .. 1.
        far_share: share of the other branches that is; each stands for 1 / share. Those that trip always are.
        seed: seed of the draws.
    """

    singles: int = 4
    sets: int = 1
    near_frac: float = 0.75
    far_share: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            InvalidParams: naming the field.
        """
        check_whole("singles", self.singles, lowest=1, highest=1000)
        check_whole("sets", self.sets, lowest=0, highest=1000)
        check_number("near_frac", self.near_frac, lowest=0.0, highest=1.0)
        check_number("far_share", self.far_share, lowest=0.0001, highest=1.0)
        check_whole("seed", self.seed, lowest=0, highest=2**31 - 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class SeenOutage:
    """Hold an outage of a state and what came of it.

    Attributes:
        key: grid, plan and number of its state.
        view: what was known right after it.
        tripped: of the branches left open, whether each tripped later.
        prepared: the state.
    """

    key: tuple[str, str, int]
    view: OutageView
    tripped: BoolArray
    prepared: PreparedState


@dataclass(frozen=True, eq=False, kw_only=True)
class Rows:
    """Hold the rows to learn from.

    Attributes:
        x: features.
        tripped: whether the branch tripped later.
        weight: how many rows each stands for.
    """

    x: FloatArray
    tripped: BoolArray
    weight: FloatArray


def network_of(topology: Topology, state: StateArrays) -> Network:
    """Return the network in a state, its ratings the flows from which branches trip."""
    return replace(
        topology.network,
        bus_load_mw=state.bus_load_mw,
        unit_p_mw=state.unit_p_mw,
        unit_pmax_mw=state.unit_pmax_mw,
        rate_mva=state.limit_mva,
    )


def seen_singles(samples: Sequence[Sample], sampling: OutageSampling) -> Iterator[SeenOutage]:
    """Yield some of the single outages of each state that count there."""
    for sample in samples:
        labelled = sample.state
        rng = np.random.default_rng([sampling.seed, labelled.index, 1])
        chosen = np.flatnonzero(sample.chosen)
        drawn = np.sort(rng.permutation(chosen)[: sampling.singles])
        if not len(drawn):
            continue
        branch = labelled.candidate_branch[drawn]
        prepared = prepare_state(study_topology(labelled.grid), labelled.state)
        for candidate, lost in zip(drawn.tolist(), branch.tolist(), strict=True):
            trips = slice(labelled.trip_start[candidate], labelled.trip_start[candidate + 1])
            yield _seen(labelled, prepared, [lost], labelled.trip_branch[trips])


def seen_sets(
    samples: Sequence[Sample], sampling: OutageSampling, *, barred: BoolArray | None = None
) -> Iterator[SeenOutage]:
    """Yield sets of several outages of each state that leave something open, their cascades run here.

    Args:
        samples: the states.
        sampling: how many.
        barred: branches of the home grid that no set may hold; used for states of networks of that size.
    """
    for sample in samples:
        labelled = sample.state
        topology = study_topology(labelled.grid)
        network = topology.network
        allowed = np.ones(network.n_branches, dtype=np.bool_)
        if barred is not None and len(barred) == network.n_branches:
            allowed = ~barred
        rng = np.random.default_rng([sampling.seed, labelled.index, 2])
        drawn = [near_set(network, rng, allowed) for _ in range(sampling.sets)]
        drawn = [each for each in drawn if len(each) > 1]
        if not drawn:
            continue
        prepared = prepare_state(topology, labelled.state)
        result = run_many(
            network_of(topology, labelled.state),
            CascadeParams(),
            from_lists([each.tolist() for each in drawn]),
        )
        for row, lost in enumerate(drawn):
            trips = slice(result.trip_start[row], result.trip_start[row + 1])
            if result.solved[row] and len(result.trip_branch[trips]):
                yield _seen(labelled, prepared, lost.tolist(), result.trip_branch[trips])


def near_set(network: Network, rng: np.random.Generator, allowed: BoolArray) -> IntArray:
    """Draw some branches that lie within a few branches of a bus drawn at random."""
    wanted = int(rng.integers(SET_SIZES[0], SET_SIZES[1] + 1))
    at = np.zeros(network.n_buses, dtype=np.bool_)
    at[rng.integers(network.n_buses)] = True
    touched = np.zeros(network.n_branches, dtype=np.bool_)
    for _ in range(network.n_buses):
        touched = at[network.branch_from] | at[network.branch_to]
        if np.count_nonzero(touched & allowed) >= 4 * wanted:
            break
        before = np.count_nonzero(at)
        at[network.branch_from[touched]] = True
        at[network.branch_to[touched]] = True
        if np.count_nonzero(at) == before:
            break
    found = np.flatnonzero(touched & allowed)
    return np.sort(rng.permutation(found)[:wanted])


def rows_of(seen: Iterator[SeenOutage], sampling: OutageSampling) -> Rows:
    """Return the rows to learn from: all that trip, all that come near, and some of the rest.

    Raises:
        InvalidTrainingData: if there are none.
    """
    x, tripped, weight = [], [], []
    for number, each in enumerate(seen):
        rng = np.random.default_rng([sampling.seed, number, 3])
        near = each.tripped | (each.view.loading > sampling.near_frac)
        kept = near | (rng.random(len(near)) < sampling.far_share)
        x.append(each.view.x[kept])
        tripped.append(each.tripped[kept])
        weight.append(np.where(near[kept], 1.0, 1.0 / sampling.far_share))
    if not x:
        raise InvalidTrainingData(field="samples", message="hold no outage to learn from")
    return Rows(x=np.concatenate(x), tripped=np.concatenate(tripped), weight=np.concatenate(weight))


def _seen(
    labelled: LabelledState, prepared: PreparedState, lost: Sequence[int], trips: IntArray
) -> SeenOutage:
    view = view_outage(prepared, lost)
    return SeenOutage(
        key=(str(labelled.grid), labelled.plan_key, labelled.index),
        view=view,
        tripped=np.isin(view.branch, trips),
        prepared=prepared,
    )
