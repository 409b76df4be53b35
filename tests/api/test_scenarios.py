"""Scenarios: kept, listed, run."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun, Scenario
from cascade.services import scenarios
from flux_site.jobs.models import Job
from grid import models as grid
from tests.api.test_cascade_runs import BAD_INPUTS, case_name
from tests.api.test_lookups import relay_id
from tests.clients import Api
from tests.factories.cascade import make_scenario
from tests.factories.grid import make_substation
from tests.small_network import SmallNetwork, make_small_network

CREATE = """mutation ($input: CreateScenarioInput!) { createScenario(input: $input) { __typename
    ... on Scenario { id name description interconnect loadMultiplier ratingMultiplier
        outages { assetId name } }
    ... on OperationInfo { code field } } }"""
RUN = """mutation ($id: ID!) { runScenario(input: {scenarioId: $id}) { __typename
    ... on CascadeRun { runId name loadMultiplier ratingMultiplier outages { assetId } scenario { name }
        job { status } }
    ... on OperationInfo { code field } } }"""


def create(api: Api, **values: Any) -> dict[str, Any]:
    return api.data(CREATE, input=values)["createScenario"]


def test_a_scenario_is_kept(planner: User, planner_api: Api, small_network: SmallNetwork) -> None:
    answer = create(
        planner_api,
        name="  Winter storm ",
        description="Both lines of the corner.",
        outages=["BR-9012", "BR-9013", "BR-9012"],
        loadMultiplier=1.2,
        ratingMultiplier=0.9,
    )

    scenario = Scenario.objects.get()
    assert answer == {
        "__typename": "Scenario",
        "id": relay_id("Scenario", scenario.pk),
        "name": "Winter storm",
        "description": "Both lines of the corner.",
        "interconnect": "Texas",
        "loadMultiplier": 1.2,
        "ratingMultiplier": 0.9,
        "outages": [
            {"assetId": "BR-9012", "name": "Corner 1 to Corner 2, 138 kV line"},
            {"assetId": "BR-9013", "name": "Corner 1 to Corner 3, 138 kV line"},
        ],
    }
    assert scenario.owner == planner
    assert Job.objects.count() == 0


def test_a_scenario_belongs_to_the_interconnection_of_its_outages(
    planner_api: Api, small_network: SmallNetwork
) -> None:
    make_small_network("Western", first=8001)

    assert create(planner_api, name="West", outages=["SUB-8002"])["interconnect"] == "Western"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        *[
            ({"name": "x", **values}, code, field)
            for values, code, field in BAD_INPUTS
            if "name" not in values
        ],
        ({"name": "", "outages": ["BR-9012"]}, "BAD_INPUT", "name"),
        ({"name": "   ", "outages": ["BR-9012"]}, "BAD_INPUT", "name"),
        ({"name": "x" * 121, "outages": ["BR-9012"]}, "BAD_INPUT", "name"),
        ({"name": "x", "description": "x" * 4001, "outages": ["BR-9012"]}, "BAD_INPUT", "description"),
    ],
    ids=case_name,
)
def test_a_bad_scenario_names_its_field_and_is_not_kept(
    planner_api: Api, small_network: SmallNetwork, values: dict[str, Any], code: str, field: str
) -> None:
    make_small_network("Western", first=8001)
    make_substation(id="SUB-lonely", zone=small_network.zone)

    assert create(planner_api, **values) == {"__typename": "OperationInfo", "code": code, "field": field}
    assert Scenario.objects.count() == 0


def test_scenarios_come_newest_first(viewer_api: Api) -> None:
    for name in ("A", "B", "C"):
        make_scenario(name=name)

    page = viewer_api.data(
        "{ scenarios(first: 2) { totalCount pageInfo { hasNextPage } edges { node { name } } } }"
    )

    assert page["scenarios"] == {
        "totalCount": 3,
        "pageInfo": {"hasNextPage": True},
        "edges": [{"node": {"name": "C"}}, {"node": {"name": "B"}}],
    }


@pytest.mark.parametrize("is_relay_id", [True, False])
def test_a_scenario_is_run_as_it_stands(
    planner_api: Api, small_network: SmallNetwork, is_relay_id: bool
) -> None:
    scenario = make_scenario(name="Storm", outages=["BR-9012"], load_multiplier=1.5, rating_multiplier=0.5)

    key = relay_id("Scenario", scenario.pk) if is_relay_id else str(scenario.pk)
    answer = planner_api.data(RUN, id=key)["runScenario"]

    assert answer == {
        "__typename": "CascadeRun",
        "runId": str(CascadeRun.objects.get().pk),
        "name": "Storm",
        "loadMultiplier": 1.5,
        "ratingMultiplier": 0.5,
        "outages": [{"assetId": "BR-9012"}],
        "scenario": {"name": "Storm"},
        "job": {"status": "QUEUED"},
    }


@pytest.mark.parametrize(
    ("scenario_id", "code"),
    [
        ("999999", "NOT_FOUND"),
        ("abc", "BAD_INPUT"),
        ("", "BAD_INPUT"),
        ("-1", "BAD_INPUT"),
        ("99999999999999999999", "BAD_INPUT"),
        (relay_id("Scenario", "x"), "BAD_INPUT"),
    ],
)
def test_a_scenario_that_is_not_there_is_not_run(planner_api: Api, scenario_id: str, code: str) -> None:
    answer = planner_api.data(RUN, id=scenario_id)["runScenario"]

    assert answer == {"__typename": "OperationInfo", "code": code, "field": "scenarioId"}
    assert Job.objects.count() == 0


def test_a_scenario_whose_outages_are_gone_is_not_run(planner_api: Api, small_network: SmallNetwork) -> None:
    scenario = make_scenario(outages=["BR-9012"])
    grid.Branch.objects.filter(pk="BR-9012").delete()

    answer = planner_api.data(RUN, id=scenario.pk)["runScenario"]

    assert (answer["code"], answer["field"]) == ("UNKNOWN_ASSET", "outages")
    assert (Job.objects.count(), CascadeRun.objects.count()) == (0, 0)


COMPARE = """query($id: ID!, $first: Int!, $second: Int!, $other: ID, $limit: Int! = 200) {
  compareScenarioVersions(scenarioId: $id, first: $first, second: $second, otherScenarioId: $other,
      limit: $limit) {
    first { number name } second { number } totalCount differences { kind path before after } } }"""
UPDATE = """mutation($input: UpdateScenarioInput!) { updateScenario(input: $input) { __typename
    ... on Scenario { newestNumber } ... on OperationInfo { code field } } }"""
COPY = """mutation($input: CopyScenarioInput!) { copyScenario(input: $input) { __typename
    ... on Scenario { scenarioId name outages { assetId } } ... on OperationInfo { code field } } }"""


@pytest.fixture
def edited(planner: User, small_network: SmallNetwork) -> Scenario:
    """Return a scenario of two versions: another load, and a second outage."""
    scenario = scenarios.create_scenario(name="Loss", outages=["BR-9012"], user=planner)
    spec = {"outages": ["BR-9012", "BR-9013"], "load": {"form": "DEMAND", "demand_mw": 180.0}}
    scenarios.update_scenario(scenario_id=scenario.pk, spec=spec, name="Losses", user=planner)
    return scenario


def test_two_versions_are_compared_place_by_place(viewer_api: Api, edited: Scenario) -> None:
    found = viewer_api.data(COMPARE, id=str(edited.pk), first=1, second=2)["compareScenarioVersions"]

    assert found["first"] == {"number": 1, "name": "Loss"}
    assert found["totalCount"] == 4
    assert found["differences"] == [
        {"kind": "CHANGED", "path": "name", "before": '"Loss"', "after": '"Losses"'},
        {"kind": "ADDED", "path": "outages[1]", "before": None, "after": '"BR-9013"'},
        {"kind": "CHANGED", "path": "load.form", "before": '"MULTIPLIER"', "after": '"DEMAND"'},
        {"kind": "ADDED", "path": "load.demand_mw", "before": None, "after": "180.0"},
    ]
    few = viewer_api.data(COMPARE, id=str(edited.pk), first=1, second=2, limit=1)["compareScenarioVersions"]
    assert (few["totalCount"], len(few["differences"])) == (4, 1)


def test_a_copy_of_an_earlier_version_is_compared_with_its_source(planner_api: Api, edited: Scenario) -> None:
    copy = planner_api.data(COPY, input={"scenarioId": str(edited.pk), "version": 1})["copyScenario"]

    assert (copy["name"], copy["outages"]) == ("Copy of Losses", [{"assetId": "BR-9012"}])
    found = planner_api.data(COMPARE, id=str(edited.pk), first=1, second=1, other=copy["scenarioId"])
    assert [each["path"] for each in found["compareScenarioVersions"]["differences"]] == ["name"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"first": 3}, "NOT_FOUND", "version"),
        ({"id": "999999"}, "NOT_FOUND", "scenarioId"),
        ({"other": "x"}, "BAD_INPUT", "otherScenarioId"),
        ({"limit": 0}, "BAD_INPUT", "limit"),
    ],
)
def test_a_comparison_that_cannot_be_names_its_field(
    viewer_api: Api, edited: Scenario, changes: dict[str, Any], code: str, field: str
) -> None:
    asked = {"id": str(edited.pk), "first": 1, "second": 2, **changes}

    error = viewer_api.error(COMPARE, **asked)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)


def test_a_change_upon_somebody_else_s_change_is_refused(planner_api: Api, edited: Scenario) -> None:
    change = {"scenarioId": str(edited.pk), "name": "Mine"}

    late = planner_api.data(UPDATE, input={**change, "basedOn": 1})["updateScenario"]
    assert late == {"__typename": "OperationInfo", "code": "NEWER_VERSION", "field": "basedOn"}
    in_time = planner_api.data(UPDATE, input={**change, "basedOn": 2})["updateScenario"]
    assert in_time == {"__typename": "Scenario", "newestNumber": 3}
