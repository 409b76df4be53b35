"""Whole documents of scenarios in the admin: written, refused at the line at fault, copied, compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from cascade.models import Scenario
from cascade.services.presets import load_presets
from tests.factories import cascade
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page
from tests.integration.admin.test_scenarios import ADD, SCENARIOS, document, form, make_network, messages_of

pytestmark = pytest.mark.integration


@pytest.fixture
def network(db: None) -> Any:
    """Create a network; return its one line."""
    return make_network()


@pytest.fixture
def planning(db: None, as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of a planner."""
    return as_user(make_user("planner"))


def errors(answer: Any, field: str = "spec") -> str:
    """Return what a form says of a field."""
    assert answer.status_code == 200
    return " ".join(answer.context["adminform"].form.errors[field])


def address(scenario: Scenario, page: str) -> str:
    """Return the address of a page or button of a scenario."""
    return f"/admin/cascade/scenario/{scenario.pk}/{page}/"


def test_a_new_scenario_is_given_as_a_document(network: Any, planning: Client) -> None:
    spec = {"kind": "HEAT", "load": {"form": "DEMAND", "demand_mw": 90.0}}

    planning.post(ADD, form(load_multiplier="1", rating_multiplier="1", spec=json.dumps(spec)))

    scenario = Scenario.objects.get()
    assert (scenario.kind, scenario.interconnect, scenario.newest_number) == ("HEAT", "Texas", 1)
    assert scenario.versions.get().spec["load"]["demand_mw"] == 90.0


def test_a_document_beside_outages_is_refused(network: Any, planning: Client) -> None:
    answer = planning.post(ADD, form(outages=network.pk, spec="{}"))

    assert "not both" in errors(answer)
    assert not Scenario.objects.exists()


def test_a_document_names_its_network_where_there_are_several(network: Any, planning: Client) -> None:
    plain = form(load_multiplier="1", rating_multiplier="1", spec="{}")

    answer = planning.post(ADD, plain | {"interconnect": "Mars"})
    assert "no network of 'Mars'" in errors(answer, "interconnect")
    planning.post(ADD, plain | {"interconnect": "Texas"})
    assert Scenario.objects.get().interconnect == "Texas"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ('{\n  "load": {\n    "form": "DEMAND"\n  }\n}', "Line 2: spec.load.demand_mw: is needed"),
        ('{\n  "load": {\n    "multiplier": -3}}', "Line 3: spec.load.multiplier: is -3"),
        ('{\n\n"colour": 1}', "Line 3: spec.colour: is no field"),
        ('{\n"outages": ["BR-999999"]}', "Line 2: No such asset: BR-999999"),
        ('{\n"options": {\n"dispatch": "MERIT_ORDER"}}', "Line 1: spec.unit_costs: is empty"),
        ('{\n"seed": 1\n"kind": 2}', "is no JSON: Expecting ',' delimiter at line 3, column 1"),
        ('{"seed": 1, "seed": 2}', "names 'seed' twice"),
        ('{\n"sources": [{"title": "a",\n"fact": "\\u0000"}]}', "Line 3: spec.sources[0].fact: holds a sign"),
        ("[]", "Line 1: spec.spec: is []"),
        ("", "required"),
    ],
)
def test_a_fault_is_told_with_its_place_and_line_and_the_text_stays(
    network: Any, planning: Client, spec: str, told: str
) -> None:
    scenario = cascade.make_scenario(outages=[network.pk])

    answer = planning.post(row_page(scenario), document(scenario, spec))

    assert told in errors(answer)
    assert answer.context["adminform"].form["spec"].value() == spec
    scenario.refresh_from_db()
    assert scenario.newest_number == 0


