"""The grammar: every intent is met by its own examples, none takes another's, and no word is passed over."""

from __future__ import annotations

import re

import pytest

from agent.embedded.grammar import Intent, grammar
from agent.embedded.intents import Ask, Call
from agent.embedded.normal import read
from agent.embedded.router import by_intent

INTENTS = grammar().intents
EXAMPLES = [(intent, example) for intent in INTENTS for example in intent.examples]
BY_NAME = {intent.name: intent for intent in INTENTS}

OVERLAPS = {
    # What fits two intents, and which of them comes first and is meant.
    ("customer of a meter", "customers"): "a meter's customer is looked for by the meter",
    ("customers", "asset facts"): "a customer is looked for where personal data is guarded",
    ("meters", "asset facts"): "finding a meter is the search of meters",
}


@pytest.mark.parametrize(
    ("intent", "example"), EXAMPLES, ids=lambda value: str(getattr(value, "name", value))
)
def test_an_example_is_met_by_its_intent_first(intent: Intent, example: str) -> None:
    met = [each.name for each in INTENTS if each.step(read(example)) is not None]

    assert met[0] == intent.name
    assert all((intent.name, other) in OVERLAPS for other in met[1:]), met


def test_every_overlap_that_is_declared_is_one() -> None:
    met = {
        (intent.name, other.name)
        for intent, example in EXAMPLES
        for other in INTENTS
        if other is not intent and other.step(read(example)) is not None
    }

    assert met == set(OVERLAPS)


@pytest.mark.parametrize("example", [example for _, example in EXAMPLES])
def test_a_word_that_no_pattern_knows_is_never_passed_over(example: str) -> None:
    """A strange word anywhere: no intent, or the word goes to the tool as part of a name."""
    words = example.split()
    for at in range(len(words) + 1):
        text = " ".join([*words[:at], "florbatious", *words[at:]])
        step = by_intent(read(text))
        is_named = isinstance(step, Call) and "florbatious" in str(step.input).lower()
        is_asked = isinstance(step, Ask)
        assert step is None or is_named or is_asked, (text, step)


@pytest.mark.parametrize("example", [example for _, example in EXAMPLES])
def test_an_id_of_a_question_is_in_what_the_tool_is_asked(example: str) -> None:
    step = by_intent(read(example))
    ids = re.findall(r"[A-Z]{2,6}-[\d-]+", example)

    assert isinstance(step, Call)
    assert all(each in str(step.input) for each in ids)


def test_numbers_of_a_question_are_in_what_the_tool_is_asked() -> None:
    step = by_intent(read("what happens if SUB-1 fails at load 1.3"))

    assert isinstance(step, Call)
    assert step.input == {"action": "RUN", "assets": ["SUB-1"], "load_factor": 1.3}
