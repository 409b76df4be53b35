"""The score, its levels, and when there is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.risk_now.parts import RiskPart
from cascade.engine.risk_now.score import RiskLevel, assess, level_of, score_of

LIMITS = {"ELEVATED": 30.0, "HIGH": 50.0, "CRITICAL": 70.0}
ALL = dict.fromkeys(RiskPart, 10.0)


@pytest.mark.parametrize(
    ("expected", "score"), [(0.0, 0.0), (8.0, 25.0), (24.0, 50.0), (56.0, 75.0), (120.0, 100.0), (9e9, 100.0)]
)
def test_the_score_rises_by_25_with_each_doubling_of_one_and_the_ratio(expected: float, score: float) -> None:
    assert score_of(expected, 8.0) == pytest.approx(score)


@given(pair=st.tuples(st.floats(0.0, 1e9), st.floats(0.0, 1e9)), ordinary=st.floats(1e-6, 1e6))
def test_more_is_never_a_lower_score(pair: tuple[float, float], ordinary: float) -> None:
    less, more = sorted(pair)

    assert 0.0 <= score_of(less, ordinary) <= score_of(more, ordinary) <= 100.0


@pytest.mark.parametrize(
    ("expected", "ordinary"), [(1.0, 0.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf)]
)
def test_a_ratio_that_is_none_is_refused(expected: float, ordinary: float) -> None:
    with pytest.raises(ValueError, match="no score"):
        score_of(expected, ordinary)


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (0.0, "NORMAL"),
        (29.9, "NORMAL"),
        (30.0, "ELEVATED"),
        (50.0, "HIGH"),
        (70.0, "CRITICAL"),
        (100.0, "CRITICAL"),
    ],
)
def test_levels_begin_at_their_limits(score: float, level: str) -> None:
    assert level_of(score, LIMITS) is RiskLevel(level)


def test_the_total_is_the_sum_of_the_parts() -> None:
    found = assess(ALL, ordinary=20.0, ordinary_reason=None, limits=LIMITS)

    assert found.total == 60.0
    assert found.score == pytest.approx(50.0)
    assert (found.level, found.missing, found.reason) == (RiskLevel.HIGH, (), None)


def test_a_part_that_is_not_known_is_named_and_not_counted_as_none() -> None:
    parts = {**ALL, RiskPart.VEGETATION: None}

    found = assess(parts, ordinary=20.0, ordinary_reason=None, limits=LIMITS)

    assert found.total == 50.0
    assert found.missing == (RiskPart.VEGETATION,)
    assert found.score is not None


@pytest.mark.parametrize("vital", [RiskPart.OUTAGES, RiskPart.BACKGROUND])
def test_without_a_vital_part_there_is_no_score(vital: RiskPart) -> None:
    found = assess({**ALL, vital: None}, ordinary=20.0, ordinary_reason=None, limits=LIMITS)

    assert (found.total, found.score, found.level) == (50.0, None, None)
    assert found.reason == f"Not known: {vital}."


@pytest.mark.parametrize(
    ("ordinary", "reason", "told"),
    [
        (None, "The record is too short.", "The record is too short."),
        (0.0, None, "No customer was interrupted on the ordinary days on record."),
    ],
)
def test_without_an_ordinary_day_there_is_no_score(
    ordinary: float | None, reason: str | None, told: str
) -> None:
    found = assess(ALL, ordinary=ordinary, ordinary_reason=reason, limits=LIMITS)

    assert (found.total, found.score, found.reason) == (60.0, None, told)


def test_nothing_known_is_no_total() -> None:
    found = assess({}, ordinary=None, ordinary_reason=None, limits=LIMITS)

    assert (found.total, found.score, found.missing) == (None, None, tuple(RiskPart))
