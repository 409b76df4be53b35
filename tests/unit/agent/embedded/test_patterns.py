"""The language of patterns."""

from __future__ import annotations

import pytest

from agent.embedded.patterns import BadPattern, Patterns

PATTERNS = Patterns({"show": "(show [me] | list)"}, {"id": r"[A-Z]+-\d+\s"})


@pytest.mark.parametrize(
    ("text", "is_matched"),
    [
        ("show meters of X-1 ", True),
        ("show me all meters of X-1 ", True),
        ("list meters of X-1 ", True),
        ("meters of X-1 ", False),
        ("list me meters of X-1 ", False),
        ("show meters of X-1 now ", False),
        ("show metersof X-1 ", False),
    ],
)
def test_a_pattern_matches_a_question_as_a_whole(text: str, is_matched: bool) -> None:
    pattern = PATTERNS.compile("<show> [all] meters of {id}")

    assert (pattern.fullmatch(text) is not None) is is_matched


def test_a_slot_may_have_a_name_of_its_own() -> None:
    match = PATTERNS.compile("from {id:first} to {id:second}").fullmatch("from X-1 to X-2 ")

    assert match is not None
    assert (match["first"], match["second"]) == ("X-1 ", "X-2 ")


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("show [me", r"\[ is not closed"),
        ("show me)", "closes nothing"),
        ("(show]", "closes nothing"),
        ("<what>", "no part"),
        ("{thing}", "no slot"),
        ("show }", "cannot be read"),
    ],
)
def test_a_broken_pattern_is_refused_when_it_is_read(pattern: str, fault: str) -> None:
    with pytest.raises(BadPattern, match=fault):
        PATTERNS.compile(pattern)
