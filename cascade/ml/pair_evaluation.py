"""What the rank of pairs finds: trained on some states of a grid, measured on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cascade.ml.dataset import LabelledState, study_topology
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.pairs import (
    Survivors,
    budget_for_recall,
    captured_share,
    fit_ranker,
    simulate_pairs,
    survivors,
)
from grid.powerflow.arrays import FloatArray

BUDGETS = (0.01, 0.05, 0.1)
RECALLS = (0.9, 0.95, 0.99)


def evaluate_pairs(
    training: Sequence[LabelledState], testing: Sequence[LabelledState], *, lost_share: float = 0.01
) -> dict[str, Any]:
    """Rank the pairs of some states by trees trained on others, all of one grid, and simulate them all.

    Returns:
        Counts per tested state; per ranking, the mean over the tested states of the share of the MW at risk
        captured with each budget, and of the budget for each recall.

    Raises:
        InvalidTrainingData: if a state is in both, or the states are of several grids.
    """
    keys = [{(each.plan_key, each.index) for each in states} for states in (training, testing)]
    if keys[0] & keys[1]:
        raise InvalidTrainingData(field="testing", message="shares states with training")
    if len({each.grid for each in (*training, *testing)}) != 1:
        raise InvalidTrainingData(field="states", message="are of several grids")
    known = [_simulated(each) for each in training]
    ranker = fit_ranker([left.x for left, _ in known], [lost / left.demand_mw for left, lost in known])
    tested = [_simulated(each) for each in testing]
    rankings: dict[str, list[FloatArray]] = {
        "flow above limits (LODF)": [left.overload_mw for left, _ in tested],
        "gradient boosting": [ranker.raw(left.x) for left, _ in tested],
        "oracle": [lost for _, lost in tested],
    }
    report: dict[str, Any] = {
        "states": [
            {
                "pairs": left.n_pairs,
                "removed": left.n_removed,
                "by_one_alone": left.n_by_one,
                "undecided": left.n_undecided,
                "survivors": len(left),
                "cascades": int(np.count_nonzero(lost > lost_share * left.demand_mw)),
            }
            for left, lost in tested
        ]
    }
    for name, scored in rankings.items():
        rows = [
            (lost, score, lost_share * left.demand_mw)
            for (left, lost), score in zip(tested, scored, strict=True)
        ]
        report[name] = {
            "captured": [
                _mean([captured_share(lost, score, budget) for lost, score, _ in rows]) for budget in BUDGETS
            ],
            "budget": [
                _mean(
                    [
                        budget_for_recall(lost, score, at_least_mw=mw, recall=recall)
                        for lost, score, mw in rows
                    ]
                )
                for recall in RECALLS
            ],
        }
    return report


def _simulated(labelled: LabelledState) -> tuple[Survivors, FloatArray]:
    topology, state = study_topology(labelled.grid), labelled.state
    left = survivors(topology, state)
    network = replace(
        topology.network,
        bus_load_mw=state.bus_load_mw,
        unit_p_mw=state.unit_p_mw,
        unit_pmax_mw=state.unit_pmax_mw,
        rate_mva=state.limit_mva,
    )
    return left, np.nan_to_num(simulate_pairs(network, left.first, left.second))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
