"""Answers of other servers checked: ids against the database, citations against those given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from agent.backends.requests import Question
from agent.events import AssetRef, Assets, Citation, Done, DoneReason, Event, Text, Warn
from agent.services import checking
from agent.services.checking import Checked, cited_in
from grid.selectors.known_ids import MOST_IDS, PREFIXES, find_known, ids_in
from tests.factories import grid as make
from tests.integration.back_ends.servers import events_of

DONE = Done(reason=DoneReason.ANSWERED)


class Says:
    """A back end that says what it is told to."""

    def __init__(self, *events: Event) -> None:
        self.events = events

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Say it."""
        for event in self.events:
            yield event


@pytest.fixture
def unit(transactional_db: None) -> Any:
    """Return a transformer."""
    return make.make_transformer(name="Pad 7")


async def checked(user: Any, *events: Event) -> list[Event]:
    return await events_of(Checked(Says(*events), user=user), Question(text="?"))


def test_ids_are_told_from_words() -> None:
    text = (
        "XFMR-000012, (MTR-U4-9) and `CKT-1`; SUB-STATION, TPL-001-5, UTF-8, MYSUB-1, XFMR-000012. "
        "See SW-7/SW-8 and OUT-2024-001."
    )
    assert ids_in(text) == ["XFMR-000012", "MTR-U4-9", "CKT-1", "SW-7", "SW-8", "OUT-2024-001"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Once a year [1], twice [2, 3]; see [4].", {1, 2, 3, 4}),
        ("A list [a] of [12345] and [] and x[i]", set()),
    ],
)
def test_citations_are_told_from_brackets(text: str, numbers: set[int]) -> None:
    assert cited_in(text) == numbers


@pytest.mark.django_db
def test_each_kind_of_asset_is_known_with_its_place(viewer: User, synced: None) -> None:
    substation = make.make_substation(name="Wallis")
    circuit = make.make_circuit(substation=substation, zone=substation.zone)
    branch, meter, pole = make.make_branch(), make.make_meter(), make.make_pole()
    transformer, outage, crew = make.make_transformer(), make.make_outage(), make.make_crew(location=None)

    rows = [substation, circuit, branch, meter, pole, transformer, outage, crew]
    known = find_known([row.pk for row in rows] + ["XFMR-404", "NONE-1"], user=viewer)

    assert set(known) == {row.pk for row in rows}
    assert known[substation.pk].label == "Wallis"
    assert (known[meter.pk].label, known[pole.pk].label) == (meter.pk, pole.pk)
    for key in (substation.pk, circuit.pk):
        assert (known[key].lon, known[key].lat) == (substation.location.x, substation.location.y)
    ends = branch.route.coords
    assert known[branch.pk].lon == pytest.approx((ends[0][0] + ends[-1][0]) / 2, abs=0.02)
    assert known[crew.pk].lon is None


@pytest.mark.django_db
def test_a_question_of_any_size_asks_one_statement_for_each_kind(
    viewer: User, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    make.make_circuit()
    viewer.has_perm("grid.view_substation")  # rights are looked up once
    list(PREFIXES)
    with django_assert_num_queries(3):  # the user's zones, circuits, transformers
        find_known([f"CKT-{n}" for n in range(MOST_IDS)] + ["XFMR-1"], user=viewer)
        find_known(["XFMR-1"], user=viewer)


@pytest.mark.django_db
def test_what_a_user_may_not_see_is_not_known(make_user: Callable[..., User]) -> None:
    here, there = make.make_substation(), make.make_substation()
    limited = make_user("grid.view_substation")
    make.grant_zone(user=limited, zone=here.zone)
    transformer = make.make_transformer()

    known = find_known([here.pk, there.pk, transformer.pk], user=limited)

    assert list(known) == [here.pk]


@pytest.mark.django_db(transaction=True)
async def test_known_ids_become_assets_and_unknown_ones_a_warning(viewer: User, unit: Any) -> None:
    text = f"{unit.pk} is loaded at 97 %, and XFMR-404 at 12 %."

    events = await checked(viewer, *(Text(delta=each) for each in text), DONE)  # the ids come in pieces

    assert events[: len(text)] == [Text(delta=each) for each in text]
    warning, assets, done = events[len(text) :]
    assert isinstance(warning, Warn)
    assert warning.code == "UNKNOWN_ID"
    assert "XFMR-404 is not in the database" in warning.message
    assert unit.pk not in warning.message
    place = unit.location
    ref = AssetRef(asset_id=unit.pk, label="Pad 7", lon=place.x, lat=place.y)
    assert assets == Assets(assets=(ref,))
    assert done == DONE


@pytest.mark.django_db(transaction=True)
async def test_what_a_tool_pointed_at_is_not_pointed_at_again(viewer: User, unit: Any) -> None:
    told = Assets(assets=(AssetRef(asset_id=unit.pk, label="x"),))

    events = await checked(viewer, told, Text(delta=f"It is {unit.pk}."), DONE)

    assert events == [told, Text(delta=f"It is {unit.pk}."), DONE]


async def test_citations_must_have_been_given(settings: Any) -> None:
    given = Citation(number=1, document_id="d", document_title="FAC-003")

    events = await checked(None, given, Text(delta="Once a year [1], or twice [2][7]."), DONE)

    assert events[2:] == [Warn(code="UNKNOWN_CITATION", message="No source was given for [2], [7]."), DONE]


async def test_without_the_database_the_answer_says_that_it_is_unchecked(monkeypatch: Any) -> None:
    async def away(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(checking, "_look_up", away)

    events = await checked(None, Text(delta="See SUB-1."), DONE)

    assert [event.code for event in events if isinstance(event, Warn)] == ["UNCHECKED"]
    assert events[-1] == DONE


async def test_an_answer_without_ids_asks_no_database(monkeypatch: Any) -> None:
    monkeypatch.setattr(checking, "_look_up", None)

    assert await checked(None, Text(delta="Twelve."), DONE) == [Text(delta="Twelve."), DONE]
