"""Words as typed: short forms, slips of the fingers, and ordinary words that are no slips."""

from __future__ import annotations

import pytest

from agent.semantic.loading import semantic_model
from agent.semantic.spelling import ordinary_words, shorthand, spelled
from agent.semantic.vocabulary import Vocabulary
from agent.semantic.words import tokens_of

PLACES = {"stations.substation_name": ["MEDINA", "BURNET", "FULSHEAR"], "customers.city": ["Fulshear"]}
VOCABULARY = Vocabulary(semantic_model(), PLACES)


def read(text: str) -> tuple[str, list[tuple[str, str]]]:
    mended: list[tuple[str, str]] = []
    return " ".join(token.lower for token in spelled(tokens_of(text), VOCABULARY, mended)), mended


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xfmrs per ckt", "xfmrs per circuit"),
        ("outages yday", "outages yesterday"),
        ("avg temp", "avg temperature"),
        ("tot kwh", "total kwh"),
        ("nr of wos", "number of work orders"),
        ("# of poles", "number of poles"),
    ],
)
def test_a_short_form_is_written_out_and_is_no_misspelling(typed: str, meant: str) -> None:
    assert read(typed) == (meant, [])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("transfomers", "transformer"),
        ("cuase", "cause"),
        ("fulsher", "fulshear"),
        ("yestarday", "yesterday"),
        ("mny", "many"),
        ("unplaned", "unplanned"),
    ],
)
def test_a_slip_is_mended_and_told(typed: str, meant: str) -> None:
    text, mended = read(typed)

    assert text == meant
    assert mended in ([(typed, meant)], [])  # short forms that are written out are not told


@pytest.mark.parametrize("word", ["county", "median", "leaking", "burnt", "situation", "overhead"])
def test_an_ordinary_word_is_no_slip_for_one_of_the_model(word: str) -> None:
    assert read(word) == (word, [])


@pytest.mark.parametrize(
    ("typed", "form"), [("affecting", "affect"), ("blinking", "blink"), ("inspecting", "inspected")]
)
def test_another_form_of_a_known_verb_is_that_verb(typed: str, form: str) -> None:
    assert read(typed) == (form, [])


def test_no_short_form_and_no_ordinary_word_takes_a_word_of_the_model_away() -> None:
    """A short form that the model knows itself would never be written out; it would only mislead."""
    declared = VOCABULARY.declared_words

    assert not {short for short in shorthand() if short in declared}
    assert not {word for word in ordinary_words() if len(word) < 3}
