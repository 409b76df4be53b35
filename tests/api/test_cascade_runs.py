"""Cascade runs over GraphQL and as columns."""

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cascade.models import CascadeRun, Scenario
from cascade.services.inputs import MAX_OUTAGES
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from grid import models as grid
from tests.clients import Api
from tests.factories.cascade import make_finished_run, make_run, make_scenario, make_trip, make_wave
from tests.factories.grid import make_substation
from tests.small_network import SmallNetwork, make_small_network

START = """mutation ($input: StartCascadeRunInput!) { startCascadeRun(input: $input) { __typename
    ... on CascadeRun { runId name loadMultiplier ratingMultiplier job { status owner kind }
        outages { assetId kind name } totalShedMw waves { number } branchesUrl substationsUrl }
    ... on OperationInfo { code field message } } }"""
RUN = """query ($id: ID!) { cascadeRun(id: $id) {
    runId totalLoadMw baseShedMw initialShedMw totalShedMw servedMw trippedCount waveCount
    islandsAlive islandsDead closestMarginFrac terminationReason networkDigest job { status progressFrac }
    waves { number trippedCount shedMw cumulativeShedMw servedMw islandsAlive islandsDead
        trips { branchAssetId name flowMw ratingMva loadingPct } } } }"""
near = pytest.approx


def start(api: Api, **values: Any) -> dict[str, Any]:
    return api.data(START, input=values)["startCascadeRun"]


def columns(api: Api, run_id: object, part: str) -> list[dict[str, Any]]:
    response = api.get(f"/columns/cascade-runs/{run_id}/{part}")
    assert response.status_code == 200, response.content
    return pa.ipc.open_stream(response.content).read_all().to_pylist()


@pytest.fixture
def finished(planner_api: Api, small_network: SmallNetwork) -> CascadeRun:
    """Return a run of the loss of BR-9012, carried out."""
    start(planner_api, outages=["BR-9012"])
    run_job(Job.objects.get().pk)
    return CascadeRun.objects.get()


def test_a_run_is_queued_with_its_inputs(planner_api: Api, small_network: SmallNetwork) -> None:
    answer = start(
        planner_api, outages=["SUB-9002", " BR-9012 ", "SUB-9002"], loadMultiplier=1.25, ratingMultiplier=2.5
    )

    run = CascadeRun.objects.get()
    assert answer == {
        "__typename": "CascadeRun",
        "runId": str(run.pk),
        "name": "Corner 2 and 1 more",
        "loadMultiplier": 1.25,
        "ratingMultiplier": 2.5,
        "job": {"status": "QUEUED", "owner": "pia", "kind": "cascade.run"},
        "outages": [
            {"assetId": "SUB-9002", "kind": "Substation", "name": "Corner 2"},
            {"assetId": "BR-9012", "kind": "Branch", "name": "Corner 1 to Corner 2, 138 kV line"},
        ],
        "totalShedMw": None,
        "waves": [],
        "branchesUrl": f"/columns/cascade-runs/{run.pk}/branches",
        "substationsUrl": f"/columns/cascade-runs/{run.pk}/substations",
    }


def test_a_run_takes_costs_and_ratings_without_a_scenario(
    planner_api: Api, small_network: SmallNetwork
) -> None:
    answer = start(
        planner_api,
        outages=["BR-9014"],
        loadMultiplier=1.4,
        ratings={"isSecured": True},
        options={"dispatch": "MERIT_ORDER"},
        unitCosts=[{"usdPerMwh": 12.5, "fuel": "wind"}, {"usdPerMwh": 30.0}],
    )

    run = CascadeRun.objects.select_related("inputs").get(pk=answer["runId"])
    costs = run.inputs.summary["unit_cost_usd_per_mwh"]
    assert costs["maximum"] == 30.0
    assert run.inputs.params["dispatch"] == "MERIT_ORDER"
    for given, field in (
        ({"ratings": {"form": "TEMPERATURE"}}, "ratings.form"),
        ({"unitCosts": [{"usdPerMwh": 1.0, "fuel": "ng", "unitId": "PLANT-9001"}]}, "unit_costs[0].unit_id"),
        ({"options": {"dispatch": "MERIT_ORDER"}}, "unit_costs"),
    ):
        refused = start(planner_api, outages=["BR-9014"], **given)
        assert (refused["code"], refused["field"]) == ("BAD_INPUT", field)


