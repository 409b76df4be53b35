"""Comparisons in questions and their units; values converted by hand."""

from __future__ import annotations

import pytest

from agent.semantic.form import Operator
from agent.semantic.numbers import converted, match_comparison
from agent.semantic.words import stem, tokens_of


@pytest.mark.parametrize(
    ("text", "operator", "value", "upper", "unit"),
    [
        ("above 90 %", Operator.ABOVE, 90, None, "%"),
        ("more than 1,500 kVA", Operator.ABOVE, 1500, None, "kva"),
        ("at least 1 MVA", Operator.AT_LEAST, 1, None, "mva"),
        ("at least a dozen", Operator.AT_LEAST, 12, None, None),
        ("longer than 10 hours", Operator.ABOVE, 10, None, "hour"),
        ("between 10 and 20 km", Operator.BETWEEN, 10, 20, "km"),
        ("3 or worse", Operator.AT_LEAST, 3, None, None),
        ("50 kVA or less", Operator.AT_MOST, 50, None, "kva"),
        ("50 kVA", Operator.EQUAL, 50, None, "kva"),
        ("over 95 °F", Operator.ABOVE, 95, None, "°f"),
        ("below 30 degrees Celsius", Operator.BELOW, 30, None, "°c"),
        ("between 10 and 20 years old", Operator.BETWEEN, 10, 20, "year"),
    ],
)
def test_a_comparison_is_read(
    text: str, operator: Operator, value: float, upper: float | None, unit: str | None
) -> None:
    tokens = tokens_of(text)
    found = match_comparison(tokens, 0)

    assert found is not None
    end, comparison = found
    assert end == len(tokens)
    assert (comparison.operator, comparison.value, comparison.upper, comparison.unit) == (
        operator,
        value,
        upper,
        unit,
    )


@pytest.mark.parametrize("text", ["5 outages", "3rd", "above average", "more outages"])
def test_what_is_no_comparison_is_none(text: str) -> None:
    assert match_comparison(tokens_of(text), 0) is None


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("above 1 MVA", "kVA", 1000.0),
        ("above 20 MWh", "kWh", 20_000.0),
        ("above 2 hours", "min", 120.0),
        ("above 95 °F", "°C", 35.0),
        ("above 1 GW", "MW", 1000.0),
        ("above 90 minutes", "h", 1.5),
        ("above 5", "MW", 5.0),
    ],
)
def test_a_value_is_converted_to_the_unit_of_the_fact(text: str, unit: str, value: float) -> None:
    found = match_comparison(tokens_of(text), 0)

    assert found is not None
    assert converted(found[1], unit) == (pytest.approx(value), None)


@pytest.mark.parametrize(
    ("text", "unit"), [("above 5 kVA", "kW"), ("above 5 km", "%"), ("above 3 hours", "1")]
)
def test_other_quantities_are_not_converted(text: str, unit: str) -> None:
    found = match_comparison(tokens_of(text), 0)

    assert found is not None
    assert converted(found[1], unit) is None


@pytest.mark.parametrize(
    ("word", "singular"),
    [
        ("outages", "outage"),
        ("cities", "city"),
        ("switches", "switch"),
        ("Wallis".lower(), "wallis"),
        ("status", "status"),
        ("buses", "bus"),
    ],
)
def test_a_plural_has_its_singular(word: str, singular: str) -> None:
    assert stem(word) == singular
