"""The best set of measures under a budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from cascade.engine.decisions.ranges import InvalidDecisionInput

MAX_MEASURES = 5000


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Hold what a measure costs and brings.

    Attributes:
        id: the measure.
        cost_usd: what it costs, > 0.
        benefit_usd: present value of what it saves; one that saves nothing is never chosen.
        group: of the measures of one group at most one is taken; None for no group.
    """

    id: str
    cost_usd: float
    benefit_usd: float
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Hold the measures chosen.

    Attributes:
        ids: the measures, in the order given.
        cost_usd: what they cost together.
        benefit_usd: the sum of what each would save alone.
    """

    ids: tuple[str, ...]
    cost_usd: float
    benefit_usd: float


def present_value_factor(*, years: float, discount_frac: float) -> float:
    """Return what a dollar a year, at the ends of the years, is worth now: (1 - (1 + r)^-n) / r; n if r is 0.

    Raises:
        InvalidDecisionInput: naming the field.
    """
    if not 0.0 < years <= 200.0:
        raise InvalidDecisionInput(field="years", message=f"is {years}; allowed: above 0, up to 200")
    if not 0.0 <= discount_frac <= 1.0:
        raise InvalidDecisionInput(field="discount_frac", message=f"is {discount_frac}; allowed: 0 to 1")
    if discount_frac == 0.0:
        return years
    return -math.expm1(-years * math.log1p(discount_frac)) / discount_frac


def payback_years(*, cost_usd: float, annual_usd: float) -> float | None:
    """Return cost over annual benefit, not discounted; None if it never pays back."""
    return cost_usd / annual_usd if annual_usd > 0.0 else None


def best_portfolio(candidates: Sequence[Candidate], *, budget_usd: float) -> Portfolio:
    """Return the measures of greatest benefit that the budget allows, those whose benefit exceeds nothing.

    A 0-1 knapsack with exclusive groups, solved to the optimum by HiGHS (scipy.optimize.milp).

    Raises:
        InvalidDecisionInput: naming the field.
    """
    if not 0.0 <= budget_usd < math.inf:
        raise InvalidDecisionInput(field="budget_usd", message=f"is {budget_usd}; allowed: 0 or more")
    if len(candidates) > MAX_MEASURES:
        raise InvalidDecisionInput(
            field="measures", message=f"are {len(candidates)}; allowed: up to {MAX_MEASURES}"
        )
    for candidate in candidates:
        if not 0.0 < candidate.cost_usd < math.inf:
            raise InvalidDecisionInput(
                field="cost_usd", message=f"of {candidate.id} is {candidate.cost_usd}; allowed: above 0"
            )
        if not math.isfinite(candidate.benefit_usd):
            raise InvalidDecisionInput(
                field="benefit_usd",
                message=f"of {candidate.id} is {candidate.benefit_usd}; allowed: a number",
            )
    open_to = [each for each in candidates if each.benefit_usd > 0.0 and each.cost_usd <= budget_usd]
    taken = _choose(open_to, budget_usd) if open_to else []
    return Portfolio(
        ids=tuple(each.id for each in taken),
        cost_usd=sum(each.cost_usd for each in taken),
        benefit_usd=sum(each.benefit_usd for each in taken),
    )


def _choose(candidates: Sequence[Candidate], budget_usd: float) -> list[Candidate]:
    # scaled, so that tolerances of the solver mean the same for cents and for millions
    cost = np.array([each.cost_usd for each in candidates]) / budget_usd
    benefit = np.array([each.benefit_usd for each in candidates])
    groups = sorted({each.group for each in candidates if each.group is not None})
    rows = [cost, *(np.array([float(each.group == group) for each in candidates]) for group in groups)]
    found = milp(
        -benefit / benefit.max(),
        integrality=np.ones(len(candidates), dtype=np.int64),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(np.array(rows), -np.inf, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise ArithmeticError(f"the solver found no portfolio: {found.message}")
    return [each for each, chosen in zip(candidates, found.x, strict=True) if chosen > 0.5]