def test_a_finished_run_shows_its_waves(planner_api: Api, finished: CascadeRun) -> None:
    assert planner_api.data(RUN, id=finished.pk)["cascadeRun"] == {
        "runId": str(finished.pk),
        "totalLoadMw": near(200.0),
        "baseShedMw": near(0.0),
        "initialShedMw": near(0.0),
        "totalShedMw": near(150.0),
        "servedMw": near(50.0),
        "trippedCount": 1,
        "waveCount": 1,
        "islandsAlive": 1,
        "islandsDead": 1,
        "closestMarginFrac": near(1 / 3),
        "terminationReason": "STABLE",
        "networkDigest": finished.network_digest,
        "job": {"status": "SUCCEEDED", "progressFrac": 1.0},
        "waves": [
            {
                "number": 0,
                "trippedCount": 0,
                "shedMw": near(0.0),
                "cumulativeShedMw": near(0.0),
                "servedMw": near(200.0),
                "islandsAlive": 1,
                "islandsDead": 0,
                "trips": [],
            },
            {
                "number": 1,
                "trippedCount": 1,
                "shedMw": near(150.0),
                "cumulativeShedMw": near(150.0),
                "servedMw": near(50.0),
                "islandsAlive": 1,
                "islandsDead": 1,
                "trips": [
                    {
                        "branchAssetId": "BR-9013",
                        "name": "Corner 1 to Corner 3, 138 kV line",
                        "flowMw": near(200.0),
                        "ratingMva": near(150.0),
                        "loadingPct": near(400 / 3),
                    }
                ],
            },
        ],
    }


def test_the_columns_of_a_run_tell_every_branch_and_every_loss(
    planner_api: Api, finished: CascadeRun
) -> None:
    nothing = {"flow_mw": near(0.0), "loading_pct": near(0.0)}
    assert columns(planner_api, finished.pk, "branches") == [
        {"id": "BR-9012", "trip_wave": 0, "trip_flow_mw": None, "base_flow_mw": near(100.0), **nothing},
        {
            "id": "BR-9013",
            "trip_wave": 1,
            "trip_flow_mw": near(200.0),
            "base_flow_mw": near(100.0),
            **nothing,
        },
        {
            "id": "BR-9014",
            "trip_wave": None,
            "trip_flow_mw": None,
            "flow_mw": near(-25.0),
            "loading_pct": near(50 / 3),
            "base_flow_mw": near(0.0),
        },
    ]
    assert columns(planner_api, finished.pk, "substations") == [
        {"id": "SUB-9001", "lost_mw": near(0.0), "wave": 1, "is_dead": True},
        {"id": "SUB-9002", "lost_mw": near(75.0), "wave": 1, "is_dead": False},
        {"id": "SUB-9003", "lost_mw": near(75.0), "wave": 1, "is_dead": False},
    ]


def test_the_loading_of_an_unrated_branch_is_unknown(planner_api: Api, small_network: SmallNetwork) -> None:
    grid.Branch.objects.filter(pk="BR-9014").update(rating_mva=None)
    run_id = start(planner_api, outages=["BR-9012"])["runId"]
    run_job(Job.objects.get().pk)

    (_, _, unrated) = columns(planner_api, run_id, "branches")

    assert (unrated["loading_pct"], unrated["flow_mw"]) == (None, near(-25.0))


