"""Scenarios: kept, listed, run."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade.models import CascadeRun, Scenario
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
