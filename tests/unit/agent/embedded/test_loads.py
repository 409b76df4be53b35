"""Loads as people say them, as factors of the base load."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.embedded.loads import with_loads
from agent.embedded.normal import read

SAID = [
    ("with 25 % more load than now", 1.25),
    ("at 20 % less load", 0.8),
    ("load up 15%", 1.15),
    ("load increased by 10 percent", 1.1),
    ("if demand drops 12 %", 0.88),
    ("with the load 30% above normal", 1.3),
    ("10% load growth", 1.1),
    ("double the load", 2.0),
    ("at half the load", 0.5),
    ("with loads doubled", 2.0),
    ("1.2 times the load", 1.2),
    ("at normal load", 1.0),
    ("now at full load", 1.0),
]


@pytest.mark.parametrize(("text", "factor"), SAID)
def test_a_load_is_a_factor_of_the_base_load(text: str, factor: float) -> None:
    found = re.search(r"at ([\d.]+) x load", with_loads(read(text)).text)

    assert found is not None
    assert float(found[1]) == pytest.approx(factor)


@pytest.mark.parametrize(
    "text", ["at 90 % load", "load factor 1.1", "load at 110 percent", "at peak load", "100 % less load"]
)
def test_what_says_no_direction_or_leaves_nothing_stays_as_it_was_said(text: str) -> None:
    assert with_loads(read(text)) == read(text)


@given(st.integers(1, 300))
def test_any_percentage_more_is_added_to_one(percent: int) -> None:
    text = with_loads(read(f"simulate the loss of SUB-1 at {percent} % more load")).text

    found = re.search(r"at ([\d.]+) x load", text)
    assert found is not None
    assert float(found[1]) == pytest.approx(1 + percent / 100)
    assert text.startswith("simulate the loss of SUB-1 ")