def test_the_columns_of_a_run_have_a_version(planner_api: Api, finished: CascadeRun) -> None:
    path = f"/columns/cascade-runs/{finished.pk}/branches"
    etag = planner_api.get(path).headers["ETag"]

    assert planner_api.get(path, **{"If-None-Match": etag}).status_code == 304
    assert planner_api.get(path.replace("branches", "substations")).headers["ETag"] != etag


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("{run}/volcanoes", "part"),
        ("999999/branches", "runId"),
        ("99999999999999999999999999/branches", "runId"),
        ("abc/branches", "runId"),
        ("-1/branches", "runId"),
        ("{queued}/branches", "runId"),
    ],
)
def test_columns_that_are_not_there_are_a_404_as_json(
    planner_api: Api, finished: CascadeRun, path: str, field: str
) -> None:
    queued = make_run()
    path = path.format(run=finished.pk, queued=queued.pk)

    response = planner_api.get(f"/columns/cascade-runs/{path}")

    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND", "field": field}


def test_the_columns_of_a_run_need_a_login(anonymous_api: Api, finished: CascadeRun) -> None:
    response = anonymous_api.get(f"/columns/cascade-runs/{finished.pk}/branches")

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


BAD_INPUTS = [
    ({"outages": []}, "BAD_INPUT", "outages"),
    ({"outages": [""]}, "BAD_INPUT", "outages"),
    ({"outages": ["9012"]}, "BAD_INPUT", "outages"),
    ({"outages": ["BR-9012", "XFMR-1"]}, "BAD_INPUT", "outages"),
    ({"outages": ["br-9012"]}, "BAD_INPUT", "outages"),
    ({"outages": ["BR-" + "9" * 59]}, "BAD_INPUT", "outages"),
    ({"outages": ["BR-1\x00"]}, "BAD_INPUT", "outages"),
    ({"outages": ["BR-9012; DROP TABLE"]}, "BAD_INPUT", "outages"),
    ({"outages": ["BR-1"]}, "UNKNOWN_ASSET", "outages"),
    ({"outages": ["BR-9012", "BUS-1"]}, "UNKNOWN_ASSET", "outages"),
    ({"outages": ["SUB-lonely"]}, "UNKNOWN_ASSET", "outages"),
    ({"outages": ["BR-9012", "BR-8012"]}, "UNKNOWN_ASSET", "outages"),
    ({"outages": [f"BR-{n}" for n in range(MAX_OUTAGES + 1)]}, "BAD_INPUT", "outages"),
    ({"outages": ["BR-9012"], "loadMultiplier": 0}, "BAD_INPUT", "loadMultiplier"),
    ({"outages": ["BR-9012"], "loadMultiplier": -1}, "BAD_INPUT", "loadMultiplier"),
    ({"outages": ["BR-9012"], "loadMultiplier": 1e9}, "BAD_INPUT", "loadMultiplier"),
    ({"outages": ["BR-9012"], "loadMultiplier": 1e308}, "BAD_INPUT", "loadMultiplier"),
    ({"outages": ["BR-9012"], "loadMultiplier": 1e-9}, "BAD_INPUT", "loadMultiplier"),
    ({"outages": ["BR-9012"], "ratingMultiplier": 0.0}, "BAD_INPUT", "ratingMultiplier"),
    ({"outages": ["BR-9012"], "ratingMultiplier": -0.5}, "BAD_INPUT", "ratingMultiplier"),
    ({"outages": ["BR-9012"], "ratingMultiplier": 10**9}, "BAD_INPUT", "ratingMultiplier"),
    ({"outages": ["BR-9012"], "name": "x" * 201}, "BAD_INPUT", "name"),
]


def case_name(value: object) -> str | None:
    return str(value)[:50] if isinstance(value, dict) else None


