"""What simulating from the top of a ranking finds: MW, customers and cascades, per ranking, over states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade.ml.pairs import budget_for_recall, captured_share
from grid.powerflow.arrays import FloatArray

BUDGETS = (0.01, 0.05, 0.1)
RECALLS = (0.9, 0.95, 0.99)
DRAWS = 1_000
ORACLE, RANDOM = "oracle", "at random"


@dataclass(frozen=True, eq=False, kw_only=True)
class RankedState:
    """Hold the simulated survivors of one state, and the score that each ranking gives them.

    Attributes:
        lost_mw: load lost.
        lost_customers_frac: share of all customers out.
        score: per ranking, a score; the highest is simulated first.
        at_least_mw: loss from which it counts as a cascade.
    """

    lost_mw: FloatArray
    lost_customers_frac: FloatArray
    score: Mapping[str, FloatArray]
    at_least_mw: float


def ranking_figures(states: Sequence[RankedState]) -> dict[str, Any]:
    """Return, per ranking, means over the states with intervals over draws of states.

    The oracle ranks by what is asked about: MW by MW, customers by customers. A state in which nothing is
    lost has no share, and is left out.
    """
    names = list(states[0].score)
    report: dict[str, Any] = {}
    for name in [*names, RANDOM, ORACLE]:
        report[name] = {
            "mw": [_mean([_captured(each, name, "mw", budget) for each in states]) for budget in BUDGETS],
            "customers": [
                _mean([_captured(each, name, "customers", budget) for each in states]) for budget in BUDGETS
            ],
            "budget": [_mean([_needed(each, name, recall) for each in states]) for recall in RECALLS],
        }
    return report


def table(report: Mapping[str, Any]) -> list[str]:
    """Return the figures as rows of a Markdown table."""
    heads = [f"MW in {budget:.0%}" for budget in BUDGETS]
    heads += [f"customers in {budget:.0%}" for budget in BUDGETS]
    heads += [f"for {recall:.0%} of the cascades" for recall in RECALLS]
    lines = [f"| simulated from the top, by | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name, told in report.items():
        cells = [_cell(each) for each in (*told["mw"], *told["customers"], *told["budget"])]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _captured(state: RankedState, name: str, what: str, budget: float) -> float | None:
    lost = state.lost_mw if what == "mw" else state.lost_customers_frac
    if name == RANDOM:
        return int(np.ceil(budget * len(lost))) / len(lost) if len(lost) and lost.sum() > 0.0 else None
    return captured_share(lost, lost if name == ORACLE else state.score[name], budget)


def _needed(state: RankedState, name: str, recall: float) -> float | None:
    if name == RANDOM:
        hits = np.count_nonzero(state.lost_mw > state.at_least_mw)
        wanted = int(np.ceil(recall * hits - 1e-9))
        # Place of the m-th of h marked ones among n in a random order, on average: m (n + 1) / (h + 1).
        return wanted * (len(state.lost_mw) + 1) / (hits + 1) / len(state.lost_mw) if wanted else None
    score = state.lost_mw if name == ORACLE else state.score[name]
    return budget_for_recall(state.lost_mw, score, at_least_mw=state.at_least_mw, recall=recall)


def _mean(values: Sequence[float | None]) -> dict[str, float | None]:
    """Return the mean of the known values and its 95 % interval over draws of states."""
    known = np.array([value for value in values if value is not None])
    if not len(known):
        return {"value": None, "low": None, "high": None}
    rng = np.random.default_rng(0)
    drawn = known[rng.integers(0, len(known), (DRAWS, len(known)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"value": float(known.mean()), "low": float(low), "high": float(high)}


def _cell(told: Mapping[str, float | None]) -> str:
    value, low, high = told["value"], told["low"], told["high"]
    if value is None or low is None or high is None:
        return ""
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"
