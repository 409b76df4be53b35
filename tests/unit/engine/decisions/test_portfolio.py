"""Portfolios against every set of measures there is."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.decisions.portfolio import (
    Candidate,
    best_portfolio,
    payback_years,
    present_value_factor,
)
from cascade.engine.decisions.ranges import InvalidDecisionInput

near = pytest.approx


def candidate(name: str, cost_usd: float, benefit_usd: float, group: str | None = None) -> Candidate:
    return Candidate(id=name, cost_usd=cost_usd, benefit_usd=benefit_usd, group=group)


def greatest(candidates: list[Candidate], budget_usd: float) -> float:
    """Return the greatest benefit over all sets that the budget and the groups allow."""
    best = 0.0
    for chosen in product((False, True), repeat=len(candidates)):
        taken = [each for each, is_in in zip(candidates, chosen, strict=True) if is_in]
        groups = [each.group for each in taken if each.group is not None]
        if sum(each.cost_usd for each in taken) <= budget_usd and len(groups) == len(set(groups)):
            best = max(best, sum(each.benefit_usd for each in taken))
    return best


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(-5, 60), st.sampled_from([None, None, "a", "b"])),
        max_size=9,
    ),
    st.integers(0, 200),
)
def test_no_allowed_set_is_better(rows: list[tuple[int, int, str | None]], budget: int) -> None:
    candidates = [candidate(str(k), *row) for k, row in enumerate(rows)]

    found = best_portfolio(candidates, budget_usd=budget)

    assert found.benefit_usd == near(greatest(candidates, budget))
    assert found.cost_usd <= budget
    chosen = [each for each in candidates if each.id in found.ids]
    groups = [each.group for each in chosen if each.group]
    assert len(groups) == len(set(groups))
    assert all(each.benefit_usd > 0 for each in chosen)


def test_the_best_set_need_not_hold_the_best_ratio() -> None:
    candidates = [candidate("A", 6e6, 9e6), candidate("B", 5e6, 7e6), candidate("C", 5e6, 7e6)]

    assert best_portfolio(candidates, budget_usd=10e6).ids == ("B", "C")
    assert best_portfolio([], budget_usd=1.0).ids == ()


def test_a_dollar_a_year_is_worth_what_annuities_say() -> None:
    assert present_value_factor(years=10, discount_frac=0.05) == near(7.72173, abs=1e-5)
    assert present_value_factor(years=30, discount_frac=0.0) == 30
    assert payback_years(cost_usd=100, annual_usd=25) == 4
    assert payback_years(cost_usd=100, annual_usd=0) is None


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("budget_usd", lambda: best_portfolio([], budget_usd=-1)),
        ("cost_usd", lambda: best_portfolio([candidate("A", 0, 1)], budget_usd=1)),
        ("benefit_usd", lambda: best_portfolio([candidate("A", 1, float("nan"))], budget_usd=1)),
        ("years", lambda: present_value_factor(years=0, discount_frac=0.1)),
        ("discount_frac", lambda: present_value_factor(years=1, discount_frac=-0.1)),
    ],
)
def test_what_cannot_be_is_refused(field: str, call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidDecisionInput) as caught:
        call()

    assert caught.value.field == field