@pytest.mark.parametrize(("values", "code", "field"), BAD_INPUTS, ids=case_name)
def test_bad_input_names_its_field_and_writes_nothing(
    planner_api: Api, small_network: SmallNetwork, values: dict[str, Any], code: str, field: str
) -> None:
    make_small_network("Western", first=8001)
    make_substation(id="SUB-lonely", zone=small_network.zone)

    answer = start(planner_api, **values)

    assert (answer["__typename"], answer["code"], answer["field"]) == ("OperationInfo", code, field)
    assert len(answer["message"]) < 1000
    assert (Job.objects.count(), CascadeRun.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "text", ["1" + "0" * 30, "NaN", "Infinity", "-Infinity", "1e999", '"2"', "null", "true", "[]"]
)
def test_what_is_no_number_is_refused_before_anything_is_looked_at(
    planner_api: Api, small_network: SmallNetwork, text: str
) -> None:
    body = json.dumps(
        {"query": START, "variables": {"input": {"outages": ["BR-9012"], "loadMultiplier": "?"}}}
    )

    response = planner_api.client.post(
        "/graphql",
        body.replace('"?"', text),
        content_type="application/json",
        headers={"X-CSRFToken": planner_api.client.cookies["csrftoken"].value},
    )

    assert response.status_code in {200, 400}
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"BAD_INPUT"}
    assert (Job.objects.count(), CascadeRun.objects.count()) == (0, 0)


def test_without_a_network_the_answer_is_empty_network(planner_api: Api, synced: None) -> None:
    answer = start(planner_api, outages=["SUB-1"])

    assert (answer["code"], answer["field"]) == ("EMPTY_NETWORK", "outages")
    assert "sync" in answer["message"]
    assert Job.objects.count() == 0


def test_a_substation_of_a_network_without_buses_is_an_empty_network(planner_api: Api, synced: None) -> None:
    make_substation(id="SUB-1")

    answer = start(planner_api, outages=["SUB-1"])

    assert answer["code"] == "EMPTY_NETWORK"
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"x_pu": 0.0}, "BR-9013"), ({"tap_ratio": -1.0}, "BR-9013"), ({"rating_mva": -5.0}, "BR-9013")],
)
def test_a_broken_network_is_told_by_the_branch_at_fault(
    planner_api: Api, small_network: SmallNetwork, changes: dict[str, float], said: str
) -> None:
    grid.Branch.objects.filter(pk="BR-9013").update(**changes)

    answer = start(planner_api, outages=["BR-9012"])

    assert (answer["code"], answer["field"]) == ("BAD_INPUT", "interconnect")
    assert said in answer["message"]
    assert Job.objects.count() == 0


def test_a_branch_that_leads_out_of_its_interconnection_is_a_broken_network(
    planner_api: Api, small_network: SmallNetwork
) -> None:
    other = make_small_network("Western", first=8001)
    grid.Branch.objects.filter(pk="BR-9013").update(to_bus=other.buses[0])

    answer = start(planner_api, outages=["BR-9012"])

    assert (answer["code"], answer["field"]) == ("BAD_INPUT", "interconnect")
    assert "BR-9013" in answer["message"]
    assert "BUS-8001" in answer["message"]


def test_runs_come_newest_first_with_filters_and_order(planner_api: Api) -> None:
    first = make_finished_run(name="Ice storm", total_shed_mw=100.0)
    second = make_finished_run(name="Heat", total_shed_mw=300.0)
    third = make_run(name="Heat again")

    def names(arguments: str = "") -> list[str]:
        edges = planner_api.data(f"{{ cascadeRuns{arguments} {{ edges {{ node {{ name }} }} }} }}")
        return [edge["node"]["name"] for edge in edges["cascadeRuns"]["edges"]]

    assert names() == [third.name, second.name, first.name]
    assert names('(filters: {name: {iContains: "heat"}})') == ["Heat again", "Heat"]
    assert names("(filters: {totalShedMw: {gt: 150}})") == ["Heat"]
    assert names("(ordering: [{totalShedMw: DESC}])") == ["Heat", "Ice storm", "Heat again"]


