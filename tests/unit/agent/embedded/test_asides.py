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
