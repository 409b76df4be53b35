"""What the rank of pairs finds: trained on some states of a grid, measured on others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cascade.engine.batch.builders import pairs as pair_list
from cascade.engine.batch.run import run_many
from cascade.engine.native.pairs import n2_pairs
from cascade.engine.params import CascadeParams
from cascade.ml.dataset import LabelledState, study_topology
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.pairs import Survivors, fit_ranker, survivors
from cascade.ml.propagation_data import network_of
from cascade.ml.screening_figures import RankedState, ranking_figures
from cascade.ml.set_screening import SimulatedSets, simulate_sets
from cascade.ml.tasks import Tick, no_tick

CHECKED_PAIRS = 5_000
"""Pairs of each tested state that the filter removes and that are simulated nevertheless."""


def evaluate_pairs(
    training: Sequence[LabelledState],
    testing: Sequence[LabelledState],
    *,
    lost_share: float = 0.01,
    checked: int = CHECKED_PAIRS,
    tick: Tick = no_tick,
) -> dict[str, Any]:
    """Rank the pairs of some states by trees trained on others, all of one grid, and simulate them all.

    Returns:
        Counts per tested state, ``states``; and ``rankings``, see
        :func:`cascade.ml.screening_figures.ranking_figures`.

    Raises:
        InvalidTrainingData: if a state is in both, the states are of several grids, or a pair that the filter
            removed trips something.
    """
    assert_states_apart(training, testing)
    total = len(training) + len(testing)
    known, tested = [], []
    for number, each in enumerate(training):
        tick(number, total, "Pairs to learn from")
        known.append(_simulated(each))
    ranker = fit_ranker([left.x for left, _ in known], [run.lost_mw / left.demand_mw for left, run in known])
    counts = []
    for number, each in enumerate(testing):
        tick(len(training) + number, total, "Pairs to measure on")
        left, run = _simulated(each)
        counts.append(
            {
                "pairs": left.n_pairs,
                "removed": left.n_removed,
                "by_one_alone": left.n_by_one,
                "undecided": left.n_undecided,
                "survivors": len(left),
                "cascades": int(np.count_nonzero(run.lost_mw > lost_share * left.demand_mw)),
                "removed_simulated": check_removed(each, checked),
            }
        )
        tested.append(
            RankedState(
                lost_mw=run.lost_mw,
                lost_customers_frac=run.lost_customers_frac,
                score={"flow above limits (LODF)": left.overload_mw, "gradient boosting": ranker.raw(left.x)},
                at_least_mw=lost_share * left.demand_mw,
            )
        )
    return {"states": counts, "rankings": ranking_figures(tested)}


def assert_states_apart(training: Sequence[LabelledState], testing: Sequence[LabelledState]) -> None:
    """Check that no state is in both lists, and that all are of one grid.

    Raises:
        InvalidTrainingData: if not.
    """
    keys = [{(each.plan_key, each.index) for each in states} for states in (training, testing)]
    if keys[0] & keys[1]:
        raise InvalidTrainingData(field="testing", message="shares states with training")
    if len({each.grid for each in (*training, *testing)}) != 1:
        raise InvalidTrainingData(field="states", message="are of several grids")


def check_removed(labelled: LabelledState, count: int) -> int:
    """Simulate some of the pairs that the filter removes, drawn at random; return how many.

    Raises:
        InvalidTrainingData: if one of them trips something.
    """
    topology = study_topology(labelled.grid)
    found = n2_pairs(topology.in_state(labelled.state))
    n = topology.network.n_branches
    left = np.concatenate(
        [
            np.minimum(found.first, found.second) * n + np.maximum(found.first, found.second),
            np.minimum(found.pending_first, found.pending_second) * n
            + np.maximum(found.pending_first, found.pending_second),
        ]
    )
    rng = np.random.default_rng(labelled.index)
    drawn = rng.choice(found.branch, (4 * count, 2))
    drawn = np.unique(np.sort(drawn[drawn[:, 0] != drawn[:, 1]], axis=1), axis=0)
    drawn = drawn[~np.isin(drawn[:, 0] * n + drawn[:, 1], left)]
    drawn = drawn[np.sort(rng.permutation(len(drawn))[:count])]
    result = run_many(
        network_of(topology, labelled.state), CascadeParams(), pair_list(drawn[:, 0], drawn[:, 1])
    )
    if result.n_tripped.any():
        row = int(np.flatnonzero(result.n_tripped)[0])
        raise InvalidTrainingData(
            field="filter", message=f"removed the pair {drawn[row].tolist()}, which trips something"
        )
    return len(drawn)


def _simulated(labelled: LabelledState) -> tuple[Survivors, SimulatedSets]:
    topology = study_topology(labelled.grid)
    left = survivors(topology, labelled.state)
    load = topology.network.bus_load_mw
    run = simulate_sets(
        network_of(topology, labelled.state),
        list(np.column_stack([left.first, left.second])),
        customers_frac=np.maximum(load, 0.0) / np.maximum(load, 0.0).sum(),
    )
    return left, SimulatedSets(
        lost_mw=np.nan_to_num(run.lost_mw),
        lost_customers_frac=np.nan_to_num(run.lost_customers_frac),
        tripped=run.tripped,
    )