def test_without_the_permission_one_sees_ones_own_runs(
    make_user: Callable[..., User], planner_api: Api, viewer_api: Api
) -> None:
    stranger = make_user()
    api = Api(stranger)
    own, other = make_finished_run(owner=stranger), make_finished_run()

    runs = api.data("{ cascadeRuns { totalCount edges { node { runId } } } }")["cascadeRuns"]
    assert (runs["totalCount"], runs["edges"]) == (1, [{"node": {"runId": str(own.pk)}}])
    assert api.data("query ($id: ID!) { cascadeRun(id: $id) { runId } }", id=other.pk) == {"cascadeRun": None}
    assert api.get(f"/columns/cascade-runs/{other.pk}/branches").status_code == 404
    assert api.get(f"/columns/cascade-runs/{own.pk}/branches").status_code == 200
    assert viewer_api.data("{ cascadeRuns { totalCount } }") == {"cascadeRuns": {"totalCount": 2}}


@pytest.mark.parametrize("run_id", ["", "abc", "-1", "1.5", "99999999999999999999", "Sm9iOjE="])
def test_a_malformed_run_id_is_bad_input_or_null(planner_api: Api, run_id: str) -> None:
    answer = planner_api.run("query ($id: ID!) { cascadeRun(id: $id) { runId } }", id=run_id)

    assert answer["data"] == {"cascadeRun": None}
    assert [error["extensions"] for error in answer.get("errors", ())] in (
        [],
        [{"code": "BAD_INPUT", "field": "id"}],
    )


def test_the_trips_of_a_wave_are_the_most_loaded_first(planner_api: Api) -> None:
    run = make_run()
    wave = make_wave(run=run, number=1, tripped_count=3)
    for branch_id, flow_mw in (("BR-1", 160.0), ("BR-2", -300.0), ("BR-3", 200.0)):
        make_trip(wave=wave, branch_id=branch_id, flow_mw=flow_mw)
    query = """query ($id: ID!, $n: Int!) { cascadeRun(id: $id) { waves { trips(first: $n) {
        branchAssetId name loadingPct } } } }"""

    (found,) = planner_api.data(query, id=run.pk, n=2)["cascadeRun"]["waves"]

    assert found["trips"] == [
        {"branchAssetId": "BR-2", "name": None, "loadingPct": near(200.0)},
        {"branchAssetId": "BR-3", "name": None, "loadingPct": near(400 / 3)},
    ]
    for size in (-1, 1001):
        assert planner_api.code(query, id=run.pk, n=size) in {"BAD_INPUT", "LIMIT_EXCEEDED"}


def test_more_waves_take_no_more_queries(planner_api: Api) -> None:
    def queries(waves: int) -> int:
        run = make_run()
        for number in range(waves):
            make_trip(wave=make_wave(run=run, number=number), branch_id=f"BR-{number}")
        with CaptureQueriesContext(connection) as captured:
            found = planner_api.data(RUN, id=run.pk)["cascadeRun"]
        assert len(found["waves"]) == waves
        return len(captured)

    queries(1)
    assert queries(1) == queries(8)


def test_a_run_keeps_its_result_when_its_scenario_is_deleted(planner_api: Api) -> None:
    scenario = make_scenario(name="Gone soon")
    run = make_finished_run(scenario=scenario)
    query = "query ($id: ID!) { cascadeRun(id: $id) { totalShedMw scenario { name } } }"
    assert planner_api.data(query, id=run.pk)["cascadeRun"] == {
        "totalShedMw": 100.0,
        "scenario": {"name": "Gone soon"},
    }

    Scenario.objects.all().delete()

    assert planner_api.data(query, id=run.pk)["cascadeRun"] == {"totalShedMw": 100.0, "scenario": None}


def test_a_viewer_sees_the_job_of_a_run_somebody_else_started(viewer_api: Api, finished: CascadeRun) -> None:
    query = "query($id: ID!) { cascadeRun(id: $id) { name job { status owner } } }"

    assert viewer_api.data(query, id=finished.pk)["cascadeRun"] == {
        "name": finished.name,
        "job": {"status": "SUCCEEDED", "owner": "pia"},
    }
    listed = viewer_api.data("{ cascadeRuns { edges { node { job { status } } } } }")
    assert [edge["node"]["job"] for edge in listed["cascadeRuns"]["edges"]] == [{"status": "SUCCEEDED"}]
