"""Sentences that ask nothing are set aside, those that bound a question never."""

from __future__ import annotations

import pytest

from agent.embedded.asides import Aside, aside_of


def test_why_something_is_asked_is_set_aside_with_what_it_names() -> None:
    assert aside_of("I'm standing at LINE-1-01-0009. Is it overhead?") == Aside(
        "I'm standing at LINE-1-01-0009", "Is it overhead?", "LINE-1-01-0009"
    )
    assert aside_of("A customer's husband is on a ventilator. How is care registered?") == Aside(
        "A customer's husband is on a ventilator", "How is care registered?", None
    )


@pytest.mark.parametrize(
    "text",
    [
        "Load is 20 % higher. What happens if SUB-1 fails?",  # bounds the question
        "The mayor wants numbers for July. How many outages were there?",  # says the time
        "A customer says her lights are out. Who works on it?",  # is the trouble itself
        "Before we open SW-1-01-0001: who loses power?",  # the question is asked of it
        "I'm standing at SW-1-01-0001. What is out?",  # whether there or anywhere nobody said
        "What feeds SUB-1? How old is it?",
        "Is it overhead?",
        "A crew without trucks. How old is SUB-1?",
    ],
)
def test_what_bounds_a_question_is_never_set_aside(text: str) -> None:
    assert aside_of(text) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("For the storm review, how many customers were out?", "how many customers were out?"),
        ("I am preparing the load forecast and need the energy by circuit", "the energy by circuit"),
        ("My supervisor wants to hear which outages are over", "which outages are over"),
        ("List the meters of XFMR-1, because we swap it on Thursday", "List the meters of XFMR-1"),
        ("Worst circuits by SAIDI? I need them for the annual report.", "Worst circuits by SAIDI?"),
    ],
)
def test_what_a_question_is_for_is_set_aside(text: str, asked: str) -> None:
    found = aside_of(text)
    assert found is not None
    assert found.asked == asked


@pytest.mark.parametrize(
    "text",
    [
        "For the Wallis substation, how many customers are there?",  # a place bounds
        "For the last month, how many outages were there?",
        "How many customers were interrupted because of vegetation?",
        "How many outages were there since we replaced the recloser?",
        "What were the loads of Wallis as they were yesterday?",
        "I am at SW-40735-01-0002 and need to know what is downstream",  # names what is asked of
    ],
)
def test_what_bounds_a_question_is_not_set_aside(text: str) -> None:
    found = aside_of(text)
    assert found is None or found.about is not None
