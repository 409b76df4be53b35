"""What is typed in haste, written out."""

from __future__ import annotations

import pytest

from agent.semantic.typed import signs_written_out, written_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (
            "xfmr 40687 01 0002 w/o load & whats its age",
            "XFMR-40687-01-0002 without load and what is its age",
        ),
        ("tree 000044", "TREE-000044"),
        ("run #5", "run 5"),
        ("# of outages", "number of outages"),
        ("wo's open", "work orders open"),
        ("w/ 3 mph @ 40C", "with 3 mph at 40C"),
        ("+10% load", "10 % more load"),
        ("load -10%", "load 10 % less"),
        ("dont count planned", "do not count planned"),
        ("height n class", "height and class"),
    ],
)
def test_signs_and_short_forms_are_written_out(typed: str, meant: str) -> None:
    assert written_out(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "12 m/s and 5 km/h",
        "customers zip 77494",  # a ZIP code is no id
        "line 12500 kV",
        "customer 77494",
        "N-1 of SUB-40687",
        "Mr. Sub in Katy",  # a name
        "2025-08-03 at 14:00",
    ],
)
def test_what_is_no_short_form_stays(text: str) -> None:
    assert written_out(text) == text


def test_for_readers_who_know_names_short_forms_stay() -> None:
    assert signs_written_out("outages w/o crew in sub") == "outages without crew in sub"
