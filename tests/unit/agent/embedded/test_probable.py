"""What a question probably asks where no rule knows all its words: kinds learned from examples."""

import pytest

from agent.embedded import learning
from agent.embedded.likely import examples, likely, plain_form
from agent.embedded.normal import read
from agent.embedded.probable import probable


def test_the_weights_are_those_of_the_examples() -> None:
    assert learning.is_current(), "run python -m agent.embedded.learning --write"


def test_other_examples_make_the_weights_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {**examples(), "risk": ["what may burn"]}
    monkeypatch.setattr("agent.embedded.likely.examples", lambda: others)
    assert not learning.is_current()


def test_ids_and_numbers_are_words_for_what_they_are() -> None:
    assert plain_form("Feeds XFMR-40735-01-0005 at 12.5 kV").split() == [
        "feeds",
        "xfmr_id",
        "at",
        "number_",
        "kv",
    ]


def test_what_is_learned_is_what_a_small_set_says() -> None:
    """Two kinds without a common word: the weights must tell them apart, and surely."""
    told = {"risk": ["which may fail", "what may fail"], "trace": ["fed from where", "where fed from"]}
    kept = learning.learn(told)
    assert list(kept["kinds"]) == ["risk", "trace"]
    terms = list(kept["words_terms"])
    weights = kept["words_weights"][:, 0]
    assert weights[terms.index("fail")] * weights[terms.index("fed")] < 0


# Sentences that are in no example.
@pytest.mark.parametrize(
    ("text", "tool", "given"),
    [
        (
            "Through which gear does electricity travel on its way to POLE-40735-01-0007?",
            "trace",
            {"asset": "POLE-40735-01-0007", "direction": "FEEDING_PATH"},
        ),
        (
            "A lady by the name of Garcia is calling from Wallis; can you find her in the customer list?",
            "search_customers",
            {"text": "Garcia Wallis"},
        ),
        (
            "A customer at meter MTR-0000238 says her lights went off ten minutes ago; is there an outage?",
            "outage_status",
            {"asset": "MTR-0000238"},
        ),
        ("ambient rating LINE-40687-01-0004", "weather_rating", {"line": "LINE-40687-01-0004"}),
    ],
)
def test_the_kind_is_learned_and_the_names_are_read(text: str, tool: str, given: dict[str, str]) -> None:
    found = probable(text, read(text))
    assert found is not None
    assert (found.call.tool, dict(found.call.input)) == (tool, given)


@pytest.mark.parametrize(
    "text",
    [
        "Through which gear does electricity travel to POLE-40735-01-0007 other than by SW-40735-01-0002?",
        "run cascade, winter storm, SUB-40687 first",  # the storm has no place in the call
        "What is the weather in Paris?",
        "Which outages did the crews restore ten minutes ago in the end?",  # a time that bounds
    ],
)
def test_what_bounds_a_question_is_never_passed_over(text: str) -> None:
    assert probable(text, read(text)) is None


def test_a_probability_is_a_fraction_and_of_a_kind_of_the_examples() -> None:
    for text in ("", "?", "What may fail?", "ß" * 400):
        found = likely(text)
        assert found.kind in examples()
        assert 0.0 < found.probability <= 1.0
