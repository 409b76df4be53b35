"""What a question takes from the one before it, and what it never takes."""

from __future__ import annotations

import pytest

from agent.embedded.dialogue import Before
from agent.embedded.following import followed
from agent.embedded.inheriting import inherited, resolved
from agent.embedded.intents import Ask, Call
from agent.embedded.normal import Said, read
from agent.embedded.offering import offer_of


def outages(**given: str) -> Call:
    return Call("outage_status", dict(given), "outages now")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("when will they be restored", {"area": "Katy"}),
        ("and the planned ones", {"area": "Katy"}),
        ("what is out", {}),  # leans on nothing
    ],
)
def test_outages_keep_their_place_only_where_the_question_leans_on_the_one_before(
    text: str, given: dict[str, str]
) -> None:
    known = Before(tool="outage_status", input={"area": "Katy"})

    assert dict(inherited(outages(), read(text), known).input) == given


def test_a_place_that_is_said_stands() -> None:
    known = Before(tool="outage_status", input={"area": "Katy"})

    assert inherited(outages(asset="SUB-1"), read("and at SUB-1"), known) == outages(asset="SUB-1")


def test_a_plan_is_of_the_run_that_was_talked_of_but_not_where_the_newest_is_named() -> None:
    known = Before(tool="cascade", run_id="7")
    plan = Call("restoration_plan", {}, "a plan of restoration")

    assert dict(inherited(plan, read("who goes first"), known).input) == {"run_id": "7"}
    assert inherited(plan, read("the newest plan"), known) == plan
    assert inherited(plan, read("who goes first"), Before(run_id="7")) == plan


def test_words_that_stand_for_nothing_are_asked_back_and_never_passed_over() -> None:
    known = Before(tool="outage_status", input={"area": "Katy"})

    asked = resolved(read("how warm is the weather there"), known)

    assert isinstance(asked, Ask)
    assert "“there”" in asked.text


def test_what_it_stands_for_is_put_in_its_place_for_the_analyst() -> None:
    found = resolved(read("what are its peak hours"), Before(tool="asset_lookup", asset="XFMR-1-01-0001"))

    assert isinstance(found, Said)
    assert found.written == "what are XFMR-1-01-0001's peak hours"


def test_a_short_change_that_nothing_understands_is_asked_back() -> None:
    assert isinstance(resolved(read("and poles"), Before(tool="risk", input={"scope": "NOW"})), Ask)
    assert isinstance(resolved(read("and poles"), Before()), Said)


def test_another_kind_is_ranked_in_its_place() -> None:
    known = Before(tool="risk", input={"scope": "TRANSFORMERS", "limit": 5})

    step = followed(read("and substations"), known)

    assert isinstance(step, Call)
    assert dict(step.input) == {"scope": "SUBSTATIONS", "limit": 5}
    assert followed(read("and substations"), Before(tool="risk", input={"scope": "NOW"})) is None


def test_an_offer_says_what_it_does() -> None:
    call = Call("trace", {"asset": "SW-1", "direction": "DOWNSTREAM"}, "trace downstream")

    assert offer_of(call).label == "Who is fed through SW-1"
    assert offer_of(Call("outage_status", {}, "outages now")).label == "Outages now: all"
    assert offer_of(call).call == call
