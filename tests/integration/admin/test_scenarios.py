"""Scenarios and cascade runs in the admin: writing, checking, running, looking at the outcome."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from cascade.models import CascadeRun, Scenario
from flux_site.jobs.models import Job
from tests.factories import cascade, grid
from tests.factories.sync import mark_network_synced
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration

ADD = "/admin/cascade/scenario/add/"
SCENARIOS, RUNS = list_page("cascade.scenario"), list_page("cascade.cascaderun")


def run_address(scenario: Scenario) -> str:
    """Return the address the run button posts to."""
    return f"/admin/cascade/scenario/{scenario.pk}/run/"


def messages_of(answer: Any) -> list[str]:
    """Return the messages shown on a page."""
    return [str(message) for message in answer.context["messages"]]


def form(**fields: Any) -> dict[str, Any]:
    """Return a filled-in scenario form."""
    return {
        "name": "Two lines out",
        "description": "",
        "outages": "",
        "load_multiplier": "1.1",
        "rating_multiplier": "0.9",
    } | fields


def document(scenario: Scenario, spec: Any, **fields: Any) -> dict[str, Any]:
    """Return a filled-in form of a scenario that is there; ``spec`` is a document, or its text."""
    return {
        "name": scenario.name,
        "description": scenario.description,
        "spec": spec if isinstance(spec, str) else json.dumps(spec, indent=2),
        "note": "",
        "based_on": scenario.newest_number,
    } | fields


def make_network() -> Any:
    """Create two buses joined by a line, with a plant at one end; return the line."""
    near, far = grid.make_bus(), grid.make_bus()
    grid.make_plant(bus=near, p_mw=80.0, p_max_mw=120.0)
    line = grid.make_branch(from_bus=near, to_bus=far)
    mark_network_synced()
    return line


@pytest.fixture
def network(db: None) -> Any:
    """Create a network; return its one line."""
    return make_network()


@pytest.fixture
def planner(db: None) -> Any:
    """Return a planner."""
    return make_user("planner")


@pytest.fixture
def planning(planner: Any, as_user: Callable[[Any], Client]) -> Client:
    """Return the browser of the planner."""
    return as_user(planner)


def test_planner_creates_a_scenario(network: Any, planner: Any, planning: Client) -> None:
    outages = f"{network.pk}, {network.from_bus_id}\n {network.pk}"

    answer = planning.post(ADD, form(outages=outages), follow=True)

    scenario = Scenario.objects.get()
    assert scenario.outages == [network.pk, network.from_bus_id]
    assert (scenario.load_multiplier, scenario.rating_multiplier) == (1.1, 0.9)
    assert (scenario.owner, scenario.interconnect) == (planner, "Texas")
    assert "was added successfully" in messages_of(answer)[0]
    assert LogEntry.objects.get().object_id == str(scenario.pk)


def test_planner_changes_a_scenario(network: Any, planner: Any, planning: Client) -> None:
    planning.post(ADD, form(outages=network.pk))
    scenario = Scenario.objects.get()

    page = planning.get(row_page(scenario)).context["adminform"].form
    said = json.loads(page.initial["spec"])
    assert (said["outages"], said["load"]["multiplier"]) == ([network.pk], 1.1)
    planning.post(
        row_page(scenario), document(scenario, {"outages": [network.to_bus_id]}, name="One bus out")
    )

    scenario.refresh_from_db()
    assert (scenario.name, scenario.outages, scenario.load_multiplier) == (
        "One bus out",
        [network.to_bus_id],
        1.0,
    )
    assert scenario.owner == planner
    assert scenario.newest_number == 2


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"outages": "BR-999999"}, "outages", "BR-999999"),
        ({"outages": "XFMR-1"}, "outages", "XFMR-1"),
        ({"outages": "   "}, "outages", "Name at least one"),
        ({"name": ""}, "name", "required"),
        ({"load_multiplier": "-1"}, "load_multiplier", "is -1.0; allowed"),
        ({"load_multiplier": "nan"}, "load_multiplier", "number"),
        ({"rating_multiplier": "0"}, "rating_multiplier", "is 0.0; allowed"),
        ({"rating_multiplier": "inf"}, "rating_multiplier", "number"),
    ],
)
def test_bad_scenarios_are_refused_at_their_field(
    fields: dict[str, str], field: str, message: str, network: Any, planning: Client
) -> None:
    answer = planning.post(ADD, form(outages=network.pk) | fields)

    assert answer.status_code == 200
    assert message in " ".join(answer.context["adminform"].form.errors[field])
    assert Scenario.objects.count() == 0


def test_scenario_on_an_empty_network_is_refused(db: None, planning: Client) -> None:
    answer = planning.post(ADD, form(outages="SUB-1"))

    assert "no transmission network" in " ".join(answer.context["adminform"].form.errors["outages"])
    assert Scenario.objects.count() == 0


def test_bad_change_leaves_the_scenario_as_it_was(network: Any, planning: Client) -> None:
    planning.post(ADD, form(outages=network.pk))
    scenario = Scenario.objects.get()

    answer = planning.post(row_page(scenario), document(scenario, {"outages": ["BR-999999"]}, name="changed"))

    assert answer.status_code == 200
    scenario.refresh_from_db()
    assert (scenario.name, scenario.outages) == ("Two lines out", [network.pk])


def test_button_runs_a_scenario_and_leads_to_its_job(
    network: Any, planner: Any, planning: Client, django_capture_on_commit_callbacks: Any
) -> None:
    scenario = cascade.make_scenario(outages=[network.pk], load_multiplier=1.25, owner=planner)
    assert "Run this scenario" in planning.get(row_page(scenario)).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = planning.post(run_address(scenario), follow=True)

    run = CascadeRun.objects.get()
    assert (run.scenario, run.outages, run.load_multiplier) == (scenario, [network.pk], 1.25)
    assert run.job.owner == planner
    assert answer.redirect_chain[-1][0] == row_page(run.job)
    assert "was queued" in messages_of(answer)[0]
    assert f'href="{row_page(run)}"' in answer.content.decode()


def test_action_runs_each_selected_scenario(network: Any, planning: Client) -> None:
    chosen = [cascade.make_scenario(outages=[network.pk]) for _ in range(2)]
    cascade.make_scenario(outages=[network.pk])

    planning.post(SCENARIOS, {"action": "run_selected", "_selected_action": [one.pk for one in chosen]})

    assert {run.scenario_id for run in CascadeRun.objects.all()} == {one.pk for one in chosen}


def test_scenario_whose_asset_has_gone_is_not_run_and_says_why(network: Any, planning: Client) -> None:
    scenario = cascade.make_scenario(outages=["BR-999999"])

    assert "no longer in the network" in planning.get(row_page(scenario)).content.decode()
    answer = planning.post(run_address(scenario), follow=True)

    assert "BR-999999" in messages_of(answer)[0]
    assert Job.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_running_while_redis_is_away_is_told_on_the_page(
    dead_redis: None, as_user: Callable[[Any], Client]
) -> None:
    scenario = cascade.make_scenario(outages=[make_network().pk])

    answer = as_user(make_user("planner")).post(run_address(scenario), follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == row_page(scenario)
    assert "Redis does not answer" in messages_of(answer)[0]
    assert Job.objects.get().error_code == "QUEUE_UNAVAILABLE"


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_lesser_roles_look_at_scenarios_and_neither_change_nor_run_them(
    role: str, network: Any, as_user: Callable[[Any], Client]
) -> None:
    scenario = cascade.make_scenario(outages=[network.pk])
    planning = as_user(make_user(role))

    page = planning.get(row_page(scenario))
    assert page.status_code == 200
    assert "Run this scenario" not in page.content.decode()
    assert planning.get(ADD).status_code == 403
    assert planning.post(row_page(scenario), document(scenario, {}, name="changed")).status_code == 403
    refused = planning.post(run_address(scenario), follow=True)
    assert "may not run" in messages_of(refused)[0]
    planning.post(SCENARIOS, {"action": "run_selected", "_selected_action": [scenario.pk]})
    assert CascadeRun.objects.count() == 0
    scenario.refresh_from_db()
    assert scenario.name != "changed"


def test_scenarios_are_found_by_name_and_by_an_asset(planning: Client) -> None:
    wanted = cascade.make_scenario(name="Hurricane", outages=["SUB-7", "BR-12"])
    cascade.make_scenario(outages=["SUB-77"])

    for term in ("hurri", "br-12", "SUB-7"):
        found = [row.pk for row in planning.get(SCENARIOS, {"q": term}).context["cl"].result_list]
        assert found == [wanted.pk]


def test_page_of_a_run_shows_waves_trips_and_the_way_to_the_map(network: Any, planning: Client) -> None:
    run = cascade.make_finished_run(branch_id=network.pk, outages=[network.from_bus_id])

    text = planning.get(row_page(run)).content.decode()

    assert f'<a href="/cascade?run={run.pk}">Show on map</a>' in text
    assert "<td>0</td><td>0</td><td>80.0 MW</td><td>80.0 MW</td><td>920.0 MW</td><td>1</td><td>0</td>" in text
    assert (
        "<td>1</td><td>1</td><td>20.0 MW</td><td>100.0 MW</td><td>900.0 MW</td><td>2</td><td>1</td>" in text
    )
    ends = f"{network.from_substation.name} to {network.to_substation.name}"
    assert f'<td><a href="{row_page(network)}">{network.pk}</a></td><td>{ends}, 138 kV line</td>' in text
    assert "<td>180.0 MW</td><td>150.0 MVA</td><td>120.0 %</td>" in text
    assert f'href="{row_page(network.from_bus)}"' in text
    assert "3.1 % from the rating" in text


@pytest.mark.parametrize(
    ("outages", "told"),
    [
        ({"branches": [], "buses": [], "units": [], "elements": []}, "nothing: this is the base case"),
        ({"branches": ["BR-1", "BR-2"], "buses": [], "units": ["PLANT-1"]}, "scenario: branches 2, units 1"),
    ],
)
def test_page_of_a_run_without_named_outages_says_what_failed(
    planning: Client, outages: dict[str, list[str]], told: str
) -> None:
    run = cascade.make_run(outages=[], inputs=cascade.make_frozen_inputs(outages=outages))

    assert told in planning.get(row_page(run)).content.decode()


def test_page_of_an_unfinished_run_claims_no_result(planning: Client) -> None:
    run = cascade.make_run()

    text = planning.get(row_page(run)).content.decode()

    assert "Show on map" not in text
    assert "0.0 MW" not in text
    assert "none yet" in text


def test_long_lists_of_trips_are_cut_with_a_link_to_all(
    planning: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cascade.admin.runs.TRIPS_ON_PAGE", 2)
    run = cascade.make_finished_run(tripped_count=3)
    wave = run.waves.get(number=1)
    for branch_id in ("BR-2", "BR-3"):
        cascade.make_trip(wave=wave, branch_id=branch_id)
    cascade.make_finished_run()

    text = planning.get(row_page(run)).content.decode()

    assert ">BR-2<" in text
    assert ">BR-3<" not in text
    address = f"/admin/cascade/cascadetrip/?run__id__exact={run.pk}"
    assert f'<a href="{address}">All 3 trips</a>' in text
    assert planning.get(address).context["cl"].result_count == 3


def test_runs_are_filtered_by_status_and_found_by_an_asset(planning: Client) -> None:
    wanted = cascade.make_finished_run(outages=["BUS-4"])
    cascade.make_run(outages=["BUS-44"])

    for query in ({"job__status__exact": "SUCCEEDED"}, {"q": "bus-4"}):
        rows = planning.get(RUNS, query).context["cl"].result_list
        assert [row.pk for row in rows] == [wanted.pk]


def test_list_of_runs_takes_as_many_queries_for_many_runs_as_for_one(
    planning: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        cascade.make_finished_run()
    planning.get(RUNS)

    with django_assert_max_num_queries(13):
        assert len(planning.get(RUNS).context["cl"].result_list) == 6