def test_a_preset_is_edited_and_each_change_is_a_version(network: Any, planning: Client) -> None:
    load_presets()
    scenario = Scenario.objects.get(key="summer-peak-2023")
    page = planning.get(row_page(scenario))
    said = json.loads(page.context["adminform"].form.initial["spec"])

    planning.post(row_page(scenario), document(scenario, said))
    scenario.refresh_from_db()
    assert scenario.newest_number == 1

    said["load"]["demand_mw"] = 85_931.0
    planning.post(row_page(scenario), document(scenario, said, note="a day of 2026"))
    scenario.refresh_from_db()
    assert (scenario.newest_number, scenario.versions.first().note) == (2, "a day of 2026")
    shown = planning.get(row_page(scenario)).content.decode()
    assert "load.demand_mw (<a href" in shown
    assert "the first" in shown


def test_a_change_upon_a_change_of_somebody_else_is_refused(network: Any, planning: Client) -> None:
    planning.post(ADD, form(outages=network.pk))
    scenario = Scenario.objects.get()
    planning.post(row_page(scenario), document(scenario, {"outages": [network.pk]}))

    answer = planning.post(row_page(scenario), document(scenario, {"outages": [network.pk], "seed": 3}))

    assert "Somebody made version 2" in errors(answer, "__all__")
    scenario.refresh_from_db()
    assert scenario.newest_number == 2


def test_two_versions_are_compared(network: Any, planning: Client) -> None:
    planning.post(ADD, form(outages=network.pk))
    scenario = Scenario.objects.get()
    for seed in (1, 2):
        scenario.refresh_from_db()
        planning.post(row_page(scenario), document(scenario, {"outages": [network.pk], "seed": seed}))

    newest = planning.get(address(scenario, "versions"))
    assert newest.context["rows"] == [("changed", "seed", "1", "2")]
    whole = planning.get(address(scenario, "versions"), {"first": 1, "second": 3})
    assert [(how, place) for how, place, *_ in whole.context["rows"]] == [
        ("changed", "rating_multiplier"),
        ("changed", "load.multiplier"),
        ("changed", "seed"),
    ]
    same = planning.get(address(scenario, "versions"), {"first": 2, "second": 2})
    assert "say the same" in same.content.decode()
    assert planning.get("/admin/cascade/scenario/999999/versions/").status_code == 404


def test_a_scenario_and_an_earlier_version_of_it_are_copied(network: Any, planning: Client) -> None:
    planning.post(ADD, form(outages=network.pk))
    scenario = Scenario.objects.get()
    planning.post(row_page(scenario), document(scenario, {"outages": [network.to_bus_id]}))

    answer = planning.post(address(scenario, "copy"), follow=True)
    planning.post(address(scenario, "copy"), {"version": "1"})
    planning.post(SCENARIOS, {"action": "copy_selected", "_selected_action": [scenario.pk]})

    copies = list(Scenario.objects.filter(copied_from=scenario).order_by("pk"))
    assert answer.redirect_chain[-1][0] == row_page(copies[0])
    assert [copy.outages for copy in copies] == [[network.to_bus_id], [network.pk], [network.to_bus_id]]
    assert copies[1].versions.get().note == "Copied from version 1 of Two lines out"
    assert LogEntry.objects.filter(object_id=str(copies[0].pk)).exists()


def test_who_may_only_look_sees_the_document_and_copies_nothing(
    network: Any, as_user: Callable[[Any], Client]
) -> None:
    scenario = cascade.make_scenario(outages=[network.pk])
    looking = as_user(make_user("viewer"))

    shown = looking.get(row_page(scenario)).content.decode()
    assert "rating_multiplier" in shown
    assert "<textarea" not in shown
    assert looking.get(address(scenario, "versions")).status_code == 200
    refused = looking.post(address(scenario, "copy"), follow=True)
    assert "may not add" in messages_of(refused)[0]
    assert Scenario.objects.count() == 1


def test_scenarios_are_filtered_by_kind(planning: Client, db: None) -> None:
    load_presets()

    rows = planning.get(list_page("cascade.scenario"), {"kind__exact": "HURRICANE"}).context["cl"].result_list

    assert {row.key for row in rows} == {"hurricane-beryl-2024", "hurricane-harvey-2017"}
