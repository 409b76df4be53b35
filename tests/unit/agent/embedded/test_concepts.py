"""The second reading: words in any order, every one of them known."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.embedded.concept_calls import MAKERS
from agent.embedded.concepts import Loose, by_concept, concepts, loosely
from agent.embedded.normal import read

READ = [
    ("Is someone on OUT-001573 yet", "outage_status", {"outage_id": "OUT-001573"}),
    ("pull the account for CUST-0000012", "search_customers", {"text": "CUST-0000012"}),
    ("customers behind fuse SW-1-01-0002", "trace", {"asset": "SW-1-01-0002", "direction": "DOWNSTREAM"}),
    ("if we open SW-1-01-0003 who goes dark", "trace", {"asset": "SW-1-01-0003", "direction": "DOWNSTREAM"}),
    ("what is downstream of Wallis 01", "trace", {"asset": "Wallis 01", "direction": "DOWNSTREAM"}),
    (
        "at 120 % load simulate losing BR-100",
        "cascade",
        {"action": "RUN", "assets": ["BR-100"], "load_factor": 1.2},
    ),
    ("the highest risk have which 10 transformers", "risk", {"scope": "TRANSFORMERS", "limit": 10}),
    (
        "for circuit Wallis 01 the SAIFI in Q2 2025",
        "reliability",
        {"period": "Q2 2025", "scope": "circuit Wallis 01"},
    ),
]


@pytest.mark.parametrize(("text", "tool", "given"), READ)
def test_words_may_stand_in_any_order(text: str, tool: str, given: dict[str, object]) -> None:
    call = by_concept(read(text))

    assert call is not None
    assert (call.tool, dict(call.input)) == (tool, given)


@pytest.mark.parametrize("text", [each[0] for each in READ if "-" in each[0]])
def test_one_word_that_is_not_known_ends_the_reading(text: str) -> None:
    words = text.split()
    for at in range(len(words) + 1):
        strange = " ".join([*words[:at], "florbatious", *words[at:]])
        assert by_concept(read(strange)) is None, strange


@pytest.mark.parametrize(
    "text",
    [
        "what will the outage be tomorrow",
        "SAIFI by month in 2024",
        "average loading of XFMR-1-01-0001 last week",
        "how many outages were there last year",
        "what is SAIDI",
        "is OUT-000001 not restored because of CREW-001",
        "",
    ],
)
def test_what_is_for_others_is_no_reading(text: str) -> None:
    assert by_concept(read(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "outage SUB-1",
        "has SUB-1 failed",
        "is SUB-1 in the cascade",
        "did the cascade lose SUB-1",
        "when did BR-100 trip",
        "load of SUB-1 once lost",
        "SUB-1 both lines down",
        "if SUB-1",
    ],
)
def test_a_cascade_is_started_only_by_a_supposition(text: str) -> None:
    call = by_concept(read(text))

    assert call is None or call.tool != "cascade"


def test_every_concept_has_its_call_and_its_keys_are_its_words() -> None:
    assert {concept.name for concept in concepts()} == set(MAKERS)
    for concept in concepts():
        assert concept.words >= frozenset(itertools.chain(*concept.keys)), concept.name


@given(st.lists(st.sampled_from(sorted(concepts()[0].words | {"OUT-000012", "5", "wallis"})), max_size=9))
def test_any_heap_of_words_is_read_or_not_and_an_id_is_never_lost(words: list[str]) -> None:
    call = by_concept(read(" ".join(words)))

    if call is not None and "OUT-000012" in words:
        assert "OUT-000012" in str(call.input)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        # 95 °F = 35 °C; 10 mph = 4.4704 m/s
        ("if it gets to 95 F what could BR-100 carry", {"line": "BR-100", "air_temp_c": 35.0}),
        ("BR-100 ampacity, wind 10 mph", {"line": "BR-100", "wind_speed_m_s": 4.4704}),
        ("yesterday at 3 pm how many amps could BR-100 take", {"line": "BR-100", "at": "yesterday at 3 pm"}),
    ],
)
def test_ratings_are_read_with_their_weather_and_hour(text: str, given: dict[str, object]) -> None:
    call = by_concept(read(text))

    assert call is not None
    assert (call.tool, dict(call.input)) == ("weather_rating", given)


def test_a_list_of_failures_may_mix_ids_and_names() -> None:
    call = by_concept(read("simulate the loss of wallis substation and BR-100"))

    assert call is not None
    assert dict(call.input) == {"action": "RUN", "assets": ["wallis substation", "BR-100"]}


def test_what_is_fed_from_an_asset_is_downstream_of_it() -> None:
    for text, direction in [
        ("circuits fed from SW-1", "DOWNSTREAM"),
        ("everything that SW-1 feeds", "DOWNSTREAM"),
        ("where is SW-1 fed from", "FEEDING_PATH"),
    ]:
        call = by_concept(read(text))
        assert call is not None, text
        assert call.input["direction"] == direction, text


def firm(text: str) -> Loose | None:
    return next((each for each in loosely(read(text))[:1] if each.is_firm), None)


def test_words_that_change_what_is_asked_are_never_passed_over() -> None:
    for text in ("customers behind SW-1 except hospitals", "simulate SW-1 customers behind it by inspection"):
        assert all({"by", "except"}.isdisjoint(each.passed_over) for each in loosely(read(text))), text


def test_a_record_is_told_past_words_that_nobody_knows_but_not_past_what_is_asked_of_the_thing() -> None:
    told = firm("when was TREE-000044 last florbled")

    assert told is not None
    assert (told.call.tool, told.passed_over) == ("asset_lookup", ("florbled",))
    for text in (
        "florb settings of SW-40687-01-0003",
        "SW-40687-01-0003 florbs",
        "will XFMR-40687-01-0001 florb",
        "was XFMR-40687-01-0001 florbled last week",
    ):
        assert firm(text) is None, text


def test_a_loose_reading_without_an_id_or_a_noun_is_offered_only() -> None:
    found = loosely(read("are there outages florbing"))

    assert found
    assert not found[0].is_firm
