"""A question's words: ids, numbers with units, names as they were written."""

from __future__ import annotations

import pytest

from agent.embedded.normal import read


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("What's XFMR-40687-01-0001?", "what is XFMR-40687-01-0001 "),
        ("xfmr-40687-01-0001", "XFMR-40687-01-0001 "),
        ("xfmr_40687_01_0001", "XFMR-40687-01-0001 "),
        ("transformer 40687-01-0001", "transformer XFMR-40687-01-0001 "),
        ("at 40°C, 0.6m/s", "at 40 °c 0.6 m/s "),
        ("at -5 °C and 1,000 W", "at -5 °c and 1000 w "),
        ("SUB-1, SUB-2 and SUB-3", "SUB-1 and SUB-2 and SUB-3 "),
        ("SAIDI, SAIFI", "saidi saifi "),
        ("FAC-003-5", "fac-003-5 "),
        ("what do you know", "what do you know "),
        ("the transformer's rating", "the transformer 's rating "),
        ("on 2025-08-12 15:00", "on 2025-08-12 15:00 "),
        ("", ""),
        ("?!", ""),
    ],
)
def test_words_are_told_apart(text: str, plain: str) -> None:
    assert read(text).text == plain


def test_a_name_is_kept_as_it_was_written() -> None:
    said = read("Find customer José O'Brien")

    start = said.text.index("josé")

    assert said.part(start, len(said.text)) == "José O'Brien"


def test_words_that_may_be_names_are_marked_and_nothing_moves() -> None:
    said = read("tell me about Wallis substation SUB-1")

    assert said.marked == "tell me about wallis\tsubstation SUB-1 "
    assert len(said.marked) == len(said.text)
