"""grid_analyst: numbers out of the warehouse within what the asking user may see, from words or a form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from agent import events
from agent.backends.requests import ToolRefused
from agent.events import DoneReason
from agent.semantic.loading import semantic_model
from agent.tools import analysts, grid_analyst
from agent.tools.analyst_form import FormInput
from agent.tools.grid_analyst import SPEC
from grid import models
from grid.warehouse import Warehouse
from grid.warehouse.errors import WarehouseQueryTimeout
from tests.factories.grid import make_zone
from tests.integration.assistant_tools.conftest import Ask
from tests.integration.assistant_tools.small_warehouse import fill_small

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ASKED = "How many outages are active?"
COUNTED = {"metrics": ["outages_count"]}


@pytest.fixture(autouse=True)
def filled_warehouse(warehouse: Warehouse) -> Warehouse:
    analysts._analysts.cache_clear()
    fill_small(warehouse)
    return warehouse


@pytest.fixture
def limited(make_user: Callable[..., User]) -> User:
    user = make_user(roles=("viewer",), username="lim")
    models.ZoneGrant.objects.create(user=user, zone=make_zone(id="ZONE-1"))
    return user


def count_of(outcome: Any) -> Any:
    return outcome.content["rows"][0][-1]


def test_a_question_is_answered_with_its_form_and_the_moment_of_the_data(viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "grid_analyst", question=ASKED)

    assert outcome.ended is DoneReason.ANSWERED
    assert count_of(outcome) == 8
    assert outcome.content["as_of"] == "2025-08-12T16:45:00Z"
    assert outcome.content["form"]["metrics"] == ["outages_count"] or outcome.content["form"]["subject"]
    assert "8" in outcome.summary
    assert next(event.kind for event in outcome.events) is events.EventKind.SQL
    assert not {event.kind for event in outcome.events} & {events.EventKind.TEXT, events.EventKind.DONE}


def test_the_form_of_an_answer_gives_the_same_answer(viewer: User, ask: Ask) -> None:
    first = ask(viewer, "grid_analyst", question="Outages by circuit this week")
    again = ask(viewer, "grid_analyst", form=json.loads(json.dumps(first.content["form"])))

    assert again.content == first.content
    assert again.content["rows"] == [["CKT-2-01", "Katy 01", 5.0], ["CKT-1-01", "Wallis 01", 3.0]]


def test_a_short_question_changes_the_one_before(viewer: User, ask: Ask) -> None:
    first = ask(viewer, "grid_analyst", question="How many outages were there this week?")
    then = ask(viewer, "grid_analyst", question="By circuit instead", previous_form=first.content["form"])

    assert [row[0] for row in then.content["rows"]] == ["CKT-2-01", "CKT-1-01"]


def test_who_is_limited_to_zones_is_told_of_those_only(limited: User, ask: Ask) -> None:
    assert count_of(ask(limited, "grid_analyst", form=COUNTED)) == 3
    assert ask(limited, "grid_analyst", question="Which substations are there?").content["rows"][0][:2] == [
        "SUB-1",
        "WALLIS",
    ]
    for unknown in ("Outages on SUB-2", "Outages on SUB-99"):
        outcome = ask(limited, "grid_analyst", question=unknown)
        assert outcome.ended is DoneReason.ASKED_BACK
        assert outcome.summary == f"There is no {unknown.split()[-1]} that you may see."
    assert ask(limited, "grid_analyst", question="Load of Katy").ended is DoneReason.ASKED_BACK
    assert "KATY" not in json.dumps(ask(limited, "grid_analyst", question="Load of Katie").content).upper()


def test_a_new_grant_counts_with_the_next_question(limited: User, ask: Ask) -> None:
    assert count_of(ask(limited, "grid_analyst", form=COUNTED)) == 3
    models.ZoneGrant.objects.create(user=limited, zone=make_zone(id="ZONE-2"))

    assert count_of(ask(limited, "grid_analyst", form=COUNTED)) == 8


def test_a_table_without_a_zone_is_refused_to_who_is_limited(limited: User, viewer: User, ask: Ask) -> None:
    with pytest.raises(ToolRefused, match="Only somebody who sees all zones"):
        ask(limited, "grid_analyst", form={"metrics": ["cascades_count"]})
    assert ask(viewer, "grid_analyst", form={"metrics": ["cascades_count"]}).ended is DoneReason.ASKED_BACK


@pytest.mark.parametrize("asked", [{"form": COUNTED}, {"question": ASKED}])
def test_a_table_that_the_user_may_not_see_is_refused(
    make_user: Callable[..., User], ask: Ask, asked: dict[str, Any]
) -> None:
    user = make_user("grid.view_zone", "grid.view_circuit")

    with pytest.raises(ToolRefused, match=r"It needs the permission grid\.view_outage"):
        ask(user, "grid_analyst", **asked)
    assert count_of(ask(user, "grid_analyst", form={"metrics": ["circuits_count"]})) == 2
    assert set(ask(user, "grid_analyst").content["tables"]) == {"zones", "circuits"}


def test_every_permission_of_the_model_is_one_that_there_is(db: None) -> None:
    from django.contrib.auth.models import Permission

    known = {
        f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert semantic_model().permissions <= known


def test_a_viewer_may_ask_about_every_table(viewer: User, ask: Ask) -> None:
    assert set(ask(viewer, "grid_analyst").content["tables"]) == set(semantic_model().tables)


def test_a_choice_stands_for_its_form(viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "grid_analyst", question="How many customers are affected?")
    (offered,) = outcome.events
    assert isinstance(offered, events.Choices)
    labels = [choice.label for choice in offered.choices]

    assert outcome.ended is DoneReason.ASKED_BACK
    assert list(outcome.content["choices"]) == labels
    assert len(set(labels)) == len(labels) == 2
    picked = outcome.content["choices"][labels[0]]
    assert ask(viewer, "grid_analyst", form=picked).content["form"] == picked


def test_what_is_out_of_scope_is_told_with_its_reason(viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "grid_analyst", question="What is my bill?")

    assert outcome.ended is DoneReason.OUT_OF_SCOPE
    assert "Bills" in outcome.summary


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"form": {"metrics": ["outage_count"]}},
            "form.metrics: outage_count is no metric. Near are: outages",
        ),
        ({"form": {**COUNTED, "groups": ["circuits.id"]}}, "form.groups: circuits.id is no dimension"),
        ({"form": {"sql": "SELECT 1"}}, "form.sql"),
        ({"form": {"metrics": ["outages_count"], "limit": 0}}, "form.limit"),
        ({"form": {}}, "a question needs metrics or a subject"),
        ({"form": {"metrics": ["outages_count"], "grain": "EON"}}, "form.grain"),
        (
            {"form": {"metrics": ["outages_count"], "periods": [{"start": "2025-08-01T00:00:00+02:00"}]}},
            "periods are on the local clock",
        ),
        ({"form": COUNTED, "question": ASKED}, "question, form: give one of them"),
        ({"describe": ["auth_user"]}, "auth_user is no table that you may ask about"),
    ],
)
def test_a_form_that_is_wrong_is_told_what_is_allowed(
    viewer: User, ask: Ask, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolRefused) as caught:
        ask(viewer, "grid_analyst", **given)

    assert said in str(caught.value)


def test_what_a_model_is_given_is_bounded(viewer: User, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_analyst, "MOST_CONTENT_CHARACTERS", 50)
    outcome = ask(viewer, "grid_analyst", form={"subject": "outages"})
    table = next(event for event in outcome.events if isinstance(event, events.Table))

    assert len(json.dumps(outcome.content["rows"])) < 70
    assert outcome.content["is_truncated"]
    assert outcome.content["row_count"] == 8
    assert len(table.rows) == 8  # the reader's is whole


def test_a_question_that_takes_too_long_is_refused_and_opens_no_breaker(
    viewer: User, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(viewer, "grid_analyst", form=COUNTED)

    def slow(*_: Any, **__: Any) -> Any:
        raise WarehouseQueryTimeout("too slow")

    with monkeypatch.context() as patch:
        patch.setattr("agent.semantic.analyst.Analyst.answer", slow)
        for _ in range(10):
            with pytest.raises(ToolRefused, match="takes too long"):
                ask(viewer, "grid_analyst", form=COUNTED)

    assert count_of(ask(viewer, "grid_analyst", form=COUNTED)) == 8


def test_an_empty_warehouse_is_told(viewer: User, ask: Ask, settings: Any, tmp_path: Any) -> None:
    settings.WAREHOUSE_URL = f"embedded://{tmp_path}/empty"
    (tmp_path / "empty").mkdir()

    with pytest.raises(ToolRefused, match="There is nothing to ask about"):
        ask(viewer, "grid_analyst", question=ASKED)


# What a language model is told


def test_the_schema_is_one_and_the_description_is_short_enough() -> None:
    schema = SPEC.input.model_json_schema()

    text = json.dumps(schema)
    assert {name.removeprefix("#/$defs/") for name in re.findall(r'"\$ref": "([^"]+)"', text)} == set(
        schema["$defs"]
    )
    assert len(SPEC.description) < 3_000
    assert len(json.dumps(schema)) < 7_000
    for table in semantic_model().tables.values():
        assert table.description in SPEC.description


def test_every_name_that_is_described_can_be_used(viewer: User, ask: Ask) -> None:
    """What the catalogue offers is what a form may hold: a model that follows it is understood."""
    tables = list(semantic_model().tables)
    for at in range(0, len(tables), 6):
        content = ask(viewer, "grid_analyst", describe=tables[at : at + 6]).content
        assert len(json.dumps(content)) < 12_000
        for name, table in content["tables"].items():
            for metric in table["metrics"]:
                assert metric in semantic_model().metrics
            for fact in table["facts"]:
                assert fact in semantic_model().facts
            for dimension in table["dimensions"]:
                assert dimension in semantic_model().dimensions
            assert FormInput(metrics=list(table["metrics"])[:1]).question().metrics
            assert all(semantic_model().path(name, other) for other in table["also_by_dimensions_of"])
