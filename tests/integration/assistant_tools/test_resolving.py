"""Which asset a text means: ids as people type them, names, near names, and what the user may see of them."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from agent.backends.requests import Context
from agent.events import Choices, DoneReason
from agent.tools.resolving import Ambiguous, Found, Unknown, asset_meant, ids_meant, resolve
from agent.tools.spec import Caller
from flux_site.api.errors import BadInput
from tests.factories.grid import make_branch, make_bus, make_circuit, make_substation
from tests.small_town import SmallTown

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_ids_are_taken_as_people_type_them(town: SmallTown, viewer: User) -> None:
    expected = {
        "SUB-1001": "SUB-1001",
        "sub 1001": "SUB-1001",
        "substation 1001": "SUB-1001",
        "  “sub-1001”. ": "SUB-1001",
        "the circuit 1001-01": "CKT-1001-01",
        "xfmr 1001 01 0002": "XFMR-1001-01-0002",
        "transformer XFMR_1001_01_0002": "XFMR-1001-01-0002",
        "meter 2": "MTR-0000002",
        "mtr-0000002": "MTR-0000002",
        "customer 4": "CUST-0000004",
        "breaker 1001-01-0001": "SW-1001-01-0001",
        "line 1001-01-0002": "LINE-1001-01-0002",
        "br 77": "BR-77",
        "line 77": "BR-77",
    }

    assert {text: resolve(text, viewer).asset_id for text in expected} == expected


def test_names_are_found_the_best_fit_first(town: SmallTown, viewer: User) -> None:
    expected = {
        "wallis": "SUB-1001",  # the name itself, although others begin with it
        "Wallis substation": "SUB-1001",
        "wallis creek": "SUB-2002",
        "Wallis 01": "CKT-1001-01",
        "wallis 1": "CKT-1001-01",  # zeros in front are nothing
        "wallis creek 1 circuit": "CKT-2002-01",
        "circuit of Wallis Creek": "CKT-2002-01",  # the only circuit whose name begins so
        "wallis 01 t0002": "XFMR-1001-01-0002",
        "creek": "SUB-2002",  # a part of the name; the kind whose names others begin with comes first
        "creek circuit": "CKT-2002-01",
        "line from Wallis to Wallis Creek": "BR-77",
        "Wallis Creek – Wallis": "BR-77",
        "the wallis line": "BR-77",
    }

    assert {text: resolve(text, viewer).asset_id for text in expected} == expected


def test_what_was_found_says_where_it_belongs(town: SmallTown, viewer: User) -> None:
    found = resolve("Wallis 01", viewer)

    assert found == Found(
        asset_id="CKT-1001-01",
        label="Wallis 01",
        lon=-96.0,
        lat=29.5,
        kind="CKT",
        parent="substation WALLIS (SUB-1001)",
        zone="North",
    )
    assert found.described() == "Wallis 01 (CKT-1001-01), circuit, substation WALLIS (SUB-1001), zone North"


def test_a_name_near_to_one_alone_is_taken_and_said(town: SmallTown, viewer: User) -> None:
    found = resolve("walis creak", viewer)

    assert found.asset_id == "SUB-2002"
    assert found.note == "“walis creak” was taken as WALLIS CREEK, the nearest name on record."


def test_a_name_near_to_several_is_asked_back(town: SmallTown, viewer: User) -> None:
    make_substation(id="SUB-4", name="HALLIS", zone=town.north)

    with pytest.raises(Unknown) as caught:
        resolve("vallis", viewer, asking="What is {}?")

    outcome = caught.value.outcome()
    (choices,) = outcome.events
    assert isinstance(choices, Choices)
    assert {choice.question for choice in choices.choices} == {"What is SUB-1001?", "What is SUB-4?"}
    assert outcome.ended is DoneReason.ASKED_BACK


def test_several_that_fit_are_asked_back_eight_at_most(town: SmallTown, viewer: User) -> None:
    for n in range(1, 12):
        make_circuit(id=f"CKT-3003-{n:02}", name=f"Katy {n:02}", substation=town.wallis)

    with pytest.raises(Ambiguous) as caught:
        resolve("Katy", viewer, asking="Trace {}")

    outcome = caught.value.outcome()
    (choices,) = outcome.events
    assert isinstance(choices, Choices)
    assert len(choices.choices) == 8
    assert choices.choices[0].question == "Trace CKT-3003-01"
    assert (
        choices.choices[0].label == "Katy 01 (CKT-3003-01), circuit, substation WALLIS (SUB-1001), zone North"
    )
    assert outcome.summary.startswith("“Katy” can mean 11 assets. Which one? These are the first 8:")
    assert len(outcome.content["candidates"]) == 8


def test_namesakes_are_told_apart_by_what_they_hang_on(town: SmallTown, viewer: User) -> None:
    make_circuit(id="CKT-9", name="Main", substation=town.wallis)
    make_circuit(id="CKT-10", name="Main", substation=town.creek)

    with pytest.raises(Ambiguous) as caught:
        resolve("main", viewer)

    assert [each.described() for each in caught.value.candidates] == [
        "Main (CKT-10), circuit, substation WALLIS CREEK (SUB-2002), zone South",
        "Main (CKT-9), circuit, substation WALLIS (SUB-1001), zone North",
    ]


def test_parallel_lines_are_asked_back(town: SmallTown, viewer: User) -> None:
    make_branch(id="BR-78", from_bus=town.line.to_bus, to_bus=town.line.from_bus)

    with pytest.raises(Ambiguous) as caught:
        resolve("Wallis to Wallis Creek", viewer, ("BR",))

    assert [each.asset_id for each in caught.value.candidates] == ["BR-77", "BR-78"]


@pytest.mark.parametrize("text", ["SUB-2002", "Wallis Creek", "CKT-2002-01", "MTR-0000004", "BR-78"])
def test_what_lies_in_another_zone_is_not_there(
    town: SmallTown, northerner: User, viewer: User, text: str
) -> None:
    make_branch(id="BR-78", from_bus=town.line.to_bus, to_bus=make_bus(substation=town.creek))
    nonsense = "XYZZY-9"

    assert resolve(text, viewer).asset_id
    with pytest.raises((Unknown, Ambiguous)) as caught:
        resolve(text, northerner)
    with pytest.raises(Unknown) as unknown:
        resolve(nonsense, northerner)

    hidden = caught.value.outcome()
    assert hidden.summary.partition(" Did you mean")[0] == unknown.value.outcome().summary.replace(
        nonsense, text
    )
    assert "2002" not in str(hidden.content).replace(text, "")
    assert all("2002" not in str(event) for event in hidden.events)


def test_a_line_into_another_zone_does_not_name_its_far_end(town: SmallTown, northerner: User) -> None:
    found = resolve("BR-77", northerner)

    assert (found.label, found.parent) == ("BR-77", None)


def test_kinds_that_the_user_may_not_see_are_not_there(town: SmallTown, make_user: Any) -> None:
    user = make_user("grid.view_substation")

    assert resolve("wallis", user).asset_id == "SUB-1001"
    with pytest.raises(Unknown):
        resolve("MTR-0000001", user)
    with pytest.raises(Unknown):
        resolve("Wallis 01", make_user())


def test_an_asset_of_another_kind_is_said_to_be_one(town: SmallTown, viewer: User) -> None:
    with pytest.raises(BadInput, match="MTR-0000001 is a meter; this is about a circuit or transformer"):
        resolve("mtr-0000001", viewer, ("XFMR", "CKT"))


def test_the_beginning_of_an_id_is_met_with_what_begins_so(town: SmallTown, viewer: User) -> None:
    with pytest.raises(Unknown) as caught:
        resolve("XFMR-1001", viewer)

    assert [each.asset_id for each in caught.value.near] == ["XFMR-1001-01-0001", "XFMR-1001-01-0002"]


def test_no_text_and_too_long_a_text_are_refused(viewer: User) -> None:
    for text in ("", "   ", "?!", "x" * 201):
        with pytest.raises(BadInput) as caught:
            resolve(text, viewer)

        assert caught.value.field == "asset"


def test_text_that_looks_like_sql_is_a_text(town: SmallTown, viewer: User) -> None:
    for text in ("'; DROP TABLE grid_substation; --", "1 OR 1=1", "%", "_", "\\", "\x00SUB", "a\x00b"):
        with pytest.raises(Unknown):
            resolve(text, viewer)

    assert resolve("wallis", viewer).asset_id == "SUB-1001"


def test_this_is_what_is_on_the_screen(town: SmallTown, viewer: User, northerner: User) -> None:
    context = Context(asset_ids=("SUB-1001", "XFMR-1001-01-0001", "CKT-2002-01"))

    def meant(text: str, user: User = viewer, kinds: tuple[str, ...] = ()) -> str:
        return asset_meant(Caller(user=user, context=context), text, kinds).asset_id

    assert meant("it") == "CKT-2002-01"
    assert meant("this transformer") == "XFMR-1001-01-0001"
    assert meant("the selected substation") == "SUB-1001"
    assert meant("this", kinds=("XFMR",)) == "XFMR-1001-01-0001"
    assert meant("this", user=northerner) == "XFMR-1001-01-0001"  # what they may not see is not there
    assert meant("wallis creek") == "SUB-2002"
    with pytest.raises(Unknown):
        asset_meant(Caller(user=viewer), "this transformer")


def test_nothing_is_found_in_an_empty_database(synced: None, viewer: User) -> None:
    with pytest.raises(Unknown) as caught:
        resolve("wallis", viewer)

    assert caught.value.near == ()


@given(st.text(max_size=60))
def test_any_text_has_ids_or_none(text: str) -> None:
    ids = ids_meant(text)

    assert len(ids) == len(set(ids))
